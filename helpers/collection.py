"""Filling the folder of raw inputs for one edition, whatever its kind of data."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet

from helpers import archive, files, paths, store
from helpers.schemas import TABLES
from helpers.sources import reconstruction
from helpers.sources.reconstruction import layout

SOURCES = ("history", "openrouter", "arena", "artificial_analysis", "registry")
"""Folders of the archive that are raw inputs as they are; the snapshots and the listing of derivatives come apart."""


class CollectionError(RuntimeError):
    """Raw inputs that cannot be had; the message says which and what to do."""


def gather(folder: Path, source: Path = paths.ARCHIVE) -> pd.DataFrame:
    """Bring what the archive holds into `folder`, in the layouts of the data dictionary; sources not held are absent.

    Files are linked where the file system can, else copied. The listing of derivatives is the newest snapshot of the
    whole Hub, if there is one. Returns source, files, newest (the newest day or file); files is 0 for what is not held.
    Raises CollectionError without any snapshot or list of models: nothing could be counted.
    """
    for needed, remedy in (("snapshots", "atom collect hub"), ("registry", "atom collect tracked-models")):
        if not (source / needed).is_dir():
            raise CollectionError(f"{paths.shown(source / needed)} is missing; run `{remedy}` first")
    held = store.days(source / "snapshots")
    for day in held:
        name = f"date={day}/{store.FILE}"
        _bring(source / "snapshots" / name, folder / "snapshots" / name)
    rows = [("snapshots", len(held), str(held[-1]) if held else "")]
    listed = _listing(source / "snapshots", folder / "derivatives")
    rows.append(("derivatives", int(listed is not None), listed or ""))
    for name in SOURCES:
        found = [path for path in sorted((source / name).rglob("*")) if path.is_file() and path.name[0] != "."]
        for path in found:
            _bring(path, folder / path.relative_to(source))
        rows.append((name, len(found), found[-1].name if found else ""))
    return pd.DataFrame(rows, columns=["source", "files", "newest"])


def _listing(snapshots: Path, folder: Path) -> str | None:
    """The newest snapshot of the whole Hub as the listing of derivatives; its day, None where there is none."""
    columns = list(TABLES["raw/derivatives"].columns)
    for day in reversed(store.days(snapshots)):
        told = archive.manifest(snapshots, day)
        if told and told["scope"] == archive.WHOLE:
            table = pyarrow.parquet.read_table(
                snapshots / f"date={day}" / store.FILE, columns=columns, partitioning=None
            )
            with files.replacing(folder / f"date={day}" / store.FILE) as beside:
                pyarrow.parquet.write_table(table, beside)
            return str(day)
    return None


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

    Returns what there is now, one row a source: source, rows, models, first, last (days).
    """
    models = reconstruction.models(seed, bucket_edges, history_namespaces)
    layout.registry(models, folder / "registry")
    downloads = reconstruction.collected(models, seed, first_month, history_end, last_month, snapshot_date)
    layout.history(downloads.history, folder / "history")
    layout.snapshots(downloads.snapshots, folder / "snapshots")
    signals = reconstruction.signals(seed, snapshot_date)
    layout.listing(signals.derivatives, snapshot_date, folder / "derivatives")
    layout.openrouter(signals.tokens_daily, signals.tokens_monthly, signals.catalogue, folder / "openrouter")
    layout.arena(signals.arena, folder / "arena")
    layout.intelligence(signals.intelligence, snapshot_date, folder / "artificial_analysis")
    return pd.DataFrame(
        [
            ("list of models", len(models), len(models), None, None),
            _held("download histories", downloads.history, "date", "model"),
            _held("snapshots", downloads.snapshots, "date", "model"),
            _held("listing of derivatives", signals.derivatives, "created_at", "model"),
            _held("OpenRouter, daily", signals.tokens_daily, "date", "model_permaslug"),
            _held("OpenRouter, monthly top ten", signals.tokens_monthly, "month", "model"),
            _held("Arena", signals.arena, "leaderboard_publish_date", "model_name"),
            ("Artificial Analysis", *[len(signals.intelligence["data"])] * 2, None, None),
        ],
        columns=["source", "rows", "models", "first", "last"],
    )


def _held(source: str, table: pd.DataFrame, when: str, what: str) -> tuple:
    days = pd.to_datetime(table[when])
    return source, len(table), table[what].nunique(), days.min().date(), days.max().date()
