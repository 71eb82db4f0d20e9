"""The headlines under every combination of choices at once (Sections 2, 3 and 5).

A universe is one option of each axis; axes, options and headlines are a table, data/registry/multiverse.csv: part,
axis, option, label, value (the first option of an axis is the edition's). A headline has a value, perhaps a day, and a
reading: what a sentence about it says. It holds in a universe whose reading is the edition's.

Counts are matrices of models × days and groups are sums of rows, so that a universe is one product of two matrices.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from helpers.measures import cleaning, coverage, derivatives, fences, outliers
from helpers.measures.cleaning import Day
from helpers.measures.coverage import Needed
from helpers.measures.grid import place
from helpers.measures.sensitivity import ALWAYS, NEVER
from helpers.registry import BUCKETS, REGIONS, reuploads

FOUND = ["headline", "value", "date", "reading"]
"""What is known of a headline in one universe."""
Found: TypeAlias = tuple[float | None, pd.Timestamp | None, str | None]
OWN = "Qwen"
"""Whose shares are headlines (Sections 1 and 5.1)."""
MOST, LESS = "most", "less"
"""More than half, and half or less."""


def axes(choices: pd.DataFrame, part: str) -> dict[str, pd.Series]:
    """Axis → its options with their values, of one part ("downloads"), the edition's options first."""
    rows = choices[choices["part"] == part]
    return {str(axis): own.set_index("option")["value"] for axis, own in rows.groupby("axis", sort=False)}


def by_filter(
    daily: pd.DataFrame,
    history: pd.DataFrame,
    counts: pd.DataFrame,
    history_end: Day,
    multiplier: float | None,
) -> dict[str, pd.DataFrame]:
    """clean/daily under each option of the axis `filter`, the edition's first.

    history: raw, date, model, downloads. counts: from counters.snapshot_counts. multiplier: the edition's; null: none.
    """
    filters = {
        "none": lambda: outliers.filter_outliers(history, None, 1, {}),
        "plain": lambda: fences.plain(history),
        "clip": lambda: fences.plain(history, clip=True),
    }
    own, models = "none" if multiplier is None else "rule", pd.Series(daily["model"].unique())
    others = {key: cleaning.splice(make(), counts, history_end, models) for key, make in filters.items() if key != own}
    return {own: daily} | others


# Downloads ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flows:
    """New downloads of each model on each day: models × days, 0 where there are none.

    days: datetime64[D]. gained: what came on a day. brought: what a model had when it came in. held: days from a
    model's first on. released: days of release.
    """

    days: np.ndarray
    gained: np.ndarray
    brought: np.ndarray
    held: np.ndarray
    released: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame, models: pd.DataFrame, days: np.ndarray, raw: bool) -> "Flows":
        """From clean/daily, or, if raw, from clean/lifetime, whose first count of a model is all brought."""
        row, column = place(table["model"], pd.Index(models["model"])), table["date"].to_numpy()
        at = (column.astype("datetime64[D]") - days[0]).astype(int)
        kept = (row >= 0) & (at >= 0) & (at < len(days))
        total = np.full((len(models), len(days)), np.nan)
        total[row[kept], at[kept]] = table["downloads_cumulative"].to_numpy()[kept]
        held = np.logical_or.accumulate(~np.isnan(total), axis=1)
        new = np.diff(np.nan_to_num(total), axis=1, prepend=0)
        entered = held & ~np.pad(held, ((0, 0), (1, 0)))[:, :-1]
        if not raw:
            unknown = np.zeros_like(held)
            unknown[row[kept], at[kept]] = table["downloads"].isna().to_numpy()[kept]
            entered &= unknown
        released = models["released"].to_numpy().astype("datetime64[D]")
        return cls(days, np.where(entered, 0, new), np.where(entered, new, 0), held, released)

    def within(self, window: str, values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """What counts of gained and of brought: models × days. values: option of the axis `window` → days.

        In the first year a model counts through so many days after its release, and not at all if that is unknown.
        What models brought is in no thirty days.
        """
        if window == "month":
            return self.gained, np.zeros_like(self.brought)
        if window != "year":
            return self.gained, self.brought
        young = self.days - self.released[:, None] <= np.timedelta64(int(values["year"]), "D")
        return np.where(young, self.gained, 0), np.where(young, self.brought, 0)


def downloads(
    series: Mapping[str, pd.DataFrame],
    lifetime: pd.DataFrame,
    models: pd.DataFrame,
    pairs: pd.DataFrame,
    choices: pd.DataFrame,
    last_month: Day,
) -> pd.DataFrame:
    """The headlines on downloads in every universe: a column for each axis, and FOUND.

    series: option of the axis `filter` → clean/daily under it, the edition's first. lifetime: clean/lifetime. models:
    those compared, as clean/models. pairs: pair, one, other. Raw lifetime counts are unfiltered and hold what models
    brought, so that they are crossed with these options alone; what models brought is in no thirty days, so that those
    are crossed once.
    """
    options, sums = axes(choices, "downloads"), Sums.of(models, pairs)
    last = _day(last_month)
    first = _day(min(table["date"].min() for table in [*series.values(), lifetime]))
    days = np.arange(min(first, last - 1), last)  # where nothing is held before the label, one day on which nothing is
    at_end = next(iter(series.values()))
    at_end = at_end[at_end["date"] == pd.Timestamp(days[-1])].set_index("model")["downloads_cumulative"]
    size = at_end.reindex(models["model"]).fillna(0).to_numpy()
    masks = list(_masks(models, size, sums.rows, options))
    rows, found = np.vstack([mask for _, mask in masks]).astype(float), []  # products of floats are NumPy's fast ones
    tables = {(key, "since"): table for key, table in series.items()} | {("none", "lifetime"): lifetime}
    for (filtered, basis), table in tables.items():
        flows = Flows.of(table, models, days, raw=basis == "lifetime")
        held = np.split(rows @ flows.held > 0, len(masks))
        for window in options["window"].index:
            gained, brought = (np.split(rows @ part, len(masks)) for part in flows.within(window, options["window"]))
            for entry in options["entry"].index:
                if entry != "in" and (basis == "lifetime" or window == "month"):
                    continue
                for (told, _), new, came, there in zip(masks, gained, brought, held, strict=True):
                    head = {"filter": filtered, "entry": entry, "basis": basis, "window": window} | told
                    came = came * (entry == "in")
                    upto = np.cumsum(new + came, axis=1)
                    if window == "month":
                        upto -= np.pad(upto, ((0, 0), (int(options["window"]["month"]), 0)))[:, : len(days)]
                    past = came * (basis == "since")  # lifetime counts tell nothing of a day
                    found += [head | row for row in sums.headlines(upto, past, there, days, pairs)]
    return pd.DataFrame(found)[[*options, *FOUND]]


def carried(
    found: pd.DataFrame,
    edition: pd.DataFrame,
    daily: pd.DataFrame,
    models: pd.DataFrame,
    last_month: Day,
    needed: Needed,
) -> pd.DataFrame:
    """The universes, with nothing known in any of them of headlines that this edition's data do not carry.

    edition: from `sensitivity.headlines` of the edition's own choices: what is unknown there is unknown. Shares need
    the totals of the regions at the last label, growth those of a year before, too. daily: clean/daily. models: from
    `coverage.weighed`.
    """
    last = pd.Timestamp(last_month)
    ends = [day - pd.Timedelta(days=1) for day in (last, last - pd.DateOffset(years=1))]
    cover = coverage.of(daily[daily["date"].isin(ends)], models, "region")
    told = cover[coverage.carries(cover, needed, "total")]
    at_last, before = (set(told.loc[told["date"] == day, "region"]) for day in ends)
    unknown = set(edition.loc[edition["reading"].isna() & edition["downloads"].isna(), "headline"])
    unknown |= set() if set(REGIONS) <= at_last else {"china-share"}
    unknown |= set() if set(REGIONS) <= at_last & before else {"growth", "growth-us", "growth-eu"}
    unknown |= set() if "china" in at_last else {"qwen-share"}
    known = ~found["headline"].isin(unknown)
    return found.assign(**{name: found[name].where(known) for name in ("value", "date", "reading")})


def _day(when: Day) -> np.datetime64:
    return np.datetime64(pd.Timestamp(when), "D")


def _masks(
    models: pd.DataFrame, size: np.ndarray, rows: np.ndarray, options: Mapping[str, pd.Series]
) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Options of coverage, largest and reuploads → which models each group then has: groups × models.

    size: downloads by which a group's largest repository is found. rows: groups × models with all of them.
    """
    with_history = models["history"].groupby(models["organisation"]).transform("any").to_numpy()
    words = str(options["reuploads"].iloc[1]).split()
    reupload = np.array(
        [reuploads.format_of(model, [], "", words) is not None for model in models["model"]], dtype=bool
    )
    three = [options[axis].index for axis in ("coverage", "largest", "reuploads")]
    for models_of, largest, official in itertools.product(*three):
        kept = rows * (with_history | (models_of == "all")) * (~reupload | (official == "in"))
        if largest == "without" and size.size:
            kept[np.arange(len(kept)), (kept * (size + 1)).argmax(axis=1)] = 0
        yield {"coverage": models_of, "largest": largest, "reuploads": official}, kept


@dataclass(frozen=True)
class Sums:
    """The groups that are summed. names: "china", "Qwen", "7–9B" … in the order of rows, which are groups × models."""

    names: list[str]
    rows: np.ndarray

    @classmethod
    def of(cls, models: pd.DataFrame, pairs: pd.DataFrame) -> "Sums":
        groups = [("region", name) for name in REGIONS] + [("bucket", name) for name in BUCKETS]
        groups += [("organisation", name) for name in sorted({*pairs["one"], *pairs["other"]})]
        rows = np.array([(models[column] == name).to_numpy() for column, name in groups], dtype=float)
        return cls([name for _, name in groups], rows)

    def headlines(
        self, total: np.ndarray, brought: np.ndarray, held: np.ndarray, days: np.ndarray, pairs: pd.DataFrame
    ) -> list[dict[str, object]]:
        """FOUND of each headline, of groups × days: downloads, what models brought, whether they have a model."""
        at = dict(zip(self.names, range(len(self.names)), strict=True))
        end = {name: total[place, -1] if held[place, -1] else math.nan for name, place in at.items()}
        before = np.searchsorted(days, _day(pd.Timestamp(days[-1] + 1) - pd.DateOffset(years=1))) - 1
        grown = {name: _over(end[name], total[at[name], before] if before >= 0 else math.nan) for name in REGIONS}
        china, us, eu = (end[name] for name in REGIONS)
        sizes = {name: end[name] for name in BUCKETS if end[name] > 0}
        largest = max(sizes, key=sizes.__getitem__, default=None)
        rows = {
            "lead": (_over(china, us), None, _greatest({"china": china, "us": us})),
            "china-share": _half(china, np.nansum([china, us, eu])),
            "growth": (grown["china"], None, _greatest(grown)),
            "growth-us": (grown["us"], None, None),
            "growth-eu": (grown["eu"], None, None),
            "qwen-share": _half(end[OWN], china),
            "bucket": (_over(end[largest], sum(sizes.values())) if largest else None, None, largest),
        }
        asked = [("china-us", "china", "us"), *pairs[["pair", "one", "other"]].itertuples(index=False, name=None)]
        for pair, one, other in asked:
            both = held[at[one]] & held[at[other]]
            lead, came = ((cells[at[one]] - cells[at[other]])[both] for cells in (total, brought))
            rows[pair] = _passed(lead, came, days[both])
        return [dict(zip(FOUND, (headline, *found), strict=True)) for headline, found in rows.items()]


def _over(one: float, other: float) -> float:
    return one / other if other > 0 else math.nan


def _greatest(values: Mapping[str, float]) -> str | None:
    """The one with the highest value; None where a value is not known."""
    return None if any(math.isnan(value) for value in values.values()) else max(values, key=values.__getitem__)


def _half(part: float, whole: float) -> Found:
    share = _over(part, whole)
    return share, None, None if math.isnan(share) else MOST if share > 0.5 else LESS


def _passed(lead: np.ndarray, brought: np.ndarray, days: np.ndarray) -> Found:
    """The last day on which a lead became positive, of days one after another; being level is no crossing.

    brought: part of the lead that came on a day with models entering. Where that alone changes who leads, the days
    before do not count, as in `crossings.crossovers`.
    """
    if not len(lead):
        return None, None, None
    ahead = np.flatnonzero(lead)  # days on which one of them is
    turned = ahead[1:][np.diff(np.sign(lead[ahead])) != 0]
    made = turned[((lead - brought) * np.sign(lead))[turned] <= 0].max(initial=0)
    behind = (lead < 0).any()
    turned = turned[(turned > made) & (lead[turned] > 0)]
    if not len(turned):
        absent = None if behind else ALWAYS  # who was behind until other models entered leads since nobody knows when
        return None, None, absent if lead[-1] > 0 else NEVER
    day = pd.Timestamp(days[turned[-1]])
    return None, day, f"{day:%Y-%m}"


# Derivatives --------------------------------------------------------------------------------------------------


def months(listed: Day, choices: pd.DataFrame, last_month: Day) -> dict[str, pd.Timestamp]:
    """The month whose derivatives each option of the axis `age` looks at: the last before last_month, or the last that
    ended so many days before the month of the listing."""
    month = pd.Timestamp(last_month) - pd.DateOffset(months=1)
    days = int(axes(choices, "derivatives")["age"]["fixed"])
    old = (pd.Timestamp(listed).replace(day=1) - pd.Timedelta(days=days)).to_period("M").to_timestamp()
    return {"any": month, "fixed": min(month, old - pd.DateOffset(months=1))}


def new_derivatives(
    classified: pd.DataFrame,
    listed: Day,
    models: pd.DataFrame,
    choices: pd.DataFrame,
    threshold: float,
    last_month: Day,
    least: int,
) -> pd.DataFrame:
    """The headlines on a month's new derivatives in every universe: a column for each axis, and FOUND.

    classified: signals/derivatives, of `months` at least. listed: the day of the listing. models: all that are tracked.
    threshold: the edition's. A derivative is its base's maker's own if its namespace is one of that organisation's. Of
    fewer than `least` derivatives nothing is told.
    """
    options = axes(choices, "derivatives")
    whens = months(listed, choices, last_month)
    reason, found = classified["reason"], []
    asked = reason.isna() | reason.isin([derivatives.TOO_FEW, derivatives.REPEATED, derivatives.REUPLOAD])
    rows = classified[asked & classified["month"].isin(whens.values())]  # of the whole Hub, few
    places = rows["organisation"] + "/" + rows["model"].str.replace("/.*", "", regex=True)
    own = places.isin(models["organisation"] + "/" + models["namespace"])
    rows = rows.assign(own=own, region=rows["base"].map(models.set_index("model")["region"]))
    again = rows["reason"] == derivatives.REUPLOAD
    kept = again & rows["format"].isin(str(options["formats"]["kept"]).split())
    for universe in itertools.product(*(values.index for values in options.values())):
        chosen = dict(zip(options, universe, strict=True))
        limit = options["threshold"][chosen["threshold"]]
        above = rows["downloads_all_time"] > (threshold if pd.isna(limit) else float(limit))
        counts = (~again | (kept & (chosen["formats"] == "kept"))) & above.fillna(False).astype(bool)
        counts &= (rows["month"] == whens[chosen["age"]]) & ~(rows["own"] & (chosen["makers"] == "out"))
        made = rows[counts].drop_duplicates(["model", "organisation"])
        made = made if len(made) >= least else made.iloc[:0]
        makers, regions = made["organisation"].value_counts(), made["region"].value_counts().reindex(REGIONS).fillna(0)
        most = makers.idxmax() if len(makers) else None
        lines = {
            "qwen-derivatives": (_over(makers.get(OWN, 0), makers.sum()), None, most),
            "china-derivatives": _half(regions["china"], regions.sum()),
        }
        found += [chosen | dict(zip(FOUND, (headline, *line), strict=True)) for headline, line in lines.items()]
    return pd.DataFrame(found)[[*options, *FOUND]]
