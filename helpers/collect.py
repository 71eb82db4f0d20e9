"""Collecting: one day of the Hub's list into the archive, and what the archive holds."""

import datetime
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow.parquet

from helpers import archive, pages, paths, schemas, store
from helpers.sources import hub as source

RESTARTS = 5
"""How often a listing begins again in one run after a refused cursor: then cursors live shorter than it takes."""
EVERY = 10
"""Seconds between two lines of progress where there is no terminal."""


def namespaces(registry: Path = paths.REGISTRY / "organisations.csv") -> list[str]:
    """The tracked organisations' namespaces on the Hub."""
    return sorted(pd.read_csv(registry, dtype=str, keep_default_na=False)["namespace"].unique())


def hub(
    folder: Path,
    namespaces: list[str] | None = None,
    endpoint: str | None = None,
    patience: source.Patience | None = None,
    limit: int = source.LIMIT,
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
) -> list[dict[str, Any]]:
    """Collect today, a UTC day, into the archive `folder`; gives the manifests of the days published now.

    namespaces: one listing each; None = one listing of the whole Hub. endpoint: None = huggingface_hub's own. limit:
    records a page. A day left unfinished is gone on with first, if it is the same work and began recently, and set
    aside if not; a day that is held already is left alone. Raises ArchiveError and HubError, which say what to do;
    whatever was collected until then is kept.
    """
    if namespaces is not None and not namespaces:
        raise archive.ArchiveError(
            f"{paths.shown(folder)}: no namespaces are named; name some, or ask for the whole Hub"
        )
    asked = sorted(set(namespaces or []))
    where, how = endpoint or source.endpoint(), patience or source.Patience()
    with archive.held(folder), _display(folder) as display, source.Hub(where, how, limit) as connection:
        published, late = _left(folder, asked, connection, display, clock)
        now = clock()
        today = now.astimezone(datetime.UTC).date()
        if archive.holds(folder, today):
            display.say(f"{today} is held; nothing to do")
        else:
            new = archive.begin(folder, now, asked, connection.endpoint)
            published.append(_finish(new, connection, display, clock))
    if late:
        raise late
    return published


def _left(
    folder: Path,
    asked: list[str],
    connection: source.Hub,
    display: "Display",
    clock: Callable[[], datetime.datetime],
) -> tuple[list[dict[str, Any]], archive.ArchiveError | None]:
    """Go on with days left unfinished. An earlier one that cannot be published must not cost today; it is told last."""
    published, late = [], None
    for left in archive.unfinished(folder):
        now = clock()
        if reason := left.differs(asked, connection.endpoint, now):
            display.say(f"{left.day}: {reason}; moved to {paths.shown(archive.set_aside(left, [reason], {}))}")
            continue
        try:
            published.append(_finish(left, connection, display, clock))
        except archive.ArchiveError as error:
            if left.day == now.astimezone(datetime.UTC).date():
                raise
            late = error
    return published, late


def _finish(
    day: archive.Collection, connection: source.Hub, display: "Display", clock: Callable[[], datetime.datetime]
) -> dict[str, Any]:
    """Collect what is missing of a day and publish it."""
    display.begin(day)
    connection.tell = display.wait
    try:
        for number in range(len(day.listings)):
            _list(day, number, connection, display)
    except source.EndsEarly as error:
        place = paths.shown(archive.set_aside(day, [str(error)], {}))
        raise archive.ArchiveError(
            f"{day.day} is not published: a listing ends early ({error}). What there was is kept in {place}"
        ) from None
    display.say(f"{day.day}: merging {display.pages:,} pages")
    facts = archive.publish(day, clock())
    display.say(f"{day.day}: {facts['rows']:,} models published in {paths.shown(day.folder / f'date={day.day}')}")
    return facts


def _list(day: archive.Collection, number: int, connection: source.Hub, display: "Display") -> None:
    """Collect what is missing of one listing; from its beginning where the Hub does not let it go on."""
    place, namespace = day.pages(number), day.listings[number]
    for _ in range(RESTARTS):
        heads = pages.resume(place)
        connection.full = max([connection.full, *(head["rows"] for head in heads if head["next"])])
        url = heads[-1]["next"] if heads else connection.first(namespace)
        display.listing(number, namespace, heads)
        if url is None:
            return
        try:
            for at, page in enumerate(connection.listing(url, {head["url"] for head in heads}), len(heads)):
                pages.write(place, at, page)
                display.page(at, page)
            return
        except source.CursorRefused as error:
            display.say(f"{error}; listing {namespace or 'the whole Hub'} from the beginning")
            pages.drop(place)
    raise source.HubError(f"{connection.endpoint}: refused a cursor {RESTARTS} times in one listing; run again later")


# Progress -----------------------------------------------------------------------------------------------------


class Display:
    """Lines of progress, and a log file with a line for each page and each wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log: Path | None = None
        self.pages = self.records = self.fresh = 0
        self.waited = 0.0
        self.name = ""
        self.start = self.last = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def begin(self, day: archive.Collection) -> None:
        """Name the day that is collected from now on."""
        self.log = self.folder / "logs" / f"{day.day}.log"
        self.log.parent.mkdir(exist_ok=True)
        self.pages = self.records = 0
        self.say(f"{day.day}: collecting {len(day.listings)} listings from {day.endpoint}")

    def say(self, words: str) -> None:
        """Show and log a line."""
        self.show(words)
        self.note(words)

    def show(self, words: str) -> None:
        """Show a line."""
        print(f"{time.monotonic() - self.start:6.1f} s  {words}", flush=True)

    def note(self, words: str) -> None:
        """Log a line."""
        if self.log:
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            with self.log.open("a", encoding="utf-8") as stream:
                stream.write(f"{now} {words}\n")

    def listing(self, number: int, namespace: str | None, heads: list[dict[str, Any]]) -> None:
        """Tell which listing is read, and what of it is there already."""
        self.name = f"{number:04} {namespace or '*'}"
        self.pages += len(heads)
        self.records += sum(head["rows"] for head in heads)

    def page(self, number: int, page: source.Page) -> None:
        """Tell of a page that is safe on disk."""
        self.pages += 1
        self.records += len(page.rows)
        self.fresh += len(page.rows)
        end = "" if page.next else " end"
        cost = f"{page.seconds:.2f} s, {page.tries} tries, {page.waited:.1f} s waited"
        self.note(f"{self.name} page {number:06} {len(page.rows)} records {len(page.body)} bytes {cost}{end}")
        self.advance()

    def advance(self) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if now - self.last > EVERY:
            self.last = now
            self.show(self.summary())

    def summary(self) -> str:
        """Pages, records, rate and waits until now."""
        rate = self.fresh / max(time.monotonic() - self.start, 0.001)
        done = f"{self.pages:,} pages, {self.records:,} records"
        return f"{self.name}: {done}, {rate:,.0f} a second, waited {self.waited:.0f} s"

    def wait(self, words: str, seconds: float) -> None:
        """Tell of a fault that is waited out."""
        self.waited += seconds
        self.note(f"{self.name} {words}; again in {seconds:.1f} s")
        self.show(f"{words}; again in {seconds:.1f} s")


class Live(Display):
    """The same on a terminal: one line that moves, and lines above it for what is worth keeping."""

    def __init__(self, folder: Path) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        super().__init__(folder)
        self.progress = Progress(SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
        self.line = self.progress.add_task("connecting", total=None)

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.stop()

    def show(self, words: str) -> None:
        """Show a line above."""
        self.progress.console.print(words, markup=False, highlight=False)

    def advance(self) -> None:
        """Show how far it is."""
        self.progress.update(self.line, description=self.summary())

    def wait(self, words: str, seconds: float) -> None:
        """Tell of a fault that is waited out."""
        self.waited += seconds
        self.note(f"{self.name} {words}; again in {seconds:.1f} s")
        self.progress.update(self.line, description=f"{self.summary()}; {words}, again in {seconds:.1f} s")


def _display(folder: Path) -> Display:
    return Live(folder) if sys.stdout.isatty() else Display(folder)


# Status -------------------------------------------------------------------------------------------------------


def status(folder: Path) -> pd.DataFrame:
    """What the archive holds, a row each, in order of days: first, last, state, rows, fell, note.

    state: held | gap (first to last) | unfinished | aside. rows: models of a day held. fell: models whose all-time
    count is lower than on the day held before; null where that was not compared. note: for people.
    """
    try:
        days = store.days(folder)
    except schemas.ContractError as error:
        raise archive.ArchiveError(str(error)) from None
    rows = [_held_row(folder, day) for day in days]
    for gap in store.gaps(days).itertuples():
        rows.append((gap.first.date(), gap.last.date(), "gap", None, None, f"{gap.days} days not collected"))
    for place in sorted((folder / "unfinished").glob("????-??-??")):
        count = len(list(place.glob("pages/*/*.json.zst")))
        day = datetime.date.fromisoformat(place.name)
        rows.append((day, day, "unfinished", None, None, f"{count} pages; the next run goes on if it began recently"))
    for place in sorted((folder / "aside").glob("????-??-??.*")):
        told = json.loads((place / "report.json").read_text(encoding="utf-8"))
        day = datetime.date.fromisoformat(told["day"])
        note = f"{place.name}: {'; '.join(told['not_published_because'])}"
        rows.append((day, day, "aside", told.get("rows"), told.get("fell"), note))
    table = pd.DataFrame(rows, columns=["first", "last", "state", "rows", "fell", "note"])
    table = table.astype({"rows": "Int64", "fell": "Int64", "first": "datetime64[us]", "last": "datetime64[us]"})
    return table.sort_values(["first", "state"], kind="stable", ignore_index=True)


def _held_row(folder: Path, day: datetime.date) -> tuple:
    told = archive.manifest(folder, day)
    if told is None:
        rows = pyarrow.parquet.read_metadata(folder / f"date={day}" / store.FILE).num_rows
        return day, day, "held", rows, None, "brought in without a manifest"
    scope = told["scope"] if isinstance(told["scope"], str) else f"{len(told['scope'])} namespaces"
    refused = sum(told["refused"].values())
    return day, day, "held", told["rows"], told["fell"], scope + (f"; {refused:,} records refused" if refused else "")
