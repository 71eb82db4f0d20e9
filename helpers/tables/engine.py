"""Queries over days of the whole Hub, of millions of rows: by DuckDB, embedded, or on Spark (helpers.tables.spark)."""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow
import pyarrow.parquet
from pyarrow import compute

from helpers import paths
from helpers.tables import contracts, spark

if TYPE_CHECKING:  # loaded where it is used, for most commands read no snapshot
    import duckdb

MEMORY = "1GB"
"""What DuckDB may hold before it puts rows aside on disk; the table that it hands over comes on top."""
RUN, AT_ONCE = 200_000, 8
"""How many rows are asked about together where each is asked for itself (ten groups of a day's file), and how many such
runs at once at most: more would not fit into MEMORY."""
SPARK = os.environ.get("ATOM_SPARK", "")
"""Where queries run instead of in this program: a Spark master, "local[2]" or "spark://host:7077"."""
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
Asked = Callable[[pyarrow.Array], pyarrow.Array]
"""Which of some texts a query asks about."""


@contextmanager
def query(files: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, in UTC, that keeps rows in order and loads no extension from elsewhere.

    What of the files it cannot read is raised as ContractError, in DuckDB's words or PyArrow's.
    """
    import duckdb

    with tempfile.TemporaryDirectory() as aside, duckdb.connect() as connection:
        connection.execute("SET temp_directory = $aside", {"aside": aside})
        connection.execute(f"SET memory_limit = '{MEMORY}'; SET autoinstall_known_extensions = false")
        connection.execute("SET TimeZone = 'UTC'; SET arrow_large_buffer_size = true")  # texts as pandas holds them
        connection.execute("SET parquet_metadata_cache = true")  # what a file says of itself is asked for many times
        try:
            yield connection
        except (duckdb.Error, pyarrow.ArrowException, OSError) as error:
            if isinstance(error, duckdb.ProgrammingError) and not isinstance(error, duckdb.InvalidInputException):
                raise
            place = "" if len(files) != 1 or str(files[0]) in str(error) else f"{paths.shown(files[0])}: "
            raise contracts.ContractError(f"{place}{error}") from error


def as_it_is(path: Path, columns: Iterable[str], *others: str) -> bool:
    """Whether a Parquet file can be opened and has these columns, and of `others` those that it has, in types KEPT."""
    try:
        schema = pyarrow.parquet.read_schema(path)
    except (pyarrow.ArrowException, OSError):
        return False
    wanted = [*columns, *(name for name in others if name in schema.names)]
    return all(schema.names.count(name) == 1 and schema.field(name).type in KEPT[name] for name in wanted)


def leaves(about: pyarrow.parquet.FileMetaData, *columns: str) -> list[str]:
    """The names under which a Parquet file keeps the values of these columns, those within lists as well."""
    return [leaf.path for leaf in about.schema if leaf.path.split(".")[0] in columns]


def run(
    query_: str | Path,
    tables: Mapping[str, pd.DataFrame | Path | Sequence[Path]],
    by_row: str | None = None,
    asked: Asked = compute.is_valid,
    **parameters: object,
) -> pd.DataFrame:
    """What a query, or that in a file, gives of tables, each a frame or the Parquet file or files that hold it.

    Of files there are `filename` and, in it, `row`, too; what one of them lacks is null there. Times are UTC, in tables
    and in what is given without a zone. by_row: the table whose rows a query takes each for itself, numbered as `row`:
    it may be asked about run after run of them, and what it gives of each run comes in that order. Of the lists in its
    column `tags` there is a table `tags`, too: row, tag, a row each for those texts that are asked about, and maybe for
    others. Raises ContractError where something cannot be read.
    """
    text = query_.read_text(encoding="utf-8") if isinstance(query_, Path) else query_
    held = {name: _held(one) for name, one in tables.items()}
    if SPARK:
        lists = {"tags": f"SELECT row, unnest(tags) AS tag FROM {by_row}"} if by_row else {}
        return _frame(spark.run(SPARK, text, held, parameters, lists))
    files = [path for one in held.values() if not isinstance(one, pyarrow.Table) for path in one]
    with query(files) as connection:
        for name, one in held.items():
            rows = connection.from_arrow(one) if isinstance(one, pyarrow.Table) else _parquet(connection, one)
            if "created_at" in rows.columns:
                rows = rows.project("* REPLACE (make_timestamp(epoch_us(created_at)) AS created_at)")
            rows.create_view(name)
        if by_row:
            return _frame(_run_by_run(connection, text, by_row, parameters, _lists(held[by_row], asked)))
        return _frame(connection.execute(text, parameters).fetch_arrow_table())


def _run_by_run(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    table: str,
    parameters: Mapping[str, object],
    tags: Callable[[int, int], pyarrow.Table],
) -> pyarrow.Table:
    """What a query gives of each RUN rows of a table, on as many cores as there are, each on one.

    So little is sorted and joined at once that nothing is put aside on disk, which the whole would.
    """
    (cores,), (rows,) = (
        connection.sql(f"SELECT {asked}").fetchone() or (0,)
        for asked in ("current_setting('threads')", f"count(*) FROM {table}")
    )
    connection.execute(f"SET threads = 1; ALTER VIEW {table} RENAME TO every_run")

    def part(first: int) -> pyarrow.Table:
        with connection.cursor() as own:
            own.execute(f"CREATE TEMP VIEW {table} AS FROM every_run WHERE row BETWEEN {first} AND {first + RUN - 1}")
            own.register("tags", tags(first, first + RUN))
            return own.execute(text, parameters).fetch_arrow_table()

    with ThreadPoolExecutor(min(cores, AT_ONCE)) as pool:
        return pyarrow.concat_tables(pool.map(part, range(0, max(rows, 1), RUN)))


def _lists(table: pyarrow.Table | Sequence[Path], asked: Asked) -> Callable[[int, int], pyarrow.Table]:
    """From the first and the end of some rows to their tags that are asked about.

    A file keeps each text once a group of rows, and as such it is read and asked about: DuckDB would make each anew.
    """
    if isinstance(table, pyarrow.Table):
        return lambda first, end: _told(table["tags"].slice(first, end - first).chunks, first, asked)
    (path,) = table
    about = pyarrow.parquet.read_metadata(path)
    columns = leaves(about, "tags")
    starts = [*accumulate((about.row_group(number).num_rows for number in range(about.num_row_groups)), initial=0)]

    def of(first: int, end: int) -> pyarrow.Table:
        parts = []
        with pyarrow.parquet.ParquetFile(path, metadata=about, read_dictionary=columns) as file:
            for number, (start, stop) in enumerate(pairwise(starts)):
                if start < end and stop > first:
                    tags = file.read_row_group(number, columns=["tags"], use_threads=False)["tags"]
                    parts += tags.slice(max(first - start, 0), end - max(first, start)).chunks
        return _told(parts, first, asked)

    return of


def _told(parts: Iterable[pyarrow.ListArray], first: int, asked: Asked) -> pyarrow.Table:
    """Of lists of texts, the first of which is that of row `first`, the texts that are asked about: row, tag."""
    rows, told = [pyarrow.array([], pyarrow.int64())], [pyarrow.array([], pyarrow.string())]
    for lists in parts:
        texts = lists.flatten()
        known = isinstance(texts, pyarrow.DictionaryArray)
        kept = asked(texts.dictionary).take(texts.indices) if known else asked(texts)
        rows.append(compute.add(compute.list_parent_indices(lists).filter(kept), first))
        told.append(texts.filter(kept).cast(pyarrow.string()))
        first += len(lists)
    return pyarrow.table({"row": pyarrow.chunked_array(rows), "tag": pyarrow.chunked_array(told)})


def _held(table: pd.DataFrame | Path | Sequence[Path]) -> pyarrow.Table | Sequence[Path]:
    if isinstance(table, pd.DataFrame):
        return _typed(table)
    return [table] if isinstance(table, Path) else table


def _parquet(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> duckdb.DuckDBPyRelation:
    places = [glob.escape(str(path)) for path in files]
    how = {"union_by_name": True, "hive_partitioning": False, "filename": True, "file_row_number": True}
    return connection.read_parquet(places, **how).project("* EXCLUDE file_row_number, file_row_number AS row")


def _typed(frame: pd.DataFrame) -> pyarrow.Table:
    """A frame with the first type of KEPT where it has another, as a column without any value has."""
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    kinds = ((field, KEPT.get(field.name, (field.type,))) for field in table.schema)
    return table.cast(
        pyarrow.schema([field if field.type in kind else field.with_type(kind[0]) for field, kind in kinds])
    )


def one_of(column: str, values: Iterable[str]) -> str:
    """Whether a column has one of some values, as a query says it.

    They stand in the query as they are: only so whole groups of rows are passed over, by what a file says of them.
    """
    literals = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({literals})" if literals else "false"


def _frame(rows: pyarrow.Table) -> pd.DataFrame:
    """As pandas has them: nulls stay null in whole numbers."""
    return rows.to_pandas(types_mapper={pyarrow.int64(): pd.Int64Dtype()}.get, self_destruct=True)
