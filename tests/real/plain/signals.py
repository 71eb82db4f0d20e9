"""What an edition tells of inference tokens, of Arena's boards and of derivatives."""

import itertools
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from tests.real.plain.counts import REGIONS, Counts
from tests.real.plain.downloads import led, members

MEANT = {
    "meta-llama/llama-3.1-405b-instruct": "meta-llama/Llama-3.1-405B-Instruct",
    "mistralai/ministral-8b": "mistralai/Ministral-8B-Instruct-2410",
    "mistralai/mistral-7b-instruct-v0.3": "mistralai/Mistral-7B-Instruct-v0.3",
    "nvidia/llama-3.1-nemotron-70b-instruct": "nvidia/Llama-3.1-Nemotron-70B-Instruct",
    "qwen/qwq-32b": "Qwen/QwQ-32B",
    "mistralai/devstral-small-2505": "mistralai/Devstral-Small-2505",
    "poolside/laguna-m.1-20260312": "poolside/Laguna-M.1",
    "inclusionai/ling-2.6-flash-20260421": "inclusionAI/Ling-2.6-flash",
    "mistralai/mistral-medium-3.5-20260430": "mistralai/Mistral-Medium-3.5-128B",
    "minimax/minimax-m3-20260531": "MiniMaxAI/MiniMax-M3",
    "nvidia/nemotron-3-ultra-550b-a55b-20260604": "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16",
    "moonshotai/kimi-k2.7-code-20260612": "moonshotai/Kimi-K2.7-Code",
    "z-ai/glm-5.2-20260616": "zai-org/GLM-5.2",
    "poolside/laguna-xs-2.1-20260625": "poolside/Laguna-XS-2.1",
    "tencent/hy3-20260706": "tencent/Hy3",
    "poolside/laguna-s-2.1-20260720": "poolside/Laguna-S-2.1",
    "inclusionai/ling-3.0-flash-20260723": "inclusionAI/Ling-3.0-flash",
    "nvidia/nemotron-3.5-lightning-20260807": "nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-Base-BF16",
    "qwen/qwen3.8-27b-20260814": "Qwen/Qwen3.8-27B",
}
"""Tracked models that the catalogues lack: what their slugs mean, read by hand, one by one."""
UNDATED = r"-(?:20\d{6}|20\d\d-\d\d-\d\d|[01]\d-?[0-3]\d)$"
BASE = "base_model:"
WEIGHTS = {"safetensors", "pytorch"}
INSIDE = {"mlx", "exl2", "exl3", "awq", "gptq"}


def tables(counts: Counts, eras: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every quoted table on tokens, boards and derivatives, by its name; eras: from downloads."""
    return tokens(counts) | arena(counts) | derivatives(counts, eras)


def makers(counts: Counts, names: pd.Series) -> pd.DataFrame:
    """The organisation and region behind each maker's name, whatever its capitals, spaces and signs."""

    def key(name: str) -> str:
        return "".join(sign for sign in name if sign.isalnum()).casefold()

    labels, aliases = counts.listed("organisations"), counts.listed("aliases")
    known = {key(row.alias): row.organisation for row in aliases.itertuples()}
    known |= {key(name): name for name in labels["organisation"]}
    known |= {key(row.namespace): row.organisation for row in labels.itertuples()}
    regions = labels.drop_duplicates("organisation").set_index("organisation")["region"]
    found = names.map(lambda name: "Unknown" if pd.isna(name) else known.get(key(name), name))
    return pd.DataFrame({"organisation": found, "region": found.map(regions).fillna("unknown")})


def span(dates: pd.Series, step: str) -> dict[str, object]:
    """From when to when, how many are held, how many are missing between, and the longest gap in days."""
    held = sorted(set(dates.dropna()))
    gaps = [(after - before).days for before, after in itertools.pairwise(held)]
    every = len(pd.period_range(held[0], held[-1], freq=step)) if held else 0
    return {
        "first": held[0] if held else None, "last": held[-1] if held else None, "held": len(held),
        "missing": every - len(held) if held else None, "longest_gap_days": max(gaps, default=None),
    }  # fmt: skip


def peaks(table: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
    known = table.dropna(subset=column).sort_values("month", kind="stable")
    best = known.sort_values(column, ascending=False, kind="stable").drop_duplicates(by)
    return best[[by, "month", column]]


def paces(table: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
    rows = []
    for name, own in table.dropna(subset=column).sort_values("month").groupby(by):
        (start, low), (end, high) = (own[["month", column]].iloc[at] for at in (0, -1))
        months = (end.to_period("M") - start.to_period("M")).n
        rows.append((name, (high - low) / months if months else np.nan))
    return pd.DataFrame(rows, columns=[by, "per_month"])


# Tokens -------------------------------------------------------------------------------------------------------


def daily_tokens(counts: Counts) -> pd.DataFrame:
    """Tokens by day and slug without its variant: status, model, organisation, region."""
    place = counts.archive / "openrouter"
    raw = pd.read_parquet(place / "daily.parquet")
    raw = raw.assign(
        date=pd.to_datetime(raw["date"]),
        slug=raw["model_permaslug"].str.split(":").str[0].str.lower(),
        tokens=raw["total_tokens"].map(int).astype(object),
    )
    daily = raw.groupby(["date", "slug"], as_index=False)["tokens"].sum()
    files = [place / "models.json", *sorted((place / "models").glob("20??-??-??.json"), reverse=True)]
    catalogue: dict[str, tuple[str, str, str | None]] = {}
    for path in files:
        held = json.loads(path.read_text(encoding="utf-8"))
        for model in held["data"] if isinstance(held, dict) else held:
            slug, name = (model[column].split(":")[0].lower() for column in ("canonical_slug", "id"))
            catalogue.setdefault(model["id"], (slug, name, model.get("hugging_face_id") or None))
    listed = pd.DataFrame(list(catalogue.values()), columns=["slug", "name", "weights"])
    closed = counts.listed("closed_models")["pattern"]
    written = {model.lower(): model for model in counts.models.index}
    rows = []
    for slug in daily["slug"].unique():
        bare = re.sub(UNDATED, "", slug)
        told = listed[listed["slug"] == slug]["weights"]
        told = told if told.notna().any() else listed[listed["name"] == slug]["weights"]
        undated = listed[["slug", "name"]].apply(lambda column: column.str.replace(UNDATED, "", regex=True)) == bare
        told = told if told.notna().any() else listed[undated.any(axis=1)]["weights"]
        model, status = MEANT.get(slug), "unknown"
        if told.notna().all() and len(told):
            status = "open"
            model = model or (told.iloc[0] if told.str.lower().nunique() == 1 else None)
        if model:
            model, status = written.get(model.lower(), model), "open"
        elif told.isna().all() and any(re.fullmatch(pattern, slug) for pattern in closed):
            status = "closed"
        author = slug.split("/")[0] if "/" in slug else None
        status = "other" if slug == "other" else "unknown" if author == "openrouter" else status
        rows.append((slug, status, model, model.split("/")[0] if model else author))
    facts = pd.DataFrame(rows, columns=["slug", "status", "model", "maker"])
    facts[["organisation", "region"]] = makers(counts, facts["maker"])
    return daily.merge(facts, on="slug")


def shares(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Tokens of each value in each month, 0 where it has none, and the share of the month's."""
    values = sorted(table[by].dropna().unique())
    rows = []
    for month, at in table.dropna(subset=by).groupby("month"):
        sums = {value: sum(at.loc[at[by] == value, "tokens"]) for value in values}
        whole = sum(sums.values())
        rows += [(month, value, count, count / whole if whole else np.nan) for value, count in sums.items()]
    return pd.DataFrame(rows, columns=["month", by, "tokens", "tokens_share"])


def ranked(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.assign(rank=table.groupby("month")[column].rank("min", ascending=False))


def tokens(counts: Counts) -> dict[str, pd.DataFrame]:
    daily, least = daily_tokens(counts), counts.edition["token_days"]
    daily["month"] = daily["date"].dt.to_period("M").dt.to_timestamp()
    days = daily.groupby("month")["date"].nunique()
    ended = (days.index + pd.offsets.MonthEnd()) <= daily["date"].max()
    whole, few = days.index[ended & (days >= least)], days[days < least]
    kept = daily[daily["month"].isin(whole)]
    status = pd.DataFrame([{"month": m, "status": s, "tokens": 0} for m in whole for s in _STATUSES])
    status = shares(pd.concat([kept[["month", "status", "tokens"]], status]), "status")
    ranges = status.groupby("status")["tokens_share"].agg(lowest="min", highest="max").reset_index()
    use = kept[kept["status"] == "open"].groupby(["month", "slug", "model", "organisation", "region"], dropna=False)
    use = use["tokens"].sum().reset_index().sort_values(["month", "tokens", "slug"], ascending=[True, False, True])
    top = use.groupby("month").head(10)
    models = top.groupby("month").size().rename("models").reset_index()
    spans = [
        span(daily["date"], "D") | {"series": "daily", "models": None},
        span(top["month"], "M") | {"series": "monthly", "models": models["models"].max()},
    ]
    short = {"months": len(few), "first": few.index.min(), "last": few.index.max(), "days": few.max()}
    used = top[top["month"] < counts.last]
    return {
        "token-status": status, "token-ranges": ranges, "token-short": models[models["models"] < 10],
        "token-spans": pd.DataFrame(spans), "token-days": pd.DataFrame([short]),
    } | served(counts, used)  # fmt: skip


_STATUSES = ("open", "closed", "unknown", "other")


def served(counts: Counts, used: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Shares within the ten most used open models of each month, by region, organisation and model."""
    by_region = shares(used, "region")
    lacking = [(month, region, 0, 0.0) for month in used["month"].unique() for region in REGIONS]
    lacking = pd.DataFrame(lacking, columns=by_region.columns)
    by_region = pd.concat([by_region, lacking]).drop_duplicates(["month", "region"])
    by_maker = ranked(shares(used, "organisation"), "tokens_share")
    tops = by_maker[by_maker["rank"] == 1].sort_values(["month", "organisation"]).drop_duplicates("month")
    named = used["organisation"].isin(members(counts, "makers"))
    others = used.assign(organisation=used["organisation"].where(named, "Others"))
    return {
        "tokens": ranked(by_region, "tokens_share"), "token-paces": paces(by_region, "region", "tokens_share"),
        "token-periods": periods(counts, by_region), "served": by_maker, "served-leaders": tops,
        "served-peaks": peaks(by_maker, "organisation", "tokens_share"), "served-models": shares(used, "model"),
        "fig-tokens": by_region, "fig-tokens-by-organisation": shares(others, "organisation"),
    }  # fmt: skip


def periods(counts: Counts, table: pd.DataFrame) -> pd.DataFrame:
    """Of each span that the paper speaks of: in how many months each region was behind another, its last share."""
    rows = []
    for period in counts.listed("periods", parse_dates=["first", "last"]).itertuples():
        months = pd.date_range(period.first, period.last, freq="MS")
        whole = set(months) <= set(table["month"])
        for region in table["region"].unique():
            own = table[table["region"] == region].set_index("month")["tokens_share"]
            best = table.sort_values(["tokens_share", "region"], ascending=[False, True]).drop_duplicates("month")
            leader = best.set_index("month")["region"]
            behind = sum(leader[month] != region for month in months) if whole else None
            rows.append((period.period, region, months[-1], len(months) - 1 if whole else None, behind,
                         own.get(months[-1])))  # fmt: skip
    return pd.DataFrame(rows, columns=["period", "region", "month", "months", "months_behind", "tokens_share"])


# Arena --------------------------------------------------------------------------------------------------------


def boards(counts: Counts) -> pd.DataFrame:
    """Overall scores by board and model: date, model, score, region (Europe is other), status."""
    raw = pd.read_parquet(counts.archive / "arena" / "text_style_control.parquet").query("category == 'overall'")
    raw = raw.assign(date=pd.to_datetime(raw["leaderboard_publish_date"]))
    assert not raw.duplicated(["date", "model_name"]).any()
    licences = counts.listed("licences")
    status = {
        text: next((row.status for row in licences.itertuples() if re.fullmatch(row.pattern, text, re.I)), "unknown")
        for text in raw["license"].unique()
    }
    shift = counts.edition["arena_shift"] * (raw["date"] < pd.Timestamp(counts.edition["arena_shift_before"]))
    region = makers(counts, raw["organization"])["region"].replace("eu", "other")
    table = {"date": raw["date"], "model": raw["model_name"], "score": raw["rating"] + shift, "region": region}
    return pd.DataFrame(table | {"status": raw["license"].map(status)})


def arena(counts: Counts) -> dict[str, pd.DataFrame]:
    table = boards(counts)
    wide = table.pivot(index="date", columns="model", values="score").sort_index()
    compared = broken = 0
    for before, after in itertools.pairwise(wide.index):
        moved = (wide.loc[after] - wide.loc[before]).dropna()
        noise = 1.4826 * (moved - moved.median()).abs().median() * np.sqrt(np.pi / 2) / np.sqrt(len(moved))
        compared += len(moved) >= 5
        broken += len(moved) >= 5 and abs(moved.median()) > 5 * max(noise, 0.5)
    assert not broken, "a board of another kind: that is not reckoned here"
    unknown = table.loc[table["status"] == "unknown", "model"].nunique()
    held = span(table["date"], "D") | {"compared": compared, "breaks": broken, "unknown_models": unknown}
    opened = table[(table["status"] == "open") & (table["region"] != "unknown")]
    best, rows = {}, []
    for date, at in opened.groupby("date"):
        for row in at.sort_values(["score", "model"], ascending=[False, True]).itertuples():
            if row.region not in best or row.score > best[row.region][1]:
                best[row.region] = (row.model, row.score)
        rows += [(date, region, model, score) for region, (model, score) in sorted(best.items())]
    frontier = pd.DataFrame(rows, columns=["date", "region", "model", "score"])
    last = opened[opened["date"] == table["date"].max()]
    last = last.sort_values(["score", "model"], ascending=[False, True]).drop_duplicates("region")
    tops = frontier[frontier["date"] == frontier["date"].max()]
    across = wide.index[wide.index < pd.Timestamp(counts.edition["arena_shift_before"])]
    assert not len(across), "boards before the shift: that is not reckoned here"
    shift = pd.DataFrame([dict.fromkeys(["date", "models", "measured", "noise", "difference", "agrees"])])
    return {
        "arena-boards": pd.DataFrame([held]), "arena-breaks": pd.DataFrame(columns=["date"]), "arena-shift": shift,
        "arena-tops": named(counts, tops), "arena-last": named(counts, last), "fig-arena": frontier,
    } | ahead(counts, frontier)  # fmt: skip


def named(counts: Counts, table: pd.DataFrame) -> pd.DataFrame:
    """With regions as sentences name them, and models as the list writes them."""
    listed = {
        re.sub(r"(?i)^nvidia-|-bf16$", "", model.split("/")[1]).lower(): re.sub(
            r"(?i)^nvidia-|-bf16$", "", model.split("/")[1]
        )
        for model in counts.models.index
    }
    model = table["model"].map(lambda name: listed.get(name.lower(), name))
    return table.assign(model=model, name=table["region"].map(REGIONS | {"other": "Other"}))


def ahead(counts: Counts, frontier: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Who of China and the USA took the lead when, and by how much."""
    rows, leader = [], None
    for date, at in frontier[frontier["region"] != "other"].groupby("date"):
        score = at.set_index("region")["score"]
        top = score.idxmax()
        if leader is None or score[top] > score.get(leader, -np.inf):
            leader = top
            model = at.set_index("region")["model"][top]
            rows.append(
                (date, top, model, score[top], score[top] - score.drop(top).max() if len(score) > 1 else np.nan)
            )
    changes = pd.DataFrame(rows, columns=["date", "region", "model", "score", "margin"])
    turns = changes.iloc[1:]
    end = frontier.drop_duplicates("region", keep="last").set_index("region")["score"]
    lead = {
        "date": frontier["date"].max(), "passed": turns.loc[turns["region"] == "china", "date"].max(),
        "turned": turns["date"].max(), "margin": abs(end["china"] - end["us"]),
        "leader": None if end["china"] == end["us"] else end[["china", "us"]].idxmax(),
    }  # fmt: skip
    return {
        "arena-leads": named(counts, changes), "arena-lead": pd.DataFrame([lead]),
    }  # fmt: skip


# Derivatives --------------------------------------------------------------------------------------------------


@cache
def repositories(day: Path) -> pd.DataFrame:
    """The repositories of a listing that name a base: model, month (made), downloads, bases, tags, words, inside.

    words: of the library, of the name, and of such tags as tell of a format that is a file of its own.
    """
    rows = []
    for row in pd.read_parquet(day / "models.parquet").sort_values("model").itertuples():
        tags = {tag for tag in row.tags if isinstance(tag, str)}
        bases = sorted({tag.rsplit(":", 1)[1] for tag in tags if tag.startswith(BASE) and len(tag) < 500})
        words = {str(row.library_name).lower(), *re.findall("[a-z0-9]+", row.model.split("/")[1].lower())}
        plain = {tag.lower() for tag in tags}
        words |= plain & INSIDE if plain & WEIGHTS else plain
        made = pd.Timestamp(row.created_at).tz_convert(None).to_period("M").to_timestamp()
        rows += [(row.model, made, row.downloads_all_time, bases, plain, words)] if bases else []
    return pd.DataFrame(rows, columns=["model", "month", "downloads", "bases", "tags", "words"])


def counted(
    counts: Counts, threshold: float | None = None, formats: list[str] | None = None
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Each derivative of each organisation that counts: month, base, beside; and what the listing is."""
    day = max(path for path in counts.archive.glob("snapshots/date=*") if (path / "manifest.json").is_file())
    formats, rows = formats or counts.edition["excluded_formats"], []
    threshold = counts.edition["derivative_threshold"] if threshold is None else threshold
    listing = repositories(day)
    for row in listing[listing["downloads"] > threshold].itertuples():
        whose: set[str] = set()
        for base in {} if row.words & set(formats) else sorted(map(counts.now, row.bases)):
            organisation = counts.makers.get(base) if base != row.model else None
            if organisation and organisation not in whose:
                rows.append((row.model, row.month, base, organisation, bool(row.tags & set(formats))))
                whose.add(organisation)
    found = pd.DataFrame(rows, columns=["model", "month", "base", "organisation", "beside"])
    about = {"day": day.name.removeprefix("date="), "whole_hub": True}
    about |= {"repositories": len(counts.snapshots[counts.snapshots["date"] == pd.Timestamp(day.name[5:])])}
    about |= {"counted": len(found), "beside": found["beside"].sum(), "strict": (~found["beside"]).sum()}
    return found, about


def by_month(counts: Counts, rows: pd.DataFrame, by: str, values: list[str], months, models: pd.DataFrame):
    """Derivatives of each value in each month, their share, null where too few are or too little was read."""
    held = rows.groupby(["month", by]).size()
    table = pd.DataFrame([(m, v, held.get((m, v), 0)) for m in months for v in values],
                         columns=["month", by, "derivatives"])  # fmt: skip
    n = table.groupby("month")["derivatives"].transform("sum")
    last = counts.days.read.iloc[[-1]]
    told = counts.told(counts.cover(last, models), "share").all()
    share = (table["derivatives"] / n.where(n > 0)).where((n >= counts.edition["least_n"]) & told)
    return ranked(table.assign(n=n, derivatives_share=share), "derivatives_share")


def derivatives(counts: Counts, eras: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rows, about = counted(counts)
    share = "derivatives_share"
    listing = pd.DataFrame([span(rows["month"], "M") | about])
    ours = rows[rows["base"].isin(counts.compared.index) & (rows["month"] < counts.last)]
    ours = ours.assign(region=ours["base"].map(counts.compared["region"]))
    regions = by_month(counts, ours, "region", sorted(REGIONS), sorted(ours["month"].unique()), counts.compared)
    sums = regions.groupby("month", as_index=False)["derivatives"].sum().assign(region="all")
    own = eras.set_index("region")
    within = (pd.to_datetime(regions["region"].map(own[end])) for end in ("start", "end"))
    during = regions[regions["month"].between(*within)]
    found = {
        "derivative-listing": listing, "derivatives": pd.concat([regions, sums], ignore_index=True),
        "derivative-peaks": peaks(regions, "region", share), "derivative-paces": paces(regions, "region", share),
        "era-derivatives": peaks(during, "region", share), "fig-derivatives": regions,
    }  # fmt: skip
    through = counts.last - pd.DateOffset(months=1)
    rows = rows[rows["month"] <= through]
    months = pd.date_range(rows["month"].min(), through, freq="MS")
    bases = by_month(counts, rows, "organisation", sorted(rows["organisation"].unique()), months, counts.models)
    return found | {"bases": bases} | of_bases(counts, bases)


def of_bases(counts: Counts, bases: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Who leads, peaks, and what a release changed, by the maker of the base."""
    share, last, year = "derivatives_share", bases["month"].max(), pd.DateOffset(years=1)
    known = bases[bases[share] > 0].sort_values([share, "organisation"], ascending=[False, True])
    leaders = known.drop_duplicates("month").set_index("month")["organisation"].sort_index()
    equal = counts.listed("periods", parse_dates=["first"]).set_index("period").at["equilibrium", "first"]
    spans = []
    for name, start in {"year": counts.last - year, "equilibrium": equal}.items():
        whole = len(pd.date_range(start, last, freq="MS"))
        for organisation, own in bases[bases["month"] >= start].groupby("organisation"):
            told = own[share].notna().sum() == whole
            spans.append((name, organisation, start, own[share].min() if told else np.nan,
                          own[share].mean() if told else np.nan))  # fmt: skip
    spans = pd.DataFrame(spans, columns=["span", "organisation", "first", f"lowest_{share}", f"mean_{share}"])
    mean = spans.groupby("span")[f"mean_{share}"]
    spans = spans.assign(rank=mean.rank("min", ascending=False), as_high=mean.rank("max", ascending=False))
    turns, value = [], bases.set_index(["month", "organisation"])[share]
    for family in releases(counts).dropna(subset="released").itertuples():
        month = family.released.to_period("M").to_timestamp()
        for organisation in set(members(counts, "bases")) & set(bases["organisation"]):
            if (month, organisation) in value.index:
                later = value.get((month + year, organisation), np.nan)
                turns.append((family.family, organisation, month, value[month, organisation], later))
    names = ["family", "organisation", "month", share, f"{share}_year_after"]
    named = bases["organisation"].isin(members(counts, "bases"))
    shown = bases.assign(organisation=bases["organisation"].where(named, "Others")).dropna(subset=share)
    shown = shown.groupby(["month", "n", "organisation"], as_index=False)[["derivatives", share]].sum()
    return {
        "base-leaders": led(leaders, "organisation", last), "base-peaks": peaks(bases, "organisation", share),
        "base-spans": spans, "base-turns": pd.DataFrame(turns, columns=names), "releases": releases(counts),
        "fig-derivatives-by-organisation": shown,
    }  # fmt: skip


def releases(counts: Counts) -> pd.DataFrame:
    rows = []
    for family in counts.listed("families").itertuples():
        own = counts.models[counts.models.index.str.match(family.pattern)]
        rows.append((family.family, family.name, own["released"].min(), len(own), own["parameters_b"].max()))
    return pd.DataFrame(rows, columns=["family", "name", "released", "models", "parameters_b"])
