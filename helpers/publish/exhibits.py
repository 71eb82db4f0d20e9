"""The figures and tables that the report embeds from executed notebooks, ready for either format."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from helpers import paths
from helpers.publish.notebooks import Cell, Notebook
from helpers.text import nodes
from helpers.text.article import Embed
from helpers.text.faults import refuse
from helpers.text.nodes import Node

TABLES = paths.REPORT / "filters" / "tables.lua"
FILES = {"csv": "Data (CSV)", "svg": "SVG", "png": "PNG"}
"""Kinds of files of a figure, as readers are offered them."""


CITE = '<details class="cite"><summary>Cite</summary></details>'
"""Where the page's script says how to cite the figure or table."""
ROOM = re.compile(r'"room":\[(\d+),(\d+)\]')


@dataclass(frozen=True)
class Exhibit:
    """One embedded cell. caption: inline elements. A figure has a picture and alt text, a table a table. published: its
    files in figures/, by suffix. room: the height that
    its chart for the page needs, wide and narrow; empty without one."""

    label: str
    notebook: Notebook
    caption: list[Node]
    alt: str = ""
    picture: tuple[str, bytes] = ("", b"")
    table: Node | None = None
    published: tuple[str, ...] = ()
    room: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Where its picture lies, beside the article."""
        return f"index_files/{self.label}{self.picture[0]}"

    @property
    def links(self) -> str:
        """The line under it on the report's page: its data, its files, and the cell that it comes from."""
        told = {kind: f'<a href="../figures/{self.label}.{kind}">{text}</a>' for kind, text in FILES.items()}
        told["csv"] += f' (<a href="../figures/index.html#{self.label}">columns</a>)'
        source = (
            f'<a href="../{self.notebook.preview}#cell-{self.label}">Source: {escape(self.notebook.title, False)}</a>'
        )
        link = f'<a href="#{self.label}">Link</a>'
        chart = f' data-chart="../figures/{self.label}.js"' if self.room else ""
        offered = [*(told[kind] for kind in self.published), source, link, CITE]
        return f'<div class="figure-links"{chart}>{" · ".join(offered)}</div>'


def collect(embeds: Iterable[Embed], executed: dict[str, Notebook], build: Path) -> dict[str, Exhibit]:
    """The exhibits behind embedded cells, by label.

    The cells have passed `precheck.preflight`. All captions are parsed together and so are all tables: starting
    pandoc is what takes time.
    """
    found: list[tuple[str, Notebook, Cell]] = []
    for embed in embeds:
        notebook = executed[Path(embed.path).stem]
        found.append((embed.label, notebook, notebook.labelled[embed.label]))
    captions = _captions([cell.options[f"{label[:3]}-cap"] for label, _, cell in found])
    tables = _tables({label: cell.table() or "" for label, _, cell in found if label.startswith("tbl-")})
    places, exhibits = folders(build), {}
    for (label, notebook, cell), caption in zip(found, captions, strict=True):
        kept = {path.suffix[1:]: path for folder in places for path in folder.glob(f"{label}.*")}
        room = ROOM.search(kept["js"].read_text(encoding="utf-8")) if "js" in kept else None
        published = tuple(kind for kind in FILES if kind in kept)
        alt = " ".join(cell.options.get("fig-alt", "").split())
        picture = ("", b"") if label in tables else cell.picture() or ("", b"")
        exhibits[label] = Exhibit(
            label, notebook, caption, alt, picture, tables.get(label), published, room.groups() if room else ()
        )
    return exhibits


def folders(build: Path) -> list[Path]:
    """Where the build keeps the files of its figures, a folder a stage: copies for readers and for Quarto are none."""
    return [folder for folder in sorted(build.glob("*/figures")) if folder.parent.name not in ("site", "quarto")]


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
    """The table in each HTML text, aligned."""
    html = "\n".join(f'<div id="{label}">{text}</div>' for label, text in texts.items())
    tables = {}
    for block in nodes.parse(html, "html", TABLES) if texts else []:
        label = block["c"][0][0]
        table = next((node for node in nodes.elements(block) if node["t"] == "Table"), None)
        if table is None:
            raise refuse("a notebook", f"the HTML that cell {label} shows holds no table", "end the cell in a table")
        tables[label] = table
    return tables
