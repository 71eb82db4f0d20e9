"""The snapshot store: a bad day is refused by its file, a missing one is a gap."""

import datetime

import pandas as pd
import pytest

from helpers.archive import sound, store
from helpers.tables import contracts

DAYS = [datetime.date(2025, 7, day) for day in (3, 4, 7)]


def put(folder, date, **columns):
    """A snapshot of two models."""
    given = {"model": ["Qwen/a", "acme/b"], "downloads_all_time": [int(str(date)[-2:]) * 10, 5]}
    given |= {"created_at": pd.to_datetime(["2025-01-01T12:00:00Z", None])}
    place = folder / f"date={date}" / "models.parquet"
    place.parent.mkdir()
    pd.DataFrame(given | columns).to_parquet(place)
    return place


@pytest.fixture
def folder(tmp_path):
    for date in DAYS:
        put(tmp_path, date)
    return tmp_path


def test_a_store_without_days_is_refused(tmp_path):
    with pytest.raises(contracts.ContractError, match=r"holds no date=YYYY-MM-DD folder; collect a snapshot first"):
        store.read(tmp_path)


NO_DAYS = ["2025-13-01", "20250703", "yesterday", "2025-7-3", "", "1970-01-01", "2099-01-01"]


@pytest.mark.parametrize("name", NO_DAYS)
def test_a_folder_named_after_no_day_on_which_anything_was_counted_is_passed_over_and_told(folder, name):
    put(folder, "2025-07-09").parent.rename(folder / f"date={name}")
    assert store.days(folder) == DAYS
    assert len(store.read(folder)) == 6
    days, (unsound,) = sound.look(folder)
    assert days == DAYS
    assert unsound.place.name == f"date={name}"
    assert f"aside/{name}.unsound" in unsound.remedy


def test_a_day_without_its_file_is_passed_over_and_told(folder):
    (folder / "date=2025-07-05").mkdir()
    assert store.days(folder) == DAYS
    (unsound,) = sound.look(folder)[1]
    assert "date=2025-07-05: models.parquet is missing; restore it from a copy, or leave it out: mkdir" in str(unsound)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"downloads_all_time": [1, -2]}, r"07-09/models.parquet: column downloads_all_time: -2 in row 2; wanted 0 or"),
        ({"downloads_all_time": [1.5, None]}, r"07-09/models.parquet: .*: 1.5 in row 1; wanted a whole number"),
        ({"downloads": [1, -3]}, r"07-09/models.parquet: column downloads: -3 in row 2; wanted 0 or more"),
        ({"model": ["Qwen/a", "Qwen/a"]}, r"07-09/models.parquet: repeated: \(2025-07-09, 'Qwen/a'\) in row 2"),
        ({"created_at": ["yesterday", None]}, r"07-09/models.parquet: column created_at: 'yesterday' in row 1"),
    ],
)
def test_a_bad_day_among_good_ones_is_named(folder, columns, message):
    put(folder, datetime.date(2025, 7, 9), **columns)
    with pytest.raises(contracts.ContractError, match=message):
        store.read(folder)


def test_a_truncated_day_is_named(folder):
    place = put(folder, datetime.date(2025, 7, 9))
    place.write_bytes(place.read_bytes()[:-9])
    with pytest.raises(contracts.ContractError, match=r"date=2025-07-09/models.parquet: cannot be read as parquet"):
        store.read(folder)


def test_days_are_read_in_order_with_their_dates(folder):
    assert store.days(folder) == DAYS
    found = store.read(folder)
    assert found["date"].tolist() == [pd.Timestamp(day) for day in DAYS for _ in range(2)]
    assert found["downloads_all_time"].tolist() == [30, 5, 40, 5, 70, 5]
    one = store.day(folder, DAYS[1])
    pd.testing.assert_frame_equal(one, found[2:4].reset_index(drop=True))


def test_only_the_asked_models_are_read(folder):
    found = store.read(folder, pd.Series(["acme/b", "acme/unseen"]))
    assert found["model"].tolist() == ["acme/b"] * 3


def test_days_written_in_other_types_are_the_same_table(folder):
    put(folder, datetime.date(2025, 7, 9), created_at=["2025-01-01T12:00:00Z", None])
    put(folder, datetime.date(2025, 7, 10), downloads_all_time=[100.0, 5.0])
    found = store.read(folder, pd.Series(["Qwen/a"]))
    assert found["downloads_all_time"].tolist() == [30, 40, 70, 90, 100]
    assert found["created_at"].nunique() == 1


def test_gaps_are_runs_of_missing_days():
    found = store.gaps([*DAYS, datetime.date(2025, 7, 9)])
    assert found.to_numpy().tolist() == [
        [pd.Timestamp("2025-07-05"), pd.Timestamp("2025-07-06"), 2],
        [pd.Timestamp("2025-07-08"), pd.Timestamp("2025-07-08"), 1],
    ]
    assert store.gaps(DAYS[:2]).empty
    assert store.gaps([]).empty


def test_days_may_tell_all_time_counts_counts_of_30_days_or_both_and_unknown_stays_unknown(folder):
    put(folder, datetime.date(2025, 7, 1), downloads_all_time=pd.array([None, None], "Int64"), downloads=[3, None])
    put(folder, datetime.date(2025, 7, 9), downloads_all_time=[90, None], downloads=[30, 2])
    found = store.read(folder, pd.Series(["Qwen/a", "acme/b"]))
    told = found.set_index(["date", "model"])[["downloads_all_time", "downloads"]].astype(object)
    told = told.where(told.notna(), None)
    assert told.loc["2025-07-01"].to_numpy().tolist() == [[None, 3], [None, None]]
    assert told.loc["2025-07-03"].to_numpy().tolist() == [[30, None], [5, None]]
    assert told.loc["2025-07-09"].to_numpy().tolist() == [[90, 30], [None, 2]]
    assert [store.counts(folder, day) for day in store.days(folder)] == [False, True, True, True, True]
    assert store.counted(folder) == [*DAYS, datetime.date(2025, 7, 9)]
    one = store.day(folder, datetime.date(2025, 7, 3))
    assert one["downloads"].isna().all()
    pd.testing.assert_frame_equal(one, found[found["date"] == "2025-07-03"].reset_index(drop=True))
