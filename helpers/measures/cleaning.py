"""From clean histories and counts to one series a model: the splice, month labels, lifetime counts (Section 2.1).

Tables are long; inside, each step works on matrices of models × days, in which NaN is a day without a value.
"""

import datetime
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from helpers.measures import flags, outliers
from helpers.measures.grid import Grid, among, since_first

Day: TypeAlias = str | datetime.date | pd.Timestamp


def splice(filtered: pd.DataFrame, counts: pd.DataFrame, history_end: Day, models: pd.Series) -> pd.DataFrame:
    """History through its end, then differences of snapshots on top of it (Section 2.1); the table clean/daily.

    filtered: from outliers.filter_outliers. counts: from counters.snapshot_counts. models: the ids to keep.
    A model with a history has its filtered sum since the history's start through history_end, and from then on what
    its all-time count gains: at the splice nothing jumps. If it is first read in a snapshot after history_end, what it
    gained in between is unknown and left out (vanished, then entered). A model without a history enters with its
    lifetime total on its first day; the total counts in downloads_cumulative and in no day's downloads.
    Every model has a row for each day from its first to the last day of all; where nothing was read any more, its
    total stays and its downloads are null (partial on the day of its last reading, if that is before the day's end, and
    vanished).

    Returns date, model, downloads, downloads_cumulative, flag, ordered by model and date.
    """
    end = pd.Timestamp(history_end)
    past = filtered[among(filtered["model"], models) & (filtered["date"] <= end)]
    later = counts[among(counts["model"], models)]
    spliced = among(later["model"], past["model"])
    later = later.assign(code=flags.codes(later["flag"]))
    came = later["downloads"].isna() & ~later.duplicated("model") & ~spliced
    entry = later["downloads_cumulative"].where(came, 0)
    later = later.assign(entry=entry)[~spliced | (later["date"] > end)]
    parts = [past.assign(entry=0.0, code=flags.codes(past["flag"])), later]
    rows = pd.concat([part[["date", "model", "downloads", "entry", "code"]] for part in parts], ignore_index=True)

    grid = Grid.of(rows)
    new, entries, marks = (grid.matrix(rows[column]) for column in ("downloads", "entry", "code"))
    read = ~np.isnan(marks)
    marks = np.where(read, marks, flags.VANISHED).astype(np.int8)
    entries[~read] = 0
    total = np.cumsum(np.nan_to_num(new) + entries, axis=1)
    return flags.table(grid, since_first(read), marks, downloads=new, downloads_cumulative=total)


def monthly(daily: pd.DataFrame, first_month: Day, last_month: Day) -> pd.DataFrame:
    """Downloads by month label (Section 2.1): "2025-08-01" is data through 31 July 2025; the table clean/monthly.

    daily: the table clean/daily. A model has a row for each label from first_month to last_month whose day before it
    has. downloads is the sum of the days of the month before the label that are known, null where none is (the model
    entered on its last day, or was not read any more).
    flag: entered where a day of the month is not known since the model is there, or where its start is distant, so that
    its downloads are not those of the month; vanished where the model was not read up to the month's end, distant
    where that lies between readings too far apart (counters.distant), interpolated where the count at its start or end
    was not read, so that its downloads are not known to the one; else observed.
    Raises ValueError if the data end before the last label.

    Returns month, model, downloads, downloads_cumulative, flag, ordered by model and month.
    """
    grid = Grid.of(daily)
    marks = grid.matrix(flags.codes(daily["flag"]))
    unended = np.isnan(marks) | np.isin(marks, (flags.VANISHED, flags.PARTIAL))
    last = pd.Timestamp(grid.days[0]) + pd.Timedelta(days=np.flatnonzero(~unended.all(axis=0)).max(initial=-1))
    if last + pd.Timedelta(days=1) < pd.Timestamp(last_month):
        raise ValueError(
            f"month {last_month} needs data through the day before it, but they end on {last:%Y-%m-%d}; "
            "add snapshots, or choose an earlier last_month"
        )
    labels, starts = np.unique(grid.days.astype("datetime64[M]") + 1, return_index=True)
    ends = np.append(starts[1:], len(grid.days)) - 1
    new = grid.matrix(daily["downloads"])
    total = grid.matrix(daily["downloads_cumulative"])
    part = np.logical_or.reduceat(np.isnan(new) & ~np.isnan(total), starts, axis=1)
    known = np.logical_or.reduceat(~np.isnan(new), starts, axis=1)
    new = np.where(known, np.add.reduceat(np.nan_to_num(new), starts, axis=1), np.nan)
    total = total[:, ends]
    marks = marks[:, ends]
    unread = np.pad(np.isin(marks, (flags.INTERPOLATED, flags.FAULTY)), ((0, 0), (1, 0)))
    part[:, 1:] |= marks[:, :-1] == flags.DISTANT
    gone = np.isin(marks, (flags.VANISHED, flags.PARTIAL))
    marks = np.select(
        [gone, marks == flags.DISTANT, part, unread[:, 1:] | unread[:, :-1]],
        [flags.VANISHED, flags.DISTANT, flags.ENTERED, flags.INTERPOLATED],
        flags.OBSERVED,
    )

    asked = (labels >= np.datetime64(first_month, "M")) & (labels <= np.datetime64(last_month, "M"))
    by_month = replace(grid, days=labels.astype("datetime64[us]"))
    table = flags.table(by_month, asked & ~np.isnan(total), marks, downloads=new, downloads_cumulative=total)
    return table.rename(columns={"date": "month"})


def lifetime(counts: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Raw lifetime counts by model and day, as RAM and Appendix B use them (Section 6); the table clean/lifetime.

    counts: from counters.snapshot_counts. history: raw, date, model, downloads. Where a model's history reaches up to
    its first snapshot, the days before are that snapshot's count less what the unfiltered history adds after them, and
    never below 0 (flag backcast); a day absent inside the history counts as in outliers.filter_outliers. Other models
    start with their first snapshot.

    Returns date, model, downloads_cumulative, flag, ordered by model and date.
    """
    first = counts.drop_duplicates("model").set_index("model")
    past = outliers.filter_outliers(history[history["model"].isin(first.index)], None, 1, {})
    places, models = pd.factorize(past["model"])
    entry, counted = (first[column].reindex(models).to_numpy()[places] for column in ("date", "downloads_cumulative"))
    through = past.groupby(places)["downloads"].cumsum()
    before = (counted - through).where(past["date"] == entry)  # what the history's start does not hold
    backcast = (through + before.groupby(places).transform("first"))[past["date"] < entry].dropna()
    past = past.loc[backcast.index, ["date", "model"]]
    past = past.assign(downloads_cumulative=backcast.clip(lower=0), flag=flags.FLAGS[flags.BACKCAST])
    both = pd.concat([past, counts[["date", "model", "downloads_cumulative", "flag"]]], ignore_index=True)
    return both.sort_values("model", kind="stable", ignore_index=True)  # each model's days are in order already


def at_labels(counts: pd.DataFrame, first_month: Day, last_month: Day) -> pd.DataFrame:
    """All models' cumulative downloads together at each month label: month, downloads_cumulative.

    counts: date, model, downloads_cumulative, as clean/lifetime. A label stands for data through the day before it.
    """
    totals = counts.groupby("date", as_index=False)["downloads_cumulative"].sum()
    totals["month"] = totals["date"] + pd.Timedelta(days=1)
    asked = totals["month"].dt.is_month_start & totals["month"].between(first_month, last_month)
    return totals.loc[asked, ["month", "downloads_cumulative"]].reset_index(drop=True)


def tracked(models: pd.DataFrame, snapshots: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """The tracked models with what the raw downloads tell of them; the table clean/models.

    models: model, namespace, organisation, region, parameters_b, bucket, released (null: the Hub's date stands).
    """
    created = snapshots.groupby("model")["created_at"].min().dt.tz_localize(None).dt.floor("D")
    created = models["model"].map(created)
    return models[["model", "namespace", "organisation", "region", "parameters_b", "bucket"]].assign(
        released=models["released"].fillna(created),
        created=created,
        history=models["model"].isin(history["model"].unique()),
    )


def span(dates: pd.Series, step: str) -> pd.DataFrame:
    """From when to when a series runs, and what it lacks in between, in one row.

    dates: may repeat; null ones do not count. step: "D" for a series by days, "M" for one by months.
    Returns first, last, held (different days or months), missing (those between first and last that are not held) and
    longest_gap_days (between neighbours). With no dates held is 0 and the rest null; with one there is no gap.
    """
    held = pd.to_datetime(dates.dropna()).drop_duplicates().sort_values()
    first, last = (held.iloc[0], held.iloc[-1]) if len(held) else (pd.NaT, pd.NaT)
    gaps = held.diff().dt.days.dropna()
    row = {
        "first": first,
        "last": last,
        "held": len(held),
        "missing": len(pd.period_range(first, last, freq=step)) - len(held) if len(held) else None,
        "longest_gap_days": int(gaps.max()) if len(gaps) else None,
    }
    return pd.DataFrame([row])
