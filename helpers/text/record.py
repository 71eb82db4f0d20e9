"""The record of every number that the report says: values.json, in which each can be read without any other."""

import datetime
from typing import Any

from helpers import edition
from helpers.text import ledger, names, sources
from helpers.text.addresses import MONTH, Book, Cell
from helpers.text.asked import Asked, Listing

COVERAGE = ("models", "models_read", "models_between", "models_known", "read_share")
"""Columns by which a measure tells of how much of what is tracked it is; see helpers.measures.coverage."""


def numbers(
    book: Book,
    cells: dict[str, Cell],
    lists: dict[Listing, list[dict[str, Cell]]],
    asked: Asked,
    answered: ledger.Answered | None,
    about: dict[str, Any],
    url: str,
) -> dict[str, Any]:
    """Every number said: address → raw, formatted, unit, table, row, column, notebook, cell, used and what follows.

    rests_on: inputs, or what else it follows from alone. data_through: the last day of which anything can have entered
    it; null where it rests on no inputs. coverage: what its row tells of the models read, null where it tells nothing.
    assumed, caveat: whether it follows from our assumptions, and the sentences that go along with it. origin: the page
    and cell that quoted it, from the site's root. citation: of this number in this edition. about: the report's
    metadata. url: the site's address, "" where it is not known.
    """
    used = {address: (cells[address], where) for address, where in asked.addresses.items()}
    for listing, rows in lists.items():
        for row in rows:
            for cell in row.values():
                used.setdefault(cell.address, (cell, asked.lists[listing]))
    found = {}
    for address, (cell, where) in sorted(used.items()):
        follows = assumed(cell, answered)
        page = f"build/notebooks/{cell.notebook}-preview.html#cell-{cell.cell}"
        found[address] = {
            "raw": cell.raw,
            "formatted": names.visible(cell.shown) if cell.known else "unknown",
            "unit": cell.unit,
            "table": cell.table,
            "row": cell.row,
            "column": cell.column,
            "notebook": cell.notebook,
            "cell": cell.cell,
            "rests_on": cell.rests_on,
            "data_through": _through(book, cell, about) if cell.rests_on == "inputs" and cell.notebook else None,
            "coverage": _coverage(book, cell),
            "assumed": follows,
            "caveat": " ".join(
                [about["data-label"], *([edition.KINDS[about["data-kind"]]["assumed"]] if follows else [])]
            ),
            "origin": page if cell.notebook else None,
            "citation": _citation(address, about, url),
            "used": where,
        }
    return found


def assumed(cell: Cell, answered: ledger.Answered | None) -> bool:
    """Whether a number follows from our assumptions: in reconstructed data, one that answers no printed figure.

    answered: the cells that do; None where data are not reconstructed. Names, and the keys of a table's rows, are no
    numbers.
    """
    number = cell.known and cell.unit not in ("", "id") and cell.column not in cell.row
    if answered is None or not number or cell.rests_on != "inputs":
        return False
    return not ledger.answers_printed(cell, answered)


def _through(book: Book, cell: Cell, about: dict[str, Any]) -> str:
    """The last day of the month of its row, the day before where that is a month label, or its row's day; elsewhere the
    day of the edition's snapshot."""
    if not MONTH.fullmatch(month := cell.row.get("month", "")):
        return cell.row.get("date", about["date"])
    first = datetime.date.fromisoformat(f"{month}-01")
    whole = book.unit(cell.table, "month") == "calendar month"
    return str((first + datetime.timedelta(days=32 if whole else 0)).replace(day=1) - datetime.timedelta(days=1))


def _coverage(book: Book, cell: Cell) -> dict[str, Any] | None:
    """What the row of a cell tells of how much was read."""
    table = book.tables.get(cell.table)
    row = table.at.get(tuple(cell.row.values())) if table else None
    if table is None or row is None or cell.column in COVERAGE:
        return None
    told = dict(zip(table.columns, row, strict=True))
    return {column: told[column] for column in COVERAGE if column in told} or None


def _citation(address: str, about: dict[str, Any], url: str) -> str:
    """A reference to one number, as the page's cite boxes write them."""
    whole = f"{about['title']}: {about['subtitle']}. {about['data-label']}"
    by = ", ".join(sources.authors(about))
    return " ".join(filter(None, (by, f"({about['date'][:4]}).", whole, f"{address}.", url)))
