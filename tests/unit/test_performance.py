"""Performance: the frontier never falls, the recalibration, the lead and the trend give known answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import performance


def scores(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "model", "region", "score"])
    return frame.assign(date=pd.to_datetime(frame["date"]), score=frame["score"].astype(float))


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(frame.assign(date=frame["date"].dt.strftime("%m-%d"))[list(columns)].itertuples(index=False, name=None))


# Recalibration ------------------------------------------------------------------------------------------------


def test_boards_before_the_day_are_shifted_and_that_day_is_not():
    before = scores(("2025-05-18", "a", "us", 1200), ("2025-05-19", "a", "us", 1259.2), ("2025-05-20", "b", "us", 1300))
    after = performance.recalibrate(before, shift=59.2, before="2025-05-19")
    assert after["score"].tolist() == pytest.approx([1259.2, 1259.2, 1300])
    assert before["score"].tolist() == [1200, 1259.2, 1300]  # the table given is left as it was


def test_without_the_shift_the_frontier_would_jump_at_the_recalibration():
    board = scores(("2025-05-12", "a", "us", 1300), ("2025-05-20", "a", "us", 1359.2))
    assert performance.frontier(performance.recalibrate(board, 59.2, "2025-05-19"))["score"].nunique() == 1


def test_planted_shift_and_frontier_come_back(capsys):
    """True strengths of 40 models on 30 weekly boards, published 59.2 lower before the recalibration."""
    chance = np.random.default_rng(59)
    boards = pd.date_range("2025-01-06", periods=30, freq="W-MON")
    born, region = chance.integers(0, 25, 40), chance.choice(["us", "china", "eu"], 40)
    true = pd.DataFrame(
        [
            (day, f"m{model:02}", region[model], 1200.0 + 6 * born[model] + 0.1 * model)
            for model in range(40)
            for day in boards[born[model] :]
        ],
        columns=["date", "model", "region", "score"],
    )
    early = true["date"] < "2025-05-19"
    published = true.assign(score=true["score"] - 59.2 * early)
    found = performance.frontier(performance.recalibrate(published, 59.2, "2025-05-19"))
    best = true.groupby(["region", "date"])["score"].max().unstack("region").cummax()
    ours = found.pivot(index="date", columns="region", values="score")
    raw = performance.frontier(published).groupby("region")["score"]
    with capsys.disabled():
        print(
            f"\n  frontier: {len(performance.records(found))} records of 40 models planted, off by "
            f"{(ours - best).abs().max().max():.1f} points; without the shift a step of {raw.diff().max():.1f}"
        )
    pd.testing.assert_frame_equal(ours, best)
    assert raw.diff().max() > 59


# Frontier -----------------------------------------------------------------------------------------------------


def test_a_model_with_two_scores_on_a_day_is_refused():
    with pytest.raises(ValueError, match=r"'a' has several scores on 2025-01-01 \(1 such rows\).*source's rule"):
        performance.frontier(scores(("2025-01-01", "a", "us", 1), ("2025-01-01", "a", "us", 2)))


def test_the_frontier_is_the_best_so_far_at_every_date_of_any_group():
    found = performance.frontier(
        scores(
            ("2025-01-01", "old", "us", 10), ("2025-01-01", "weak", "us", 5), ("2025-01-02", "rival", "china", 7),
            ("2025-01-03", "old", "us", 8), ("2025-01-04", "new", "us", 12), ("2025-01-04", "equal", "china", 7),
        )
    )  # fmt: skip
    assert rows(found, "date", "region", "model", "score") == [
        ("01-01", "us", "old", 10),
        ("01-02", "china", "rival", 7), ("01-02", "us", "old", 10),
        ("01-03", "china", "rival", 7), ("01-03", "us", "old", 10),  # the old one's dip is not shown
        ("01-04", "china", "rival", 7), ("01-04", "us", "new", 12),  # an equal score takes no place
    ]  # fmt: skip
    best = performance.records(found)
    assert rows(best, "date", "model") == [("01-01", "old"), ("01-02", "rival"), ("01-04", "new")]
    assert best.columns.tolist() == ["date", "region", "model", "score"]


def test_of_equals_on_a_day_the_first_in_the_alphabet_holds_the_frontier_and_its_group_the_lead():
    day = "2025-01-01"
    level = performance.frontier(scores((day, "d", "us", 9), (day, "c", "us", 9), (day, "b", "eu", 9)))
    assert rows(level, "region", "model") == [("eu", "b"), ("us", "c")]
    assert rows(performance.leads(level), "region", "model", "margin") == [("eu", "b", 0)]


def test_what_was_not_measured_is_left_out_and_is_not_nought():
    found = performance.frontier(
        scores(("2025-01-01", "a", "us", None), ("2025-01-02", "b", "us", -3), (None, "c", "us", 9))
    )
    assert rows(found, "date", "model", "score") == [("01-02", "b", -3)]
    assert performance.frontier(scores()).empty


def test_the_frontier_goes_by_any_column_and_unknown_is_not_other():
    table = scores(("2025-01-01", "a", "eu", 1), ("2025-01-01", "b", "other", 2), ("2025-01-01", "c", "unknown", 3))
    table["group"] = table["region"].map(performance.THREE_WAY)
    assert rows(performance.frontier(table, by="group"), "group", "model") == [("other", "b"), ("unknown", "c")]


def test_what_is_closed_or_of_unknown_region_is_on_no_frontier_and_the_eu_is_other():
    regions = {"a": "us", "b": "eu", "c": "unknown", "d": "china"}
    table = scores(*(("2025-01-01", name, region, 1) for name, region in regions.items()))
    found = performance.opened(table.assign(status=["open", "open", "open", "closed"]))
    assert rows(found, "model", "region") == [("a", "us"), ("b", "other")]


# Lead ---------------------------------------------------------------------------------------------------------


def test_the_lead_changes_only_for_a_higher_score():
    frontier = performance.frontier(
        scores(
            ("2025-01-01", "a", "us", 10), ("2025-01-02", "b", "china", 10), ("2025-01-03", "c", "china", 11),
            ("2025-01-04", "d", "eu", 11), ("2025-01-05", "e", "us", 13),
        )
    )  # fmt: skip
    found = performance.leads(frontier)
    assert rows(found, "date", "region", "model") == [
        ("01-01", "us", "a"),
        ("01-03", "china", "c"),
        ("01-05", "us", "e"),
    ]
    assert found["margin"].isna().tolist() == [True, False, False]
    assert found["margin"].tolist()[1:] == [1, 2]


def test_how_the_lead_went_in_one_row():
    frontier = performance.frontier(
        scores(
            ("2025-01-01", "a", "us", 10), ("2025-01-02", "b", "china", 12), ("2025-01-03", "c", "us", 13),
            ("2025-01-04", "d", "china", 15), ("2025-01-05", "e", "eu", 99),
        )
    )  # fmt: skip
    found = performance.lead(frontier, "china", "us").iloc[0]
    days = [found[name].day for name in ("date", "passed", "turned")]
    assert (*days, found["leader"], found["margin"]) == (5, 4, 4, "china", 2)
    behind = performance.lead(frontier[frontier["date"] < "2025-01-04"], "china", "us").iloc[0]
    assert (behind["passed"].day, behind["turned"].day, behind["leader"], behind["margin"]) == (2, 3, "us", 1)


def test_a_lead_from_the_start_was_never_taken_and_one_group_leads_nobody():
    frontier = performance.frontier(scores(("2025-01-01", "a", "us", 10), ("2025-01-01", "b", "china", 12)))
    first = performance.lead(frontier, "china", "us").iloc[0]
    assert (first["leader"], first["margin"]) == ("china", 2)
    assert first[["passed", "turned"]].isna().all()
    level = performance.lead(frontier.assign(score=10), "china", "us").iloc[0]
    assert (level["leader"], level["margin"]) == (None, 0)
    for held in (frontier[frontier["region"] == "us"], frontier.iloc[:0]):
        alone = performance.lead(held, "china", "us").iloc[0]
        assert alone[["passed", "turned", "leader", "margin"]].isna().all()


def test_the_best_of_each_group_at_the_end_is_named_as_its_maker_spells_it():
    frontier = performance.frontier(scores(("2025-01-01", "glm-5", "china", 1), ("2025-01-02", "x", "us", 2)))
    best = performance.tops(frontier)
    assert best.to_dict("list") == {"region": ["china", "us"], "model": ["glm-5", "x"], "score": [1, 2]}
    models = pd.DataFrame({"model": ["zai-org/GLM-5", "nvidia/NVIDIA-Nemotron-3-Super-BF16"]})
    named = pd.DataFrame({"model": ["Glm-5", "nemotron-3-super", "x"]})
    assert performance.as_listed(named, models)["model"].tolist() == ["GLM-5", "Nemotron-3-Super", "x"]


# Trend --------------------------------------------------------------------------------------------------------


def test_a_line_is_found():
    points = scores(*((f"2025-01-{day:02}", f"m{day}", "us", 3 + 0.5 * day) for day in (1, 5, 9, 31)))
    found = performance.trend(points, "2025-01-01")
    assert rows(found, "date", "score") == [("01-01", 3.5), ("01-31", 18.5)]
    assert found["points_per_year"].iloc[0] == pytest.approx(0.5 * 365.25)


def test_a_known_regression():
    # y on x = 0, 1, 2, 3 days: slope 0.6, intercept 1.1
    found = performance.trend(
        scores(*((f"2025-03-{x + 1:02}", f"m{x}", "us", y) for x, y in enumerate([1, 2, 2, 3]))), "2025-03-01"
    )
    first = found.iloc[0]
    assert first["score"] == pytest.approx(1.1)
    assert first["points_per_year"] == pytest.approx(0.6 * 365.25)


def test_points_before_the_start_do_not_count_and_too_few_make_no_line():
    table = scores(
        ("2024-04-30", "a", "us", 99), ("2024-05-01", "b", "us", 1), ("2024-07-15", "c", "us", 2),
        ("2024-05-01", "d", "eu", 1), ("2024-05-01", "e", "china", 1), ("2024-05-01", "f", "china", 2),
    )  # fmt: skip
    found = performance.trend(table, "2024-05-01")
    assert rows(found, "region", "date") == [("us", "05-01"), ("us", "06-01"), ("us", "07-01"), ("us", "07-15")]
    assert found["score"].iloc[[0, -1]].tolist() == [1, 2]
    assert performance.trend(table, "2026-01-01").empty


def test_a_point_without_a_score_is_none():
    day = ("2025-03-01", "a", "us", 1), ("2025-03-02", "b", "us", 2), ("2025-04-20", "c", "us", None)
    found = performance.trend(scores(*day), "2025-03-01")
    assert rows(found, "date", "score", "points") == [("03-01", 1, 2), ("03-02", 2, 2)]


def test_a_slope_is_told_with_what_other_starts_give():
    """Ten points a year before the start, twenty after it: the later a line starts, the steeper it is."""
    months = pd.date_range("2024-01-01", periods=13, freq="MS")
    score = [10 * n / 12 if n <= 4 else 10 * 4 / 12 + 20 * (n - 4) / 12 for n in range(13)]
    points = pd.DataFrame({"date": months, "region": "us", "score": score})
    late = pd.DataFrame({"date": months[-3:], "region": "eu", "score": [1.0, 2.0, 3.0]})
    lines = performance.trends(pd.concat([points, late]), "2024-05-01")
    found = performance.slopes(lines, "2024-05-01")
    assert found.columns.tolist() == [
        "region", "points_per_year", "slope_lowest", "slope_highest", "start_first", "start_last",
    ]  # fmt: skip
    found = found.set_index("region")
    us = found.loc["us"]
    assert (us["slope_highest"], us["points_per_year"]) == pytest.approx((20, 20), rel=0.02)
    every = {f"{start:%m}": performance.trend(points, start)["points_per_year"].iloc[0] for start in months[:11]}
    assert us["slope_lowest"] == min(every.values()) == every["01"]
    assert us[["start_first", "start_last"]].tolist() == [pd.Timestamp("2023-11-01"), pd.Timestamp("2024-11-01")]
    assert found.loc["eu", "start_last"] == pd.Timestamp("2024-11-01")
    assert performance.slopes(lines, "2026-01-01").empty


# Invariants ---------------------------------------------------------------------------------------------------

BOARDS = st.dictionaries(
    st.tuples(st.integers(1, 28), st.sampled_from("abcdef")), st.integers(900, 1500), min_size=1, max_size=40
).map(
    lambda held: scores(
        *(
            (f"2025-02-{day:02}", model, {"a": "us", "b": "eu"}.get(model, "china"), n)
            for (day, model), n in held.items()
        )
    )
)


@settings(max_examples=30)
@given(BOARDS)
def test_the_frontier_never_falls_and_is_nobodys_below(board):
    found = performance.frontier(board)
    assert (found.groupby("region")["score"].diff().dropna() >= 0).all()
    reached = board.merge(found, on=["date", "region"])
    assert (reached["score_x"] <= reached["score_y"]).all()
    assert not found.duplicated(["date", "region"]).any()


@settings(max_examples=25)
@given(BOARDS, st.integers(0, 1000), st.integers(-500, 500))
def test_order_changes_nothing_and_a_shift_of_all_shifts_all(board, seed, shift):
    shuffled = board.sample(frac=1, random_state=seed)
    for measure in (performance.frontier, lambda table: performance.trend(table, "2025-02-01")):
        pd.testing.assert_frame_equal(measure(board), measure(shuffled))
    moved = performance.frontier(performance.recalibrate(board, shift, "2026-01-01"))
    assert (moved["score"] - performance.frontier(board)["score"]).eq(shift).all()
    leads = performance.leads(performance.frontier(board))
    assert leads["region"].ne(leads["region"].shift()).all()


# What is known of a source's models ----------------------------------------------------------------------------


def test_a_region_without_a_known_open_model_is_told_and_unmeasured_ones_do_not_count():
    day = pd.Timestamp("2025-01-01")
    rows = [
        (day, "us", "open", 5.0),
        (day, "us", "unknown", 4.0),
        (day, "us", "closed", 9.0),
        (day, "other", "open", 1.0),
    ]
    rows += [(None, "us", "open", 5.0), (day, "eu", "unknown", 3.0), (day, "eu", "open", None)]
    table = pd.DataFrame(rows, columns=["date", "region", "status", "score"])
    found = performance.openness(table, ["china", "us", "eu"])
    assert found.to_numpy().tolist() == [["china", 0, 0, 0], ["us", 3, 1, 1], ["eu", 1, 0, 1]]
    whole = performance.held(table.assign(date=pd.to_datetime(table["date"]))).iloc[0]
    assert whole[["models", "open_models", "unknown_models", "held", "first"]].tolist() == [5, 2, 2, 1, day]
