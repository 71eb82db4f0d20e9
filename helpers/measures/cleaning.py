"""From raw downloads to clean ones: outliers, gaps, falling counters, the splice and month labels (paper, Section 2.1).

Tables are long; inside, each step works on matrices of models × days, in which NaN is a day without a value. Downloads
are whole numbers throughout: what is interpolated is rounded down, so that sums are exact and the same in any order.
"""

import datetime
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from helpers.measures.grid import Grid, fill, since_first, until_last
from helpers.tables.contracts import downloads

Day: TypeAlias = str | datetime.date | pd.Timestamp

FLAGS = pd.array(list(downloads.FLAGS), dtype="str")
OBSERVED, FILTERED, INTERPOLATED, RESET, VANISHED, ENTERED, BACKCAST = range(len(FLAGS))

SPREAD = 2 / 3
"""Part of the third quartile that the interquartile range counts for at least, so that with the paper edition's
multiplier an outlier is more than twice the third quartile. Without it the first days of a launch and the busiest days
of ordinary noise would be outliers."""
FLOOR = 100
"""Downloads a day that the interquartile range counts for at least. Sparse series have a range of zero or nearly so,
and one CI job makes a day of some dozens; without a floor every such day would be an outlier."""
SHORTEST = 14
"""Known days that a window needs for its quartiles to mean something: two weeks, for the weekday rhythm."""


# History ------------------------------------------------------------------------------------------------------


def filter_outliers(history: pd.DataFrame, multiplier: float | None, window_days: int) -> pd.DataFrame:
    """Daily history without anomalous spikes (Section 2.1).

    history: date, model, downloads (new that day). A day is an outlier if its downloads exceed
    Q3 + multiplier × max(IQR, SPREAD × Q3, FLOOR), with the quartiles of the model's own days at most
    window_days // 2 away; its own days start with the first that has downloads.
    The window is what keeps growth: against the quartiles of the whole series, the last months of a model that grows
    would all be outliers. A burst of more than a quarter of its window is taken for growth, too.
    An outlier becomes what lies on the line between the nearest days that are kept (at an end of the series, the
    nearest of them), and so does a day that is absent inside the series. All other days stay as they are.
    multiplier: None removes nothing.

    Returns date, model, downloads, downloads_raw (null on absent days), flag (observed | filtered | interpolated),
    ordered by model and date.
    """
    grid = Grid.of(history)
    raw = grid.matrix(history["downloads"])
    known = ~np.isnan(raw)
    own = known & since_first(raw > 0)
    outlier = np.zeros_like(known) if multiplier is None else _outliers(raw, own, multiplier, window_days)
    flags = np.where(outlier, FILTERED, np.where(known, OBSERVED, INTERPOLATED))
    inside = since_first(known) & until_last(known)
    return _table(grid, inside, flags, downloads=fill(raw, known & ~outlier), downloads_raw=raw)


def _outliers(values: np.ndarray, known: np.ndarray, multiplier: float, window_days: int) -> np.ndarray:
    """Which days exceed the fence of the window around them."""
    half, days = window_days // 2, values.shape[1]
    # Sorting 32-bit numbers takes half the time; the largest number stands for "no day" and sorts to the end.
    kind = np.int32 if np.nanmax(values, initial=0) < np.iinfo(np.int32).max else np.int64
    padded = np.full((len(values), days + 2 * half), np.iinfo(kind).max, dtype=kind)
    padded[:, half : half + days][known] = values[known]
    upto = np.pad(known.cumsum(axis=1), ((0, 0), (1, 0)))
    day = np.arange(days)
    counts = upto[:, np.minimum(day + half + 1, days)] - upto[:, np.maximum(day - half, 0)]
    outlier = np.zeros_like(known)
    for start in range(0, len(values), 4):  # a few models at a time: their windows fit the processor's cache
        rows = slice(start, start + 4)
        windows = np.sort(sliding_window_view(padded[rows], 2 * half + 1, axis=1), axis=2)
        low, high = (_quantile(windows, counts[rows], share) for share in (0.25, 0.75))
        fence = high + multiplier * np.maximum.reduce([high - low, SPREAD * high, np.full_like(high, FLOOR)])
        outlier[rows] = known[rows] & (counts[rows] >= SHORTEST) & (values[rows] > fence)
    return outlier


def _quantile(ordered: np.ndarray, counts: np.ndarray, share: float) -> np.ndarray:
    """A quantile of the first `counts` values along the last axis, linear between neighbours."""
    last = np.maximum(counts - 1, 0)
    place = last * share
    below = place.astype(int)
    above = np.minimum(below + 1, last)
    low, high = (np.take_along_axis(ordered, at[..., None], axis=2)[..., 0].astype(float) for at in (below, above))
    return low + (high - low) * (place - below)


# Snapshots ----------------------------------------------------------------------------------------------------


def snapshot_counts(snapshots: pd.DataFrame) -> pd.DataFrame:
    """Each model's all-time count on every day from its first to the last snapshot (Section 2.1).

    snapshots: date, model, downloads_all_time, created_at (both nullable). Days on which a model's count was not read
    lie on the line between the readings around them (flag interpolated). A count that falls is a reset of the counter:
    nothing is subtracted, and later growth comes on top (reset); but if the count later rises by as much at once, to
    where it was or higher, the low readings were faulty, and are replaced by the line (also flagged reset). A model
    that is not read any more keeps its last count (vanished). The first reading is a lifetime total that no day can
    claim (entered, downloads null), unless the model was created since the snapshot before: then all of it is new
    (observed).

    Returns date, model, downloads (new that day), downloads_cumulative (all time), flag, ordered by model and date.
    """
    snapshots = snapshots.dropna(subset="downloads_all_time").astype({"downloads_all_time": "int64"})
    grid = Grid.of(snapshots)
    read = grid.matrix(snapshots["downloads_all_time"])
    known = ~np.isnan(read)
    counts, kept, reset = _without_falls(read, known)
    since = since_first(known)
    total = np.where(since, fill(counts, kept), np.nan)
    new = np.diff(total, axis=1, prepend=np.nan)
    flags = np.where(known, OBSERVED, np.where(until_last(known), INTERPOLATED, VANISHED))
    flags[reset] = RESET

    rows, first = np.arange(len(known)), known.argmax(axis=1)
    born = _created(snapshots, grid.models) >= _snapshot_before(grid.days, known)[first]
    new[rows, first] = np.where(born, total[rows, first], np.nan)
    flags[rows[~born], first[~born]] = ENTERED
    return _table(grid, since, flags, downloads=new, downloads_cumulative=total)


def _without_falls(read: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts that never fall; which of them are readings to rely on; where a reset or a faulty reading was."""
    counts, kept, reset = read.copy(), known.copy(), np.zeros_like(known)
    fell = (np.fmax.accumulate(read, axis=1) > read).any(axis=1)
    for row in np.flatnonzero(fell):
        at = np.flatnonzero(known[row])
        faulty = _faulty(read[row, at])
        kept[row, at[faulty]] = False
        reset[row, at[faulty]] = True
        at = at[~faulty]
        lost = np.maximum(-np.diff(read[row, at], prepend=0), 0)
        reset[row, at[lost > 0]] = True
        counts[row, at] += np.cumsum(lost)
    return counts, kept, reset


def _faulty(counts: np.ndarray) -> np.ndarray:
    """Readings between a fall and a rise that undoes it at once."""
    faulty = np.zeros(counts.size, dtype=bool)
    for fall in np.flatnonzero(np.diff(counts) < 0) + 1:
        back = fall + int(np.argmax(counts[fall:] >= counts[fall - 1]))  # `fall` itself where there is none
        undone = back > fall and counts[back] - counts[back - 1] >= counts[fall - 1] - counts[fall]
        faulty[fall:back] |= undone
    return faulty


def _created(snapshots: pd.DataFrame, models: pd.Index) -> np.ndarray:
    """The day each model was created; null where no snapshot tells."""
    created = snapshots.groupby("model")["created_at"].min().reindex(models)
    return created.dt.tz_localize(None).to_numpy().astype("datetime64[D]")


def _snapshot_before(days: np.ndarray, known: np.ndarray) -> np.ndarray:
    """For each day, the last day before it that has a snapshot; null for the first."""
    held = pd.Series(np.where(known.any(axis=0), days, np.datetime64("NaT")))
    return held.ffill().shift().to_numpy().astype("datetime64[D]")


# Both together ------------------------------------------------------------------------------------------------


def splice(filtered: pd.DataFrame, counts: pd.DataFrame, history_end: Day, models: pd.Series) -> pd.DataFrame:
    """History through its end, then differences of snapshots on top of it (Section 2.1); the table clean/daily.

    filtered: from filter_outliers. counts: from snapshot_counts. models: the ids to keep.
    A model with a history has its filtered sum since the history's start through history_end, and from then on what
    its all-time count gains: at the splice nothing jumps. If it is first read in a snapshot after history_end, what it
    gained in between is unknown and left out (vanished, then entered). A model without a history enters with its
    lifetime total on the day of its first snapshot; the total counts in downloads_cumulative and in no day's downloads.
    Every model has a row for each day from its first to the last day of all; where nothing was read any more, its
    total stays (vanished).

    Returns date, model, downloads, downloads_cumulative, flag, ordered by model and date.
    """
    end = pd.Timestamp(history_end)
    past = filtered[filtered["model"].isin(models) & (filtered["date"] <= end)]
    later = counts[counts["model"].isin(models)]
    spliced = later["model"].isin(past["model"].unique())
    entry = later["downloads_cumulative"].where(later["downloads"].isna() & ~spliced, 0)
    later = later.assign(entry=entry)[~spliced | (later["date"] > end)]
    parts = [part.assign(code=_codes(part["flag"])) for part in (past.assign(entry=0.0), later)]
    rows = pd.concat([part[["date", "model", "downloads", "entry", "code"]] for part in parts], ignore_index=True)

    grid = Grid.of(rows)
    new, entries, flags = (grid.matrix(rows[column]) for column in ("downloads", "entry", "code"))
    read = ~np.isnan(flags)
    flags = np.where(read, flags, VANISHED).astype(np.int8)
    new[~read] = entries[~read] = 0
    total = np.cumsum(np.nan_to_num(new) + entries, axis=1)
    return _table(grid, since_first(read), flags, downloads=new, downloads_cumulative=total)


def _codes(flags: pd.Series) -> np.ndarray:
    """Each flag as its place in FLAGS."""
    codes, found = pd.factorize(flags)
    return pd.Index(FLAGS).get_indexer(found).astype(np.int8)[codes]


def monthly(daily: pd.DataFrame, first_month: Day, last_month: Day) -> pd.DataFrame:
    """Downloads by month label (Section 2.1): "2025-08-01" is data through 31 July 2025; the table clean/monthly.

    daily: the table clean/daily. A model has a row for each label from first_month to last_month whose day before it
    has. downloads is null where no day of the month before the label is known (the model entered on its last day).
    flag: vanished where the model was not read any more at the month's end, interpolated where the count at its start
    or end was not read, so that its downloads are not known to the one; else observed.
    Raises ValueError if the data end before the last label.

    Returns month, model, downloads, downloads_cumulative, flag, ordered by model and month.
    """
    grid = Grid.of(daily)
    last = pd.Timestamp(grid.days[-1])
    if last + pd.Timedelta(days=1) < pd.Timestamp(last_month):
        raise ValueError(
            f"month {last_month} needs data through the day before it, but they end on {last:%Y-%m-%d}; "
            "add snapshots, or choose an earlier last_month"
        )
    labels, starts = np.unique(grid.days.astype("datetime64[M]") + 1, return_index=True)
    ends = np.append(starts[1:], len(grid.days)) - 1
    new = grid.matrix(daily["downloads"])
    known = np.logical_or.reduceat(~np.isnan(new), starts, axis=1)
    new = np.where(known, np.add.reduceat(np.nan_to_num(new), starts, axis=1), np.nan)
    total = grid.matrix(daily["downloads_cumulative"])[:, ends]
    flags = grid.matrix(_codes(daily["flag"]))[:, ends]
    unread = np.pad(flags == INTERPOLATED, ((0, 0), (1, 0)))
    flags = np.where(flags == VANISHED, VANISHED, np.where(unread[:, 1:] | unread[:, :-1], INTERPOLATED, OBSERVED))

    asked = (labels >= np.datetime64(first_month, "M")) & (labels <= np.datetime64(last_month, "M"))
    by_month = replace(grid, days=labels.astype("datetime64[us]"))
    table = _table(by_month, asked & ~np.isnan(total), flags, downloads=new, downloads_cumulative=total)
    return table.rename(columns={"date": "month"})


def lifetime(counts: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Raw lifetime counts by model and day, as RAM and Appendix B use them (Section 6); the table clean/lifetime.

    counts: from snapshot_counts. history: raw, date, model, downloads. Where a model's history reaches up to its first
    snapshot, the days before are that snapshot's count less what the unfiltered history adds after them, and never
    below 0 (flag backcast); a day absent inside the history counts as in filter_outliers. Other models start with
    their first snapshot.

    Returns date, model, downloads_cumulative, flag, ordered by model and date.
    """
    first = counts.drop_duplicates("model").set_index("model")
    past = filter_outliers(history[history["model"].isin(first.index)], None, 1)
    places, models = pd.factorize(past["model"])
    entry, counted = (first[column].reindex(models).to_numpy()[places] for column in ("date", "downloads_cumulative"))
    through = past.groupby(places)["downloads"].cumsum()
    before = (counted - through).where(past["date"] == entry)  # what the history's start does not hold
    backcast = (through + before.groupby(places).transform("first"))[past["date"] < entry].dropna()
    past = past.loc[backcast.index, ["date", "model"]]
    past = past.assign(downloads_cumulative=backcast.clip(lower=0), flag=FLAGS[BACKCAST])
    both = pd.concat([past, counts.drop(columns="downloads")], ignore_index=True)
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
    columns = ["model", "namespace", "organisation", "region", "parameters_b", "bucket"]
    return models[columns].assign(
        released=models["released"].fillna(created),
        created=created,
        history=models["model"].isin(history["model"].unique()),
    )


# What cleaning did -----------------------------------------------------------------------------------------------


def histories(history: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """How much daily history there is, in one row: organisations, models, days (of all models together).

    history: date, model, downloads. models: model, organisation.
    """
    held = history["model"].drop_duplicates()
    makers = held.map(models.set_index("model")["organisation"])
    return pd.DataFrame([{"organisations": makers.nunique(), "models": len(held), "days": len(history)}])


def removed(filtered: pd.DataFrame) -> pd.DataFrame:
    """What the outlier rule took out (Section 2.1), in one row.

    filtered: from filter_outliers. Returns days and models (that lost something), downloads, downloads_share (of all in
    the histories; null without any), most (the model that lost most downloads; null where none did).
    """
    out = filtered[filtered["flag"] == FLAGS[FILTERED]]
    lost = (out["downloads_raw"] - out["downloads"]).groupby(out["model"]).sum()
    counted = filtered["downloads_raw"].sum()
    row = {
        "days": len(out),
        "models": len(lost),
        "downloads": lost.sum(),
        "downloads_share": lost.sum() / counted if counted else None,
        "most": lost.idxmax() if len(lost) else None,
    }
    return pd.DataFrame([row])


def touched(table: pd.DataFrame) -> pd.DataFrame:
    """How many days of how many models each rule touched: flag, days, models; 0 for a rule that touched none."""
    found = table.groupby("flag")["model"].agg(days="size", models="nunique")
    return found.reindex(FLAGS, fill_value=0).rename_axis("flag").reset_index()


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


def _table(grid: Grid, where: np.ndarray, flags: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """A long table of the cells of a grid that `where` names: date, model, <columns>, flag."""
    return grid.long(where, **columns).assign(flag=FLAGS.take(flags[where]))
