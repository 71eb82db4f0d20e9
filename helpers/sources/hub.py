"""The Hub's list of models, fetched page by page.

huggingface_hub's own `list_models` waits for ever on a stalled server and takes a listing that was cut off for one
that is complete, so the list route is paged here; address and token are still huggingface_hub's.

The route gives up to 1,000 records a page and, as a Link, the address of the next page. That address alone says where
to go on, today or after a crash, until the Hub refuses it (HTTP 400). Oddities that are met here: the end of a listing
is a page without a Link, which a fault also makes, so that it is proven (helpers.sources.hub_ends); a page is shorter
than others, so that it is asked for again; an answer can be HTML, half a page, or a page with empty records under a
status of 200; rows shift between pages while models are made and removed, so that some come twice; a field or a
parameter is refused, so that the list is read without (helpers.sources.hub_asked).
"""

import contextlib
import datetime
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

import httpx2
from huggingface_hub import constants

from helpers.sources import asking, hub_asked, hub_ends, hub_records, hub_refusals
from helpers.sources.asking import Faulty, Patience
from helpers.sources.hub_ends import Page
from helpers.sources.hub_refusals import EndsEarly, HubError, NotTaken
from helpers.tables.contracts import columns

BODY_BYTES = 2**27
"""More than any page holds: a record is a few kB. A longer answer is no page, and would not fit into memory."""
BROKEN_TRIES = 5
"""How often a page with broken records is asked for before its records are taken as the Hub has them."""
APART = datetime.timedelta(minutes=10)
"""Clocks that differ by more are worth a word."""
ANY = 2**31
"""More records than a page can have."""


def endpoint() -> str:
    """The Hub's address, as huggingface_hub has it: HF_ENDPOINT, else the public Hub."""
    return constants.ENDPOINT


@dataclass
class Hub:
    """A connection to the Hub.

    limit: records a page. tell: is told of each fault that is waited out, in words, and the seconds. say: is told what
    is done without from now on. clock: this machine's. Raises HubError for an address that is none.
    """

    endpoint: str
    patience: Patience = field(default_factory=Patience)
    limit: int = hub_asked.LIMIT
    tell: Callable[[str, float], None] = print
    say: Callable[[str], None] = print
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    full: int = 0
    """What the Hub calls a full page where that is less than it is asked for; 0 until it has been made sure of."""
    doubted: bool = False
    """Whether a page has told of no next one, or has held fewer records, and was wrong, or seemed to be."""
    without: set[str] = field(default_factory=set)
    """What the Hub has refused, and is not asked for any more."""
    served: tuple[datetime.datetime, float] | None = None
    """The time that the Hub's last answer tells, and this machine's count of seconds then."""

    warned: bool = False
    """Whether it was said that the clocks differ."""

    def __post_init__(self) -> None:
        url = asking.address(self.endpoint)
        if url is None:
            raise HubError(
                "HF_ENDPOINT is no address of the form https://host, without a password; correct or unset it"
            )
        self.endpoint, self.origin = str(url), url.origin
        self.client = asking.client(hub_asked.headers(), self.patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.client.close()

    def now(self) -> datetime.datetime:
        """The time in UTC, for days to be named after: the Hub's, since this machine's clock may stand wrong.

        Raises HubError for a time out of reason; that of this machine is taken where the Hub does not tell one.
        """
        if self.served is None:
            try:
                self._patiently(lambda: self._once(hub_asked.time(self.endpoint), set()))
            except asking.FAULTS as error:
                raise HubError(self._gave_up(error)) from None
        here, count = self.clock().astimezone(datetime.UTC), time.monotonic()
        told, then = self.served or (here, count)
        now = told + datetime.timedelta(seconds=count - then)
        if not columns.reasonable(now.date()):
            whose = "the Hub's clock says" if self.served else "the Hub does not tell the time, and this machine's says"
            raise HubError(
                f"{self.endpoint}: {whose} {now:%Y-%m-%d %H:%M}, and a day from {columns.FIRST_DAY} to "
                f"{columns.last_day()} was expected by this machine's clock; set it, or run again later"
            )
        apart = abs(now - here) > APART
        if (apart or not self.served) and not self.warned:
            self.warned = True
            ours = f"this machine's clock says {here:%Y-%m-%d %H:%M} UTC"
            self.say(f"{ours}, the Hub's {now:%Y-%m-%d %H:%M}: that counts" if apart else f"{ours}; the Hub tells none")
        return now

    def first(self, query: list[tuple[str, str]]) -> str:
        """The address of a list's first page."""
        return hub_asked.first(self.endpoint, query, self.limit, self.without)

    def listing(self, query: list[tuple[str, str]], heads: list[dict[str, Any]]) -> Iterator[Page]:
        """The pages of a list, to its end, that come after those whose `heads` (url, next, rows) are held.

        Raises CursorRefused and EndsEarly, and HubError for what does not pass.
        """
        seen = {head["url"] for head in heads}
        before = None  # a page that is held may be one that goes back: what follows is not approached from it
        url = heads[-1]["next"] if heads else self.first(query)
        while url:
            try:
                page = self._page(url, seen, before)
            except NotTaken as refusal:
                self._do_without(refusal)
                url = self.first(query)
                continue
            seen.add(url)
            yield page
            before, url = None if page.back else page.url, page.next

    def _do_without(self, refusal: NotTaken) -> None:
        """Ask for less from now on. Raises the refusal where that has been tried."""
        if refusal.names == {"limit"} and self.limit > 1:
            self.limit = max(1, self.limit // 10)
            self.say(f"{refusal}; asking for {self.limit:,} records at a time")
        elif new := refusal.names - self.without - {"limit"}:
            self.without |= new
            self.say(f"{refusal}; reading the list without {', '.join(sorted(new))}")
        else:
            raise refusal

    def _page(self, url: str, seen: set[str], before: str | None) -> Page:
        """A page that holds all that it can, and that is its listing's end only if that is proven."""
        around = {*seen, url}
        page = self._fullest(url, around)
        held = [page] if page.next is None else []

        def once() -> Page:
            again = held.pop() if held else self._fullest(url, around)
            if again.next is not None:
                self.doubted = True
                return again
            with self._doubting():
                ended = hub_ends.followed(again, before, lambda where: self._ask(where, set()), self.doubted)
            self.doubted |= ended.next is not None
            return _onward(ended, around)

        if page.next is not None:
            return page
        try:
            return self._patiently(once)
        except asking.FAULTS as error:
            raise EndsEarly(self._gave_up(error)) from None

    def _fullest(self, url: str, around: set[str]) -> Page:
        """A page, with the address that goes on after its last record where it is shorter than a full one."""
        full = min(hub_asked.limit(url) or ANY, self.full or ANY)

        def once() -> Page:
            page = self._ask(url, around)
            if page.next is None or len(page.rows) >= full:
                return page
            with self._doubting():
                joined = hub_ends.joined(page, lambda where: self._ask(where, set()))
            if hub_asked.cursor(joined.next) == hub_asked.cursor(page.next):
                self.full = max(self.full, len(page.rows))
            else:
                self.doubted = True
            return _onward(joined, around)

        try:
            return self._patiently(once)
        except asking.FAULTS as error:
            raise HubError(self._gave_up(error)) from None

    @contextlib.contextmanager
    def _doubting(self) -> Iterator[None]:
        """Answers that contradict each other make the Hub one that has told wrongly."""
        try:
            yield
        except Faulty:
            self.doubted = True
            raise

    def _ask(self, url: str, seen: set[str]) -> Page:
        """A page that is worth keeping, however often it takes."""
        broken: list[Page] = []

        def once() -> Page:
            page = self._once(url, seen)
            if hub_records.any_broken(page.rows):
                broken.append(page)
                if len(broken) < BROKEN_TRIES:
                    raise Faulty("a page holds records without the fields asked for")
            return page

        started = time.monotonic()
        retrying = asking.retrying(self.patience, self.tell)
        try:
            page = retrying(once)
        except asking.FAULTS as error:
            raise HubError(self._gave_up(error)) from None
        waited = retrying.statistics["idle_for"]
        tries, seconds = retrying.statistics["attempt_number"], time.monotonic() - started
        return replace(page, seconds=seconds, tries=tries, waited=waited)

    def _patiently(self, once: Callable[[], Page]) -> Page:
        return asking.retrying(self.patience, self.tell)(once)

    def _gave_up(self, error: BaseException) -> str:
        return f"{self.endpoint}: {asking.reason(error)}, {self.patience.tries} times running; run again later"

    def _once(self, url: str, seen: set[str]) -> Page:
        """Ask for a page once. Raises Faulty for what may pass, HubError for what does not."""
        with self.client.stream("GET", url) as answer:
            if answer.status_code != 200:
                hub_refusals.refuse(answer, self.endpoint, self.patience)
            self._note_time(answer.headers)
            body = bytearray()
            asking.receive(answer, body.extend, BODY_BYTES, self.patience)
        try:
            rows = json.loads(body)
        except (ValueError, RecursionError):
            raise Faulty("an answer is no JSON, or cut off") from None
        if not isinstance(rows, list):
            raise Faulty("an answer is no list of models")
        return Page(url, rows, self._next(answer, seen), len(body))

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
        if str(url) in seen or url == answer.request.url:
            raise Faulty("a Link leads back to a page already read")
        return str(url)

    def _note_time(self, headers: httpx2.Headers) -> None:
        """Keep the time that an answer tells, if it tells one."""
        if told := asking.served(headers):
            self.served = (told, time.monotonic())


def _onward(page: Page, around: set[str]) -> Page:
    """The page. Raises Faulty if it leads back to one already read."""
    if page.next in around:
        raise Faulty("a Link leads back to a page already read")
    return page
