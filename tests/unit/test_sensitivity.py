"""Other choices: nothing changed gives the clean tables again, each choice changes what it says, and flips are seen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import edition, paths
from helpers.measures import cleaning, counters, coverage, outliers, sensitivity
from helpers.text import show

END = pd.Timestamp("2025-07-10")
RULE = edition.load().outlier_rule.model_dump()
MODELS = pd.DataFrame(
    {
        "model": ["Qwen/a", "meta-llama/b", "deepseek-ai/c", "mistralai/d", "new/e"],
        "organisation": ["Qwen", "Meta", "DeepSeek", "Mistral", "New"],
        "region": ["china", "us", "china", "eu", "us"],
        "bucket": ["7–9B", "1–5B", "250B+", None, "<1B"],
    }
)


def long(columns, start):
    """date, model, downloads_cumulative from model → counts of consecutive days."""
    days = pd.date_range(start, periods=len(next(iter(columns.values()))))
    return pd.DataFrame(columns, index=days).rename_axis("date").melt(
        var_name="model", value_name="downloads_cumulative", ignore_index=False
    ).reset_index().assign(flag="observed")  # fmt: skip


DAILY = long(
    {"Qwen/a": [10, 20, 60, 90], "meta-llama/b": [30, 40, 50, 60], "deepseek-ai/c": [1, 2, 3, 4],
     "mistralai/d": [9, 9, 9, 9]},
    "2025-08-28",
)  # fmt: skip


PAIRS = pd.DataFrame(
    [("qwen-meta", "Qwen", "Meta"), ("deepseek-mistral", "DeepSeek", "Mistral")], columns=["pair", "one", "other"]
)
CHOICES = pd.read_csv(paths.REGISTRY / "choices.csv", dtype=str)


NEEDED = {"models": 0.5, "total": 0.9, "share": 0.9, "rank": 0.9, "crossing": 0.9}


def headlines(daily, models=MODELS, month="2025-09-01"):
    weighed = coverage.weighed(models.assign(released=pd.Timestamp("2024-01-01")), daily)
    return sensitivity.headlines(daily, weighed, month, PAIRS, NEEDED)


def readings(*arguments, **more):
    return headlines(*arguments, **more).set_index("headline")


def test_a_day_that_was_not_counted_is_no_day_of_a_crossing():
    between = (DAILY["model"] == "Qwen/a") & (DAILY["date"] == "2025-08-30")
    found = readings(DAILY.assign(flag=DAILY["flag"].mask(between, "interpolated")))
    assert found.loc["china", "downloads"] == 94
    assert found.loc[["china-us", "qwen-meta"], ["date", "reading"]].isna().all().all()
    for day, known in (("2025-08-28", True), ("2025-08-29", False), ("2025-08-31", True)):
        flag = DAILY["flag"].mask((DAILY["model"] == "Qwen/a") & (DAILY["date"] == day), "interpolated")
        assert pd.notna(readings(DAILY.assign(flag=flag)).loc["qwen-meta", "reading"]) == known


@pytest.mark.parametrize(("day", "reading"), [("2025-08-28", "never"), ("2025-08-31", None)])
def test_that_one_never_passed_another_is_known_if_both_are_on_the_last_day(day, reading):
    unread = (DAILY["model"] == "deepseek-ai/c") & (DAILY["date"] == day)
    found = readings(DAILY.assign(flag=DAILY["flag"].mask(unread, "distant")))
    told = found["reading"].astype(object)["deepseek-mistral"]
    assert (None if pd.isna(told) else told) == reading


def test_since_when_one_leads_whom_a_model_brought_ahead_as_it_entered_is_unknown():
    entered = long({"deepseek-ai/z": [50, 51]}, "2025-08-30")
    entered.loc[0, "flag"] = "entered"
    models = pd.concat([MODELS, MODELS.iloc[[2]].assign(model="deepseek-ai/z")], ignore_index=True)
    with_new = pd.concat([DAILY, entered], ignore_index=True)
    with_new["downloads"] = with_new.groupby("model")["downloads_cumulative"].diff()
    assert readings(with_new, models).loc["deepseek-mistral", ["date", "reading"]].isna().all()


def test_headlines_that_the_models_read_do_not_carry_are_unknown():
    most = pd.DataFrame({"model": [f"Qwen/{n}" for n in range(9)], "organisation": "Qwen", "region": "china"})
    found = readings(DAILY, pd.concat([MODELS, most], ignore_index=True))
    assert found.loc["us", "downloads"] == 60
    assert (
        found.loc[["china", "lead", "china-us", "qwen-meta", "bucket"], ["downloads", "date", "reading"]]
        .isna()
        .all()
        .all()
    )


def test_headlines_are_read_off_the_day_before_the_label():
    assert list(headlines(DAILY)) == ["headline", "downloads", "date", "bucket", "downloads_share", "reading"]
    found = readings(DAILY)
    assert found.loc[["china", "us", "lead"], "downloads"].tolist() == [94, 60, 34]
    assert found.loc["lead", "reading"] == "china"
    assert found.loc["china-us", "date"] == pd.Timestamp("2025-08-30")
    assert found.loc["qwen-meta", "reading"] == "2025-08"
    assert found.loc["deepseek-mistral", "reading"] == sensitivity.NEVER
    assert pd.isna(found.loc["deepseek-mistral", "date"])
    assert found.loc["bucket", ["bucket", "reading"]].tolist() == ["7–9B", "7–9B"]
    assert found.loc["bucket", "downloads_share"] == pytest.approx(90 / 163)  # of all, unresolved sizes included


def test_who_is_ahead_all_along_passes_nobody_and_it_says_so():
    high = DAILY["downloads_cumulative"].where(DAILY["model"] != "deepseek-ai/c", 50)
    ahead = DAILY.assign(downloads_cumulative=high)
    found = readings(ahead)
    assert found.loc["deepseek-mistral", "reading"] == sensitivity.ALWAYS
    assert pd.isna(found.loc["deepseek-mistral", "date"])
    both = sensitivity.compare({"edition": headlines(DAILY), "lifetime": headlines(ahead)})
    row = both[(both["choice"] == "lifetime") & (both["headline"] == "deepseek-mistral")].iloc[0]
    assert (row["never"], row["flips"]) == (True, True)  # behind all along is another reading
    assert sensitivity.labelled(both, CHOICES).at[row.name, "absent"] == "ahead all along"
    unread = ahead.assign(flag=ahead["flag"].mask(ahead["date"] == ahead["date"].min(), "distant"))
    assert readings(unread).loc["deepseek-mistral", ["date", "reading"]].isna().all()


def test_days_from_the_label_on_do_not_enter():
    later = pd.concat([DAILY, long({"meta-llama/b": [10_000]}, "2025-09-01")])
    pd.testing.assert_frame_equal(readings(later), readings(DAILY))


def test_a_group_that_is_not_held_is_unknown_not_never():
    part = headlines(DAILY, MODELS[MODELS["organisation"] != "Mistral"])
    assert part.set_index("headline").loc["deepseek-mistral", ["date", "reading"]].isna().all()
    both = sensitivity.compare({"edition": headlines(DAILY), "lifetime": part})
    row = both[(both["choice"] == "lifetime") & (both["headline"] == "deepseek-mistral")].iloc[0]
    assert row["never"] is None
    assert not row["flips"]
    said = sensitivity.labelled(both, CHOICES)
    assert said.loc[row.name, ["choice", "headline", "absent"]].tolist() == [
        "Raw lifetime counts", "DeepSeek passes Mistral", "unknown",
    ]  # fmt: skip


def test_without_sizes_no_bucket_is_the_largest():
    found = readings(DAILY, MODELS.assign(bucket=None))
    assert found.loc["bucket", ["bucket", "downloads_share", "reading"]].isna().all()


@pytest.fixture
def flipped():
    """The edition's headlines, and those of other totals, in which Meta is far ahead at all times."""
    ahead = DAILY["downloads_cumulative"].where(DAILY["model"] != "meta-llama/b", 500)
    return sensitivity.compare(
        {"edition": headlines(DAILY), "lifetime": headlines(DAILY.assign(downloads_cumulative=ahead))}
    )


def test_a_choice_that_changes_a_reading_is_marked(flipped):
    rows = flipped[flipped["flips"]]
    assert set(rows["choice"]) == {"lifetime"}
    assert set(rows["headline"]) == {"lead", "china-us", "qwen-meta", "bucket"}
    never = flipped.set_index(["choice", "headline"])["never"]
    assert never["lifetime", "china-us"] is True
    assert never["edition", "china-us"] is False
    assert never["edition", "china"] is None


def test_the_comparison_is_told_in_one_row(flipped):
    (row,) = sensitivity.robustness(flipped).to_dict("records")
    assert row == {
        "flips": 4, "china_leads": False, "bucket_stays": False, "passed_first": pd.Timestamp("2025-08-30"),
        "passed_last": pd.Timestamp("2025-08-30"),
    }  # fmt: skip
    (row,) = sensitivity.robustness(flipped[flipped["choice"] == "edition"]).to_dict("records")
    assert (row["flips"], row["china_leads"], row["bucket_stays"]) == (0, True, True)


def test_who_leads_is_not_told_where_one_choice_does_not_tell():
    part = headlines(DAILY, MODELS[MODELS["region"] != "china"])
    (row,) = sensitivity.robustness(sensitivity.compare({"edition": headlines(DAILY), "x": part})).to_dict("records")
    assert row["china_leads"] is None
    whole = sensitivity.compare({"edition": headlines(DAILY), "x": headlines(DAILY)})
    unknown = (whole["choice"] == "x") & (whole["headline"] == "bucket")
    (row,) = sensitivity.robustness(whole.assign(reading=whole["reading"].mask(unknown))).to_dict("records")
    assert row["bucket_stays"] is None


def test_readers_see_one_line_a_choice(flipped):
    values = ["downloads", "date", "bucket", "downloads_share", "absent"]
    shown = show.crossed(
        sensitivity.labelled(flipped, CHOICES), "sensitivity", "choice", "headline", values, "flips", {"date": "short"}
    )
    assert list(shown.index) == ["This edition", "Raw lifetime counts"]
    assert shown.columns.name == "Choice"
    lifetime, usual = shown.loc["Raw lifetime counts"], shown.loc["This edition"]
    assert (lifetime["Lead of China"], lifetime["China passes USA"]) == ("−406 *", "never *")
    assert (usual["China passes USA"], usual["Largest bucket"]) == ("30 Aug 2025", "7–9B, 55%")


# Another rule, another splice ---------------------------------------------------------------------------------


def raw(seed=1, spikes=()):
    """A history of 200 days through END, snapshots from 3 July on for 60 days, of four models; new/e has no history."""
    chance = np.random.default_rng(seed)
    days = pd.date_range(END - pd.Timedelta(days=199), periods=260)
    new = pd.DataFrame(chance.poisson(400, (260, 4)), index=days, columns=MODELS["model"][[0, 1, 2, 4]])
    for day, model in spikes:
        new.loc[day, model] = 50_000
    daily = new.rename_axis("date").melt(var_name="model", value_name="downloads", ignore_index=False).reset_index()
    history = daily[(daily["date"] <= END) & (daily["model"] != "new/e")].reset_index(drop=True)
    snapshots = daily.assign(downloads_all_time=daily.groupby("model")["downloads"].cumsum() + 1_000)
    snapshots = snapshots[snapshots["date"] >= "2025-07-03"].drop(columns="downloads")
    created = pd.Series(pd.Timestamp("2024-01-01", tz="UTC"), snapshots.index)
    return history, counters.snapshot_counts(
        snapshots.assign(created_at=created, read_at=pd.NaT).reset_index(drop=True)
    )


def respliced(history, counts, through=END, multiplier=1.5):
    return sensitivity.respliced(history, counts, MODELS["model"], END, through, multiplier, 91, RULE)


def at_end(table):
    return table.groupby("model")["downloads_cumulative"].last()


@settings(max_examples=10)
@given(seed=st.integers(0, 99), multiplier=st.sampled_from([1.5, 3, None]))
def test_with_the_editions_choices_the_clean_table_comes_out(seed, multiplier):
    history, counts = raw(seed, [(pd.Timestamp("2025-05-01"), "Qwen/a")])
    clean = cleaning.splice(outliers.filter_outliers(history, multiplier, 91, RULE), counts, END, MODELS["model"])
    longer = pd.concat([history, history.tail(1).assign(date=END + pd.Timedelta(days=1))], ignore_index=True)
    pd.testing.assert_frame_equal(respliced(longer, counts, multiplier=multiplier), clean)


@pytest.mark.parametrize(
    ("spike", "through", "kept"),
    [
        ("2025-06-25", "2025-06-10", True),  # after the border: not filtered any more
        ("2025-06-10", "2025-06-10", True),  # on the border: the rule does not see what follows it
        ("2025-06-25", "2025-07-10", False),
        ("2025-07-20", "2025-07-10", True),
        ("2025-07-20", "2025-08-10", False),  # before the border: what the snapshots gain is filtered as well
    ],
)
def test_the_outlier_rule_reaches_exactly_through_the_border(spike, through, kept):
    history, counts = raw(spikes=[(pd.Timestamp(spike), "Qwen/a")])
    total = at_end(respliced(history, counts, pd.Timestamp(through)))["Qwen/a"]
    assert total == pytest.approx((50_000 if kept else 400) + 259 * 400, rel=0.05)


@pytest.mark.parametrize("through", ["2025-06-10", "2025-08-10"])
def test_without_outliers_a_moved_border_changes_nothing(through):
    history, counts = raw()
    moved = respliced(history, counts, pd.Timestamp(through), multiplier=50)
    same = respliced(history, counts, multiplier=50)
    pd.testing.assert_series_equal(at_end(moved), at_end(same))
    columns = ["date", "model", "downloads_cumulative"]
    pd.testing.assert_frame_equal(moved[columns], same[columns])


def test_every_other_rule_and_end_of_the_table_of_choices_is_tried():
    history, counts = raw(spikes=[(pd.Timestamp("2025-06-25"), "Qwen/a"), (pd.Timestamp("2025-07-20"), "Qwen/a")])
    found = sensitivity.other_series(CHOICES, history, counts, MODELS["model"], END, 1.5, 91, RULE)
    assert list(found) == [
        "ranges-3",
        "no-rule",
        "whatever-follows",
        "any-weekday",
        "plain-range",
        "earlier",
        "later",
    ]  # fmt: skip; 1.5 is the edition's own
    assert list(sensitivity.other_series(CHOICES, history, counts, MODELS["model"], END, None, 91, RULE)) == [
        "ranges-1-5", "ranges-3", "earlier", "later",
    ]  # fmt: skip
    totals = {key: at_end(table)["Qwen/a"] for key, table in found.items()}
    assert totals["no-rule"] == pytest.approx(2 * 50_000 + 258 * 400, rel=0.05)
    assert totals["earlier"] == pytest.approx(totals["no-rule"], rel=0.001)
    assert totals["later"] == pytest.approx(260 * 400, rel=0.05)
    pd.testing.assert_frame_equal(found["earlier"], respliced(history, counts, pd.Timestamp("2025-06-10")))


def test_an_edge_that_lies_elsewhere_moves_models_to_another_bucket():
    models = MODELS.assign(parameters_b=[6.0, 9.5, 671.0, None, 0.5])
    found = sensitivity.other_sizes(CHOICES, models, [1, 5, 10, 50, 100, 250])
    assert found["from-7"]["bucket"].astype(object).tolist()[:3] == ["1–5B", "7–9B", "250B+"]
    assert found["below-9"]["bucket"].astype(object).tolist()[:3] == ["7–9B", "10–50B", "250B+"]


def test_a_model_without_a_history_is_never_filtered():
    history, counts = raw(spikes=[(pd.Timestamp("2025-07-20"), "new/e")])
    for through in (END, pd.Timestamp("2025-08-10")):
        assert at_end(respliced(history, counts, through))["new/e"] > 140_000
