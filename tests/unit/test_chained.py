"""Lifetime counts chained back by 30-day counts, against a life that is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import chained
from helpers.tables import contracts
from tests.conftest import SHARED

REAL = SHARED / "real"
DAYS = pd.date_range("2024-07-03", periods=420, unit="us")
FIRST = 240  # the day from which lifetime counts are told, as in the dumps since February 2025


def dumps(new, step=7, first=FIRST, part=1.0, model="acme/a"):
    """Weekly readings of a model with `new` downloads a day; 30-day counts tell `part` of what was gained."""
    total = np.cumsum(new)
    days = np.arange(34, len(new), step)
    month = np.round(part * (total[days] - total[days - 30]))
    table = pd.DataFrame({"date": DAYS[days], "model": model, "downloads": month})
    return table.assign(downloads_all_time=np.where(days >= first, total[days], np.nan), read_at=pd.NaT), total


def estimated(read):
    return chained.estimated(read, chained.error(chained.errors(read)))


def test_a_steady_life_comes_out_as_it_was():
    read, total = dumps(np.full(420, 100))
    found = contracts.check(estimated(read), "clean/chained")
    days = (found["date"] - DAYS[0]).dt.days.to_numpy()
    assert days.min() == 34  # the first dump
    assert (found["downloads_cumulative"] == total[days]).all()
    assert days.max() == read.loc[read["downloads_all_time"].notna(), "date"].sub(DAYS[0]).dt.days.min() - 1
    assert (found["low"] == found["downloads_cumulative"]).all()


def test_growth_comes_out_within_what_lines_between_weeks_cost():
    read, total = dumps(np.round(50 * 1.01 ** np.arange(420)))
    found = estimated(read)
    days = (found["date"] - DAYS[0]).dt.days.to_numpy()
    assert (found["downloads_cumulative"] / total[days] - 1).abs()[days > 60].max() < 0.05


def test_the_error_is_measured_where_both_are_known_and_the_band_holds_the_truth():
    read, total = dumps(np.full(420, 100), part=0.95)
    compared = chained.errors(read)
    assert list(compared) == ["date", "models", "told", "gained", "ratio"]
    assert compared["ratio"].round(6).unique().tolist() == [0.95]
    (row,) = chained.error(compared).to_dict("records")
    assert (row["days"], row["models"]) == (len(compared), 1)
    models = pd.DataFrame({"model": ["acme/a"], "region": ["china"]})
    banded = chained.totals(estimated(read), models, "region")
    days = (banded["date"] - DAYS[0]).dt.days.to_numpy()
    assert (banded["low"] - total[days]).abs().max() <= 2
    assert (banded["downloads_cumulative"] > total[days]).all()


def test_a_gap_in_the_30_day_counts_ends_the_chain():
    read, _ = dumps(np.full(420, 100))
    gap = read["date"].between(DAYS[120], DAYS[160])
    found = estimated(read[~gap])
    assert found["date"].min() > DAYS[100]


@pytest.mark.parametrize(
    ("read", "chain"),
    [
        ({0: (5, None), 30: (300, 400)}, [(0, 100, 0, 250)]),
        ({0: (5, None), 30: (300, 800)}, [(0, 500, 200, 650)]),
        ({0: (5, None), 30: (300, 300)}, [(0, 0, 0, 150)]),  # it began on that day
        ({0: (5, None), 30: (300, 299)}, []),  # more in 30 days than ever
        ({0: (5, 450), 30: (300, 400)}, []),  # read itself
        ({0: (5, None), 15: (None, 700), 30: (None, 1000), 31: (5, None)}, [(0, 995, 990, 997.5)]),
        ({0: (5, None), 15: (None, 700), 30: (None, 1000), 32: (5, None)}, []),  # 30-day counts too far apart
        ({0: (5, None), 30: (300, None), 60: (300, 2000)}, [(0, 1400, 800, 1700), (30, 1700, 1400, 1850)]),
    ],
)
def test_a_count_of_30_days_is_taken_off_while_it_is_known_and_leaves_something(read, chain):
    table = pd.DataFrame(read.values(), columns=["downloads", "downloads_all_time"], dtype=float)
    table = table.assign(date=DAYS[list(read)], model="acme/a", read_at=pd.NaT)
    found = chained.estimated(table, pd.DataFrame({"ratio_low": [0.5], "ratio_high": [2.0]}))
    found = found[found["date"].isin(DAYS[list(read)])]
    assert found["date"].tolist() == [DAYS[day] for day, *_ in chain]
    assert found[["downloads_cumulative", "low", "high"]].to_numpy().tolist() == [[*counts] for _, *counts in chain]


@pytest.mark.parametrize("days", [1, 29, 30])
def test_readings_of_less_than_30_days_compare_nothing(days):
    read = pd.DataFrame({"date": DAYS[:days], "model": "acme/a", "downloads": 30.0, "downloads_all_time": 100.0})
    read = read.assign(read_at=pd.NaT)
    assert chained.errors(read).empty
    assert estimated(read).empty


def test_without_30_day_counts_or_without_earlier_ones_nothing_is_told():
    read, _ = dumps(np.full(420, 100))
    nothing = read.assign(downloads=np.nan)
    assert estimated(nothing).empty
    assert chained.errors(nothing).empty
    (row,) = chained.error(chained.errors(nothing)).to_dict("records")
    assert row["days"] == 0
    assert np.isnan(row["ratio_low"])
    assert contracts.check(estimated(nothing), "clean/chained").empty


def test_a_model_first_read_later_gets_no_estimate_where_others_were_counted():
    early, _ = dumps(np.full(420, 100))
    late, _ = dumps(np.full(420, 50), first=340, model="acme/late")
    found = estimated(pd.concat([early, late], ignore_index=True))
    assert found["date"].max() < early.loc[early["downloads_all_time"].notna(), "date"].min()
    assert set(found["model"]) == {"acme/a", "acme/late"}


@given(st.lists(st.integers(0, 500), min_size=300, max_size=300), st.floats(0.5, 2))
@settings(max_examples=20)
def test_estimates_lie_before_the_first_reading_and_are_never_negative(new, part):
    read, _ = dumps(np.array(new), part=part)
    found = estimated(read)
    assert (found["downloads_cumulative"] >= 0).all()
    assert (found["date"] < read.loc[read["downloads_all_time"].notna(), "date"].min()).all()
    shuffled = read.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(estimated(shuffled), found)


@pytest.mark.skipif(not REAL.exists(), reason="the real counts are not beside the repository")
def test_real_30_day_counts_are_near_what_real_lifetime_counts_gained(capsys):
    """30-day counts of 1 April 2026 beside lifetime counts of 1 and 28 March: dates some days apart."""
    life = pd.read_csv(REAL / "hf_alltime_downloads_gemas_9dates.csv", parse_dates=["date"])
    wide = life.pivot(index="model_id", columns="date", values="downloads_all_time")
    gained = (wide[pd.Timestamp("2026-03-28")] - wide[pd.Timestamp("2026-03-01")]) / 27 * 30
    month = pd.read_parquet(REAL / "hf_downloads_30d_llmfit.parquet")
    month = month[month["date"] == "2026-04-01"].drop_duplicates("model_id").set_index("model_id")["downloads_30d"]
    both = pd.DataFrame({"told": month, "gained": gained}).dropna()
    ratio = both["told"].sum() / both["gained"].sum()
    with capsys.disabled():
        print(f"\n  {len(both)} real models: 30-day counts are {ratio:.3f} of what lifetime counts gained")
    assert 0.85 < ratio < 1.1


def test_the_error_is_of_all_sums_and_between_those_of_the_days():
    days = pd.date_range("2026-01-01", periods=3)
    compared = pd.DataFrame({"date": days, "models": [4, 9, 2], "told": [90.0, 300, 5], "gained": [100.0, 200, 0],
                             "ratio": [0.9, 1.5, np.nan]})  # fmt: skip
    (row,) = chained.error(compared).to_dict("records")
    assert row == {"days": 2, "models": 9, "ratio": 390 / 300, "ratio_low": 0.9, "ratio_high": 1.5}
