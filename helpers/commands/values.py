"""`atom values`: what text may ask for, what it says now, and who asks for it."""

import fnmatch
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers import findings, paths
from helpers.build import steps
from helpers.text import bind, claims
from helpers.text.addresses import AddressError, Book, Quoted

Place = tuple[str, frozenset[tuple[str, str]], str]
"""Table, row and column of a cell: the same whichever names of months an address uses."""


class ValuesError(RuntimeError):
    """There is nothing to list; the message says what to do."""


@dataclass(frozen=True)
class Listed:
    """The quoted tables of a build, and who asks for their cells. text: place of a cell → the addresses that text
    writes for it. findings, ledger: names of the tables that they ask."""

    book: Book
    text: dict[Place, list[str]]
    findings: set[str]
    ledger: set[str]

    def asks(self, table: str) -> str:
        """How many addresses text asks of a table, and who else asks; "asked by nobody"."""
        count = sum(len(written) for place, written in self.text.items() if place[0] == table)
        who = [f"text {count}"] if count else []
        who += [name for name in ("findings", "ledger") if table in getattr(self, name)]
        return "asked by " + (", ".join(who) or "nobody")

    def unasked(self) -> list[str]:
        """Names of the tables that notebooks quote and nobody asks."""
        return [
            table.name for table in self.book.tables.values() if table.notebook and "nobody" in self.asks(table.name)
        ]


def run(pattern: str | None, parameters: dict[str, Any]) -> str:
    """The tables of the build, or the addresses that hold `pattern` or match it with * and ?, a line each.

    parameters: those of the edition. Raises ValuesError where no table is quoted yet, or nothing fits the pattern.
    """
    listed = read(parameters)
    return "\n".join(tables(listed) if pattern is None else addresses(listed, pattern))


def read(parameters: dict[str, Any]) -> Listed:
    """What the last build quoted and its text asked for. Raises ValuesError where no table is quoted yet."""
    (step,) = (step for step in steps.STEPS if step.name == "text")
    book = bind.read(**{name: parameters[name] for name in step.parameters})
    if not any(table.notebook for table in book.tables.values()):
        raise ValuesError(f"no table is quoted in {paths.shown(paths.BUILD / 'quoted')} yet; run `atom build`")
    text: dict[Place, list[str]] = {}
    record = paths.BUILD / "values.json"
    for address, said in json.loads(record.read_text(encoding="utf-8")).items() if record.is_file() else ():
        text.setdefault((said["table"], frozenset(said["row"].items()), said["column"]), []).append(address)
    asked: set[str] = set()
    findings.evaluate(_listening(book, asked))
    answers = set(claims.read()["answer"])
    return Listed(book, text, {_table(address) for address in asked}, {_table(address) for address in answers})


def _listening(book: Book, asked: set[str]) -> findings.Tell:
    def tell(address: str) -> Any:
        asked.add(address)
        try:
            return book.tell(address)
        except AddressError as error:  # the build says so; here it must not keep an author from looking it up
            raise findings.Unknown(address) from error

    return tell


def _table(address: str) -> str:
    return address.partition(".")[0]


def tables(listed: Listed) -> Iterator[str]:
    """A line for each table: its address, its columns, who asks."""
    for table in listed.book.tables.values():
        keys = ".".join([table.name, *(f"<{column}>" for column in table.by)])
        others = ", ".join(column for column in table.columns if column not in table.by)
        asks = f"; {listed.asks(table.name)}" if table.notebook else ""
        yield f"{keys}: {others} ({table.notebook or 'the edition'}, {len(table.keys)} rows{asks})"


def addresses(listed: Listed, pattern: str) -> list[str]:
    """A line for each address that fits: what it says, its unit, and as what text asks for it. Raises ValuesError."""
    found = []
    for table in listed.book.tables.values():
        wanted = ".".join(table.month(part, listed.book.splice) for part in pattern.split("."))
        wanted = wanted if set(wanted) & set("*?[") else f"*{wanted}*"
        for keys in table.keys:
            for column in table.columns:
                address = ".".join([table.name, *keys, column])
                if fnmatch.fnmatchcase(address, wanted):
                    found.append((address, *_said(listed, table, keys, column, address)))
    if not found:
        raise ValuesError(f"no address holds {pattern!r}; `atom values` lists the tables, and * stands for any part")
    wide, broad = (max(len(row[at]) for row in found) for at in (0, 1))
    return [f"{address:<{wide}}  {said:<{broad}}  {about}".rstrip() for address, said, about in found]


def _said(listed: Listed, table: Quoted, keys: list[str], column: str, address: str) -> tuple[str, str]:
    row = frozenset(zip(table.by, keys, strict=True))
    written = listed.text.get((table.name, row, column), [])
    asked = f"in text as {', '.join(written)}" if written else ""
    try:
        cell = listed.book.cell(address)
    except AddressError as error:
        return "-", str(error)
    return (cell.shown if cell.known else "unknown"), "  ".join(filter(None, (f"({cell.unit or 'text'})", asked)))
