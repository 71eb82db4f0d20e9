"""The headlines under other choices: one choice changed at a time, and all combinations of them."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from tests.real.plain.counts import BUCKETS, DAY, REGIONS, Counts, Panel
from tests.real.plain.downloads import turns
from tests.real.plain.signals import counted

HEADLINES = ["downloads", "date", "bucket", "downloads_share", "reading"]


def tables(counts: Counts) -> dict[str, pd.DataFrame]:
    """Every quoted table on choices, and the figure of all combinations."""
    return one_by_one(counts) | multiverse(counts)


# One at a time ------------------------------------------------------------------------------------------------


def brought(counts: Counts) -> pd.Series:
    """What each model had when it was first read, where no day can claim it; else 0."""
    days = counts.days
    entered = days.total.notna() & days.new.isna() & ~days.total.shift().notna()
    return days.total.where(entered).sum()


def one_by_one(counts: Counts) -> dict[str, pd.DataFrame]:
    days, models, edges = counts.days, counts.compared, counts.edition["bucket_edges"]
    without = Panel(days.total - brought(counts), days.new, days.read, days.whole)
    listed = counts.listed("choices", dtype=str).set_index("key")
    tried = {
        "edition": (days, models),
        "lifetime": (Panel(counts.as_read.ffill(), None, days.read, days.whole), models),
    }
    tried |= {"without-entry": (without, models), "on-top": (days, models)}
    for key, choice in listed[listed["kind"] == "edge"].iterrows():
        moved = [float(choice["becomes"]) if edge == float(choice["value"]) else edge for edge in edges]
        sized = pd.cut(models["parameters_b"], [-np.inf, *moved, np.inf], right=False, labels=BUCKETS).astype(object)
        tried[key] = (days, models.assign(bucket=sized))
    rows, own = [], {}
    for choice, (panel, compared) in tried.items():
        for headline, told in headlines(counts, panel, compared).items():
            own.setdefault(headline, told.get("reading"))
            row = dict.fromkeys(HEADLINES) | told | {"choice": choice, "headline": headline}
            row["flips"] = None not in (own[headline], row["reading"]) and own[headline] != row["reading"]
            never = row["reading"] in ("never", "always")
            rows.append(row | {"never": never if never or pd.notna(row["date"]) else None})
    table = pd.DataFrame(rows)
    by = table.groupby("headline", sort=False)
    leaders, buckets, days_ = (by.get_group(name) for name in ("lead", "bucket", "china-us"))
    robust = {
        "flips": table["flips"].sum() if table["reading"].notna().any() else None,
        "china_leads": bool((leaders["reading"] == "china").all()) if leaders["reading"].notna().all() else None,
        "bucket_stays": buckets["reading"].nunique() == 1 if buckets["reading"].notna().all() else None,
        "passed_first": days_["date"].dropna().min(), "passed_last": days_["date"].dropna().max(),
    }  # fmt: skip
    return {"sensitivity": table, "robustness": pd.DataFrame([robust])}


def headlines(counts: Counts, panel: Panel, models: pd.DataFrame) -> dict[str, dict]:
    """The headlines at the last label: who leads, who passed whom in which month, the largest bucket."""
    eve = counts.last - DAY
    held = {}
    for region in ("china", "us"):
        own = models[models["region"] == region]
        told = counts.told(counts.cover(counts.days.read.loc[[eve]], own), "total").all()
        held[region] = panel.total.loc[eve].reindex(own.index).sum() if told else np.nan
    lead = held["china"] - held["us"]
    found: dict[str, dict] = {name: {"downloads": value} for name, value in held.items()}
    found["lead"] = {"downloads": lead, "reading": None if np.isnan(lead) else "china" if lead > 0 else "us"}
    asked = [("china-us", "region", "china", "us")]
    asked += [(row.pair, "organisation", row.one, row.other) for row in counts.listed("pairs").itertuples()]
    for name, by, one, other in asked:
        found[name] = passed(counts, panel, [models[models[by] == side] for side in (one, other)])
    sums = panel.total.loc[eve].reindex(models.index).groupby(models["bucket"].fillna("unresolved")).sum(min_count=1)
    found["bucket"] = {}
    if counts.told(counts.cover(counts.days.read.loc[[eve]], models), "share").all():
        largest = sums.drop("unresolved", errors="ignore").idxmax()
        found["bucket"] = {"bucket": largest, "downloads_share": sums[largest] / sums.sum(), "reading": largest}
    return found


def passed(counts: Counts, panel: Panel, sides: list[pd.DataFrame]) -> dict:
    """The last day on which the first side passed the second, where both were counted well enough around it."""
    total = [counts.summed(panel.total, side)[: counts.last - DAY] for side in sides]
    new = None if panel.new is None else [counts.summed(panel.new, side).fillna(0) for side in sides]
    days = [day for day, ahead in turns(*total, new) if ahead]
    day = max(days, default=None)
    around = [counts.last - DAY] if day is None else [day - DAY, day]
    seen, reading = counts.days.read if day is None else counts.counted & counts.ends.notna(), "never"
    both = (total[0] - total[1]).dropna()
    if day is None and len(both) and both.iloc[-1] > 0 and (both < 0).any():
        return {}
    if day is None and len(both) and both.iloc[-1] > 0:
        around, reading = sorted({both.index[0], *around}), "always"
    for side in sides:
        if counts.told(counts.cover(seen.loc[around], side), "crossing").sum() < len(around):
            return {}
    return {"date": day, "reading": reading if day is None else f"{day:%Y-%m}"}


# All at once --------------------------------------------------------------------------------------------------


def options(counts: Counts, part: str) -> dict[str, dict[str, object]]:
    """Axis → its options with their values."""
    rows = counts.listed("multiverse")
    rows = rows[rows["part"] == part]
    return {axis: dict(zip(own["option"], own["value"], strict=True)) for axis, own in rows.groupby("axis", sort=False)}


def downloads(counts: Counts) -> pd.DataFrame:
    """The headlines on downloads in every combination: a column for each axis, headline, value, date, reading."""
    held, axes = counts.compared, options(counts, "downloads")
    days = counts.days.total.index[: counts.days.total.index.get_loc(counts.last)]
    total = counts.days.total.reindex(columns=held.index).loc[days]
    first = total.notna() & ~total.shift().notna()
    unclaimed = counts.days.new.reindex(columns=held.index).loc[days].isna()
    words = set(str(axes["reuploads"]["out"]).split())
    official = pd.Series(
        [not words & set("".join(c if c.isalnum() else " " for c in name.split("/")[1].lower()).split())
         for name in held.index], held.index,
    )  # fmt: skip
    age = pd.DataFrame(
        (days.to_numpy()[:, None] - held["released"].to_numpy()) / np.timedelta64(1, "D"), days, held.index
    )
    size, found = total.iloc[-1].fillna(0), []
    bases = [("rule", "since", first & unclaimed), ("none", "lifetime", first)]
    for (filtered, basis, came), window, entry in itertools.product(bases, axes["window"], axes["entry"]):
        if entry == "out" and (basis == "lifetime" or window == "month"):
            continue
        upon = total if basis == "since" else counts.as_read.ffill().reindex(columns=held.index).loc[days]
        gained = upon.fillna(0).diff().fillna(upon.fillna(0))
        flow = gained.where(~came, 0) if entry == "out" or window == "month" else gained
        if window == "year":
            flow = flow.where(age <= int(axes["window"]["year"]), 0)
        fresh = None if window == "month" or basis == "lifetime" else gained.where(~came, 0).where(flow != 0, 0)
        upto = flow.cumsum()
        if window == "month":
            upto = upto - upto.shift(int(axes["window"]["month"])).fillna(0)
        for of, largest, kind in itertools.product(axes["coverage"], axes["largest"], axes["reuploads"]):
            kept = held[official | (kind == "in")] if of == "all" else held.iloc[:0]
            head = {"filter": filtered, "entry": entry, "basis": basis, "coverage": of, "window": window}
            head |= {"largest": largest, "reuploads": kind}

            def group(column: str, name: str, models=kept, least=largest, upto=upto) -> pd.Series:
                own = models.index[models[column] == name]
                if least == "without" and len(own):
                    own = own.drop(size[own][size[own] == size[own].max()].index[0])
                there = total[own].notna().any(axis=1)
                return upto[own].sum(axis=1).where(there)

            found += [head | {"headline": name} | told for name, told in universe(counts, group, fresh, days)]
    return pd.DataFrame(found)


def universe(
    counts: Counts, group: Callable[..., pd.Series], fresh: pd.DataFrame | None, days: pd.DatetimeIndex
) -> Iterator[tuple[str, dict]]:
    """The headlines of one combination; group gives the downloads of a group by day. fresh: new downloads of models
    that were there before, where others bring a past."""
    region = {name: group("region", name) for name in REGIONS}
    bucket = {name: group("bucket", name) for name in BUCKETS}
    end = {name: sums.iloc[-1] for name, sums in (region | bucket).items()}
    before = days[-1] + DAY - pd.DateOffset(years=1) - DAY
    past = {name: sums.fillna(0).get(before, np.nan) for name, sums in region.items()}
    grown = {name: end[name] / past[name] if past[name] > 0 else np.nan for name in REGIONS}
    known = not any(np.isnan(value) for value in grown.values())
    lead, china = end["china"] - end["us"], end["china"]
    yield (
        "lead",
        {
            "value": china / end["us"] if end["us"] > 0 else np.nan,
            "reading": None if np.isnan(lead) else "china" if lead >= 0 else "us",
        },
    )
    yield "china-share", half(china, np.nansum([end[name] for name in REGIONS]))
    yield "growth", {"value": grown["china"], "reading": max(grown, key=grown.get) if known else None}
    yield "growth-us", {"value": grown["us"]}
    yield "growth-eu", {"value": grown["eu"]}
    yield "qwen-share", half(group("organisation", "Qwen").iloc[-1], china)
    sizes = {name: end[name] for name in BUCKETS if end[name] > 0}
    most = max(sizes, key=sizes.get, default=None)
    yield "bucket", {"value": sizes[most] / sum(sizes.values()) if most else np.nan, "reading": most}
    asked = [("china-us", "region", "china", "us")]
    asked += [(row.pair, "organisation", row.one, row.other) for row in counts.listed("pairs").itertuples()]
    for name, by, *sides in asked:
        one, other = (group(by, side) for side in sides)
        new = None if fresh is None else [group(by, side, upto=fresh).fillna(0) for side in sides]
        both = one.notna() & other.notna()
        when = max((day for day, ahead in turns(one[both], other[both], new) if ahead), default=None)
        ahead = (one - other)[both]
        behind = None if (ahead < 0).any() else "always"
        absent = behind if both.any() and ahead.iloc[-1] > 0 else "never"
        reading = None if not both.any() else absent if when is None else f"{when:%Y-%m}"
        yield name, {"date": when, "reading": reading}


def half(part: float, whole: float) -> dict:
    share = part / whole if whole > 0 else np.nan
    return {"value": share, "reading": None if np.isnan(share) else "most" if share > 0.5 else "less"}


def derived(counts: Counts) -> pd.DataFrame:
    """The headlines on the last month's new derivatives in every combination."""
    axes, found = options(counts, "derivatives"), []
    listing = counts.snapshots[counts.snapshots["date"] == counts.snapshots["date"].max()]
    newest = listing["created_at"].max().to_period("M").to_timestamp()
    last = counts.last - pd.DateOffset(months=1)
    old = (newest - int(axes["age"]["fixed"]) * DAY).to_period("M").to_timestamp() - pd.DateOffset(months=1)
    months = {"any": last, "fixed": min(last, old)}
    places = set(zip(counts.models["organisation"], counts.models["namespace"], strict=True))
    for choice in itertools.product(*(list(values) for values in axes.values())):
        chosen = dict(zip(axes, choice, strict=True))
        limit = axes["threshold"][chosen["threshold"]]
        kept = str(axes["formats"]["kept"]).split() if chosen["formats"] == "kept" else []
        formats = [name for name in counts.edition["excluded_formats"] if name not in kept]
        limit = counts.edition["derivative_threshold"] if pd.isna(limit) else float(limit)
        rows, _ = counted(counts, limit, formats)
        rows = rows[rows["month"] == months[chosen["age"]]]
        if chosen["makers"] == "out":
            own = [
                pair in places for pair in zip(rows["organisation"], rows["model"].str.split("/").str[0], strict=True)
            ]
            rows = rows[~np.array(own, dtype=bool)]
        rows = rows if len(rows) >= counts.edition["least_n"] else rows.iloc[:0]
        makers, regions = rows["organisation"].value_counts(), rows["base"].map(counts.models["region"]).value_counts()
        three = sum(regions.get(name, 0) for name in REGIONS)
        share = makers.get("Qwen", 0) / makers.sum() if len(rows) else np.nan
        found.append(chosen | {"headline": "qwen-derivatives", "value": share,
                               "reading": makers.idxmax() if len(rows) else None})  # fmt: skip
        found.append(chosen | {"headline": "china-derivatives"} | half(regions.get("china", 0), three))
    return pd.DataFrame(found)


def multiverse(counts: Counts) -> dict[str, pd.DataFrame]:
    listed, rows = counts.listed("multiverse"), []
    labels = (listed["axis"] + "/" + listed["option"]).to_list()
    labels = dict(zip(labels, listed["label"], strict=True))
    curve = pd.DataFrame()
    for part, found in {"downloads": carried(counts, downloads(counts)), "derivatives": derived(counts)}.items():
        axes = options(counts, part)
        usual = {axis: next(one for one in kinds if (found[axis] == one).any()) for axis, kinds in axes.items()}
        own = found[(found[list(axes)] == pd.Series(usual)).all(axis=1)].set_index("headline")
        for headline, all_ in found.groupby("headline", sort=False):
            known = all_[all_["reading"].notna()]
            holds = known["reading"] == own.at[headline, "reading"]
            worst = (0.0, None, None, None)
            for axis, kinds in axes.items():
                for one in kinds:
                    here = known[axis] == one
                    if one != usual[axis] and here.any() and not here.all():
                        drop = holds[here].mean() - holds[~here].mean()
                        worst = min(worst, (drop, labels[f"{axis}/{one}"], holds[here].mean(), holds[~here].mean()),
                                    key=lambda told: told[0])  # fmt: skip
            date = all_["date"].dropna() if "date" in all_ else pd.Series(dtype=object)
            rows.append({
                "headline": headline, "reading": own.at[headline, "reading"], "universes": len(known) or None,
                "holds": holds.sum() if len(known) else None, "lowest": all_["value"].min(),
                "highest": all_["value"].max(), "first": min(date, default=None), "last": max(date, default=None),
                "decisive": worst[1], "with_it": worst[2], "without_it": worst[3],
            })  # fmt: skip
        if part == "downloads":
            curve = specification(found, list(axes), usual)
    return {"multiverse": pd.DataFrame(rows), "fig-multiverse": curve}


def carried(counts: Counts, found: pd.DataFrame) -> pd.DataFrame:
    """Nothing is known in any combination of a headline that the edition itself cannot tell."""
    own = headlines(counts, counts.days, counts.compared)
    unknown = {name for name, told in own.items() if told.get("reading") is None and "downloads" not in told}
    unknown |= {name for name in ("lead",) if np.isnan(own[name]["downloads"])}
    ends = [counts.last - DAY, counts.last - pd.DateOffset(years=1) - DAY]
    told = {
        (day, name): counts.told(counts.cover(counts.days.read.loc[[day]], group), "total").all()
        for day in ends
        for name, group in counts.compared.groupby("region")
    }
    last = {name for name in REGIONS if told[ends[0], name]}
    unknown |= set() if last == set(REGIONS) else {"china-share"}
    unknown |= set() if all(told.values()) else {"growth", "growth-us", "growth-eu"}
    unknown |= set() if "china" in last else {"qwen-share"}
    lost = found["headline"].isin(unknown)
    columns = ["value", "date", "reading"]
    return found.assign(**{name: found[name].astype(object).where(~lost, None) for name in columns})


def specification(found: pd.DataFrame, axes: list[str], usual: dict[str, str]) -> pd.DataFrame:
    """Every combination, from the lowest lead of China to the highest, with the day of the crossing."""
    days = found[found["headline"] == "china-us"][[*axes, "date"]]
    table = found[found["headline"] == "lead"][[*axes, "value"]].merge(days, on=axes).dropna(subset="value")
    table = table.sort_values(["value", *axes], ignore_index=True)
    own = (table[axes] == pd.Series(usual)).all(axis=1)
    return table.assign(place=range(1, len(table) + 1), edition=own)
