"""What a spike after the splice is, to the last download; counts of 30 days; the grids that both are reckoned on."""

import numpy as np
import pandas as pd
import pytest

from helpers.measures import grid, spikes

DAYS = pd.date_range("2026-01-01", periods=60)


def counted(values, model="a/m", days=DAYS) -> pd.DataFrame:
    table = pd.DataFrame({"date": days[: len(values)], "model": model, "downloads_30d": values})
    return table.astype({"downloads_30d": float})


@pytest.mark.parametrize(
    ("usual", "high", "spike"),
    [
        (2_000, 8_000, False), (2_000, 8_001, True),  # more than four times as many
        (500, 3_500, False), (500, 3_501, True),  # by more than 3,000
        (0, 3_000, False), (0, 3_001, True),
    ],
)  # fmt: skip
def test_a_spike_is_more_than_four_times_and_more_than_3000_above_what_is_usual(usual, high, spike):
    found = spikes.flagged(counted([usual] * 30 + [high] * 3 + [usual] * 27), 10)
    assert found["date"].tolist() == (list(DAYS[30:33]) if spike else [])
    assert (found[["downloads_30d", "usual"]] == [high, usual]).all(axis=None)


def test_a_spike_is_shorter_than_the_window_and_lies_between_readings():
    for start, length, days in ((20, 9, 9), (20, 10, 0), (0, 9, 0), (51, 9, 0), (1, 9, 9), (50, 9, 9)):
        values = np.full(60, 1_000)
        values[start : start + length] = 9_000
        assert len(spikes.flagged(counted(values), 10)) == days, (start, length)


def test_what_is_usual_is_the_most_that_was_kept_up_around_the_day():
    before, after = [1_000] * 25, [2_000] * 25
    found = spikes.flagged(counted([*before, *[20_000] * 10, *after]), 15)
    assert found["usual"].tolist() == [2_000] * 10
    assert spikes.summary(found).to_dict("records")[0] | {"usual": 2_000} == spikes.summary(found).to_dict("records")[0]


def test_counts_that_are_not_known_make_no_spike_and_hide_none():
    values = [1_000.0] * 60
    values[30], values[29], values[31] = 9_000, np.nan, np.nan
    assert spikes.flagged(counted(values), 10)["date"].tolist() == [DAYS[30]]
    assert spikes.flagged(counted([np.nan] * 60), 10).empty


def test_downloads_of_thirty_days_are_of_thirty_known_days():
    daily = pd.DataFrame({"date": DAYS, "model": "a/m", "downloads": np.arange(60.0)})
    daily.loc[40, "downloads"] = np.nan
    found = spikes.thirty_days(daily, DAYS[5]).set_index("date")["downloads_30d"]
    assert found.index.tolist() == list(DAYS[34:40])
    assert found.tolist() == [sum(range(last - 29, last + 1)) for last in range(34, 40)]


def test_what_the_hub_tells_goes_before_what_was_gained_from_the_first_day_that_counts():
    daily = pd.DataFrame({"date": DAYS, "model": "a/m", "downloads": 1.0})
    told = pd.DataFrame({"date": [DAYS[4], DAYS[5], DAYS[40], DAYS[41]], "model": "a/m", "downloads": [7, 8, 9, None]})
    found = spikes.counts(daily, told, DAYS[5]).set_index("date")["downloads_30d"]
    assert found.index.is_unique
    assert found.loc[[DAYS[5], DAYS[40]]].tolist() == [8, 9]
    assert found.drop([DAYS[5], DAYS[40]]).eq(30).all()
    assert found.index.min() == DAYS[5] and DAYS[41] in found


# Grids ------------------------------------------------------------------------------------------------------------


def test_a_grid_has_every_day_and_its_models_in_order():
    frame = pd.DataFrame({"date": DAYS[[3, 0, 3]], "model": ["b", "b", "a"], "x": [1.0, 2.0, 3.0]})
    cells = grid.Grid.of(frame)
    assert list(cells.models) == ["a", "b"]
    assert pd.DatetimeIndex(cells.days).tolist() == list(DAYS[:4])
    nan = np.nan
    np.testing.assert_equal(cells.matrix(frame["x"]), [[nan, nan, nan, 3], [2, nan, nan, 1]])
    back = cells.long(~np.isnan(cells.matrix(frame["x"])), x=cells.matrix(frame["x"]))
    assert back.to_dict("split")["data"] == [[DAYS[3], "a", 3], [DAYS[0], "b", 2], [DAYS[3], "b", 1]]
    assert len(grid.Grid.of(frame.iloc[:0]).days) == 0


def test_days_are_counted_from_the_first_known_one_and_up_to_the_last():
    known = np.array([[False, True, False, True, False], [False] * 5, [True] * 5])
    assert grid.since_first(known).tolist() == [[False, True, True, True, True], [False] * 5, [True] * 5]
    assert grid.until_last(known).tolist() == [[True, True, True, True, False], [False] * 5, [True] * 5]


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        ([None, 10, None, None, 16, None], [10, 10, 12, 14, 16, 16]),
        ([10, None, None, 15], [10, 11, 13, 15]),  # a third of 5 is rounded down
        ([15, None, None, 10], [15, 13, 11, 10]),
        ([7, None, 7], [7, 7, 7]), ([None, None, 3], [3, 3, 3]), ([3, None, None], [3, 3, 3]),
        ([1, 2, 9], [1, 2, 9]),
    ],
)  # fmt: skip
def test_unknown_days_lie_on_the_line_between_known_ones_and_are_as_the_nearest_at_the_ends(values, filled):
    given = np.array([values, [value or 0 for value in values]], dtype=float)
    known = ~np.isnan(given)
    found = grid.fill(np.where(known, given, -999.0), known)
    assert found[0].tolist() == filled
    assert found[1].tolist() == given[1].tolist()


def test_the_largest_spike_is_told_with_how_many_models_have_one():
    rows = [(DAYS[3], "a/m", 9_000.0, 100.0), (DAYS[5], "a/m", 8_000.0, 300.0), (DAYS[1], "b/n", 20_000.0, 50.0)]
    found = pd.DataFrame(rows, columns=["date", "model", "downloads_30d", "usual"])
    assert spikes.summary(found).to_dict("split")["data"] == [
        ["b/n", DAYS[1], DAYS[1], 20_000, 50], ["a/m", DAYS[3], DAYS[5], 9_000, 300],
    ]  # fmt: skip
    (row,) = spikes.largest(found).to_dict("records")
    assert (row["models"], row["model"], row["downloads_30d"]) == (2, "b/n", 20_000)
    (none,) = spikes.largest(found.iloc[:0]).to_dict("records")
    assert none["models"] == 0 and pd.isna(none["model"])


def test_models_are_in_order_however_a_table_has_them():
    table = pd.DataFrame({"date": pd.to_datetime(["2025-01-02", "2025-01-01"]), "model": ["b", "a"]})
    found = grid.Grid.of(table)
    assert found.models.tolist() == ["a", "b"]
    assert found.long(~np.isnan(found.matrix(np.array([2.0, 1.0]))))["model"].tolist() == ["a", "b"]
