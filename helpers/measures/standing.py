"""How organisations stand against each other: who leads, who passes whom, one side against another (paper, Section 5).

All are pure functions on long tables: month, <by> (such as organisation) and a value. They add to the measures of
`adoption`; a table without rows gives one without rows.
"""

import pandas as pd

from helpers.measures import adoption, coverage
from helpers.measures.coverage import Needed
from helpers.measures.crossings import lead


def catalogues(models: pd.DataFrame) -> pd.DataFrame:
    """What is tracked of each organisation: organisation, models, with_history (of these), released (the first)."""
    grouped = models.groupby("organisation", as_index=False)
    return grouped.agg(models=("model", "nunique"), with_history=("history", "sum"), released=("released", "min"))


def observed(daily: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """Since when every organisation is observed, in one row: since (first day of a model without a daily history).

    Null if there is no such model.
    """
    without = models.loc[~models["history"], "model"]
    return pd.DataFrame({"since": [daily.loc[daily["model"].isin(without), "date"].min()]}, dtype="datetime64[us]")


def leads(table: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
    """When each group that ever led had the highest value of all, in the order in which they first had it.

    Returns <by>, place (in that order), first_led, last_led (months), leads_since (from when it has led without a break
    to the table's last month; null if it has not), run_first, run_last and run_months (its longest run of months, of
    equals the first). A month without values has no leader and breaks a run.
    """
    runs = adoption.runs(adoption.leaders(table, "month", column)[["month", by]], by)
    names = {"start": "run_first", "end": "run_last", "months": "run_months"}
    longest = adoption.longest(runs, by).rename(columns=names).set_index(by)
    ends = runs.groupby(by).agg(first_led=("start", "min"), last_led=("end", "max"))
    since = runs[runs["end"] == table["month"].max()].set_index(by)["start"].rename("leads_since")
    found = ends.join(since).join(longest).sort_values("first_led", kind="stable").reset_index()
    found.insert(1, "place", range(1, len(found) + 1))
    return found


def crossings(
    daily: pd.DataFrame, counted: pd.DataFrame, monthly: pd.DataFrame, pairs: pd.DataFrame, by: str
) -> pd.DataFrame:
    """When one of each pair passed the other in cumulative downloads, and where both stood then (Section 5.1).

    daily, counted, monthly: from `coverage.daily_totals`, `counted_days` and `totals`. pairs: pair, one, other. Returns
    pair, the columns of `crossings.lead`, label (the first month label whose data include the day `passed`),
    one_downloads, other_downloads (cumulative, at that label).
    """
    totals = monthly.set_index([by, "month"])["downloads_cumulative"]
    rows = []
    for pair in pairs.itertuples():
        passed = lead(daily, counted, by, pair.one, pair.other)
        label = passed["passed"].dt.normalize() + pd.offsets.MonthBegin()
        at = {
            f"{end}_downloads": totals.reindex([(name, label[0])]).to_numpy()
            for end, name in (("one", pair.one), ("other", pair.other))
        }
        rows.append(passed.assign(pair=pair.pair, label=label, **at))
    table = pd.concat(rows, ignore_index=True)
    return table[["pair", *table.columns.drop("pair")]]


def ratios(table: pd.DataFrame, pairs: pd.DataFrame, by: str, column: str = "downloads_cumulative") -> pd.DataFrame:
    """One of each pair over the other in each month: pair, month, multiple; null where a value is not known, or 0."""
    wide = table.pivot(index="month", columns=by, values=column)
    wide = wide.reindex(columns=sorted({*pairs["one"], *pairs["other"]}))
    found = {pair.pair: wide[pair.one] / wide[pair.other].where(wide[pair.other] > 0) for pair in pairs.itertuples()}
    long = pd.DataFrame(found).rename_axis(columns="pair").unstack().rename("multiple")
    return long.reset_index()


def spans(table: pd.DataFrame, by: str, column: str, starts: dict[str, pd.Timestamp]) -> pd.DataFrame:
    """How each group fared from some months on to the table's last: span, <by>, first, lowest, mean, rank, as_high.

    starts: span → its first month. lowest_<column> and mean_<column> are over the months of the span, and null where
    one of them is not known; rank is by the mean. as_high: how many groups, this one among them, have a mean as high.
    """
    last, rows = table["month"].max(), []
    for span, first in starts.items():
        months = len(pd.date_range(first, last, freq="MS")) if len(table) else 0
        grouped = table[table["month"] >= first].groupby(by)[column]
        found = grouped.agg(**{f"lowest_{column}": "min", f"mean_{column}": "mean"})
        whole = found.where(grouped.count() == months)
        rows.append(whole.reset_index().assign(span=span, first=first))
    found = adoption.ranked(pd.concat(rows, ignore_index=True), f"mean_{column}", "span")
    found["as_high"] = found.groupby("span")[f"mean_{column}"].rank("max", ascending=False).astype("Int64")
    return found[["span", by, "first", f"lowest_{column}", f"mean_{column}", "rank", "as_high"]]


def gained(table: pd.DataFrame, month: pd.Timestamp, by: str) -> pd.DataFrame:
    """New downloads after a month label, added up from there: month, <by>, downloads_since, rank (Section 5.2).

    table: from `coverage.totals`. As `adoption.since`, of the groups whose sum is known to the end, with the columns of
    coverage; without rows where the table does not hold the label.
    """
    if not (table["month"] == month).any():
        empty = {"month": "datetime64[us]", by: "str", "downloads_since": "float64", "rank": "Int64"}
        empty |= dict.fromkeys(coverage.COLUMNS, "float64")
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in empty.items()})
    found = adoption.since(table, month, by)[["month", by, "downloads_since"]]
    found = found[found.groupby(by)["downloads_since"].transform(lambda sums: sums.notna().all())]
    return coverage.beside(adoption.ranked(found, "downloads_since", "month"), table[["month", by, *coverage.COLUMNS]])


def and_all(table: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
    """The table with rows `all` besides: the sum of its groups in each month, of those whose value is known."""
    sums = table.groupby("month", as_index=False)[column].sum(min_count=1).assign(**{by: "all"})
    return pd.concat([table, sums], ignore_index=True)


# One side against another -------------------------------------------------------------------------------------


def opposed(monthly: pd.DataFrame, models: pd.DataFrame, after: pd.Timestamp, needed: Needed) -> pd.DataFrame:
    """New downloads of two sides by what they are made of (Figures 10 and 11), month labels after one.

    monthly: clean/monthly. models: from `coverage.weighed`, those that count, with side and part, as
    `registry.groups.sides` gives them. Returns the columns of `coverage.totals` by side and part, in the order in which
    the sides are given: of the parts whose new downloads are known in the last month in which both sides have one, and
    of the months in which they are known of all these.
    """
    table = coverage.totals(monthly, models, ["side", "part"], needed)
    table = table[table["month"] > after]
    known = table.dropna(subset="downloads")
    last = known.loc[known.groupby("month")["side"].transform("nunique") == 2, "month"].max()
    table = table[table["part"].isin(known.loc[known["month"] == last, "part"])]
    whole = table.groupby("month")["downloads"].transform(lambda new: new.notna().all()).astype(bool)
    table = table[whole & (table.groupby("month")["side"].transform("nunique") == 2)]
    order = {side: place for place, side in enumerate(models["side"].unique())}
    return table.sort_values("side", key=lambda side: side.map(order), kind="stable", ignore_index=True)


def sums(parts: pd.DataFrame) -> pd.DataFrame:
    """New downloads of each side in each month: month, side, downloads, members, multiple.

    parts: from `opposed`. members: how many parts it is the sum of. multiple: of the other side's downloads, null
    where these are 0.
    """
    table = parts.groupby(["month", "side"], as_index=False, sort=False).agg(
        downloads=("downloads", "sum"), members=("part", "nunique")
    )
    other = table.groupby("month")["downloads"].transform("sum") - table["downloads"]
    return table.assign(multiple=table["downloads"] / other.where(other > 0))


# By size ------------------------------------------------------------------------------------------------------

SMALL = "below 10B"
"""The three smallest buckets together, as the paper speaks of them (Section 5.1)."""


def by_size(monthly: pd.DataFrame, models: pd.DataFrame, by: str, needed: Needed) -> pd.DataFrame:
    """Shares of cumulative downloads in each size bucket, and in the three smallest together (Figure 12).

    monthly: clean/monthly, the rows of one month. models: from `coverage.weighed`. Returns bucket (as text; BUCKETS,
    then SMALL), <by>, downloads_cumulative, downloads_cumulative_share (of the bucket), rank (in the bucket), the
    columns of coverage (of the group's models in the bucket) and own_share (of the group's downloads in all buckets);
    null where the models read do not carry it, shares and ranks also where one group alone is in the bucket. Every
    group has a row in each.
    """
    sized = models[models["bucket"].notna()].astype({"bucket": "str"})
    small = sized[sized["bucket"].isin(adoption.BUCKETS[:3])].assign(bucket=SMALL)
    column, found = "downloads_cumulative", []
    for part in (sized, small):
        table = adoption.share(adoption.totals(monthly, part, ["bucket", by]), column, "bucket")
        table = coverage.beside_others(
            adoption.ranked(table, column, "bucket"), "bucket", column, [f"{column}_share", "rank"]
        )
        bucket, own = (coverage.of(monthly, part, keys) for keys in ("bucket", ["bucket", by]))
        table = coverage.carried(table, bucket, needed, "share", [f"{column}_share"])
        table = coverage.carried(table, bucket, needed, "rank", ["rank"])
        table = coverage.carried(table, own, needed, "total", [column, f"{column}_share", "rank"])
        found.append(coverage.beside(table.drop(columns=["month", "downloads"]), own))
    every = pd.MultiIndex.from_product([[*adoption.BUCKETS, SMALL], sized[by].unique()], names=["bucket", by])
    table = every.to_frame(index=False).merge(pd.concat(found), how="left", on=["bucket", by])
    own = adoption.totals(monthly, sized, by).set_index(by)[column]
    table["own_share"] = table[column] / table[by].map(own)
    return coverage.carried(table, coverage.of(monthly, sized, by), needed, "share", ["own_share"])


def buckets_led(best: pd.DataFrame, by: str) -> pd.DataFrame:
    """In how many buckets each group has the most: <by>, buckets_led, buckets (that have a leader).

    best: bucket, <by>; a row for each leader.
    """
    counted = best.groupby(by, as_index=False).agg(buckets_led=("bucket", "nunique"))
    return counted.assign(buckets=best["bucket"].nunique())
