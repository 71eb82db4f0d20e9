"""When a reading is of: counts at the ends of days from readings at any hour, against lives that are known."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import edition, registry
from helpers.archive import gather, sound, store
from helpers.measures import chained, cleaning, counters, outliers, ram
from helpers.tables import contracts

FIRST, DAY = pd.Timestamp("2025-07-03"), pd.Timedelta(days=1)
LIFETIME = ["date", "model", "downloads_cumulative", "flag"]
WHO = {"organisation": "Acme", "region": "us"}
MADE = pd.Timestamp("2024-01-01", tz="UTC")
RATE = 2400  # downloads a day, of a model that was made at MADE


def reading(moment, count, model="acme/a", **others):
    """A row of raw/snapshots: moment in UTC, in whose day's folder it lies."""
    at = pd.Timestamp(moment)
    row = {"date": at.normalize(), "model": model, "read_at": at.tz_localize("UTC"), "downloads_all_time": count}
    return row | {"created_at": MADE} | others


def life(moment, rate=RATE):
    """The count of the model at a moment."""
    return int((pd.Timestamp(moment, tz="UTC") - MADE) / DAY * rate)


def collected(moments, model="acme/a", rate=RATE):
    """Snapshots at moments of a model that grows at a constant rate."""
    return pd.DataFrame([reading(moment, life(moment, rate), model) for moment in moments])


def nothing():
    return outliers.filter_outliers(pd.DataFrame({"date": [], "model": [], "downloads": []}), None, 1, {})


def every_day(hour, days, first=FIRST):
    return [first + number * DAY + pd.Timedelta(hour) for number in range(days)]


def counted(snapshots):
    return contracts.check(
        counters.snapshot_counts(snapshots)[["date", "model", "downloads", "downloads_cumulative", "flag"]],
        "clean/daily",
    )


def ended(found):
    """Of the days with a model's counts, those up to whose end it was read."""
    return found[~found["flag"].isin(["partial", "vanished"])]


def off(found, rate=RATE):
    """How far each count of such a day is from that at its end."""
    whole = ended(found)
    return (whole["downloads_cumulative"] - [life(date + DAY, rate) for date in whole["date"]]).abs()


# Days' ends ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", ["0h", "3h 17min", "11h 59min", "12h", "20h", "23h 59min"])
def test_counts_collected_at_any_hour_are_those_of_the_days_ends(hour):
    read = collected(every_day(hour, 30))
    found = counted(read)
    assert found["date"].tolist() == read["date"].tolist()
    assert off(found).max() <= 1
    assert (found["downloads"].iloc[1:-1] - RATE).abs().max() <= 1
    assert found["flag"].tolist() == ["entered"] + ["observed"] * 28 + ["partial"]
    assert found["downloads_cumulative"].iloc[-1] == read["downloads_all_time"].iloc[-1]  # as it was read


def test_a_reading_without_a_time_is_of_the_days_end():
    read = pd.DataFrame([reading(FIRST + day * DAY, 100 + day, read_at=pd.NaT) for day in (0, 1, 2)])
    found = counted(read)
    assert found["downloads_cumulative"].tolist() == [100, 101, 102]
    assert found["flag"].tolist() == ["entered", "observed", "observed"]


@pytest.mark.parametrize(
    ("hour", "flags"),
    [
        ("3h 17min", ["entered", "interpolated", "observed", "observed"]),  # of the first day's end nothing is near
        ("20h", ["entered", "observed", "interpolated", "observed"]),
    ],
)
def test_a_missed_day_lies_on_the_line_and_what_no_reading_is_near_to_says_so(hour, flags):
    moments = every_day(hour, 5)
    found = counted(collected([*moments[:2], *moments[3:]]))
    assert off(found).max() <= 1
    assert found["flag"].tolist() == [*flags, "partial"]


def test_two_collections_on_one_day_are_both_readings():
    """The first took until after midnight, so that it was read on the day of the second, whose folder is the next."""
    steps = [
        ("2025-07-03 03:17", 1000),
        ("2025-07-05 00:10", 3000),
        ("2025-07-05 21:00", 9000),
        ("2025-07-06 21:00", 1e4),
    ]
    read = pd.DataFrame([reading(*step) for step in steps])
    read.loc[1, "date"] = pd.Timestamp("2025-07-04")
    found = counted(read)
    hours = {"2025-07-03": (1000, 2000, 20 + 43 / 60, 44 + 53 / 60), "2025-07-05": (9000, 1000, 3, 24)}
    for day, (start, gain, after, whole) in hours.items():
        count = found.loc[found["date"] == day, "downloads_cumulative"].item()
        assert count == np.floor(start + gain * after / whole)
    assert found.loc[found["date"] == "2025-07-04", "downloads_cumulative"].item() == 2992  # ten minutes before


def test_nothing_is_said_beyond_what_was_read():
    read = pd.concat([collected(every_day("20h", 3), "acme/gone"), collected(every_day("3h 17min", 6), "acme/stays")])
    found = counted(read)
    gone, stays = (rows for _, rows in found.groupby("model"))
    assert gone["flag"].tolist() == ["entered", "observed", "partial", "vanished", "vanished", "vanished"]
    assert off(gone).max() <= 1
    assert (gone["downloads_cumulative"].iloc[2:] == life(FIRST + 2 * DAY + pd.Timedelta("20h"))).all()
    assert stays["flag"].tolist()[-2:] == ["observed", "partial"]


def test_of_a_single_reading_what_was_seen_is_told():
    once = collected([FIRST + DAY + pd.Timedelta("3h")], "acme/once")
    found = counted(pd.concat([once, collected(every_day("3h", 5), "acme/stays")]))
    found = found[found["model"] == "acme/once"]
    assert found["flag"].tolist() == ["partial", "vanished", "vanished", "vanished"]
    assert (found["downloads_cumulative"] == once["downloads_all_time"].item()).all()
    pd.testing.assert_frame_equal(counted(once), found.head(1).reset_index(drop=True))
    daily = cleaning.splice(nothing(), counters.snapshot_counts(once), FIRST, pd.Series(["acme/once"]))
    assert daily["downloads_cumulative"].tolist() == once["downloads_all_time"].tolist()


def test_a_model_that_was_just_made_is_news_and_one_read_a_single_time_is_in_the_total():
    made = pd.Timestamp("2025-07-04 10:00", tz="UTC")
    stays = collected(every_day("3h", 5), "acme/stays")
    new = pd.DataFrame([reading(FIRST + day * DAY + pd.Timedelta("3h"), 50 * day, "acme/new", created_at=made)
                        for day in (2, 3, 4)])  # fmt: skip
    once = pd.DataFrame([reading(FIRST + 2 * DAY + pd.Timedelta("3h"), 70, "acme/once", created_at=made)])
    found = counted(pd.concat([stays, new, once])).groupby("model")
    first = {model: rows.iloc[0] for model, rows in found}
    assert (first["acme/new"]["downloads"], first["acme/new"]["flag"]) == (143, "observed")  # 21 hours after 100
    assert (first["acme/once"]["downloads_cumulative"], first["acme/once"]["flag"]) == (70, "partial")


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 86_399), st.integers(0, 10_000)),
        min_size=1,
        unique_by=lambda r: r[0],
    )
)
@settings(max_examples=100, deadline=None)
def test_counts_rise_and_lie_between_the_readings_around_them(readings):
    readings = sorted(readings)
    counts = np.cumsum([gain for _, _, gain in readings])
    moments = [FIRST + day * DAY + pd.Timedelta(seconds=second) for day, second, _ in readings]
    read = pd.DataFrame([reading(moment, count) for moment, count in zip(moments, counts, strict=True)])
    found = counted(read.sample(frac=1, random_state=1))
    whole = ended(found)
    assert len(whole) == len(found) - (moments[-1] < found["date"].iloc[-1] + DAY)
    for date, count in zip(whole["date"], whole["downloads_cumulative"], strict=True):
        before = [count for moment, count in zip(moments, counts, strict=True) if moment <= date + DAY]
        after = [count for moment, count in zip(moments, counts, strict=True) if moment >= date + DAY]
        assert before[-1] <= count <= after[0]
    assert found["downloads_cumulative"].is_monotonic_increasing
    pd.testing.assert_frame_equal(found, counted(read))


# What rests on them -------------------------------------------------------------------------------------------


def test_a_month_label_holds_the_month_and_the_day_of_the_splice_counts_once():
    """The Hub's own history through the tenth, and collections at 03:17 from the third on: every day is RATE."""
    end = pd.Timestamp("2025-07-10")
    days = pd.date_range("2025-06-01", end, unit="us")
    history = pd.DataFrame({"date": days, "model": "acme/a", "downloads": RATE})
    counts = counters.snapshot_counts(collected(every_day("3h 17min", 61)))
    filtered = outliers.filter_outliers(history, None, 1, {})
    daily = contracts.check(cleaning.splice(filtered, counts, end, pd.Series(["acme/a"])), "clean/daily")
    whole = ended(daily)
    assert (whole["downloads"] - RATE).abs().max() <= 1
    assert whole["downloads_cumulative"].iloc[-1] == pytest.approx(RATE * len(whole), abs=1)
    monthly = cleaning.monthly(daily, "2025-07-01", "2025-09-01")
    assert monthly["downloads"].tolist() == pytest.approx([30 * RATE, 31 * RATE, 31 * RATE], abs=1)
    assert off(cleaning.lifetime(counts, history)).max() <= 1


def test_a_month_whose_last_day_was_read_before_its_end_has_not_ended():
    counts = counters.snapshot_counts(collected(every_day("20h", 29)))  # through the evening of 31 July
    daily = cleaning.splice(nothing(), counts, FIRST, pd.Series(["acme/a"]))
    with pytest.raises(ValueError, match=r"month 2025-08-01 needs data .* they end on 2025-07-30"):
        cleaning.monthly(daily, "2025-07-01", "2025-08-01")


def test_ram_at_seven_days_is_of_seven_days():
    """Released on the second, and downloaded at a constant rate from the end of that day on."""
    released = pd.Timestamp("2025-07-02")
    moments = every_day("3h 17min", 40)
    read = pd.DataFrame([reading(moment, int((moment - released - DAY) / DAY * RATE)) for moment in moments])
    empty = pd.DataFrame({"date": [], "model": [], "downloads": []})
    lifetime = contracts.check(cleaning.lifetime(counters.snapshot_counts(read), empty)[LIFETIME], "clean/lifetime")
    models = pd.DataFrame({"model": ["acme/a"], "bucket": [registry.BUCKETS[0]], "released": [released]})
    milestones = [7, 14, 30, 40, 60]  # the last reading is of 39 days and three hours after its day
    found = ram.at_milestones(lifetime, models, milestones).set_index("milestone_days")
    assert found.index.tolist() == [7, 14, 30]
    assert (found["downloads"] - found.index * RATE).abs().max() <= 1
    covered = ram.coverage(lifetime, models, milestones).set_index("milestone_days")
    assert covered["state"].tolist() == ["counted"] * 3 + ["not-reached"] * 2
    assert covered["date"].tolist() == [released + days * DAY for days in covered.index]
    set_ = ram.reference_set(lifetime, models.assign(**WHO), FIRST + 39 * DAY, 10, {"models": 0, "rank": 0})
    assert set_["downloads"].tolist() == [read["downloads_all_time"].iloc[-1]]  # at the snapshot, as it was read


def test_estimates_before_the_first_count_are_of_the_same_moments():
    moments = [FIRST + week * 7 * DAY + pd.Timedelta("20h") for week in range(40)]
    read = collected(moments).assign(downloads=30 * RATE)
    early = read["date"] < FIRST + 150 * DAY
    read = read.assign(downloads_all_time=read["downloads_all_time"].astype("Int64").mask(early))
    errors = chained.errors(read)
    assert errors["ratio"].tolist() == pytest.approx([1] * len(errors), abs=1e-5)
    found = chained.estimated(read, chained.error(errors))
    assert found["date"].max() == read.loc[~early, "date"].min() - DAY
    assert off(found.assign(flag="")).max() <= 2


# What tells the time ------------------------------------------------------------------------------------------


def put(folder, date, count=5, **records):
    place = folder / f"date={date}"
    place.mkdir(parents=True)
    table = pd.DataFrame({"model": ["acme/a"], "downloads_all_time": [count], "created_at": [MADE]})
    table.to_parquet(place / "models.parquet")
    for name, told in records.items():
        file = {"manifest": "manifest.json", "record": "models.parquet.provenance.json"}[name]
        (place / file).write_text(json.dumps(told), encoding="utf-8")
    return place


TIMED = {
    "2025-07-03": {
        "manifest": {"scope": "x", "started": "2025-07-03T03:00:00+00:00", "finished": "2025-07-03T05:00:00Z"}
    },
    "2025-07-04": {
        "manifest": {"scope": "x", "started": "2025-07-04T23:00:00+00:00", "finished": "2025-07-05T02:00:00Z"}
    },
    "2025-07-06": {"record": {"newest_model": "2025-07-06T20:00:00+00:00", "fetched": "2026-01-01T00:00:00+00:00"}},
    "2025-07-07": {"manifest": {"scope": "mine", "read_at": "2025-07-07T12:30:00+02:00"}},
    "2025-07-08": {"record": {"as_of": "2025-07-08"}},
    "2025-07-09": {},
}
READ_AT = ["2025-07-03T04:00Z", "2025-07-05T00:30Z", "2025-07-06T20:00Z", "2025-07-07T10:30Z", None, None]


def test_the_record_of_a_day_tells_when_it_was_read_and_a_date_alone_tells_no_hour(tmp_path):
    for date, records in TIMED.items():
        put(tmp_path / "snapshots", date, **records)
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "models.csv").write_text("modelId\nacme/a\n", encoding="utf-8")
    gather.gather(tmp_path / "raw", tmp_path)
    for folder in (tmp_path / "snapshots", tmp_path / "raw" / "snapshots"):
        read = store.read(folder)
        assert read["read_at"].tolist() == [pd.Timestamp(time) if time else pd.NaT for time in READ_AT]
        assert read["read_at"].equals(
            pd.concat([store.day(folder, day) for day in store.days(folder)])["read_at"].reset_index(drop=True)
        )


@pytest.mark.parametrize(
    "told", ["{", "[]", '{"scope": "x", "started": "soon"}', '{"scope": "x", "started": "2025-07-09T00:00:00+00:00"}']
)
def test_a_record_that_tells_no_time_of_its_day_is_told_of_with_its_day(tmp_path, told):
    for name in ("manifest.json", "models.parquet.provenance.json"):
        put(tmp_path / name, "2025-07-03")
        (tmp_path / name / "date=2025-07-03" / name).write_text(told, encoding="utf-8")
        held, (unsound,) = sound.look(tmp_path / name)
        assert not held
        assert "date=2025-07-03" in str(unsound)
        assert "restore it" in str(unsound)


@pytest.mark.parametrize(
    ("last", "told", "label"),
    [
        ("2025-08-01", "2025-08-01T03:17:00Z", "2025-08-01"),
        ("2025-07-31", "2025-07-31T20:00:00Z", "2025-07-01"),
        ("2025-07-31", None, "2025-08-01"),
        ("2025-07-31", "2025-08-01T00:10:00Z", "2025-08-01"),
    ],
)
def test_an_editions_last_label_is_of_a_month_whose_end_was_reached(monkeypatch, tmp_path, last, told, label):
    monkeypatch.setattr(edition.paths, "ARCHIVE", tmp_path)
    put(tmp_path / "snapshots", "2025-06-10", manifest={"scope": "x", "started": "2025-06-10T03:00:00Z"})
    put(tmp_path / "snapshots", last, manifest={"scope": "x"} | ({"started": told} if told else {}))
    public = edition.load("public").parameters()
    assert (public["snapshot_date"], public["last_month"]) == (last, label)
