"""Quoting: a notebook names a table once, and from then on text can ask for each of its cells."""

import csv
import datetime
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import pandas as pd

from helpers import files, paths
from helpers.text import cells
from helpers.text.formats import null

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RESTS_ON = ("inputs", "edition", "registry", "printed")
"""What a table's numbers follow from: the edition's raw inputs, its parameters, facts of the registry, or, where inputs
are reconstructed, figures that the paper prints and nothing else (the lowest of some scores, say). In a reconstructed
edition only those of the first kind can follow from an assumption."""

Quote = Callable[..., pd.DataFrame]


class QuoteError(ValueError):
    """A table that cannot be quoted; the message names it and the remedy."""


def slug(value: Any) -> str:
    """A key as addresses have it: "GPT-OSS 120B" → "gpt-oss-120b", 2026-03-01 → "2026-03-01"."""
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m-%d}"
    return re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-") or "none"


def key(column: str, value: Any) -> str:
    """The part of an address that a cell of a key column stands for: months as 2026-03, numbers of days as 7d."""
    if null(value):
        return "unknown"
    if column == "month":
        return f"{value:%Y-%m}"
    return f"{value}d" if column.endswith("_days") else slug(value)


NAMES = ("organisation", "model")
"""Columns of names from elsewhere, whoever typed them."""


def keys(column: str, values: Sequence[Any]) -> list[str]:
    """The parts of addresses for a key column.

    A name reads as a part of its own. Where another reads alike ("a/b-c" and "a-b/c"), or reads like one that the
    registry lists, it gets a sign behind it; names that the registry lists never do.
    """
    parts = [key(column, value) for value in values]
    if column not in NAMES:
        return parts
    known, alike = _listed(column), defaultdict(set)
    for value, part in zip(values, parts, strict=True):
        alike[part].add(value)

    def told(value: Any, part: str) -> str:
        name = str(value)
        alone = len(alike[part]) == 1 and known.get(part, name).casefold() == name.casefold()
        if null(value) or alone or known.get(part) == name:
            return part
        return f"{part}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"

    return list(map(told, values, parts))


@cache
def _listed(column: str) -> dict[str, str]:
    """How names read in addresses → the names, of those that the registry's lists have in a column."""
    return {slug(name): name for name in listed(column)}


def listed(*columns: str) -> Iterator[str]:
    """What the registry's lists have in these columns."""
    for path in sorted(paths.REGISTRY.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield from filter(None, map(row.get, columns))


def quoter(notebook: str) -> Quote:
    """The `quote` function of one notebook ("03_regional"); it starts with nothing quoted."""
    folder = paths.output(f"quoted/{notebook}")
    files.clear(folder)
    quoted: set[str] = set()

    def quote(
        name: str,
        table: pd.DataFrame,
        by: str | Sequence[str] = (),
        formats: dict[str, str] | None = None,
        rests_on: str = "inputs",
    ) -> pd.DataFrame:
        """Let text ask for each cell of `table` at `<name>.<key of each column in by>.<column>`; returns the table.

        Without `by` the table has one row. Columns are shown in the unit that data/codebook.csv gives them; formats:
        column → variant of its unit's format (helpers.text.formats) that is usual in this table. rests_on: one of
        RESTS_ON. Raises QuoteError for an ill-formed or repeated name, a key that two rows have, a column that is not
        there, and values that are neither finite numbers, texts, dates nor null.
        """
        by = [by] if isinstance(by, str) else list(by)
        _check(name, quoted, table, by, [*by, *(formats or {})], rests_on)
        parts = [list(row) for row in zip(*(keys(column, list(table[column])) for column in by), strict=True)]
        parts = parts if by else [[]]
        if repeated := _repeated(parts):
            raise QuoteError(f"{name}: several rows have the key {', '.join(repeated[:3])}; add a column to `by`")
        told = {
            "name": name,
            "notebook": notebook,
            "cell": cells.running().get("label"),
            "by": by,
            "columns": list(table.columns),
            "formats": formats or {},
            "rests_on": rests_on,
            "keys": parts,
            "rows": [[plain(name, value) for value in row] for row in table.astype(object).to_numpy()],
        }
        files.write_json(folder / f"{name}.json", told)
        quoted.add(name)
        return table

    return quote


def _check(name: str, quoted: set[str], table: pd.DataFrame, by: list[str], named: list[str], rests_on: str) -> None:
    if not NAME.fullmatch(name):
        raise QuoteError(f"{name!r}: names of quoted tables are lower case letters, digits and single hyphens")
    if name in quoted:
        raise QuoteError(f"{name} is quoted twice in this notebook; give the second another name")
    if rests_on not in RESTS_ON:
        raise QuoteError(f"{name}: rests_on is {rests_on!r}; it is one of {', '.join(RESTS_ON)}")
    if lost := [column for column in named if column not in table.columns]:
        raise QuoteError(f"{name} has no column {', '.join(lost)}; it has {', '.join(map(str, table.columns))}")
    if not by and len(table) != 1:
        raise QuoteError(f"{name} has {len(table)} rows; name the columns that tell them apart: by=[…]")


def _repeated(keys: list[list[str]]) -> list[str]:
    met = Counter(".".join(parts) for parts in keys)
    return sorted(text for text, times in met.items() if times > 1)


def plain(name: str, value: Any) -> Any:
    """A cell as JSON can hold it: whole numbers, floats, texts, ISO dates, None. Raises QuoteError otherwise."""
    if null(value):
        return None
    if isinstance(value, datetime.date):  # pandas' Timestamp is one too
        return f"{value:%Y-%m-%d}"
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, str | int) or (isinstance(value, float) and abs(value) != float("inf")):
        return value
    raise QuoteError(f"{name} holds {value!r}; a quoted cell is a finite number, text, date or null")
