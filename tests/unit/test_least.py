"""A ratio to nothing is null, and one to a single download is told: the bound of every measure that divides."""

import pandas as pd
import pytest

from helpers.measures import adoption, chained, contributors, coverage, derivatives, inference, standing

BEFORE, LAST = pd.Timestamp("2025-03-01"), pd.Timestamp("2026-03-01")
MODELS = pd.DataFrame({"model": ["a/x", "b/y"], "region": ["us", "eu"], "side": ["us", "eu"]})


def monthly(before: int, last: int) -> pd.DataFrame:
    """Two regions, of which one has 5 downloads, at two labels a year apart."""
    rows = [(month, model, region, count) for month, count in ((BEFORE, before), (LAST, last))
            for model, region, count in (("a/x", "us", count), ("b/y", "eu", 5))]  # fmt: skip
    table = pd.DataFrame(rows, columns=["month", "model", "region", "downloads_cumulative"])
    return table.assign(downloads=table["downloads_cumulative"], flag="observed")


def year_over_year(count):
    found = adoption.year_over_year(monthly(count, 3), "region").set_index(["region", "month"])
    return found.loc[("us", LAST), "multiple"]


def over_a_year(count):
    return coverage.over_a_year(monthly(count, 3), MODELS, "region", LAST).set_index("region").loc["us", "multiple"]


def share(count):
    table = pd.DataFrame({"month": BEFORE, "region": ["us", "eu"], "downloads": [count, 0]})
    return 3 * adoption.share(table, "downloads", "month")["downloads_share"].iloc[0]


def pair(count):
    pairs = pd.DataFrame({"pair": ["eu-us"], "one": ["eu"], "other": ["us"]})
    found = standing.ratios(monthly(count, 3), pairs, "region").set_index("month")
    return found.loc[BEFORE, "multiple"] * 3 / 5


def side(count):
    parts = monthly(count, 3).rename(columns={"region": "side"}).assign(part="x")
    return standing.sums(parts).set_index(["side", "month"]).loc[("eu", BEFORE), "multiple"] * 3 / 5


def leave_one_out(count):
    table = monthly(count, 3).query("month == @BEFORE and region == 'us'").drop(columns="region")
    found = contributors.totals(table, MODELS, "month", "region", "downloads").iloc[0]
    assert pd.isna(found["share"]) == pd.isna(found["largest_share"])
    return 3 * found["share"]


def tokens(count):
    months = pd.DataFrame({"month": [BEFORE] * 2 + [LAST], "slug": ["x", "y", "y"], "status": "open", "region": "us",
                           "tokens": pd.array([count, 0, 9], dtype=object)})  # fmt: skip
    return 3 * inference.open_shares(months, "slug").query("month == @BEFORE")["tokens_share"].iloc[0]


def gained(count):
    days = pd.date_range("2026-01-01", periods=31)[[0, 30]]
    table = pd.DataFrame({"date": days, "model": "a/x", "downloads": [None, 3], "downloads_all_time": [7, 7 + count]})
    table = table.assign(read_at=pd.NaT)
    return chained.errors(table)["ratio"].iloc[0]


def built_on(count):
    rows = pd.DataFrame({"month": [BEFORE] * count + [LAST], "base": "a/x"})
    found = derivatives.per_month(derivatives.per_base(rows), MODELS, "region", LAST).set_index("month")[
        "derivatives_share"
    ]
    return 3 * found.get(BEFORE, float("nan"))


@pytest.mark.parametrize(
    "measured", [year_over_year, over_a_year, share, pair, side, leave_one_out, tokens, gained, built_on]
)
def test_there_is_no_ratio_to_nothing_and_one_to_a_single_download(measured):
    assert pd.isna(measured(0))
    assert measured(1) == pytest.approx(3)
