"""What a headline is without any one repository, against recomputation; and spikes after the splice on real counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import contributors, coverage, spikes
from tests.conftest import SHARED

REAL = SHARED / "real" / "hf_downloads_30d_llmfit.parquet"
MODELS = pd.DataFrame({"model": list("abcdefg"), "region": ["china"] * 3 + ["us"] * 3 + ["eu"]})
VALUES = st.dictionaries(st.sampled_from(list("abcdefg")), st.integers(0, 1000), min_size=1)


def at(values, month="2026-03-01"):
    table = pd.DataFrame({"model": list(values), "downloads": list(values.values())}).astype({"downloads": float})
    return table.assign(month=pd.Timestamp(month))


def measured(table):
    return contributors.totals(table, MODELS, "month", "region", "downloads")


@given(st.lists(VALUES, min_size=1, max_size=3))
@settings(max_examples=80)
def test_ranges_are_those_of_leaving_each_repository_out(months):
    table = pd.concat([at(values, f"2026-0{number}-01") for number, values in enumerate(months, 1)], ignore_index=True)
    found = measured(table)
    regions = MODELS.set_index("model")["region"]
    for (month, region), row in found.set_index(["month", "region"]).iterrows():
        values = table[table["month"] == month].set_index("model")["downloads"]
        own = values[regions[values.index] == region]
        assert row["total"] == own.sum()
        assert row["models"] == len(own)
        assert row["largest"] == own.max() == values[row["largest_model"]]
        without = [own.sum() - count for count in own]
        assert (row["low"], row["high"]) == (min(without), max(without))
        assert row["largest_share"] == pytest.approx(own.max() / own.sum() if own.sum() else np.nan, nan_ok=True)
        shares = []
        for model, count in values.items():
            rest = values.sum() - count
            if rest > 0:
                shares.append((own.sum() - count * (regions[model] == region)) / rest)
        if values.sum() > 0:
            assert row["share"] == pytest.approx(own.sum() / values.sum())
            assert len(own) < len(values) or row["share_high"] == 1  # there is no other group to leave out of
        if len(shares) == len(values):
            assert row["share_low"] == pytest.approx(min(shares))
        if len(shares) == len(values) and len(values) > len(own):
            assert row["share_high"] == pytest.approx(max(shares))


@given(VALUES)
@settings(max_examples=80)
def test_a_lead_hangs_on_a_repository_exactly_where_leaving_it_out_turns_or_ends_it(values):
    found = contributors.leads(measured(at(values)), "month", "region", "china", "us")
    sides = [{model: count for model, count in values.items() if model in group} for group in ("abc", "def")]
    if not all(sides):
        assert found.empty
        return
    gap = sum(sides[0].values()) - sum(sides[1].values())
    without = [gap - count for count in sides[0].values()] + [gap + count for count in sides[1].values()]
    (row,) = found.to_dict("records")
    assert (row["gap"], row["low"], row["high"]) == (gap, min(without), max(without))
    assert row["stays"] == (gap != 0 and all(np.sign(one) == np.sign(gap) for one in without))
    assert pd.isna(row["hangs_on"]) == row["stays"]
    if not row["stays"]:
        ahead = sides[gap <= 0]
        assert ahead[row["hangs_on"]] == max(ahead.values())


ORGANISATIONS = pd.DataFrame({"model": list("abcd"), "organisation": ["One", "One", "Two", "Three"]})
NEEDED = {"models": 0.9, "total": 0.9, "share": 0.8, "rank": 0.9, "crossing": 0.9}


def test_what_hangs_on_whom_is_told_of_those_of_whom_enough_was_read_each_basis_by_its_own():
    label = pd.Timestamp("2026-03-01")
    monthly = pd.DataFrame(
        [("a", 60.0, 600.0, "observed"), ("b", 40.0, 300.0, "observed"), ("c", None, 800.0, "entered"),
         ("d", 1.0, 100.0, "vanished")],
        columns=["model", "downloads", "downloads_cumulative", "flag"],
    ).assign(month=label)  # fmt: skip
    daily = monthly.rename(columns={"month": "date"})
    weighed = coverage.weighed(ORGANISATIONS.assign(released=pd.Timestamp("2024-01-01")), daily)
    parts = contributors.totals(contributors.of_month(monthly, label), weighed, "basis", "organisation", "downloads")
    every = coverage.kept(parts, monthly, weighed, "organisation", NEEDED)
    assert len(every) == 6  # text may ask for any of them
    found = every.dropna(subset="total").set_index(["basis", "organisation"])
    assert found.index.tolist() == [("cumulative", "One"), ("cumulative", "Two"), ("new", "One")]
    assert found.loc[("cumulative", "One"), "largest_model"] == "a"
    assert found["share"].notna().tolist() == [True, True, False]  # of the new downloads too little is known for shares
    leads = contributors.pairwise(every, ["One", "Two", "Three"]).set_index(["basis", "one", "other"])
    assert leads.index.tolist() == [("cumulative", "One", "Two"), ("cumulative", "Two", "One")]
    assert leads["gap"].tolist() == [100, -100]
    assert leads["stays"].tolist() == [False, False]
    assert leads["hangs_on"].tolist() == ["a", "a"]


def test_what_is_not_known_is_no_contribution():
    found = measured(at({"a": 5, "b": np.nan, "d": 1}))
    assert found.set_index("region")["models"].to_dict() == {"china": 1, "us": 1}


# Spikes -------------------------------------------------------------------------------------------------------


def counted(values, step=7):
    days = pd.date_range("2026-01-01", periods=len(values), freq=f"{step}D")
    return pd.DataFrame({"date": days, "model": "acme/a", "downloads_30d": values}).dropna()


def places(values, step=7):
    return ((spikes.flagged(counted(values, step), 91)["date"] - pd.Timestamp("2026-01-01")).dt.days // step).tolist()


@pytest.mark.skipif(not REAL.exists(), reason="the real counts are not beside the repository")
def test_the_burst_of_one_real_repository_is_flagged_on_its_days_and_no_others():
    real = pd.read_parquet(REAL).rename(columns={"model_id": "model"}).drop_duplicates(["date", "model"])
    real["date"] = pd.to_datetime(real["date"])
    found = spikes.flagged(real[["date", "model", "downloads_30d"]], 91)
    one = found[found["model"] == "Qwen/Qwen3-VL-2B-Instruct"]
    assert one["date"].dt.strftime("%m-%d").tolist() == ["04-22", "04-29", "05-06", "05-10", "05-23"]
    assert len(found) < 0.01 * len(real)
    assert spikes.summary(found)["model"].iloc[0] == "Qwen/Qwen3-VL-2B-Instruct"


def test_growth_launch_decay_steps_and_what_still_lasts_are_no_spikes():
    base = np.full(40, 10_000.0)
    assert places(base * 1.3 ** np.arange(40)) == []
    assert places(base * 10 * 0.7 ** np.arange(40) + 1) == []
    assert places(np.where(np.arange(40) >= 20, 10, 1) * base) == []  # a step that stays
    assert places(np.where(np.arange(40) >= 37, 50, 1) * base) == []  # too early to say
    assert places(np.where(np.isin(np.arange(40), range(18, 24)), 50, 1) * base) == list(range(18, 24))
    assert places(np.where(np.arange(40) == 20, 50, 1) * 20.0) == []  # too few to matter


def test_days_without_a_reading_hide_no_spike():
    values = np.where(np.isin(np.arange(40), range(18, 24)), 50, 1) * 10_000.0
    values[[17, 19, 24, 25]] = np.nan
    assert places(values) == [18, 20, 21, 22, 23]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
@settings(max_examples=50)
def test_what_only_rises_or_only_falls_has_no_spike(values):
    assert places(sorted(values)) == places(sorted(values, reverse=True)) == []


def test_thirty_days_are_sums_of_known_days_only():
    days = pd.date_range("2026-01-01", periods=64, unit="us")
    daily = pd.DataFrame({"date": days, "model": "acme/a", "downloads": 2.0})
    daily.loc[0, "downloads"] = None
    found = spikes.thirty_days(daily, days[0])
    assert found["date"].tolist() == days[30:].tolist()
    assert (found["downloads_30d"] == 60).all()
    assert spikes.thirty_days(daily.head(20), days[0]).empty
    assert spikes.flagged(spikes.thirty_days(daily.head(20), days[0]), 91).empty


def test_of_no_month_at_all_nothing_is_told():
    nothing = at({}).assign(downloads_cumulative=1.0)
    table = contributors.of_month(nothing, pd.Timestamp("2026-04-01"))
    assert contributors.totals(table, MODELS, "basis", "region", "downloads").empty


def test_a_category_that_holds_nothing_has_no_row():
    models = pd.DataFrame({"model": ["a/x", "b/y"], "bucket": pd.Categorical(["<1B", "7–9B"], ["<1B", "1–5B", "7–9B"])})
    table = pd.DataFrame({"month": pd.Timestamp("2026-01-01"), "model": ["a/x", "b/y"], "downloads": [3.0, 1.0]})
    found = contributors.totals(table, models, "month", "bucket", "downloads")
    assert found["bucket"].tolist() == ["<1B", "7–9B"]
    assert found["share"].tolist() == [0.75, 0.25]


def test_of_equal_repositories_the_first_by_name_is_the_largest():
    models = pd.DataFrame({"model": ["b/y", "a/x"], "region": "us"})
    table = pd.DataFrame({"month": pd.Timestamp("2026-01-01"), "model": ["b/y", "a/x"], "downloads": [3.0, 3.0]})
    (row,) = contributors.totals(table, models, "month", "region", "downloads").to_dict("records")
    assert (row["largest_model"], row["largest"], row["models"]) == ("a/x", 3, 2)


@pytest.mark.parametrize(
    ("one", "other", "stays", "hangs"),
    [([3, 2], [2], False, "a"), ([3, 1], [3], False, "a"), ([5, 3], [2], True, None), ([1, 2], [4], False, "d"),
     ([1, 2], [2, 9], False, "e"), ([3, 1], [2, 1], False, "a"), ([2], [2], False, "d")],
)  # fmt: skip
def test_a_single_download_makes_a_lead(one, other, stays, hangs):
    """Ahead by one without the largest is ahead; who is level hangs on the largest of the other."""
    found = measured(at(dict(zip("abcdef", [*one, *[0] * (3 - len(one)), *other], strict=False))))
    (row,) = contributors.leads(found, "month", "region", "china", "us").to_dict("records")
    assert (row["stays"], row["hangs_on"] if hangs else None) == (stays, hangs)
