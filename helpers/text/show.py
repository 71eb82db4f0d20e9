"""Tables as readers see them in a notebook or the report: headed and formatted by the codebook."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from helpers import paths
from helpers.text import codebook, formats, quoting

MARK = "°"
"""What report/filters/origins.lua puts behind an assumed number in print."""
RECONSTRUCTED = "reconstructed"


class ShowError(ValueError):
    """A column that cannot be shown; the message says what the codebook lacks."""


class Shown(pd.DataFrame):
    """A table as readers see it, whose HTML also has what its texts alone do not tell: by which value a cell is sorted,
    the anchor of a row, and which columns only a page shows."""

    _metadata: ClassVar[list[str]] = ["sorts", "anchors", "screen"]
    sorts: list[list[str]]
    anchors: list[str]
    screen: list[str]

    def _repr_html_(self) -> str:
        columns = zip((self.columns.name, *self.columns), self.screen, strict=True)
        heads = "".join(f"<th{_given('data-screen', only)}>{escape(str(head))}</th>" for head, only in columns)
        rows = zip(self.anchors, self.sorts, self.itertuples(name=None), strict=True)
        body = "\n".join(f"<tr{_given('id', anchor)}>{_cells(texts, sorts)}</tr>" for anchor, sorts, texts in rows)
        return f'<table class="dataframe">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'


def shown(
    table: pd.DataFrame,
    name: str,
    variants: dict[str, str] | None = None,
    assumed: Collection[str] = (),
    data: str = "",
    anchors: Iterable[str] | None = None,
    screen: Collection[str] = (),
) -> Shown:
    """The table as text, each column in its unit's format and under its heading; what is not known is empty.

    name: the table, as data/codebook.csv lists it for its columns. variants: column → variant of the format. assumed:
    columns whose heads carry the mark where `data`, the edition's kind, are reconstructed: they follow from our
    assumptions. anchors: of the rows, where they have any. screen: columns that only a page has room for. The first
    column becomes the index, so that the table has one row of heads.
    """
    marked = set(assumed) if data == RECONSTRUCTED else set()
    texts = {
        _head(name, column) + (f" {MARK}" if column in marked else ""): _texts(table, name, column, variants or {})
        for column in table.columns
    }
    told = Shown(_indexed(pd.DataFrame(texts)))
    told.sorts = [
        [_sorted_by(value) for value in row] for row in table.astype(object).itertuples(index=False, name=None)
    ]
    told.anchors = list(anchors) if anchors is not None else [""] * len(table)
    told.screen = ["only" if column in screen else "" for column in table.columns]
    return told


def across(
    table: pd.DataFrame, name: str, column: str, values: Sequence[str], variants: dict[str, str] | None = None
) -> pd.DataFrame:
    """The table as text with a column for each value of `column` and a line for each of the columns `values`.

    A line begins with the other columns, which say what it is about, and the heading of what it holds. name, variants:
    as for `shown`. Columns are headed as addresses name them: 7d for 7 in a column of days.
    """
    table = table.reset_index(drop=True)
    about = [other for other in table.columns if other not in (column, *values)]
    keys = [quoting.key(column, value) for value in table[column]]
    parts = []
    for value in values:
        part = pd.DataFrame({_head(name, other): table[other].astype("str") for other in about})
        parts.append(part.assign(**{_head(name, "measure"): _head(name, value)}, key=keys))
        parts[-1]["text"] = _texts(table, name, value, variants or {})
    both = pd.concat(parts).sort_index(kind="stable")  # the lines of a row together
    lines = both.set_index([*both.columns[:-1]])["text"].unstack("key", sort=False).fillna("")
    places = [quoting.key(column, value) for value in sorted(table[column].unique())]
    return _indexed(lines[places].rename_axis(columns=None).reset_index())


def crossed(
    table: pd.DataFrame,
    name: str,
    row: str,
    column: str,
    values: Sequence[str],
    marked: str,
    variants: dict[str, str] | None = None,
) -> pd.DataFrame:
    """The table as text with a line for each value of `row` and a column for each value of `column`, in their order.

    A cell has what is known of the columns `values`, and an asterisk where the column `marked` is true. name, variants:
    as for `shown`.
    """
    parts = pd.DataFrame({value: _texts(table, name, value, variants or {}) for value in values}, table.index)
    joined = [", ".join(filter(None, cells)) for cells in parts.itertuples(index=False)]
    texts = pd.Series(joined, table.index, dtype=object) + np.where(table[marked], " *", "")
    lines = table.assign(text=texts).pivot(index=row, columns=column, values="text")
    lines = lines.reindex(index=table[row].unique(), columns=table[column].unique())
    return lines.rename_axis(index=None, columns=_head(name, row))


def _sorted_by(value: Any) -> str:
    """What a number or a day is sorted by; "" for a text, which says it itself, and for what is not known."""
    if formats.null(value) or not isinstance(value, int | float | np.number | datetime.date):
        return ""
    return value.isoformat() if isinstance(value, datetime.date) else f"{float(value):.9g}"


def _cells(texts: Sequence[str], sorts: Sequence[str]) -> str:
    """The cells of a row as HTML, its first one a head."""
    tags = ["th", *["td"] * (len(texts) - 1)]
    return "".join(
        f"<{tag}{_given('data-sort', value)}>{escape(text, False)}</{tag}>"
        for tag, text, value in zip(tags, texts, sorts, strict=True)
    )


def _given(name: str, value: str) -> str:
    """An attribute of an element, if there is one."""
    return f' {name}="{escape(value)}"' if value else ""


def _texts(table: pd.DataFrame, name: str, column: str, variants: dict[str, str]) -> list[str]:
    """The cells of a column as readers see them."""
    units = codebook.units()
    if (unit := units.get((name, column), units.get(("", column)))) is None:
        raise _lacking(name, column, "unit")
    variant = variants.get(column, formats.USUAL)
    return [
        "" if formats.null(value) else formats.shown(value, unit, variant) for value in table[column].astype(object)
    ]


def _head(name: str, column: str) -> str:
    found = codebook.headings()
    if (head := found.get((name, column), found.get(("", column)))) is None:
        raise _lacking(name, column, "heading")
    return head


def _lacking(name: str, column: str, what: str) -> ShowError:
    return ShowError(f"{name}: column {column!r} has no {what}; add it to {paths.shown(paths.CODEBOOK)}")


def _indexed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its first column as the index, named beside the other heads."""
    first = table.columns[0]
    return table.set_index(first).rename_axis(index=None, columns=first)


def heads(name: str) -> dict[str, str]:
    """Column → heading of the table `name`, as the codebook lists them for it."""
    return {column: heading for (table, column), heading in codebook.headings().items() if table == name}
