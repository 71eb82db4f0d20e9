"""What the columns of the published tables mean: a page and a README.md beside the figures' files."""

import csv
from collections.abc import Set
from pathlib import Path
from typing import Any

from helpers import files
from helpers.publish import beside, exhibits, terms
from helpers.publish.report import Built
from helpers.text import nodes
from helpers.text.addresses import QUOTED
from helpers.text.faults import Fault, PublishError
from helpers.text.nodes import raw

CODEBOOK = "data/codebook.csv"
"""One row for each meaning: column, unit, files (the published CSV files, without .csv, and the quoted tables that have
such a column), heading, meaning."""
TITLE = "What the columns mean"
INTRODUCTION = """\
The CSV files of this folder hold what the report's figures show, and the ledger. They are in UTF-8 and have a header.
Dates are UTC days, written YYYY-MM-DD. An empty cell is unknown, never zero. A text that a spreadsheet would run as a
formula has an apostrophe before it.
"""


def write(built: Built, site: Path) -> None:
    """Write figures/README.md and, for browsers, figures/index.html: every CSV file of the build, column by column.

    Raises PublishError for a column that the codebook does not describe, and for one that it describes and the file
    does not have; an edition need not have every file.
    """
    folder = site / "figures"
    held = (path for place in exhibits.folders(built.build) for path in place.glob("*.csv"))
    tables = {path.stem: _header(path) for path in sorted(held, key=lambda path: path.name)}
    if not tables:
        return
    meanings = read(built.root / CODEBOOK)
    cells = (cell for notebook in built.executed.values() for cell in notebook.cells)
    quoted = {name for cell in cells for name in QUOTED.findall(cell.source)}
    if found := misfits(tables, meanings, quoted):
        raise PublishError(found)
    allowed = terms.of_files(built, list(tables))
    parts = [_described(n, tables[n], meanings[n], _origin(n, built), allowed[n]) for n in tables]
    label = built.about["data-label"]
    files.write_text(folder / "README.md", "\n".join([f"# {TITLE}\n\n{label}\n", INTRODUCTION, *parts]))
    described = nodes.parse("\n".join([INTRODUCTION, *parts]), "gfm")
    files.write_text(folder / "index.html", page(TITLE, described, built.root, built.about))


def read(path: Path) -> dict[str, dict[str, tuple[str, str]]]:
    """The codebook: file or quoted table → column → (unit, meaning).

    Raises PublishError where a column is described twice.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), 1):
            for name in row["files"].split():
                if row["column"] in found.setdefault(name, {}):
                    what = f"row {number} describes {row['column']} of {name} again"
                    raise PublishError([Fault(CODEBOOK, what, "keep one of the two")])
                found[name][row["column"]] = (row["unit"], row["meaning"])
    return found


def misfits(
    tables: dict[str, list[str]], meanings: dict[str, dict[str, tuple[str, str]]], quoted: Set[str] = frozenset()
) -> list[Fault]:
    """Columns without a meaning, and meanings without a column, of the files in `tables` (name → its columns).

    quoted: names of quoted tables; where a file has the same name, a meaning may be the table's.
    """
    found = []
    for name, columns in tables.items():
        known = meanings.get(name, {})
        for column in columns:
            if column not in known:
                found.append(Fault(f"figures/{name}.csv", f"column {column} has no meaning", f"add it to {CODEBOOK}"))
        for column in known if name not in quoted else ():
            if column not in columns:
                found.append(Fault(CODEBOOK, f"{name} has no column {column}", "take the name out of the row's files"))
    return found


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def _origin(name: str, built: Built) -> str:
    """Where a figure's table is shown and where it was made, as links from the folder of the figures."""
    told = [f"[{built.named[name]}](../report/index.html#{name}) of the report"] if name in built.named else []
    made = (notebook for notebook in built.executed.values() if name in notebook.labelled)
    told += [f"made by [{notebook.name}](../{notebook.preview}#cell-{name})" for notebook in made]
    return ", ".join(told)


def _described(
    name: str, columns: list[str], meanings: dict[str, tuple[str, str]], origin: str, row: terms.Terms
) -> str:
    """The section of one file."""
    lines = [f"## {name}.csv", "", f"[{name}.csv]({name}.csv)" + (f": {origin}." if origin else ""), ""]
    lines += [f"Licence: [{row.licence}]({row.address}). {row.terms}", ""]
    lines += ["| column | unit | meaning |", "|---|---|---|"]
    lines += [f"| `{column}` | {meanings[column][0]} | {meanings[column][1]} |" for column in columns]
    return "\n".join([*lines, ""])


def page(title: str, blocks: list[nodes.Node], root: Path, about: dict[str, Any]) -> str:
    """The blocks as a page of this folder: sections have their heading as label, tables a box in which they scroll."""

    def labelled(node: nodes.Node) -> list[nodes.Node]:
        level, _, shown = node["c"]
        return [{"t": "Header", "c": [level, nodes.attr(nodes.text_of(shown).removesuffix(".csv")), shown]}]

    def boxed(node: nodes.Node) -> list[nodes.Node]:
        return [raw("html", '<div class="table-box" tabindex="0">'), node, raw("html", "</div>")]

    return beside.frame(title, nodes.rewrite(blocks, {"Header": labelled, "Table": boxed}), root, about)
