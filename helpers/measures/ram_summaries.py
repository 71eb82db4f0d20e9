"""RAM in short: what tables of scores and reference sets come to (Section 6, Appendices B and C).

All are pure functions on what helpers.measures.ram returns.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.measures import ram
from helpers.measures.order_statistics import FEWEST

HALF_YEAR = 180
"""Days through which the paper calls the buckets' medians alike (Appendix C)."""


def settings(size: int, milestones: Sequence[int], snapshot_date: ram.Day, top_models_date: ram.Day) -> pd.DataFrame:
    """What scores are taken with (Section 6.1), in one row.

    Returns reference_set_size, milestone_count, milestones (days, as text), milestone_first, snapshot_date,
    top_models_date, interval_level (0 to 1), interval_fewest (models below which there is none).
    """
    row = {
        "reference_set_size": size,
        "milestone_count": len(milestones),
        "milestones": ", ".join(map(str, milestones)),
        "milestone_first": min(milestones),
        "snapshot_date": pd.Timestamp(snapshot_date),
        "top_models_date": pd.Timestamp(top_models_date),
        "interval_level": ram.LEVEL,
        "interval_fewest": FEWEST,
    }
    return pd.DataFrame([row])


def baseline(scores: pd.DataFrame, members: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Whether a reference set lies about 1 as it should: half of it on either side, a quarter below the band.

    scores, members, reference: from helpers.measures.ram. Of all cells of bucket and milestone the one that strays
    farthest is told, in one row: score (median of the members' own), quantile_low and quantile_high (0 to 1: part of
    the set that lies below the band, and below its upper end). A cell of one model has no band and tells nothing. Null
    where no cell has scores of several.
    """
    inside = scores[scores["model"].isin(members["model"])].dropna(subset="score")
    inside = inside.merge(reference[["bucket", "milestone_days", "q25", "q75"]], on=["bucket", "milestone_days"])
    cells = [cell for _, cell in inside.groupby(["bucket", "milestone_days"]) if len(cell) > 1]
    row = {
        "score": _farthest([cell["score"].median() for cell in cells], 1),
        "quantile_low": _farthest([_place(cell["downloads"], cell["q25"].iloc[0]) for cell in cells], 0.25),
        "quantile_high": _farthest([_place(cell["downloads"], cell["q75"].iloc[0]) for cell in cells], 0.75),
    }
    return pd.DataFrame([row], dtype=float)


def _place(counts: pd.Series, value: float) -> float:
    """The part of the counts below a value, on the line between neighbours."""
    return float(np.interp(value, np.sort(counts), np.linspace(0, 1, len(counts))))


def _farthest(values: list[float], expected: float) -> float | None:
    return max(values, key=lambda value: abs(value - expected), default=None)


def sets(members: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Each bucket's reference set as a whole (Sections 6.1 and C).

    members: from `ram.reference_set`. reference: from `ram.reference`. Returns bucket, n, downloads (median of the
    members' lifetime downloads), mean_to_median (the highest of any milestone; null without one).
    """
    grouped = members.groupby("bucket")
    table = grouped.agg(n=("model", "size"), downloads=("downloads", "median"))
    skew = reference.groupby("bucket")["mean_to_median"].max()
    return table.assign(mean_to_median=skew).reset_index()


def ordered(members: pd.DataFrame) -> pd.DataFrame:
    """Each bucket's models as one text: bucket, ordered (their ids, the most downloaded first).

    members: from `ram.reference_set`.
    """
    ids = members.groupby("bucket")["model"].agg(", ".join)
    return ids.rename("ordered").reset_index()


def medians(reference: pd.DataFrame, size: int) -> pd.DataFrame:
    """How many medians there are and on how many models they rest, in one row.

    reference: from `ram.reference`. size: of a whole reference set. Returns sets (buckets with a reference set; null
    without any),
    buckets (of them with a median), medians, thin (medians of fewer models than `size`), fewest (models behind the
    thinnest median; null without medians), falls (of the medians of FEWEST models or more, those below the one before;
    null where no bucket has two: of fewer a median falls where a model enters or leaves).
    """
    held = reference[reference["n"] > 0]
    steps = held[held["n"] >= FEWEST].groupby("bucket")["median"].diff().dropna()
    row = {
        "sets": reference["bucket"].nunique() or None,
        "buckets": held["bucket"].nunique(),
        "medians": len(held),
        "thin": int((held["n"] < size).sum()),
        "fewest": held["n"].min() if len(held) else None,
        "falls": int((steps < 0).sum()) if len(steps) else None,
    }
    return pd.DataFrame([row])


def spread(reference: pd.DataFrame, sets: pd.DataFrame, through: int = HALF_YEAR) -> pd.DataFrame:
    """How far the buckets' medians lie apart: the largest over the smallest (Appendix C), in one row.

    reference: from `ram.reference`. sets: from `sets`. through: days of the last milestone looked at. Returns narrowest
    and widest (at any of these milestones; null unless each compares all the buckets of `sets`), lifetime (of the
    medians of lifetime downloads). Fewer than two buckets, or one without downloads, are not compared.
    """
    medians = reference.pivot(index="milestone_days", columns="bucket", values="median").reindex(columns=sets["bucket"])
    apart = medians[medians.index <= through].agg(_apart, axis=1)
    row = {
        "narrowest": apart.min(skipna=False),
        "widest": apart.max(skipna=False),
        "lifetime": _apart(sets["downloads"]),
    }
    return pd.DataFrame([row], dtype=float)


def _apart(values: pd.Series) -> float:
    known = len(values) > 1 and values.notna().all() and values.min() > 0
    return values.max() / values.min() if known else float("nan")


def extremes(scores: pd.DataFrame, cases: pd.DataFrame, by: str) -> pd.DataFrame:
    """The lowest and the highest score of each model or group of models.

    scores: score, <by>; null scores do not count. cases: <by> of all that are asked for. Returns <by>, scores (how
    many), score_lowest, score_highest; null without scores.
    """
    found = scores.groupby(by)["score"].agg(scores="count", score_lowest="min", score_highest="max")
    return found.reindex(pd.Index(cases[by].dropna().unique(), name=by)).fillna({"scores": 0}).reset_index()


def scored(cases: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """How many of the models of each figure, and of "all", have a score.

    cases: model, figure. scores: model, one row a score. Returns figure, models, scored (models), scores.
    """
    numbers = cases["model"].map(scores["model"].value_counts()).fillna(0).astype(int)
    table = cases.assign(models=1, scored=(numbers > 0).astype(int), scores=numbers)
    both = pd.concat([table, table.assign(figure="all")])
    return both.groupby("figure")[["models", "scored", "scores"]].sum().reset_index()


def certainty(scores: pd.DataFrame) -> pd.DataFrame:
    """How far the scores vary with their reference sets, in one row.

    scores: from `ram.other_sets`. Returns intervals (scores that have one), one_sided (intervals that lie on one side
    of 1), interval_factor and leave_one_out_factor (upper over lower end, in the median case; null without any),
    fixed (scores that have one against a fixed set), fixed_factor (how far these lie from the score, up or down, in
    the median case) and fixed_crossed (of these, how many lie on the other side of 1).
    """
    fixed = scores.dropna(subset="score_fixed")
    apart = fixed["score_fixed"] / fixed["score"]
    ends = scores["interval_low"], scores["interval_high"]
    row = {
        "intervals": int(ends[0].notna().sum()),
        "one_sided": int(((ends[0] > 1) | (ends[1] < 1)).sum()),
        "interval_factor": (ends[1] / ends[0]).median(),
        "leave_one_out_factor": (scores["leave_one_out_high"] / scores["leave_one_out_low"]).median(),
        "fixed": len(fixed),
        "fixed_factor": apart.where(apart >= 1, 1 / apart).median(),
        "fixed_crossed": int(((fixed["score_fixed"] - 1) * (fixed["score"] - 1) < 0).sum()),
    }
    return pd.DataFrame([row])


def changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """How many places of the reference sets changed hands between two days, in one row: places, changed.

    before, after: from `ram.reference_set`.
    """
    return pd.DataFrame([{"places": len(after), "changed": int((~after["model"].isin(before["model"])).sum())}])


def counted(listed: pd.DataFrame, lifetime: pd.DataFrame, date: str) -> pd.DataFrame:
    """Lifetime counts of the models that a list names: model, downloads_cumulative (at `date`), downloads_that_day.

    listed: model, day (of the list, in the data that it rests on). lifetime: the table clean/lifetime. Null where no
    count of the day is held.
    """
    counts = lifetime[["date", "model", "downloads_cumulative"]]
    that_day = counts.rename(columns={"date": "day", "downloads_cumulative": "downloads_that_day"})
    both = listed[["model", "day"]].merge(counts[counts["date"] == date], how="left", on="model")
    return both.merge(that_day, how="left", on=["model", "day"])[
        ["model", "downloads_cumulative", "downloads_that_day"]
    ]
