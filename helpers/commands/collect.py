"""Collecting: one day of the Hub's list into the archive, of counts or of derivatives."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths
from helpers.archive import days, pages
from helpers.archive.display import Display
from helpers.lock import ArchiveError, exclusive
from helpers.registry import lists
from helpers.sources import hub as source
from helpers.sources import hub_asked
from helpers.sources.asking import Patience
from helpers.sources.hub_refusals import CursorRefused, EndsEarly, HubError
from helpers.sources.hub_scope import WHOLE, Scope

RESTARTS = 5
"""How often a listing begins again in one run after a refused cursor: then cursors live shorter than it takes."""


def namespaces(labels: Path = paths.REGISTRY / "organisations.csv") -> Scope:
    """The lists of the tracked organisations' models."""
    table = pd.read_csv(labels, dtype=str, keep_default_na=False)
    return Scope.of("author", table["namespace"])


def tracked(folder: Path) -> pd.Series:
    """Ids of the tracked models. folder: the archive's registry. Raises ArchiveError without it, RegistryError."""
    if not (folder / "models.csv").is_file():
        raise ArchiveError(f"{paths.shown(folder)}: holds no list of models; run `atom collect tracked-models` first")
    return lists.ids(folder).drop_duplicates(ignore_index=True)


def derivatives(folder: Path) -> Scope:
    """The lists of the tracked models' derivatives. folder: the archive's registry. Raises as `tracked` does."""
    return Scope.of("base_model", tracked(folder))


def hub(
    folder: Path,
    scope: Scope | None = None,
    endpoint: str | None = None,
    patience: Patience | None = None,
    limit: int = hub_asked.LIMIT,
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
) -> list[dict[str, Any]]:
    """Collect today, a UTC day, into the archive `folder`; gives the manifests of the days published now.

    scope: what a day lists; None = the whole Hub. endpoint: None = huggingface_hub's own. limit: records a page. clock:
    this machine's, for a Hub that does not tell the time; where it does, its clock names the day. A day left unfinished
    is gone on with first, if it is the same work and began recently, and set aside if not; a day that is held already
    is left alone. Raises ArchiveError and HubError, which say what to do; whatever was collected until then is kept.
    """
    asked = scope or Scope()
    if not asked.lists:
        raise ArchiveError(f"{paths.shown(folder)}: {asked.words} are asked for; name some, or ask for the whole Hub")
    where, how = endpoint or source.endpoint(), patience or Patience()
    with exclusive(folder), Display(folder) as display, source.Hub(where, how, limit) as connection:
        connection.tell, connection.say, connection.clock = display.wait, display.say, clock
        published, late = _left(folder, asked, connection, display)
        now = connection.now()
        today = now.astimezone(datetime.UTC).date()
        if days.held(folder, today):
            display.say(f"{today} is held; nothing to do")
        else:
            new = days.begin(folder, now, asked, connection.endpoint)
            published.append(_finish(new, connection, display))
    if late:
        raise late
    return published


def _left(
    folder: Path,
    asked: Scope,
    connection: source.Hub,
    display: Display,
) -> tuple[list[dict[str, Any]], ArchiveError | None]:
    """Go on with days left unfinished. An earlier one that cannot be published must not cost today; it is told last."""
    published, late = [], None
    for left in days.unfinished(folder, display.say):
        now = connection.now()
        if reason := left.differs(asked, connection.endpoint, now):
            display.say(f"{left.day}: {reason}; moved to {paths.shown(days.set_aside(left, [reason], {}))}")
            continue
        try:
            published.append(_finish(left, connection, display))
        except ArchiveError as error:
            if left.day == now.astimezone(datetime.UTC).date():
                raise
            late = error
    return published, late


def _finish(day: days.Collection, connection: source.Hub, display: Display) -> dict[str, Any]:
    """Collect what is missing of a day and publish it."""
    display.begin(day)
    try:
        for number in range(len(day.scope.lists)):
            _list(day, number, connection, display)
    except EndsEarly as error:
        place = paths.shown(days.set_aside(day, [str(error)], {}))
        raise ArchiveError(
            f"{day.day} is not published: a listing ends early ({error}). What there was is kept in {place}"
        ) from None
    display.say(f"{day.day}: merging {display.pages:,} pages")
    facts = days.publish(day, connection.now())
    display.say(f"{day.day}: {facts['rows']:,} models published in {paths.shown(day.folder / f'date={day.day}')}")
    return facts


def _list(day: days.Collection, number: int, connection: source.Hub, display: Display) -> None:
    """Collect what is missing of one listing; from its beginning where the Hub does not let it go on."""
    place, name = day.pages(number), day.scope.lists[number]
    for _ in range(RESTARTS):
        heads = pages.resume(place)
        display.listing(number, name, heads)
        try:
            for at, page in enumerate(connection.listing(day.scope.query(name), heads), len(heads)):
                pages.write(place, at, page, day.latest)
                display.page(at, page)
            return
        except CursorRefused as error:
            display.say(f"{error}; listing {name if day.scope.by else WHOLE} from the beginning")
            pages.drop(place)
    raise HubError(f"{connection.endpoint}: refused a cursor {RESTARTS} times in one listing; run again later")
