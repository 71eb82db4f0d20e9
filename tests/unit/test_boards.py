"""Arena's boards: a planted jump is found and measured, votes alone are none, a withdrawn model is not on the last."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.measures import boards, performance


def wobbling(seed: int = 1, models: int = 30, days: int = 20, spread: float = 3.0) -> pd.DataFrame:
    """Boards of one kind: each score moves about its own strength."""
    chance = np.random.default_rng(seed)
    strength = chance.uniform(1000, 1400, models)
    dates = pd.date_range("2025-01-06", periods=days, freq="W-MON")
    rows = [
        (day, f"m{model:02}", strength[model] + chance.normal(0, spread)) for day in dates for model in range(models)
    ]
    return pd.DataFrame(rows, columns=["date", "model", "score"])


def jumped(table: pd.DataFrame, day: str, points: float) -> pd.DataFrame:
    """The boards before the day published that much lower."""
    return performance.recalibrate(table, -points, day)


def test_votes_alone_are_no_break():
    found = boards.drift(wobbling())
    assert len(found) == 19
    assert not found["jump"].any()
    assert found["before"].tolist()[1:] == found["date"].tolist()[:-1]


@pytest.mark.parametrize("points", [59.2, -20.0, 8.0])
def test_a_planted_jump_is_found_on_its_board_alone_and_measured(points):
    found = boards.drift(jumped(wobbling(), "2025-03-10", points))
    assert found.loc[found["jump"].fillna(False), "date"].tolist() == [pd.Timestamp("2025-03-10")]
    row = found[found["date"] == "2025-03-10"].iloc[0]
    assert row["change"] == pytest.approx(points, abs=3 * row["noise"])


def test_models_that_come_and_go_do_not_look_like_a_jump():
    table = wobbling(models=40)
    number = table["model"].str[1:].astype(int)
    later = table["date"] >= "2025-03-10"
    replaced = table[(later & (number >= 10)) | (~later & (number < 30))]
    assert not boards.drift(replaced)["jump"].any()


def test_too_few_models_in_common_say_nothing():
    table = jumped(wobbling(models=4), "2025-03-10", 59.2)
    assert boards.drift(table)[["change", "noise", "jump"]].isna().all(axis=None)
    assert boards.drift(table.head(4)).empty


def test_whole_points_move_by_a_point_without_a_break():
    table = wobbling(spread=0).assign(score=lambda rows: rows["score"].round())
    assert not boards.drift(jumped(table, "2025-03-10", 1.0))["jump"].any()


@pytest.mark.parametrize(("applied", "agrees"), [(59.2, True), (0.0, False), (-59.2, False)])
def test_the_shift_that_is_applied_stands_beside_the_one_measured(applied, agrees):
    drifts = boards.drift(jumped(wobbling(), "2025-03-10", 59.2))
    found = boards.shift(drifts, applied, "2025-03-08").iloc[0]  # between two boards
    assert found["date"] == pd.Timestamp("2025-03-10")
    assert found["measured"] == pytest.approx(59.2, abs=3)
    assert found["difference"] == pytest.approx(applied - found["measured"])
    assert bool(found["agrees"]) is agrees


@pytest.mark.parametrize("day", ["2025-01-06", "2026-01-01"])
def test_without_boards_on_either_side_no_shift_is_measured(day):
    found = boards.shift(boards.drift(wobbling()), 59.2, day)
    assert len(found) == 1
    assert found.isna().all(axis=None)


def test_a_model_that_was_withdrawn_is_the_best_so_far_but_not_on_the_last_board():
    first, second = pd.to_datetime(["2025-01-01", "2025-01-08"])
    rows = [(first, "gone", "us", 1400.0), (first, "kept", "us", 1300.0), (first, "a", "china", 1310.0)]
    rows += [(second, "kept", "us", 1301.0), (second, "b", "china", 1311.0), (second, "x", None, 1500.0)]
    rows += [(second, "a", "china", 1311.0), (second, "able", "us", 1300.0)]  # as good, and first in the alphabet
    table = pd.DataFrame(rows, columns=["date", "model", "region", "score"])
    so_far = performance.tops(performance.frontier(table.dropna(subset="region")))
    assert so_far.set_index("region")["model"].to_dict() == {"china": "a", "us": "gone"}
    assert boards.last(table).to_dict("split")["data"] == [
        ["china", second, "a", 1311.0], ["us", second, "kept", 1301.0],
    ]  # fmt: skip


@given(st.integers(0, 50), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(seed, random):
    table = jumped(wobbling(seed, models=6, days=4), "2025-01-15", 59.2)
    mixed = table.sample(frac=1, random_state=random.randrange(2**31))
    pd.testing.assert_frame_equal(boards.drift(table), boards.drift(mixed))


def two(changes: list[float]) -> pd.DataFrame:
    """Two boards between which the models moved so."""
    days = pd.to_datetime(["2025-01-01", "2025-01-08"])
    rows = [(day, f"m{n}", 1000.0 + n + change * number) for n, change in enumerate(changes)
            for number, day in enumerate(days)]  # fmt: skip
    return pd.DataFrame(rows, columns=["date", "model", "score"])


def test_a_board_without_scores_is_none_and_breaks_are_counted_among_those_compared():
    table = two([3] * 5)
    third, unscored = pd.to_datetime(["2025-01-15", "2025-01-22"])
    more = table[table["date"] == table["date"].max()].assign(date=third)
    few = more.head(4).assign(date=unscored + pd.Timedelta(days=7))
    found = boards.drift(pd.concat([table, more, more.assign(date=unscored, score=None), few]))
    assert found["date"].tolist() == [pd.Timestamp("2025-01-08"), third, few["date"].iloc[0]]
    assert boards.kinds(found) == {"compared": 2, "breaks": 1}
    (row,) = boards.breaks(found).to_dict("records")
    assert list(row) == ["date", "before", "models", "change", "noise"]
    assert (row["date"], row["change"]) == (pd.Timestamp("2025-01-08"), 3)
    (row,) = boards.drift(two([10, 11, 12, 13, 19])).to_dict("records")
    assert (row["models"], row["change"], row["jump"]) == (5, 12, True)
    # deviations of 2, 1, 0, 1, 7: their median is 1, a standard deviation of 1.4826; of a median of five
    assert row["noise"] == pytest.approx(1.4826 * 1.2533141 / 5**0.5)
    assert boards.drift(two([3] * 5))["noise"].tolist() == [0.5]  # the least that whole points leave


@pytest.mark.parametrize(("changes", "compared", "breaks"), [([3] * 4, 0, pd.NA), ([2.5] * 5, 1, 0), ([2.6] * 5, 1, 1)])
def test_five_models_in_common_are_enough_and_five_times_the_noise_is_no_break(changes, compared, breaks):
    found = boards.kinds(boards.drift(two(changes)))
    assert found["compared"] == compared
    assert found["breaks"] is breaks if breaks is pd.NA else found["breaks"] == breaks


@pytest.mark.parametrize(("applied", "agrees"), [(10, True), (12.5, True), (12.6, False), (7.5, True), (7.4, False)])
def test_a_shift_agrees_within_five_times_the_noise(applied, agrees):
    (row,) = boards.shift(boards.drift(two([10] * 5)), applied, "2025-01-08").to_dict("records")
    assert list(row) == ["date", "models", "measured", "noise", "difference", "agrees"]
    assert (row["measured"], row["difference"], row["agrees"]) == (10, pytest.approx(applied - 10), agrees)


@pytest.mark.parametrize(("day", "across"), [("2025-01-01", False), ("2025-01-02", True), ("2025-01-08", True),
                                             ("2025-01-09", False)])  # fmt: skip
def test_a_shift_is_measured_between_the_boards_around_its_day(day, across):
    (row,) = boards.shift(boards.drift(two([10] * 5)), 10, day).to_dict("records")
    assert pd.notna(row["measured"]) == across
    assert row["agrees"] is True if across else pd.isna(row["agrees"])


def test_the_best_of_the_last_board_come_by_the_name_of_their_group():
    rows = [("a/old", "eu", 1.0), ("b/high", "us", 9.0), ("c/low", "china", 2.0), ("d/lower", "us", 3.0)]
    table = pd.DataFrame(rows, columns=["model", "region", "score"]).assign(date=pd.Timestamp("2026-01-01"))
    table.loc[0, "date"] = pd.Timestamp("2025-01-01")
    assert boards.last(table)[["region", "model"]].to_numpy().tolist() == [["china", "c/low"], ["us", "b/high"]]
