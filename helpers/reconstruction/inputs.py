"""The raw inputs of a reconstructed edition: all of them generated, and written in the layouts of the real sources."""

from pathlib import Path

import pandas as pd

from helpers import reconstruction
from helpers.reconstruction import layout
from helpers.reconstruction.published import Published, ReconstructionError


def write(
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
    source, rows, models, first, last (days). Raises ReconstructionError for dates outside that period.
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
            ("registry", len(models), len(models), None, None),
            _described("history", past, "date", "model"),
            _described("snapshots", counts, "date", "model"),
            _described("derivatives", signals.derivatives, "created_at", "model"),
            _described("openrouter/daily", signals.tokens_daily, "date", "model_permaslug"),
            _described("openrouter/monthly_top10", signals.tokens_monthly, "month", "model"),
            _described("arena", signals.arena, "leaderboard_publish_date", "model_name"),
            ("artificial_analysis", *[len(signals.intelligence["data"])] * 2, None, None),
        ],
        columns=["source", "rows", "models", "first", "last"],
    )


def _refuse_outside(first_month: str, history_end: str, last_month: str, snapshot_date: str) -> None:
    """Raise ReconstructionError, naming the key, for a date of an edition of which the paper's figures tell nothing."""
    period = reconstruction.period(Published())
    after_entry = period.entry + pd.Timedelta(days=1)
    for key, given, first, last in (
        ("first_month", first_month, period.first, period.last),
        ("history_end", history_end, period.first, period.end),
        ("last_month", last_month, after_entry, period.last),
        ("snapshot_date", snapshot_date, period.entry, period.last),
    ):
        if not first <= pd.Timestamp(given) <= last:
            raise ReconstructionError(
                f"'{key}' is {given}, but reconstructed inputs go no further than the paper's own: for {key}, from "
                f"{first:%Y-%m-%d} to {last:%Y-%m-%d}; choose a date in between, or an edition that rests on an archive"
            )


def _described(source: str, table: pd.DataFrame, when: str, what: str) -> tuple:
    days = pd.to_datetime(table[when])
    return source, len(table), table[what].nunique(), days.min().date(), days.max().date()
