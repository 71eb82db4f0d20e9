"""Table contracts: what each table at a stage's boundary holds, and refusing those that do not hold it."""

from functools import cache
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.csv
import pyarrow.parquet

from helpers import files, paths
from helpers.tables.contracts import coercion, downloads, sensitivity, signals

TABLES: dict[str, pa.DataFrameSchema] = downloads.TABLES | signals.TABLES | sensitivity.TABLES
"""Name of a table ("clean/daily") → its contract."""

SHOWN = 3  # offenders that a message names before it only counts them
LONGEST = 80  # characters of a value that a message shows


class ContractError(ValueError):
    """A table that breaks its contract; the message names table or file, row, column, value and remedy."""


def check(frame: pd.DataFrame, name: str, source: str | None = None) -> pd.DataFrame:
    """`frame` as the contract `name` wants it: columns in order and in type, rows numbered from 0.

    source: where the table comes from, for messages (a file); without it the table is one that a step made.
    Types are changed only where nothing is lost. Columns that the contract does not know are dropped from raw tables
    (its strict="filter") and refused in others. Raises ContractError naming the first offenders of each kind and
    their count; rows count from 1.
    """
    contract = TABLES[name]
    where = source or name
    frame = _columns(frame, contract, where).reset_index(drop=True)
    problems = []
    for column, rule in contract.columns.items():
        values, bad = coercion.coerce(frame[column], rule.dtype)
        if bad.any():
            wanted = coercion.wanted(rule.dtype)
            problems.append(_problem(column, wanted, frame[column], bad.to_numpy().nonzero()[0]))
        frame = frame.assign(**{column: values})
    if not problems:
        try:
            _rows(name).validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            problems = _explain(error.failure_cases, frame, contract)
        problems += _repeats(frame, list(contract.unique or []))
        if not problems:
            return frame
    remedy = "correct these rows in the file" if source else "the helper that made this table is at fault"
    raise ContractError("\n".join(f"{where}: {problem}" for problem in problems) + f"\n{remedy}; rows count from 1")


@cache
def _rows(name: str) -> pa.DataFrameSchema:
    """What a contract wants of each value: columns have their types by then, and repeats are looked for apart."""
    rows = TABLES[name].update_columns({column: {"dtype": None} for column in TABLES[name].columns})
    rows.unique = None
    return rows


def read_file(path: Path, name: str, **known: object) -> pd.DataFrame:
    """A CSV (UTF-8, with a header) or Parquet file that holds the table `name`, checked.

    known: columns that the file's place tells, such as a snapshot's date. Raises ContractError, naming the file and
    where possible the row, for whatever is wrong with it.
    """
    table = load(path, [column for column in TABLES[name].columns if column not in known])
    return check(table.to_pandas(date_as_object=False).assign(**known), name, paths.shown(path))


def load(path: Path, columns: list[str]) -> pyarrow.Table:
    """These columns of a CSV or Parquet file, their values unchecked. Raises ContractError if it cannot be read."""
    readers = {".csv": _load_csv, ".parquet": _load_parquet}
    where = paths.shown(path)
    if path.suffix not in readers:
        raise ContractError(f"{where}: is neither .csv nor .parquet; convert it to one of them")
    try:
        return readers[path.suffix](path, columns)
    except (pyarrow.ArrowException, OSError) as error:
        words = str(error).partition("\n")[0][: 2 * LONGEST]
        remedy = "copy or export the file again" if path.suffix == ".parquet" else "correct the file"
        raise ContractError(f"{where}: cannot be read as {path.suffix[1:]}: {words}; {remedy}") from None


def _load_parquet(path: Path, columns: list[str]) -> pyarrow.Table:
    # Not read_table: it takes "date=2025-07-03" in the path for a column of the table.
    with pyarrow.parquet.ParquetFile(path, page_checksum_verification=True) as file:
        _refuse_missing(file.schema_arrow.names, columns, path)
        table = file.read(columns)
    for name in columns:
        try:
            table[name].validate(full=True)  # texts are UTF-8, which reading takes for granted
        except pyarrow.ArrowInvalid as error:
            raise pyarrow.ArrowInvalid(f"column {name}: {error}") from None
    return table


def _load_csv(path: Path, columns: list[str]) -> pyarrow.Table:
    content = path.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start)  # the header is row 0
        found = f"row {row} holds the byte 0x{content[error.start]:02x}, which is no UTF-8"
        raise ContractError(f"{paths.shown(path)}: {found}; save the file as UTF-8") from None
    wrong: list[pyarrow.csv.InvalidRow] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        wrong.append(row)
        return "skip"

    table = pyarrow.csv.read_csv(
        pyarrow.BufferReader(content),
        # One block, one thread: rows keep their numbers, and no value is too long for a block.
        pyarrow.csv.ReadOptions(use_threads=False, block_size=max(len(content), 1)),
        pyarrow.csv.ParseOptions(invalid_row_handler=note),
        # All as text: the contract's rules parse it, and name the row of what they cannot parse.
        pyarrow.csv.ConvertOptions(
            column_types={column: pyarrow.string() for column in columns}, null_values=[""], strings_can_be_null=True
        ),
    )
    _refuse_missing(table.column_names, columns, path)
    if wrong:
        rows = ", ".join(f"row {row.number - 1} has {row.actual_columns}" for row in wrong[:SHOWN])
        raise ContractError(
            f"{paths.shown(path)}: the header has {wrong[0].expected_columns} columns, but {rows}"
            f"{_and_more(len(wrong))}; correct these rows in the file"
        )
    return table.select(columns)


def _refuse_missing(names: list[str], columns: list[str], where: Path | str) -> None:
    """Each wanted column is to be there once."""
    where = paths.shown(where) if isinstance(where, Path) else where
    for column in columns:
        if names.count(column) != 1:
            wrong = "missing; add it" if column not in names else "there more than once; keep one"
            found = ", ".join(map(str, names))[: 2 * LONGEST] or "none"
            raise ContractError(f"{where}: column {column} is {wrong}. Columns found: {found}")


def _columns(frame: pd.DataFrame, contract: pa.DataFrameSchema, where: str) -> pd.DataFrame:
    """The frame without columns that a raw contract ignores; missing and unknown ones are refused."""
    _refuse_missing(list(frame.columns), list(contract.columns), where)
    unknown = [column for column in frame.columns if column not in contract.columns]
    if unknown and contract.strict is True:
        raise ContractError(f"{where}: column {', '.join(map(str, unknown))} is unknown to the contract; remove it")
    return frame[list(contract.columns)] if contract.strict else frame


def _problem(column: str, wanted: str, values: pd.Series, rows: list[int]) -> str:
    found = ", ".join(f"{_show(values.iloc[row])} in row {row + 1}" for row in rows[:SHOWN])
    return f"column {column}: {found}{_and_more(len(rows))}; wanted {wanted}"


def _and_more(count: int) -> str:
    return f" and {count - SHOWN:,} more" if count > SHOWN else ""


def _show(value: object) -> str:
    """A value as messages print it: nulls as nothing, days without a time, long texts cut."""
    if pd.isna(value) is True:
        return "nothing"
    if isinstance(value, pd.Timestamp) and value == value.normalize() and value.tz is None:
        return str(value.date())
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def _explain(cases: pd.DataFrame, frame: pd.DataFrame, contract: pa.DataFrameSchema) -> list[str]:
    """Pandera's failure cases in words: one line for each column and rule."""
    problems = []
    keys = ["schema_context", "column", "check", "check_number"]
    cases = cases.assign(column=cases["column"].where(cases["schema_context"] == "Column"))  # else a rule on whole rows
    for (_, column, rule, number), found in cases.groupby(keys, dropna=False, sort=False):
        rows = sorted(set(found["index"].dropna().astype(int)))
        if pd.isna(column):
            shown = ", ".join(f"row {row + 1}" for row in rows[:SHOWN])
            problems.append(f"{shown}{_and_more(len(rows))}; wanted {rule}")
        else:
            checks = contract.columns[column].checks
            wanted = RULES.get(rule, rule) if pd.isna(number) else _allowed(checks[int(number)])
            problems.append(_problem(column, wanted, frame[column], rows))
    return problems


RULES = {"not_nullable": "a value"}
"""Pandera's rules without a check of ours → what they want."""
ALLOWED = {
    "greater_than": "more than {min_value}",
    "greater_than_or_equal_to": "{min_value} or more",
    "less_than_or_equal_to": "{max_value} or less",
    "str_length": "{min_value} to {max_value} characters",
    "str_matches": "text of the form {pattern}",
}
"""Pandera's checks → what they want, unless the check says it in its own words."""


def _allowed(rule: pa.Check) -> str:
    """What a check allows, in words."""
    name, facts = str(rule.name), rule.statistics or {}
    if name == "isin":
        return f"one of {', '.join(map(str, facts['allowed_values']))}"
    return str(rule.error or ALLOWED.get(name, name).format(**facts))


def _repeats(frame: pd.DataFrame, key: list[str]) -> list[str]:
    """Which keys come more than once."""
    if not key or any(_rises(frame, order) for order in (key, key[::-1])):  # tables are ordered by either
        return []
    rows = frame.duplicated(key).to_numpy().nonzero()[0]
    found = ", ".join(f"({', '.join(_show(frame[k].iloc[row]) for k in key)}) in row {row + 1}" for row in rows[:SHOWN])
    wanted = f"one row for each {' + '.join(key)}"
    return [f"repeated: {found}{_and_more(len(rows))}; wanted {wanted}"] if len(rows) else []


def _rises(frame: pd.DataFrame, key: list[str]) -> bool:
    """Whether each row's key is above that of the row before it: then none comes twice, and of millions of rows this is
    seen much sooner."""
    above = pd.Series(False, frame.index[1:])
    for column in reversed(key):
        before, values = frame[column].iloc[:-1].array, frame[column].iloc[1:]
        above = (values > before) | ((values == before) & above)
    return bool(above.all())


# Data dictionary ----------------------------------------------------------------------------------------------

INTRODUCTION = """\
# Data dictionary

Generated from the contracts in `helpers/tables/contracts` and from `sources.csv`; change them, then run
`python -c "from helpers.tables import contracts; contracts.write_dictionary()"`.

In this folder are small, hand-checked CSV files: `registry/` (organisations and named models, and what figures and text
set side by side, with their sources), `published/` (the figures that the paper prints, and which of our cells answers
each) and `reconstruction/` (what the reconstructed edition assumes where the paper prints none). Where each comes from
is told by `sources.csv`:
"""
TABLES_INTRODUCED = """\
The tables below are Parquet files under `build/`, or under an author's own archive in the same layout; where a
description names `.csv`, CSV in UTF-8 is read as well. Each is held to its contract whenever it is read or written.
Dates are UTC days without a time. A month is its first day and means data through the day before. Null is unknown,
never zero. The columns of the CSV files beside the report's figures are described in `codebook.csv`, and on the site.
"""


def dictionary() -> str:
    """The data dictionary in Markdown: the files of data/, then each table with a contract, its key and its columns."""
    tables = (_described(name, contract) for name, contract in TABLES.items())
    return "\n".join([INTRODUCTION, _sources(), TABLES_INTRODUCED, *tables])


def write_dictionary() -> None:
    """Write data/README.md."""
    files.write_text(paths.ROOT / "data" / "README.md", dictionary())


def _sources() -> str:
    """data/sources.csv as a table."""
    rows = pd.read_csv(paths.ROOT / "data" / "sources.csv", dtype=str, keep_default_na=False)
    heads = [column.replace("_", " ") for column in rows.columns]
    lines = [heads, ["---"] * len(heads), *rows.to_numpy().tolist()]
    return "\n".join([*("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines), ""])


def _described(name: str, contract: pa.DataFrameSchema) -> str:
    key = ", ".join(f"`{column}`" for column in contract.unique or [])
    lines = [f"## `{name}`", "", contract.description or ""]
    lines += ["", f"One row for each {key}."] if key else []
    lines += ["", "| column | type | unit | null | values | meaning |", "|---|---|---|---|---|---|"]
    for column, rule in contract.columns.items():
        cells = [
            f"`{column}`",
            coercion.kind(rule.dtype),
            (rule.metadata or {}).get("unit", ""),
            "yes" if rule.nullable else "",
            "; ".join(_allowed(check) for check in rule.checks),
            rule.description or "",
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])
