"""Measures of adoption by region, organisation or size bucket, on clean tables (paper, Sections 3 and 5).

All are pure functions on long tables. `by` is a column of the table of models, or a list of them; models in which it is
null, such as those of unresolved size, are kept together as "unresolved".
"""

import numpy as np
import pandas as pd

from helpers.registry import BUCKETS

UNRESOLVED = "unresolved"

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
    had none a year before. Raises ValueError for a month without data.
    """
    keys, column = _names(by), "downloads_cumulative"
    now = _at(table, month)[[*keys, column]]
    before = _at(table, pd.Timestamp(month) - pd.DateOffset(years=1))[[*keys, column]]
    both = now.merge(before, on=keys, how="left", suffixes=("", "_before"))
    return both.assign(multiple=both[column] / both[f"{column}_before"].where(both[f"{column}_before"] > 0))


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


def leaders(table: pd.DataFrame, within: By, column: str = "downloads_cumulative") -> pd.DataFrame:
    """The row with the highest value in each segment, with its share of the segment (Section 5.1, Fig. 12).

    table: one row for each segment (`within`) and group. Of equal values the first in the table's order counts; a
    segment without any downloads has no leader.
    """
    shares = share(table, column, within).dropna(subset=f"{column}_share")
    return shares.loc[shares.groupby(within, observed=True)[column].idxmax()].reset_index(drop=True)


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
