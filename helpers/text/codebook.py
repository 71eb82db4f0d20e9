"""The codebook: the unit of every column that is published, quoted or shown, and how readers see it headed."""

import csv
from collections.abc import Iterator

from helpers import paths

ByColumn = dict[tuple[str, str], str]
"""(table, column) → what the codebook says of it; ("", column) for a column of which it says the same everywhere."""


def units() -> ByColumn:
    """The units of columns."""
    return _told("unit", _rows())


def headings() -> ByColumn:
    """The headings of those columns that have one."""
    return _told("heading", (row for row in _rows() if row["heading"]))


def _rows() -> Iterator[dict[str, str]]:
    with paths.CODEBOOK.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _told(field: str, rows: Iterator[dict[str, str]]) -> ByColumn:
    found: ByColumn = {}
    everywhere: dict[str, set[str]] = {}
    for row in rows:
        found |= {(table, row["column"]): row[field] for table in row["files"].split()}
        everywhere.setdefault(row["column"], set()).add(row[field])
    return found | {("", column): next(iter(told)) for column, told in everywhere.items() if len(told) == 1}
