"""The archive: days of the Hub's lists, each published whole or not at all, beside what could not be published.

One folder holds days of counts (snapshots/), another days of derivatives (derivatives/). In each are

    date=YYYY-MM-DD/        a day that is held: models.parquet, refused.jsonl, manifest.json (see helpers.archive.store)
    unfinished/YYYY-MM-DD/  a day in the making: collection.json and pages, from which the next run goes on
    aside/YYYY-MM-DD.N/     a day that was not published: its report.json says why, with all that was collected;
                            YYYY-MM-DD.unsound is where a day goes that was held and is damaged, by the command that
                            `atom collect status` names
    logs/YYYY-MM-DD.log     a line for each page

A day is made under unfinished/, read back, brought to disk, and only then renamed to its place.
"""

import datetime
import importlib.metadata
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute
import pyarrow.parquet

from helpers import digests, files, paths
from helpers.archive import checks, pages, sound, store
from helpers.archive.sound import manifest
from helpers.lock import ArchiveError
from helpers.sources import hub_asked, hub_records
from helpers.sources.hub_scope import Scope
from helpers.tables.contracts import columns

SCHEMA_VERSION = 2
"""Of the published table; raised whenever a column changes its meaning."""
RECORD = "collection.json"
BY = (None, "author", "base_model")
"""What a scope may be by."""
RESUMABLE = datetime.timedelta(hours=12)
"""A day begun longer ago is not gone on with: the counts at its two ends would not be of one day."""
AHEAD = datetime.timedelta(minutes=10)
"""A day begun so much later than now was dated by a clock that stood wrong."""


def holds(folder: Path, day: datetime.date) -> bool:
    """Whether the day is published."""
    return (folder / f"date={day}").is_dir()


def held(folder: Path, day: datetime.date) -> bool:
    """Whether the day is published and can be relied on. Raises ArchiveError where it stands there and cannot."""
    if not holds(folder, day):
        return False
    if why := sound.fault(folder, day, verify=True):
        raise ArchiveError(f"{sound.Unsound(folder / f'date={day}', day, why)}; then run again to collect the day")
    return True


# A day in the making ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Collection:
    """A day in the making: where, of which UTC day, begun when, from which Hub, and what it lists."""

    folder: Path
    day: datetime.date
    started: datetime.datetime
    endpoint: str
    scope: Scope

    @property
    def place(self) -> Path:
        return self.folder / "unfinished" / str(self.day)

    @property
    def latest(self) -> datetime.date:
        """The last day on which one of its models can have been made."""
        return max(self.day + datetime.timedelta(days=1), columns.last_day())

    def pages(self, number: int) -> Path:
        """Where the pages of a list are, of the scope's by number."""
        return self.place / "pages" / f"{number:04}"

    def differs(self, scope: Scope, endpoint: str, now: datetime.datetime) -> str | None:
        """Why it cannot be gone on with, None if it can."""
        if now - self.started > RESUMABLE:
            return f"it was left unfinished, and began more than {RESUMABLE // datetime.timedelta(hours=1)} hours ago"
        if self.started - now > AHEAD:
            return f"it was left unfinished, and began at {self.started:%Y-%m-%d %H:%M}, by a clock that stood wrong"
        if (self.scope, self.endpoint) != (scope, endpoint):
            return "it was left unfinished, and other listings or another Hub are asked for now"
        return None


def begin(folder: Path, now: datetime.datetime, scope: Scope, endpoint: str) -> Collection:
    """Begin the day of `now`, in UTC."""
    started = now.astimezone(datetime.UTC)
    new = Collection(folder, started.date(), started, endpoint, scope)
    content = {"started": started.isoformat(), "endpoint": endpoint, "by": scope.by, "names": scope.names}
    files.write_json(new.place / RECORD, content, lasting=True)
    return new


def unfinished(folder: Path, tell: Callable[[str], object] | None = None) -> list[Collection]:
    """Days in the making, oldest first. What is left of days that are held already is cleared away.

    Whatever else is there, or cannot be gone on with because its record is damaged, is moved aside; `tell` is told so.
    """
    found = []
    for place in sorted((folder / "unfinished").glob("[!.]*")):
        day = store.named(place.name)
        if day and place.is_dir() and (_published(folder, day) or not (place / RECORD).exists()):
            shutil.rmtree(place)  # without a record it was stopped before its first page
            continue
        try:
            found.append(_begun(folder, place))
        except ValueError as error:
            report = {"day": str(day) if day else None, "not_published_because": [str(error)]}
            moved = _move_aside(folder, place, report)
            if tell:
                tell(f"{paths.shown(place)}: {error}; moved to {paths.shown(moved)}")
    return found


def _published(folder: Path, day: datetime.date) -> bool:
    return holds(folder, day) and not sound.fault(folder, day)


def _begun(folder: Path, place: Path) -> Collection:
    """The day in the making at a place. Raises ValueError, which says what is wrong with it."""
    if not place.is_dir() or not store.named(place.name):
        raise ValueError("is no day in the making")
    try:
        told = json.loads((place / RECORD).read_text(encoding="utf-8"))
        started = datetime.datetime.fromisoformat(told["started"])
        scope = Scope(told["by"], tuple(told["names"]))
        new = Collection(folder, started.date(), started, told["endpoint"], scope)
        texts = all(isinstance(text, str) for text in (new.endpoint, *scope.names))
        whole = texts and scope.by in BY and isinstance(told["names"], list) and started.utcoffset() is not None
    except (ValueError, LookupError, TypeError, IsADirectoryError):
        whole = False
    if not whole or new.place != place:
        raise ValueError(f"its {RECORD} is damaged, so that it cannot be gone on with")
    return new


def set_aside(collection: Collection, reasons: list[str], facts: dict[str, Any]) -> Path:
    """Move an unpublished day out of the way, with a report; gives its new place."""
    report = {"day": str(collection.day), "not_published_because": reasons} | facts
    return _move_aside(collection.folder, collection.place, report)


def _move_aside(folder: Path, place: Path, report: dict[str, Any]) -> Path:
    """Move a folder, or a file into one, to aside/, and put the report there; gives its new place."""
    aside, number = folder / "aside", 1
    aside.mkdir(exist_ok=True)
    while (target := aside / f"{place.name}.{number}").exists():
        number += 1
    if place.is_dir():
        files.write_json(place / "report.json", report, lasting=True)
        place.rename(target)
    else:
        files.write_json(target / "report.json", report, lasting=True)
        place.rename(target / place.name)
    files.sync(aside)
    return target


# Publication --------------------------------------------------------------------------------------------------


def publish(collection: Collection, now: datetime.datetime) -> dict[str, Any]:
    """Publish a day whose listings are complete; gives its manifest.

    Raises ArchiveError if the day cannot stand; it is then kept under aside/, with a report.
    """
    target = collection.folder / f"date={collection.day}"
    if held(collection.folder, collection.day):
        raise ArchiveError(f"{paths.shown(target)}: is held already; remove {paths.shown(collection.place)}")
    made = collection.place / "day"
    for leftover in (made, collection.place / "room"):
        shutil.rmtree(leftover, ignore_errors=True)
    made.mkdir()
    listed = [pages.listed(collection.pages(number)) for number in range(len(collection.scope.lists))]
    table = made / store.FILE
    merged = pages.merge(listed, table, made / sound.REFUSED, collection.place / "room")
    files.sync(table)
    files.sync(made / sound.REFUSED)
    _verify(table, merged.rows)
    facts = _facts(collection, merged, now, table) | {"not_asked_for": _without(listed)}
    before = _before(collection)
    compared = (before[0], before[1]["listings"]) if before else None
    reasons = checks.reasons(collection.scope, collection.started, merged, compared)
    if before:
        facts["fell"] = checks.fallen(collection.folder / f"date={before[0]}" / store.FILE, table)
        facts["compared_with"] = str(before[0])
    facts = sound.sealed(facts)
    files.write_json(made / store.MANIFEST, facts, lasting=True)
    if reasons:
        _refuse(collection, reasons, facts)
    made.rename(target)
    files.sync(collection.folder)
    shutil.rmtree(collection.place)
    return facts


def _refuse(collection: Collection, reasons: list[str], facts: dict[str, Any]) -> None:
    place = paths.shown(set_aside(collection, reasons, facts))
    target = paths.shown(collection.folder / f"date={collection.day}")
    raise ArchiveError(
        f"{collection.day} is not published: {'; '.join(reasons)}. It is kept in {place}. Run again to collect the day "
        f"anew; if the Hub really is so, publish it: mv {place}/day {target}"
    )


def _facts(collection: Collection, merged: pages.Merged, now: datetime.datetime, table: Path) -> dict[str, Any]:
    """The manifest."""
    scope = collection.scope
    return {
        "day": str(collection.day),
        "schema_version": SCHEMA_VERSION,
        "rows": merged.rows,
        **digests.to_record(table),
        "refused_sha256": files.digest(table.with_name(sound.REFUSED)),
        "started": collection.started.isoformat(timespec="seconds"),
        "finished": now.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "endpoint": collection.endpoint,
        "client": {name: importlib.metadata.version(name) for name in ("atom-report", "huggingface_hub", "httpx2")},
        "scope": list(scope.names) if scope.by == "author" else scope.words,
        "listings": checks.listings(scope, merged),
        "repeated": merged.repeated,
        "refused": dict(sorted(merged.refused.items())),
        "fell": None,
        "compared_with": None,
    }


def _without(lists: list[list[Path]]) -> list[str]:
    """What the Hub has refused, so that a list was read without: fields and parameters, in its words."""
    urls = (pages.read(found[0])[0]["url"] for found in lists if found)
    return sorted({name for url in urls for name in hub_asked.without(url)})


def _verify(path: Path, rows: int) -> None:
    """Read the table back: its columns, its rows, and models that rise from row to row, so that none comes twice."""
    with pyarrow.parquet.ParquetFile(path, page_checksum_verification=True) as file:
        whole = file.schema_arrow.equals(hub_records.COLUMNS) and file.metadata.num_rows == rows
        last = ""
        for batch in file.iter_batches(pages.BUCKET_ROWS):
            models = batch["model"]
            rise = pyarrow.compute.less(models.slice(0, len(models) - 1), models.slice(1))
            whole &= last < models[0].as_py() and pyarrow.compute.all(rise, min_count=0).as_py()
            last = models[-1].as_py()
    if not whole:
        raise ArchiveError(f"{paths.shown(path)}: differs from what was written; check the disk, then run again")


def _before(collection: Collection) -> tuple[datetime.date, dict[str, Any]] | None:
    """The last day held before this one that has a manifest and can be relied on, and the manifest."""
    for day in reversed(store.days(collection.folder)):
        if day < collection.day and not sound.fault(collection.folder, day, verify=True):
            found = manifest(collection.folder, day)
            if found and "listings" in found:
                return day, found
    return None
