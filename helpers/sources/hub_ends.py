"""Whether the pages of a list of the Hub are all there is: proven by their records, not by a missing Link.

A page loses its Link by a fault, or ends before its list where the Hub gives fewer records than are asked for; both
look like the end. So the last page is asked for with a record fewer: something follows then, so that there has to be a
Link. What it leads to is the last record alone, if the list ends there, and more if it does not; it is asked for once
more, for it may be cut itself. A page of one record, or of none, is approached from the page before it in the same way;
where it is the first, there is nothing to approach it from, and it is asked for again until the answers agree. Where
more follows after all, the page before it is read anew, since less of it may have been kept than it has now.

A page with fewer records than others has, and a Link, may lack some that the Link passes over. Asked for just as many,
it has to have a Link to where they end.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from helpers.sources import hub_asked
from helpers.sources.asking import Faulty

AGREEING = 3
"""Answers that have to agree where nothing else can tell, or where this Hub has told wrongly before."""

SURE = 2
"""The same where it has not."""

UNLIMITED = 6
"""The same where a Hub gives as many records as it likes, whatever it is asked for."""


@dataclass(frozen=True)
class Page:
    """One page as it came: where from, its records, where to go on (None = the end), and what it cost."""

    url: str
    rows: list[Any]
    next: str | None
    size: int = 0
    """bytes of the answer"""
    seconds: float = 0
    tries: int = 1
    waited: float = 0
    back: bool = False
    """Whether the next one begins before the end of this: what comes after it cannot be approached from here."""


def joined(page: Page, ask: Callable[[str], Page]) -> Page:
    """A page that is shorter than others and tells of a next one: with the address that goes on after its last record.

    It may lack records that its Link passes over. Asked for as many as it has, it tells of where those end. Raises
    Faulty where it does not.
    """
    if not page.rows:
        return _agreed(page, ask, AGREEING - 1)
    exact = ask(hub_asked.limited(page.url, len(page.rows)))
    if exact.next is None or len(exact.rows) != len(page.rows):
        raise Faulty("a page comes with other records when it is asked for again")
    return replace(page, next=hub_asked.limited(exact.next, hub_asked.limit(page.url)))


def followed(page: Page, before: str | None, ask: Callable[[str], Page], doubted: bool) -> Page:
    """A page without a next one: as it is where its list ends, else with the address at which the list goes on.

    before: the address of the page before it, None for the first. ask: gives the page of an address. doubted: whether
    this Hub has told wrongly before. Raises Faulty where it cannot be told now.
    """
    start, beyond = page, 0
    if len(page.rows) < 2 and before:
        start, beyond = ask(before), len(page.rows)  # anew: models may have been removed from it
        if start.next is None and not _ids(page) <= _ids(start):
            return _agreed(page, ask, AGREEING - 1)  # it does not come after that page
        if start.next is None and start.rows:
            return replace(page, next=hub_asked.limited(start.url, None), back=True)
    if len(start.rows) < 2:
        return _agreed(page, ask, AGREEING - 1)
    shorter = ask(hub_asked.limited(start.url, len(start.rows) - 1))
    if shorter.next is None and len(shorter.rows) >= len(start.rows):
        return _agreed(page, ask, UNLIMITED - 1)  # this Hub does not give fewer
    if shorter.next is None:
        raise Faulty("a page tells of no next one, and neither does a part of it")
    if len(shorter.rows) < len(start.rows) - 1:
        raise Faulty("a page has fewer records than it is asked for")
    rest = ask(hub_asked.limited(shorter.next, hub_asked.limit(page.url)))
    left = len(start.rows) - len(shorter.rows) + beyond
    if rest.next is None and len(rest.rows) < left:
        raise Faulty("a page tells of no next one, and asked for again ends before it did")
    if rest.next is None and len(rest.rows) == left and (start is page or _ids(page) <= _ids(rest)):
        _agreed(rest, ask, (AGREEING if doubted else SURE) - 1)
        return page
    return replace(page, next=rest.url if start is page else shorter.url, back=True)


def _ids(page: Page) -> set[Any]:
    return {row.get("id") if isinstance(row, dict) else None for row in page.rows}


def _agreed(page: Page, ask: Callable[[str], Page], times: int) -> Page:
    """The page, if it comes the same so many times more. Raises Faulty if it does not."""
    for _ in range(times):
        again = ask(page.url)
        if (again.next, len(again.rows)) != (page.next, len(page.rows)):
            raise Faulty("a page comes with other records when it is asked for again")
    return page
