"""DuckDB, embedded: it reads days of the whole Hub, of millions of rows, where the notebooks' tables are small."""

from __future__ import annotations

import glob
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow
import pyarrow.parquet

from helpers.tables import contracts

if TYPE_CHECKING:  # loaded where it is used, for most commands read no snapshot
    import duckdb

MEMORY = "1GB"
"""What DuckDB may hold before it puts rows aside on disk; the table that it hands over comes on top."""
TEXT, WHOLE = (pyarrow.string(), pyarrow.large_string()), (pyarrow.int64(),)
KEPT: dict[str, tuple[pyarrow.DataType, ...]] = {
    "model": TEXT,
    "downloads_all_time": WHOLE,
    "downloads": WHOLE,
    "created_at": tuple(pyarrow.timestamp(unit, "UTC") for unit in ("us", "ms", "s")),
    "tags": (pyarrow.list_(pyarrow.string()),),
    "library_name": TEXT,
    "pipeline_tag": TEXT,
}
"""Types in which DuckDB gives a column's values as the contracts want them. Those of others are for pandas."""


@contextmanager
def query() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, in UTC, that keeps rows in order and loads no extension from elsewhere.

    What it cannot read is raised as ContractError, in DuckDB's words.
    """
    import duckdb

    with tempfile.TemporaryDirectory() as aside, duckdb.connect() as connection:
        connection.execute("SET temp_directory = $aside", {"aside": aside})
        connection.execute(f"SET memory_limit = '{MEMORY}'; SET autoinstall_known_extensions = false")
        connection.execute("SET TimeZone = 'UTC'")
        try:
            yield connection
        except (duckdb.OperationalError, duckdb.DataError, duckdb.InvalidInputException) as error:
            raise contracts.ContractError(str(error)) from error


def as_it_is(path: Path, columns: Iterable[str], *others: str) -> bool:
    """Whether a Parquet file can be opened and has these columns, and of `others` those that it has, in types KEPT."""
    try:
        schema = pyarrow.parquet.read_schema(path)
    except (pyarrow.ArrowException, OSError):
        return False
    wanted = [*columns, *(name for name in others if name in schema.names)]
    return all(schema.names.count(name) == 1 and schema.field(name).type in KEPT[name] for name in wanted)


def parquet(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> duckdb.DuckDBPyRelation:
    """The rows of Parquet files, file by file, with `filename` and, in it, `row`. What a file lacks is null there."""
    places = [glob.escape(str(path)) for path in files]
    how = {"union_by_name": True, "hive_partitioning": False, "filename": True, "file_row_number": True}
    return connection.read_parquet(places, **how).project("*, file_row_number AS row")


def run(query_: Path, tables: Mapping[str, pd.DataFrame | Path], **parameters: object) -> pd.DataFrame:
    """What a query in a file gives of tables, each a frame or the Parquet file that holds it (with `row`, as above)."""
    with query() as connection:
        for name, held in tables.items():
            if isinstance(held, Path):
                parquet(connection, [held]).create_view(name)
            else:
                connection.register(name, _typed(held))
        connection.execute(query_.read_text(encoding="utf-8"), parameters)
        return _frame(connection.fetch_arrow_table())


def _typed(frame: pd.DataFrame) -> pyarrow.Table:
    """A frame with the first type of KEPT where it has another, as a column without any value has."""
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    kinds = ((field, KEPT.get(field.name, (field.type,))) for field in table.schema)
    return table.cast(
        pyarrow.schema([field if field.type in kind else field.with_type(kind[0]) for field, kind in kinds])
    )


def one_of(column: str, values: Iterable[str]) -> duckdb.Expression:
    """Whether a column has one of some values.

    They stand in the query as they are: only so whole groups of rows are passed over, by what a file says of them.
    """
    import duckdb

    return duckdb.ColumnExpression(column).isin(*(duckdb.ConstantExpression(value) for value in values))


def table(rows: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """Rows of a query, in order."""
    return _frame(rows.fetch_arrow_table())


def _frame(rows: pyarrow.Table) -> pd.DataFrame:
    """As pandas has them: nulls stay null in whole numbers."""
    return rows.to_pandas(types_mapper={pyarrow.int64(): pd.Int64Dtype()}.get, self_destruct=True)
