"""Who is counted for whom: a page of all tracked models and all makers, beside the files that hold them."""

import csv
from html import escape
from pathlib import Path
from urllib.parse import quote

from helpers import files, registry
from helpers.publish import beside, explorer
from helpers.publish.report import Built
from helpers.text import nodes, show
from helpers.text.nodes import Node

FOLDER = "models"
DATA = {name: f"clean/figures/{name}.csv" for name in ("models", "makers")}
"""CSV files that the build has. In the page's text an empty box of that name stands where its table goes."""


def write(built: Built, site: Path) -> None:
    """Write models/index.html of the CSV files that 02_clean made; without them there is no page."""
    tables = {name: built.build / path for name, path in DATA.items()}
    if not all(path.is_file() for path in tables.values()):
        return
    title, text = beside.text(built.root / "report" / FOLDER / "page.md")
    looked_up = (built.build / explorer.DATA).is_file()

    def filled(node: Node) -> list[Node] | None:
        name = node["c"][0][0]
        return [_table(tables[name], looked_up)] if name in tables else None

    blocks = nodes.rewrite(text, {"Div": filled})
    page = beside.frame(title, blocks, built.root, built.about, scripts=[beside.ROWS])
    files.write_text(site / FOLDER / "index.html", page)


def _table(path: Path, looked_up: bool) -> Node:
    """The rows of a file, as HTML of our own: pandoc's would be three times as long. looked_up: whether there is a page
    on which a model can be looked up."""
    told = show.heads(path.stem)
    with path.open(encoding="utf-8", newline="") as stream:
        columns, *rows = csv.reader(stream)
    numeric = {
        column for column, texts in zip(columns, zip(*rows, strict=True), strict=False) if all(map(_number, texts))
    }
    sides = [' class="number"' if column in numeric else "" for column in columns]
    heads = "".join(f"<th{side}>{escape(told[column])}</th>" for column, side in zip(columns, sides, strict=True))
    lines = []
    for row in rows:
        first, *others = (_shown(column, text) for column, text in zip(columns, row, strict=True))
        if looked_up and path.stem == FOLDER:
            first = f'<a href="../{explorer.FOLDER}/index.html#{quote(row[0])}">{first}</a>'
        cells = "".join(f"<td{side}>{cell}</td>" for cell, side in zip(others, sides[1:], strict=True))
        lines.append(f"<tr><th>{first}</th>{cells}</tr>")
    box = f'<figure class="exhibit tabular"><div class="table-box" tabindex="0" role="region" aria-label="{path.name}">'
    table = f'<table class="wide"><thead><tr>{heads}</tr></thead>\n<tbody>\n' + "\n".join(lines) + "\n</tbody></table>"
    return nodes.raw("html", f"{box}{table}</div></figure>")


def _number(text: str) -> bool:
    return not text or text.replace(".", "", 1).isdigit()


def _shown(column: str, text: str) -> str:
    """A cell as HTML: regions by their names, whole numbers without a decimal."""
    text = registry.REGION_LABELS.get(text, text) if column == "region" else text
    return escape(text.removesuffix(".0") if _number(text) else text, False)
