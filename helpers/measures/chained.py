"""Lifetime counts from before the first that was read, chained back by counts of 30 days.

A lifetime count less the count of 30 days of the same day is the lifetime count of 30 days before. Weekly dumps of the
Hub tell 30-day counts since July 2024 and lifetime counts since February 2025, so that the chain reaches back over the
time between. It is an estimate: the two counts are not made alike, and how far they differ is measured where both are
known. It stands in no other table.
"""

import numpy as np
import pandas as pd

from helpers.measures.grid import Grid, line

SPAN = 30
LONGEST = 31
"""Days between two readings of 30-day counts that a line may bridge; beyond them nothing is known."""


def estimated(snapshots: pd.DataFrame, error: pd.DataFrame) -> pd.DataFrame:
    """Lifetime counts of the days before any lifetime count was read; the table clean/chained.

    snapshots: date, model, read_at (null: at the day's end), downloads_all_time, downloads (of the 30 days before; all
    nullable). Both are taken at the ends of days, on the lines between readings. A model's chain ends where the 30-day
    count is not known, or exceeds what is left. error: from `error`.

    Returns date, model, downloads_cumulative (estimated), low and high (what was subtracted, divided by the lowest and
    the highest ratio; null where nothing could be compared), ordered by model and date; no row where nothing can be
    told.
    """
    grid = Grid.of(snapshots)
    moments = grid.moments(snapshots["read_at"])
    ends = np.arange(1, moments.shape[1] + 1)
    total, month = (line(grid.matrix(snapshots[name]), moments, ends) for name in ("downloads_all_time", "downloads"))
    month[_far_apart(~np.isnan(grid.matrix(snapshots["downloads"])))] = np.nan
    known = ~np.isnan(total)
    taken = np.where(known, 0.0, np.nan)
    first = known.argmax(axis=1)
    for day in reversed(range(total.shape[1] - SPAN)):
        left = total[:, day + SPAN] - month[:, day + SPAN]
        chain = (day < first) & (left >= 0)
        total[chain, day] = left[chain]
        taken[chain, day] = taken[chain, day + SPAN] + month[chain, day + SPAN]
    (ratios,) = error[["ratio_low", "ratio_high"]].astype(float).to_dict("records")
    low, high = (np.maximum(total + taken - taken / ratios[name], 0) for name in ("ratio_low", "ratio_high"))
    before = np.arange(total.shape[1]) < known.any(axis=0).argmax()
    return grid.long(before & ~np.isnan(total), downloads_cumulative=total, low=low, high=high)


def _far_apart(known: np.ndarray) -> np.ndarray:
    """Days that lie between readings more than LONGEST days apart."""
    days = np.arange(known.shape[1])
    before = np.maximum.accumulate(np.where(known, days, 0), axis=1)
    after = np.minimum.accumulate(np.where(known, days, days.size)[:, ::-1], axis=1)[:, ::-1]
    return after - before > LONGEST


def errors(snapshots: pd.DataFrame) -> pd.DataFrame:
    """How 30-day counts compare with what lifetime counts gained over the same 30 days, where both are known.

    snapshots: as for `estimated`. Only days with readings of a model's both counts enter; its lifetime count of 30 days
    before may lie on a line. Returns date, models, told (their 30-day counts together), gained (by their lifetime
    counts), ratio (told / gained; null if nothing was gained), in order of date.
    """
    grid = Grid.of(snapshots)
    moments = grid.moments(snapshots["read_at"])
    before = line(grid.matrix(snapshots["downloads_all_time"]), moments, moments - SPAN)[grid.rows, grid.columns]
    told = snapshots.assign(before=before).dropna(subset="downloads")
    gained = told["downloads_all_time"].astype(float).to_numpy() - told["before"].to_numpy()
    both = pd.DataFrame({"date": told["date"], "told": told["downloads"].astype(float).to_numpy(), "gained": gained})
    both = both[both["gained"] >= 0]
    table = both.groupby("date", as_index=False).agg(
        models=("told", "size"), told=("told", "sum"), gained=("gained", "sum")
    )
    return table.assign(ratio=table["told"] / table["gained"].where(table["gained"] > 0))


def error(compared: pd.DataFrame) -> pd.DataFrame:
    """The comparison in one row: days, models (at most on one), ratio (of all sums), ratio_low and ratio_high (by day).

    compared: from `errors`. Without any day to compare, days is 0 and the rest null.
    """
    held = compared.dropna(subset=["ratio"])
    row = {
        "days": len(held),
        "models": held["models"].max() if len(held) else None,
        "ratio": held["told"].sum() / held["gained"].sum() if len(held) else None,
        "ratio_low": held["ratio"].min(),
        "ratio_high": held["ratio"].max(),
    }
    return pd.DataFrame([row])


def totals(chained: pd.DataFrame, models: pd.DataFrame, by: str) -> pd.DataFrame:
    """Estimated downloads of each group by day, with their bands: date, <by>, models, downloads_cumulative, low, high.

    chained: from `estimated`. models: model, <by>.
    """
    rows = chained.merge(models[["model", by]], on="model").groupby(["date", by])
    sums = rows[["downloads_cumulative", "low", "high"]].sum(min_count=1)
    return sums.assign(models=rows.size()).reset_index()
