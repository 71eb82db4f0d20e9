"""The figures and tables that the report embeds from executed notebooks, ready for either format."""

import re
from dataclasses import dataclass
from pathlib import Path

from helpers.publish.notebooks import Cell, Notebook
from helpers.text import nodes
from helpers.text.faults import refuse
from helpers.text.nodes import Node

NUMBER = re.compile(r"[-+−]?[\d.,]+(?:e[-+]\d+)?\s*[%×xMBK]?|[–—-]|n/a|nan|none|unknown|", re.IGNORECASE)
"""What a cell of a column of numbers holds."""

WORD, SHORT, LONG = 12, 24, 48
"""Characters up to which a cell without spaces stays on one line even on a phone, up to which any stays on one line
elsewhere, and from which it needs room."""
WIDE = 4
"""Columns from which a table may be wider than the text."""


@dataclass(frozen=True)
class Exhibit:
    """One embedded cell. caption: inline elements. A figure has a picture and alt text, a table a table."""

    label: str
    notebook: Notebook
    caption: list[Node]
    alt: str = ""
    picture: tuple[str, bytes] | None = None
    table: Node | None = None

    @property
    def file(self) -> str:
        """Where its picture lies, beside the article."""
        return f"index_files/{self.label}{self.picture[0]}" if self.picture else ""

    @property
    def source(self) -> str:
        """The address of its cell, from the site's root."""
        return f"{self.notebook.preview}#cell-{self.label}"


def collect(embeds: list[str], executed: dict[str, Notebook]) -> dict[str, Exhibit]:
    """The exhibits behind embed arguments ("../build/notebooks/03_regional.ipynb#fig-downloads"), by label.

    The arguments have passed `precheck.preflight`. All captions are parsed together and so are all tables: starting
    pandoc is what takes time.
    """
    found: list[tuple[str, Notebook, Cell]] = []
    for path, _, label in (argument.partition("#") for argument in embeds):
        notebook = executed[Path(path).stem]
        found.append((label, notebook, notebook.cell(label)))
    captions = _captions([cell.options[f"{label[:3]}-cap"] for label, _, cell in found])
    tables = _tables({label: cell.table() for label, _, cell in found if label.startswith("tbl-")})
    return {
        label: Exhibit(label, notebook, caption, table=tables[label])
        if label in tables
        else Exhibit(label, notebook, caption, " ".join(cell.options["fig-alt"].split()), cell.picture())
        for (label, notebook, cell), caption in zip(found, captions, strict=True)
    }


def _captions(texts: list[str]) -> list[list[Node]]:
    """The inline elements of each caption, which is Markdown of one paragraph."""
    blocks = nodes.parse("\n\n".join(" ".join(text.split()) for text in texts), "markdown") if texts else []
    for text, block in zip(texts, blocks, strict=False):
        if block["t"] != "Para":
            raise refuse(
                "a notebook", f"the caption “{text}” is no plain paragraph", "write it as one sentence or more"
            )
    return [block["c"] for block in blocks]


def _tables(texts: dict[str, str]) -> dict[str, Node]:
    """The table in each HTML text, its columns of numbers set to the right."""
    html = "\n".join(f'<div id="{label}">{text}</div>' for label, text in texts.items())
    tables = {}
    for block in nodes.parse(html, "html") if texts else []:
        label = block["c"][0][0]
        table = next((node for node in nodes.elements(block) if node["t"] == "Table"), None)
        if table is None:
            raise refuse("a notebook", f"the HTML that cell {label} shows holds no table", "end the cell in a table")
        tables[label] = _aligned(table)
    return tables


def _aligned(table: Node) -> Node:
    """The table with right-aligned columns of numbers, without the alignment that its HTML gave cell by cell."""
    _, caption, columns, head, bodies, foot = table["c"]
    rows = [row for body in bodies for row in body[3]]
    texts = [[nodes.text_of(cell[4]).strip() for cell in row[1]] for row in rows]
    settled = []
    for index, (_, width) in enumerate(columns):
        held = [row[index] for row in texts if len(row) == len(columns)]
        numeric = any(held) and all(NUMBER.fullmatch(text) for text in held)
        settled.append([{"t": "AlignRight" if numeric else "AlignLeft"}, width])
    for row in [*head[1], *rows]:
        row[0] = nodes.attr()
        for cell in row[1]:
            kind = _kind(nodes.text_of(cell[4]).strip())
            cell[0], cell[1] = nodes.attr("", *kind.split()), {"t": "AlignDefault"}
    wide = ["wide"] if len(columns) >= WIDE else []
    return {"t": "Table", "c": [["", wide, []], caption, settled, head, bodies, foot]}


def _kind(text: str) -> str:
    """The class of a cell with this text; "" for one of middle length."""
    if len(text) <= WORD and " " not in text:
        return "word"
    return "short" if len(text) <= SHORT else "long" if len(text) > LONG else ""
