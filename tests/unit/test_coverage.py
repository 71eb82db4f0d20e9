"""Coverage: what is told is carried by what was read, in archives of which the truth is planted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import adoption, coverage

NEEDED = {"models": 0.9, "total": 0.9, "share": 0.9, "rank": 0.95, "crossing": 0.98}
MONTHS = pd.date_range("2025-02-01", periods=3, freq="MS", unit="us")
LAST = MONTHS[-1]
COLUMN = "downloads_cumulative"


def archive(**counts: list[float | None]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """clean/models, all released in 2024, and clean/monthly of counts by model at the ends of January to March 2025.

    "China_a" is a model of China; null is not read: before the first count there is no row, after the last the model
    has vanished with its last total.
    """
    names = pd.Series(list(counts))
    makers = names.str.split("_").str[0]
    models = pd.DataFrame({"model": names, "organisation": makers, "region": makers.str.lower(), "bucket": "<1B"})
    models["released"] = pd.Timestamp("2024-06-01")
    told = np.array(list(counts.values()), dtype=float)
    total = pd.DataFrame(told.T).ffill().to_numpy().T
    new = np.where(np.isnan(told), np.nan, np.diff(total, axis=1, prepend=np.nan))
    monthly = pd.DataFrame(
        {
            "month": np.tile(MONTHS, len(names)),
            "model": names.repeat(len(MONTHS)).array,
            "downloads": new.ravel(),
            COLUMN: total.ravel(),
            "flag": pd.Series(np.where(np.isnan(told), "vanished", "observed").ravel(), dtype="str"),
        }
    ).dropna(subset=COLUMN)
    daily = monthly.rename(columns={"month": "date"})
    return coverage.weighed(models, daily.assign(date=daily["date"] - pd.Timedelta(days=1))), monthly


def told(table: pd.DataFrame, by: str, column: str, month: pd.Timestamp = LAST) -> dict[str, float]:
    """What a table says of each group at a month: known values only."""
    return table[table["month"] == month].set_index(by)[column].dropna().to_dict()


WHOLE = archive(China_a=[60, 80, 100], China_b=[30, 40, 50], US_c=[80, 90, 100], US_d=[10, 10, 10])


# What is counted ------------------------------------------------------------------------------------------------


def test_a_row_says_how_many_are_tracked_and_read_and_what_part_of_the_downloads_they_have():
    counts = {"China_a": [60, 80, 300], "China_b": [None, None, 100], "China_c": [1, None, None], "US_d": [None] * 3}
    models, monthly = archive(**counts)
    found = coverage.of(monthly, models, "organisation").set_index(["organisation", "month"])
    china = found.loc["China"]
    assert china["models"].tolist() == [3, 3, 3]
    assert china["models_read"].tolist() == [2, 1, 2]
    assert china["models_known"].tolist() == [3, 3, 3]
    assert china["read_share"].tolist() == pytest.approx([301 / 401, 300 / 401, 400 / 401])
    assert found.loc[("US", LAST), ["models", "models_read", "models_known"]].tolist() == [1, 0, 0]
    assert pd.isna(found.loc[("US", LAST), "read_share"])
    every = coverage.of(monthly, models, [])
    assert every.columns.tolist() == ["month", *coverage.COLUMNS]
    assert every.set_index("month").loc[LAST, ["models", "models_read"]].tolist() == [4, 2]


def test_a_model_is_tracked_from_its_release_on_and_all_along_where_that_is_not_known():
    models, monthly = archive(China_a=[1, 2, 3], China_b=[None, None, 5], China_c=[None, None, 5])
    dated = models.assign(tracked_since=pd.to_datetime(["2024-06-01", "2025-02-28", None]))
    assert coverage.of(monthly, dated, [])["models"].tolist() == [2, 3, 3]  # the label of March is through 28 February
    daily = monthly.rename(columns={"month": "date"})
    assert coverage.of(daily, dated.assign(tracked_since=MONTHS[1]), [])["models"].tolist() == [3, 3]
    seen = monthly.rename(columns={"month": "date"}).assign(date=pd.Timestamp("2024-01-01"))
    assert coverage.weighed(models, seen)["tracked_since"].tolist() == [pd.Timestamp("2024-01-01")] * 3
    assert coverage.weighed(models.assign(released=pd.NaT), seen)["tracked_since"].isna().all()


def test_new_downloads_are_carried_by_the_models_of_which_they_are_known():
    models, monthly = archive(China_a=[60, 80, 100], China_b=[None, 100, 120])
    found = coverage.totals(monthly, models, "organisation", NEEDED)
    assert told(found, "organisation", COLUMN, MONTHS[1]) == {"China": 180}
    assert told(found, "organisation", "downloads", MONTHS[1]) == {}  # what b gained before it was read is not known
    assert told(found, "organisation", "downloads") == {"China": 40}


def test_a_part_of_a_month_is_no_month():
    models, monthly = WHOLE
    monthly = monthly.assign(flag=monthly["flag"].mask(monthly["month"] == MONTHS[1], "entered"))
    found = coverage.totals(monthly, models, "organisation", NEEDED)
    assert told(found, "organisation", "downloads", MONTHS[1]) == {}
    assert told(found, "organisation", COLUMN, MONTHS[1]) == {"China": 120, "US": 100}
    assert told(found, "organisation", "downloads") == {"China": 30, "US": 10}


def test_a_count_between_readings_too_far_apart_is_told_apart_and_is_not_read():
    models, monthly = archive(China_a=[60, 80, 100], China_b=[30, 40, 50], US_c=[80, 90, 100])
    far = monthly.assign(
        flag=monthly["flag"].mask((monthly["month"] == LAST) & (monthly["model"] == "China_a"), "distant")
    )
    found = coverage.of(far, models, "organisation").set_index(["organisation", "month"])
    counted = found.loc[("China", LAST), ["models", "models_read", "models_between", "models_known"]]
    assert counted.tolist() == [2, 1, 1, 2]
    assert found["models_between"].sum() == 1
    assert found.loc[("China", LAST), "read_share"] == pytest.approx(1 / 3)
    totals = coverage.totals(far, models, "organisation", NEEDED)
    assert told(totals, "organisation", COLUMN) == {"US": 100}
    assert told(totals, "organisation", COLUMN, MONTHS[1]) == {"China": 120, "US": 90}
    daily = far.rename(columns={"month": "date"})
    days = coverage.counted_days(daily, models, "organisation", NEEDED)
    assert days.columns.tolist() == ["date", "organisation"]
    assert LAST not in set(days.query("organisation == 'China'")["date"])
    apart = far.assign(month=far["month"].replace(MONTHS[0], LAST - pd.DateOffset(years=1)))
    assert coverage.over_a_year(apart, models, "region", LAST).set_index("region")["models"].to_dict() == {
        "china": 1, "us": 1, "all": 2,
    }  # fmt: skip


lines = st.lists(st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=3, max_size=3), min_size=1, max_size=8)


@settings(max_examples=60)
@given(lines)
def test_parts_are_parts_and_groups_add_up_to_the_whole(counts):
    named = {f"{('China', 'US', 'EU')[n % 3]}_{n}": line for n, line in enumerate(counts)}
    models, monthly = archive(**named)
    groups, whole = (coverage.of(monthly, models, by) for by in ("organisation", []))
    for table in (groups, whole):
        assert (table["models_read"] <= table["models_known"]).all()
        assert (table["models_known"] <= table["models"]).all()
        assert table["read_share"].dropna().between(0, 1 + 1e-12).all()
    for column in ("models", "models_read", "models_known"):
        assert groups.groupby("month")[column].sum().tolist() == whole[column].tolist()


@settings(max_examples=60)
@given(lines)
def test_what_is_told_of_a_group_is_its_sum_and_what_is_not_lacks_too_much(counts):
    models, monthly = archive(**{f"China_{n}": line for n, line in enumerate(counts)})
    found = coverage.totals(monthly, models, "organisation", NEEDED)
    raw = adoption.totals(monthly, models, "organisation").set_index("month")[COLUMN]
    for row in found.itertuples():
        enough = row.read_share >= 0.9 and row.models_known >= 0.9 * row.models
        assert row.downloads_cumulative == raw[row.month] if enough else pd.isna(row.downloads_cumulative)


# Planted archives ----------------------------------------------------------------------------------------------------


def test_an_archive_of_all_tells_all():
    models, monthly = WHOLE
    found = coverage.placed(monthly, models, "organisation", COLUMN, NEEDED)
    assert told(found, "organisation", COLUMN) == {"China": 150, "US": 110}
    assert told(found, "organisation", f"{COLUMN}_share") == pytest.approx({"China": 150 / 260, "US": 110 / 260})
    assert told(found, "organisation", "rank") == {"China": 1, "US": 2}


def test_of_every_second_model_nothing_is_told():
    models, monthly = archive(**{f"China_{n}": [1, 2, 3] if n % 2 else [None] * 3 for n in range(20)}, US_a=[9, 9, 9])
    found = coverage.placed(monthly, models, "organisation", COLUMN, NEEDED)
    assert told(found, "organisation", COLUMN) == {"US": 9}  # of which every model was read
    for column in (f"{COLUMN}_share", "rank"):
        assert told(found, "organisation", column) == {}
    assert coverage.comparable(monthly, models, "organisation", NEEDED, "rank")[COLUMN].isna().all()
    assert coverage.by_bucket(monthly[monthly["month"] == LAST], models, "organisation", NEEDED)[COLUMN].isna().all()


def test_an_organisation_of_which_the_great_model_was_read_then_has_a_total_and_one_without_it_has_none():
    models, monthly = archive(China_a=[96, 98, 100], China_b=[None, None, 2], US_c=[None, None, 100], US_d=[1, 2, 3])
    first = coverage.totals(monthly, models, "organisation", NEEDED)
    assert told(first, "organisation", COLUMN, MONTHS[0]) == {"China": 96}
    assert told(first, "organisation", COLUMN) == {"China": 102, "US": 103}


def test_a_single_day_gives_totals_and_no_month():
    models, monthly = archive(China_a=[None, None, 100], US_b=[None, None, 50])
    found = coverage.totals(monthly, models, "region", NEEDED)
    assert told(found, "region", COLUMN) == {"china": 100, "us": 50}
    assert found["downloads"].isna().all()
    assert coverage.over_a_year(monthly, models, "region", LAST).empty
    daily = monthly.rename(columns={"month": "date"})
    counted = coverage.counted_days(daily, models, "region", NEEDED)
    assert counted["date"].unique().tolist() == [LAST]


def test_one_organisation_alone_has_its_total_and_no_place_among_those_that_were_not_read():
    models, monthly = archive(China_a=[1, 2, 3], US_b=[None] * 3, EU_c=[None] * 3)
    found = coverage.placed(monthly, models, "organisation", COLUMN, NEEDED)
    assert told(found, "organisation", COLUMN) == {"China": 3}
    assert told(found, "organisation", "rank") == {}
    shown = coverage.shown(found, "organisation")
    assert set(shown["organisation"]) == {"China"}


def test_where_one_organisation_alone_is_tracked_it_has_no_share_and_no_rank():
    models, monthly = archive(China_a=[1, 2, 3], China_b=[4, 5, 6])
    found = coverage.placed(monthly, models, "organisation", COLUMN, NEEDED)
    assert told(found, "organisation", COLUMN) == {"China": 9}
    for column in (f"{COLUMN}_share", "rank"):
        assert found[column].isna().all()
    compared = coverage.comparable(monthly, models, "organisation", NEEDED, "rank", within=["region"])
    assert compared[[COLUMN, "downloads"]].isna().all(axis=None)
    two = pd.DataFrame({"region": ["us", "eu", "us"], "n": [1, 2, 3], "x": [1.0, None, 3.0], "rank": [2, 1, 1]})
    assert coverage.beside_others(two, "region", "x", ["rank"])["rank"].fillna(0).tolist() == [2, 0, 1]


def test_models_renamed_halfway_are_not_counted_twice_in_what_is_told():
    models, monthly = archive(China_old=[90, None, None], China_new=[None, 100, 110], US_c=[50, 60, 70])
    raw = adoption.totals(monthly, models, "organisation")
    assert told(raw, "organisation", COLUMN) == {"China": 200, "US": 70}  # both ids, one history
    assert told(coverage.totals(monthly, models, "organisation", NEEDED), "organisation", COLUMN) == {"US": 70}


def test_growth_is_of_the_models_read_at_both_dates():
    models, monthly = archive(China_a=[100, 150, 200], China_b=[None, 900, 1000], US_c=[10, None, None])
    apart = monthly.assign(month=monthly["month"].replace(MONTHS[0], LAST - pd.DateOffset(years=1)))
    found = coverage.over_a_year(apart, models, "region", LAST).set_index("region")
    assert found.loc["china"].tolist() == [1, 2]
    assert found.loc["all"].tolist() == [1, 2]
    assert "us" not in found.index  # it has vanished


def test_a_crossing_is_told_of_days_on_which_enough_of_both_was_read_and_counted():
    models, monthly = archive(China_a=[10, 90, 120], China_b=[None, None, 30], US_c=[80, 85, 90])
    daily = monthly.rename(columns={"month": "date"})
    found = coverage.daily_totals(daily, models, "region", NEEDED, "crossing").rename(columns={"date": "month"})
    assert told(found, "region", COLUMN) == {"china": 150, "us": 90}
    assert told(found, "region", COLUMN, MONTHS[1]) == {"us": 85}
    between = daily.assign(flag=daily["flag"].where(daily["date"] != LAST, "interpolated"))
    assert LAST not in set(coverage.counted_days(between, models, "region", NEEDED)["date"])


def test_a_bucket_has_nought_of_who_has_no_model_there_and_nothing_of_who_was_not_read():
    models, monthly = archive(China_a=[1, 2, 100], US_b=[None] * 3)
    models.loc[2] = dict(models.loc[0]) | {"model": "EU_c", "organisation": "EU", "bucket": "250B+", "last_count": 1.0}
    monthly.loc[9] = {"month": LAST, "model": "EU_c", COLUMN: 1.0, "flag": "observed"}
    low = NEEDED | {"models": 0.5}
    found = coverage.by_bucket(monthly[monthly["month"] == LAST], models, "organisation", low)
    cells = found.set_index(["bucket", "organisation"])[COLUMN]
    assert (cells["<1B", "China"], cells["<1B", "EU"], cells["250B+", "China"]) == (100, 0, 0)
    assert ("<1B", "US") not in cells.index or pd.isna(cells["<1B", "US"])


def test_a_listing_that_lacks_most_tracked_models_carries_no_share():
    models, monthly = archive(China_a=[1, 2, 3], **{f"US_{n}": [1, 2, None] for n in range(9)})
    daily = monthly.rename(columns={"month": "date"})
    table = pd.DataFrame({"region": ["china", "us"], "derivatives_share": [0.8, 0.2]})
    assert coverage.listed(table, daily, models, NEEDED, "derivatives_share")["derivatives_share"].isna().all()
    every = coverage.listed(table, daily, models[:1], NEEDED, "derivatives_share")
    assert every["derivatives_share"].tolist() == [0.8, 0.2]


@pytest.mark.parametrize(
    ("known", "share", "level", "carried"),
    [(9, 0.75, "total", True), (8, 0.75, "total", False), (9, 0.7499, "total", False), (9, 0.55, "share", True),
     (10, 0.5499, "share", False), (8, 1.0, "share", False)],
)  # fmt: skip
def test_a_statement_is_carried_from_the_bounds_on(known, share, level, carried):
    needed = {"models": 0.9, "total": 0.75, "share": 0.55}
    cover = pd.DataFrame(
        {"models": [10], "models_read": 1, "models_between": 0, "models_known": known, "read_share": share}
    )
    assert coverage.carries(cover, needed, level).tolist() == [carried]
    for of, told in ((cover, carried), (cover[:0], False), (pd.concat([cover, cover.assign(models=99)]), False)):
        found = coverage.carried(pd.DataFrame({"x": [1.0]}), of, needed, level, ["x"])
        assert found["x"].notna().tolist() == [told]


def test_a_group_is_drawn_if_any_of_its_values_is_known():
    table = pd.DataFrame({"region": ["us", "us", "eu", "eu"], COLUMN: [None, 1.0, None, None]})
    assert coverage.shown(table, "region").index.tolist() == [0, 1]
