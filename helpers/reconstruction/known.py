"""What is known of single models: points that their counts go through (paper, Table 1, Appendices B and C)."""

from typing import Any

import numpy as np
import pandas as pd

from helpers.reconstruction.calendar import Calendar
from helpers.reconstruction.published import Published, ReconstructionError

ABOVE = (1.3, 1.8, 2.8, 5.0, 8.0)
BELOW = (0.8, 0.62, 0.47, 0.36, 0.28)
"""Multiples of the median that a reference set's models are given, from the middle outwards."""
EVEN, ODD = (1.03, 0.97), (1.0,)
"""Those in the middle of an even and of an odd number of models: the median of both is 1."""
YOUNG = 120
"""Days of age up to which a model's count is taken to rise as age ** 1.5, straight to its published total."""
PACED = 180
"""Days after release by which a reference set is ordered, and from which a model above its median keeps its pace."""
SLOWING = 0.85
"""What such a model still gains, against what its organisation's pace would give: it draws most when new."""
NEAR = pd.Timedelta(days=20)
"""Before the day of its total a model is taken to have that total already."""
SCORE_STEP = 0.01


def medians(published: Published) -> pd.Series:
    """Median cumulative downloads of each reference set, by bucket and milestone_days.

    Where Table 1 prints scores the middle of all medians that explain them, elsewhere data/reconstruction/medians.csv.
    Raises ReconstructionError if no median explains Table 1.
    """
    table = published.ram_table
    low, high = _printed(table["printed_downloads"])
    bounds = table.assign(
        low=low / (table["score"] + SCORE_STEP / 2), high=high / (table["score"] - SCORE_STEP / 2)
    ).groupby(["bucket", "milestone_days"])[["low", "high"]]
    told = bounds.agg({"low": "max", "high": "min"})
    if (told["low"] > told["high"]).any():
        raise ReconstructionError(f"no median explains Table 1 in {told[told['low'] > told['high']].index[0]}")
    assumed = published.assumed("medians")
    keys = [assumed["bucket"], assumed["milestone_days"].astype(int)]
    given = assumed["value"].set_axis(pd.MultiIndex.from_arrays(keys, names=told.index.names))
    within = given.reindex(told.index).clip(told["low"], told["high"])
    return pd.concat([within.fillna(told.mean(axis=1)), given[~given.index.isin(told.index)]])


def _printed(counts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The smallest and the largest count that rounds to what is printed ("1.3M"), a hair inside."""
    scale = counts.str[-1].map({"K": 1e3, "M": 1e6})
    digits = counts.str.slice(stop=-1)
    step = scale / 10.0 ** digits.str.partition(".")[2].str.len()
    return digits.astype(float) * scale - 0.49 * step, digits.astype(float) * scale + 0.49 * step


def points(
    models: pd.DataFrame, published: Published, clocks: dict[str, np.ndarray], calendar: Calendar
) -> pd.DataFrame:
    """Every count that is known or follows from what is known: model, date, count (lifetime, through that day, but
    for the bursts of data/reconstruction/bursts.csv).

    models: from `roster`. clocks: group → cumulative downloads by day.
    Counts are those of Table 1 (within its rounding so that its scores hold), of Appendix B, of
    data/reconstruction/points.csv, and, for the models of a reference set, such that the set's medians are `medians`.
    """
    middle = medians(published)
    table = _table_1(models, published, middle)
    totals = published.top_models.merge(models[["model", "released"]], on="model")
    day = published.date("top-models-date") - pd.Timedelta(days=1)
    bursts = totals["model"].map(published.assumed("bursts").groupby("model")["value"].sum()).fillna(0)
    totals = totals.assign(date=day, count=totals["downloads"] - bursts)
    latest = totals["model"].map(table.groupby("model")["date"].max())
    overtaken = totals["model"].map(table.groupby("model")["count"].max()) >= totals["count"]
    conflict = overtaken & (latest <= day + pd.Timedelta(days=7))  # Table 1 counts more than Appendix B
    extra = published.assumed("points")
    extra = extra.assign(date=pd.to_datetime(extra["before"]) - pd.Timedelta(days=1), count=extra["value"])
    sets = _reference_sets(models, totals, table)
    covered = sets["history"] & (sets["released"] >= calendar.first) | (sets["released"] >= calendar.entry)
    ladders = _ladders(_paced(sets[covered], clocks, calendar, day), middle, table, day, calendar.last)
    told = ladders["model"].map(extra.groupby("model")["date"].min())
    known = [table, totals[~conflict], extra, ladders[~(ladders["date"] >= told)]]
    return pd.concat([part[["model", "date", "count"]] for part in known]).sort_values(
        ["model", "date"], ignore_index=True
    )


def _table_1(models: pd.DataFrame, published: Published, middle: pd.Series) -> pd.DataFrame:
    table = published.ram_table.merge(models[["model", "released"]], on="model")
    low, high = _printed(table["printed_downloads"])
    median = middle.reindex(pd.MultiIndex.from_frame(table[["bucket", "milestone_days"]])).to_numpy()
    return table.assign(
        count=np.rint((table["score"] * median).clip(low, high)),
        date=table["released"] + pd.to_timedelta(table["milestone_days"], unit="D"),
    )


def _reference_sets(models: pd.DataFrame, totals: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The ten models of each bucket with the highest known counts; Table 1 has one that Appendix B leaves out."""
    best = pd.concat([totals, table]).groupby("model")["count"].max().rename("best").reset_index()
    ranked = models.merge(best, on="model").sort_values(["bucket", "best", "model"], ascending=[True, False, True])
    return ranked.groupby("bucket").head(10)


def _paced(sets: pd.DataFrame, clocks: dict, calendar: Calendar, day: pd.Timestamp) -> pd.DataFrame:
    """The sets with each model's `pace`: days after release → its count if it had grown as its organisation did.

    Ordered by that count at PACED days: it decides who lies above and below the median.
    """
    paces = []
    for model in sets.itertuples():
        start, end = calendar.index(model.released), calendar.index(day)
        clock = clocks.get(model.group, np.arange(len(calendar.days), dtype=float))
        paces.append(model.best * (clock[start : end + 1] - clock[start]) / (clock[end] - clock[start]))
    sets = sets.assign(pace=paces, paced=sets["group"].isin(clocks))
    return sets.iloc[np.argsort([-pace[min(PACED, len(pace) - 1)] for pace in paces], kind="stable")]


def _ladders(
    sets: pd.DataFrame, middle: pd.Series, table: pd.DataFrame, day: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Counts of reference models at milestones, such that each set's median is the wanted one."""
    sets = sets.assign(age=(day - sets["released"]).dt.days, named=sets["model"].isin(table["model"]))
    watched = table[table["model"].isin(sets["model"])]
    rows: list[tuple[str, pd.Timestamp, float]] = []
    for (bucket, days), median in middle.items():
        own = sets[sets["bucket"] == bucket]
        told = watched[(watched["milestone_days"] == days) & (watched["bucket"] == bucket)]
        due = own["released"] + pd.Timedelta(days=days)
        rises = (own["age"] < YOUNG) & (own["age"] > days) & ~own["named"]
        part = days / own["age"][rises]
        rising = (own["best"][rises] * part * np.sqrt(part)).round()
        full = (due > day - NEAR) & (due <= last) & ~rises & ~own["model"].isin(told["model"])
        fixed = [*told["count"], *rising, *own["best"][full]]
        free = (due <= day - NEAR) & ~rises & ~own["named"]
        factors = _factors(free.sum(), sum(v > median for v in fixed), sum(v <= median for v in fixed))
        counts = [
            _placed(model, factor, median, days) for model, factor in zip(own[free].itertuples(), factors, strict=True)
        ]
        rows += zip(own["model"][free], due[free], counts, strict=True)
        rows += zip(own["model"][rises], due[rises], rising, strict=True)
    return pd.DataFrame(rows, columns=["model", "date", "count"])


def _placed(model: Any, factor: float, median: float, days: int) -> float:
    """The count of one model: a multiple of the median, but for those above it, once settled, their own pace."""
    settled = 0.0
    if factor > max(EVEN) and days >= PACED and model.paced:
        settled = model.best - (model.best - model.pace[days]) * SLOWING
    return float(np.rint(min(max(factor * median, settled), 0.9 * model.best)))


def _factors(free: int, above: int, below: int) -> list[float]:
    """Multiples of the median, from high to low, for `free` models beside those that lie above and below it."""
    if not free:
        return []
    count = free + above + below
    centre = ODD if count % 2 else EVEN
    higher = (count - len(centre)) // 2 - above
    lower = free - higher - len(centre)
    if higher < 0 or lower < 0:
        raise ReconstructionError(f"{above} models above and {below} below leave no middle for {free}")
    return [*ABOVE[:higher][::-1], *centre, *BELOW[:lower]]
