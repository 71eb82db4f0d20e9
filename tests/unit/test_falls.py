"""Counts that fall: faulty readings, resets and restatements against truth that is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import cleaning, counters, outliers, sensitivity
from helpers.tables import contracts

CREATED = "2024-01-01"


def readings(values, created=CREATED):
    """Snapshots of one model, day by day; None is a day without a reading."""
    dates = pd.date_range("2026-05-20", periods=len(values), unit="us")
    table = pd.DataFrame({"date": dates, "model": "acme/a", "downloads_all_time": values}).dropna()
    return table.assign(created_at=pd.to_datetime(pd.Series(created, table.index), utc=True), read_at=pd.NaT)


def told(values, falls="restated", created=CREATED):
    found = counters.snapshot_counts(readings(values, created), falls)
    return found["downloads_cumulative"].astype(int).tolist(), found["flag"].tolist()


UNDONE = {
    "too high": [1000, 5000, 1010, 1020],
    "too high, the newest reading but one": [1000, 1010, 5000, 1030],
    "too high for days": [1000, 1010, 5000, 5010, 5020, 1050, 1060],
    "too high, back in two steps": [1000, 5000, 3000, 1010, 1020],
    "too high, back in steps": [1000, 5000, 4000, 3000, 2000, 1010, 1020],
    "too high in two steps": [1000, 3000, 5000, 1010, 1020],
    "too high, back a little too low": [1000, 5000, 990, 1010, 1020],
    "too high, then too low": [1000, 5000, 0, 1010, 1020],
    "too low": [1000, 0, 1010],
    "too low for days": [1000, 0, 0, 0, 1010, 1020],
    "too low, back in two steps": [1000, 0, 500, 1010],
    "too low, back in steps": [1000, 0, 300, 600, 1010, 1020, 1030],
    "too low, then too high": [1000, 1010, 0, 5000, 1040, 1050],
    "a little too low": [1000, 998, 996, 1000, 1004],
    "with days unread": [1000, None, 5000, None, None, 1050, 1060],
}


@pytest.mark.parametrize("name", UNDONE)
@pytest.mark.parametrize("falls", counters.TREATMENTS)
def test_a_reading_that_is_undone_counts_as_not_read_in_whatever_way_it_comes_back(name, falls):
    values = UNDONE[name]
    total, flags = told(values, falls)
    assert "faulty" in flags
    off = [flag == "faulty" for flag in flags]
    unread = [None if bad else value for value, bad in zip(values, off, strict=True)]
    assert total == told(unread, falls)[0]
    assert total[-1] == values[-1]
    assert max(total) == values[-1]


@pytest.mark.parametrize("falls", counters.TREATMENTS)
def test_a_reset_subtracts_nothing_and_growth_goes_on_top(falls):
    total, flags = told([100, 120, 5, 15, None, 35, 2, 4], falls)
    assert total == [100, 120, 120, 130, 140, 150, 150, 152]
    assert flags == [
        "entered", "observed", "reset", "observed", "interpolated", "observed", "reset", "observed",
    ]  # fmt: skip


@pytest.mark.parametrize("faster", [1, 3])
def test_a_counter_that_was_reset_and_outgrows_what_it_was_stays_reset(faster):
    before = np.arange(1, 61) * 1000
    after = np.arange(1, 101) * 1000 * faster
    total, flags = told([*before, *after], created="2026-05-19")
    assert total[-1] == 60_000 + after[-1] - after[0]
    assert flags.count("reset") == 1
    assert "faulty" not in flags


def taken_back(rise=3500, days=300, part=40_000, over=5):
    """The Hub's counts of a model from which `part` is taken back on each of `over` days."""
    hub = np.arange(1, days + 1) * float(rise) + 200_000
    for day in range(over):
        hub[200 + day :] -= part
    return hub


def test_what_is_taken_back_over_five_days_leaves_the_hubs_count_or_what_was_counted():
    hub = taken_back()
    restated, flags = told(hub)
    on_top = told(hub, "on_top")[0]
    assert restated[-1] == pytest.approx(hub[-1], rel=0.001)
    assert np.diff(restated).min() >= 0
    assert restated == np.minimum.accumulate(hub[::-1])[::-1].tolist()
    assert on_top[-1] - hub[-1] == 5 * (40_000 - 3500)  # the growth of those days is not told
    assert {flags[day] for day in range(200, 205)} == {"restated"}
    assert "faulty" not in flags


def test_both_readings_are_kept_and_the_edition_says_which_it_uses():
    hub = readings(taken_back())
    restated, on_top = (counters.snapshot_counts(hub, falls) for falls in counters.TREATMENTS)
    both = ["counted_cumulative", "restated_cumulative", "flag"]
    pd.testing.assert_frame_equal(restated[both], on_top[both])
    assert (restated["downloads_cumulative"] == restated["restated_cumulative"]).all()
    assert (on_top["downloads_cumulative"] == on_top["counted_cumulative"]).all()
    differing = counters.restatements(restated)
    assert differing.columns.tolist() == ["date", "model", *both[:2]]
    (row,) = counters.taken_back(differing).to_dict("records")
    assert row["downloads"] == 5 * 36_500
    assert row["downloads_share"] == pytest.approx(5 * 36_500 / on_top["downloads_cumulative"].iloc[-1])
    with pytest.raises(ValueError, match="falls 'both': write restated or on_top"):
        counters.snapshot_counts(hub, "both")


def test_a_restatement_and_then_a_reset_each_count_as_what_they_are():
    values = [100_000, 101_000, 81_000, 82_000, 500, 1500]
    assert told(values)[0] == [81_000, 81_000, 81_000, 82_000, 82_000, 83_000]
    assert told(values, "on_top")[0] == [100_000, 101_000, 101_000, 102_000, 102_000, 103_000]


# Invariants ---------------------------------------------------------------------------------------------------

GROWTH = st.lists(st.integers(50, 150), min_size=12, max_size=60)


@given(GROWTH, st.data())
@settings(max_examples=60)
def test_one_reading_far_off_leaves_no_trace(growth, data):
    counts = (10_000 + np.cumsum(growth)).tolist()
    at = data.draw(st.integers(1, len(counts) - 2))
    wrong = data.draw(st.one_of(st.integers(0, counts[at - 1] // 2), st.integers(2 * counts[-1], 10**9)))
    spoilt = [*counts[:at], wrong, *counts[at + 1 :]]
    unread = [*counts[:at], None, *counts[at + 1 :]]
    for falls in counters.TREATMENTS:
        assert told(spoilt, falls)[0] == told(unread, falls)[0]


@given(GROWTH, st.data())
@settings(max_examples=60)
def test_what_is_taken_back_for_good_ends_at_the_hubs_count(growth, data):
    """Falls of a tenth to a half, each after some days of growth."""
    counts = 10_000 + np.cumsum(growth).astype(float)
    for at in data.draw(st.lists(st.integers(1, len(counts) - 1), max_size=3, unique=True)):
        counts[at:] -= np.floor(counts[at - 1] * data.draw(st.floats(0.1, 0.5)))
        counts = np.maximum(counts, 1000)
    counts = counts.astype(int).tolist()
    total, flags = told(counts)
    if "faulty" not in flags and "reset" not in flags:
        assert total[-1] == counts[-1]
        assert all(one <= other for one, other in zip(total, counts, strict=True))
    assert told(counts, "on_top")[0][-1] >= total[-1]


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=2, max_size=40).filter(any))
@settings(max_examples=100)
def test_totals_never_fall_and_what_was_counted_is_never_less_than_what_is_restated(values):
    found = counters.snapshot_counts(readings(values))
    for column in ("counted_cumulative", "restated_cumulative"):
        assert (found[column].diff().dropna() >= 0).all()
    assert (found["counted_cumulative"] >= found["restated_cumulative"]).all()


# Sensitivity --------------------------------------------------------------------------------------------------

CHOICES = pd.DataFrame(
    [("falls", "on-top", "on_top"), ("falls", "restated", "restated")], columns=["kind", "key", "value"]
)


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("falls", counters.TREATMENTS)
def test_the_other_way_is_what_cleaning_gives_in_that_way(history, falls):
    other = next(way for way in counters.TREATMENTS if way != falls)
    counted = taken_back()
    rising = [1000 + 10 * at for at in range(len(counted))]
    values = {"acme/a": counted, "acme/b": rising, "acme/late": [*[None] * 25, *rising[25:]]}
    hub = pd.concat([readings(one).assign(model=model) for model, one in values.items()], ignore_index=True)
    past = pd.DataFrame({"date": pd.date_range("2026-05-01", periods=40, unit="us"), "model": "acme/a", "downloads": 9})
    past = past if history else past.iloc[:0]
    end = "2026-06-09"

    def cleaned(way):
        counts = counters.snapshot_counts(hub, way)
        daily = cleaning.splice(outliers.filter_outliers(past, None, 1, {}), counts, end, pd.Series([*values]))
        return daily, contracts.check(counters.restatements(counts), "clean/restatements")

    found = sensitivity.other_falls(CHOICES, *cleaned(falls), end, falls)
    assert list(found) == [CHOICES.loc[CHOICES["value"] == other, "key"].item()]
    pd.testing.assert_series_equal(
        found.popitem()[1]["downloads_cumulative"], cleaned(other)[0]["downloads_cumulative"]
    )


def test_a_single_download_that_is_taken_back_for_good_is_a_restatement():
    totals, marks = told([1000, 1001, *[1000] * 40])
    assert totals == [1000] * 42
    assert marks[1:] == ["restated", "restated", *["observed"] * 39]


@pytest.mark.parametrize(
    ("values", "made", "restated"),
    [
        ([100, 600, 2600, 600], "2026-05-19", [100, 600, 600, 600]),  # it had come to where it comes back to
        ([600, 600, 2600, 900], "2026-05-18", [600, 600, 900, 900]),  # it had stayed where it left from
    ],
)
def test_a_level_that_was_read_before_is_left_by_no_excursion(values, made, restated):
    totals, flags = told(values, created=made)
    assert totals == restated
    assert "faulty" not in flags
