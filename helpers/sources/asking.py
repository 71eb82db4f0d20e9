"""Asking patiently: what passes by itself, how long it is waited for, and how it is told. Every source asks so."""

import datetime
import email.utils
import functools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import tenacity
from huggingface_hub.utils import parse_ratelimit_headers

PASSING = {408, 425, 429}
"""Client errors that pass by themselves, as all server errors may."""


class Faulty(Exception):
    """An answer that passes: worth asking again, after `asked` seconds where the source says so."""

    def __init__(self, words: str, asked: float | None = None):
        super().__init__(words)
        self.asked = asked


FAULTS = (Faulty, httpx2.RequestError)
"""What may pass when it is asked for again."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a source, in seconds, and how often to ask for one answer."""

    silence: float = 30
    """without a byte"""
    page: float = 180
    """for a whole answer: a server may send bytes for ever"""
    first: float = 1
    longest: float = 60
    """between two tries: doubled each time, from `first` to `longest`, with jitter"""
    asked: float = 900
    """the longest wait that a source may ask for; the Hub's windows are 300 s"""
    tries: int = 20


def address(text: str) -> httpx2.URL | None:
    """An address of the form http(s)://host/path; None for what is none, or holds a password, a query or a place."""
    try:
        url = httpx2.URL(text.rstrip("/"))
    except httpx2.InvalidURL:
        return None
    plain = not (url.userinfo or url.query or url.fragment)
    return url if url.scheme in ("http", "https") and url.host and plain else None


def client(headers: httpx2.Headers, patience: Patience, redirects: bool = False) -> httpx2.Client:
    """A connection that gives up on silence. redirects: whether to follow them."""
    timeout = httpx2.Timeout(patience.silence, connect=min(10, patience.silence))
    return httpx2.Client(headers=headers, timeout=timeout, follow_redirects=redirects, verify=_trusted())


_trusted = functools.cache(httpx2.create_ssl_context)  # reading whom to trust takes longer than an answer


def retrying(patience: Patience, tell: Callable[[str, float], None]) -> tenacity.Retrying:
    """Call a function until it raises none of FAULTS, then raise the last. tell: words and seconds of each wait."""
    backoff = tenacity.wait_exponential_jitter(multiplier=patience.first, max=patience.longest, jitter=patience.first)

    def wait(state: tenacity.RetryCallState) -> float:
        """What the source asks for and up to a tenth more, else ever longer."""
        asked = getattr(_fault(state), "asked", None)
        return backoff(state) if asked is None else asked * random.uniform(1, 1.1)

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(FAULTS),
        stop=tenacity.stop_after_attempt(patience.tries),
        wait=wait,
        before_sleep=lambda state: tell(reason(_fault(state)), state.upcoming_sleep),
        reraise=True,
    )


def _fault(state: tenacity.RetryCallState) -> BaseException:
    """What the last try has raised; only then is there another."""
    fault = state.outcome.exception() if state.outcome else None
    assert fault is not None
    return fault


def receive(answer: httpx2.Response, sink: Callable[[bytes], Any], most: int, patience: Patience) -> None:
    """Give an answer's body to `sink`, piece by piece. Raises Faulty beyond `most` bytes, and for one too slow."""
    deadline, size = time.monotonic() + patience.page, 0
    for chunk in answer.iter_bytes():
        size += len(chunk)
        if size > most:
            raise Faulty(f"an answer is longer than {most:,} bytes")
        sink(chunk)
        if time.monotonic() > deadline:
            raise Faulty(f"an answer takes more than {patience.page:g} s")


def asked_to_wait(headers: httpx2.Headers) -> float | None:
    """Seconds that a source asks to wait, None where it names none. A second more, for it counts whole ones."""
    try:
        limit = parse_ratelimit_headers(headers)
        if limit is not None and limit.remaining == 0:
            return limit.reset_in_seconds + 1.0
        text = headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text) + 1.0
        until = email.utils.parsedate_to_datetime(text)
        until = until if until.tzinfo else until.replace(tzinfo=datetime.UTC)
        return max(0.0, (until - datetime.datetime.now(datetime.UTC)).total_seconds()) + 1.0
    except (ValueError, OverflowError):  # a number that no machine counts to, or no time at all
        return None


def served(headers: httpx2.Headers) -> datetime.datetime | None:
    """The time in UTC at which an answer was given, None where it does not tell. One from a cache tells its age."""
    age = headers.get("age", "").strip()
    try:
        told = email.utils.parsedate_to_datetime(headers.get("date", ""))
        told = told.replace(tzinfo=datetime.UTC) if told.tzinfo is None else told.astimezone(datetime.UTC)
        return told + datetime.timedelta(seconds=int(age) if age.isdecimal() and len(age) < 9 else 0)
    except (ValueError, OverflowError):  # no time, or one that no calendar here reaches to
        return None


def reason(error: BaseException) -> str:
    """What went wrong, for messages: our own words for what passes, the error's kind and text for the rest."""
    return str(error) if isinstance(error, Faulty) else f"{type(error).__name__} {error}".strip()
