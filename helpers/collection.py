"""Filling the folder of raw inputs for one edition, whatever its kind of data."""

from pathlib import Path

import pandas as pd

from helpers.sources import reconstruction
from helpers.sources.reconstruction import layout


class CollectionError(RuntimeError):
    """Raw inputs that cannot be had; the message says which and what to do."""


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
    return pd.DataFrame(
        [
            ("registry", len(models), len(models), None, None),
            _held("history", downloads.history),
            _held("snapshots", downloads.snapshots),
        ],
        columns=["source", "rows", "models", "first", "last"],
    )


def _held(source: str, table: pd.DataFrame) -> tuple:
    return source, len(table), table["model"].nunique(), table["date"].min().date(), table["date"].max().date()
