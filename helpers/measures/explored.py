"""What a reader asks of one model or organisation: where it stands, by month and by age."""

from collections.abc import Sequence

import pandas as pd

from helpers.measures import adoption, coverage, ram


def read(monthly: pd.DataFrame) -> pd.DataFrame:
    """clean/monthly with null downloads where a model was not read: its last total would look like one that stands."""
    unread = monthly["flag"].isin(coverage.UNREAD)
    return monthly.assign(**{name: monthly[name].mask(unread) for name in adoption.VALUES})


def models(listed: pd.DataFrame, monthly: pd.DataFrame) -> pd.DataFrame:
    """Each tracked model and where it stands among those of its size.

    listed: clean/models. monthly: clean/monthly. Returns model, organisation, region, bucket, parameters_b, released,
    downloads_cumulative (at the last label; null where it was not read then), rank (by it, within the bucket), ranked
    (models of the bucket that have a rank); ordered by model.
    """
    last = read(monthly[monthly["month"] == monthly["month"].max()])
    table = listed[["model", "organisation", "region", "bucket", "parameters_b", "released"]]
    table = table.merge(last[["model", "downloads_cumulative"]], on="model", how="left").sort_values("model")
    table = adoption.ranked(table, "downloads_cumulative", "bucket")
    return table.assign(ranked=table.groupby("bucket")["rank"].transform("count").astype("Int64"))


def roster(models: pd.DataFrame, monthly: pd.DataFrame) -> pd.DataFrame:
    """Each tracked model and how much of it was read, ordered by model.

    models: clean/models, and what else is to be told of each. monthly: clean/monthly. Returns the columns of models
    with months_read, of months: labels after its release (all, where the day is not known) at which it was read, as
    coverage means it.
    """
    labels = pd.Series(monthly["month"].unique()).sort_values()
    released = models.set_index("model")["released"].fillna(pd.Timestamp(0))
    after = monthly["month"] > monthly["model"].map(released)
    counted = monthly[after & ~monthly["flag"].isin(coverage.UNREAD)].groupby("model").size()
    before = labels.searchsorted(released, side="right")
    told = models.assign(months_read=models["model"].map(counted).fillna(0).astype(int), months=len(labels) - before)
    return told.sort_values("model", ignore_index=True)


def scores(
    lifetime: pd.DataFrame, listed: pd.DataFrame, measured: ram.Measured, milestones: Sequence[int], day: ram.Day
) -> pd.DataFrame:
    """Each model at each milestone: its score, or why it has none (Section 6).

    lifetime, listed: clean/lifetime and the rows of clean/models that are asked for. measured: from `ram.measure`.
    Returns the columns of `ram.coverage` (model, milestone_days, date, first, last, state) and of the scores.
    """
    covered = ram.coverage(lifetime[lifetime["date"] <= pd.Timestamp(day)], listed, milestones)
    return covered.merge(
        measured.scores.drop(columns="date", errors="ignore"), on=["model", "milestone_days"], how="left"
    )
