"""Contracts: every bad file or table is refused by file, row, column and value; what can be read without loss, is."""

import datetime
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers import paths, tables
from helpers.tables import contracts
from helpers.tables.contracts import coercion

DAY = pd.Timestamp("2025-01-01")
HEAD = b"date,model,downloads\n"
GOOD = HEAD + b"2025-01-01,Qwen/Qwen3-8B,1\n2025-01-02,Qwen/Qwen3-8B,2\n"


@pytest.fixture
def read(tmp_path):
    """Read these bytes as a history file."""

    def _read(content, suffix=".csv"):
        path = tmp_path / f"Qwen{suffix}"
        path.write_bytes(content)
        return contracts.read_file(path, "raw/history")

    return _read


def parquet(tmp_path, frame):
    path = tmp_path / "whole.parquet"
    frame.to_parquet(path, index=False)
    return path.read_bytes()


def history(**columns):
    given_ = {"date": ["2025-01-01", "2025-01-02"], "model": ["a/b", "a/c"], "downloads": [1, 2]}
    return pd.DataFrame(given_ | columns)


# Bad files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"date,model\n2025-01-01,a/b\n", r"Qwen.csv: column downloads is missing; add it. Columns found: date, model"),
        (b"date;model;downloads\n2025-01-01;a/b;1\n", r"column date is missing; .*found: date;model;downloads"),
        (b"date,model,downloads,date\n2025-01-01,a/b,1,2\n", r"column date is there more than once; keep one"),
        (HEAD + b"2025-01-01,a/b,1\n2025-01-02,a/b,many\n", r"column downloads: 'many' in row 2; wanted a whole num"),
        (HEAD + b"2025-01-01,a/b,1.5\n", r"column downloads: '1.5' in row 1; wanted a whole number"),
        (HEAD + b"2025-01-01,a/b,\n", r"column downloads: nothing in row 1; wanted a whole number"),
        (HEAD + b"2025-01-01,a/b,-3\n", r"column downloads: -3 in row 1; wanted 0 or more"),
        (GOOD + b"2025-01-01,Qwen/Qwen3-8B,9\n", r"repeated: \(2025-01-01, 'Qwen/Qwen3-8B'\) in row 3; wanted one row"),
        (HEAD + b"2025-17-10,a/b,1\n", r"column date: '2025-17-10' in row 1; wanted a day as YYYY-MM-DD"),
        (HEAD + b"10/07/2025,a/b,1\n", r"column date: '10/07/2025' in row 1; wanted a day"),
        (HEAD + b",a/b,1\n", r"column date: nothing in row 1; wanted a value"),
        (HEAD + b"2025-01-01,,1\n", r"column model: nothing in row 1; wanted a value"),
        (HEAD + b"2025-01-01,llama,1\n", r"column model: 'llama' in row 1; wanted a Hub id, namespace/name"),
        (HEAD + b"2025-01-01," + b"x" * 1_000_000 + b",1\n", r"'x{79}… \(1,000,002 characters\) in row 1; wanted"),
        (HEAD + b"2025-01-01,a/b\x00,1\n", r"column model: 'a/b\\x00' in row 1; wanted a Hub id"),
        (GOOD + b"2025-01-03,caf\xe9/b,1\n", r"row 3 holds the byte 0xe9, which is no UTF-8; save the file as UTF-8"),
        (GOOD + b"2025-01-03,a/b\n2025-01-04,a/b,1,2\n", r"header has 3 columns, but row 3 has 2, row 4 has 4"),
        (b"", r"Qwen.csv: cannot be read as csv: Empty CSV file; correct the file"),
    ],
)  # fmt: skip
def test_a_bad_csv_is_refused_by_row_and_value(read, content, message):
    with pytest.raises(contracts.ContractError, match=message):
        read(content)


def test_a_bad_parquet_is_refused(read, tmp_path):
    whole = parquet(tmp_path, history(date=pd.to_datetime(["2025-01-01", "2025-01-02"])))
    assert len(read(whole, ".parquet")) == 2
    for content in (whole[:-20], whole[: len(whole) // 2], b"", b"PAR1"):
        with pytest.raises(
            contracts.ContractError, match=r"Qwen.parquet: cannot be read as parquet: .*; copy or export"
        ):
            read(content, ".parquet")
    with pytest.raises(contracts.ContractError, match=r"column model is missing"):
        read(parquet(tmp_path, history().drop(columns="model")), ".parquet")
    with pytest.raises(contracts.ContractError, match=r"column downloads: 2.5 in row 2; wanted a whole number"):
        read(parquet(tmp_path, history(downloads=[1.0, 2.5])), ".parquet")


def test_other_files_are_refused(read):
    with pytest.raises(contracts.ContractError, match=r"Qwen.json: is neither .csv nor .parquet; convert it"):
        read(b"{}", ".json")


def test_offenders_are_counted_and_each_column_is_told(read):
    with pytest.raises(contracts.ContractError) as error:
        read(HEAD + b"".join(b"2025-01-%02d,a/b,-1\n" % day for day in range(1, 8)) + b"2025-02-01,b,0\n")
    lines = str(error.value).splitlines()
    assert lines[0].endswith("column model: 'b' in row 8; wanted a Hub id, namespace/name, each part of at most 96 "
                             "letters, digits, -_.")  # fmt: skip
    assert lines[1].endswith("column downloads: -1 in row 1, -1 in row 2, -1 in row 3 and 4 more; wanted 0 or more")
    assert lines[2] == "correct these rows in the file; rows count from 1"


@given(st.one_of(st.binary(), st.binary().map(HEAD.__add__), st.text().map(lambda text: HEAD + text.encode())))
@example(HEAD + b'2025-01-01,"a/b\n')
@example(b"\xef\xbb\xbf")
@settings(max_examples=300)
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        found = contracts.read_file(path, "raw/history")
    except contracts.ContractError as error:
        assert "any.csv" in str(error)
    else:
        assert (found["downloads"] >= 0).all()


# Every raw table, as Parquet ----------------------------------------------------------------------------------

ROWS = {
    "raw/history": {"date": DAY, "model": "a/b", "downloads": 1},
    "raw/snapshots": {
        "date": DAY, "model": "a/b", "read_at": None, "downloads_all_time": 1, "downloads": 1, "created_at": None,
    },
    "raw/derivatives": {
        "model": "a/b", "created_at": pd.Timestamp("2025-01-01", tz="UTC"), "downloads_all_time": 1, "tags": ["gguf"],
        "library_name": "peft", "pipeline_tag": None,
    },
    "raw/openrouter/daily": {"date": DAY, "model_permaslug": "a/b", "total_tokens": "1"},
    "raw/openrouter/monthly_top10": {"month": DAY, "model": "a/b", "tokens": 1},
    "raw/openrouter/models": {"canonical_slug": "a/b-1", "id": "a/b", "hugging_face_id": None},
    "raw/arena/text_style_control": {
        "leaderboard_publish_date": DAY, "category": "overall", "model_name": "b", "organization": "A",
        "license": "MIT", "rating": 1300.0, "variance": 4.0, "vote_count": 9.0,
    },
    "raw/artificial_analysis": {
        "id": "1", "name": "B", "slug": "b", "release_date": DAY, "creator": "A", "intelligence_index": 9.0,
        "index_version": "4", "open_weights": True, "hugging_face_id": "a/b",
    },
    "raw/epoch": {
        "version": "b-1", "model": "B", "organisation": "A", "country": "China", "accessibility": "API access",
        "release_date": DAY, "score": 140.5,
    },
}  # fmt: skip
"""A good row of each raw table."""


def defects():
    """Table, column, a value that is refused, and how the message tells of it."""
    long = "x" * 1_000_000
    for name, row in ROWS.items():
        rules = contracts.TABLES[name].columns
        for column, good in row.items():
            told = f"column {column}: "
            kind = coercion.kind(rules[column].dtype)
            if kind in ("date", "time"):
                yield name, column, "2025-17-10", told + "'2025-17-10' in row 1; wanted a (day|time)"
            elif kind == "text":
                yield name, column, long, told + r"'x{79}… \(1,000,002 characters\) in row 1; wanted"
                yield name, column, 3, told + "3 in row 1; wanted text"
            elif kind in ("whole number", "number"):
                yield name, column, "many", told + "'many' in row 1; wanted a (whole )?number"
                if rules[column].checks:
                    yield name, column, -1, told + r"-1(\.0)? in row 1; wanted 0 or more"
            if good is not None and not rules[column].nullable:
                yield name, column, None, told + "nothing in row 1; wanted"


def test_every_raw_table_has_a_good_row_here():
    assert set(ROWS) == {name for name in contracts.TABLES if name.startswith("raw/")}


@pytest.mark.parametrize(
    ("name", "column", "value", "message"), [pytest.param(*d, id=f"{d[0]} {d[1]}") for d in defects()]
)
def test_a_bad_value_is_refused_wherever_it_is(name, column, value, message):
    frame = pd.DataFrame([ROWS[name] | {column: value}]).astype(object)
    with pytest.raises(
        contracts.ContractError, match=f"^file.parquet: {message}.*\n.*correct these rows in the file"
    ) as error:
        contracts.check(frame, name, "file.parquet")
    assert len(str(error.value)) < 2000


@pytest.mark.parametrize("name", ROWS)
def test_a_lost_column_a_repeated_key_and_a_cut_file_are_refused(tmp_path, name):
    frame = pd.DataFrame([ROWS[name]])
    path = tmp_path / "file.parquet"
    frame.to_parquet(path)
    assert len(contracts.read_file(path, name)) == 1
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(
        contracts.ContractError, match=r"file.parquet: cannot be read as parquet: .*; copy or export the"
    ):
        contracts.read_file(path, name)
    for column in frame:
        frame.drop(columns=column).to_parquet(path)
        with pytest.raises(contracts.ContractError, match=rf"file.parquet: column {column} is missing; add it"):
            contracts.read_file(path, name)
    if contracts.TABLES[name].unique:
        pd.concat([frame, frame]).to_parquet(path)
        with pytest.raises(
            contracts.ContractError, match=r"file.parquet: repeated: \(.*\) in row 2; wanted one row for"
        ):
            contracts.read_file(path, name)


# Tables that steps make ---------------------------------------------------------------------------------------


def daily(**columns):
    given_ = {"date": pd.to_datetime(["2025-01-01"]), "model": ["a/b"], "downloads": [1.0]}
    return pd.DataFrame(given_ | {"downloads_cumulative": [1.0], "flag": ["observed"]} | columns)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (daily(flag=["seen"]), r"clean/daily: column flag: 'seen' in row 1; wanted one of observed, filtered, "),
        (daily(more=[1]), r"clean/daily: column more is unknown to the contract; remove it"),
        (daily(downloads=[np.inf]), r"column downloads: inf in row 1; wanted a number"),
        (daily(downloads=[None]), r"clean/daily: row 1; wanted downloads on every day but that of entry"),
        (daily(downloads_cumulative=[None]), r"column downloads_cumulative: nothing in row 1; wanted a value"),
        (daily(date=[1]), r"column date: 1 in row 1; wanted a day"),
        (daily(date=pd.to_datetime(["2025-01-01 12:00"])), r"column date: 2025-01-01 12:00:00 in row 1; wanted a day"),
    ],
)
def test_a_bad_table_is_refused_and_nothing_is_written(tmp_path, monkeypatch, frame, message):
    monkeypatch.setenv("ATOM_STAGING", str(tmp_path))
    with pytest.raises(contracts.ContractError, match=message):
        tables.write(frame, "clean/daily")
    assert list(tmp_path.rglob("*")) == []


def test_a_stored_table_that_was_changed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOM_STAGING", str(tmp_path))
    written = tables.write(daily(), "clean/daily")
    pd.testing.assert_frame_equal(tables.read("clean/daily"), written)
    daily(downloads=[-1.0]).to_parquet(tmp_path / "clean" / "daily.parquet")
    with pytest.raises(contracts.ContractError, match=r"column downloads: -1.0 in row 1; wanted 0 or more"):
        tables.read("clean/daily")


# What is read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [GOOD, b"\xef\xbb\xbf" + GOOD, GOOD.replace(b"\n", b"\r\n"), GOOD.rstrip()])
def test_a_good_csv_is_read(read, content):
    found = read(content)
    assert found["date"].tolist() == [pd.Timestamp("2025-01-01"), pd.Timestamp("2025-01-02")]
    assert found["downloads"].tolist() == [1, 2]
    assert [str(dtype) for dtype in found.dtypes] == ["datetime64[us]", "str", "int64"]


def test_columns_come_in_order_and_further_ones_of_raw_tables_are_left_out(read):
    found = read(b"likes,downloads,model,date\nx,5,a/b,2025-01-01\n")
    assert found.columns.tolist() == ["date", "model", "downloads"]


DAYS = pd.to_datetime(["2025-01-01", "2025-01-02"])


@pytest.mark.parametrize(
    ("column", "dtype", "wanted"),
    [
        ([datetime.date(2025, 1, 1), datetime.date(2025, 1, 2)], "datetime64[ns]", list(DAYS)),
        (DAYS.tz_localize("UTC"), "datetime64[ns]", list(DAYS)),
        (DAYS.astype("datetime64[ns]"), "datetime64[ns]", list(DAYS)),
        (["2025-07-03T01:00:00.5Z", "2025-07-03T03:00:00+02:00"], "datetime64[us, UTC]",
         [pd.Timestamp("2025-07-03 01:00:00.5Z"), pd.Timestamp("2025-07-03 01:00Z")]),
        ([1.0, 2.0], "int64", [1, 2]),
        (["+5", "007"], "int64", [5, 7]),
        (["1697.0", "1500."], "int64", [1697, 1500]),
        (["2025-01-01 00:00:00", "2025-01-02T00:00:00.000Z"], "datetime64[ns]", list(DAYS)),
        (np.array([1, 2], dtype="uint8"), "int64", [1, 2]),
        (pd.array([1, None], dtype="Int64"), "Int64", [1, pd.NA]),
        (["1.5", "2e3"], "float64", [1.5, 2000.0]),
        (pd.Categorical(["a", "b"]), "str", ["a", "b"]),
        (["true", "False"], "bool", [True, False]),
        ([True, None], "boolean", [True, pd.NA]),
    ],
)  # fmt: skip
def test_types_change_where_nothing_is_lost(column, dtype, wanted):
    found, bad = coercion.coerce(pd.Series(column), dtype)
    assert not bad.any()
    assert found.tolist() == wanted


@pytest.mark.parametrize(
    ("column", "dtype", "bad"),
    [
        ([True, False], "int64", [True, True]),
        ([1.0, np.nan], "int64", [False, True]),
        ([2.0**60, 1], "int64", [True, False]),
        (np.array([1, 2**63], dtype="uint64"), "int64", [False, True]),
        ([20250101, 20250102], "datetime64[ns]", [True, True]),
        (["2025-02-30", None], "datetime64[ns]", [True, False]),
        (["2025-01-01 00:00:01", "2025-01-01 00:00:00+02:00"], "datetime64[ns]", [True, True]),
        (["1697.5", "1.0.0", "9" * 19], "int64", [True, True, True]),
        (["x", None], "datetime64[us, UTC]", [True, False]),
        ([3, None], "datetime64[us, UTC]", [True, True]),
        ([True, False], "float64", [True, True]),
        (["inf", "many"], "float64", [True, True]),
        (["a", 3], "str", [False, True]),
        (["yes", "true"], "bool", [True, False]),
    ],
)
def test_types_do_not_change_where_something_is_lost(column, dtype, bad):
    assert coercion.coerce(pd.Series(column), dtype)[1].tolist() == bad


# The dictionary -----------------------------------------------------------------------------------------------


def test_the_data_dictionary_is_current():
    written = (paths.ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert not re.search(r"\b(str_length|greater_than|isin|str_matches|object)\b", written), "a rule is not in words"
    assert written == contracts.dictionary(), (
        'run: python -c "from helpers.tables import contracts; contracts.write_dictionary()"'
    )


@pytest.mark.parametrize("name", contracts.TABLES)
def test_every_table_and_column_is_described_and_of_a_known_kind(name):
    contract = contracts.TABLES[name]
    assert contract.description
    assert contract.strict, "unknown columns are dropped ('filter') or refused (True)"
    for column, rule in contract.columns.items():
        assert rule.description, column
        assert coercion.kind(rule.dtype) in [*coercion.KINDS, "list"], column


def test_the_command_line_starts_without_the_contracts():
    code = "import sys, helpers.cli; sys.exit('pandera' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, check=False).returncode == 0


@pytest.mark.parametrize("name", ["raw/history", "raw/snapshots", "raw/openrouter/daily"])
@pytest.mark.parametrize(("days", "stands"), [(-1, True), (1, True), (2, False), (26_000, False), (-20_000, False)])
def test_a_day_counted_by_a_clock_that_stood_wrong_is_refused(name, days, stands):
    date = pd.Timestamp.now("UTC").tz_localize(None).normalize() + pd.Timedelta(days=days)
    row = {"date": [date], "model": ["a/b"], "downloads": [1], "downloads_all_time": [1], "created_at": [None]}
    row |= {"read_at": [None]}
    frame = pd.DataFrame(row | {"model_permaslug": ["a/b"], "total_tokens": ["1"]})
    if stands:
        assert len(contracts.check(frame, name)) == 1
    else:
        with pytest.raises(contracts.ContractError, match=f"column date: {date.date()} .*a day from 2022-01-01 to"):
            contracts.check(frame, name)
