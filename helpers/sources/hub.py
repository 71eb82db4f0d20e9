"""The Hub's list of models, fetched page by page.

huggingface_hub's own `list_models` waits for ever on a stalled server and takes a listing that was cut off for one
that is complete, so the list route is paged here; address and token are still huggingface_hub's.

The route gives up to 1,000 records a page and, as a Link, the address of the next page. That address alone says where
to go on, today or after a crash, until the Hub refuses it (HTTP 400). Oddities that are met here: the end of a listing
is a page without a Link, which a fault also makes, so a full page without one is asked for again; an answer can be
HTML, half a page, or a page with empty records under a status of 200; rows shift between pages while models are made
and removed, so that some come twice.
"""

import importlib.metadata
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2
from huggingface_hub import constants, get_token

from helpers.sources import asking, hub_records
from helpers.sources.asking import Faulty, Patience

ROUTE = "/api/models"
EXPAND = (
    "createdAt", "lastModified", "downloadsAllTime", "downloads", "likes", "tags", "library_name", "pipeline_tag",
    "safetensors", "baseModels", "gated",
)  # fmt: skip
"""What is asked for of each model, in the Hub's words."""
LIMIT = 1000
"""Records asked for at a time; how many the Hub gives at most is not documented."""
BODY_BYTES = 2**27
"""More than any page holds: a record is a few kB. A longer answer is no page, and would not fit into memory."""
BROKEN_TRIES = 5
"""How often a page with broken records is asked for before its records are taken as the Hub has them."""
WHOLE = "the whole Hub"
"""What a day lists that lists every model, in words."""
REMEDIES = {
    401: "the token is not accepted: `hf auth login` sets a new one; without any token the list can be read, slower",
    403: "access is denied: use a token that may read, or try from another network",
    404: "there is no such list: check the address in HF_ENDPOINT",
}


class HubError(RuntimeError):
    """The Hub cannot be read; the message says what to do."""


class CursorRefused(HubError):
    """The Hub does not accept the address of a page any more; the listing has to begin again."""


class EndsEarly(HubError):
    """A listing ends with a full page, which tells of no next one however often it is asked for."""


@dataclass(frozen=True)
class Scope:
    """What a day lists: every model, or those of each author, or those that name each base model.

    by: None (every model, in one list) | "author" | "base_model" (a list for each name). names: namespaces or Hub ids,
    in order; the Hub's filter takes them to the letter. What the Hub lists for a base are the models that tag it.
    """

    by: str | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, by: str, names: Iterable[str]) -> Self:
        """The lists of these names, each once."""
        return cls(by, tuple(sorted(set(names))))

    @property
    def lists(self) -> tuple[str, ...]:
        """A name for each list; * is the one of every model."""
        return self.names if self.by else ("*",)

    @property
    def words(self) -> str:
        """For people."""
        kinds = {"author": "namespaces", "base_model": "models' derivatives"}
        return f"{len(self.names):,} {kinds[self.by]}" if self.by else WHOLE

    def query(self, name: str) -> list[tuple[str, str]]:
        """What asks for the list called `name`, of those that are `lists`."""
        queries = {None: [], "author": [("author", name)], "base_model": [("filter", f"base_model:{name}")]}
        return queries[self.by]


@dataclass(frozen=True)
class Page:
    """One page as it came: where from, where to go on (None = the end), and what it cost."""

    url: str
    body: bytes
    rows: list[Any]
    next: str | None
    seconds: float = 0
    tries: int = 1
    waited: float = 0


def endpoint() -> str:
    """The Hub's address, as huggingface_hub has it: HF_ENDPOINT, else the public Hub."""
    return constants.ENDPOINT


@dataclass
class Hub:
    """A connection to the Hub.

    limit: records a page. tell: is told of each fault that is waited out, in words, and the seconds.
    Raises HubError for an address that is none.
    """

    endpoint: str
    patience: Patience = field(default_factory=Patience)
    limit: int = LIMIT
    tell: Callable[[str, float], None] = print
    full: int = 0
    """Records of the largest page so far that had a next one: what the Hub calls a full page."""

    def __post_init__(self) -> None:
        url = asking.address(self.endpoint)
        if url is None:
            raise HubError(
                "HF_ENDPOINT is no address of the form https://host, without a password; correct or unset it"
            )
        self.endpoint, self.origin = str(url), url.origin
        self.client = asking.client(_headers(), self.patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.client.close()

    def first(self, query: list[tuple[str, str]]) -> str:
        """The address of a list's first page, oldest models first."""
        fields = [("sort", "createdAt"), ("direction", "1"), ("limit", str(self.limit)), *query]
        return str(httpx2.URL(self.endpoint + ROUTE, params=fields + [("expand[]", name) for name in EXPAND]))

    def listing(self, url: str, seen: set[str]) -> Iterator[Page]:
        """The pages from `url` to the listing's end. seen: addresses already read; they may not come again.

        Raises CursorRefused and EndsEarly, and HubError for what does not pass.
        """
        while True:
            seen.add(url)
            page = self._ask(url, seen)
            if page.next is None and self._is_full(page):
                page = self._smaller(page, seen)
            if page.next is None:
                yield page
                return
            self.full = max(self.full, len(page.rows))
            yield page
            url = page.next

    def _is_full(self, page: Page) -> bool:
        asked = int(httpx2.URL(page.url).params.get("limit", self.limit))
        return len(page.rows) > 1 and len(page.rows) >= min(asked, self.full or asked)

    def _smaller(self, page: Page, seen: set[str]) -> Page:
        """The same page with one record fewer: it cannot be the last one, so that it has to tell of a next."""
        url = str(httpx2.URL(page.url).copy_set_param("limit", str(len(page.rows) - 1)))
        return self._ask(url, seen, last=False)

    def _ask(self, url: str, seen: set[str], last: bool = True) -> Page:
        """A page that is worth keeping, however often it takes. last: whether it may be the listing's last."""
        broken: list[Page] = []

        def once() -> Page:
            page = self._once(url, seen)
            if page.next is None and not last:
                raise Faulty("a full page does not tell of a next one")
            if any(map(hub_records.is_broken, page.rows)):
                broken.append(page)
                if len(broken) < BROKEN_TRIES:
                    raise Faulty("a page holds records without the fields asked for")
            return page

        started = time.monotonic()
        retrying = asking.retrying(self.patience, self.tell)
        try:
            page = retrying(once)
        except asking.FAULTS as error:
            kind = HubError if last else EndsEarly
            tries = self.patience.tries
            raise kind(f"{self.endpoint}: {asking.reason(error)}, {tries} times running; run again later") from None
        waited = retrying.statistics["idle_for"]
        tries, seconds = retrying.statistics["attempt_number"], time.monotonic() - started
        return Page(page.url, page.body, page.rows, page.next, seconds, tries, waited)

    def _once(self, url: str, seen: set[str]) -> Page:
        """Ask for a page once. Raises Faulty for what may pass, HubError for what does not."""
        with self.client.stream("GET", url) as answer:
            if answer.status_code != 200:
                self._refuse(answer)
            body = bytearray()
            asking.receive(answer, body.extend, BODY_BYTES, self.patience)
        try:
            rows = json.loads(body)
        except (ValueError, RecursionError):
            raise Faulty("an answer is no JSON, or cut off") from None
        if not isinstance(rows, list):
            raise Faulty("an answer is no list of models")
        return Page(url, bytes(body), rows, self._next(answer, seen))

    def _refuse(self, answer: httpx2.Response) -> None:
        status = answer.status_code
        if status >= 500 or status in asking.PASSING:
            asked = asking.asked_to_wait(answer.headers)
            if asked is not None and asked > self.patience.asked:
                raise HubError(f"{self.endpoint}: HTTP {status}, asks to wait {asked:,.0f} s; run again after that")
            raise Faulty(f"HTTP {status}", asked)
        if status in REMEDIES:
            raise HubError(f"{self.endpoint}: HTTP {status}: {REMEDIES[status]}")
        said = answer.headers.get("x-error-message", "")[:200]
        if "cursor" in answer.request.url.params and 400 <= status < 500:
            raise CursorRefused(f"{self.endpoint}: HTTP {status} for a cursor {said!r}")
        raise HubError(
            f"{self.endpoint}: HTTP {status} {said!r}: not what the list of models answers; check HF_ENDPOINT"
        )

    def _next(self, answer: httpx2.Response, seen: set[str]) -> str | None:
        """Where to go on. A Link to another host would take the token there; one to a known page goes in circles."""
        told = answer.links.get("next", {}).get("url")
        if told is None:
            return None
        try:
            url = answer.request.url.join(told)
        except httpx2.InvalidURL:
            raise Faulty("a Link is no address") from None
        if url.origin != self.origin:
            raise HubError(
                f"{self.endpoint}: the next page is on another host, {url.host!r}; it is not followed. "
                f"If that is the Hub to ask, set HF_ENDPOINT to it"
            )
        if str(url) in seen:
            raise Faulty("a Link leads back to a page already read")
        return str(url)


def _headers() -> httpx2.Headers:
    """Who asks. Not build_hf_headers: it first makes a request of its own, to find a name for what runs the program."""
    version = importlib.metadata.version
    agent = f"atom-report/{version('atom-report')}; hf_hub/{version('huggingface_hub')}"
    token = None if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token()
    return httpx2.Headers({"user-agent": agent} | ({"authorization": f"Bearer {token}"} if token else {}))
