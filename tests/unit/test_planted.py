"""Rules for outliers against truth that was planted, simpler rules by hand, and what models bring along on entering."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import edition
from helpers.measures import entries, fences, planted

RULE = edition.load().outlier_rule.model_dump()


def history(values, model="acme/m"):
    dates = pd.date_range("2025-01-01", periods=len(values))
    return pd.DataFrame({"date": dates, "model": model, "downloads": values}).dropna()


def kept(values, clip=False):
    return fences.plain(history(values), clip)["downloads"].tolist()


# One fence ----------------------------------------------------------------------------------------------------


def test_a_day_above_the_fence_of_the_series_becomes_the_line_or_the_fence():
    # quartiles of 10, 12, 14, 16, 100 are 12 and 16: the fence is 16 + 1.5 × 4
    assert kept([10, 12, 100, 16, 14]) == [10, 12, 14, 16, 14]
    assert kept([10, 12, 100, 16, 14], clip=True) == [10, 12, 22, 16, 14]
    found = fences.plain(history([10, 12, 100, 16, 14]))
    assert found["flag"].tolist() == ["observed", "observed", "filtered", "observed", "observed"]
    assert found["downloads_raw"].tolist() == [10, 12, 100, 16, 14]
    assert found["downloads"].tolist() == [10, 12, 14, 16, 14]  # the line, where nothing is said


def test_days_before_the_first_download_do_not_count_and_absent_days_are_filled():
    assert kept([0, 0, 0, 0, 10, 12, 100, 16, 14]) == [0, 0, 0, 0, 10, 12, 14, 16, 14]
    assert kept([0] * 8 + [10, 12, 30, 16, 14]) == [0] * 8 + [10, 12, 14, 16, 14]
    assert kept([10, 12, None, 14, 16], clip=True) == [10, 12, 13, 14, 16]


def test_the_first_day_that_counts_is_one_of_a_single_download():
    # the quartiles are 1 and 9, so that the fence is 21; without the days of one download it would be 9
    assert kept([0, 1, 1, 1, 1, 9, 9, 9, 9, 12]) == [0, 1, 1, 1, 1, 9, 9, 9, 9, 12]


def test_no_day_is_made_before_a_series_or_after_it():
    early, late = history([10, None, 14, None, None], "acme/a"), history([None, None, 5, None, 7], "acme/b")
    found = fences.plain(pd.concat([early, late]))
    days = found.assign(day=found["date"].dt.day).groupby("model")["day"].agg(list)
    assert days.to_dict() == {"acme/a": [1, 2, 3], "acme/b": [3, 4, 5]}
    assert found["flag"].tolist() == ["observed", "interpolated", "observed"] * 2
    assert found["downloads"].tolist() == [10, 12, 14, 5, 6, 7]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=40), st.booleans())
def test_nothing_is_ever_added_and_nothing_below_the_fence_is_touched(values, clip):
    found = fences.plain(history(values), clip)
    touched = found["flag"] == "filtered"
    assert (found.loc[~touched, "downloads"] == found.loc[~touched, "downloads_raw"]).all()
    assert (found.loc[touched, "downloads"] < found.loc[touched, "downloads_raw"]).all()


# Planted truth ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def series():
    return planted.series(1)


def test_series_hang_on_the_seed_alone(series):
    pd.testing.assert_frame_equal(series.head(2_000), planted.series(1).head(2_000))
    assert not series["downloads"].head(2_000).equals(planted.series(2)["downloads"].head(2_000))


def test_what_is_planted_is_as_large_as_it_is_called(series):
    inside = series[series["inside"]]
    times = inside["downloads"].groupby([inside["kind"], inside["size"]]).mean()
    usual = series.loc[series["kind"] == "after", "downloads_true"].mean()
    for kind in ("plateau", "step", "spike", "weeks", "after", "rhythm"):
        for size in planted.SIZES:
            assert times[kind, size] / usual == pytest.approx(size, rel=0.25), (kind, size)
    spurious = series["kind"].isin(planted.SPURIOUS)
    assert (series.loc[~spurious, "downloads"] == series.loc[~spurious, "downloads_true"]).all()
    outside = series[spurious & ~series["inside"]]
    assert (outside["downloads"] == outside["downloads_true"]).all()


SPANS = {
    "launch": (60, 80), "release": (0, 20), "fade": (60, 240), "plateau": (350, 400), "step": (200, 400),
    "holiday": (150, 178), "spike": (200, 201), "weeks": (200, 221), "late": (350, 370), "after": (370, 371),
}  # fmt: skip
"""Kind → the first day on which it happens, and the first after it."""


def test_each_kind_happens_on_its_days_in_a_dozen_series_of_each_size(series):
    day = (series["date"] - series["date"].min()).dt.days
    assert sorted(series["size"].unique()) == [2, 3, 4, 6, 8, 12, 16]
    assert series.groupby(["kind", "size"])["model"].nunique().eq(12).all()
    assert series.groupby("model").size().eq(400).all()
    for kind, (start, stop) in SPANS.items():
        here = series["kind"] == kind
        assert (series.loc[here, "inside"] == day[here].between(start, stop - 1)).all(), kind
    busy = series["kind"] == "rhythm"
    assert (series.loc[busy, "inside"] == (day[busy] % 7 == 2)).all()
    assert set(series["kind"]) == {*SPANS, "rhythm"}


def test_usual_days_have_their_level_rhythm_and_noise_and_what_happens_its_shape(series):
    usual = series[series["kind"] == "after"]
    weekend = usual["date"].dt.day_of_week >= 5
    level = np.log(usual["downloads_true"]).groupby(weekend).mean()
    assert np.exp(level[False]) == pytest.approx(2_000, rel=0.01)
    assert np.exp(level[True] - level[False]) == pytest.approx(0.8, rel=0.01)
    assert np.log(usual["downloads_true"])[~weekend].std() == pytest.approx(0.15, rel=0.03)
    day = (series["date"] - series["date"].min()).dt.days
    weekday = series["date"].dt.day_of_week < 5
    times = (
        np.exp(np.log(series["downloads"].where(weekday)).groupby([series["kind"], series["size"], day]).mean()) / 2_000
    )
    for kind, at, wanted in (
        ("launch", 60, 16), ("launch", 65, 1 + 15 / np.e), ("launch", 70, 1 + 15 / np.e**2), ("launch", 81, 1),
        ("release", 0, 16), ("release", 10, 1 + 15 / np.e**2), ("fade", 60, 16), ("fade", 120, 1 + 15 / np.e),
        ("fade", 242, 1), ("holiday", 150, 1 / 16), ("holiday", 162, 1 / 16), ("holiday", 164, 1), ("step", 199, 1),
        ("step", 200, 16), ("plateau", 350, 16), ("rhythm", 2, 16), ("rhythm", 3, 1),
    ):  # fmt: skip
        assert times[kind, 16, at] == pytest.approx(wanted, rel=0.15), (kind, at)


def error(series, rule):
    return planted.errors(series, {"rule": rule}).set_index(["kind", "size"])["share"]


def test_a_rule_that_does_nothing_leaves_all_and_takes_nothing(series):
    found = error(series, lambda past: past)
    for kind in planted.GENUINE:
        assert (found[kind] == 0).all()
    for kind in planted.SPURIOUS:
        assert (found[kind] == 1).all()


def test_a_rule_that_takes_all_takes_what_is_genuine_and_leaves_what_comes_after_the_splice(series):
    found = error(series, lambda past: past.assign(downloads=0))
    for kind in planted.GENUINE:
        assert found[kind].tolist() == [1] * len(planted.SIZES)
    assert (found["spike"] == 0).all() and (found["weeks"] == 0).all()
    assert (found["after"] == 1).all()


def test_a_rule_that_halves_days_takes_a_half(series):
    found = error(series, lambda past: past.assign(downloads=past["downloads"] / 2))
    assert found["step"].to_numpy() == pytest.approx(0.5)
    # of a day of size s, s / 2 remain, and one of these is usual: (s / 2 - 1) of (s - 1)
    sizes = np.array(planted.SIZES)
    assert found["spike"].to_numpy() == pytest.approx((sizes / 2 - 1) / (sizes - 1), abs=0.05)


def test_our_rule_keeps_steps_and_slow_fades_and_finds_what_stands_out(series):
    rules = planted.rules(1.5, 91, RULE)
    found = planted.errors(series, rules).set_index(["rule", "kind", "size"])["share"].sort_index()
    assert set(rules) == {"window", "plain", "clip"}
    assert found["window", "fade"].max() < 0.01 < found["plain", "fade"].min()
    assert found["window", "step"].max() < 0.01
    assert found["window", "spike"].loc[4:].max() < 0.05
    assert found["window", "launch"].max() < 0.1 and found["window", "release"].max() < 0.25
    assert found["window", "plateau"].max() < 0.01 and found["window", "rhythm"].max() < 0.01
    assert found["window", "late"].min() > 0.98  # and so the report must say it
    blind = planted.errors(series, planted.rules(1.5, 91, RULE | {"return_days": 0, "same_weekdays": 0}))
    blind = blind.set_index(["rule", "kind", "size"])["share"].sort_index()
    assert blind["window", "launch", 16] > 0.4 and blind["window", "plateau", 8] > 0.85
    assert blind["window", "rhythm", 8] > 0.8 and blind["window", "late", 8] < 0.6
    assert (
        planted.errors(series, planted.rules(None, 91, RULE)).query("rule == 'window' and genuine")["share"] == 0
    ).all()


# What models bring along --------------------------------------------------------------------------------------


def test_what_a_model_brings_is_what_no_day_claims():
    days = pd.to_datetime(["2025-07-03", "2025-07-04"] * 3 + ["2025-07-04"])
    models = ["a/old", "a/old", "b/new", "b/new", "c/new", "c/new", "d/late"]
    daily = pd.DataFrame(
        {"date": days, "model": models, "downloads": [5, 5, None, 7, None, 1, None],
         "downloads_cumulative": [105, 110, 1_000, 1_007, 50, 51, 900]}
    )  # fmt: skip
    about = pd.DataFrame({"model": ["a/old", "b/new", "c/new", "d/late"], "region": ["us", "us", "eu", "eu"]})
    assert entries.without(daily)["downloads_cumulative"].tolist() == [105, 110, 0, 7, 0, 1, 0]
    found = entries.step(daily, about, "region")
    assert found.to_dict("records") == [
        {"region": "eu", "date": pd.Timestamp("2025-07-03"), "models": 1, "brought": 50},
        {"region": "us", "date": pd.Timestamp("2025-07-03"), "models": 1, "brought": 1_000},
    ]  # fmt: skip
    assert entries.step(daily.iloc[:2], about, "region").empty


def test_what_is_not_read_any_more_brings_nothing():
    days = pd.to_datetime(["2025-07-03", "2025-07-04", "2025-07-05"])
    daily = pd.DataFrame({"date": days, "model": "a/old", "downloads": [5, None, None], "downloads_cumulative": 105})
    about = pd.DataFrame({"model": ["a/old"], "region": ["us"]})
    assert entries.step(daily, about, "region").empty
    assert entries.without(daily)["downloads_cumulative"].tolist() == [105] * 3
