"""Tables as readers see them in a notebook or the report: headed and formatted by the codebook."""

import csv

import pandas as pd

from helpers import paths
from helpers.text import addresses, formats


class ShowError(ValueError):
    """A column that cannot be shown; the message says what the codebook lacks."""


def shown(table: pd.DataFrame, name: str, variants: dict[str, str] | None = None) -> pd.DataFrame:
    """The table as text, each column in its unit's format and under its heading; what is not known is empty.

    name: the table, as data/codebook.csv lists it for its columns. variants: column → variant of the format. The first
    column becomes the index, so that the table has one row of heads.
    """
    units, heads = addresses.units(), headings()
    texts = {}
    for column in table.columns:
        unit = units.get((name, column), units.get(("", column)))
        head = heads.get((name, column), heads.get(("", column)))
        if unit is None or head is None:
            raise ShowError(
                f"{name}: column {column!r} has no unit or heading; add it to {paths.shown(paths.CODEBOOK)}"
            )
        variant = (variants or {}).get(column, formats.USUAL)
        texts[head] = [
            "" if formats.null(value) else formats.shown(value, unit, variant) for value in table[column].astype(object)
        ]
    shown = pd.DataFrame(texts)
    first = shown.columns[0]
    return shown.set_index(first).rename_axis(index=None, columns=first)


def headings() -> dict[tuple[str, str], str]:
    """(table, column) → heading, of the codebook; ("", column) for a column that is headed alike everywhere."""
    found: dict[tuple[str, str], str] = {}
    everywhere: dict[str, set[str]] = {}
    with paths.CODEBOOK.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["heading"]:
                found |= {(table, row["column"]): row["heading"] for table in row["files"].split()}
                everywhere.setdefault(row["column"], set()).add(row["heading"])
    return found | {("", column): next(iter(held)) for column, held in everywhere.items() if len(held) == 1}
