"""Measures of adoption by region, organisation or size bucket, on clean tables (paper, Sections 3 and 5).

All are pure functions on long tables. `by` is a column of the table of models, or a list of them; models in which it is
null, such as those of unresolved size, are kept together as "unresolved".
"""

import numpy as np
import pandas as pd

from helpers.registry import BUCKETS, UNRESOLVED

By = str | list[str]


def totals(monthly: pd.DataFrame, models: pd.DataFrame, by: By) -> pd.DataFrame:
    """Downloads of each group by month label (Figs. 1, 7, 10).

    monthly: the table clean/monthly. models: clean/models, or the part of it that counts: rows of other models are
    left out. Returns month, <by>, downloads (new in the month before the label; null if that is not known of any
    model), downloads_cumulative; a group has rows from the first month in which it has a model.
    """
    return _summed(monthly, models, "month", by, ["downloads", "downloads_cumulative"])


def daily_totals(daily: pd.DataFrame, models: pd.DataFrame, by: By) -> pd.DataFrame:
    """Cumulative downloads of each group by day, for crossovers: date, <by>, downloads_cumulative.

    daily: the table clean/daily. models: as for `totals`.
    """
    return _summed(daily, models, "date", by, ["downloads_cumulative"])


def by_bucket(monthly: pd.DataFrame, models: pd.DataFrame, month: str | pd.Timestamp, by: By) -> pd.DataFrame:
    """Cumulative downloads at one month label by size bucket and group (Figs. 2 and 12).

    Returns bucket (ordered from small to large, "unresolved" last), <by>, downloads_cumulative; every group has a row
    in each bucket, 0 where it has no model. Raises ValueError for a month without data.
    """
    keys = ["bucket", *_names(by)]
    found = totals(_at(monthly, month), models, keys).set_index(keys)["downloads_cumulative"]
    groups = found.unstack("bucket").reindex(columns=[*BUCKETS, UNRESOLVED])
    table = groups.fillna(0).stack().rename("downloads_cumulative").reset_index()
    table["bucket"] = pd.Categorical(table["bucket"], [*BUCKETS, UNRESOLVED], ordered=True)
    return table[[*keys, "downloads_cumulative"]].sort_values(keys, ignore_index=True)


def share(table: pd.DataFrame, column: str, within: By) -> pd.DataFrame:
    """The table with each row's share of `column` among the rows that agree in `within`: <column>_share, 0 to 1.

    Take out groups that are not to count before. Null where the sum is 0 or the value is null.
    """
    sums = table.groupby(within, observed=True)[column].transform("sum")
    return table.assign(**{f"{column}_share": table[column] / sums.where(sums > 0)})


def year_over_year(table: pd.DataFrame, month: str | pd.Timestamp, by: By) -> pd.DataFrame:
    """Cumulative downloads at a month label against those a year before (Section 3).

    table: from `totals`. Returns <by>, downloads_cumulative, downloads_cumulative_before, multiple; null where a group
    had none a year before, or the table does not reach back so far. Raises ValueError for a month without data.
    """
    keys, column = _names(by), "downloads_cumulative"
    now = _at(table, month)[[*keys, column]]
    earlier = table["month"] == pd.Timestamp(month) - pd.DateOffset(years=1)
    before = table.loc[earlier, [*keys, column]]
    both = now.merge(before, on=keys, how="left", suffixes=("", "_before"))
    return both.assign(multiple=both[column] / both[f"{column}_before"].where(both[f"{column}_before"] > 0))


def at_month(table: pd.DataFrame, month: str | pd.Timestamp, by: str, column: str) -> pd.Series:
    """Group → its `column` in one month of a table; empty where the table does not hold the month."""
    return table[table["month"] == pd.Timestamp(month)].set_index(by)[column]


def crossovers(
    table: pd.DataFrame, by: str, one: str, other: str, column: str = "downloads_cumulative"
) -> pd.DataFrame:
    """Every day on which `one` passes `other` or the reverse (Sections 3 and 5.1).

    table: date (or month), <by>, <column>; days on which only one of them has a value do not count. The day is
    interpolated between the rows around the crossing: the first on which the leader is ahead. Being level is no
    crossing until one goes ahead.
    Returns date, leader, trailer; empty where the lead never changes. Raises ValueError for a group without rows.
    """
    when = "date" if "date" in table.columns else "month"
    values = {name: table.loc[table[by] == name].set_index(when)[column] for name in (one, other)}
    for name, series in values.items():
        if series.empty:
            raise ValueError(f"no {by} {name!r} among {', '.join(sorted(map(str, table[by].unique())))}")
    lead = (values[one] - values[other]).dropna().sort_index()
    direction = np.sign(lead).replace(0, np.nan).ffill()
    turned = direction * direction.shift() < 0
    before, after, start = lead.shift()[turned], lead[turned], lead.index.to_series().shift()[turned]
    level = start + (after.index - start) * (before / (before - after))
    ahead = after.to_numpy() > 0
    return pd.DataFrame(
        {
            "date": (level.dt.floor("D") + pd.Timedelta(days=1)).to_numpy(),
            "leader": [one if first else other for first in ahead],
            "trailer": [other if first else one for first in ahead],
        }
    )


def crossover(
    table: pd.DataFrame, by: str, leader: str, trailer: str, column: str = "downloads_cumulative"
) -> pd.Timestamp | None:
    """The last day on which `leader` passed `trailer`, as in `crossovers`; None if it never did."""
    found = crossovers(table, by, leader, trailer, column)
    found = found[found["leader"] == leader]
    return None if found.empty else found["date"].iloc[-1]


def eras(monthly: pd.DataFrame, by: str) -> pd.DataFrame:
    """Runs of months in which one group has more than half of the new downloads (Section 3).

    monthly: from `totals`: month, <by>, downloads. Months with unknown downloads belong to no era.
    Returns <by>, start, end (first and last calendar month of the run, not labels), months; in order of time.
    """
    new = share(monthly, "downloads", "month")
    half = new[new["downloads_share"] > 0.5].sort_values("month")
    gap = half["month"].dt.to_period("M").astype("int64").diff() != 1
    run = (gap | (half[by] != half[by].shift())).cumsum()
    happened = half.assign(happened=half["month"] - pd.DateOffset(months=1))
    found = happened.groupby(run).agg(
        **{by: (by, "first")}, start=("happened", "min"), end=("happened", "max"), months=("happened", "size")
    )
    return found.reset_index(drop=True)


def leaders(table: pd.DataFrame, within: By, column: str = "downloads_cumulative") -> pd.DataFrame:
    """The row with the highest value in each segment, with its share of the segment (Section 5.1, Fig. 12).

    table: one row for each segment (`within`) and group. Of equal values the first in the table's order counts; a
    segment without any downloads has no leader.
    """
    shares = share(table, column, within).dropna(subset=f"{column}_share")
    return shares.loc[shares.groupby(within, observed=True)[column].idxmax()].reset_index(drop=True)


def since(table: pd.DataFrame, month: str | pd.Timestamp, by: By) -> pd.DataFrame:
    """New downloads after a month label, added up from there (Section 5.2, Fig. 13).

    table: from `totals`. Returns month (from the label on, where every group stands at 0), <by>, downloads_since: what
    a model brings along on entering is in none of it, and months with unknown downloads add nothing. Raises ValueError
    for a label without data.
    """
    start = pd.Timestamp(month)
    _at(table, start)
    wide = table.pivot(index="month", columns=_names(by), values="downloads")
    later = wide[wide.index >= start].copy()
    later.loc[start] = 0
    return later.cumsum().unstack().rename("downloads_since").reset_index()


def value_at(
    table: pd.DataFrame, by: str, name: str, month: str | pd.Timestamp, column: str = "downloads_cumulative"
) -> float | None:
    """One group's value in one month; None where the table does not tell it."""
    found = table.loc[(table[by] == name) & (table["month"] == pd.Timestamp(month)), column].dropna()
    return None if found.empty else float(found.iloc[0])


def rank_at(
    table: pd.DataFrame, by: str, name: str, month: str | pd.Timestamp, column: str = "downloads_cumulative"
) -> int | None:
    """One group's place by `column` in one month, 1 for the highest; None where its value is not known."""
    value = value_at(table, by, name, month, column)
    if value is None:
        return None
    return 1 + int((table.loc[table["month"] == pd.Timestamp(month), column] > value).sum())


def ratio_at(
    table: pd.DataFrame, by: str, one: str, other: str, month: str | pd.Timestamp, column: str = "downloads_cumulative"
) -> float | None:
    """One group's value over another's in one month; None where either is not known, or the other has nothing."""
    above, below = (value_at(table, by, name, month, column) for name in (one, other))
    return above / below if above is not None and below else None


def exceeds(value: float | None, bound: float) -> bool | None:
    """Whether a value is above a bound; None where it is not known."""
    return None if value is None else bool(value > bound)


def peak(table: pd.DataFrame, by: str, name: str, column: str) -> tuple[pd.Timestamp | None, float | None]:
    """The month of a group's highest value, the first of equal ones, and that value; None where there is none."""
    known = table[table[by] == name].dropna(subset=column).sort_values("month")
    if known.empty:
        return None, None
    top = known.loc[known[column].idxmax()]
    return top["month"], float(top[column])


def leading_months(table: pd.DataFrame, by: str, name: str, column: str = "downloads_cumulative") -> pd.DatetimeIndex:
    """The months in which a group has the highest value of all, in order."""
    led = leaders(table, "month", column)
    return pd.DatetimeIndex(led.loc[led[by] == name, "month"].sort_values())


def leading_since(table: pd.DataFrame, by: str, name: str, column: str = "downloads_cumulative") -> pd.Timestamp | None:
    """The first month from which on a group has the highest value in every month; None if it has not in the last."""
    led = leaders(table, "month", column)
    unbroken = led[led["month"] > led.loc[led[by] != name, "month"].max()] if (led[by] != name).any() else led
    return None if unbroken.empty else unbroken["month"].min()


def leads_throughout(
    table: pd.DataFrame, by: str, name: str, first: str, last: str, column: str = "downloads_cumulative"
) -> bool | None:
    """Whether a group has the highest value in every month from `first` to `last`; None if one of them is missing."""
    months = pd.date_range(first, last, freq="MS")
    if not months.isin(leaders(table, "month", column)["month"]).all():
        return None
    return bool(months.isin(leading_months(table, by, name, column)).all())


def label_after(day: pd.Timestamp | None) -> pd.Timestamp | None:
    """The first month label that includes a day: 30 August and 31 August are in September's. None stays None."""
    return None if day is None else day.normalize() + pd.offsets.MonthBegin()


def first_release(models: pd.DataFrame, pattern: str) -> pd.Timestamp | None:
    """The earliest release among the models whose id matches a regular expression from its start; None if unknown."""
    released = models.loc[models["model"].str.match(pattern), "released"].min()
    return None if pd.isna(released) else released


def _names(by: By) -> list[str]:
    return [by] if isinstance(by, str) else list(by)


def _summed(frame: pd.DataFrame, models: pd.DataFrame, when: str, by: By, columns: list[str]) -> pd.DataFrame:
    """Sums over the models of each group; null only where every value is."""
    keys = _names(by)
    listed = models.set_index("model")[[key for key in keys if key != "model"]].astype("str").fillna(UNRESOLVED)
    rows = frame[frame["model"].isin(listed.index)]
    grouped = rows[[when, *columns]].assign(
        **{key: rows["model"].map(listed[key]) if key != "model" else rows["model"] for key in keys}
    )
    return grouped.groupby([when, *keys])[columns].sum(min_count=1).reset_index()


def _at(table: pd.DataFrame, month: str | pd.Timestamp) -> pd.DataFrame:
    """The rows of one month."""
    rows = table[table["month"] == pd.Timestamp(month)]
    if rows.empty:
        held = f"{table['month'].min():%Y-%m-%d} to {table['month'].max():%Y-%m-%d}" if len(table) else "none"
        raise ValueError(f"no data for the month {pd.Timestamp(month):%Y-%m-%d}; months held: {held}")
    return rows
