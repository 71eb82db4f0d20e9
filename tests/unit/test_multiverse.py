"""The multiverse: recomputed by plain pandas, and on planted data in which one choice flips one headline."""

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import edition, paths
from helpers.measures import cleaning, counters, coverage, derivatives, entries, multiverse, outliers, sensitivity
from helpers.measures import multiverse_summaries as summaries
from helpers.registry import REGIONS
from helpers.tables.contracts import sensitivity as stored
from helpers.text import show

CHOICES = pd.read_csv(paths.REGISTRY / "multiverse.csv", dtype=str)
RULE = edition.load().outlier_rule.model_dump()
PAIRS = pd.read_csv(paths.REGISTRY / "pairs.csv")
AXES = multiverse.axes(CHOICES, "downloads")
FIRST, END, LAST = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-31"), pd.Timestamp("2025-06-01")
NEEDED = {"models": 0.9, "total": 0.75, "share": 0.55, "rank": 0.55, "crossing": 0.85}
DAYS = pd.date_range(FIRST, LAST - pd.Timedelta(days=1))


def tracked(*rows):
    """Models from (model, organisation, region, released, whether it has a history)."""
    table = pd.DataFrame(rows, columns=["model", "organisation", "region", "released", "history"])
    namespace = table["model"].str.partition("/")[0]
    return table.assign(released=pd.to_datetime(table["released"]), namespace=namespace, bucket="7–9B")


# By plain pandas ----------------------------------------------------------------------------------------------

MODELS = tracked(
    ("Qwen/big", "Qwen", "china", "2023-12-01", True), ("Qwen/new", "Qwen", "china", "2024-11-15", True),
    ("Qwen/big-AWQ", "Qwen", "china", "2024-02-01", True), ("deepseek-ai/r", "DeepSeek", "china", "2024-12-20", True),
    ("meta-llama/l", "Meta", "us", "2023-07-18", True), ("meta-llama/m-FP8", "Meta", "us", "2024-07-01", True),
    ("acme/u", "Acme", "us", "2024-10-01", False), ("mistralai/m", "Mistral", "eu", "2024-01-10", True),
    ("mistralai/n", "Mistral", "eu", None, True),
).assign(bucket=["7–9B", "1–5B", "7–9B", "250B+", "7–9B", "<1B", "1–5B", "7–9B", None])  # fmt: skip


@pytest.fixture(scope="module")
def world():
    """A year of histories with spikes, and snapshots from a week before their end to the last label."""
    chance = np.random.default_rng(5)
    trend = np.outer([900, 700, 150, 600, 1_100, 200, 500, 420, 60], np.linspace(0.6, 1.4, len(DAYS)))
    trend[[1, 3]] *= np.linspace(0.2, 3, len(DAYS))
    new = pd.DataFrame(chance.poisson(trend).T, DAYS, MODELS["model"])
    for model, day in zip(chance.choice(MODELS["model"], 25), chance.choice(380, 25), strict=True):
        new.loc[DAYS[day], model] *= 9
    new = new.where((DAYS.to_numpy()[:, None] >= MODELS["released"].to_numpy()) | MODELS["released"].isna().to_numpy())
    long = new.rename_axis("date").melt(var_name="model", value_name="downloads", ignore_index=False).reset_index()
    long = long.dropna().astype({"downloads": "int64"})
    without = MODELS.loc[~MODELS["history"], "model"]
    history = long[(long["date"] <= END) & ~long["model"].isin(without)].reset_index(drop=True)
    snapshots = long.assign(downloads_all_time=long.groupby("model")["downloads"].cumsum() + 5_000)
    snapshots = snapshots[snapshots["date"] > END - pd.Timedelta(days=7)].drop(columns="downloads")
    snapshots = snapshots.assign(created_at=pd.Timestamp("2023-01-01", tz="UTC"), read_at=pd.NaT)
    counts = counters.snapshot_counts(snapshots.reset_index(drop=True), counters.TAKEN_BACK)
    filtered = outliers.filter_outliers(history, 1.5, 91, RULE)
    daily = cleaning.splice(filtered, counts, END, MODELS["model"])
    lifetime = cleaning.lifetime(counts, history)
    series = multiverse.by_filter(daily, history, counts, END, 1.5)
    found = multiverse.downloads(series, lifetime, MODELS, PAIRS, CHOICES, LAST)
    made = SimpleNamespace(history=history, snapshots=snapshots, filtered=filtered, daily=daily, found=found)
    bases = [*itertools.product(AXES["filter"].index, ["since"]), ("none", "lifetime")]
    made.flows = {both: flows_by_hand(made, *both) for both in bases}
    return made


def own_days(world, model, filtered):
    """A model's history by day, filtered by one fence over the whole of it, or not."""
    if filtered == "rule":  # the rule has tests of its own; here what it gives is taken as it is
        return world.filtered[world.filtered["model"] == model].set_index("date")["downloads"]
    counted = world.history[world.history["model"] == model].set_index("date")["downloads"].astype(float)
    if filtered == "none":
        return counted
    low, high = counted.quantile(0.25), counted.quantile(0.75)
    fence = high + 1.5 * (high - low)
    if filtered == "clip":
        return counted.where(counted <= fence, np.floor(fence))
    kept = counted.where(counted <= fence)
    return np.floor(kept.interpolate(limit_direction="both") + 1e-9)


def flows_by_hand(world, filtered, basis):
    """What each model gained on each day, and what it brought, under a filter and a basis."""
    gained, brought = {}, {}
    for row in MODELS.itertuples():
        counted = world.snapshots[world.snapshots["model"] == row.model].set_index("date")["downloads_all_time"]
        if basis == "lifetime":
            days = own_days(world, row.model, "none") if row.history else counted.iloc[:0]
            before = days[days.index < counted.index[0]]
            start = counted.iloc[0] - days[days.index <= counted.index[0]].sum()
            total = pd.concat([start + before.cumsum(), counted])
            gained[row.model], brought[row.model] = total.diff().iloc[1:], total.iloc[:1]
        elif row.history:
            gained[row.model] = pd.concat([own_days(world, row.model, filtered), counted.diff()[counted.index > END]])
        else:
            gained[row.model], brought[row.model] = counted.diff().iloc[1:], counted.iloc[:1]
    there = pd.DataFrame({m: pd.concat([gained[m], brought.get(m, gained[m].iloc[:0])]) for m in gained}).reindex(DAYS)
    came = pd.DataFrame(brought, columns=MODELS["model"]).reindex(DAYS).fillna(0)
    return pd.DataFrame(gained).reindex(DAYS).fillna(0), came, there.notna().cummax()


def by_hand(world, u):
    """Downloads of each model through each day in one universe; whether it is there yet; the models that count."""
    new, came, there = world.flows[u["filter"], u["basis"]]
    kept = MODELS
    if u["coverage"] == "history":
        kept = kept[kept["organisation"].isin(kept.loc[kept["history"], "organisation"])]
    if u["reuploads"] == "out":
        kept = kept[~kept["model"].str.contains("AWQ|FP8")]
    new = new + came if u["entry"] == "in" and u["window"] != "month" else new.copy()
    if u["window"] == "year":
        for row in MODELS.itertuples():
            new.loc[~((DAYS - row.released).days <= 365), row.model] = 0  # of unknown release: no day
    total = new.cumsum()
    world.came = (new - world.flows[u["filter"], u["basis"]][0].where(new != 0, 0)) * (u["window"] != "month")
    return (total - total.shift(30).fillna(0) if u["window"] == "month" else total), there, kept


def value_by_hand(world, u):
    """What the headlines are in one universe: value or day."""
    total, there, kept = by_hand(world, u)
    size = world.daily[world.daily["date"] == DAYS[-1]].set_index("model")["downloads_cumulative"]

    def of(column, name):
        members = kept.loc[kept[column] == name, "model"]
        if u["largest"] == "without" and len(members):
            members = members[members != size[members].idxmax()]
        return total[list(members)].sum(axis=1), there[list(members)].any(axis=1), world.came[list(members)].sum(axis=1)

    regions = {name: of("region", name) for name in REGIONS}
    ends = {name: series.iloc[-1] if held.iloc[-1] else np.nan for name, (series, held, _) in regions.items()}
    year = LAST - pd.DateOffset(years=1) - pd.Timedelta(days=1)
    makers = {name: of("organisation", name) for name in ("Qwen", "Meta", "DeepSeek", "Mistral")}

    def passed(one, other):
        both = one[1] & other[1]
        lead, came = ((one[at] - other[at])[both] for at in (0, 2))
        made = lead.index[(lead * lead.shift() < 0) & ((lead - came) * lead < 0)]
        ahead = np.sign(lead[made.max() :] if len(made) else lead).replace(0, np.nan).ffill()
        turned = ahead[(ahead > 0) & (ahead.shift() < 0)].index
        return turned.max() if len(turned) else None

    qwen = makers["Qwen"][0].iloc[-1] if makers["Qwen"][1].iloc[-1] else np.nan
    values = {
        "lead": ends["china"] / ends["us"] if ends["us"] > 0 else np.nan,
        "china-share": ends["china"] / np.nansum(list(ends.values())),
        "qwen-share": qwen / ends["china"] if ends["china"] > 0 else np.nan,
        "china-us": passed(regions["china"], regions["us"]),
        "qwen-meta": passed(makers["Qwen"], makers["Meta"]),
        "deepseek-mistral": passed(makers["DeepSeek"], makers["Mistral"]),
    }
    for headline, name in (("growth", "china"), ("growth-us", "us"), ("growth-eu", "eu")):
        before = regions[name][0][year]
        values[headline] = ends[name] / before if before > 0 else np.nan
    return values


CORNERS = [dict(zip(AXES, options, strict=True))
           for options in itertools.product(*([axis.index[0], axis.index[-1]] for axis in AXES.values()))]  # fmt: skip
CORNERS += [u | {"filter": name} for u in CORNERS[::8] for name in ("none", "plain")]
CORNERS += [u | {"window": "month", "entry": "in"} for u in CORNERS[::8]]


def test_the_stored_universes_have_the_axes_that_are_listed():
    assert tuple(AXES) == stored.AXES


def test_the_corners_come_out_of_plain_pandas(world):
    found = world.found.set_index([*AXES, "headline"]).sort_index()
    held = set(world.found[[*AXES]].itertuples(index=False, name=None))
    looked = [u for u in CORNERS if tuple(u.values()) in held]
    assert len(looked) > 80
    for u in looked:
        rows = found.loc[tuple(u.values())]
        for headline, value in value_by_hand(world, u).items():
            ours = rows.loc[headline]
            if isinstance(value, float):
                assert ours["value"] == pytest.approx(value, nan_ok=True), (u, headline)
            else:
                assert (ours["date"] if value is not None else None) == value, (u, headline)
                assert value is not None or pd.isna(ours["date"])


def test_the_edition_is_one_universe_and_says_what_the_table_of_choices_says(world):
    weighed, nothing = coverage.weighed(MODELS, world.daily), dict.fromkeys(NEEDED, 0)
    own = sensitivity.headlines(world.daily, weighed, LAST, PAIRS, nothing).set_index("headline")
    one = summaries.one_by_one(world.found, CHOICES)
    first = one.drop_duplicates(["headline"])  # the edition's own goes before its variations
    assert (first["choice"] == sensitivity.EDITION).all()
    edition = one[one["choice"] == sensitivity.EDITION].set_index("headline")
    asked = ["lead", "china-us", "qwen-meta", "deepseek-mistral", "bucket"]
    assert edition.loc[asked, "reading"].tolist() == own.loc[asked, "reading"].tolist()
    without = sensitivity.headlines(entries.without(world.daily), weighed, LAST, PAIRS, nothing).set_index("headline")
    out = one[one["choice"] == "entry/out"].set_index("headline")
    assert out.loc["china-us", "date"] == without.loc["china-us", "date"]


@pytest.mark.parametrize(
    ("lead", "brought", "day", "reading"),
    [
        ([-5, -4, 10, 11], [0, 0, 13, 0], None, None),  # it leads since nobody knows when
        ([5, 4, 10, 11], [0, 0, 13, 0], None, sensitivity.ALWAYS),
        ([-5, -4, 10, -1, 2], [0, 0, 13, 0, 0], 4, "2024-01"),
        ([-1, 10, 11], [0, 3, 0], 1, "2024-01"),  # it would have passed without
        ([-1, 10, 11], [0, 9, 0], 1, "2024-01"),
        ([-1, 10, 11], [0, 10, 0], None, None),  # level without
        ([-1, 0, 10], [0, 0, 10], None, None),
        ([-1, 1, -8, -7, -6], [0, 0, -9, 0, 0], None, sensitivity.NEVER),  # the earlier crossing was of others
    ],
)
def test_a_lead_that_entering_models_alone_change_is_no_crossing(lead, brought, day, reading):
    days = DAYS[: len(lead)].to_numpy().astype("datetime64[D]")
    found = multiverse._passed(np.array(lead), np.array(brought), days)
    assert found == (None, None if day is None else DAYS[day], reading)


def test_half_is_not_the_most():
    assert [multiverse._half(part, 4) for part in (2, 3)] == [(0.5, None, "less"), (0.75, None, "most")]


def test_what_makes_no_difference_is_crossed_once(world):
    universes = world.found[[*AXES]].drop_duplicates()
    assert (universes.loc[universes["basis"] == "lifetime", ["filter", "entry"]] == ["none", "in"]).all(axis=None)
    assert set(universes.loc[universes["window"] == "month", "entry"]) == {"in"}
    assert len(universes) == (4 * (2 + 2 + 1) + 3) * 8


def test_the_curve_has_every_universe_in_order_and_names_the_editions(world):
    curve = summaries.curve(world.found, CHOICES)
    assert curve["value"].is_monotonic_increasing
    assert curve["place"].tolist() == list(range(1, len(curve) + 1))
    holes = world.found.assign(date=[None if row % 3 else day for row, day in enumerate(world.found["date"])])
    assert summaries.curve(holes, CHOICES)["date"].dtype.kind == "M"  # what an axis of dates can draw
    assert curve.loc[curve["edition"], [*AXES]].to_numpy().tolist() == [[axis.index[0] for axis in AXES.values()]]


def test_with_and_without_the_decisive_option_a_headline_holds_in_the_parts_that_are_told(world):
    named = {label: key for key, label in summaries.keys(CHOICES).items()}
    table = summaries.summary(world.found, CHOICES).dropna(subset="decisive")
    for row in table.itertuples():
        axis, option = named[row.decisive].split("/")
        known = world.found[(world.found["headline"] == row.headline) & world.found["reading"].notna()]
        holds = (known["reading"] == row.reading).groupby(known[axis] == option).mean()
        assert (row.with_it, row.without_it) == pytest.approx((holds[True], holds[False]))
    assert table["with_it"].between(0, 1, inclusive="neither").any()


# One choice, one headline -------------------------------------------------------------------------------------


def steady(rates):
    """clean/daily and clean/lifetime of models with so many downloads each day: a number, or one for each day."""
    new = pd.DataFrame({model: np.broadcast_to(rate, len(DAYS)) for model, rate in rates.items()}, index=DAYS)
    long = new.rename_axis("date").melt(var_name="model", value_name="downloads", ignore_index=False).reset_index()
    long["downloads_cumulative"] = long.groupby("model")["downloads"].cumsum()
    return long.astype({"downloads": float, "downloads_cumulative": float})


OLD = ("2024-01-01", True)
PLANTED = tracked(
    ("Qwen/a-FP8", "Qwen", "china", *OLD), ("Qwen/b-FP8", "Qwen", "china", *OLD), ("Qwen/c", "Qwen", "china", *OLD),
    ("Qwen/d", "Qwen", "china", *OLD), ("meta-llama/x", "Meta", "us", *OLD), ("meta-llama/y", "Meta", "us", *OLD),
    ("mistralai/z", "Mistral", "eu", *OLD), ("mistralai/w", "Mistral", "eu", *OLD),
)  # fmt: skip
EVEN = {"Qwen/a-FP8": 100, "Qwen/b-FP8": 100, "Qwen/c": 30, "Qwen/d": 30, "meta-llama/x": 110, "meta-llama/y": 110,
        "mistralai/z": 150, "mistralai/w": 150}  # fmt: skip
FADED = np.where(LAST - pd.Timedelta(days=60) <= DAYS, 20, 140)
GROWN = 50 + 0.4 * np.arange(len(DAYS))
FADING = EVEN | {"Qwen/a-FP8": 10, "Qwen/b-FP8": 10, "Qwen/c": FADED, "Qwen/d": FADED, "mistralai/z": GROWN,
                 "mistralai/w": GROWN}  # fmt: skip


@pytest.mark.parametrize(
    ("rates", "option", "label"),
    [
        (EVEN, ("reuploads", "out"), "Official re-uploads out"),
        (FADING, ("window", "month"), "Downloads of thirty days"),
    ],
)
def test_one_choice_flips_who_leads_and_no_other_headline_and_is_named(rates, option, label):
    daily = steady(rates)
    found = multiverse.downloads({"rule": daily, "none": daily}, daily, PLANTED, PAIRS, CHOICES, LAST)
    table = summaries.summary(found, CHOICES).set_index("headline")
    axis, name = option
    universes = len(found[[*AXES]].drop_duplicates())
    flipped = len(found.loc[found[axis] == name, [*AXES]].drop_duplicates())
    readings = {"lead": "china", "china-us": "always", "qwen-meta": "always"}  # who is ahead all along passes nobody
    for headline, reading in readings.items():
        lead = table.loc[headline]
        assert (lead["reading"], lead["universes"], lead["holds"]) == (reading, universes, universes - flipped)
        assert (lead["decisive"], lead["with_it"], lead["without_it"]) == (label, 0, 1)
    rest = table.drop(index=list(readings)).dropna(subset="universes")
    assert len(rest) == 4
    assert (rest["holds"] == rest["universes"]).all()
    assert rest["decisive"].isna().all()
    one = summaries.one_by_one(found, CHOICES)
    flips = one.loc[one["flips"], ["choice", "headline"]].to_numpy().tolist()
    assert flips == [["/".join(option), headline] for headline in readings]


@pytest.mark.parametrize("unknown", [True, False], ids=["of the choice", "of the edition"])
def test_what_is_unknown_does_not_flip(unknown):
    daily = steady(EVEN)
    found = multiverse.downloads({"rule": daily, "none": daily}, daily, PLANTED, PAIRS, CHOICES, LAST)
    assert summaries.one_by_one(found, CHOICES)["flips"].any()
    found["reading"] = found["reading"].mask((found["reuploads"] == "out") == unknown, None)
    one = summaries.one_by_one(found, CHOICES)
    assert one["reading"].notna().any()
    assert not one["flips"].any()


def test_without_a_group_its_headlines_are_unknown_and_count_nowhere():
    models = PLANTED[PLANTED["region"] != "us"].reset_index(drop=True)
    daily = steady({model: EVEN[model] for model in models["model"]})
    table = summaries.summary(
        multiverse.downloads({"rule": daily}, daily, models, PAIRS, CHOICES, LAST), CHOICES
    ).set_index("headline")
    assert table.loc[["lead", "china-us", "growth", "growth-eu"], ["universes", "holds"]].isna().all(axis=None)
    assert table.loc[["lead", "china-us"], "reading"].isna().all()
    assert table.loc["bucket", "holds"] == table.loc["bucket", "universes"] > 0


def told(daily, models):
    """The headlines that are left of a multiverse where so much was read."""
    found = multiverse.downloads({"rule": daily}, daily, models, PAIRS, CHOICES, LAST)
    weighed = coverage.weighed(models, daily)
    own = sensitivity.headlines(daily, weighed, LAST, PAIRS, NEEDED)
    left = multiverse.carried(found, own, daily, weighed, LAST, NEEDED)
    return set(left.loc[left[["value", "date", "reading"]].notna().any(axis=1), "headline"])


def test_what_the_edition_does_not_carry_is_in_no_universe():
    daily = steady(EVEN).assign(flag="observed")
    every = {"lead", "china-us", "china-share", "growth", "growth-us", "growth-eu", "qwen-share", "qwen-meta", "bucket"}
    assert told(daily, PLANTED) == every
    unread = daily[~daily["model"].isin(["mistralai/z", "mistralai/w"])]
    assert told(unread, PLANTED) == every - {"china-share", "growth", "growth-us", "growth-eu", "bucket"}
    late = daily[~daily["model"].isin(["meta-llama/x"]) | (daily["date"] > "2024-09-01")]
    # Who is ahead at the end may not have been before the others were read.
    assert told(late, PLANTED) == every - {"growth", "growth-us", "growth-eu", "china-us", "qwen-meta"}
    half = daily[~daily["model"].isin(["meta-llama/x"])]
    assert not told(half, PLANTED) & {"lead", "china-us", "qwen-meta", "china-share", "growth"}


def test_repositories_are_old_enough_by_the_day_of_the_listing_whatever_rows_it_has():
    columns = ["headline", "threshold", "formats", "makers", "value"]
    same = {}
    for listed in (LISTED, "2025-09-15"):
        found = multiverse.new_derivatives(DERIVED, listed, PLANTED, CHOICES, 5, LAST, 1)
        parts = (found.loc[found["age"] == age, columns].reset_index(drop=True) for age in ("any", "fixed"))
        same[listed] = next(parts).equals(next(parts))
    assert same == {LISTED: False, "2025-09-15": True}


def test_shares_of_too_few_derivatives_are_not_told():
    found = multiverse.new_derivatives(DERIVED, LISTED, PLANTED, CHOICES, 5, LAST, 100)
    assert found[["value", "reading"]].isna().all(axis=None)


# Derivatives --------------------------------------------------------------------------------------------------


def repositories(*rows):
    """signals/derivatives from (model, base, organisation, downloads, format, reason, month)."""
    names = ["model", "base", "organisation", "downloads_all_time", "format", "reason", "month"]
    table = pd.DataFrame(rows, columns=names).astype({"downloads_all_time": "Int64"})
    return table.assign(month=pd.to_datetime(table["month"]))


DERIVED = repositories(
    ("u/1", "Qwen/c", "Qwen", 9, None, None, "2025-05-01"), ("u/2", "Qwen/c", "Qwen", 60, None, None, "2025-05-01"),
    ("Qwen/own", "Qwen/c", "Qwen", 70, None, None, "2025-05-01"),
    ("u/few", "meta-llama/x", "Meta", 3, None, "too-few-downloads", "2025-05-01"),
    ("u/awq", "meta-llama/x", "Meta", 80, "awq", "reupload", "2025-05-01"),
    ("u/gguf", "meta-llama/x", "Meta", 80, "gguf", "reupload", "2025-05-01"),
    ("u/3", "meta-llama/x", "Meta", 90, None, None, "2025-05-01"),
    ("u/old", "meta-llama/x", "Meta", 90, None, None, "2025-02-01"),
    ("u/now", "Qwen/c", "Qwen", 9, None, None, "2025-06-01"),
    ("u/awq-unknown", "meta-llama/x", "Meta", None, "awq", "reupload", "2025-05-01"),
    ("u/other", "meta-llama/x", "Meta", 90, None, "own-base", "2025-05-01"),  # left out in every universe
)  # fmt: skip
LISTED = "2025-06-30"
SHARES = {
    "edition": 3 / 4, "threshold/none": 3 / 5, "threshold/fifty": 2 / 3, "makers/out": 2 / 3, "age/fixed": 0,
    "formats/kept": 3 / 5,
}  # fmt: skip


@pytest.mark.parametrize("choice", SHARES)
def test_each_rule_on_derivatives_counts_what_it_says(choice):
    found = multiverse.new_derivatives(DERIVED, LISTED, PLANTED, CHOICES, 5, LAST, 1)
    one = summaries.one_by_one(found, CHOICES).set_index(["choice", "headline"])
    assert one.loc[(choice, "qwen-derivatives"), "value"] == pytest.approx(SHARES[choice])
    assert one.loc[(choice, "china-derivatives"), "value"] == pytest.approx(SHARES[choice])
    assert one.loc[(choice, "qwen-derivatives"), "flips"] == (choice == "age/fixed")


def test_no_universe_is_told_twice():
    found = multiverse.new_derivatives(DERIVED, LISTED, PLANTED, CHOICES, 5, LAST, 1)
    names = list(multiverse.axes(CHOICES, "derivatives"))
    assert not found.duplicated([*names, "headline"]).any()
    assert len(found) == 2 * 3 * 2 * 2 * 2


def listing(downloads):
    """One derivative of each maker's model, and one of both."""
    tags = [["base_model:Qwen/c"], ["base_model:meta-llama/x"], ["base_model:Qwen/c", "base_model:meta-llama/x"]]
    created = pd.Series(pd.to_datetime(["2025-05-03"] * 3, utc=True))
    return pd.DataFrame(
        {"model": ["u/one", "u/two", "u/three"], "created_at": created, "downloads_all_time": downloads, "tags": tags,
         "library_name": None}
    )  # fmt: skip


@settings(max_examples=25)
@given(
    downloads=st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=3, max_size=3),
    option=st.sampled_from([("threshold/none", 0), ("threshold/fifty", 50), ("edition", 5)]),
    classified_at=st.sampled_from([0, 5, 50]),
)
def test_another_threshold_counts_what_classifying_anew_would(downloads, option, classified_at):
    choice, threshold = option
    table = listing(downloads)
    stored = derivatives.classify(table, PLANTED, classified_at, [])
    counted = derivatives.counted(derivatives.classify(table, PLANTED, threshold, []))
    one = summaries.one_by_one(multiverse.new_derivatives(stored, LISTED, PLANTED, CHOICES, 5, LAST, 1), CHOICES)
    found = one.set_index(["choice", "headline"]).loc[(choice, "qwen-derivatives")]
    if len(counted):
        assert found["value"] == pytest.approx((counted["organisation"] == "Qwen").mean())
    else:
        assert found[["value", "reading"]].isna().all()


def test_data_that_begin_after_the_last_label_tell_nothing():
    later = steady(EVEN).query("date > '2025-01-15'")
    found = multiverse.downloads({"rule": later}, later, PLANTED, PAIRS, CHOICES, "2025-01-15")
    assert len(found) and found[["date", "reading"]].isna().all(axis=None)


def test_where_nothing_is_carried_tables_are_empty_and_whole():
    none = multiverse.downloads({"rule": steady(EVEN)}, steady(EVEN), PLANTED, PAIRS, CHOICES, LAST).iloc[:0]
    assert list(summaries.curve(none, CHOICES).columns) == ["place", "value", "date", "edition", *AXES]
    one = summaries.one_by_one(none, CHOICES)
    table = summaries.summary(none, CHOICES)
    assert one.empty and table.drop(columns="headline").isna().all(axis=None)
    assert "qwen-derivatives" in set(table["headline"])
    shown = show.crossed(one, "year-over-year", "choice", "headline", ["value"], "flips")
    assert shown.empty
    derived = multiverse.new_derivatives(DERIVED, LISTED, PLANTED, CHOICES, 5, LAST, 1)
    assert summaries.curve(derived, CHOICES).empty
