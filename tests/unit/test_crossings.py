"""Crossings: whoever passes whom is found on the right day, and what entering models bring along passes nobody."""

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import crossings


def lines(**values: list[float | None]) -> pd.DataFrame:
    """Cumulative downloads by organisation, one value a day from 1 January 2025."""
    days = pd.date_range("2025-01-01", periods=max(map(len, values.values())))
    rows = [(day, name, value) for name, line in values.items() for day, value in zip(days, line, strict=False)]
    return pd.DataFrame(rows, columns=["date", "organisation", "downloads_cumulative"]).astype(
        {"downloads_cumulative": float}
    )


def test_a_gap_has_its_sign_and_needs_both():
    table = lines(Qwen=[4, 1, 2], Meta=[1, 3, None]).rename(columns={"date": "month"})
    found = crossings.gaps(table, "organisation", "Qwen", "Meta")
    assert found["gap"].fillna(-9).tolist() == [3, -2, -9]
    assert crossings.gaps(table[table["organisation"] == "Qwen"], "organisation", "Qwen", "Meta")["gap"].isna().all()


@pytest.mark.parametrize(
    ("one", "other", "day"),
    [
        ([1, 4, 7], [5, 5, 5], "2025-01-03"),  # level a third of the way into the day that ends ahead
        ([1, 5, 9], [5, 5, 5], "2025-01-03"),  # level at the end of a day is not ahead
        ([1, 5, 5, 6], [5, 5, 5, 5], "2025-01-04"),  # nor is staying level
        ([1, 9], [5, 5], "2025-01-02"),
        ([1, None, 9], [5, 5, 5], "2025-01-03"),  # over a day without a value the line is straight
    ],
)
def test_the_day_is_the_first_that_ends_ahead(one, other, day):
    found = crossings.crossovers(lines(Qwen=one, Meta=other), "organisation", "Qwen", "Meta")
    assert found.to_dict("records") == [{"date": pd.Timestamp(day), "leader": "Qwen", "trailer": "Meta"}]


def test_between_month_labels_the_day_is_interpolated():
    table = pd.DataFrame(
        [("2025-01-01", "Qwen", 0.0), ("2025-02-01", "Qwen", 31.0), ("2025-01-01", "Meta", 10.0),
         ("2025-02-01", "Meta", 10.0)],
        columns=["month", "organisation", "downloads_cumulative"],
    ).assign(month=lambda t: pd.to_datetime(t["month"]))  # fmt: skip
    found = crossings.crossover(table, "organisation", "Qwen", "Meta")
    assert found == pd.Timestamp("2025-01-12")  # level with the 11th, ahead with the next


def test_every_turn_is_found_with_its_direction_and_the_last_one_counts():
    table = lines(Qwen=[0, 9, 0, 9], Meta=[5, 5, 5, 5])
    found = crossings.crossovers(table, "organisation", "Qwen", "Meta")
    assert found["leader"].tolist() == ["Qwen", "Meta", "Qwen"]
    assert found["trailer"].tolist() == ["Meta", "Qwen", "Meta"]
    assert crossings.crossover(table, "organisation", "Qwen", "Meta") == pd.Timestamp("2025-01-04")
    assert crossings.crossover(table, "organisation", "Meta", "Qwen") == pd.Timestamp("2025-01-03")


@pytest.mark.parametrize("other", [[5, 5, 5], [1, 2, 3], [0, 0, 0]])
def test_touching_or_leading_from_the_start_is_no_passing(other):
    table = lines(Qwen=[1, 2, 3], Meta=other)
    assert crossings.crossovers(table, "organisation", "Qwen", "Meta").empty
    assert crossings.crossover(table, "organisation", "Qwen", "Meta") is None


def test_who_is_not_there_is_named_with_those_who_are():
    with pytest.raises(ValueError, match="no organisation 'Xiaomi' among Meta, Qwen"):
        crossings.crossover(lines(Qwen=[1], Meta=[2]), "organisation", "Qwen", "Xiaomi")


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=20))
def test_turns_alternate_mirror_and_end_with_whoever_is_ahead(pairs):
    one, other = map(list, zip(*pairs, strict=True))
    table = lines(Qwen=one, Meta=other)
    found = crossings.crossovers(table, "organisation", "Qwen", "Meta")
    leaders = found["leader"].tolist()
    assert all(a != b for a, b in itertools.pairwise(leaders))
    assert found["date"].is_monotonic_increasing
    pd.testing.assert_frame_equal(found, crossings.crossovers(table, "organisation", "Meta", "Qwen"))
    ahead = [("Qwen" if a > b else "Meta") for a, b in pairs if a != b]
    changes = sum(a != b for a, b in itertools.pairwise(ahead))
    assert len(leaders) == changes
    if leaders:
        assert leaders[-1] == ahead[-1]


@pytest.mark.parametrize(
    ("one", "other", "row"),
    [
        ([0, 9, 0, 9], [5, 5, 5, 5], [4, 4, 3, "Qwen"]),
        ([0, 9, 0], [5, 5, 5], [2, 3, 2, "Meta"]),  # passed once, and was passed
        ([1, 2], [5, 5], [None, None, 0, "Meta"]),
        ([1, 5], [5, 5], [None, None, 0, None]),  # level at the end: nobody is ahead
        ([], [5, 5], [None, None, None, None]),  # there is no Qwen
    ],
)
def test_how_a_lead_went_in_one_row(one, other, row):
    table = lines(Qwen=one, Meta=other)
    found = crossings.lead(table, table[["date", "organisation"]], "organisation", "Qwen", "Meta")
    told = found.astype(object).where(found.notna(), None).iloc[0]
    days = [told[name] and told[name].day for name in ("passed", "turned")]
    assert [*days, told["turns"], told["leader"]] == row
    around = [f"{name}{end}" for name in ("passed", "turned") for end in ("", "_after", "_by")]
    assert found.columns.tolist() == [*around, "turns", "leader"]


def test_a_crossing_lies_between_the_days_on_which_both_were_counted():
    table = lines(Qwen=[0, 2, 4, 6, 8, 0], Meta=[5] * 6)
    counted = table.loc[
        table["date"].dt.day.isin([1, 2, 5]) | (table["organisation"] == "Qwen"), ["date", "organisation"]
    ]
    found = crossings.lead(table, counted, "organisation", "Qwen", "Meta").iloc[0]
    assert [found[name].day for name in ("passed_after", "passed", "passed_by")] == [2, 4, 5]
    assert (found["turned"].day, found["turned_after"].day) == (6, 5)
    assert pd.isna(found["turned_by"])  # not counted since


def entering(qwen: list[int], brought: list[int], meta: list[int]) -> pd.DataFrame:
    """Cumulative downloads by day, of which Qwen's hold what entering models brought along, and those new that day."""
    table = lines(Qwen=qwen, Meta=meta)
    new = [pd.Series(line).diff().fillna(0).tolist() for line in (qwen, meta)]
    return table.assign(downloads=[a - b for a, b in zip(new[0], brought, strict=True)] + new[1])


def test_a_model_that_brings_its_past_along_passes_nobody():
    table = entering(qwen=[1, 2, 23, 24], brought=[0, 0, 20, 0], meta=[10, 10, 10, 10])
    assert crossings.crossovers(table, "organisation", "Qwen", "Meta").empty
    told = crossings.lead(table, table[["date", "organisation"]], "organisation", "Qwen", "Meta").iloc[0]
    assert (told["turns"], told["leader"]) == (0, "Qwen")
    assert pd.isna(told["passed"])


@pytest.mark.parametrize(
    ("qwen", "brought", "leaders"),
    [
        ([1, 2, 27], 5, ["Qwen"]),
        ([1, 2, 15], 4, ["Qwen"]),  # ahead by one without what entered
        ([1, 2, 15], 5, []),  # without it level, which is no crossing
        ([5, 10, 15], 5, []),  # level before, and without it still
    ],
)
def test_what_is_new_passes_on_a_day_on_which_models_enter_if_it_is_enough(qwen, brought, leaders):
    table = entering(qwen, [0, 0, brought], meta=[10, 10, 10])
    assert crossings.crossovers(table, "organisation", "Qwen", "Meta")["leader"].tolist() == leaders


def test_on_a_day_of_which_nothing_new_is_known_models_that_enter_pass_nobody():
    table = entering(qwen=[1, 2, 23, 24], brought=[0, 0, 20, 0], meta=[10, 10, 10, 10])
    table.loc[(table["organisation"] == "Qwen") & (table["downloads_cumulative"] == 23), "downloads"] = None
    assert crossings.crossovers(table, "organisation", "Qwen", "Meta").empty


def test_who_passed_whom_is_not_known_of_days_before_models_entered_that_change_the_lead():
    table = entering(qwen=[20, 21, 42, 43, 44], brought=[0, 0, 20, 0, 0], meta=[10, 30, 30, 30, 50])
    found = crossings.crossovers(table, "organisation", "Qwen", "Meta")
    assert [(day.day, leader) for day, leader in zip(found["date"], found["leader"], strict=True)] == [(5, "Meta")]


def test_a_lead_that_is_told_on_no_day_has_not_stayed():
    table = lines(Qwen=[None, None], Meta=[1, 2])
    told = crossings.lead(table, table[["date", "organisation"]], "organisation", "Qwen", "Meta").iloc[0]
    assert told.isna().all()


@pytest.mark.parametrize(("last", "leader"), [(6, "Qwen"), (5, None), (4, "Meta")])
def test_who_is_ahead_by_a_single_download_leads_and_level_nobody_does(last, leader):
    table = lines(Qwen=[1, last], Meta=[4, 5])
    (told,) = crossings.lead(table, table[["date", "organisation"]], "organisation", "Qwen", "Meta")["leader"]
    assert told == leader if leader else pd.isna(told)


def test_on_which_days_others_were_counted_says_nothing_of_the_two():
    table = lines(Qwen=[1, 3, 6, 9, 9], Meta=[5, 5, 5, 5, 5])
    days = {"Qwen": [0, 1, 4], "Meta": [0, 3, 4], "Mistral": [1, 2, 3]}
    start = pd.Timestamp("2025-01-01")
    rows = [(start + pd.Timedelta(days=day), name) for name, counted in days.items() for day in counted]
    counted = pd.DataFrame(rows, columns=["date", "organisation"])
    told = crossings.lead(table, counted, "organisation", "Qwen", "Meta").iloc[0]
    assert [told[name].day for name in ("passed_after", "passed", "passed_by")] == [1, 3, 5]
