"""The step that brings the tables which notebooks show into the forms of page and PDF.

It is apart from the pages, since most changes of a notebook leave its tables as they are.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from helpers import files, paths
from helpers.text import captions, nodes
from helpers.text.nodes import Node

ALIGNED = paths.REPORT / "filters" / "tables.lua"
KEPT = "tables.json"
"""Where the build keeps them."""
HOLE, BETWEEN = "\ue000", "// \ue001"
"""Stand for a table's caption, and between tables, in Typst: private characters, which no output of a notebook has."""


@dataclass(frozen=True)
class Table:
    """A table that a cell shows. node: as pandoc has it. printed: as Typst, before its caption and behind it."""

    node: Node
    printed: list[str]


def run() -> None:
    """Write the tables of the build."""
    keep(paths.BUILD)


def keep(build: Path) -> None:
    """Keep each table that `captions.TABLES` holds, aligned, by label."""
    found = {}
    for block in nodes.parse((build / captions.TABLES).read_text(encoding="utf-8"), "html", ALIGNED):
        if table := next((node for node in nodes.elements(block) if node["t"] == "Table"), None):
            found[block["c"][0][0]] = table
    printed = dict(zip(found, _printed(found), strict=True))
    files.write_text(build / KEPT, json.dumps({label: vars(Table(found[label], printed[label])) for label in found}))


def _printed(tables: dict[str, Node]) -> list[list[str]]:
    """Each table as Typst, before its caption and behind it."""
    blocks: list[Node] = []
    for label, table in tables.items():
        (_, classes, _), _, *rest = table["c"]
        caption = [None, [nodes.plain({"t": "Str", "c": HOLE})]]
        blocks += [{"t": "Table", "c": [nodes.attr(label, *classes), caption, *rest]}, nodes.raw("typst", BETWEEN)]
    typst = nodes.pandoc(nodes.document(blocks, {}), "--from", "json", "--to", "typst", "--lua-filter", str(ALIGNED))
    return [text.strip("\n").split(HOLE) for text in typst.split(BETWEEN)[:-1]]


def read(build: Path) -> dict[str, Table]:
    """Label → table, as kept."""
    held = json.loads((build / KEPT).read_text(encoding="utf-8"))
    return {label: Table(**table) for label, table in held.items()}
