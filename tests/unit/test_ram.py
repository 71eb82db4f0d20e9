"""RAM: known answers by hand, Table 1's arithmetic, properties of scores and bounds, coverage, and `atom ram`."""

import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from helpers import edition, paths, tables
from helpers.build import graph
from helpers.commands import ram as command
from helpers.findings import ram as findings
from helpers.measures import order_statistics, ram, ram_summaries
from helpers.tables import contracts
from helpers.text import show

SNAPSHOT = "2026-04-02"
NEEDED = {"models": 0.0, "rank": 0.0}
MILESTONES = [7, 14, 30]
SMALL, LARGE = "1–5B", "250B+"


def tracked(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    """clean/models from (model, bucket, released)."""
    table = pd.DataFrame(rows, columns=["model", "bucket", "released"])
    table["released"] = pd.to_datetime(table["released"]).astype("datetime64[us]")
    sizes = {SMALL: 3.0, LARGE: 400.0}
    table = table.assign(
        namespace=table["model"].str.partition("/")[0], organisation="Acme", region="us",
        parameters_b=table["bucket"].map(sizes).astype(float), created=table["released"], history=False,
    )  # fmt: skip
    return contracts.check(table[list(contracts.TABLES["clean/models"].columns)], "clean/models")


def counts(model: str, start: str, values: list[float], flag: str = "observed") -> pd.DataFrame:
    """A model's lifetime counts from `start` on, one a day."""
    dates = pd.date_range(start, periods=len(values), unit="us")
    return pd.DataFrame({"date": dates, "model": model, "downloads_cumulative": values, "flag": flag})


def lifetime(*parts: pd.DataFrame) -> pd.DataFrame:
    return contracts.check(
        pd.concat(parts, ignore_index=True).astype({"downloads_cumulative": float}), "clean/lifetime"
    )


def since(model: str, released: str, rate: float, end: str = SNAPSHOT) -> pd.DataFrame:
    """Counts from the release day to `end` that grow by `rate` a day: the count k days after release is rate × k."""
    days = (pd.Timestamp(end) - pd.Timestamp(released)).days
    return counts(model, released, [rate * day for day in range(days + 1)])


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


FOUR = tracked(*((f"acme/m{number}", SMALL, "2026-03-01") for number in range(1, 5)))
FOUR_LIFE = lifetime(*(since(f"acme/m{number}", "2026-03-01", rate) for number, rate in enumerate((1, 2, 4, 100), 1)))


# Milestones ---------------------------------------------------------------------------------------------------


def test_a_milestone_counts_through_the_day_k_days_after_release():
    models = tracked(("acme/m", SMALL, "2026-02-16"))
    found = ram.at_milestones(lifetime(since("acme/m", "2026-02-16", 10)), models, [7, 30])
    assert rows(found, "bucket", "model", "milestone_days", "downloads", "flag") == [
        (SMALL, "acme/m", 7, 70, "observed"), (SMALL, "acme/m", 30, 300, "observed"),
    ]  # fmt: skip
    assert list(found["date"]) == [pd.Timestamp("2026-02-23"), pd.Timestamp("2026-03-18")]


def test_a_model_first_counted_after_its_release_has_unknown_early_milestones():
    models = tracked(("acme/late", SMALL, "2026-01-01"))
    found = ram.at_milestones(lifetime(counts("acme/late", "2026-01-15", list(range(500, 540)))), models, MILESTONES)
    assert rows(found, "milestone_days", "downloads") == [(14, 500), (30, 516)]


def test_a_milestone_not_reached_is_absent():
    models = tracked(("acme/new", SMALL, "2026-03-25"))
    found = ram.at_milestones(lifetime(since("acme/new", "2026-03-25", 5)), models, MILESTONES)
    assert rows(found, "milestone_days", "downloads") == [(7, 35)]


def test_the_total_kept_of_a_vanished_model_is_no_count():
    models = tracked(("acme/gone", SMALL, "2026-01-01"))
    table = lifetime(
        counts("acme/gone", "2026-01-01", list(range(10))), counts("acme/gone", "2026-01-11", [9] * 60, "vanished")
    )
    assert rows(ram.at_milestones(table, models, MILESTONES), "milestone_days", "downloads") == [(7, 7)]


def test_an_interpolated_count_says_so():
    models = tracked(("acme/m", SMALL, "2026-01-01"))
    table = lifetime(
        counts("acme/m", "2026-01-01", list(range(7))), counts("acme/m", "2026-01-08", [8], "interpolated"),
        counts("acme/m", "2026-01-09", [9]),
    )  # fmt: skip
    assert rows(ram.at_milestones(table, models, [7]), "downloads", "flag") == [(8, "interpolated")]


def test_release_or_size_unknown():
    models = tracked(("acme/undated", SMALL, None), ("acme/unsized", None, "2026-03-01"))
    table = lifetime(since("acme/undated", "2026-03-01", 1), since("acme/unsized", "2026-03-01", 1))
    found = ram.measure(table, models, MILESTONES, SNAPSHOT, 10, NEEDED)
    assert set(found.reached["model"]) == {"acme/unsized"}
    assert list(found.members["model"]) == ["acme/undated"]
    assert found.scores["score"].isna().all()
    assert found.reference["n"].eq(0).all()
    assert found.reference[["median", "q25", "q75", "mean", "mean_to_median"]].isna().all(axis=None)


def test_coverage_says_why_a_count_is_absent():
    models = tracked(
        ("acme/undated", SMALL, None), ("acme/never", SMALL, "2026-01-01"), ("acme/late", SMALL, "2026-01-01"),
        ("acme/new", SMALL, "2026-03-25"), ("acme/gone", SMALL, "2026-01-01"),
    )  # fmt: skip
    table = lifetime(
        since("acme/undated", "2026-03-01", 1), counts("acme/late", "2026-01-10", list(range(83))),
        since("acme/new", "2026-03-25", 1), since("acme/gone", "2026-01-01", 1, "2026-01-08"),
        counts("acme/gone", "2026-01-09", [7] * 84, "vanished"),
    )  # fmt: skip
    found = ram.coverage(table, models, [7, 14])
    assert found.set_index(["model", "milestone_days"])["state"].to_dict() == {
        ("acme/undated", 7): "release-unknown", ("acme/undated", 14): "release-unknown",
        ("acme/never", 7): "never-counted", ("acme/never", 14): "never-counted",
        ("acme/late", 7): "before-the-first-count", ("acme/late", 14): "counted",
        ("acme/new", 7): "counted", ("acme/new", 14): "not-reached",
        ("acme/gone", 7): "counted", ("acme/gone", 14): "after-the-last-reading",
    }  # fmt: skip
    counted = found[found["state"] == "counted"][["model", "milestone_days"]]
    reached = ram.at_milestones(table, models, [7, 14])[["model", "milestone_days"]]
    assert sorted(rows(counted, *counted)) == sorted(rows(reached, *reached))


def test_counts_after_the_snapshot_do_not_enter():
    later = lifetime(*(since(f"acme/m{n}", "2026-03-01", r, "2026-05-30") for n, r in enumerate((1, 2, 4, 100), 1)))
    milestones = [7, 30, 60]
    ours, expected = (ram.measure(t, FOUR, milestones, SNAPSHOT, 10, NEEDED) for t in (later, FOUR_LIFE))
    pd.testing.assert_frame_equal(ours.scores, expected.scores)
    assert 60 not in set(ours.scores["milestone_days"])


# Reference sets -----------------------------------------------------------------------------------------------


def test_the_reference_set_is_the_most_downloaded_of_each_bucket_at_the_snapshot():
    models = tracked(
        ("b/tie", SMALL, "2026-01-01"), ("a/tie", SMALL, "2026-01-01"), ("a/top", SMALL, "2026-01-01"),
        ("a/gone", SMALL, "2026-01-01"), ("a/large", LARGE, "2026-01-01"), ("a/unsized", None, "2026-01-01"),
    )  # fmt: skip
    table = lifetime(
        counts("b/tie", SNAPSHOT, [5, 900]), counts("a/tie", SNAPSHOT, [5]), counts("a/top", SNAPSHOT, [9]),
        counts("a/gone", SNAPSHOT, [99], "vanished"), counts("a/large", SNAPSHOT, [1]),
        counts("a/unsized", SNAPSHOT, [999]),
    )  # fmt: skip
    found = ram.reference_set(table, models, SNAPSHOT, 2, NEEDED)
    assert found.columns.tolist() == ["bucket", "rank", "model", "downloads", "n"]
    assert rows(found, *found.columns) == [
        (SMALL, 1, "a/top", 9, 2), (SMALL, 2, "a/tie", 5, 2), (LARGE, 1, "a/large", 1, 1),
    ]  # fmt: skip


def test_a_snapshot_that_is_not_held_is_an_error():
    with pytest.raises(ram.RamError, match=r"no lifetime counts on 2027-01-01.*days held: 2026-03-01 to 2026-04-02"):
        ram.reference_set(FOUR_LIFE, FOUR, "2027-01-01", 10, NEEDED)


def test_medians_quartiles_means_and_scores_by_hand():
    found = ram.measure(FOUR_LIFE, FOUR, [7, 365], SNAPSHOT, 10, NEEDED)
    # at 7 days 7, 14, 28, 700: quartiles on the line between neighbours
    assert rows(found.reference.head(1), *found.reference) == [(SMALL, 7, 4, 21, 12.25, 196, 187.25, 187.25 / 21)]
    assert rows(found.reference.tail(1), "milestone_days", "n") == [(365, 0)]
    assert found.scores["score"].tolist() == pytest.approx([1 / 3, 2 / 3, 4 / 3, 100 / 3])
    assert set(found.scores["n"]) == {4}


def test_a_model_outside_the_reference_set_is_scored_against_it():
    found = ram.measure(FOUR_LIFE, FOUR, [7], SNAPSHOT, 3, NEEDED)
    assert found.scores.set_index("model")["score"].to_dict() == pytest.approx(
        {"acme/m1": 0.25, "acme/m2": 0.5, "acme/m3": 1, "acme/m4": 25}
    )


def test_a_median_of_zero_gives_no_score():
    table = lifetime(*(since(f"acme/m{number}", "2026-03-01", 0) for number in range(1, 5)))
    found = ram.measure(table, FOUR, [7], SNAPSHOT, 10, NEEDED)
    assert found.reference["median"].tolist() == [0]
    assert found.reference["mean_to_median"].isna().all()
    assert found.scores[["score", "interval_low", "leave_one_out_high"]].isna().all(axis=None)


# Table 1 ------------------------------------------------------------------------------------------------------


def rounding(printed: str) -> tuple[float, float]:
    """The interval that a printed number such as "1.3M" or "0.70" stands for."""
    number, suffix = re.fullmatch(r"(\d+(?:\.\d+)?)(K|M)?", printed).groups()
    scale = {"K": 1e3, "M": 1e6, None: 1}[suffix]
    half = 10 ** -len(number.partition(".")[2]) / 2
    return (float(number) - half) * scale, (float(number) + half) * scale


TABLE_1 = pd.read_csv(paths.PUBLISHED / "ram_table.csv", dtype={"printed_score": str})


def test_table_1_is_downloads_over_one_median_for_each_bucket_and_milestone():
    keys = ["bucket", "milestone_days"]
    bounds = TABLE_1[keys].copy()
    low_high = [
        (d[0] / s[1], d[1] / s[0])
        for d, s in zip(
            map(rounding, TABLE_1["printed_downloads"]), map(rounding, TABLE_1["printed_score"]), strict=True
        )
    ]
    bounds[["low", "high"]] = low_high
    medians = bounds.groupby(keys).agg(low=("low", "max"), high=("high", "min")).mean(axis="columns")
    medians = medians.rename("median").reset_index().assign(n=10)
    ours = ram.scores(TABLE_1[["bucket", "model", "milestone_days", "downloads"]], medians, TABLE_1.iloc[:0])
    assert len(ours) == len(TABLE_1) == 57
    for row, printed in zip(ours.itertuples(), TABLE_1.itertuples(), strict=True):
        least, most = (end / row.median for end in rounding(printed.printed_downloads))
        low, high = rounding(printed.printed_score)
        assert max(least, low) <= min(most, high) * (1 + 1e-9), (row, printed.printed_score)
        assert least <= row.score <= most


def test_scores_across_milestones_read_like_table_1():
    """The paper's rows, given as scores, come out as the paper's cells; a score says that it is a multiple."""
    long = TABLE_1[["bucket", "name", "milestone_days", "score", "downloads"]]
    table = show.across(long, "scores", "milestone_days", ["score", "downloads"], {"downloads": "tenths"})
    assert list(table) == ["Model", "Measure", "7d", "14d", "30d", "60d", "90d", "180d"]
    assert list(table["Model"])[::2] == list(dict.fromkeys(TABLE_1["name"]))
    printed = TABLE_1.set_index(["name", "milestone_days"])
    cells = {"Score": printed["printed_score"] + "×", "Downloads": printed["printed_downloads"]}
    for row in table.to_dict("records"):
        for days in (7, 14, 30, 60, 90, 180):
            assert row[f"{days}d"] == cells[row["Measure"]].get((row["Model"], days), "")


def test_columns_that_single_members_decide_are_marked_where_data_are_reconstructed():
    table = TABLE_1[["name", "score"]].assign(interval_low=1.0)
    heads = [
        list(show.shown(table, "scores", assumed=ram.BOUNDS, data=data)) for data in ("reconstructed", "public", "full")
    ]
    assert heads == [["Score", "Interval, from °"], ["Score", "Interval, from"], ["Score", "Interval, from"]]


def test_a_column_without_a_heading_is_named():
    with pytest.raises(show.ShowError, match=r"scores: column 'colour' has no heading; add it to .*codebook.csv"):
        show.shown(TABLE_1[["name"]].assign(colour="red"), "scores")


# In short -----------------------------------------------------------------------------------------------------


def test_the_settings_of_a_snapshot_in_one_row():
    found = ram_summaries.settings(10, [7, 14], SNAPSHOT, "2026-03-27").iloc[0]
    assert (found["reference_set_size"], found["milestone_count"], found["milestone_first"]) == (10, 2, 7)
    assert (found["milestones"], found["interval_level"]) == ("7, 14", 0.95)
    assert found["snapshot_date"] == pd.Timestamp(SNAPSHOT)


def test_half_of_a_reference_set_lies_on_either_side_of_1():
    found = ram.measure(FOUR_LIFE, FOUR, MILESTONES, SNAPSHOT, 10, NEEDED)
    baseline = ram_summaries.baseline(found.scores, found.members, found.reference)
    assert rows(baseline, "score", "quantile_low", "quantile_high") == [pytest.approx((1, 0.25, 0.75))]
    moved = found.reference.assign(q25=[28.0, *found.reference["q25"][1:]])  # the third of 7, 14, 28, 700
    strays = ram_summaries.baseline(found.scores, found.members, moved)
    assert strays["quantile_low"].tolist() == pytest.approx([2 / 3])
    for too_few in (found.scores.iloc[:0], found.scores[found.scores["model"].isin(found.members["model"])].iloc[:1]):
        assert ram_summaries.baseline(too_few, found.members, found.reference).isna().all(axis=None)


def cells(*given: tuple[str, int, int, float | None]) -> pd.DataFrame:
    """Reference sets' medians from (bucket, milestone_days, n, median); the mean is twice as high."""
    table = pd.DataFrame(given, columns=["bucket", "milestone_days", "n", "median"]).astype({"median": float})
    return table.assign(mean_to_median=table["median"] * 0 + 2 + table["milestone_days"] / 1000)


CELLS = cells((SMALL, 7, 10, 40), (SMALL, 30, 9, 90), (SMALL, 365, 2, 80), (LARGE, 7, 3, 10), (LARGE, 30, 0, None),
              (LARGE, 365, 0, None), ("7–9B", 7, 0, None))  # fmt: skip


def test_medians_are_counted_where_there_are_any():
    found = ram_summaries.medians(CELLS, 10)
    assert rows(found, "sets", "buckets", "medians", "thin", "fewest", "falls") == [(3, 2, 4, 3, 2, 0)]
    whole = ram_summaries.medians(CELLS.assign(n=10), 10)
    assert whole["falls"].item() == 1
    for few in (CELLS[CELLS["n"] == 0], CELLS[CELLS["n"] < 10]):
        assert ram_summaries.medians(few, 10)["falls"].item() is None
    none = ram_summaries.medians(CELLS[CELLS["n"] == 0], 10).iloc[0]
    assert (none["medians"], none["fewest"]) == (0, None)


def test_a_model_that_is_all_of_its_reference_set_has_no_score():
    models = tracked(("acme/own", SMALL, "2026-03-01"), ("acme/late", SMALL, "2026-03-01"))
    late = since("acme/late", "2026-03-01", 1)
    life = lifetime(since("acme/own", "2026-03-01", 10), late[late["date"] >= "2026-03-12"])
    found = ram.measure(life, models, MILESTONES, SNAPSHOT, 1, NEEDED)
    assert found.members["model"].tolist() == ["acme/own"]
    scores = found.scores.set_index(["model", "milestone_days"])["score"]
    assert scores["acme/own"].isna().all()
    assert scores["acme/late"].to_dict() == {14: 0.1, 30: 0.1}
    other = ram.other_sets(found.scores, found.reached, found.members).set_index("model")["score_fixed"]
    assert other["acme/own"].isna().all()


def test_a_bucket_of_which_too_little_was_read_has_no_reference_set():
    models = tracked(*((f"acme/{name}", SMALL, "2026-03-01") for name in "ab"), ("acme/c", LARGE, "2026-03-01"))
    life = lifetime(
        since("acme/a", "2026-03-01", 10), since("acme/c", "2026-03-01", 10), since("acme/d", "2026-03-01", 9)
    )
    models = pd.concat([models, tracked(("acme/d", LARGE, "2026-03-01"))], ignore_index=True)
    needed = {"models": 0.9, "rank": 0.9}
    found = ram.measure(life, models, MILESTONES, SNAPSHOT, 10, needed)
    assert set(found.members["bucket"]) == {LARGE}
    assert set(found.scores.dropna(subset="score")["bucket"]) == {LARGE}
    half = life[life["model"] != "acme/d"]
    nothing = ram.measure(half, models, MILESTONES, SNAPSHOT, 10, needed)
    assert nothing.members.empty
    assert nothing.scores[["score", "interval_low", "leave_one_out_high"]].isna().all(axis=None)
    assert ram_summaries.medians(nothing.reference, 10)["medians"].item() == 0


def ranked(*given: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(given, columns=["bucket", "model", "downloads"])


def test_a_set_as_a_whole_has_a_median_life_and_its_greatest_skew():
    found = ram_summaries.sets(ranked((SMALL, "a", 90), (SMALL, "b", 50), (SMALL, "c", 10), ("7–9B", "d", 5)), CELLS)
    assert rows(found, "bucket", "n", "downloads")[0] == (SMALL, 3, 50)
    assert found["mean_to_median"].iloc[0] == pytest.approx(2.365)
    assert np.isnan(found["mean_to_median"].iloc[1])


def test_medians_are_as_far_apart_as_the_largest_from_the_smallest():
    lives = pd.DataFrame({"bucket": [SMALL, LARGE], "downloads": [100.0, 20.0]})
    held = cells((SMALL, 7, 10, 40), (LARGE, 7, 3, 10), (SMALL, 90, 4, 100), (LARGE, 90, 4, 5), (SMALL, 200, 4, 900))
    assert rows(ram_summaries.spread(held, lives), "narrowest", "widest", "lifetime") == [(4, 20, 5)]
    alone = ram_summaries.spread(CELLS[CELLS["bucket"] == SMALL], lives.head(1))
    assert alone.isna().all(axis=None)


@pytest.mark.parametrize("bucket", [LARGE, "7–9B"])
def test_a_milestone_at_which_a_bucket_has_no_median_compares_nothing(bucket):
    lives = pd.DataFrame({"bucket": [SMALL, bucket], "downloads": [100.0, 20.0]})
    (found,) = ram_summaries.spread(CELLS, lives).to_dict("records")
    assert [np.isnan(found["narrowest"]), np.isnan(found["widest"]), found["lifetime"]] == [True, True, 5]


CASES = pd.DataFrame({"key": ["a", "b", "c"], "model": ["m/a", "m/b", "m/c"], "figure": ["big", "big", "small"],
                      "group": ["out", None, "out"]})  # fmt: skip
CHOSEN = pd.DataFrame(
    [("a", "m/a", "out", 2.0, 1.5, 3.0, 1.8, 2.4, 0.8), ("a", "m/a", "out", 0.5, 0.4, 1.6, 0.4, 0.6, 0.6),
     ("b", "m/b", None, 1.0, None, None, None, None, None)],
    columns=["key", "model", "group", "score", *ram.BOUNDS, "score_fixed"],
)  # fmt: skip


def test_the_extremes_of_what_has_no_score_are_null():
    found = ram_summaries.extremes(CHOSEN, CASES, "key")
    assert rows(found.head(2), *found) == [("a", 2, 0.5, 2.0), ("b", 1, 1.0, 1.0)]
    assert found.iloc[2]["scores"] == 0
    assert np.isnan(found.iloc[2]["score_highest"])
    assert rows(ram_summaries.extremes(CHOSEN, CASES, "group"), "group", "score_lowest") == [("out", 0.5)]


def test_models_with_scores_are_counted_by_figure_and_in_all():
    found = ram_summaries.scored(CASES, CHOSEN)
    assert rows(found, *found) == [("all", 3, 2, 3), ("big", 2, 2, 3), ("small", 1, 0, 0)]


def test_certainty_by_hand():
    found = ram_summaries.certainty(CHOSEN).iloc[0]
    assert (found["intervals"], found["one_sided"], found["interval_factor"]) == (2, 1, 3)
    assert found["leave_one_out_factor"] == pytest.approx((2.4 / 1.8 + 0.6 / 0.4) / 2)
    assert (found["fixed"], found["fixed_crossed"]) == (2, 1)
    assert found["fixed_factor"] == pytest.approx((2.0 / 0.8 + 0.6 / 0.5) / 2)
    below = CHOSEN.iloc[[1, 1, 1]].assign(score=[0.5, 0.5, 2.0], score_fixed=[0.6, 1.2, 1.2])
    assert ram_summaries.certainty(below)["fixed_crossed"].tolist() == [1]  # what stays on its side of 1 does not cross
    none = ram_summaries.certainty(CHOSEN.iloc[:0]).iloc[0]
    assert none["intervals"] == 0
    assert np.isnan(none["interval_factor"])


def test_lists_have_an_order_and_places_change_hands():
    before = ranked((SMALL, "x/a", 9), (SMALL, "x/b", 8), (LARGE, "x/c", 7))
    after = ranked((SMALL, "x/b", 9), (SMALL, "x/new", 8), (LARGE, "x/c", 7))
    lists = ram_summaries.ordered(before)
    assert dict(rows(lists, "bucket", "ordered")) == {SMALL: "x/a, x/b", LARGE: "x/c"}
    assert rows(ram_summaries.changed(before, after), "places", "changed") == [(3, 1)]


# Findings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "cells", "truth"),
    [
        ("outliers_apart", {"outliers.score_lowest": 10.2, "rivals.score_highest": 8.0}, True),
        ("outliers_apart", {"outliers.score_lowest": 7.9, "rivals.score_highest": 8.0}, False),
        ("glm_4_7_below_median", {"score-range.glm-4-7.score_highest": 0.65}, True),
        ("glm_4_7_below_median", {"score-range.glm-4-7.score_highest": 1.0}, False),
        ("laggards_below_median", {"glm-4-7.score_highest": 0.65, "deepseek-v3-2.score_highest": 1.2}, False),
        ("kimi_k2_thinking_near_median", {"score_lowest": 0.79, "score_highest": 1.23}, True),
        ("kimi_k2_thinking_near_median", {"score_lowest": 0.49, "score_highest": 1.23}, False),
        ("minimax_fades", {"minimax-m2-1.7d": 4.45, "minimax-m2-1.90d": 0.7}, True),
        ("qwen_122b_rises", {"qwen-3-5-122b.7d": 7.86, "qwen-3-5-122b.30d": 7.86}, False),
        ("medians_alike", {"spread.widest": 7.8, "spread.lifetime": 9.7}, True),
        ("medians_rise", {"medians.falls": 1}, False),
        ("intervals_known", {"certainty.intervals": 0}, False),
        ("top_models_at_snapshot", {"top_models_date": "2026-03-27", "snapshot_date": SNAPSHOT}, False),
    ],
)
def test_findings_by_hand(finding, cells, truth):
    """cells: part of an address → what the cell there holds."""

    def tell(address):
        return next(value for part, value in cells.items() if part in address)

    assert getattr(findings, finding)(tell) is truth


# Properties ---------------------------------------------------------------------------------------------------


@st.composite
def worlds(draw) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Up to 8 models in two buckets, released and first counted at various days, growing at various rates."""
    models, parts = [], []
    for number in range(draw(st.integers(1, 8))):
        released = pd.Timestamp(SNAPSHOT) - pd.Timedelta(days=draw(st.integers(3, 45)))
        late, rate = draw(st.integers(0, 10)), draw(st.integers(1, 10**6))
        name = f"acme/m{number}"
        models.append((name, draw(st.sampled_from([SMALL, LARGE])), f"{released:%Y-%m-%d}"))
        whole = since(name, f"{released:%Y-%m-%d}", rate)
        parts.append(whole.iloc[min(late, len(whole) - 1) :])
    return tracked(*models), lifetime(*parts)


modest = settings(max_examples=15)


@modest
@given(worlds())
def test_the_median_score_of_a_reference_set_is_1(world):
    models, life = world
    found = ram.measure(life, models, MILESTONES, SNAPSHOT, 5, NEEDED)
    own = found.scores[found.scores["model"].isin(found.members["model"])]
    medians = own.groupby(["bucket", "milestone_days"], observed=True)["score"].median()
    assert medians.dropna().to_numpy() == pytest.approx(1)
    assert medians.count() == (found.reference["n"] > 1).sum()


@modest
@given(worlds(), st.sampled_from([0.5, 3, 1000]))
def test_scores_do_not_depend_on_the_scale(world, factor):
    models, life = world
    scaled = life.assign(downloads_cumulative=life["downloads_cumulative"] * factor)
    one, other = (ram.measure(t, models, MILESTONES, SNAPSHOT, 5, NEEDED).scores for t in (life, scaled))
    columns = ["score", "interval_low", "interval_high", "leave_one_out_low", "leave_one_out_high"]
    pd.testing.assert_frame_equal(one[columns], other[columns])
    assert other["downloads"].to_numpy() == pytest.approx(one["downloads"].to_numpy() * factor)


@modest
@given(worlds(), st.integers(0, 100))
def test_the_order_of_rows_changes_nothing(world, seed):
    models, life = world
    shuffled = (life.sample(frac=1, random_state=seed), models.sample(frac=1, random_state=seed))
    one, other = (ram.measure(t, m, MILESTONES, SNAPSHOT, 5, NEEDED) for t, m in ((life, models), shuffled))
    for name in ("reached", "members", "reference", "scores"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@modest
@given(worlds())
def test_the_leave_one_out_range_holds_the_score_and_is_absent_below_two_models(world):
    models, life = world
    scores = ram.measure(life, models, MILESTONES, SNAPSHOT, 5, NEEDED).scores
    known = scores[scores["n"] >= 2]
    assert (known["leave_one_out_low"] <= known["score"] * (1 + 1e-12)).all()
    assert (known["leave_one_out_high"] >= known["score"] * (1 - 1e-12)).all()
    few = scores[~(scores["n"] >= 2).fillna(False)]
    assert few[["leave_one_out_low", "leave_one_out_high", "interval_low", "interval_high"]].isna().all(axis=None)


# Uncertainty --------------------------------------------------------------------------------------------------


def test_leave_one_out_by_hand():
    found = ram.measure(FOUR_LIFE, FOUR, [7], SNAPSHOT, 10, NEEDED)
    bounds = ram.leave_one_out(found.reached, found.members, [7])
    assert rows(bounds, *bounds) == [(SMALL, 7, 14, 28)]  # of 7, 14, 28, 700 without one of the middle two
    first = found.scores.iloc[0]
    assert (first["leave_one_out_low"], first["leave_one_out_high"]) == (7 / 28, 7 / 14)


def many(size: int = 10) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A bucket of `size` models whose downloads spread as those of real ones do; each third began a month ago."""
    chance = np.random.default_rng(7)
    models = tracked(*((f"acme/m{n}", LARGE, "2026-03-01" if n % 3 else "2026-01-01") for n in range(size)))
    rates = chance.lognormal(8, 1, size)
    life = (since(m, f"{d:%Y-%m-%d}", r) for m, d, r in zip(models["model"], models["released"], rates, strict=True))
    return models, lifetime(*life)


def test_a_bucket_does_not_depend_on_other_buckets():
    models, life = many()
    more = pd.concat([models, FOUR.assign(model=FOUR["model"].str.replace("acme", "other"))])
    life_more = pd.concat([life, FOUR_LIFE.assign(model=FOUR_LIFE["model"].str.replace("acme", "other"))])
    alone = ram.measure(life, models, MILESTONES, SNAPSHOT, 10, NEEDED).scores
    beside = ram.measure(life_more, more, MILESTONES, SNAPSHOT, 10, NEEDED).scores
    pd.testing.assert_frame_equal(alone, beside[beside["bucket"] == LARGE].reset_index(drop=True))


def test_the_interval_holds_the_score_and_the_leave_one_out_range():
    models, life = many()
    scores = ram.measure(life, models, MILESTONES, SNAPSHOT, 10, NEEDED).scores
    assert len(scores) == 30
    assert (scores["interval_low"] < scores["score"]).all()
    assert (scores["interval_high"] > scores["score"]).all()
    assert (scores["interval_low"] <= scores["leave_one_out_low"]).all()
    assert (scores["interval_high"] >= scores["leave_one_out_high"]).all()


DRAWS = {  # what downloads of models may be a draw from → its median
    "lognormal": (lambda chance, size: chance.lognormal(8, 1.5, size), np.exp(8)),
    "heavy on both sides": (lambda chance, size: np.exp(chance.standard_t(3, size)), 1),
    "one breakout in few": (lambda chance, size: 1 + chance.pareto(1, size), 2),
    "no tail": (lambda chance, size: chance.random(size), 0.5),
}


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("size", range(order_statistics.FEWEST, 12))
def test_an_interval_covers_as_often_as_its_name_says(draw, size):
    drawn, median = DRAWS[draw]
    sets = drawn(np.random.default_rng([size, 7]), (4_000, size))
    ends = np.array([order_statistics.median_interval(values, ram.LEVEL) for values in sets])
    covered = ((ends[:, 0] <= median) & (median <= ends[:, 1])).mean()
    assert covered == pytest.approx(ram.LEVEL, abs=0.02)


@given(st.integers(0, order_statistics.FEWEST - 1), st.sampled_from([0.5, 0.9, 0.95]))
def test_so_few_models_have_no_interval(size, level):
    assert np.isnan(order_statistics.median_interval(np.arange(1.0, size + 1), level)).all()


@pytest.mark.parametrize(
    ("count", "weight", "place"),
    [
        # six: between the pairs that enclose with 62/64 and 50/64; excess 0.1, weight 5 · 0.1 / (1 + 4 · 0.1)
        (6, 0.5 / 1.4, 0),
        # twelve: between 3938/4096 and 3498/4096; excess 0.1064, weight 9 · 0.1064 / (3 + 6 · 0.1064)
        (12, 0.26312, 2),
    ],
)
def test_an_interval_by_hand(count, weight, place):
    values = 10.0 ** np.arange(count)
    low, high = order_statistics.median_interval(np.random.default_rng(1).permutation(values), 0.95)
    assert np.log10([low, high]) == pytest.approx([place + weight, count - 1 - place - weight], abs=1e-4)


def test_no_interval_is_surer_than_the_outermost_counts():
    values = np.arange(1.0, 7)  # the least and the greatest of six enclose the median in 62 of 64 cases
    assert np.isnan(order_statistics.median_interval(values, 0.97)).all()
    assert order_statistics.median_interval(values, 62 / 64) == (1, 6)
    assert order_statistics.median_interval(values, 50 / 64) == (2, 5)


def test_a_reference_set_has_an_interval_from_six_counts_on():
    models, life = many(9)  # three of them began a month ago and have the first milestones only
    found = ram.measure(life, models, [30, 60], SNAPSHOT, 10, NEEDED)
    bounds = ram.intervals(found.reached, found.members, [30, 60])
    assert found.reference["n"].tolist() == [9, 3]
    assert bounds["low"].notna().tolist() == [True, False]
    values = found.reached.loc[found.reached["milestone_days"] == 30, "downloads"].to_numpy()
    assert rows(bounds.head(1), "low", "high") == [order_statistics.median_interval(values, ram.LEVEL)]


def test_scores_against_a_fixed_set_and_without_the_model_itself():
    models = tracked(
        ("acme/own", SMALL, "2026-03-01"), ("acme/whole", SMALL, "2026-03-01"), ("acme/late", SMALL, "2026-03-01"),
        ("acme/young", SMALL, "2026-03-20"),
    )  # fmt: skip
    late = since("acme/late", "2026-03-01", 5)
    life = lifetime(
        since("acme/own", "2026-03-01", 10), since("acme/whole", "2026-03-01", 20), late[late["date"] >= "2026-03-12"],
        since("acme/young", "2026-03-20", 100),
    )  # fmt: skip
    found = ram.measure(life, models, MILESTONES, SNAPSHOT, 10, NEEDED)
    scores = found.scores[found.scores["model"] == "acme/own"]
    other = ram.other_sets(scores, found.reached, found.members)
    assert other["n"].tolist() == [3, 3, 3]  # the young one at first, then the late one
    assert other["n_fixed"].tolist() == [2, 2, 2]  # itself and the one that was counted all along
    assert other["score_fixed"].tolist() == pytest.approx([10 / 15] * 3)
    assert other["n_without"].tolist() == [2, 2, 2]
    assert other["score_without"].tolist() == pytest.approx([10 / 60, 10 / 12.5, 10 / 12.5])
    assert ram.other_sets(scores.iloc[:0], found.reached, found.members).empty


@modest
@given(worlds())
def test_a_model_outside_the_set_has_its_score_without_itself(world):
    models, life = world
    found = ram.measure(life, models, MILESTONES, SNAPSHOT, 2, NEEDED)
    scores = found.scores.dropna(subset="score")
    other = ram.other_sets(scores, found.reached, found.members)
    outside = ~other["model"].isin(found.members["model"])
    pd.testing.assert_series_equal(other["score_without"][outside], other["score"][outside], check_names=False)
    alone = other[other["n_fixed"] == other["n"]]
    pd.testing.assert_series_equal(alone["score_fixed"], alone["score"], check_names=False)


# atom ram -----------------------------------------------------------------------------------------------------

IDS = ["Qwen/Qwen3-0.6B", "Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B", "unsloth/Llama-3.1-8B", "zai-org/GLM-5"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("GLM-5", "zai-org/GLM-5"), ("Qwen/Qwen3-8B", "Qwen/Qwen3-8B"), ("qwen/qwen3-8b", "Qwen/Qwen3-8B"),
        (" glm-5 ", "zai-org/GLM-5"), ("unsloth/Llama-3.1-8B", "unsloth/Llama-3.1-8B"),
    ],
)  # fmt: skip
def test_names_are_ids_or_bare_names_that_are_unique_in_any_case_of_letters(name, found):
    assert command.find([name, "GLM-5"], IDS) == list(dict.fromkeys([found, "zai-org/GLM-5"]))


def test_an_id_to_the_letter_comes_before_one_in_other_letters():
    twins = ["a/Model", "a/model"]
    assert command.find(["a/model"], twins) == ["a/model"]
    with pytest.raises(command.RamCommandError, match="several models; write one of a/Model, a/model"):
        command.find(["A/MODEL"], twins)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Qwen/Qwen3-8", r"no tracked model 'Qwen/Qwen3-8'; did you mean Qwen/Qwen3-8B or Qwen/Qwen3-0.6B\?"),
        ("glm5", "did you mean zai-org/GLM-5?"),
        ("zai", r"did you mean zai-org/GLM-5\?"),  # all of its words, though hardly its letters
        ("llama 8b", r"did you mean meta-llama/Llama-3.1-8B or unsloth/Llama-3.1-8B\?"),
        ("Llama-3.1-8B", "several models; write one of meta-llama/Llama-3.1-8B, unsloth/Llama-3.1-8B"),
        ("xyzzy", "no tracked model 'xyzzy'; write a Hub id, namespace/name"),
        ("", "no tracked model ''; write a Hub id, namespace/name"),
    ],
)
def test_an_unknown_or_shared_name_is_told_with_the_nearest(name, message):
    with pytest.raises(command.RamCommandError, match=message):
        command.find(["GLM-5", name], IDS)


def asked() -> tuple[pd.DataFrame, pd.DataFrame]:
    models, life = many()
    extra = tracked(("acme/unsized", None, "2026-03-01"), ("acme/never", LARGE, "2026-03-01"))
    return pd.concat([models, extra]), pd.concat([life, since("acme/unsized", "2026-03-01", 5)])


def test_the_answer_holds_scores_bounds_reference_set_and_coverage():
    models, life = asked()
    found = command.answer(["acme/m1", "acme/unsized", "acme/never"], life, models, edition.load())
    json.dumps(found, allow_nan=False)
    first, unsized, never = found["models"]
    expected = ram.measure(life, models, edition.load().milestones, SNAPSHOT, 10, NEEDED).scores
    seventh = expected[(expected["model"] == "acme/m1") & (expected["milestone_days"] == 7)].iloc[0]
    assert first["milestones"][0] == {
        "milestone_days": 7, "date": "2026-03-08", "state": "counted", "downloads": seventh["downloads"],
        "score": seventh["score"], "interval_low": seventh["interval_low"], "interval_high": seventh["interval_high"],
        "leave_one_out_low": seventh["leave_one_out_low"], "leave_one_out_high": seventh["leave_one_out_high"],
        "median": seventh["median"], "n": 10,
    }  # fmt: skip
    assert (first["milestones"][-1]["state"], first["milestones"][-1]["downloads"]) == ("not-reached", None)
    assert (first["first_count"], first["last_reading"]) == ("2026-03-01", SNAPSHOT)
    assert [m["model"] for m in found["reference_sets"][LARGE]][first["reference_rank"] - 1] == "acme/m1"
    assert unsized["milestones"][0]["downloads"] == 35
    assert unsized["milestones"][0]["score"] is None
    assert {row["state"] for row in never["milestones"]} == {"never-counted"}
    assert never["first_count"] is None


def test_the_table_is_whole_in_a_terminal_of_80_columns():
    models, life = asked()
    found = command.answer(["acme/m1", "acme/unsized", "acme/never"], life, models, edition.load())
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(command.shown(found | {"stale": ["02_clean"]}))
    text = console.export_text()
    assert "…" not in text
    assert text.count("RAM 95%") == 1  # a model without any score has no column for it
    for words in ("not reached", "never counted", "size unresolved: no score", "Reference set 250B+, 2026-04-02",
                  "2026-03-08", "`atom status` says why 02_clean changed", "not a measurement"):  # fmt: skip
        assert words in text, words
    score = found["models"][0]["milestones"][0]["score"]
    assert f"{score:.2f}" in text


def test_the_command_reads_the_build_and_says_when_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    monkeypatch.delenv("ATOM_STAGING", raising=False)
    with pytest.raises(command.RamCommandError, match=r"clean/models.parquet is missing; `atom build` makes it"):
        command.run(["m1"], edition.load(), as_json=True)
    models, life = asked()
    tables.write(models, "clean/models")
    tables.write(life, "clean/lifetime")
    found = json.loads(command.run(["m1"], edition.load(), as_json=True))
    assert [model["model"] for model in found["models"]] == ["acme/m1"]
    assert found["stale"] == ["01_collect", "02_clean"]  # nothing says that these tables are this edition's


def test_tables_of_another_kind_of_data_are_not_shown_under_the_editions_label(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    monkeypatch.setattr(graph, "RECEIPTS", tmp_path / "receipts")
    monkeypatch.delenv("ATOM_STAGING", raising=False)
    models, life = asked()
    tables.write(models, "clean/models")
    tables.write(life, "clean/lifetime")
    (tmp_path / "receipts").mkdir()
    receipt = {"fingerprint": {"parameter data": "full"}, "outputs": {}, "started": "", "seconds": 1}
    (tmp_path / "receipts" / "02_clean.json").write_text(json.dumps(receipt))
    with pytest.raises(command.RamCommandError, match=r"another kind of data .* \(full → reconstructed\)"):
        command.run(["m1"], edition.load(), as_json=False)
