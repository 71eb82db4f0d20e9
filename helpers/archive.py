"""The archive: days of the Hub's list, each published whole or not at all, beside what could not be published.

    date=YYYY-MM-DD/        a day that is held: models.parquet, refused.jsonl, manifest.json (read by helpers.store)
    unfinished/YYYY-MM-DD/  a day in the making: collection.json and pages, from which the next run goes on
    aside/YYYY-MM-DD.N/     a day that was not published: its report.json says why, with all that was collected
    logs/YYYY-MM-DD.log     a line for each page

A day is made under unfinished/, read back, brought to disk, and only then renamed to its place.
"""

import datetime
import errno
import hashlib
import importlib.metadata
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet
from filelock import FileLock, Timeout

from helpers import files, pages, paths, store
from helpers.sources import hub_records

WHOLE = "the whole Hub"
"""Scope of a day on which every model was listed, not only those of some namespaces."""
SCHEMA_VERSION = 1
"""Of the published table; raised whenever a column changes its meaning."""
SHRINK = 0.02
"""Share of models that a listing may lose from one day held to the next. The Hub grows by some 0.1 % a day, and its
clean-ups have taken well under 1 % at a time; a listing cut off in the middle loses far more."""
FEW = 5
"""Models that a listing may always lose: a small organisation tidies up."""
BROKEN = 0.001
"""Share of records without a required field, above which a listing lacks the field rather than a few records it."""
BEGINNING = datetime.datetime(2022, 3, 31, tzinfo=datetime.UTC)
"""The Hub dates its first models to 2 March 2022: a listing of all of it holds some of that month."""
LATEST = datetime.timedelta(days=2)
"""New models are made every minute: a listing of the whole Hub holds some not older than this."""
RESUMABLE = datetime.timedelta(hours=12)
"""A day begun longer ago is not gone on with: the counts at its two ends would not be of one day."""

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}


class ArchiveError(RuntimeError):
    """The archive cannot be written, or a day cannot be published; the message says what to do."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep the archive to this process, and tell of a full disk or a read-only folder in words. Raises ArchiveError."""
    shown = paths.shown(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise ArchiveError(f"{shown}: another collector is at work in this folder; wait for it to finish") from None
    except OSError as error:
        if error.errno in FULL:
            raise ArchiveError(
                f"{shown}: the disk is full, or a limit on files is met ({error.strerror}); make room and run again: "
                "it goes on from the last page. No day held was touched"
            ) from None
        if error.errno in DENIED:
            where = paths.shown(Path(error.filename)) if error.filename else shown
            raise ArchiveError(
                f"{where}: cannot be written ({error.strerror}); allow it, or name another folder"
            ) from None
        raise


def holds(folder: Path, day: datetime.date) -> bool:
    """Whether the day is published."""
    return (folder / f"date={day}").is_dir()


def manifest(folder: Path, day: datetime.date) -> dict[str, Any] | None:
    """What is recorded of a day held; None for one that this archive did not publish itself."""
    place = folder / f"date={day}" / "manifest.json"
    try:
        return json.loads(place.read_text(encoding="utf-8")) if place.is_file() else None
    except ValueError as error:
        raise ArchiveError(f"{paths.shown(place)}: {error}; restore it, or remove it") from None


# A day in the making ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Collection:
    """A day in the making. namespaces: one listing each; none = one listing, of the whole Hub."""

    folder: Path
    day: datetime.date
    started: datetime.datetime
    endpoint: str
    namespaces: list[str]

    @property
    def place(self) -> Path:
        return self.folder / "unfinished" / str(self.day)

    @property
    def listings(self) -> list[str | None]:
        return [*self.namespaces] or [None]

    def pages(self, number: int) -> Path:
        """Where the pages of a listing are."""
        return self.place / "pages" / f"{number:04}"

    def differs(self, namespaces: list[str], endpoint: str, now: datetime.datetime) -> str | None:
        """Why it cannot be gone on with, None if it can."""
        if now - self.started > RESUMABLE:
            return f"it was left unfinished, and began more than {RESUMABLE // datetime.timedelta(hours=1)} hours ago"
        if (self.namespaces, self.endpoint) != (namespaces, endpoint):
            return "it was left unfinished, and other listings or another Hub are asked for now"
        return None


def begin(folder: Path, now: datetime.datetime, namespaces: list[str], endpoint: str) -> Collection:
    """Begin the day of `now`, in UTC."""
    started = now.astimezone(datetime.UTC)
    new = Collection(folder, started.date(), started, endpoint, namespaces)
    content = {"started": started.isoformat(), "endpoint": endpoint, "namespaces": namespaces}
    files.write_json(new.place / "collection.json", content)
    pages.sync(new.place / "collection.json")
    return new


def unfinished(folder: Path) -> list[Collection]:
    """Days in the making, oldest first. What is left of days that are held already is cleared away."""
    found = []
    for place in sorted((folder / "unfinished").glob("????-??-??")):
        record = place / "collection.json"
        if holds(folder, place.name) or not record.is_file():  # without a record it was stopped before its first page
            shutil.rmtree(place)
            continue
        told = json.loads(record.read_text(encoding="utf-8"))
        started = datetime.datetime.fromisoformat(told["started"])
        found.append(Collection(folder, started.date(), started, told["endpoint"], told["namespaces"]))
    return found


def set_aside(collection: Collection, reasons: list[str], facts: dict[str, Any]) -> Path:
    """Move an unpublished day out of the way, with a report; gives its new place."""
    folder = collection.folder / "aside"
    folder.mkdir(exist_ok=True)
    target = folder / f"{collection.day}.{len(list(folder.glob(f'{collection.day}.*'))) + 1}"
    report = {"day": str(collection.day), "not_published_because": reasons} | facts
    files.write_json(collection.place / "report.json", report)
    collection.place.rename(target)
    pages.sync(folder)
    return target


# Publication --------------------------------------------------------------------------------------------------


def publish(collection: Collection, now: datetime.datetime) -> dict[str, Any]:
    """Publish a day whose listings are complete; gives its manifest.

    Raises ArchiveError if the day cannot stand; it is then kept under aside/, with a report.
    """
    made = collection.place / "day"
    for leftover in (made, collection.place / "room"):
        shutil.rmtree(leftover, ignore_errors=True)
    made.mkdir()
    listed = [path for number in range(len(collection.listings)) for path in _paths(collection.pages(number))]
    table = made / store.FILE
    merged = pages.merge(listed, collection.namespaces, table, made / "refused.jsonl", collection.place / "room")
    pages.sync(table)
    pages.sync(made / "refused.jsonl")
    _verify(table, merged.rows)
    facts = _facts(collection, merged, now, table)
    before = _before(collection)
    reasons = _doubts(collection, merged, before[1] if before else None)
    if before:
        facts["fell"] = _fell_since(collection.folder / f"date={before[0]}" / store.FILE, table)
    files.write_json(made / "manifest.json", facts)
    for path in (made / "manifest.json", made):
        pages.sync(path)
    if reasons:
        _refuse(collection, reasons, facts)
    made.rename(collection.folder / f"date={collection.day}")
    pages.sync(collection.folder)
    shutil.rmtree(collection.place)
    return facts


def _refuse(collection: Collection, reasons: list[str], facts: dict[str, Any]) -> None:
    place = paths.shown(set_aside(collection, reasons, facts))
    target = paths.shown(collection.folder / f"date={collection.day}")
    raise ArchiveError(
        f"{collection.day} is not published: {'; '.join(reasons)}. It is kept in {place}. Run again to collect the day "
        f"anew; if the Hub really is so, publish it: mv {place}/day {target}"
    )


def _paths(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json.zst"))


def _facts(collection: Collection, merged: pages.Merged, now: datetime.datetime, table: Path) -> dict[str, Any]:
    """The manifest."""
    listings = {space: merged.namespaces[space.casefold()] for space in collection.namespaces} or {"*": merged.rows}
    return {
        "day": str(collection.day),
        "schema_version": SCHEMA_VERSION,
        "rows": merged.rows,
        "sha256": _digest(table),
        "started": collection.started.isoformat(timespec="seconds"),
        "finished": now.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "endpoint": collection.endpoint,
        "client": {name: importlib.metadata.version(name) for name in ("atom-report", "huggingface_hub", "httpx2")},
        "scope": collection.namespaces or WHOLE,
        "listings": listings,
        "repeated": merged.repeated,
        "refused": dict(sorted(merged.refused.items())),
        "fell": None,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _verify(path: Path, rows: int) -> None:
    """Read the table back: its columns, its rows, and models that rise from row to row, so that none comes twice."""
    with pyarrow.parquet.ParquetFile(path) as file:
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
    """The last day held before this one that has a manifest, and the manifest."""
    for day in reversed(store.days(collection.folder)):
        if day < collection.day and (found := manifest(collection.folder, day)):
            return day, found
    return None


def _doubts(collection: Collection, merged: pages.Merged, before: dict[str, Any] | None) -> list[str]:
    """Why the day cannot stand as it is; none if it can."""
    reasons = []
    broken = sum(count for why, count in merged.refused.items() if why.startswith(hub_records.ABSENT))
    if broken > BROKEN * (merged.rows + broken):
        reasons.append(f"{broken:,} of {merged.rows + broken:,} records lack a required field")
    if not merged.rows:
        reasons.append("it holds no model")
    elif not collection.namespaces and merged.oldest > BEGINNING:
        reasons.append(f"its oldest model is of {merged.oldest:%Y-%m-%d}: the listing lacks its beginning")
    elif not collection.namespaces and merged.newest < collection.started - LATEST:
        reasons.append(f"its newest model is of {merged.newest:%Y-%m-%d}: the listing ends early")
    if before:
        now = {space: merged.namespaces[space.casefold()] for space in collection.namespaces} or {"*": merged.rows}
        reasons += _falls(before["listings"], now, before["day"])
    return reasons


def _falls(before: dict[str, int], now: dict[str, int], day: str) -> list[str]:
    """Listings that lost too many models, or all; only those that both days have can be compared."""
    both = sorted(before.keys() & now.keys())
    sizes = [(space if space != "*" else "the whole Hub", before[space], now[space]) for space in both]
    sizes.append(("all of them together", sum(before[space] for space in both), sum(now[space] for space in both)))
    return [
        f"{name}: {new:,} models after {old:,} on {day}, a loss of more than {SHRINK:.0%}"
        for name, old, new in (sizes if len(both) > 1 else sizes[:1])
        if old - new > max(FEW, SHRINK * old) or (old and not new)
    ]


def _fell_since(before: Path, now: Path) -> int:
    try:
        return _fell(before, now)
    except (pyarrow.ArrowException, OSError) as error:
        raise ArchiveError(
            f"{paths.shown(before)}: cannot be read ({str(error).splitlines()[0][:160]}); restore it or move its "
            "folder away, then run again: the day collected now is complete and is published then"
        ) from None


def _fell(before: Path, now: Path) -> int:
    """Models whose all-time count is lower than in the table before: the Hub has counted them anew.

    Reads one row group of `now` at a time and those of `before` that can hold the same models.
    """
    columns, fell = ["model", "downloads_all_time"], 0
    with pyarrow.parquet.ParquetFile(before) as old, pyarrow.parquet.ParquetFile(now) as new:
        spans = [_span(old, group) for group in range(old.num_row_groups)]
        for group in range(new.num_row_groups):
            first, last = _span(new, group)
            near = [at for at, (least, most) in enumerate(spans) if least <= last and first <= most]
            if near:
                both = new.read_row_group(group, columns).join(
                    old.read_row_groups(near, columns), "model", join_type="inner", right_suffix="_before"
                )
                less = pyarrow.compute.less(both["downloads_all_time"], both["downloads_all_time_before"])
                fell += pyarrow.compute.sum(less, min_count=0).as_py()
    return fell


def _span(file: pyarrow.parquet.ParquetFile, group: int) -> tuple[str, str]:
    """The least and the greatest model of a row group."""
    told = file.metadata.row_group(group).column(0).statistics  # the model is the first
    return told.min, told.max
