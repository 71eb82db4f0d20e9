"""Measures of adoption by region, organisation or size bucket, on clean tables (paper, Sections 3 and 5).

All are pure functions on long tables. `by` is a column of the table of models, or a list of them; models in which it is
null, such as those of unresolved size, are kept together as "unresolved".
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.measures.grid import place
from helpers.registry import BUCKETS, UNRESOLVED

By = str | list[str]
VALUES = ["downloads", "downloads_cumulative"]


def totals(monthly: pd.DataFrame, models: pd.DataFrame, by: By) -> pd.DataFrame:
    """Downloads of each group by month label (Figs. 1, 7, 10).

    monthly: the table clean/monthly. models: clean/models, or the part of it that counts: rows of other models are
    left out. Returns month, <by>, downloads (new in the month before the label; null if that is not known of any
    model), downloads_cumulative; a group has rows from the first month in which it has a model.
    """
    return _summed(monthly, models, "month", by, VALUES)


def daily_totals(daily: pd.DataFrame, models: pd.DataFrame, by: By) -> pd.DataFrame:
    """Downloads of each group by day, for crossovers: date, <by>, downloads (new that day), downloads_cumulative.

    daily: the table clean/daily, or clean/lifetime, which has no downloads of a day. models: as for `totals`.
    """
    return _summed(daily, models, "date", by, [name for name in VALUES if name in daily.columns])


def by_bucket(monthly: pd.DataFrame, models: pd.DataFrame, month: str | pd.Timestamp, by: By) -> pd.DataFrame:
    """Cumulative downloads at one month label by size bucket and group (Figs. 2 and 12).

    Returns bucket (ordered from small to large, "unresolved" last), <by>, downloads_cumulative; every group has a row
    in each bucket, 0 where it has no model. Raises ValueError for a month that is not among those that are held.
    """
    keys = ["bucket", *names(by)]
    found = totals(_at(monthly, month), models, keys).set_index(keys)["downloads_cumulative"]
    groups = found.unstack("bucket").reindex(columns=[*BUCKETS, UNRESOLVED])
    table = groups.fillna(0).stack().astype(found.dtype).rename("downloads_cumulative").reset_index()
    table["bucket"] = pd.Categorical(table["bucket"], [*BUCKETS, UNRESOLVED], ordered=True)
    return table[[*keys, "downloads_cumulative"]].sort_values(keys, ignore_index=True)


def sizes(buckets: pd.DataFrame) -> pd.DataFrame:
    """The size buckets alone, of a table from `by_bucket` (Section 2.2).

    Returns bucket, downloads_cumulative (null where a group's are), downloads_cumulative_share (of all), up_to_share
    (of this bucket and all smaller ones), rank (1 for the most downloads, of equals the smaller bucket); in order of
    size. Where one bucket is null there are no shares and no ranks.
    """
    column = "downloads_cumulative"
    grouped = buckets.groupby("bucket")[column]
    table = grouped.sum().where(grouped.count() == grouped.size()).reset_index()
    total = table[column].sum(skipna=False)
    part = table[column] / (total if total > 0 else np.nan)
    rank = np.nan if np.isnan(total) else table[column].rank(method="first", ascending=False)
    table = table.assign(downloads_cumulative_share=part, up_to_share=part.cumsum(), rank=rank)
    return table.astype({"rank": "Int64"})


def share(table: pd.DataFrame, column: str, within: By) -> pd.DataFrame:
    """The table with each row's share of `column` among the rows that agree in `within`: <column>_share, 0 to 1.

    Take out groups that are not to count before. Null where the sum is 0 or the value is null.
    """
    sums = table.groupby(within)[column].transform("sum")
    return table.assign(**{f"{column}_share": table[column] / sums.where(sums > 0)})


def year_over_year(table: pd.DataFrame, by: By) -> pd.DataFrame:
    """The table with each label's cumulative downloads over those a year before: multiple (Section 3).

    table: from `totals`. Null where a group had none a year before, or the table does not reach back so far.
    """
    keys, column = names(by), "downloads_cumulative"
    before = table[["month", *keys, column]].assign(month=table["month"] + pd.DateOffset(years=1))
    both = table.merge(before, on=["month", *keys], how="left", suffixes=("", "_before"))
    return table.assign(multiple=(both[column] / both[f"{column}_before"].where(both[f"{column}_before"] > 0)).array)


def ranked(table: pd.DataFrame, column: str, within: By) -> pd.DataFrame:
    """The table with each row's place by `column` among the rows that agree in `within`: rank, 1 for the highest.

    Equal values share a place; a null value has none.
    """
    return table.assign(rank=table.groupby(within)[column].rank("min", ascending=False).astype("Int64"))


def complete(table: pd.DataFrame, by: str, groups: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """The table with a row for each of the groups in each of its months: 0 in `columns` where it had none.

    For counts of things that happened, of groups that were watched in all these months: a region whose tracked models
    nobody derived anything from has 0 derivatives.
    """
    every = pd.MultiIndex.from_product([table["month"].unique(), list(groups)], names=["month", by])
    absent = every.difference(pd.MultiIndex.from_frame(table[["month", by]]))
    rows = absent.to_frame().assign(**dict.fromkeys(columns, 0))
    whole = pd.concat([table, rows.astype(table.dtypes[rows.columns].to_dict())], ignore_index=True)
    return whole.sort_values(["month", by], ignore_index=True)


ERA = 3
"""Months from which on a run counts as an era in figures and text; ours, the paper gives its eras no bounds."""


def eras(monthly: pd.DataFrame, by: str) -> pd.DataFrame:
    """Runs of months in which one group has more than half of the new downloads (Section 3).

    monthly: from `totals`: month, <by>, downloads. Months with unknown downloads belong to no run.
    Returns <by>, start, end (first and last calendar month of the run, not labels), months; in order of time.
    """
    new = share(monthly, "downloads", "month")
    half = new[new["downloads_share"] > 0.5]
    return runs(half.assign(month=half["month"] - pd.DateOffset(months=1)), by)


def longest_eras(eras: pd.DataFrame, by: str, groups: Sequence[str]) -> pd.DataFrame:
    """The longest era of each group: <by>, start, end, months; 0 months for a group without one.

    eras: of the runs from `eras`, those that count.
    """
    found = longest(eras, by).set_index(by).reindex(pd.Index(list(groups), name=by)).reset_index()
    return found.assign(months=found["months"].fillna(0).astype(int))


def compared(monthly: pd.DataFrame, eras: pd.DataFrame, models: pd.DataFrame, by: str) -> pd.DataFrame:
    """How many groups stand side by side, in one row: <by>s, months (in which the downloads of any are known), eras
    (how many groups have one; null, as the months are, where no month is known).

    monthly: as for `eras`. eras: those that count. models: <by>.
    """
    months = monthly.dropna(subset="downloads")["month"].nunique() or None
    led = eras[by].nunique() if months else None
    return pd.DataFrame([{f"{by}s": models[by].nunique(), "eras": led, "months": months}])


def within_eras(table: pd.DataFrame, eras: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows of each group in the months of its own era: of a table with month, <by>.

    eras: from `longest_eras`.
    """
    own = table[[by]].merge(eras[[by, "start", "end"]], on=by, how="left").set_index(table.index)
    return table[(table["month"] >= own["start"]) & (table["month"] <= own["end"])]


def runs(months: pd.DataFrame, by: str) -> pd.DataFrame:
    """Runs of months that belong to one group: <by>, start, end (first and last month), months; in order of time.

    months: month, <by>: one row for each month that belongs to a group. Any other month ends a run.
    """
    table = months.sort_values("month")
    gap = table["month"].dt.to_period("M").astype("int64").diff() != 1
    run = (gap | (table[by] != table[by].shift())).cumsum()
    found = table.groupby(run).agg(
        **{by: (by, "first")}, start=("month", "min"), end=("month", "max"), months=("month", "size")
    )
    return found.reset_index(drop=True)


def longest(runs: pd.DataFrame, by: str) -> pd.DataFrame:
    """The longest run of each group, of equals the first. runs: from `runs`."""
    return runs.sort_values(["months", "start"], ascending=[False, True]).drop_duplicates(by)


def leaders(table: pd.DataFrame, within: By, column: str = "downloads_cumulative") -> pd.DataFrame:
    """The row with the highest value in each segment, with its share of the segment (Section 5.1, Fig. 12).

    table: one row for each segment (`within`) and group. Of equal values the first in the table's order counts; a
    segment without any downloads has no leader.
    """
    shares = share(table, column, within).dropna(subset=f"{column}_share")
    return shares.loc[shares.groupby(within)[column].idxmax()].reset_index(drop=True)


def since(table: pd.DataFrame, month: str | pd.Timestamp, by: By) -> pd.DataFrame:
    """New downloads after a month label, added up from there (Section 5.2, Fig. 13).

    table: from `totals`. Returns month (from the label on, where every group stands at 0), <by>, downloads_since: what
    a model brings along on entering is in none of it. A month without a row of a group adds nothing; from one on whose
    downloads are not known it is null. Raises ValueError for a label without data.
    """
    start = pd.Timestamp(month)
    _at(table, start)
    wide, there = (
        rows.pivot(index="month", columns=names(by), values="downloads")
        for rows in (table, table.assign(downloads=1.0))
    )
    wide = wide.where(there.notna(), 0)
    later = wide[wide.index >= start].copy()
    later.loc[start] = 0
    return later.cumsum(skipna=False).unstack().rename("downloads_since").reset_index()


def peaks(table: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
    """The highest value of each group and its month, the first of equal ones: <by>, month, <column>."""
    known = table.dropna(subset=column).sort_values("month", kind="stable")
    return known.loc[known.groupby(by)[column].idxmax(), [by, "month", column]].reset_index(drop=True)


def paces(table: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
    """How much each group's value changed a month, from its first known to its last: <by>, per_month.

    Null for a group that is known in one month only.
    """
    known = table.dropna(subset=column).sort_values("month")
    ends = known.groupby(by).agg(first=("month", "first"), last=("month", "last"), low=(column, "first"),
                                 high=(column, "last"))  # fmt: skip
    months = (ends["last"].dt.year - ends["first"].dt.year) * 12 + ends["last"].dt.month - ends["first"].dt.month
    return ((ends["high"] - ends["low"]) / months.where(months > 0)).rename("per_month").reset_index()


def over_periods(table: pd.DataFrame, periods: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
    """How each group fared over periods that the paper speaks of (Sections 1 and 3).

    table: month, <by>, <column>. periods: period, first, last (months). Returns period, <by>, month (the period's
    last), months (from its first to its last), months_behind (in which another group had more), <column> (in its last
    month); months and months_behind are null where the table does not hold every month of the period.
    """
    led, rows = leaders(table, "month", column).set_index("month")[by], []
    for period in periods.itertuples():
        months = pd.date_range(period.first, period.last, freq="MS")
        held = bool(months.isin(led.index).all())
        at_last = table[table["month"] == months[-1]].set_index(by)[column]
        for group in table[by].unique():
            behind = int((led.reindex(months) != group).sum()) if held else pd.NA
            rows.append(
                (period.period, group, months[-1], len(months) - 1 if held else pd.NA, behind, at_last.get(group))
            )
    names = ["period", by, "month", "months", "months_behind", column]
    found = pd.DataFrame(rows, columns=names)
    return found.astype({"month": "datetime64[us]", "months": "Int64", "months_behind": "Int64", column: "float64"})


def names(by: By) -> list[str]:
    """The columns that groups go by."""
    return [by] if isinstance(by, str) else list(by)


def grouped(models: pd.DataFrame, keys: list[str]) -> pd.MultiIndex:
    """The group of each model: the columns that groups go by, as text, "unresolved" where one is null; then "all"."""
    return pd.MultiIndex.from_frame(models[keys].astype("str").fillna(UNRESOLVED).assign(all="all"))


def _summed(frame: pd.DataFrame, models: pd.DataFrame, when: str, by: By, columns: list[str]) -> pd.DataFrame:
    """Sums over the models of each group; null only where every value is."""
    keys = names(by)
    of_model = grouped(models, keys)
    kinds = of_model.unique().sort_values()
    group = kinds.get_indexer(of_model)
    at = place(frame["model"], pd.Index(models["model"]))
    kept = at >= 0
    days = frame[when].to_numpy()[kept].astype("datetime64[D]").astype("int64")
    sums = frame.loc[kept, columns].groupby(days * len(kinds) + group[at[kept]]).sum(min_count=1)  # one number a group
    day, kind = np.divmod(sums.index.to_numpy(), max(len(kinds), 1))
    head = {when: day.astype("datetime64[D]").astype(frame[when].dtype)}
    head |= {key: kinds.get_level_values(key).take(kind) for key in keys}
    return pd.DataFrame(head | {column: sums[column].array for column in columns})


def _at(table: pd.DataFrame, month: str | pd.Timestamp) -> pd.DataFrame:
    """The rows of one month; none of a table that holds no month yet."""
    rows = table[table["month"] == pd.Timestamp(month)]
    if rows.empty and len(table):
        held = f"{table['month'].min():%Y-%m-%d} to {table['month'].max():%Y-%m-%d}"
        raise ValueError(f"no data for the month {pd.Timestamp(month):%Y-%m-%d}; months held: {held}")
    return rows
