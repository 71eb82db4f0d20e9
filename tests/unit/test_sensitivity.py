"""Other choices: nothing changed gives the clean tables again, each choice changes what it says, and flips are seen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import cleaning, derivatives, sensitivity

END = pd.Timestamp("2025-07-10")
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
    ).reset_index()  # fmt: skip


DAILY = long(
    {"Qwen/a": [10, 20, 60, 90], "meta-llama/b": [30, 40, 50, 60], "deepseek-ai/c": [1, 2, 3, 4],
     "mistralai/d": [9, 9, 9, 9]},
    "2025-08-28",
)  # fmt: skip


def readings(daily, models=MODELS, month="2025-09-01"):
    return sensitivity.headlines(daily, models, month).set_index("headline")


def test_headlines_are_read_off_the_day_before_the_label():
    found = readings(DAILY)
    assert found.loc[["China", "USA", "Lead of China"], "value"].tolist() == [94, 60, 34]
    assert found.loc["Lead of China", "reading"] == "China"
    assert found.loc["China passes USA", "value"] == pd.Timestamp("2025-08-30")
    assert found.loc["Qwen passes Meta", "reading"] == "August 2025"
    assert found.loc["DeepSeek passes Mistral", ["value", "reading"]].tolist() == [None, sensitivity.NEVER]
    assert found.loc["Largest bucket", "reading"] == "7–9B"
    assert found.loc["Largest bucket", "value"] == pytest.approx(90 / 163)  # of all, those of unresolved size included


def test_days_from_the_label_on_do_not_enter():
    later = pd.concat([DAILY, long({"meta-llama/b": [10_000]}, "2025-09-01")])
    pd.testing.assert_frame_equal(readings(later), readings(DAILY))


def test_a_group_that_is_not_held_is_unknown_not_never():
    found = readings(DAILY, MODELS[MODELS["organisation"] != "Mistral"])
    assert found.loc["DeepSeek passes Mistral", ["value", "reading"]].isna().all()
    whole = sensitivity.headlines(DAILY, MODELS, "2025-09-01")
    both = sensitivity.compare({"whole": whole, "part": found.reset_index()})
    assert sensitivity.shown(both).loc["part", "DeepSeek passes Mistral"] == "unknown"


def test_a_choice_that_changes_a_reading_is_marked():
    other = DAILY.assign(
        downloads_cumulative=DAILY["downloads_cumulative"].where(DAILY["model"] != "meta-llama/b", 500)
    )
    found = sensitivity.compare(
        {
            name: sensitivity.headlines(table, MODELS, "2025-09-01")
            for name, table in {"as is": DAILY, "other": other}.items()
        }
    )
    flipped = found[found["flips"]]
    assert set(flipped["choice"]) == {"other"}
    assert set(flipped["headline"]) == {"Lead of China", "China passes USA", "Qwen passes Meta", "Largest bucket"}
    shown = sensitivity.shown(found)
    assert list(shown.index) == ["as is", "other"]
    assert shown.loc["other", "Lead of China"] == "−0M *"
    assert shown.loc["other", "China passes USA"] == "never *"
    assert shown.loc["as is", "China passes USA"] == "30 Aug 2025"
    assert shown.loc["as is", "Largest bucket"] == "7–9B, 55%"


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
    return history, cleaning.snapshot_counts(snapshots.assign(created_at=created).reset_index(drop=True))


def respliced(history, counts, through=END, multiplier=1.5):
    return sensitivity.respliced(history, counts, MODELS["model"], END, through, multiplier, 91)


def at_end(table):
    return table.groupby("model")["downloads_cumulative"].last()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99), multiplier=st.sampled_from([1.5, 3, None]))
def test_with_the_editions_choices_the_clean_table_comes_out(seed, multiplier):
    history, counts = raw(seed, [(pd.Timestamp("2025-05-01"), "Qwen/a")])
    clean = cleaning.splice(cleaning.filter_outliers(history, multiplier, 91), counts, END, MODELS["model"])
    pd.testing.assert_frame_equal(respliced(history, counts, multiplier=multiplier), clean)


@pytest.mark.parametrize(
    ("spike", "through", "kept"),
    [
        ("2025-06-25", "2025-06-10", True),  # after the border: not filtered any more
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


def test_a_model_without_a_history_is_never_filtered():
    history, counts = raw(spikes=[(pd.Timestamp("2025-07-20"), "new/e")])
    for through in (END, pd.Timestamp("2025-08-10")):
        assert at_end(respliced(history, counts, through))["new/e"] > 140_000


# Derivatives --------------------------------------------------------------------------------------------------


def listing(downloads):
    """One derivative of each maker's model, and one of both."""
    tags = [["base_model:Qwen/a"], ["base_model:meta-llama/b"], ["base_model:Qwen/a", "base_model:meta-llama/b"]]
    created = pd.Series(pd.to_datetime(["2026-02-03"] * 3, utc=True))
    return pd.DataFrame(
        {"model": ["u/one", "u/two", "u/three"], "created_at": created, "downloads_all_time": downloads, "tags": tags,
         "library_name": None}
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    downloads=st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=3, max_size=3),
    threshold=st.sampled_from(sensitivity.THRESHOLDS),
    classified_at=st.sampled_from(sensitivity.THRESHOLDS),
)
def test_another_threshold_counts_what_classifying_anew_would(downloads, threshold, classified_at):
    table = listing(downloads)
    stored = derivatives.classify(table, MODELS, classified_at, [])
    counted = derivatives.counted(derivatives.classify(table, MODELS, threshold, []))
    found = sensitivity.derivative_leads(stored, threshold, "Qwen")
    assert found["derivatives"].sum() == len(counted)
    if len(counted):
        assert found["share"].item() == pytest.approx((counted["organisation"] == "Qwen").mean())


def test_who_has_most_derivatives_changes_with_the_threshold():
    stored = derivatives.classify(listing([3, 100, 4]), MODELS, 5, [])
    assert sensitivity.derivative_leads(stored, 50, "Qwen")[["share", "leader"]].values.tolist() == [[0, "Meta"]]
    assert sensitivity.derivative_leads(stored, 0, "Qwen")["share"].item() == 0.5
