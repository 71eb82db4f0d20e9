"""The same queries on Spark, where days of the whole Hub are more than one machine holds.

A query is written in DuckDB's SQL and put into Spark's by sqlglot. Both are of the extra `spark`, with pyspark, which
wants Java 17.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow

from helpers.tables import contracts

if TYPE_CHECKING:  # loaded where it is used
    from pyspark.sql import DataFrame, SparkSession

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",  # a part that a text does not have is empty, as in DuckDB
    "spark.sql.parquet.mergeSchema": "true",
    "spark.ui.enabled": "false",
}
GLOB = re.compile(r"[\\*?\[\]{}]")


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """The connection to a master ("local[2]", "spark://host:7077"), kept for the whole process.

    What Spark cannot do is raised as ContractError, in its words.
    """
    try:
        import pyspark.errors
        import sqlglot  # noqa: F401
        from py4j.protocol import Py4JError
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise contracts.ContractError(f"ATOM_SPARK is {master}: {error}; install the extra `spark`") from None
    builder = SparkSession.builder.master(master).appName("atom-report")
    try:
        yield builder.config(map=SETTINGS).getOrCreate()
    except (pyspark.errors.PySparkException, Py4JError) as error:
        raise contracts.ContractError(f"Spark at {master}: {error}") from error


def parquet(spark: SparkSession, files: Iterable[Path]) -> DataFrame:
    """As `engine.run` has them: the rows of Parquet files, in order, with `filename` and, in it, `row`."""
    rows = spark.read.parquet(*(GLOB.sub(r"\\\g<0>", str(path)) for path in files))
    return rows.selectExpr("*", "_metadata.file_path AS filename", "_metadata.row_index AS row")


def run(
    master: str,
    query: str,
    tables: Mapping[str, pyarrow.Table | Sequence[Path]],
    parameters: Mapping[str, object],
    views: Mapping[str, str],
) -> pyarrow.Table:
    """What a query of DuckDB's SQL gives of tables, each one of Arrow or the Parquet files that hold it, and of views,
    queries themselves.

    Times are UTC, without a zone.
    """
    with session(master) as spark:
        import sqlglot

        for name, held in tables.items():
            rows = spark.createDataFrame(held) if isinstance(held, pyarrow.Table) else parquet(spark, held)
            zoned = {column: f"CAST({column} AS TIMESTAMP_NTZ)" for column, kind in rows.dtypes if kind == "timestamp"}
            rows.selectExpr(*(f"{zoned.get(column, column)} AS {column}" for column in rows.columns)).createTempView(
                name
            )
        put = partial(sqlglot.transpile, read="duckdb", write="spark")
        try:
            for name, asked in views.items():
                spark.sql(*put(asked)).createTempView(name)
            return spark.sql(*put(query), args=dict(parameters)).toArrow()
        finally:
            for name in [*views, *tables]:
                spark.catalog.dropTempView(name)
