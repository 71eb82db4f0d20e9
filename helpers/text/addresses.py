"""Addresses of cells of quoted tables, as text asks for them: table.key.….column, and which cell that is.

A key is the slug of what the table has there (china, gpt-oss-120b, 2026-03, 7d). A key column of months takes names,
too: first and last (of those the table holds), year-ago and two-months-ago (before the last), splice (the edition's).
After the column may stand a variant of its unit's format: downloads_cumulative-tenths.
"""

import datetime
import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.findings.telling import Unknown
from helpers.text import formats, quoting
from helpers.text.codebook import units

BEFORE_LAST = {"last": 0, "two-months-ago": 2, "year-ago": 12}
"""Names of months by their distance from a table's last."""
NAMED = ("first", *BEFORE_LAST, "splice")
MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
DAYS = re.compile(r"\d+d")
REGISTRY = ("organisation", "region", "model", "name", "key", "family", "group", "pair", "period")
"""Columns of the registry's lists whose names may be keys, also in an edition that holds no row of them."""
ALL = "all"
"""The key of a row that is the sum of the others."""
QUOTED = re.compile(r"\bquote\(\s*[\"']([a-z0-9-]+)[\"']")
"""How a notebook's source quotes a table."""


class AddressError(ValueError):
    """An address that no edition of the report could answer; the message has the nearest ones."""


@dataclass(frozen=True)
class Cell:
    """What an address says. raw: null is unknown. row: key column → key, as addresses have it. table: None for what no
    table of this edition holds."""

    address: str
    raw: Any
    unit: str
    variant: str
    table: str
    row: dict[str, str]
    column: str
    notebook: str | None
    cell: str | None
    rests_on: str

    @property
    def known(self) -> bool:
        """Whether the edition's data tell it."""
        return not formats.null(self.raw)

    @property
    def shown(self) -> str:
        """As readers see it."""
        return formats.shown(self.raw, self.unit, self.variant)

    @property
    def place(self) -> tuple[str, ...]:
        """The cell of the table itself: equal for two addresses of one cell."""
        return (self.table, *self.row.values(), self.column)


@dataclass(frozen=True)
class Quoted:
    """A quoted table, as `quoting` wrote it."""

    name: str
    notebook: str | None
    cell: str | None
    by: list[str]
    columns: list[str]
    formats: dict[str, str]
    rests_on: str
    keys: list[list[str]]
    rows: list[list[Any]]

    @cached_property
    def at(self) -> dict[tuple[str, ...], list[Any]]:
        """Keys of a row → the row."""
        return {tuple(keys): row for keys, row in zip(self.keys, self.rows, strict=True)}

    @cached_property
    def months(self) -> tuple[str, str] | None:
        """The first and last month that the table holds; None without a key column of months."""
        if "month" not in self.by or not self.keys:
            return None
        held = sorted(keys[self.by.index("month")] for keys in self.keys)
        return held[0], held[-1]

    def month(self, name: str, splice: str) -> str:
        """The month that a name stands for in this table, as its keys have it; any other key as it is."""
        if name == "splice":
            return splice
        if name not in NAMED or not self.months:
            return name
        if name == "first":
            return self.months[0]
        last = datetime.date.fromisoformat(f"{self.months[1]}-01")
        return f"{month_before(last, BEFORE_LAST[name]):%Y-%m}"


@dataclass
class Book:
    """Every quoted table of a build. units: from `units`. splice: the edition's splice month ("2025-08"). declared:
    names of tables that some notebook quotes, though this edition may not hold what they need."""

    tables: dict[str, Quoted]
    units: dict[tuple[str, str], str]
    splice: str = ""
    declared: set[str] = field(default_factory=set)

    def cell(self, address: str) -> Cell:
        """The cell at an address; unknown where the edition's tables do not hold it.

        Raises AddressError for a table that no notebook quotes, a column or variant that there is not, and a key that
        names nothing anywhere.
        """
        name, *parts = address.split(".")
        if name not in self.tables:
            if name in self.declared:
                return Cell(address, None, "", formats.USUAL, name, {}, ".".join(parts), None, None, "inputs")
            raise AddressError(f"no notebook quotes a table `{name}`{near(name, {*self.tables, *self.declared})}")
        table = self.tables[name]
        if len(parts) != len(table.by) + 1:
            wanted = ".".join([name, *(f"<{column}>" for column in table.by), "<column>"])
            raise AddressError(f"`{address}` has {len(parts)} parts after the table; write {wanted}")
        *asked, last = parts
        column, variant = self._column(table, last)
        keys = tuple(
            table.month(part, self.splice) if by == "month" else part for by, part in zip(table.by, asked, strict=True)
        )
        if keys not in table.at:
            self._must_exist(table, keys)
        row = table.at.get(keys)
        raw = None if row is None else row[table.columns.index(column)]
        unit = self.unit(table.name, column)
        where = dict(zip(table.by, keys, strict=True))
        return Cell(address, raw, unit, variant, name, where, column, table.notebook, table.cell, table.rests_on)

    def tell(self, address: str) -> Any:
        """A cell's raw value, as predicates of helpers.findings ask for it. Raises Unknown where it is not known."""
        cell = self.cell(address)
        if not cell.known:
            raise Unknown(address)
        return cell.raw

    def _column(self, table: Quoted, asked: str) -> tuple[str, str]:
        column, _, variant = asked.partition("-")
        if column not in table.columns:
            raise AddressError(f"`{table.name}` has no column `{column}`{near(column, table.columns)}")
        variant = variant or table.formats.get(column, formats.USUAL)
        known = formats.UNITS[self.unit(table.name, column)]
        if variant not in known:
            raise AddressError(f"`{column}` has no format `{variant}`; it has {', '.join(known)}")
        return column, variant

    def unit(self, table: str, column: str) -> str:
        """The unit of a column of a table, by the codebook: that of the table's own row, else of all its rows."""
        if (unit := self.units.get((table, column), self.units.get(("", column)))) is None:
            raise AddressError(f"`{table}.….{column}` has no unit; add the column to {paths.shown(paths.CODEBOOK)}")
        if unit not in formats.UNITS:
            raise AddressError(f"`{table}.….{column}`: no format for the unit {unit!r}; see helpers/text/formats.py")
        return unit

    @cached_property
    def vocabulary(self) -> dict[str, set[str]]:
        """Key column → every key that some table of this build has there, or the registry's lists have."""
        found: dict[str, set[str]] = {column: set(map(quoting.slug, quoting.listed(column))) for column in REGISTRY}
        for table in self.tables.values():
            for keys in table.keys:
                for column, part in zip(table.by, keys, strict=True):
                    found.setdefault(column, set()).add(part)
        return found

    def _known(self, column: str) -> set[str]:
        """What may be a key in a column; a column that is none of the registry's may hold all its names: a side is a
        group or an organisation, say."""
        listed = set().union(*(self.vocabulary[name] for name in REGISTRY)) if column not in REGISTRY else set()
        return {ALL} | self.vocabulary.get(column, set()) | listed

    def _can_be(self, column: str, part: str) -> bool:
        """Whether some edition can have a key in a key column."""
        if column == "month" and (part in NAMED or MONTH.fullmatch(part)):
            return True
        days = column.endswith("_days") and DAYS.fullmatch(part)
        return bool(days) or part in self._known(column)

    def _must_exist(self, table: Quoted, keys: tuple[str, ...]) -> None:
        if not table.keys:
            return  # a table without rows does not tell which keys it can have
        for column, part in zip(table.by, keys, strict=True):
            if not self._can_be(column, part):
                raise AddressError(f"`{table.name}` has no {column} `{part}`{near(part, self._known(column))}")

    def rows(self, address: str, said: Iterable[str], sort: str = "", without: str = "") -> list[dict[str, Cell]]:
        """Column → cell of each row at the first part of an address, as text lists them: the columns `said`, in the
        table's order, or those with the highest value in the column `sort` first; none with a key of `without`.

        Where the address is unknown, or a row has no value in the column `sort`, there is no row.
        """
        name, *asked = address.split(".")
        if name not in self.tables:
            self.cell(address)  # declared, or else an error
            return []
        table = self.tables[name]
        if sort and sort not in table.columns:
            raise AddressError(f"`{name}` has no column `{sort}`{near(sort, table.columns)}")
        if sort and any(isinstance(row[table.columns.index(sort)], str) for row in table.rows):
            raise AddressError(f"`{name}` cannot be sorted by `{sort}`, which holds texts; name a column of numbers")
        fixed = {}
        for part in asked:
            free = [by for by in table.by if by not in fixed]
            by = next((by for by in free if _fits(table, by, part, self.splice)), None)
            if by is None:
                if not any(self._can_be(by, part) for by in free):
                    self._must_exist(table, tuple(part for _ in table.by))
                return []
            fixed[by] = table.month(part, self.splice) if by == "month" else part
        listed = [keys for keys in table.keys if not set(keys) & set(without.split())]
        listed = [keys for keys in listed if fixed.items() <= dict(zip(table.by, keys, strict=True)).items()]
        if sort:
            ranked = [(self.cell(".".join([name, *keys, sort])), keys) for keys in listed]
            known = sorted((pair for pair in ranked if pair[0].known), key=lambda pair: -pair[0].raw)
            listed = [keys for _, keys in known]
        return [{column: self.cell(".".join([name, *keys, column])) for column in said} for keys in listed]

    def addresses(self) -> Iterator[str]:
        """Every address that there is, in order of tables, rows and columns."""
        for table in self.tables.values():
            for keys in table.keys:
                yield from (".".join([table.name, *keys, column]) for column in table.columns)


def month_before(month: datetime.date, count: int) -> datetime.date:
    """The first day of the month so many months before one."""
    months = month.year * 12 + month.month - 1 - count
    return datetime.date(months // 12, months % 12 + 1, 1)


def _fits(table: Quoted, by: str, part: str, splice: str) -> bool:
    wanted = table.month(part, splice) if by == "month" else part
    return any(keys[table.by.index(by)] == wanted for keys in table.keys)


def near(word: str, known: Iterable[str]) -> str:
    """The known words nearest to one, for an error; empty where none is near."""
    found = difflib.get_close_matches(word, sorted(known), n=3, cutoff=0.5)
    return f"; the nearest: {', '.join(found)}" if found else ""


SPLICE = ("settings", "splice_month")
"""The quoted table of one row, and its column, that say which month `splice` names."""


def read(folder: Path, splice: str = "", notebooks: Iterable[str] = ("*",)) -> Book:
    """All tables quoted under `folder` (a folder a notebook). Raises AddressError if two notebooks quote one name.

    splice: the edition's splice month ("2025-08"); where it is not given, the quoted SPLICE. notebooks: those whose
    tables are asked for; other tables are as if the edition did not hold what they need.
    """
    tables: dict[str, Quoted] = {}
    for path in sorted(path for notebook in notebooks for path in folder.glob(f"{notebook}/*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        table = Quoted(**told)
        if table.name in tables:
            both = f"{tables[table.name].notebook} and {table.notebook}"
            raise AddressError(f"a table `{table.name}` is quoted in {both}; rename one")
        tables[table.name] = table
    book = Book(tables, units(), splice, declared() | OF_EDITION)
    if not splice and SPLICE[0] in tables:
        book.splice = book.tell(".".join(SPLICE))[:7]
    return book


OF_EDITION = {"edition", "month", "calendar", "build", "events"}
"""Tables that no notebook quotes: helpers.text.bind adds them."""


def declared(folder: Path | None = None) -> set[str]:
    """The names of all tables that the notebooks quote, whether an edition holds what they need or not."""
    found: set[str] = set()
    for path in sorted((folder or paths.NOTEBOOKS).glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            found |= set(QUOTED.findall("".join(cell["source"])))
    return found


def single(name: str, facts: dict[str, Any]) -> Quoted:
    """A table of one row that no notebook quotes: what the edition itself says."""
    return Quoted(name, None, None, [], list(facts), {}, "edition", [[]], [[*map(_plain, facts.values())]])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value
