"""Who serves the world's tokens: shares of use on an inference platform (paper, Section 2.1 "OpenRouter").

`month` is here the calendar month of use, named by its first day: the paper's "June 2025" is the tokens of June. It is
no label for the data through the day before, as the months of the downloads are.
Tables are signals/tokens_daily (date) or signals/tokens_monthly (month), with slug, status, model, organisation, region
and tokens.
"""

import pandas as pd

from helpers.measures import cleaning
from helpers.tables.contracts.signals import STATUSES


def by_month(daily: pd.DataFrame) -> pd.DataFrame:
    """Daily tokens added up to months of use: month, slug, status, model, organisation, region, tokens, days.

    days: days of the month that the input holds, over all models; below the length of the month it is incomplete.
    A model outside a day's top 50 is that day in "other", so that a month's sum of a model is a lower bound.
    """
    month = daily["date"].dt.to_period("M").dt.start_time.astype("datetime64[us]").rename("month")
    what = ["slug", "status", "model", "organisation", "region"]
    tokens = daily.groupby([month, *what], dropna=False, as_index=False)["tokens"].sum()
    return tokens.assign(days=tokens["month"].map(daily.groupby(month)["date"].nunique()))


def whole_months(daily: pd.DataFrame, least_days: int) -> pd.DataFrame:
    """`by_month` of the months that are over and of which `least_days` days are held, or more: fewer are no month.

    A month is over if the input holds its last day or a later one.
    """
    months, last = by_month(daily), daily["date"].max()
    over = months["month"] + pd.offsets.MonthEnd() <= last
    return months[over & (months["days"] >= least_days)].reset_index(drop=True)


def top_open(daily: pd.DataFrame, least_days: int, size: int = 10) -> pd.DataFrame:
    """The most used open models of each whole month: signals/tokens_monthly where there are daily tokens alone.

    least_days: see `whole_months`. Of equal tokens the first slug in the alphabet counts.
    """
    months = whole_months(daily, least_days)
    used = months[months["status"] == "open"].sort_values(["month", "tokens", "slug"], ascending=[True, False, True])
    return used.groupby("month").head(size).reset_index(drop=True)


def too_short(daily: pd.DataFrame, least_days: int) -> pd.DataFrame:
    """The months of which some days are held, but fewer than `least_days`, in one row: months, first, last, days (the
    most that are held of one of them); null but for months where there are none."""
    held = daily.groupby(daily["date"].dt.to_period("M"))["date"].nunique()
    few = held[held < least_days]
    months = few.index.to_timestamp()
    row = {"months": len(few), "first": months.min(), "last": months.max(), "days": few.max()}
    return pd.DataFrame([row]).astype({"days": "Int64", "first": "datetime64[us]", "last": "datetime64[us]"})


def short_lists(monthly: pd.DataFrame, size: int = 10) -> pd.DataFrame:
    """The months whose list has fewer than `size` models: month, models."""
    models = monthly.groupby("month").size().rename("models").reset_index()
    return models[models["models"] < size].reset_index(drop=True)


def spans(daily: pd.DataFrame, monthly: pd.DataFrame) -> pd.DataFrame:
    """From when to when both series run: series (daily, monthly), what `cleaning.span` tells, models (the most that the
    list of a month has; null for the days)."""
    both = pd.concat([cleaning.span(daily["date"], "D"), cleaning.span(monthly["month"], "M")])
    return both.assign(series=["daily", "monthly"], models=[None, monthly.groupby("month").size().max()])


def open_shares(monthly: pd.DataFrame, by: str) -> pd.DataFrame:
    """Shares within the tokens of open models: month, <by>, tokens, tokens_share.

    by: organisation, region or slug. Models of unknown status and the rest are in no share: see `bands` for how much
    they are. In the monthly top ten, shares are of the ten models' tokens. Every value has a row in every month.
    """
    return _shares(monthly[monthly["status"] == "open"], by)


def bands(monthly: pd.DataFrame) -> pd.DataFrame:
    """All tokens of a month by status: month, status (of STATUSES, each in every month), tokens, tokens_share.

    "other" is what the source gives in one sum beyond its top 50; it holds open and closed models and stays apart.
    """
    absent = monthly[["month"]].merge(pd.DataFrame({"status": STATUSES, "tokens": 0}), "cross")
    return _shares(pd.concat([monthly, absent], ignore_index=True), "status")


def extremes(bands: pd.DataFrame) -> pd.DataFrame:
    """How the share of each status moves over the months: status, lowest, highest."""
    return bands.groupby("status")["tokens_share"].agg(lowest="min", highest="max").reset_index()


def _shares(tokens: pd.DataFrame, by: str) -> pd.DataFrame:
    table = tokens.pivot_table(index="month", columns=by, values="tokens", aggfunc="sum", fill_value=0)
    long = table.stack().rename("tokens").reset_index()
    total = long.groupby("month")["tokens"].transform("sum")
    # A month without tokens has no shares; Python integers are divided exactly, then rounded once.
    return long.assign(tokens_share=(long["tokens"] / total.where(total > 0)).astype(float))
