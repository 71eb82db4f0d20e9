"""Adoption: nothing is lost in adding up, shares make one, and whoever passes whom is found on the right day."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import adoption, standing
from helpers.registry import BUCKETS

MODELS = pd.DataFrame(
    [
        ("Qwen/a", "Qwen", "china", "<1B", "2024-09-19"),
        ("Qwen/b", "Qwen", "china", "250B+", "2025-04-28"),
        ("meta-llama/c", "Meta", "us", "7–9B", None),
        ("mistralai/d", "Mistral", "eu", None, "2023-09-27"),
    ],
    columns=["model", "organisation", "region", "bucket", "released"],
).astype({"released": "datetime64[us]"})


def monthly(*rows: tuple) -> pd.DataFrame:
    """Rows of (month, model, downloads, downloads_cumulative)."""
    table = pd.DataFrame(rows, columns=["month", "model", "downloads", "downloads_cumulative"])
    return table.assign(month=pd.to_datetime(table["month"])).astype(
        {"downloads": float, "downloads_cumulative": float}
    )


def shares(**values: list[float | None]) -> pd.DataFrame:
    """Downloads by organisation, one value a month from January 2025."""
    months = pd.date_range("2025-01-01", periods=max(map(len, values.values())), freq="MS")
    rows = [(month, name, value) for name, line in values.items() for month, value in zip(months, line, strict=False)]
    return pd.DataFrame(rows, columns=["month", "organisation", "downloads"]).astype({"downloads": float})


TWO_MONTHS = monthly(
    ("2025-01-01", "Qwen/a", 5, 10),
    ("2025-01-01", "meta-llama/c", 7, 30),
    ("2025-02-01", "Qwen/a", 20, 30),
    ("2025-02-01", "Qwen/b", None, 3),
    ("2025-02-01", "meta-llama/c", 10, 40),
    ("2025-02-01", "mistralai/d", None, 8),
)


# Adding up ----------------------------------------------------------------------------------------------------


def test_totals_add_the_models_of_a_group_and_keep_what_is_unknown_unknown():
    found = adoption.totals(TWO_MONTHS, MODELS, "organisation").set_index(["month", "organisation"])
    february = found.loc["2025-02-01"]
    assert february["downloads_cumulative"].to_dict() == {"Qwen": 33, "Meta": 40, "Mistral": 8}
    assert february.loc["Qwen", "downloads"] == 20  # the part that is known
    assert pd.isna(february.loc["Mistral", "downloads"])  # nothing of it is known: not 0
    assert "Mistral" not in found.loc["2025-01-01"].index  # it had no model yet


def test_only_the_models_that_are_given_count():
    found = adoption.totals(TWO_MONTHS, MODELS[MODELS["region"] != "us"], "region")
    assert set(found["region"]) == {"china", "eu"}


def test_models_without_a_size_are_kept_together_as_unresolved():
    found = adoption.totals(TWO_MONTHS, MODELS, ["bucket", "region"])
    assert set(found.loc[found["region"] == "eu", "bucket"]) == {adoption.UNRESOLVED}


def test_single_models_can_be_the_groups():
    found = adoption.totals(TWO_MONTHS, MODELS, "model")
    assert found["downloads_cumulative"].tolist() == TWO_MONTHS["downloads_cumulative"].tolist()


def test_days_are_added_up_like_months():
    daily = TWO_MONTHS.rename(columns={"month": "date"})
    by_day = adoption.daily_totals(daily, MODELS, "region").rename(columns={"date": "month"})
    by_month = adoption.totals(TWO_MONTHS, MODELS, "region")
    pd.testing.assert_frame_equal(by_day, by_month)


counts = st.integers(0, 10**9)
tables = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(MODELS["model"].tolist()), counts, counts),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:2],
).map(lambda rows: monthly(*[(f"2025-{month:02d}-01", *rest) for month, *rest in rows]))


@settings(max_examples=40)
@given(tables, st.sampled_from(["organisation", "region", "bucket", "model"]))
def test_however_models_are_grouped_the_sum_is_the_same(table, by):
    grouped = adoption.totals(table, MODELS, by)
    for column in ("downloads", "downloads_cumulative"):
        expected = table.groupby("month")[column].sum()
        assert grouped.groupby("month")[column].sum().to_dict() == expected.to_dict()


@settings(max_examples=40)
@given(tables)
def test_buckets_add_up_to_the_month_and_shares_to_one(table):
    month = table["month"].max()
    found = adoption.by_bucket(table, MODELS, month, "region")
    assert found["downloads_cumulative"].sum() == table.loc[table["month"] == month, "downloads_cumulative"].sum()
    for _, part in adoption.share(found, "downloads_cumulative", "bucket").groupby("bucket", observed=True):
        total = part["downloads_cumulative"].sum()
        share = part["downloads_cumulative_share"]
        assert share.isna().all() if total == 0 else share.sum() == pytest.approx(1)


def test_buckets_stand_in_order_and_a_group_without_a_model_in_one_has_zero():
    found = adoption.by_bucket(TWO_MONTHS, MODELS, "2025-02-01", "organisation")
    assert found["bucket"].unique().tolist() == [*BUCKETS, adoption.UNRESOLVED]
    assert len(found) == 3 * (len(BUCKETS) + 1)
    cells = found.set_index(["bucket", "organisation"])["downloads_cumulative"]
    assert (cells["250B+", "Qwen"], cells["250B+", "Meta"], cells["unresolved", "Mistral"]) == (3, 0, 8)


def test_the_buckets_alone_come_with_share_running_share_and_rank():
    found = adoption.sizes(adoption.by_bucket(TWO_MONTHS, MODELS, "2025-02-01", "region")).set_index("bucket")
    assert found["downloads_cumulative"].sum() == 81
    assert found.loc["<1B", ["downloads_cumulative_share", "rank"]].tolist() == pytest.approx([30 / 81, 2])
    assert found.loc["7–9B", ["up_to_share", "rank"]].tolist() == pytest.approx([70 / 81, 1])
    assert found["up_to_share"].iloc[-1] == 1
    one = adoption.by_bucket(TWO_MONTHS, MODELS, "2025-02-01", "region")
    one.loc[one["downloads_cumulative"].idxmax(), "downloads_cumulative"] = np.nan
    held = adoption.sizes(one)
    assert held["downloads_cumulative"].isna().sum() == 1
    assert held[["downloads_cumulative_share", "up_to_share", "rank"]].isna().all(axis=None)
    nothing = adoption.sizes(found.reset_index().assign(downloads_cumulative=0.0))
    assert nothing["downloads_cumulative_share"].isna().all()
    assert nothing["rank"].tolist() == list(range(1, len(nothing) + 1))  # of equals the smaller bucket first


@pytest.mark.parametrize("month", ["2024-12-01", "2025-03-01"])
def test_a_month_without_data_is_named_with_those_there_are(month):
    with pytest.raises(ValueError, match=rf"no data for the month {month}; months held: 2025-01-01 to 2025-02-01"):
        adoption.by_bucket(TWO_MONTHS, MODELS, month, "region")


def test_of_no_month_at_all_nothing_is_told():
    none = TWO_MONTHS.iloc[:0]
    sized = adoption.by_bucket(none, MODELS, "2025-03-01", "region")
    assert sized.empty
    assert adoption.sizes(sized).empty
    tracked = MODELS.assign(last_count=1.0, tracked_since=MODELS["released"])
    needed = dict.fromkeys(["models", "total", "share", "rank"], 0.5)
    assert (
        standing.by_size(none.assign(flag="observed"), tracked, "region", needed)["downloads_cumulative"].isna().all()
    )


def test_an_unknown_value_has_no_share_and_takes_none_from_the_others():
    found = adoption.share(shares(Qwen=[30], Meta=[10], Mistral=[None]), "downloads", "month")
    assert found["downloads_share"].tolist()[:2] == [0.75, 0.25]
    assert pd.isna(found["downloads_share"].iloc[2])


# Growth -------------------------------------------------------------------------------------------------------


def labels(*rows: tuple) -> pd.DataFrame:
    """Rows of (month, region, downloads_cumulative), half of it new in the month."""
    table = pd.DataFrame(rows, columns=["month", "region", "downloads_cumulative"])
    return table.assign(month=pd.to_datetime(table["month"]), downloads=table["downloads_cumulative"] / 2)


def test_a_year_is_counted_back_from_each_label():
    table = labels(
        ("2024-03-01", "us", 20.0), ("2025-03-01", "us", 50.0), ("2025-03-01", "eu", 4.0),
        ("2024-03-01", "china", 0.0), ("2025-03-01", "china", 9.0), ("2026-03-01", "china", 27.0),
    )  # fmt: skip
    found = adoption.year_over_year(table, "region").set_index(["region", "month"])["multiple"]
    assert found["us", "2025-03-01"] == 2.5
    assert found["china", "2026-03-01"] == 3
    assert pd.isna(found["eu", "2025-03-01"])  # there was none a year before
    assert pd.isna(found["china", "2025-03-01"])  # from nothing there is no multiple
    assert pd.isna(found["us", "2024-03-01"])  # the table does not reach back so far


def test_ranks_are_within_each_month_shared_by_equals_and_none_where_nothing_is_known():
    found = adoption.ranked(shares(Qwen=[4, 1], Meta=[4, 3], Mistral=[3, None]), "downloads", "month")
    ranks = found.pivot(index="organisation", columns="month", values="rank")
    assert ranks.loc[["Qwen", "Meta", "Mistral"]].astype(object).values.tolist() == [[1, 2], [1, 1], [3, pd.NA]]


def test_a_group_that_had_nothing_in_a_month_has_a_row_of_nought():
    table = shares(Qwen=[4, 1], Meta=[None, 3]).dropna()
    found = adoption.complete(table, "organisation", ["Qwen", "Meta", "Xiaomi"], ["downloads"])
    wide = found.pivot(index="month", columns="organisation", values="downloads")
    assert wide[["Qwen", "Meta", "Xiaomi"]].values.tolist() == [[4, 0, 0], [1, 3, 0]]
    assert adoption.complete(table.iloc[:0], "organisation", ["Qwen"], ["downloads"]).empty  # nothing was watched


def test_since_starts_at_zero_and_leaves_out_what_a_model_brings_along():
    table = monthly(
        ("2025-08-01", "Qwen/a", 90, 100),
        ("2025-09-01", "Qwen/a", 7, 107),
        ("2025-10-01", "Qwen/a", None, 107),
        ("2025-11-01", "Qwen/a", 2, 109),
        ("2025-10-01", "Qwen/b", 5, 1005),  # enters with 1000
        ("2025-11-01", "meta-llama/c", 4, 4),
    )
    totals = adoption.totals(table, MODELS, "organisation")
    wide = adoption.since(totals, "2025-08-01", "organisation").pivot(
        index="month", columns="organisation", values="downloads_since"
    )
    assert wide["Qwen"].tolist() == [0, 7, 12, 14]  # of October the part that is known
    assert wide["Meta"].tolist() == [0, 0, 0, 4]  # it had no model before
    alone = adoption.since(totals[totals["organisation"] == "Meta"], "2025-11-01", "organisation")
    assert alone["downloads_since"].tolist() == [0]
    with pytest.raises(ValueError, match="no data for the month 2025-07-01"):
        adoption.since(totals, "2025-07-01", "organisation")


def test_a_month_of_unknown_downloads_is_no_month_of_none():
    totals = adoption.totals(
        monthly(("2025-01-01", "Qwen/a", 1, 1), ("2025-02-01", "Qwen/a", None, 1), ("2025-03-01", "Qwen/a", 3, 4)),
        MODELS, "organisation",
    )  # fmt: skip
    found = adoption.since(totals, "2025-01-01", "organisation")["downloads_since"].tolist()
    assert found[0] == 0
    assert pd.isna(found[1:]).all()


@settings(max_examples=40)
@given(st.lists(counts, min_size=2, max_size=12))
def test_since_is_the_difference_of_cumulative_counts_where_nothing_enters(new):
    cumulative = np.cumsum(new)
    months = pd.date_range("2025-01-01", periods=len(new), freq="MS")
    table = monthly(*[(m, "Qwen/a", n, c) for m, n, c in zip(months, new, cumulative, strict=True)])
    found = adoption.since(adoption.totals(table, MODELS, "organisation"), months[1], "organisation")
    assert found["downloads_since"].tolist() == (cumulative[1:] - cumulative[1]).tolist()


# Leading ------------------------------------------------------------------------------------------------------


def test_an_era_is_a_run_of_months_with_more_than_half():
    table = shares(
        eu=[9, 9, 5, 1, None, 1, 1, 9],
        us=[1, 1, 5, 9, None, 1, 8, 1],
        china=[0, 0, 0, 0, None, 8, 1, 0],
    ).rename(columns={"organisation": "region"})
    found = adoption.eras(table, "region")
    assert found.columns.tolist() == ["region", "start", "end", "months"]
    spans = [(row.region, f"{row.start:%Y-%m}", f"{row.end:%Y-%m}", row.months) for row in found.itertuples()]
    assert spans == [
        ("eu", "2024-12", "2025-01", 2),  # in labels January and February; half in the next month is not more than half
        ("us", "2025-03", "2025-03", 1),
        ("china", "2025-05", "2025-05", 1),
        ("us", "2025-06", "2025-06", 1),
        ("eu", "2025-07", "2025-07", 1),
    ]


def test_of_each_group_the_longest_run_counts_and_of_equals_the_first():
    table = shares(eu=[9, 1, 9, 9], us=[1, 9, 1, 1], china=[0] * 4).rename(columns={"organisation": "region"})
    found = adoption.longest_eras(adoption.eras(table, "region"), "region", ["us", "eu", "china"])
    assert found["months"].tolist() == [1, 2, 0]
    assert found["start"].dt.strftime("%Y-%m").fillna("").tolist() == ["2025-01", "2025-02", ""]
    again = shares(eu=[9, 1, 9], us=[1, 9, 1]).rename(columns={"organisation": "region"})
    assert adoption.longest_eras(adoption.eras(again, "region"), "region", ["eu"])["start"].dt.month.tolist() == [12]


def test_months_within_a_groups_own_era():
    table = shares(eu=[1, 2, 3], us=[4, 5, 6], china=[7, 8, 9]).rename(columns={"organisation": "region"})
    eras = pd.DataFrame(
        [("eu", "2025-01-01", "2025-02-01"), ("us", "2025-03-01", "2025-09-01"), ("china", None, None)],
        columns=["region", "start", "end"],
    ).astype({"start": "datetime64[us]", "end": "datetime64[us]"})
    assert adoption.within_eras(table, eras, "region")["downloads"].tolist() == [1, 2, 6]
    assert adoption.within_eras(table.iloc[:0], eras, "region").empty


def test_an_unknown_month_ends_an_era():
    found = adoption.eras(shares(Qwen=[9, None, 9], Meta=[1, None, 1]), "organisation")
    assert found["months"].tolist() == [1, 1]


def test_leaders_come_with_their_share_and_empty_segments_without_a_leader():
    buckets = adoption.by_bucket(TWO_MONTHS, MODELS, "2025-02-01", "organisation")
    found = adoption.leaders(buckets, "bucket").set_index("bucket")
    assert found["organisation"].to_dict() == {"<1B": "Qwen", "7–9B": "Meta", "250B+": "Qwen", "unresolved": "Mistral"}
    assert (found["downloads_cumulative_share"] == 1).all()


def test_of_equal_values_the_first_leads():
    (row,) = adoption.leaders(shares(Qwen=[4], Meta=[4]), "month", "downloads").to_dict("records")
    assert row == {"month": pd.Timestamp("2025-01-01"), "organisation": "Qwen", "downloads": 4, "downloads_share": 0.5}


def test_peaks_are_the_first_of_equal_highest_months():
    found = adoption.peaks(shares(Qwen=[4, 4], Meta=[None, 3], Xiaomi=[None, None]), "organisation", "downloads")
    second, first = pd.Timestamp("2025-02-01"), pd.Timestamp("2025-01-01")
    assert found.to_numpy().tolist() == [["Meta", second, 3], ["Qwen", first, 4]]


def test_a_pace_is_the_change_a_month_between_the_first_and_the_last_known():
    table = shares(Qwen=[1, 9, 3, None], Meta=[None, 4, None, None])
    found = adoption.paces(table, "organisation", "downloads").set_index("organisation")["per_month"]
    assert found["Qwen"] == 1
    assert pd.isna(found["Meta"])


def test_periods_tell_months_months_behind_and_the_last_value():
    table = shares(Qwen=[1, 5, 6], Meta=[2, 3, 4])
    spans = pd.DataFrame([("all", "2025-01-01", "2025-03-01"), ("early", "2024-12-01", "2025-01-01"),
                          ("late", "2025-02-01", "2025-03-01")], columns=["period", "first", "last"])  # fmt: skip
    found = adoption.over_periods(table, spans, "organisation", "downloads").set_index(["period", "organisation"])
    assert found.loc[("all", "Qwen"), ["months", "months_behind", "downloads"]].tolist() == [2, 1, 6]
    assert found.loc[("late", "Qwen"), ["months", "months_behind"]].tolist() == [1, 0]
    assert found.loc[("late", "Meta"), "months_behind"] == 2
    early = found.loc[("early", "Qwen")]  # December is not held
    assert early[["months", "months_behind"]].isna().all() and early["downloads"] == 1
    assert f"{early['month']:%Y-%m}" == "2025-01"


def test_just_half_of_the_downloads_is_no_era():
    found = adoption.eras(shares(Qwen=[50, 51], Meta=[50, 49]), "organisation")
    assert found["months"].tolist() == [1]
