"""Filling the folder of raw inputs for one edition, whatever its kind of data."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet

from helpers import files, paths, reconstruction
from helpers.archive import days, listings, store
from helpers.reconstruction import layout
from helpers.reconstruction.published import Published
from helpers.sources import hub
from helpers.tables.contracts import TABLES

SOURCES = ("history", "openrouter", "arena", "artificial_analysis", "registry")
"""Folders of the archive that are raw inputs as they are; the snapshots and the listing of derivatives come apart."""


class CollectionError(RuntimeError):
    """Raw inputs that cannot be had; the message says which and what to do."""


def gather(folder: Path, source: Path = paths.ARCHIVE) -> pd.DataFrame:
    """Bring what the archive holds into `folder`, in the layouts of the data dictionary; sources not held are absent.

    Files are linked where the file system can, else copied. The listing of derivatives is the newest snapshot of the
    whole Hub or, where there is none, the newest day of derivatives collected for tracked models. Returns source,
    files, newest (the newest day or file), note (what is to be known of it); files is 0 for what is not held. Raises
    CollectionError without any snapshot or list of models: nothing could be counted.
    """
    for needed, remedy in (("snapshots", "atom collect hub"), ("registry", "atom collect tracked-models")):
        if not (source / needed).is_dir():
            raise CollectionError(f"{paths.shown(source / needed)} is missing; run `{remedy}` first")
    held = store.days(source / "snapshots")
    for day in held:
        name = f"date={day}/{store.FILE}"
        _bring(source / "snapshots" / name, folder / "snapshots" / name)
    rows = [("snapshots", len(held), str(held[-1]) if held else "", "")]
    rows.append(("derivatives", *_derivatives(source, folder / "derivatives")))
    for name in SOURCES:
        found = [path for path in sorted((source / name).rglob("*")) if path.is_file() and path.name[0] != "."]
        for path in found:
            _bring(path, folder / path.relative_to(source))
        rows.append((name, len(found), found[-1].name if found else "", ""))
    return pd.DataFrame(rows, columns=["source", "files", "newest", "note"])


def _derivatives(source: Path, folder: Path) -> tuple[int, str, str]:
    """Bring the listing of derivatives, with its manifest; gives files, its day, and what of the Hub it covers."""
    for name, covers in (("snapshots", hub.WHOLE), ("derivatives", listings.DERIVATIVES)):
        place = source / name
        for day in reversed(store.days(place)):
            told = days.manifest(place, day)
            if told and listings.covered(told) == covers:
                _listing(place / f"date={day}", folder / f"date={day}")
                return 1, str(day), covers
    return 0, "", ""


def _listing(day: Path, target: Path) -> None:
    """The columns of raw/derivatives of a day, and its manifest."""
    columns = list(TABLES["raw/derivatives"].columns)
    table = pyarrow.parquet.read_table(day / store.FILE, columns=columns, partitioning=None)
    with files.replacing(target / store.FILE) as beside:
        pyarrow.parquet.write_table(table, beside)
    _bring(day / listings.MANIFEST, target / listings.MANIFEST)


def _bring(path: Path, target: Path) -> None:
    """Link a file to `target`, or copy it where it lies on another disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def reconstruct(
    folder: Path,
    seed: int,
    first_month: str,
    history_end: str,
    last_month: str,
    snapshot_date: str,
    history_namespaces: list[str],
    bucket_edges: list[float],
) -> pd.DataFrame:
    """Write reconstructed raw inputs into `folder`, in the layouts of the data dictionary.

    Downloads are generated for the paper's period, the same ones whatever the dates; an edition is given the histories
    through its history_end and the snapshots through its snapshot_date. Returns what there is now, one row a source:
    source, rows, models, first, last (days). Raises CollectionError for dates outside that period.
    """
    _refuse_outside(first_month, history_end, last_month, snapshot_date)
    models = reconstruction.models(seed, bucket_edges, history_namespaces)
    layout.registry(models, folder / "registry")
    downloads = reconstruction.collected(models, seed)
    past = downloads.history[downloads.history["date"] <= pd.Timestamp(history_end)]
    layout.history(past, folder / "history")
    counts = downloads.snapshots[downloads.snapshots["date"] <= pd.Timestamp(snapshot_date)]
    layout.snapshots(counts, folder / "snapshots")
    signals = reconstruction.signals(seed, snapshot_date)
    layout.listing(signals.derivatives, snapshot_date, folder / "derivatives")
    layout.openrouter(signals.tokens_daily, signals.tokens_monthly, signals.catalogue, folder / "openrouter")
    layout.arena(signals.arena, folder / "arena")
    layout.intelligence(signals.intelligence, snapshot_date, folder / "artificial_analysis")
    return pd.DataFrame(
        [
            ("list of models", len(models), len(models), None, None),
            _held("download histories", past, "date", "model"),
            _held("snapshots", counts, "date", "model"),
            _held("listing of derivatives", signals.derivatives, "created_at", "model"),
            _held("OpenRouter, daily", signals.tokens_daily, "date", "model_permaslug"),
            _held("OpenRouter, monthly top ten", signals.tokens_monthly, "month", "model"),
            _held("Arena", signals.arena, "leaderboard_publish_date", "model_name"),
            ("Artificial Analysis", *[len(signals.intelligence["data"])] * 2, None, None),
        ],
        columns=["source", "rows", "models", "first", "last"],
    )


def _refuse_outside(first_month: str, history_end: str, last_month: str, snapshot_date: str) -> None:
    """Raise CollectionError, naming the key, for a date of an edition of which the paper's figures tell nothing."""
    period = reconstruction.period(Published())
    after_entry = period.entry + pd.Timedelta(days=1)
    for key, given, first, last in (
        ("first_month", first_month, period.first, period.last),
        ("history_end", history_end, period.first, period.end),
        ("last_month", last_month, after_entry, period.last),
        ("snapshot_date", snapshot_date, period.entry, period.last),
    ):
        if not first <= pd.Timestamp(given) <= last:
            raise CollectionError(
                f"'{key}' is {given}, but reconstructed inputs go no further than the paper's own: for {key}, from "
                f"{first:%Y-%m-%d} to {last:%Y-%m-%d}; choose a date in between, or an edition that rests on an archive"
            )


def _held(source: str, table: pd.DataFrame, when: str, what: str) -> tuple:
    days = pd.to_datetime(table[when])
    return source, len(table), table[what].nunique(), days.min().date(), days.max().date()
