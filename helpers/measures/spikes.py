"""Spikes after the splice, where nothing is filtered: downloads of 30 days that stand far above the months around them.

They are flagged, not removed: what was counted stays in all totals, and readers are told.
"""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from helpers.measures.grid import Grid

SPAN = 30
"""Days that a count is taken over, as the Hub's own: weekday rhythms even out."""
TIMES = 4
"""A spike is more than this many times what the model had before and after it. Ordinary months differ by less."""
FLOOR = 3000
"""Downloads in 30 days that a spike has above that, at least: the 100 a day of the outlier rule."""


def thirty_days(daily: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """New downloads of the 30 days through each day, of models and days of which all 30 are known.

    daily: date, model, downloads (null = unknown), as clean/daily. since: the first of the days that count.
    Returns date, model, downloads_30d.
    """
    rows = daily[daily["date"] >= since]
    grid = Grid.of(rows)
    new = grid.matrix(rows["downloads"])
    through = np.pad(np.nan_to_num(new).cumsum(axis=1), ((0, 0), (1, 0)))
    unknown = np.pad(np.isnan(new).cumsum(axis=1), ((0, 0), (1, 0)))
    sums = np.full_like(new, np.nan)
    sums[:, SPAN - 1 :] = np.where(
        unknown[:, SPAN:] == unknown[:, :-SPAN], through[:, SPAN:] - through[:, :-SPAN], np.nan
    )
    return grid.long(~np.isnan(sums), downloads_30d=sums)


def counts(daily: pd.DataFrame, snapshots: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """Downloads of 30 days: those that the Hub tells, and on other days those that its lifetime counts gained.

    daily: clean/daily. snapshots: date, model, downloads (of 30 days, null where not told). since: first day whose
    downloads count. Returns date, model, downloads_30d.
    """
    told = snapshots.rename(columns={"downloads": "downloads_30d"})[["date", "model", "downloads_30d"]]
    told = told[told["date"] >= since].dropna().astype({"downloads_30d": float})
    both = pd.concat([told, thirty_days(daily, since)], ignore_index=True)
    return both.drop_duplicates(["date", "model"], ignore_index=True)


def flagged(counts: pd.DataFrame, window_days: int) -> pd.DataFrame:
    """The counts that are part of a spike: date, model, downloads_30d, usual (what the model has beside it).

    counts: date, model, downloads_30d (of the 30 days before), on any days. usual is the most that the model kept up
    for window_days on end around that day. A spike is shorter than that and lies between readings: what still lasts
    when the counts end, or begins with them, cannot be told from growth or from a launch yet.
    """
    if counts.empty:
        return counts.assign(usual=counts["downloads_30d"])
    grid = Grid.of(counts)
    read = grid.matrix(counts["downloads_30d"])
    ends = ((0, 0), (window_days - 1, window_days - 1))
    held = np.pad(np.nan_to_num(read, nan=np.inf), ends, constant_values=np.inf)
    kept = sliding_window_view(held, window_days, axis=1).min(axis=2)
    usual = sliding_window_view(np.where(np.isinf(kept), -np.inf, kept), window_days, axis=1).max(axis=2)
    with np.errstate(invalid="ignore"):
        spike = (read > TIMES * usual) & (read - usual > FLOOR)
    return grid.long(spike, downloads_30d=read, usual=usual)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Each model's spikes, the largest first: model, first and last (days flagged), downloads_30d and usual (at most).

    found: from `flagged`.
    """
    by_model = found.groupby("model", as_index=False)
    table = by_model.agg(
        first=("date", "min"), last=("date", "max"), downloads_30d=("downloads_30d", "max"), usual=("usual", "max")
    )
    return table.sort_values("downloads_30d", ascending=False, ignore_index=True)


def largest(found: pd.DataFrame) -> pd.DataFrame:
    """How many models have spikes, and the largest of them, in one row: models and the columns of `summary`.

    found: from `flagged`. Without any, models is 0 and the rest null.
    """
    table = summary(found)
    return table.reindex([0]).assign(models=len(table))
