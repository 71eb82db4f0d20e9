"""The Relative Adoption Metric: a model's downloads against the usual ones of its size bucket (Section 6, Appendix C).

All are pure functions on the tables clean/lifetime and clean/models. The (corrected) release is known by its day alone;
a model's age is taken from the end of that day. Milestone k is k days of 24 hours later: released on 16 February, 30
days are reached with the count at the end of 18 March. What was downloaded on the day of release, and before, is in it.
A count is there or absent, never assumed: it is absent where the day lies before the model's first
count (a model first seen after its release has unknown early milestones) or its end after the model's last reading (the
total kept of a vanished model is no reading). Days between two readings hold the interpolated count and its flag.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from helpers.measures.coverage import FAR, UNREAD, Needed, carries, of, weighed
from helpers.measures.order_statistics import median_interval
from helpers.registry import BUCKETS

LEVEL = 0.95
"""Probability with which an interval holds, were the reference set a random draw."""
BOUNDS = ("interval_low", "interval_high", "leave_one_out_low", "leave_one_out_high")
"""Columns of a score that single members of its reference set decide."""
BANDS = {"q25", "q75", "mean", "mean_to_median"}
"""Columns of a reference set that single members decide: where only scores are known, these fix its median alone."""

UNENDED = {"vanished", "partial"}
"""Flags of days up to whose end a model was not read."""

Day: TypeAlias = str | pd.Timestamp


class RamError(ValueError):
    """Tables that give no reference set; the message says what is missing and the remedy."""


@dataclass(frozen=True)
class Measured:
    """Everything of Section 6 at one snapshot.

    reached: from `at_milestones`. members: from `reference_set`. reference: from `reference`. scores: from `scores`,
    with interval_low, interval_high (see `intervals`), leave_one_out_low, leave_one_out_high.
    """

    reached: pd.DataFrame
    members: pd.DataFrame
    reference: pd.DataFrame
    scores: pd.DataFrame


def measure(
    lifetime: pd.DataFrame,
    models: pd.DataFrame,
    milestones: Sequence[int],
    snapshot_date: Day,
    size: int,
    needed: Needed,
) -> Measured:
    """All reference sets, medians and scores of one snapshot. Counts of later days do not enter."""
    held = lifetime[lifetime["date"] <= pd.Timestamp(snapshot_date)]
    reached = at_milestones(held, models, milestones)
    members = reference_set(held, models, snapshot_date, size, needed)
    medians = reference(reached, members, milestones)
    scored = scores(reached, medians, members)
    scored = ranged(scored, intervals(reached, members, milestones), "interval")
    scored = ranged(scored, leave_one_out(reached, members, milestones), "leave_one_out")
    return Measured(reached, members, medians, scored)


def at_milestones(lifetime: pd.DataFrame, models: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """Cumulative downloads of each model at each milestone that it has reached and the data cover.

    Returns bucket, model, milestone_days, date (the milestone's day), downloads, flag (as in clean/lifetime), ordered
    by these; no row where the count is absent.
    """
    due = _due(models, milestones)
    read = lifetime[~lifetime["flag"].isin({*UNENDED, FAR}) & lifetime["date"].isin(due["date"])]
    found = due.merge(read, on=["model", "date"]).rename(columns={"downloads_cumulative": "downloads"})
    found = found[["bucket", "model", "milestone_days", "date", "downloads", "flag"]]
    return _ordered(found, ["bucket", "model", "milestone_days"])


def coverage(lifetime: pd.DataFrame, models: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """Why a model has a count at a milestone or has none.

    Returns model, milestone_days, date (null if the release is unknown), first and last (days of the model's first
    count and last reading; null if it has none), state: counted | interpolated | release-unknown | never-counted |
    not-reached | before-the-first-count | after-the-last-reading | not-read.
    """
    read = lifetime[lifetime["flag"] != "vanished"]
    spans = read.groupby("model")["date"].agg(first="min", last="max")
    ended = read.loc[~read["flag"].isin(UNENDED), "date"].max()
    table = _due(models, milestones)[["model", "milestone_days", "date"]].join(spans, on="model")
    table = table.merge(read[["model", "date", "flag"]], on=["model", "date"], how="left")
    table["state"] = np.select(
        [
            table["date"].isna(), table["first"].isna(), table["date"] > ended, table["date"] < table["first"],
            (table["date"] > table["last"]) | table["flag"].isin(UNENDED), table["flag"].fillna(FAR) == FAR,
            table["flag"].isin(["interpolated", "faulty"]),
        ],
        ["release-unknown", "never-counted", "not-reached", "before-the-first-count", "after-the-last-reading",
         "not-read", "interpolated"],
        "counted",
    )  # fmt: skip
    return table.drop(columns="flag")


def reference_set(
    lifetime: pd.DataFrame, models: pd.DataFrame, snapshot_date: Day, size: int, needed: Needed
) -> pd.DataFrame:
    """The `size` most-downloaded models of each bucket at the snapshot (Section 6.1, Appendix B).

    Equal counts are ranked by name. A model that had vanished by then is not among them, nor one whose readings around
    that day are too far apart, nor one of unresolved size.
    A bucket has no set where the models of it that were read that day do not carry a rank (`needed`, see
    `helpers.measures.coverage`): those that were not may be its favourites.
    Returns bucket, rank, model, downloads, n (models in the bucket's set: fewer than `size` where the bucket has
    fewer). Raises RamError if nothing was read on that day.
    """
    day = pd.Timestamp(snapshot_date)
    read = lifetime[(lifetime["date"] == day) & ~lifetime["flag"].isin(UNREAD)]
    if read.empty:
        held = f"{lifetime['date'].min():%Y-%m-%d} to {lifetime['date'].max():%Y-%m-%d}" if len(lifetime) else "none"
        raise RamError(f"no lifetime counts on {day:%Y-%m-%d}, the snapshot of the reference sets; days held: {held}")
    cover = of(read, weighed(models, lifetime[lifetime["date"] <= day]), "bucket")
    told = models["bucket"].isin(cover.loc[carries(cover, needed, "rank"), "bucket"])
    table = models.loc[told, ["bucket", "model"]].merge(read[["model", "downloads_cumulative"]], on="model")
    table = table.rename(columns={"downloads_cumulative": "downloads"})
    table = _ordered(table, ["bucket", "downloads", "model"], ascending=[True, False, True])
    table = table.groupby("bucket").head(size).reset_index(drop=True)
    grouped = table.groupby("bucket")["model"]
    table.insert(1, "rank", grouped.cumcount() + 1)
    return table.assign(n=grouped.transform("size"))


def reference(reached: pd.DataFrame, members: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """The reference sets' cumulative downloads at each milestone (Section 6.1, Figure 17).

    reached: from `at_milestones`. members: from `reference_set`. Quartiles lie on the line between neighbouring values.
    Returns bucket, milestone_days, n (models with a count there), median, q25, q75, mean, mean_to_median; where n is 0
    they are null.
    """
    inside = reached[reached["model"].isin(members["model"])]
    grouped = inside.groupby(["bucket", "milestone_days"])["downloads"]
    found = grouped.agg(n="size", median="median", mean="mean")
    found["q25"], found["q75"] = grouped.quantile(0.25), grouped.quantile(0.75)
    found["mean_to_median"] = found["mean"] / found["median"].where(found["median"] > 0)
    table = _cells(members, milestones).merge(found, on=["bucket", "milestone_days"], how="left")
    table = table.assign(n=table["n"].fillna(0).astype(int))
    return table[["bucket", "milestone_days", "n", "median", "q25", "q75", "mean", "mean_to_median"]]


def scores(reached: pd.DataFrame, reference: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """RAM: downloads ÷ median of the bucket's reference set at the same milestone (Section 6.1).

    Returns the rows of `reached` with n and median (null for a model of unresolved size), score; the score is null
    where there is no median or it is 0, and where the model itself is all that is behind it.
    """
    medians = reference[["bucket", "milestone_days", "n", "median"]]
    table = reached.merge(medians, on=["bucket", "milestone_days"], how="left")
    itself = (table["n"] == 1) & table["model"].isin(members["model"])
    table["score"] = table["downloads"] / table["median"].where((table["median"] > 0) & ~itself)
    return table.astype({"n": "Int64"})


# Uncertainty --------------------------------------------------------------------------------------------------


def intervals(reached: pd.DataFrame, members: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """How far the medians vary with the reference set: intervals of LEVEL from its ordered counts alone.

    They hold as named if the set is a random draw from models like its own, which one chosen for its downloads is not;
    and they take a model's own downloads as given.
    Returns bucket, milestone_days, low, high; null where fewer than order_statistics.FEWEST models have a count.
    """

    def ends(counts: np.ndarray) -> np.ndarray:
        return np.transpose([median_interval(column[~np.isnan(column)], LEVEL) for column in counts.T])

    return _bounds(reached, members, milestones, ends)


def leave_one_out(reached: pd.DataFrame, members: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """The lowest and highest median that remain when one model is taken out of the reference set.

    Returns bucket, milestone_days, low, high; null where fewer than two models have a count.
    """

    def ends(counts: np.ndarray) -> np.ndarray:
        medians = _medians(np.stack([np.delete(counts, row, axis=0) for row in range(len(counts))]))
        return np.stack([np.nanmin(medians, axis=0), np.nanmax(medians, axis=0)])

    return _bounds(reached, members, milestones, ends)


def ranged(scores: pd.DataFrame, bounds: pd.DataFrame, name: str) -> pd.DataFrame:
    """The scores with <name>_low and <name>_high: the downloads over the median's upper and lower bound.

    bounds: from `intervals` or `leave_one_out`. Null where the score or the bound is, or the bound is 0.
    """
    both = scores.merge(bounds, on=["bucket", "milestone_days"], how="left")
    low, high = (both["downloads"] / both[end].where(both[end] > 0) for end in ("high", "low"))
    return both.drop(columns=["low", "high"]).assign(**{f"{name}_low": low, f"{name}_high": high})


def other_sets(scores: pd.DataFrame, reached: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """The scores with those against two other reference sets: one that stays the same, and one without the model.

    Which members have a count changes from milestone to milestone, and with it what a score is measured against. The
    fixed set of a model is those that have one at every milestone at which the model has a score.
    Returns the rows of `scores` with score_fixed, n_fixed, score_without, n_without (models behind each median); a
    score is null where no model but itself is behind its median, or that is 0.
    """
    counts = reached.pivot(index="model", columns="milestone_days", values="downloads")
    parts = [scores.assign(score_fixed=np.nan, n_fixed=0, score_without=np.nan, n_without=0).iloc[:0]]
    for (bucket, model), own in scores.groupby(["bucket", "model"]):
        peers = members.loc[members["bucket"] == bucket, "model"]
        held = counts.reindex(index=peers, columns=own["milestone_days"])
        found = {"fixed": held.dropna(), "without": held.drop(index=model, errors="ignore")}
        for name, part in found.items():
            others = part.index.drop(model, errors="ignore")
            medians = part.median().where((part.median() > 0) & (len(others) > 0)).array
            own = own.assign(**{f"score_{name}": own["downloads"] / medians, f"n_{name}": part.notna().sum().array})
        parts.append(own)
    return pd.concat(parts).loc[scores.index]


def _bounds(
    reached: pd.DataFrame,
    members: pd.DataFrame,
    milestones: Sequence[int],
    ends: Callable[[np.ndarray], np.ndarray],
) -> pd.DataFrame:
    """Bounds of the median in every cell: bucket, milestone_days, low, high.

    ends: counts of a bucket, models by rank × milestones with at least two → low and high × milestones.
    """
    parts = [pd.DataFrame(columns=["bucket", "milestone_days", "low", "high"])]
    counts = reached.pivot(index="model", columns="milestone_days", values="downloads")
    for bucket, part in members.groupby("bucket"):
        table = counts.reindex(part["model"])
        table = table.loc[:, table.notna().sum() >= 2]
        low, high = ends(table.to_numpy(float)) if len(table.columns) else ((), ())
        parts.append(pd.DataFrame({"bucket": bucket, "milestone_days": table.columns, "low": low, "high": high}))
    found = pd.concat(parts).astype({"milestone_days": int, "low": float, "high": float})
    found["bucket"] = pd.Categorical(found["bucket"], BUCKETS, ordered=True)
    return _cells(members, milestones).merge(found, on=["bucket", "milestone_days"], how="left")


def _medians(counts: np.ndarray) -> np.ndarray:
    """Medians over models of sets × models × milestones, of the counts there are; NaN where a set has none."""
    return np.ma.median(np.ma.masked_invalid(counts), axis=1).filled(np.nan)


# Shared -------------------------------------------------------------------------------------------------------


def _due(models: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """The day at whose end each model reaches each milestone: bucket, model, milestone_days, date (null if its release
    is unknown)."""
    released = models[["bucket", "model", "released"]]
    due = released.merge(pd.DataFrame({"milestone_days": list(milestones)}), how="cross")
    due["date"] = due["released"] + pd.to_timedelta(due["milestone_days"], unit="D")
    return due.drop(columns="released")


def _cells(members: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """Every bucket that has members with every milestone, in order."""
    held = [bucket for bucket in BUCKETS if bucket in set(members["bucket"])]
    cells = pd.MultiIndex.from_product([held, list(milestones)], names=["bucket", "milestone_days"]).to_frame(False)
    return cells.assign(bucket=pd.Categorical(cells["bucket"], BUCKETS, ordered=True))


def _ordered(table: pd.DataFrame, by: list[str], ascending: bool | list[bool] = True) -> pd.DataFrame:
    """The table with its buckets in order of size, sorted."""
    table = table.assign(bucket=pd.Categorical(table["bucket"], BUCKETS, ordered=True))
    return table.sort_values(by, ascending=ascending, ignore_index=True)
