"""How much of what a number is about was seen: models tracked, models read, and the downloads that these have.

A total of the models that were read is not the total of those that are tracked. A table here says of each group and
date how many models were tracked then, how many of them were read, and what part of the downloads those have; an
edition says how much of it a statement needs (`needed`, the edition's `needed_coverage`), and a value that is not
carried by that much is null. All are pure functions on the clean tables.

A model is read at a date if it was counted then, or lies between two counts that are no farther apart than the edition
lets pass (`gap_days` of `needed`); one that lies between others, or has vanished, is not. Of a model that was never
read nobody knows how much it is downloaded, so that the part of the downloads alone carries nothing: so many of the
tracked models must have been read at some time, too (`models` of `needed`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.measures import adoption, contributors
from helpers.measures.adoption import By
from helpers.measures.grid import place

Needed = Mapping[str, float]
"""What a statement needs, 0 to 1: of the tracked models, that they were ever read (models); of their downloads, that
they are those of models read then, for a total, a share, a rank, a crossing. And gap_days: how many days apart two
counts may be for a date between them to count as read."""

COLUMNS = ["models", "models_read", "models_between", "models_known", "read_share"]
"""What a table of coverage says of each group and date: models tracked; of these, read; of these, not read then
but between two counts too far apart; of these, ever read; the part
of the downloads of those ever read that the models read have, by the last count held of each."""

FAR = "distant"
"""Flag of what lies on the line between two counts too far apart."""
UNREAD: tuple[str, ...] = ("vanished", FAR)
PART = "entered"
"""Flag of a month of which only a part of a model's new downloads is known: a part of a month is no month."""
BETWEEN: tuple[str, ...] = (*UNREAD, "partial", "interpolated", "faulty")
"""Flags of days on which a model was not read, and of those on which it was not counted itself."""


def weighed(models: pd.DataFrame, daily: pd.DataFrame) -> pd.DataFrame:
    """The tracked models with what coverage is reckoned by: last_count (null: never read) and tracked_since.

    models: the table clean/models. daily: clean/daily. last_count: the last cumulative downloads held of a model, which
    say how much it weighs. tracked_since: its release, or the first day on which it was read where that is earlier;
    null where the release is not known: such a model counts as tracked all along, for it may have been there.
    """
    held = daily.groupby("model").agg(first=("date", "min"), last=("downloads_cumulative", "last"))
    held, released = held.reindex(models["model"]).set_index(models.index), models["released"]
    since = released.where(held["first"].isna() | (released <= held["first"]), held["first"]).where(released.notna())
    return models.assign(last_count=held["last"], tracked_since=since)


def of(
    frame: pd.DataFrame,
    models: pd.DataFrame,
    by: By,
    column: str = "downloads_cumulative",
    unread: tuple[str, ...] = UNREAD,
) -> pd.DataFrame:
    """The coverage of each group at each date: month (or date), <by>, COLUMNS.

    frame: clean/monthly or clean/daily. models: from `weighed`, those that the groups are about. by: as in `adoption`;
    [] for all of them together. column: what is to be known of a model that counts as read. unread: flags of rows that
    do not count. A group has a row for each date at which a model of it is tracked.
    """
    when, keys = "date" if "date" in frame.columns else "month", adoption.names(by)
    of_model = adoption.grouped(models, keys)
    kinds = of_model.unique()
    group = kinds.get_indexer(of_model)
    times = np.sort(frame[when].unique())
    # A label stands for data through the day before it.
    start = np.searchsorted(times, models["tracked_since"].to_numpy(), side="right" if when == "month" else "left")
    start = np.where(models["tracked_since"].isna(), 0, start)
    weight, known = models["last_count"].fillna(0).to_numpy(float), models["last_count"].notna().to_numpy()

    apart = [*unread, PART] if column == "downloads" else unread
    place_of, time_of = place(frame["model"], pd.Index(models["model"])), np.searchsorted(times, frame[when].to_numpy())

    def cells_of(rows: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        kept = rows.to_numpy() & (place_of >= 0)
        return time_of[kept], place_of[kept]

    seen = cells_of(frame[column].notna() & ~frame["flag"].isin(apart))
    between = cells_of(frame["flag"] == FAR)

    def added(time: np.ndarray, at: np.ndarray, what: np.ndarray) -> np.ndarray:
        cells = np.bincount(time * len(kinds) + group[at], what[at], (len(times) + 1) * len(kinds))
        return cells.reshape(len(times) + 1, len(kinds))[:-1]

    every, one = np.arange(len(models)), np.ones(len(models))
    tracked, ever, most = (added(start, every, what).cumsum(axis=0) for what in (one, known, weight))
    read, has, far = added(*seen, one), added(*seen, weight), added(*between, one)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(most > 0, has / most, read / ever)
    time, kind = np.nonzero(tracked)
    head = {when: times[time]} | {key: kinds.get_level_values(key).take(kind) for key in keys}
    cells = zip(COLUMNS, (tracked, read, far, ever, part), strict=True)
    table = pd.DataFrame(head | {name: values[time, kind] for name, values in cells})
    return table.astype(dict.fromkeys(COLUMNS[:4], "int64") | {when: frame[when].dtype})


def with_all(monthly: pd.DataFrame, models: pd.DataFrame, by: str) -> pd.DataFrame:
    """`of`, with rows "all" besides."""
    return pd.concat([of(monthly, models, []).assign(**{by: "all"}), of(monthly, models, by)], ignore_index=True)


def carries(cover: pd.DataFrame, needed: Needed, level: str) -> pd.Series:
    """Whether each row of a table with COLUMNS carries a statement of a level: total, share, rank or crossing."""
    ever = cover["models_known"] >= needed["models"] * cover["models"]
    return ever & (cover["read_share"] >= needed[level])


def carried(table: pd.DataFrame, cover: pd.DataFrame, needed: Needed, level: str, columns: list[str]) -> pd.DataFrame:
    """The table with `columns` null in the rows whose coverage does not carry a statement of the level.

    cover: from `of`, of what the statement is about: for a total of the group itself, for shares and ranks of all that
    they are taken among. Rows belong together that agree in the keys that both have; a row without one is not carried.
    """
    keys = [key for key in cover.columns.drop(COLUMNS) if key in table.columns]
    told = cover.assign(told=carries(cover, needed, level))[[*keys, "told"]]
    if keys:
        told = table[keys].merge(told, how="left", on=keys)
        mask = told["told"].eq(True).to_numpy()
    else:
        mask = np.full(len(table), bool(len(told) and told["told"].all()))
    return table.assign(**{column: table[column].where(mask) for column in columns})


def beside(table: pd.DataFrame, cover: pd.DataFrame) -> pd.DataFrame:
    """The table with COLUMNS of its rows' coverage; rows belong together that agree in the keys that both have."""
    keys = [key for key in cover.columns.drop(COLUMNS) if key in table.columns]
    kinds = table.dtypes[keys].to_dict() | dict.fromkeys(COLUMNS[:4], "Int64")
    return table.merge(cover[[*keys, *COLUMNS]].astype(kinds), how="left", on=keys)


def totals(monthly: pd.DataFrame, models: pd.DataFrame, by: By, needed: Needed) -> pd.DataFrame:
    """`adoption.totals` with the coverage of each, and null where that does not carry a total: with COLUMNS.

    A group has a row for each month in which a model of it is tracked. New downloads are carried by the models whose
    new downloads of the whole month are known.
    """
    cover = {column: of(monthly, models, by, column) for column in adoption.VALUES}
    keys = ["month", *adoption.names(by)]
    table = cover["downloads_cumulative"].merge(adoption.totals(monthly, models, by), how="left", on=keys)
    table = table[[*keys, *adoption.VALUES, *COLUMNS]]
    for column in adoption.VALUES:
        table = carried(table, cover[column], needed, "total", [column])
    return table


def beside_others(table: pd.DataFrame, within: By, column: str, columns: list[str]) -> pd.DataFrame:
    """The table with `columns` null where only one row of those that agree in `within` has a value of `column`.

    Of one alone there is neither share nor rank: it would have all, and be the first, of whatever was not listed.
    """
    several = table.groupby(adoption.names(within))[column].transform("count") > 1
    return table.assign(**{name: table[name].where(several) for name in columns})


def comparable(
    monthly: pd.DataFrame, models: pd.DataFrame, by: By, needed: Needed, level: str, within: Sequence[str] = ()
) -> pd.DataFrame:
    """`adoption.totals`, null wherever the groups together are not read well enough to be compared, or one is alone.

    within: the groups are compared among those that agree in it, and each month.
    """
    whole = list(within)
    table = adoption.totals(monthly, models, [*adoption.names(by), *whole])
    for column in adoption.VALUES:
        table = carried(table, of(monthly, models, whole, column), needed, level, [column])
        table = beside_others(table, ["month", *whole], column, [column])
    return table


def daily_totals(daily: pd.DataFrame, models: pd.DataFrame, by: By, needed: Needed, level: str) -> pd.DataFrame:
    """`adoption.daily_totals`, null on days that do not carry a statement of the level: date, <by>, downloads (new that
    day, of the models of which they are known), downloads_cumulative, COLUMNS."""
    cover = of(daily, models, by)
    return beside(
        carried(adoption.daily_totals(daily, models, by), cover, needed, level, ["downloads_cumulative"]), cover
    )


def counted_days(daily: pd.DataFrame, models: pd.DataFrame, by: By, needed: Needed) -> pd.DataFrame:
    """Days on which a group was counted: date, <by>. On the days between, its total lies on the line between counts.

    A group was counted on a day if the models that were carry a crossing.
    """
    cover = of(daily, models, by, unread=BETWEEN)
    return cover.loc[carries(cover, needed, "crossing"), ["date", *adoption.names(by)]].reset_index(drop=True)


def placed(monthly: pd.DataFrame, models: pd.DataFrame, by: By, column: str, needed: Needed) -> pd.DataFrame:
    """`totals` with each group's share of all groups' `column` in the month and its place among them, where carried.

    Adds <column>_share and rank (1 for the most), which are those of the models read. A group whose own value is not
    carried has neither, and nor has one beside which there is no other.
    """
    keys = ["month", *adoption.names(by)]
    among = adoption.totals(monthly, models, by)
    among = adoption.ranked(adoption.share(among, column, "month"), column, "month")
    among = beside_others(among, "month", column, [f"{column}_share", "rank"])
    cover = of(monthly, models, [], column)
    for value, level in ((f"{column}_share", "share"), ("rank", "rank")):
        among = carried(among, cover, needed, level, [value])
    table = totals(monthly, models, by, needed).merge(among[[*keys, f"{column}_share", "rank"]], how="left", on=keys)
    own = table[column].notna()
    return table.assign(**{name: table[name].where(own) for name in (f"{column}_share", "rank")})


def kept(table: pd.DataFrame, monthly: pd.DataFrame, models: pd.DataFrame, by: str, needed: Needed) -> pd.DataFrame:
    """What hangs on whom, null for the groups of which the models read do not carry a total.

    table: from `contributors.totals` by basis and group. monthly: the rows of one month. Every group of the models has
    a row for each basis. Shares are null where the models read of all groups do not carry these. New downloads are
    carried by the models of which they are known.
    """
    shares, found = ["share", "share_low", "share_high"], []
    values = [column for column in table.columns if column not in ("basis", by)]
    table = beside_others(table, "basis", "total", shares)
    for basis, column in contributors.BASES.items():
        own = of(monthly, models, by, column).drop(columns="month")
        whole = of(monthly, models, [], column).drop(columns="month")
        rows = table[table["basis"] == basis].set_index(by).reindex(pd.Index(models[by].unique(), name=by))
        rows = carried(rows.reset_index().assign(basis=basis), own, needed, "total", values)
        found.append(carried(rows, whole, needed, "share", shares))
    return pd.concat(found, ignore_index=True).astype({"models": "Int64"})


def by_bucket(monthly: pd.DataFrame, models: pd.DataFrame, by: By, needed: Needed) -> pd.DataFrame:
    """`adoption.by_bucket` of a single month, null wherever all models together are not read well enough for shares.

    monthly: the rows of one month, or none. Null, too, where a group's own models in the bucket do not carry a total; 0
    where it has none. With COLUMNS, of the group's own models in the bucket.
    """
    table = adoption.by_bucket(monthly, models, monthly["month"].max(), by)
    keys = ["bucket", *adoption.names(by)]
    cover = of(monthly, models, keys)
    unread = cover.loc[~carries(cover, needed, "total"), keys].assign(unread=True)
    seen = table[keys].astype("str").merge(unread, how="left", on=keys)["unread"].isna().to_numpy()
    table["downloads_cumulative"] = table["downloads_cumulative"].where(seen)
    return beside(carried(table, of(monthly, models, []), needed, "share", ["downloads_cumulative"]), cover)


def listed(table: pd.DataFrame, daily: pd.DataFrame, models: pd.DataFrame, needed: Needed, column: str) -> pd.DataFrame:
    """The table with `column`, a share of what a listing of the Hub holds, null where too little of the Hub was listed.

    The last day held shows it: a listing that lacks many of the tracked models lacks what is built on them, too.
    """
    last = daily[daily["date"] == daily["date"].max()]
    return carried(table, of(last, models, []).drop(columns="date"), needed, "share", [column])


def shown(table: pd.DataFrame, by: str, column: str = "downloads_cumulative") -> pd.DataFrame:
    """The rows of the groups that have any value of `column`, to be drawn: what is null within is a gap."""
    return table[table.groupby(by)[column].transform("count") > 0]


def over_a_year(monthly: pd.DataFrame, models: pd.DataFrame, by: str, last: pd.Timestamp) -> pd.DataFrame:
    """Growth of the models read at a month label and at that a year before: <by> (and "all" of them), models, multiple.

    Where more models are read later, totals grow by what was not read before; this compares the same ones. models: how
    many. multiple: their cumulative downloads at the label over those a year before; null where these are 0.
    """
    months = [last - pd.DateOffset(years=1), last]
    read = monthly[monthly["month"].isin(months) & ~monthly["flag"].isin(UNREAD)]
    both = read[read["model"].duplicated(keep=False)]
    listed = models[models["model"].isin(both["model"])]
    sides = pd.concat([adoption.totals(both, part, by) for part in (listed, listed.assign(**{by: "all"}))])
    before, after = (sides[sides["month"] == month].set_index(by)["downloads_cumulative"] for month in months)
    held = pd.concat([listed[by], listed[by].map(lambda _: "all")]).value_counts()
    found = pd.DataFrame({"models": held, "multiple": after / before.where(before > 0)})
    return found.rename_axis(by).reset_index()
