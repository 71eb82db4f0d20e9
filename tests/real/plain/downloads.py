"""What an edition tells of downloads: regions, organisations, sizes, who leads and since when, what hangs on whom."""

import itertools

import numpy as np
import pandas as pd

from tests.real.plain.counts import BUCKETS, DAY, REGIONS, Counts, named_size, runs

NEW, HAVE = "downloads", "downloads_cumulative"
SMALL = "below 10B"


def members(counts: Counts, group: str) -> dict[str, str]:
    rows = counts.listed("groups")
    rows = rows[rows["group"] == group]
    return dict(zip(rows["member"], rows["label"], strict=True))


def tables(counts: Counts) -> dict[str, pd.DataFrame]:
    """Every quoted table on downloads, by its name."""
    found = {"regions": regions(counts), "organisations": organisations(counts)}
    found |= cleaning(counts) | growth(counts, found["regions"]) | leads(counts) | crossings(counts)
    found |= sizes(counts) | sides(counts) | seen(counts) | since(counts)
    return found | contributors(counts)


# Regions and organisations ------------------------------------------------------------------------------------


def regions(counts: Counts) -> pd.DataFrame:
    three = counts.placed(counts.months, counts.compared, "region", NEW)
    whole = counts.totals(counts.months, counts.compared, []).assign(region="all")
    both = pd.concat([three, whole], ignore_index=True)
    before = both.set_index(["region", "month"])[HAVE].to_dict()
    year = pd.DateOffset(years=1)
    past = pd.Series([before.get((row.region, row.month - year), np.nan) for row in both.itertuples()])
    return both.assign(name=both["region"].map(REGIONS), multiple=both[HAVE] / past.where(past > 0))


def organisations(counts: Counts) -> pd.DataFrame:
    table = counts.placed(counts.months, counts.models, "organisation", HAVE)
    known = members(counts, "challengers")
    for group in ("families", "challengers"):
        table[group] = table[HAVE].where(table["organisation"].isin(members(counts, group)))
    return table.assign(known_as=table["organisation"].map(known))


def growth(counts: Counts, regions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    wide = regions.pivot(index="month", columns="region", values=HAVE)
    gap = (wide["china"] - wide["us"]).rename("gap").reset_index()
    last, before = counts.last, counts.last - pd.DateOffset(years=1)
    months, rows = counts.months, []
    if before in months.read.index:
        both = months.read.columns[months.read.loc[last] & months.read.loc[before]]
        held = counts.compared.index.intersection(both)
        of = counts.compared["region"]
        for name in [*of[held].unique(), *(["all"] if len(held) else [])]:
            part = [model for model in held if name in ("all", of[model])]
            now, then = (months.total.loc[month, part].sum() for month in (last, before))
            rows.append((name, len(part), now / then))
    same = pd.DataFrame(rows, columns=["region", "models", "multiple"])
    elsewhere = counts.models[~counts.models.index.isin(counts.compared.index)]
    others = counts.totals(counts.months.at([last]), elsewhere, [])[HAVE].sum(skipna=False)
    return {"gap": gap, "regions-same": same, "elsewhere": pd.DataFrame({HAVE: [others]})}


def leads(counts: Counts) -> dict[str, pd.DataFrame]:
    at_last = counts.months.at([counts.last])
    rows = []
    for _, group in counts.compared.groupby("region"):
        told = counts.among(at_last, group, ["organisation", "region"], HAVE, "rank")
        new = counts.among(at_last, group, ["organisation", "region"], NEW, "rank")[NEW]
        told = told.assign(downloads=new, downloads_cumulative_share=told[HAVE] / told[HAVE].sum())
        rows.append(told.dropna(subset=HAVE).nlargest(1, HAVE))
    found = {"leading-makers": pd.concat(rows, ignore_index=True)}
    new = counts.among(counts.months, counts.compared, ["region"], NEW, "share").dropna(subset=NEW)
    share = new[NEW] / new.groupby("month")[NEW].transform("sum")
    half = new[share > 0.5].assign(month=lambda rows: rows["month"] - pd.DateOffset(months=1))
    spells = [run for run in runs(half.set_index("month")["region"].sort_index()) if run[3] >= 3]
    eras = []
    for region in REGIONS:
        own = sorted((run for run in spells if run[0] == region), key=lambda run: (-run[3], run[1]))
        eras.append(own[0] if own else (region, None, None, 0))
    found["eras"] = pd.DataFrame(eras, columns=["region", "start", "end", "months"])
    months = new["month"].nunique() or None
    number = len({run[0] for run in spells}) if months else None
    told = {"regions": 3, "eras": number, "months": months, "least_n": counts.edition["least_n"]}
    found["compared"] = pd.DataFrame([told])
    return found | firsts(counts)


def firsts(counts: Counts) -> dict[str, pd.DataFrame]:
    """Who has the most of all organisations, by month, and whose best month was which."""
    told = counts.among(counts.months, counts.models, ["organisation"], HAVE, "rank").dropna(subset=HAVE)
    tops = told.sort_values([HAVE, "organisation"], ascending=[False, True]).drop_duplicates("month")
    last = counts.months.total.index[-1]
    peaks = counts.totals(counts.months, counts.models, ["organisation"]).dropna(subset=NEW)
    peaks = peaks.sort_values([NEW, "month"], ascending=[False, True]).drop_duplicates("organisation")
    return {
        "download-leaders": led(tops.set_index("month")["organisation"].sort_index(), "organisation", last),
        "download-peaks": peaks[["organisation", "month", NEW]],
    }


def led(leaders: pd.Series, by: str, last: pd.Timestamp) -> pd.DataFrame:
    """Of the leader of each month: when each led first and last, since when without a break, its longest run."""
    rows = []
    for name in dict.fromkeys(leaders):
        own = [run for run in runs(leaders) if run[0] == name]
        _, start, end, months = max(own, key=lambda run: (run[3], -run[1].value))
        since = next((run[1] for run in own if run[2] == last), None)
        rows.append((name, len(rows) + 1, own[0][1], own[-1][2], since, start, end, months))
    names = ["place", "first_led", "last_led", "leads_since", "run_first", "run_last", "run_months"]
    return pd.DataFrame(rows, columns=[by, *names])


# Crossings ----------------------------------------------------------------------------------------------------


def passing(counts: Counts, models: pd.DataFrame, by: str, one: str, other: str) -> dict[str, object]:
    """When one of two passed the other in cumulative downloads, the days around it, how often, who is ahead."""
    days = counts.days
    held, new, counted = {}, {}, set(days.total.index)
    for name in (one, other):
        group = models[models[by] == name]
        told = counts.told(counts.cover(days.read, group), "crossing")
        held[name] = counts.summed(days.total, group).where(told.reindex(days.total.index).eq(True))
        held[name] = held[name][: counts.last - DAY]
        new[name] = counts.summed(days.new, group).fillna(0)
        own = counts.cover(counts.counted & counts.ends.notna(), group)
        counted &= set(own.index[counts.told(own, "crossing")])
    ahead = (held[one] - held[other]).dropna()
    found = turns(held[one], held[other], [new[one], new[other]])
    row: dict[str, object] = {"passed": max((day for day, first in found if first), default=pd.NaT)}
    row["turned"] = max((day for day, _ in found), default=pd.NaT)
    for name in ("passed", "turned"):
        row[f"{name}_after"] = max((day for day in counted if day < row[name]), default=None)
        row[f"{name}_by"] = min((day for day in counted if day >= row[name]), default=None)
    end = ahead.iloc[-1] if len(ahead) else 0
    leader = None if end == 0 else one if end > 0 else other
    return row | {"turns": len(found) if len(ahead) else None, "leader": leader}


def turns(one: pd.Series, other: pd.Series, new: list[pd.Series] | None) -> list[tuple[pd.Timestamp, bool]]:
    """The days on which one of two passed the other: the day, and whether it was the first that did.

    new: what was new of each on each day; then a lead that models change by entering with their past is no turn, and
    who led until then is not known.
    """
    ahead = (one - other).dropna()
    gained = None if new is None else (new[0] - new[1]).cumsum().reindex(ahead.index).diff()
    found: list[tuple[pd.Timestamp, bool]] = []
    led = 0.0
    for at, (day, lead) in enumerate(ahead.items()):
        before = ahead.iloc[at - 1] if at else 0.0
        if gained is not None and before * lead < 0 and (before + gained[day]) * lead < 0:
            found, led = [], 0.0
        if lead * led < 0:
            previous = ahead.index[at - 1]
            level = previous + (day - previous) * (before / (before - lead))
            found.append((level.floor("D") + DAY, lead > 0))
        led = lead or led
    return found


def crossings(counts: Counts) -> dict[str, pd.DataFrame]:
    lead = pd.DataFrame([passing(counts, counts.compared, "region", "china", "us")])
    totals = counts.totals(counts.months, counts.models, ["organisation"]).set_index(["organisation", "month"])[HAVE]
    rows, ratios = [], []
    for pair in counts.listed("pairs").itertuples():
        row = passing(counts, counts.models, "organisation", pair.one, pair.other) | {"pair": pair.pair}
        label = row["passed"] + pd.offsets.MonthBegin() if pd.notna(row["passed"]) else None
        both = {f"{end}_downloads": totals.get((getattr(pair, end), label)) for end in ("one", "other")}
        rows.append(row | {"label": label} | both)
        for month in counts.months.total.index:
            one, other = totals.get((pair.one, month), np.nan), totals.get((pair.other, month), np.nan)
            ratios.append((pair.pair, month, one / other))
    return {
        "lead": lead, "crossings": pd.DataFrame(rows),
        "ratios": pd.DataFrame(ratios, columns=["pair", "month", "multiple"]),
    }  # fmt: skip


# Sizes --------------------------------------------------------------------------------------------------------


def by_bucket(counts: Counts) -> pd.DataFrame:
    """Cumulative downloads at the last label by bucket and region; null where a cell's models carry no total."""
    at_last, models = counts.months.at([counts.last]), counts.compared
    told = counts.told(counts.cover(at_last.read, models), "share").all()
    rows = []
    for region in sorted(models["region"].unique()):
        for bucket in [*BUCKETS, "unresolved"]:
            part = models[(models["region"] == region) & (models["bucket"].fillna("unresolved") == bucket)]
            cover = counts.cover(at_last.read, part)
            carried = counts.told(cover, "total").all()
            total = (
                np.nan if not carried or not told else np.nansum(at_last.total.reindex(columns=part.index).to_numpy())
            )
            own = dict.fromkeys(cover.columns) if cover.empty else cover.iloc[0].to_dict()
            rows.append({"bucket": bucket, "region": region, HAVE: total} | own)
    return pd.DataFrame(rows)


def sizes(counts: Counts) -> dict[str, pd.DataFrame]:
    wide = by_bucket(counts).pivot(index="bucket", columns="region", values=HAVE).reindex([*BUCKETS, "unresolved"])
    table = wide.sum(axis=1, skipna=False).rename(HAVE).reset_index()
    whole = table[HAVE].sum(skipna=False)
    part = table[HAVE] / whole if whole > 0 else table[HAVE] * np.nan
    rank = table[HAVE].rank(method="first", ascending=False) + 0 * whole  # null with the total
    table = table.assign(downloads_cumulative_share=part, up_to_share=part.cumsum(), rank=rank)
    shares = size_shares(counts)
    best = shares[(shares["rank"] == 1) & shares["bucket"].isin(BUCKETS)]
    most = best.groupby("organisation")["bucket"].nunique().rename("buckets_led").reset_index()
    return {
        "buckets": table, "largest-buckets": table.dropna(subset="rank"), "size-shares": shares, "size-leaders": best,
        "buckets-led": most.assign(buckets=best["bucket"].nunique()),
    }  # fmt: skip


def size_shares(counts: Counts) -> pd.DataFrame:
    at_last, sized = counts.months.at([counts.last]), counts.compared.dropna(subset="bucket")
    own_read = {
        name: counts.told(counts.cover(at_last.read, group), "share").all()
        and len(counts.cover(at_last.read, group)) > 0
        for name, group in sized.groupby("organisation")
    }
    everything = {
        name: np.nansum(at_last.total.reindex(columns=group.index)) for name, group in sized.groupby("organisation")
    }
    rows = []
    for bucket in [*BUCKETS, SMALL]:
        within = sized[sized["bucket"].isin(BUCKETS[:3] if bucket == SMALL else [bucket])]
        cover = counts.cover(at_last.read, within)
        share, rank = (counts.told(cover, level).any() for level in ("share", "rank"))
        sums = {name: counts.summed(at_last.total, group).iloc[0] for name, group in within.groupby("organisation")}
        sums_ = [value for value in sums.values() if pd.notna(value)]
        share, rank = share and len(sums_) > 1, rank and len(sums_) > 1
        whole = np.nansum(sums_)
        places = pd.Series(sums, dtype=float).rank(method="min", ascending=False)
        for name in sized["organisation"].unique():
            group = within[within["organisation"] == name]
            row = {"bucket": bucket, "organisation": name, "month": None, NEW: np.nan, HAVE: np.nan}
            row |= {f"{HAVE}_share": np.nan, "rank": np.nan, "own_share": np.nan}
            row |= dict.fromkeys(cover.columns)
            if at_last.total.reindex(columns=group.index).notna().any().any():
                own = counts.cover(at_last.read, group)
                row |= {"month": counts.last, NEW: counts.summed(at_last.new, group).iloc[0]} | own.iloc[0].to_dict()
                if counts.told(own, "total").any():
                    row[HAVE] = sums[name]
                    row[f"{HAVE}_share"] = sums[name] / whole if share and whole > 0 else np.nan
                    row["rank"] = places[name] if rank else np.nan
                    row["own_share"] = sums[name] / everything[name] if own_read[name] else np.nan
            rows.append(row)
    return pd.DataFrame(rows)


# Sides, entrants ----------------------------------------------------------------------------------------------


def parts(counts: Counts, one: str, other: str) -> pd.DataFrame:
    """New downloads of two sides by member: of the months and members of which they are known on both."""
    rows = []
    for side in (one, other):
        named = members(counts, side)
        part = counts.models.index.to_series().map(named).fillna(counts.models["organisation"].map(named))
        models = counts.models.assign(part=part)[part.notna()]
        rows.append(counts.totals(counts.months, models, ["part"]).assign(side=side))
    table = pd.concat(rows, ignore_index=True)
    table = table[table["month"] > pd.Timestamp(counts.edition["splice_month"])]
    known = table.dropna(subset=NEW)
    both = known.groupby("month")["side"].nunique()
    last = both[both == 2].index.max()
    table = table[table["part"].isin(known.loc[known["month"] == last, "part"])]
    good = [
        month for month, rows_ in table.groupby("month") if rows_[NEW].notna().all() and rows_["side"].nunique() == 2
    ]
    return table[table["month"].isin(good)]


def sides(counts: Counts) -> dict[str, pd.DataFrame]:
    both, rows = {"eight": parts(counts, "qwen", "eight"), "six": parts(counts, "small", "six")}, []
    for table in both.values():
        for month, at in table.groupby("month"):
            sums = at.groupby("side")[NEW].sum()
            for side, own in at.groupby("side"):
                rest = sums.drop(side).sum()
                multiple = sums[side] / rest if rest > 0 else np.nan
                rows.append((month - pd.DateOffset(months=1), side, sums[side], own["part"].nunique(), multiple))
    small = both["six"].query("side == 'small'")
    return {
        "sides": pd.DataFrame(rows, columns=["month", "side", NEW, "members", "multiple"]),
        "small-models": small.loc[small["month"] == small["month"].max(), ["part", NEW]],
    }


def since(counts: Counts) -> dict[str, pd.DataFrame]:
    entering = counts.models[counts.models["organisation"].isin(members(counts, "entrants"))]
    table = counts.totals(counts.months, entering, ["organisation"])
    start = counts.listed("periods", parse_dates=["first"]).set_index("period").at["entrants", "first"]
    start = max(start, pd.Timestamp(counts.edition["splice_month"]))
    rows = []
    for name, own in table[table["month"] >= start].groupby("organisation"):
        new = own.set_index("month")[NEW].sort_index()
        new[start] = 0
        if (table["month"] == start).any() and new.notna().all():
            rows.append(new.sort_index().cumsum().rename("downloads_since").reset_index().assign(organisation=name))
    found = pd.concat(rows) if rows else pd.DataFrame(columns=["month", "organisation", "downloads_since"])
    found["rank"] = found.groupby("month")["downloads_since"].rank("min", ascending=False)
    sums = found.groupby("month", as_index=False)["downloads_since"].sum().assign(organisation="all")
    return {"entrants": pd.concat([found, sums], ignore_index=True)}


# What was seen ------------------------------------------------------------------------------------------------


def seen(counts: Counts) -> dict[str, pd.DataFrame]:
    last, models = counts.months.read.loc[[counts.last]], counts.models
    rows = [counts.cover(last, models).assign(organisation="all")]
    rows += [counts.cover(last, group).assign(organisation=name) for name, group in models.groupby("organisation")]
    cover = pd.concat([row.reset_index() for row in rows], ignore_index=True)
    for group in ("families", "challengers", "entrants"):
        cover[group] = cover["models"].where(cover["organisation"].isin(members(counts, group)))
    grouped = models.groupby("organisation")
    catalogue = pd.DataFrame({"models": grouped.size(), "released": grouped["released"].min(), "with_history": 0})
    told = counts.totals(counts.months.at([counts.last]), models, ["organisation"]).dropna(subset=HAVE)["organisation"]
    held = {group: told.isin(members(counts, group)).sum() for group in ("families", "challengers")}
    return {
        "coverage": cover,
        "catalogues": catalogue.reset_index(),
        "groups": pd.DataFrame([{"group": name, "members": number or None} for name, number in held.items()]),
        "observed": pd.DataFrame([{"since": counts.days.total.index[0]}]),
    }


def contributors(counts: Counts) -> dict[str, pd.DataFrame]:
    found = {}
    for name, models in (("region", counts.compared), ("organisation", counts.models)):
        every = pd.MultiIndex.from_product([["cumulative", "new"], models[name].unique()], names=["basis", name])
        told = hangs(counts, models, name).set_index(["basis", name])
        found[f"{name}-contributors"] = told.reindex(every).reset_index()
    families = members(counts, "families")
    own = found["organisation-contributors"]
    found["organisation-contributors"] = own.assign(
        families=own["largest_share"].where(own["organisation"].isin(families))
    )
    found["organisation-leads"] = pd.DataFrame(
        [(basis, *two, *left)
         for basis in own["basis"].unique() for two in itertools.permutations(families, 2)
         if (left := lead_without(own, "organisation", basis, *two))],
        columns=["basis", "one", "other", "gap", "low", "high", "stays", "hangs_on"],
    )  # fmt: skip
    regions = found["region-contributors"]
    found["region-contributors"] = regions.assign(name=regions["region"].map(REGIONS))
    rows = [(basis, *left) for basis in regions["basis"].unique()
            if (left := lead_without(regions, "region", basis, "china", "us"))]  # fmt: skip
    names = ["basis", "gap", "low", "high", "stays", "hangs_on"]
    return found | {"lead-contributors": pd.DataFrame(rows, columns=names)}


def lead_without(table: pd.DataFrame, by: str, basis: str, one: str, other: str) -> tuple | None:
    """How far one is ahead of another, at least and at most without any one repository, and on which it hangs."""
    held = table[table["basis"] == basis].dropna(subset="total").set_index(by)
    if not {one, other} <= set(held.index):
        return None
    ahead, behind = held.loc[one], held.loc[other]
    gap = ahead["total"] - behind["total"]
    low, high = gap - ahead["largest"], gap + behind["largest"]
    stays = bool(low > 0 if gap > 0 else high < 0 if gap < 0 else False)
    return gap, low, high, stays, None if stays else (ahead if gap > 0 else behind)["largest_model"]


def hangs(counts: Counts, models: pd.DataFrame, by: str) -> pd.DataFrame:
    """The largest repository of each group, and total and share of the group without any one repository."""
    rows, at_last = [], counts.months.at([counts.last])
    for basis, values, seen in (("cumulative", at_last.total, at_last.read), ("new", at_last.new, at_last.whole)):
        held = values.loc[counts.last].reindex(models.index).dropna()
        told = counts.told(counts.cover(seen, models), "share").any()
        every = held.sum()
        told = told and held.groupby(models[by].reindex(held.index)).ngroups > 1
        for name, own in held.groupby(models[by].reindex(held.index)):
            if not counts.told(counts.cover(seen, models[models[by] == name]), "total").any():
                continue
            others = held[models[by].reindex(held.index) != name]
            largest = own[own == own.max()].sort_index().index[0]
            total = own.sum()
            without = [(total - count) / (every - count) for count in own if every > count]
            beside = [total / (every - count) for count in others if every > count]
            whole = total / every
            rows.append({
                "basis": basis, by: name, "models": len(own), "total": total, "largest_model": largest,
                "largest": own.max(), "largest_share": own.max() / total if total > 0 else np.nan,
                "low": total - own.max(), "high": total - own.min(), "share": whole if told else np.nan,
                "share_low": min(without, default=np.nan) if told else np.nan,
                "share_high": max(beside, default=whole) if told else np.nan,
            })  # fmt: skip
    names = ["basis", by, "models", "total", "largest_model", "largest", "largest_share", "low", "high", "share"]
    return pd.DataFrame(rows, columns=[*names, "share_low", "share_high"])


# Cleaning -----------------------------------------------------------------------------------------------------


def cleaning(counts: Counts) -> dict[str, pd.DataFrame]:
    dates = sorted({pd.Timestamp(path.name[5:]) for path in counts.archive.glob("snapshots/date=*")})
    gaps = [(after - before).days for before, after in itertools.pairwise(dates)]
    span = {"first": dates[0], "last": dates[-1], "held": len(dates), "longest_gap_days": max(gaps, default=None)}
    span["missing"] = (dates[-1] - dates[0]).days + 1 - len(dates)
    models = counts.models
    cover = counts.cover(counts.months.read, models)
    labels = counts.months.total.index
    held = counts.as_read.ffill().loc[labels - DAY].set_axis(labels)  # what was read last, of models read no more
    whole = counts.summed(held, models).where(counts.told(cover, "total"))
    assert not (counts.archive / "history").exists(), "daily histories: what is removed of them is not reckoned here"
    nothing = {"days": 0, "models": 0, NEW: 0, "downloads_share": None, "most": None}
    return {
        "snapshots": pd.DataFrame([span]),
        "renamed": renamed(counts),
        "snapshot-rules": rules(counts),
        "lifetime-totals": whole.rename(HAVE).reset_index(),
        "chained-error": chained(counts),
        "late-spikes": spikes(counts),
        "entries": entries(counts),
        "histories": pd.DataFrame([{"organisations": 0, "models": 0, "days": 0}]),
        "outliers": pd.DataFrame([nothing]),
        "outliers-at-ends": pd.DataFrame([nothing | {"part": part} for part in ("first", "last")]),
        "listed": pd.DataFrame([listed(counts)]),
    }


def renamed(counts: Counts) -> pd.DataFrame:
    """Ids that end where another of the same name goes on: none of the models of this archive."""
    names = counts.readings.columns.to_series().str.split("/").str[1].str.casefold()
    alike = names[names.duplicated(keep=False)].index
    first, last = (counts.readings[alike].apply(getattr(pd.Series, f"{end}_valid_index")) for end in ("first", "last"))
    assert not any(last[one] < first[other] for one in alike for other in alike if names[one] == names[other])
    return pd.DataFrame(columns=["old", "new", "last", "first", "downloads", "joined"])


def listed(counts: Counts) -> dict[str, int]:
    """How many models are tracked, how many have no size, and how many rows of the lists are doubtful."""
    models, labels = counts.models, counts.listed("organisations").drop_duplicates("namespace").set_index("namespace")
    doubtful = 0
    for name, key in (
        ("models", "modelId"), ("model_parameters", "model_id"), ("organization_regions", "hf_org"),
        ("release_date_corrections", "model_id"),
    ):  # fmt: skip
        ids = pd.read_csv(counts.archive / "registry" / f"{name}.csv", comment="#" if "date" in name else None)[key]
        doubtful += ids[ids.duplicated(keep=False)].nunique()
    spaces = models.drop_duplicates("namespace").set_index("namespace")
    doubtful += (~spaces.index.isin(labels.index)).sum() + models["parameters_b"].isna().sum()
    regions = counts.curated("organization_regions", "hf_org", "region")
    known = spaces[spaces.index.isin(regions)]
    doubtful += (~spaces.index.isin(regions)).sum()
    doubtful += sum(region != labels["region"].get(name, region) for name, region in known["region"].items())
    doubtful += (known.groupby("organisation")["region"].nunique() > 1).sum()
    stated = models.index.to_series().map(named_size).astype(float)
    edges = [-np.inf, *counts.edition["bucket_edges"], np.inf]
    other = pd.cut(stated, edges, right=False, labels=BUCKETS).astype(object)
    product = models.index.str.contains(r"\d+x\d+(?:\.\d+)?[bB]", regex=True)
    by_name = models["by_name"] & models["parameters_b"].notna()
    doubtful += (~by_name & ~product & other.notna() & (other != models["bucket"])).sum() + (by_name & product).sum()
    return {"models": len(models), "unsized": models["bucket"].isna().sum(), "doubtful": doubtful}


def rules(counts: Counts) -> pd.DataFrame:
    """How many days of how many models were read, lie between readings, came with a past, or are not read any more."""
    days, counted, ended = counts.days, counts.counted, counts.ends.notna()
    entered = ended & days.new.isna()
    flags = {
        "observed": ended & counted & ~entered, "entered": entered, "distant": counts.far,
        "interpolated": ended & ~counted & ~entered & ~counts.far, "partial": counts.as_read.notna() & ~ended,
        "vanished": days.total.notna() & counts.as_read.isna(),
    }  # fmt: skip
    nothing = dict.fromkeys(("filtered", "backcast", "faulty", "reset", "restated"), (0, 0))
    told = {name: (int(cells.sum().sum()), int(cells.any().sum())) for name, cells in flags.items()} | nothing
    return pd.DataFrame([(name, *found) for name, found in told.items()], columns=["flag", "days", "models"])


def chained(counts: Counts) -> pd.DataFrame:
    """What counts of thirty days tell of what lifetime counts gained, where both are known."""
    rows = counts.snapshots[counts.snapshots["model"].isin(counts.models.index)]
    rows = rows.dropna(subset=["downloads_all_time", "downloads"])
    found = []
    for date, own in rows.groupby("date"):
        before = counts.at(pd.DatetimeIndex([counts.moments[date] - 30 * DAY])).iloc[0].reindex(own["model"])
        if before.isna().all():
            continue
        gained = own["downloads_all_time"].to_numpy() - before.to_numpy()
        known = gained >= 0
        found.append((known.sum(), own["downloads"].to_numpy()[known].sum() / gained[known].sum()))
    (models, ratio), *more = found
    assert not more, "counts of thirty days on several dates: that is not reckoned here"
    row = {"days": 1, "models": models, "ratio": ratio, "ratio_low": ratio, "ratio_high": ratio}
    return pd.DataFrame([row])


def spikes(counts: Counts) -> pd.DataFrame:
    """Models whose downloads of 30 days stood more than four times above what they kept up around them."""
    sums = counts.days.new.iloc[1:].rolling(30, min_periods=30).sum()
    told = counts.snapshots[counts.snapshots["model"].isin(sums.columns)].dropna(subset="downloads")
    for row in told.itertuples():
        sums.loc[row.date, row.model] = row.downloads
    window = counts.edition["iqr_window_days"]
    wide = sums.reindex(pd.date_range(sums.index[0] - (window - 1) * DAY, sums.index[-1] + (window - 1) * DAY))
    kept = wide.rolling(window, min_periods=1).min()
    usual = kept[::-1].rolling(window, min_periods=1).max()[::-1].reindex(sums.index)
    found = (sums > 4 * usual) & (sums - usual > 3000)
    assert not found.any().any(), "this archive holds a spike: that is not reckoned here"
    return pd.DataFrame([dict.fromkeys(["model", "first", "last", "downloads_30d", "usual"]) | {"models": 0}])


def entries(counts: Counts) -> pd.DataFrame:
    """What models brought along on the day on which most of it came, by region."""
    rows = []
    for model in counts.days.total.columns.intersection(counts.compared.index):
        first = counts.days.total[model].first_valid_index()
        if pd.isna(counts.days.new.at[first, model]):
            rows.append((first, counts.compared.at[model, "region"], counts.days.total.at[first, model]))
    came = pd.DataFrame(rows, columns=["date", "region", "brought"])
    came = came[came["date"] == came.groupby("date")["brought"].sum().idxmax()]
    return came.groupby(["region", "date"], as_index=False).agg(models=("brought", "size"), brought=("brought", "sum"))


# Figures ------------------------------------------------------------------------------------------------------


def figures(counts: Counts, found: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """What lies under each figure on downloads, by the figure's name; found: from `tables`."""
    cells, shares = by_bucket(counts), found["size-shares"]
    pair = shares["organisation"].isin(members(counts, "sizes")) & shares["bucket"].isin(BUCKETS)
    rivals = counts.models[counts.models["organisation"].isin(members(counts, "challengers"))]
    days = counts.days.at(slice(None, counts.last - DAY))
    curves = counts.totals(days, rivals, ["organisation"])
    family = found["organisations"]["organisation"].isin(members(counts, "families"))
    return {
        "fig-downloads": drawn(found["regions"][found["regions"]["region"] != "all"], "region"),
        "fig-families": drawn(found["organisations"][family], "organisation"),
        "fig-buckets": cells[cells[HAVE] > 0],
        "fig-shares-by-size": shares[pair].dropna(subset=f"{HAVE}_share"),
        "fig-qwen-against-eight": parts(counts, "qwen", "eight"),
        "fig-qwen3-small": parts(counts, "small", "six"),
        "fig-challengers": drawn(curves, "organisation").rename_axis(None),
        "models": roster(counts),
        "makers": namespaces(counts),
    }


def drawn(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """The groups that have any cumulative downloads to be drawn."""
    return table[table[by].isin(table.loc[table[HAVE].notna(), by])]


def roster(counts: Counts) -> pd.DataFrame:
    """Each tracked model, at how many labels it was read, and how many there are after its release."""
    labels, read = counts.months.read.index, counts.months.read.sum()
    table = counts.models.reset_index()
    table["months_read"] = table["model"].map(read).fillna(0)
    table["months"] = [len(labels) if pd.isna(day) else sum(labels > day) for day in table["released"]]
    return table


def namespaces(counts: Counts) -> pd.DataFrame:
    """Every namespace that is tracked or has a label: organisation, region, how many models of it are tracked."""
    labels = counts.listed("organisations").set_index("namespace")
    tracked = counts.models.groupby("namespace").agg(
        organisation=("organisation", "first"), region=("region", "first"), models=("region", "size")
    )
    rows = []
    for name in {*labels.index, *tracked.index}:
        own = tracked.loc[name] if name in tracked.index else labels.loc[name]
        row = {"namespace": name, "organisation": own["organisation"], "region": own["region"]}
        row["models"] = own["models"] if name in tracked.index else 0
        rows.append(row | {"source": labels["source"].get(name)})
    return pd.DataFrame(rows)
