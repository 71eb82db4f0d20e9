"""Cleaning against planted truth: what was planted is found, and nothing else is touched."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import edition, registry
from helpers.archive import store
from helpers.measures import adoption, cleaning, counters, flags, grid, outliers
from helpers.tables import contracts
from tests.conftest import SHARED

REAL = SHARED / "real" / "hf_alltime_downloads_gemas_9dates.csv"
PAPER = edition.load()
RULE = PAPER.outlier_rule.model_dump()
FILTER = {"multiplier": PAPER.iqr_multiplier, "window_days": PAPER.iqr_window_days, "rule": RULE}
DAILY = ["date", "model", "downloads", "downloads_cumulative", "flag"]
START, DAYS = pd.Timestamp("2023-11-01"), 618  # of the history, as in the paper


def long(values, start, **names):
    """A long table from model → values by day; None is a day without a row."""
    column = names.get("column", "downloads")
    dates = pd.date_range(start, periods=max(map(len, values.values())), unit="us")
    parts = [pd.DataFrame({"date": dates[: len(v)], "model": m, column: v}).dropna() for m, v in values.items()]
    return pd.concat(parts, ignore_index=True).astype({column: "int64"})


def snapshots(values, start="2025-07-03", created=None):
    """Snapshots from model → all-time count by day."""
    found = long(values, start, column="downloads_all_time")
    created_at = pd.to_datetime(found["model"].map(created or {}), utc=True, format="ISO8601")
    return found.assign(created_at=created_at, read_at=pd.NaT)


def row(table, model, date):
    found = table[(table["model"] == model) & (table["date"] == pd.Timestamp(date))]
    assert len(found) == 1
    return found.iloc[0]


def of(table, model, column):
    return table.loc[table["model"] == model, column].tolist()


# Outliers against planted spikes ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted():
    """A history of 90 models (launches, growth, decline, weekday rhythm, noise) and the spikes planted in half of it.

    Spikes last one to five days and come to 4 to 40 times a usual day, also on the first and last days.
    """
    chance = np.random.default_rng(20260301)
    days = np.arange(DAYS)
    rhythm = np.where((START.day_of_week + days) % 7 >= 5, 0.7, 1.0)
    series, spikes = {}, []
    for number in range(90):
        level, age = 10 ** chance.uniform(2, 5.5), np.arange(DAYS - (number % 4) * 120)
        growth = np.exp(chance.uniform(-0.001, 0.004) * age) * (1 + 2 * np.exp(-age / 30))
        clean = level * growth * rhythm[-age.size :] * chance.uniform(0.88, 1.12, age.size)
        series[f"acme/model-{number:02d}"] = values = clean.round()
        if number % 2:
            edges = {1: 0, 3: age.size - 1}.get(number % 8)
            first = edges if edges is not None else int(chance.integers(5, age.size - 10))
            at = np.arange(first, min(first + 1 + number % 5, age.size))
            usual = np.median(values[max(first - 45, 0) : first + 46])
            values[at] += np.round(chance.uniform(4, 40, at.size) * max(usual, 100))
            spikes += [
                (f"acme/model-{number:02d}", START + pd.Timedelta(days=int(DAYS - age.size + day))) for day in at
            ]
    padded = {model: [None] * (DAYS - len(values)) + list(values) for model, values in series.items()}
    return long(padded, START), pd.DataFrame(spikes, columns=["model", "date"])


def test_planted_spikes_are_found_and_models_without_are_unchanged_to_the_bit(planted, capsys):
    history, spikes = planted
    found = outliers.filter_outliers(history, **FILTER)
    removed = found.loc[found["flag"] == "filtered", ["model", "date"]]
    hits = len(removed.merge(spikes, on=["model", "date"]))
    seen = spikes[spikes["date"] <= history["date"].max() - pd.Timedelta(days=RULE["return_days"])]
    recall, precision = hits / len(seen), hits / len(removed)
    untouched = ~history["model"].isin(removed["model"])
    with capsys.disabled():
        print(
            f"\n  spikes: {len(spikes)} days planted in {spikes['model'].nunique()} of 90 models; recall {recall:.3f}, "
            f"precision {precision:.3f}; {history.loc[untouched, 'model'].nunique()} models identical"
        )
    assert recall > 0.95  # three days in the first of one launch, which fades after them
    assert precision > 0.95
    assert hits == len(removed.merge(seen, on=["model", "date"]))  # none where nothing has come back yet
    same = history[untouched].merge(found, on=["model", "date"], suffixes=("", "_clean"))
    assert len(same) == untouched.sum()
    assert (same["downloads"] == same["downloads_clean"]).all()
    assert (same["flag"] == "observed").all()
    kept = found[found["flag"] == "observed"]
    assert (kept["downloads"] == kept["downloads_raw"]).all()


def test_what_was_planted_is_all_that_leaves_the_total(planted):
    history, spikes = planted
    found = outliers.filter_outliers(history, **FILTER)
    assert found["downloads"].sum() < history["downloads"].sum()
    taken = found.loc[found["flag"] == "filtered", ["model", "date"]].merge(spikes, on=["model", "date"])
    without = history.merge(taken, on=["model", "date"], how="left", indicator=True)
    truth = without.loc[without["_merge"] == "left_only", "downloads"].sum()
    assert found["downloads"].sum() == pytest.approx(truth, rel=0.01)


def test_without_a_multiplier_nothing_is_removed(planted):
    found = outliers.filter_outliers(planted[0], None, PAPER.iqr_window_days, RULE)
    assert (found["flag"] == "observed").all()
    assert (found["downloads"] == found["downloads_raw"]).all()


def test_a_larger_multiplier_removes_no_more(planted):
    """Where no return is asked for: a larger one raises the lower fence, too."""
    removed = [
        (outliers.filter_outliers(planted[0], multiplier, 91, RULE | {"return_days": 0})["flag"] == "filtered").sum()
        for multiplier in (1, 1.5, 3, 9)
    ]
    assert removed == sorted(removed, reverse=True)
    assert removed[-1] > 0


def test_sustained_growth_is_kept():
    growing = np.round(1000 * 2 ** (np.arange(DAYS) / 30))
    found = outliers.filter_outliers(long({"acme/up": growing, "acme/down": growing[::-1]}, START), **FILTER)
    assert (found["flag"] == "observed").all()
    low, high = np.quantile(growing, [0.25, 0.75])
    assert (growing > high + 1.5 * (high - low)).mean() > 0.1  # the whole series' quartiles would cut a tenth of it


SHAPES = {
    "level": lambda age: np.ones(age.size),
    "doubling every 60 days": lambda age: 2.0 ** (age / 60),
    "halving every 60 days": lambda age: 2.0 ** (-age / 60),
    "launch at three times the level": lambda age: 1 + 2 * np.exp(-age / 30),
    "launch, straight down in 30 days": lambda age: 1 + 2 * np.clip(1 - age / 30, 0, 1),
    "ramp in 30 days": lambda age: np.clip((age + 1) / 30, 0, 1),
    "ramp after 100 days without any": lambda age: np.clip((age - 100) / 30, 0, 1),
}
"""Ordinary lives of a model, of age in days."""


def ordinary(days, seed):
    """Series of every shape, with weekends at 0.6 to 1 and 12 % noise."""
    chance = np.random.default_rng(seed)
    rhythms = [np.where(np.arange(days) % 7 >= 5, weekend, 1) for weekend in (0.6, 0.7, 0.8, 1)]
    return {
        f"acme/{shape}, {number}": np.round(
            100_000 * curve(np.arange(days)) * rhythm * chance.uniform(0.88, 1.12, days)
        )
        for shape, curve in SHAPES.items()
        for number, rhythm in enumerate(rhythms)
    }


@pytest.mark.parametrize("days", [60, 110, 400])
def test_growth_decline_rhythm_noise_launches_and_ramps_are_no_spikes(days):
    history = long(ordinary(days, seed=days), START)
    found = outliers.filter_outliers(history, **FILTER)
    assert found.loc[found["flag"] == "filtered", "model"].unique().tolist() == []
    assert found["downloads"].sum() == history["downloads"].sum()


@pytest.mark.parametrize("run", range(1, 6))
@pytest.mark.parametrize("first", [0, 150])
def test_one_to_five_days_at_four_times_the_usual_are_spikes(run, first):
    chance = np.random.default_rng(run)
    values = np.round(5000 * np.where(np.arange(300) % 7 >= 5, 0.7, 1) * chance.uniform(0.88, 1.12, 300))
    at = np.arange(run) + first
    values[at] = 4 * 5000
    found = outliers.filter_outliers(long({"acme/a": values}, START), **FILTER)
    assert np.flatnonzero(found["flag"] == "filtered").tolist() == at.tolist()


@pytest.mark.parametrize("run", [1, 5, 10])
@pytest.mark.parametrize("after", [0, 1, 2, 3, 8])
def test_what_stands_out_at_the_end_is_kept_until_three_days_have_come_back(run, after):
    values = np.full(300, 5000)
    values[300 - run - after : 300 - after] = 40_000
    found = outliers.filter_outliers(long({"acme/a": values}, START), **FILTER)
    assert (found["flag"] == "filtered").sum() == (run if after >= 3 else 0)


@pytest.mark.parametrize("first", [0, 100])
@pytest.mark.parametrize("size", [3, 8, 40])
def test_what_fades_is_kept_and_what_stops_is_not(first, size):
    age = np.arange(300) - first
    fading = 5000 * np.where(age >= 0, 1 + (size - 1) * np.exp(-np.maximum(age, 0) / 8), 1)
    stopping = np.where((age >= 0) & (age < 10), 5000 * size, 5000)
    found = outliers.filter_outliers(long({"acme/fades": np.round(fading), "acme/stops": stopping}, START), **FILTER)
    assert set(of(found, "acme/fades", "flag")) == {"observed"}
    assert np.flatnonzero(np.array(of(found, "acme/stops", "flag")) == "filtered").tolist() == [
        *range(first, first + 10)
    ]


@pytest.mark.parametrize("size", [3, 8, 40])
def test_a_busy_weekday_is_rhythm_and_a_spike_on_it_is_not(size):
    values = np.where(np.arange(300) % 7 == 2, 5000 * size, 5000)
    values[23 * 7 + 2] *= 8
    found = outliers.filter_outliers(long({"acme/a": values}, START), **FILTER)
    assert np.flatnonzero(found["flag"] == "filtered").tolist() == [23 * 7 + 2]
    blind = outliers.filter_outliers(long({"acme/a": values}, START), 1.5, 91, RULE | {"same_weekdays": 0})
    assert (blind["flag"] == "filtered").sum() == (np.arange(300) % 7 == 2).sum()


BURST = [*range(30, 42)]


@pytest.mark.parametrize(
    ("part", "value", "filtered"),
    [
        ("tail", 0.25, BURST), ("range_least", 100, BURST), ("return_days", 60, BURST), ("same_weekdays", 1, BURST),
        ("tail", 0.1, []), ("range_least", 60_000, []), ("return_days", 70, []), ("range_of_q3", 6, []),
        ("shortest_days", 92, []),
    ],
)  # fmt: skip
def test_each_part_of_the_rule_is_the_editions(part, value, filtered):
    """Twelve days at eight times the usual: at most a quarter of a window, more than a tenth of it."""
    values = np.full(110, 5000)
    values[BURST] = 40_000
    found = outliers.filter_outliers(long({"acme/a": values}, START), 1.5, 91, RULE | {part: value})
    assert np.flatnonzero(found["flag"] == "filtered").tolist() == filtered


def test_the_lower_fence_says_what_has_come_back():
    values = np.full(110, 5000)
    values[50], values[51:54] = 40_000, 7_000  # Q3 5000, fence 10,000: 7,000 is four tenths of the way
    for part, days in ((0.3, []), (0.5, [50])):
        found = outliers.filter_outliers(long({"acme/a": values}, START), 1.5, 91, RULE | {"return_fence": part})
        assert np.flatnonzero(found["flag"] == "filtered").tolist() == days


def test_the_first_day_with_downloads_starts_the_days_that_count():
    """Else the zeros before a launch would make its first weeks outliers where the history ends with them."""
    launched = [0] * 80 + [1000 * day for day in range(1, 21)]
    found = outliers.filter_outliers(long({"acme/a": launched, "acme/none": [0] * 100}, START), **FILTER)
    assert (found["flag"] == "observed").all()
    assert len(found) == 200


def test_without_history_nothing_is_filtered_and_snapshots_alone_are_the_data():
    nothing = long({"acme/a": [1]}, START).iloc[:0]
    filtered = outliers.filter_outliers(nothing, **FILTER)
    assert filtered.empty
    counts = counters.snapshot_counts(snapshots({"acme/a": [5, 7, 9]}))
    daily = contracts.check(cleaning.splice(filtered, counts, "2025-07-10", pd.Series(["acme/a"])), "clean/daily")
    assert daily["downloads_cumulative"].tolist() == [5, 7, 9]
    assert contracts.check(cleaning.lifetime(counts, nothing), "clean/lifetime")["flag"].iloc[0] == "entered"


def test_a_sparse_series_is_kept_and_a_short_one_too():
    sparse = np.where(np.arange(200) % 9 == 0, 60, 0)
    short = [5] * 12 + [100_000]
    found = outliers.filter_outliers(long({"acme/sparse": sparse, "acme/short": short}, START), **FILTER)
    assert (found["flag"] == "observed").all()


def test_a_removed_day_lies_on_the_line_between_its_neighbours_rounded_down():
    values = [1000] * 100
    values[50:53] = [90_000, 90_000, 90_000]
    values[53:] = [1101] * 47
    values[-1] = values[0] = 90_000
    found = outliers.filter_outliers(long({"acme/a": values}, START), **FILTER)
    assert found["downloads"].tolist() == [1000] * 50 + [1025, 1050, 1075] + [1101] * 46 + [90_000]
    assert found["downloads_raw"].tolist() == values
    assert np.flatnonzero(found["flag"] == "filtered").tolist() == [0, 50, 51, 52]


def test_an_absent_day_inside_a_series_is_interpolated_and_none_is_made_outside():
    values = [None, 1000, None, None, 1300, None]
    found = outliers.filter_outliers(long({"acme/a": values, "acme/b": [1] * 6}, START), **FILTER)
    assert of(found, "acme/a", "downloads") == [1000, 1100, 1200, 1300]
    assert of(found, "acme/a", "flag") == ["observed", "interpolated", "interpolated", "observed"]
    touched = flags.touched(found).set_index("flag")
    assert touched.loc[["observed", "interpolated"]].to_numpy().tolist() == [[8, 2], [2, 1]]
    assert touched.drop(["observed", "interpolated"]).eq(0).all(axis=None)


def test_the_fence_is_that_of_a_plain_reading_of_the_rule(planted):
    """Model by model with pandas' own rolling quantiles."""
    history = planted[0]
    alone = RULE | {"return_days": 0, "same_weekdays": 0}
    found = outliers.filter_outliers(history, PAPER.iqr_multiplier, PAPER.iqr_window_days, alone)
    for model in ("acme/model-00", "acme/model-01", "acme/model-05", "acme/model-43"):
        series = history[history["model"] == model].set_index("date")["downloads"]
        window = series.rolling(PAPER.iqr_window_days, center=True, min_periods=RULE["shortest_days"])
        low, high = window.quantile(0.25), window.quantile(0.75)
        spread = np.maximum(np.maximum(high - low, RULE["range_of_q3"] * high), RULE["range_least"])
        wanted = series > high + PAPER.iqr_multiplier * spread
        assert (np.array(of(found, model, "flag")) == "filtered").tolist() == wanted.tolist()


def test_downloads_too_many_for_32_bits_are_counted():
    values = [10_000_000_000] * 60
    values[30] *= 9
    found = outliers.filter_outliers(long({"acme/a": values}, START), **FILTER)
    assert found["downloads"].tolist() == [10_000_000_000] * 60


# Snapshots ----------------------------------------------------------------------------------------------------


def test_missing_days_lie_on_the_line_and_are_flagged():
    found = counters.snapshot_counts(snapshots({"acme/a": [100, None, None, 110, 115], "acme/b": [1, None, 3, 4, 5]}))
    assert of(found, "acme/a", "downloads_cumulative") == [100, 103, 106, 110, 115]
    assert of(found, "acme/a", "downloads")[1:] == [3, 3, 4, 5]
    assert of(found, "acme/a", "flag") == ["entered", "interpolated", "interpolated", "observed", "observed"]
    assert of(found, "acme/b", "flag") == ["entered", "interpolated", *["observed"] * 3]


@pytest.mark.parametrize(("gap_days", "far"), [(1, "ab"), (2, "a"), (3, "")])
def test_days_between_readings_too_far_apart_are_distant(gap_days, far):
    counts = {"acme/a": [100, None, None, 110, 115], "acme/b": [1, None, 3, 4, 5], "acme/c": [None, None, 7, 8, None]}
    plain = counters.snapshot_counts(snapshots(counts))
    found = counters.distant(plain, gap_days)
    for name in "abc":
        flags = [("distant" if name in far else flag) if flag == "interpolated" else flag
                 for flag in of(plain, f"acme/{name}", "flag")]  # fmt: skip
        assert of(found, f"acme/{name}", "flag") == flags
    pd.testing.assert_frame_equal(found.drop(columns="flag"), plain.drop(columns="flag"))


def test_a_month_that_begins_or_ends_between_readings_too_far_apart_is_not_known_and_neither_is_its_end():
    read = {0: 100, 31: 200, 80: 400, 92: 500, 122: 600}  # 1 July, 1 August, 19 September, 1 October, 31 October
    counts = {"acme/a": [read.get(day) for day in range(123)]}
    found = counters.distant(counters.snapshot_counts(snapshots(counts, "2025-07-01")), 31)
    months = cleaning.monthly(contracts.check(found[DAILY], "clean/daily"), "2025-08-01", "2025-11-01")
    assert contracts.check(months, "clean/monthly")["flag"].tolist() == [
        "entered", "distant", "entered", "interpolated",
    ]  # fmt: skip
    assert of(counters.distant(found, 1), "acme/a", "flag").count("distant") == 123 - len(read)


def test_a_reset_subtracts_nothing_and_growth_goes_on_top():
    found = counters.snapshot_counts(snapshots({"acme/a": [100, 120, 5, 15, None, 35, 2, 4]}))
    assert of(found, "acme/a", "downloads_cumulative") == [100, 120, 120, 130, 140, 150, 150, 152]
    assert of(found, "acme/a", "downloads")[1:] == [20, 0, 10, 10, 10, 0, 2]
    flags = ["entered", "observed", "reset", "observed", "interpolated", "observed", "reset", "observed"]
    assert of(found, "acme/a", "flag") == flags


def test_a_vanished_model_keeps_its_total_and_what_is_new_is_unknown():
    found = counters.snapshot_counts(snapshots({"acme/a": [100, 120, None, None], "acme/b": [1, 2, 3, 4]}))
    assert of(found, "acme/a", "downloads_cumulative") == [100, 120, 120, 120]
    assert of(found, "acme/a", "flag") == ["entered", "observed", "vanished", "vanished"]
    assert found.loc[found["flag"].isin(["entered", "vanished"]), "downloads"].isna().all()


def test_a_late_model_enters_with_a_total_and_a_new_one_with_news():
    counts = {"acme/a": [1, 2, None, 4], "acme/late": [None, None, None, 900], "acme/new": [None, None, None, 30]}
    created = {"acme/late": "2025-07-01T00:00Z", "acme/new": "2025-07-04T23:00Z"}
    found = counters.snapshot_counts(snapshots(counts, created=created))
    late, new = row(found, "acme/late", "2025-07-06"), row(found, "acme/new", "2025-07-06")
    assert (late["downloads_cumulative"], late["flag"]) == (900, "entered")
    assert np.isnan(late["downloads"])
    assert (new["downloads"], new["downloads_cumulative"], new["flag"]) == (30, 30, "observed")


@pytest.mark.skipif(not REAL.exists(), reason="the 33 real models' counts are not beside the repository")
def test_nine_real_dates_leave_gaps_that_are_flagged_and_nothing_is_invented(tmp_path, capsys):
    real = pd.read_csv(REAL, parse_dates=["date"]).rename(columns={"model_id": "model"})
    for date, part in real.groupby("date"):
        place = tmp_path / f"date={date.date()}" / "models.parquet"
        place.parent.mkdir()
        part.drop(columns="date").assign(created_at=None).to_parquet(place)
    read = store.read(tmp_path)
    gaps = store.gaps(store.days(tmp_path))
    found = contracts.check(counters.snapshot_counts(read)[DAILY], "clean/daily")
    with capsys.disabled():
        print(f"\n  33 real models on 9 dates: {len(gaps)} gaps, {gaps['days'].sum()} days")
        print(flags.touched(found).to_string(index=False))
    assert len(gaps) == 8
    both = found.merge(read, on=["model", "date"], how="left")
    readings = both["downloads_all_time"].notna()
    assert readings.sum() == len(real)
    assert (both["downloads_cumulative"] == both["downloads_all_time"])[readings].all()
    assert (both.loc[~readings, "flag"] == "interpolated").all()
    assert (found.groupby("model")["date"].min() == real.groupby("model")["date"].min()).all()
    months = cleaning.monthly(found, "2025-03-01", "2026-03-01")
    ends_read = (months["month"] - pd.Timedelta(days=1)).isin(real["date"])
    between = months["flag"].isin(["interpolated", "entered"])  # a model's first month is a part of one
    assert between[~ends_read].all()
    assert between.mean() > 0.9


# Splice, months, lifetime -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spliced():
    """Six days of history to 10 July and snapshots from 8 to 15 July, 13 July missing.

    acme/a: both. acme/new: snapshots only. acme/gone: history only. acme/back: history, first read on 14 July.
    """
    history = long(
        {"acme/a": [10, 20, 30, 40, 50, 60], "acme/gone": [1, 1, 1], "acme/back": [5] * 6, "acme/x": [9] * 6},
        "2025-07-05",
    )
    counts = snapshots(
        {
            "acme/a": [1000, 1050, 1110, 1180, 1190, None, 1210, 1300],
            "acme/new": [500, 501, 502, 503, 504, None, 506, 507],
            "acme/back": [None] * 6 + [700, 720],
        },
        "2025-07-08",
    )
    filtered, clean = outliers.filter_outliers(history, **FILTER), counters.snapshot_counts(counts)
    models = pd.Series(["acme/a", "acme/new", "acme/gone", "acme/back"])
    return history, clean, cleaning.splice(filtered, clean, "2025-07-10", models)


def test_at_the_splice_nothing_jumps(spliced):
    daily = contracts.check(spliced[2], "clean/daily")
    assert of(daily, "acme/a", "downloads") == [10, 20, 30, 40, 50, 60, 70, 10, 10, 10, 90]
    assert row(daily, "acme/a", "2025-07-10")["downloads_cumulative"] == 210
    gained = row(daily, "acme/a", "2025-07-15")["downloads_cumulative"] - 210
    assert gained == 1300 - 1110
    assert row(daily, "acme/a", "2025-07-13")["flag"] == "interpolated"


@pytest.mark.parametrize("first", ["2025-07-09", "2025-07-10", "2025-07-11"])
def test_whether_the_first_snapshot_is_of_the_day_on_which_histories_end_or_beside_it(first):
    """Each day is counted once; what is gained between the end and a later first snapshot is not known."""
    filtered = outliers.filter_outliers(long({"acme/a": [10, 20, 30]}, "2025-07-08"), **FILTER)
    days = pd.date_range(first, "2025-07-12")
    counts = snapshots({"acme/a": [1000 + 7 * (day - pd.Timestamp("2025-07-09")).days for day in days]}, first)
    found = cleaning.splice(filtered, counters.snapshot_counts(counts), "2025-07-10", pd.Series(["acme/a"]))
    known = first < "2025-07-11"
    new = [10, 20, 30, 7 if known else np.nan, 7]
    assert of(found, "acme/a", "downloads") == pytest.approx(new, nan_ok=True)
    assert of(found, "acme/a", "downloads_cumulative") == np.nancumsum(new).tolist()


def test_a_model_without_history_enters_with_its_total_in_no_days_downloads(spliced):
    new = spliced[2][spliced[2]["model"] == "acme/new"]
    assert new["downloads_cumulative"].tolist() == [500, 501, 502, 503, 504, 505, 506, 507]
    assert np.isnan(new["downloads"].iloc[0])
    assert new["downloads"].sum() == 7
    assert new["flag"].iloc[0] == "entered"


def test_what_was_not_read_adds_nothing(spliced):
    daily = spliced[2]
    assert of(daily, "acme/gone", "downloads_cumulative") == [1, 2, 3] + [3] * 8
    assert of(daily, "acme/gone", "flag") == ["observed"] * 3 + ["vanished"] * 8
    assert of(daily, "acme/back", "downloads_cumulative") == [5, 10, 15, 20, 25, 30, 30, 30, 30, 30, 50]
    assert of(daily, "acme/back", "flag")[6:] == ["vanished"] * 3 + ["entered", "observed"]
    assert (daily["downloads"].isna() == daily["flag"].isin(["vanished", "entered"])).all()
    assert "acme/x" not in set(daily["model"])


def test_month_labels_hold_data_through_the_day_before():
    counts = {"acme/a": list(range(100, 170)), "acme/last": [None] * 28 + [7] * 42}  # 3 July to 10 September
    daily = counters.snapshot_counts(snapshots(counts))
    found = contracts.check(cleaning.monthly(daily, "2025-07-01", "2025-09-01"), "clean/monthly")
    assert found["month"].drop_duplicates().tolist() == [pd.Timestamp("2025-08-01"), pd.Timestamp("2025-09-01")]
    assert of(found, "acme/a", "downloads") == [28, 31]
    assert of(found, "acme/a", "flag") == ["entered", "observed"]  # of July it has a part
    assert of(found, "acme/a", "downloads_cumulative") == [128, 159]
    last = found[found["model"] == "acme/last"]
    assert np.isnan(last["downloads"].iloc[0])
    assert last["downloads"].iloc[1] == 0
    with pytest.raises(ValueError, match=r"month 2025-10-01 needs data .* they end on 2025-09-10; add snapshots"):
        cleaning.monthly(daily, "2025-08-01", "2025-10-01")


def test_a_month_that_starts_or_ends_between_readings_says_so():
    counts = {"acme/a": [1.0] * 100, "acme/gone": [1.0] * 20 + [None] * 80}  # 3 July to 10 October
    counts["acme/a"][27:30] = [None] * 3  # 30 July to 1 August
    found = cleaning.monthly(counters.snapshot_counts(snapshots(counts)), "2025-08-01", "2025-10-01")
    assert of(found, "acme/a", "flag") == ["entered", "interpolated", "observed"]
    assert of(found, "acme/gone", "flag") == ["vanished"] * 3
    assert of(found, "acme/gone", "downloads")[0] == 0  # 4 to 22 July: known
    assert np.isnan(of(found, "acme/gone", "downloads")[1:]).all()


def test_lifetime_counts_are_cast_back_over_the_history_only(spliced):
    history, counts, _ = spliced
    found = contracts.check(cleaning.lifetime(counts, history), "clean/lifetime")
    # 1000 through 8 July less 40, 30 and 20 of 8, 7 and 6 July
    assert of(found, "acme/a", "downloads_cumulative") == [
        910,
        930,
        960,
        1000,
        1050,
        1110,
        1180,
        1190,
        1200,
        1210,
        1300,
    ]
    assert of(found, "acme/a", "flag")[:4] == ["backcast", "backcast", "backcast", "entered"]
    assert of(found, "acme/new", "downloads_cumulative")[0] == 500
    assert of(found, "acme/back", "flag") == ["entered", "observed"]  # its history ends before its first snapshot
    assert "acme/gone" not in set(found["model"])


def test_lifetime_counts_cast_back_never_fall_below_zero():
    history = long({"acme/a": [100, 100, 100, 100]}, "2025-07-01")
    found = cleaning.lifetime(counters.snapshot_counts(snapshots({"acme/a": [150, 160]})), history)
    assert found["downloads_cumulative"].tolist() == [0, 50, 150, 160]


def test_lifetime_counts_are_ordered_by_model_and_day():
    counts = counters.snapshot_counts(snapshots({"acme/a": [5, 6], "acme/b": [17, 18]}))
    found = cleaning.lifetime(counts, long({"acme/b": [1, 1, 1]}, "2025-07-01"))
    assert found["model"].tolist() == ["acme/a"] * 2 + ["acme/b"] * 4
    assert found["downloads_cumulative"].tolist() == [5, 6, 15, 16, 17, 18]


def test_tracked_models_carry_what_the_downloads_tell(spliced):
    listed = pd.DataFrame(
        {"model": ["acme/a", "acme/new"], "namespace": "acme", "organisation": "Acme", "region": "us"}
    )
    listed = listed.assign(parameters_b=[7.0, None], released=pd.to_datetime([None, "2025-07-01"]))
    listed["bucket"] = registry.bucket(listed["parameters_b"], PAPER.bucket_edges)
    seen = snapshots(
        {"acme/a": [1], "acme/new": [1]}, created={"acme/a": "2025-06-01T20:00Z", "acme/new": "2025-06-30T00:00Z"}
    )
    found = contracts.check(cleaning.tracked(listed, seen, spliced[0]), "clean/models").set_index("model")
    assert found.loc["acme/a", "released"] == pd.Timestamp("2025-06-01")
    assert found.loc["acme/new", "released"] == pd.Timestamp("2025-07-01")
    assert found["bucket"].fillna("none").tolist() == ["7–9B", "none"]
    assert found["history"].tolist() == [True, False]


# The whole way against planted truth --------------------------------------------------------------------------

WAY, FIRST, UNREAD = 140, 97, [101, 117, 118, 119]
"""Days from 1 April 2025 on; that of the first snapshot, five days before the history's end; those without one."""


@pytest.fixture(scope="module")
def planted_way():
    """True downloads of 60 models by day, and what is cleaned from their history (models 0–29) and snapshots.

    Planted: four days without a snapshot; counters reset for good (5 and 35), counters read as 0 for two days (6, 36);
    models that vanish (7, 37); a model that is read late (38).
    """
    chance = np.random.default_rng(7)
    names = [f"acme/model-{number:02d}" for number in range(60)]
    true = np.round(10 ** chance.uniform(2, 5, (60, 1)) * chance.uniform(0.5, 1.5, (60, WAY)))
    read = true.cumsum(axis=1) + 1_000_000
    for number in (5, 35):
        read[number, 110:] -= read[number, 109]
    read[[6, 36], 112:114] = 0
    read[[7, 37], 125:] = np.nan
    read[38, :120] = np.nan
    read[:, :FIRST] = np.nan
    read[:, UNREAD] = np.nan
    past = long({name: list(row[:101]) for name, row in zip(names[:30], true, strict=False)}, "2025-04-01")
    counts = {
        name: [None if np.isnan(count) else count for count in row] for name, row in zip(names, read, strict=True)
    }
    clean = counters.snapshot_counts(snapshots(counts, "2025-04-01"))
    daily = cleaning.splice(outliers.filter_outliers(past, None, 91, RULE), clean, "2025-07-10", pd.Series(names))
    return true, contracts.check(daily, "clean/daily")


def by_model(daily, column):
    """The column as models × days from 1 April 2025 on."""
    days = pd.date_range("2025-04-01", periods=WAY)
    return daily.pivot(index="model", columns="date", values=column).reindex(columns=days).to_numpy()


def test_planted_gaps_resets_and_the_splice_leave_true_totals(planted_way, capsys):
    true, daily = planted_way
    total, flag = by_model(daily, "downloads_cumulative"), by_model(daily, "flag")
    jump = total[:30, 101] - total[:30, 100]  # 11 July, a day without a snapshot, is half of two days
    error = np.abs(total[:30] - true[:30].cumsum(axis=1))
    whole = [number for number in range(30) if number not in (5, 6, 7)]
    line = np.floor(true[:30, 101:103].sum(axis=1) / 2)
    with capsys.disabled():
        print(
            f"\n  splice: 30 models, off the line by {np.abs(jump - line).max():,.0f}; gaps: "
            f"{(flag == 'interpolated').sum()} days of models flagged; falls: {(flag == 'reset').sum()} flagged; "
            f"last totals: {len(whole)} whole models off by {error[whole, -1].max():,.0f}, a reset one by "
            f"{error[5, -1]:,.0f}, one read as 0 for two days by {error[6, -1]:,.0f}"
        )
    assert (jump == line).all()
    assert (flag[:, UNREAD][[0, 20, 34, 59]] == "interpolated").all()
    read = np.setdiff1d(np.arange(101, WAY), UNREAD)
    assert (error[whole][:, read] == 0).all()
    assert error[5, -1] == true[5, 110]  # what the reset day itself added is not known
    assert (flag[[5, 35], 110] == "reset").all()
    assert (flag[[6, 36], 112:114] == "faulty").all()
    assert (flag == "reset").sum() == 2
    assert (flag == "faulty").sum() == 4
    assert error[6, -1] == 0
    assert (flag[[7, 37], 125:] == "vanished").all()
    assert (total[[7, 37], 125:] == total[[7, 37], 124:125]).all()
    assert flag[38, 120] == "entered"
    assert (np.nan_to_num(total[38, 120:]) == true[38].cumsum()[120:] + 1_000_000).all()


# Invariants ---------------------------------------------------------------------------------------------------

COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=2, max_size=40).filter(any)
MODELS = st.dictionaries(st.sampled_from([f"acme/{name}" for name in "abcdef"]), COUNTS, min_size=1)


def clean(history, counts):
    models = pd.Series([f"acme/{name}" for name in "abcdef"])
    filtered = outliers.filter_outliers(long(history, "2025-06-20"), 1.5, 21, RULE)
    return cleaning.splice(filtered, counters.snapshot_counts(snapshots(counts)), "2025-07-10", models)


@given(MODELS, MODELS)
@settings(max_examples=25)
def test_cumulative_downloads_never_fall_and_days_add_up(history, counts):
    daily = contracts.check(clean(history, counts), "clean/daily")
    for _, rows in daily.groupby("model"):
        steps = rows["downloads_cumulative"].diff().iloc[1:]
        assert (steps >= 0).all()
        assert (steps == rows["downloads"].iloc[1:].fillna(steps)).all()
        assert (steps[rows["flag"] == "vanished"] == 0).all()
        assert (rows["date"].diff().iloc[1:] == pd.Timedelta(days=1)).all()
        assert rows["date"].iloc[-1] == daily["date"].max()
    lifetime = cleaning.lifetime(counters.snapshot_counts(snapshots(counts)), long(history, "2025-06-20"))
    assert (lifetime.groupby("model")["downloads_cumulative"].diff().dropna() >= 0).all()
    contracts.check(lifetime, "clean/lifetime")


@given(MODELS, MODELS, st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_shuffling_rows_changes_nothing(history, counts, chance):
    def shuffled(frame):
        return frame.iloc[chance.sample(range(len(frame)), len(frame))]

    past, later = long(history, "2025-06-20"), snapshots(counts)
    filtered = outliers.filter_outliers(past, 1.5, 21, RULE)
    pd.testing.assert_frame_equal(outliers.filter_outliers(shuffled(past), 1.5, 21, RULE), filtered)
    clean_counts = counters.snapshot_counts(later)
    pd.testing.assert_frame_equal(counters.snapshot_counts(shuffled(later)), clean_counts)
    pd.testing.assert_frame_equal(
        cleaning.lifetime(clean_counts, shuffled(past)), cleaning.lifetime(clean_counts, past)
    )
    daily = clean(history, counts)
    last = daily["date"].max().to_period("M").to_timestamp()
    months = cleaning.monthly(daily, "2025-06-01", last)
    pd.testing.assert_frame_equal(cleaning.monthly(shuffled(daily), "2025-06-01", last), months)


LISTED = pd.DataFrame(
    [("acme/a", "Acme", "us", "1–5B"), ("acme/b", "Acme", "us", None), ("acme/c", "Beta", "china", "1–5B"),
     ("acme/d", "Beta", "china", "7–9B"), ("acme/e", "Gamma", "eu", "250B+"), ("acme/f", "Delta", "unknown", "<1B")],
    columns=["model", "organisation", "region", "bucket"],
)  # fmt: skip
GROUPS = ["organisation", "region", "bucket", ["region", "bucket"]]


def by_month(daily):
    return cleaning.monthly(daily, "2025-06-01", daily["date"].max().to_period("M").to_timestamp())


@given(MODELS, MODELS)
@settings(max_examples=15)
def test_sums_over_regions_organisations_and_buckets_equal_the_total(history, counts):
    daily = clean(history, counts)
    months, last = by_month(daily), daily[daily["date"] == daily["date"].max()]
    every = months.groupby("month")[["downloads", "downloads_cumulative"]].sum()
    for by in GROUPS:
        sums = adoption.totals(months, LISTED, by).groupby("month")[list(every)].sum()
        pd.testing.assert_frame_equal(sums, every)
        on_last = adoption.daily_totals(last, LISTED, by)["downloads_cumulative"].sum()
        assert on_last == last["downloads_cumulative"].sum()
    for month, total in every["downloads_cumulative"].items():
        assert adoption.by_bucket(months, LISTED, month, "region")["downloads_cumulative"].sum() == total


@given(st.integers(0, 2**32 - 1), st.integers(2, 1000))
@settings(max_examples=10)
def test_scaling_all_downloads_scales_all_measures(seed, factor):
    """Without gaps, falls and outliers; what these put on a line is rounded down."""
    chance = np.random.default_rng(seed)
    days = chance.integers(0, 10**6, (2, 6, 40)) * (chance.random((2, 6, 1)) < 0.8)
    history, counts = ({f"acme/{name}": row for name, row in zip("abcdef", part, strict=True)} for part in days)

    def measured(scale):
        past = {model: list(row * scale) for model, row in history.items()}
        later = {model: list(row.cumsum() * scale) for model, row in counts.items()}
        filtered = outliers.filter_outliers(long(past, "2025-06-20"), None, 21, RULE)
        read = counters.snapshot_counts(snapshots(later))
        daily = cleaning.splice(filtered, read, "2025-07-10", LISTED["model"])
        months = by_month(daily)
        regions = adoption.totals(months, LISTED, "region")
        return {
            "daily": daily,
            "lifetime": cleaning.lifetime(read, long(past, "2025-06-20")),
            "regions": regions,
            "buckets": adoption.by_bucket(months, LISTED, months["month"].iloc[-1], "organisation"),
            "shares": adoption.share(regions, "downloads_cumulative", "month"),
        }

    once, scaled = measured(1), measured(factor)
    for name, table in once.items():
        amounts = [column for column in table if column.startswith("downloads") or column.endswith("_cumulative")]
        amounts = [column for column in amounts if not column.endswith("_share")]
        wanted = table.assign(**{column: table[column] * factor for column in amounts})
        pd.testing.assert_frame_equal(scaled[name], wanted, obj=name)


@given(st.integers(2, 50), st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_scaling_all_downloads_scales_what_is_kept(factor, seed):
    values = np.random.default_rng(seed).integers(20_000, 40_000, 60) * np.where(np.arange(60) == 30, 9, 1)
    once = outliers.filter_outliers(long({"acme/a": values}, START), **FILTER)
    scaled = outliers.filter_outliers(long({"acme/a": values * factor}, START), **FILTER)
    assert (once["flag"] == scaled["flag"]).all()
    assert (once["downloads"] * factor <= scaled["downloads"]).all()  # what was rounded down once
    assert (once["downloads"] * factor > scaled["downloads"] - factor).all()


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=1, max_size=30).filter(any))
def test_filling_keeps_known_days_and_stays_between_them(values):
    array = np.array([values], dtype=float)
    known = ~np.isnan(array)
    filled = grid.fill(array, known)
    assert (filled[known] == array[known]).all()
    assert filled.min() >= np.nanmin(array)
    assert filled.max() <= np.nanmax(array)


# What cleaning did, in single rows ----------------------------------------------------------------------------


def test_what_the_outlier_rule_removed_is_told_in_one_row():
    history = long({"a/x": [400] * 20 + [5_000] + [400] * 20, "b/y": [400] * 20 + [9_000] + [400] * 20}, START)
    (row,) = outliers.removed(outliers.filter_outliers(history, **FILTER)).to_dict("records")
    assert (row["days"], row["models"], row["downloads"], row["most"]) == (2, 2, 4_600 + 8_600, "b/y")
    assert row["downloads_share"] == pytest.approx(13_200 / history["downloads"].sum())


def test_what_is_taken_from_first_and_last_weeks_is_told_apart():
    old, new = np.full(150, 400), np.where(np.arange(150) < 50, 0, 400)
    old[[5, 140]], new[[50, 55, 90]] = 4_000, 4_000
    found = outliers.filter_outliers(long({"a/old": old, "b/new": new}, START), **FILTER)
    table = outliers.removed_at_ends(found).set_index("part")
    assert table["days"].to_dict() == {"first": 2, "last": 1}  # a/old was there before the histories
    assert table["downloads"].to_dict() == {"first": 3_800 + 3_600, "last": 3_600}  # the first on the line from 0
    assert table["downloads_share"].tolist() == [7_400 / (28 * 400 + 7_200), 3_600 / (2 * 28 * 400 + 3_600)]
    assert table["most"].to_dict() == {"first": "b/new", "last": "a/old"}
    assert outliers.removed_at_ends(found.iloc[:0])["days"].tolist() == [0, 0]


def test_where_nothing_was_removed_nothing_is_made_up():
    history = long({"a/x": [400] * 40}, START)
    (row,) = outliers.removed(outliers.filter_outliers(history, **FILTER)).to_dict("records")
    assert (row["days"], row["models"], row["downloads"], row["downloads_share"], row["most"]) == (0, 0, 0, 0, None)
    (row,) = outliers.removed(outliers.filter_outliers(history.iloc[:0], **FILTER)).to_dict("records")
    assert (row["days"], row["downloads"], row["downloads_share"], row["most"]) == (0, 0, None, None)


def test_histories_are_counted_by_maker_model_and_day():
    makers = pd.DataFrame({"model": ["a/x", "a/y", "b/z"], "organisation": ["A", "A", "B"]})
    found = outliers.histories(long({"a/x": [1, 2], "a/y": [3, None]}, START), makers)
    assert found.to_dict("records") == [{"organisations": 1, "models": 2, "days": 3}]


@pytest.mark.parametrize(
    ("dates", "step", "expected"),
    [
        (["2025-01-03", "2025-01-01", "2025-01-03", None, "2025-01-07"], "D", ["2025-01-01", "2025-01-07", 3, 4, 4]),
        (["2025-01-01", "2025-04-01"], "M", ["2025-01-01", "2025-04-01", 2, 2, 90]),
        (["2025-01-01"], "D", ["2025-01-01", "2025-01-01", 1, 0, None]),
        ([], "M", [None, None, 0, None, None]),
        ([None], "D", [None, None, 0, None, None]),
    ],
)
def test_a_span_tells_ends_and_what_is_missing_between(dates, step, expected):
    found = cleaning.span(pd.Series(pd.to_datetime(dates)), step).astype(object)
    row = found.where(found.notna(), None).iloc[0].tolist()
    assert [str(cell.date()) if isinstance(cell, pd.Timestamp) else cell for cell in row] == expected


def test_totals_at_labels_hold_the_day_before():
    counts = long({"a/x": range(40), "b/y": [5] * 40}, "2025-01-30", column="downloads_cumulative")
    found = cleaning.at_labels(counts, "2025-02-01", "2025-03-01")
    assert found.to_numpy().tolist() == [[pd.Timestamp("2025-02-01"), 1 + 5], [pd.Timestamp("2025-03-01"), 29 + 5]]
    assert cleaning.at_labels(counts, "2025-03-01", "2026-01-01")["month"].tolist() == [pd.Timestamp("2025-03-01")]
