"""Asking a source patiently: for JSON, for a file, for a part of a file.

What may pass (transport errors, HTTP 429 and 5xx, an answer that is cut off) is asked for again; what does not (401,
403, 404, 410) stops at once. Messages name the address that was asked for, never that of a redirection: it is signed.
"""

import datetime
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from helpers.sources import asking, keys
from helpers.sources.asking import Faulty, Patience

PATIENCE = Patience(page=1800, tries=8)
"""For one answer, which may be a file of many megabytes."""
BODY_BYTES = 2**28
"""More than any answer that is held in memory."""
SAID = 200
"""Characters of a refusal that a message shows."""
REMEDIES = {
    401: "the key is missing or not accepted: set a valid one",
    403: "access is denied to this key, or from this network",
    404: "there is no such address: the source may have moved it",
    410: "the source has retired this address; a newer version of this project may know the next",
}

T = TypeVar("T")


class FetchError(RuntimeError):
    """A source cannot be fetched; the message names it, the address, what came back, and the remedy."""


@dataclass(frozen=True)
class Answer:
    """An answer held in memory. address: what was asked. fetched: when it was whole, ISO 8601 in UTC."""

    address: str
    fetched: str
    body: bytes
    next: str | None = None

    def record(self) -> dict[str, Any]:
        """What a file's record says of it."""
        return {"address": self.address, "fetched": self.fetched}


@dataclass
class Client:
    """A connection to one source.

    source: its name in messages. headers: sent with each request, and shown nowhere. remedies: status → what to do,
    before REMEDIES. redirects: whether to follow them; not where a key of our own is in the headers. tell: is told of
    each fault that is waited out. Raises FetchError for an endpoint that is no address.
    """

    source: str
    endpoint: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    remedies: dict[int, str] = field(default_factory=dict)
    redirects: bool = False
    patience: Patience = PATIENCE
    tell: Callable[[str], None] = print

    def __post_init__(self) -> None:
        url = asking.address(self.endpoint)
        if url is None:
            raise FetchError(f"{self.source}: its address is not of the form https://host/path; correct it")
        self.endpoint, self.origin = str(url), url.origin
        headers = httpx2.Headers({"User-Agent": "atom-report"})
        headers.update(self.headers)
        self.client = asking.client(headers, self.patience, self.redirects)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.client.close()

    def address(self, path: str, params: dict[str, str] | None = None) -> str:
        """The address of a path under the endpoint."""
        return str(httpx2.URL(self.endpoint + path, params=params))

    def following(self, address: str, told: str, seen: set[str]) -> str:
        """The address of the next page, as the page at `address` tells it; `address` is added to those seen.

        Raises FetchError for one on another host, where the headers must not go, and for one already seen.
        """
        seen.add(address)
        try:
            url = httpx2.URL(address).join(told)
        except (httpx2.InvalidURL, ValueError):  # half a character is no text
            raise self.error(address, "the next page's address is none", "run again later") from None
        if url.origin != self.origin:
            remedy = "if the source has moved, a newer version of this project may know"
            raise self.error(address, f"the next page is on another host, {url.host[:SAID]!r}, not followed", remedy)
        if str(url) in seen:
            raise self.error(address, "the pages go in circles", "run again later")
        return str(url)

    def error(self, address: str, found: str, remedy: str) -> FetchError:
        """An error in this project's form, without secrets, on one line whatever the source has sent."""
        text = keys.redact(f"{self.source}: {address}: {found}; {remedy}")
        return FetchError("".join(character if character.isprintable() else " " for character in text))

    # Asking ---------------------------------------------------------------------------------------------------

    def json(self, address: str, read: Callable[[Any], T]) -> tuple[Answer, T]:
        """An answer in JSON, and what `read` makes of it. read raises Faulty for content worth asking for again."""

        def once() -> tuple[Answer, T]:
            answer = self._whole(address)
            try:
                content = json.loads(answer.body, parse_constant=_refuse_constant)
            except (ValueError, RecursionError):
                raise Faulty(f"an answer is no JSON, or cut off, and begins {_excerpt(answer.body)}") from None
            return answer, read(content)

        return self._patiently(address, once)

    def part(self, address: str, start: int, stop: int, size: int) -> bytes:
        """The bytes from `start` to before `stop` of a file of `size` bytes. The whole file is never taken instead."""

        def once() -> bytes:
            headers = {"Range": f"bytes={start}-{stop - 1}", "Accept-Encoding": "identity"}
            with self._open(address, headers, (200, 206)) as answer:
                if answer.status_code == 200 and answer.headers.get("content-length") == str(size):
                    remedy = "what stands between may take ranges away: try another network; it is not downloaded whole"
                    raise self.error(address, "HTTP 200 and the whole file, where a part of it was asked for", remedy)
                told = answer.headers.get("content-range", "nothing")
                if told.replace(" ", "") != f"bytes{start}-{stop - 1}/{size}":
                    raise Faulty(f"asked for bytes {start}-{stop - 1} of {size}, it sends {told[:SAID]}")
                body = bytearray()
                asking.receive(answer, body.extend, stop - start, self.patience)
            if len(body) != stop - start:
                raise Faulty(f"a part of {stop - start:,} bytes has {len(body):,}")
            return bytes(body)

        return self._patiently(address, once)

    def download(
        self, address: str, beside: Path, is_whole: Callable[[Path], bool], most: int = 2**34
    ) -> dict[str, Any]:
        """Stream an answer into the file `beside`; gives what its record says of it.

        is_whole: whether the file is what the source says it is. most: bytes that it may have.
        """

        def once() -> str:
            with beside.open("wb") as stream, self._open(address) as answer:
                asking.receive(answer, stream.write, most, self.patience)
            if not is_whole(beside):
                raise Faulty(f"the {beside.stat().st_size:,} bytes that came are not the file that the source tells of")
            return _now()

        return {"address": keys.redact(address), "fetched": self._patiently(address, once)}

    def _whole(self, address: str) -> Answer:
        body = bytearray()
        with self._open(address) as answer:
            asking.receive(answer, body.extend, BODY_BYTES, self.patience)
            return Answer(keys.redact(address), _now(), bytes(body), answer.links.get("next", {}).get("url"))

    @contextmanager
    def _open(
        self, address: str, headers: dict[str, str] | None = None, wanted: tuple[int, ...] = (200,)
    ) -> Iterator[httpx2.Response]:
        """An answer whose body is still to come. Raises Faulty for what may pass, FetchError for what does not."""
        with self.client.stream("GET", address, headers=headers) as answer:
            if answer.status_code not in wanted:
                self._refuse(address, answer)
            yield answer

    def _refuse(self, address: str, answer: httpx2.Response) -> None:
        status = answer.status_code
        found = f"HTTP {status}{_said(answer)}"
        if status >= 500 or status in asking.PASSING:
            asked = asking.asked_to_wait(answer.headers)
            if asked is not None and asked > self.patience.asked:
                raise self.error(address, f"{found}, asks to wait {asked:,.0f} s", "run again after that")
            raise Faulty(found, asked)
        remedy = (REMEDIES | self.remedies).get(status, "the source is not known to answer this; run again later")
        raise self.error(address, found, remedy)

    def _patiently(self, address: str, once: Callable[[], T]) -> T:
        try:
            return asking.retrying(self.patience, self._tell)(once)
        except asking.FAULTS as error:
            found = f"{asking.reason(error)}, {self.patience.tries} times running"
            raise self.error(address, found, "run again later") from None

    def _tell(self, words: str, seconds: float) -> None:
        self.tell(keys.redact(f"{self.source}: {words}; again in {seconds:.1f} s"))


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _said(answer: httpx2.Response) -> str:
    """What a refusal says of itself, for a message; nothing where it says nothing that can be read."""
    if told := answer.headers.get("x-error-message"):
        return f" {told[:SAID]!r}"
    try:
        body = next(answer.iter_bytes(20 * SAID), b"")
    except httpx2.RequestError:
        return ""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return f" {_excerpt(body)}" if body else ""
    told = content.get("error", content.get("message")) if isinstance(content, dict) else None
    told = told.get("message") if isinstance(told, dict) else told
    return f" {told[:SAID]!r}" if isinstance(told, str) else ""


def _excerpt(body: bytes) -> str:
    return repr(re.sub(r"\s+", " ", body[: 2 * SAID].decode("utf-8", "replace"))[: SAID // 2])
