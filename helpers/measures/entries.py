"""Models that come into the totals with a lifetime count, which no day can claim (paper, Section 2.1)."""

import pandas as pd


def _brought(daily: pd.DataFrame) -> pd.DataFrame:
    """What models brought along that came in with a lifetime count, which no day can claim: date, model, brought."""
    first = daily.drop_duplicates("model")
    first = first[first["downloads"].isna()]
    return first[["date", "model", "downloads_cumulative"]].rename(columns={"downloads_cumulative": "brought"})


def without(daily: pd.DataFrame) -> pd.DataFrame:
    """clean/daily without what models brought along on entering: their totals begin at 0."""
    brought = daily["model"].map(_brought(daily).set_index("model")["brought"]).fillna(0)
    return daily.assign(downloads_cumulative=daily["downloads_cumulative"] - brought)


def step(daily: pd.DataFrame, models: pd.DataFrame, by: str) -> pd.DataFrame:
    """What models without a history brought into the totals on the day on which most of it came (Section 2.1).

    Returns <by>, date, models, brought (downloads); one row for each group that has any on that day.
    """
    came = _brought(daily).merge(models[["model", by]], on="model")
    most = came.groupby("date")["brought"].sum()
    rows = came[came["date"] == (most.idxmax() if len(most) else pd.NaT)]
    return rows.groupby([by, "date"], as_index=False).agg(models=("model", "size"), brought=("brought", "sum"))
