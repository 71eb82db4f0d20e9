"""The figures and tables that the report embeds from executed notebooks, ready for either format."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from helpers.publish import tables
from helpers.publish.notebooks import Cell, Notebook
from helpers.publish.tables import Table
from helpers.text import nodes
from helpers.text.article import Embed
from helpers.text.faults import refuse
from helpers.text.nodes import Node

COPIES = ("pages", "site", "quarto")
"""Folders of the build that hold a copy of the figures' files."""
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
    table: Table | None = None
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

    The cells have passed `precheck.preflight`, and their tables were kept (helpers.publish.tables). All captions are
    parsed together: starting pandoc is what takes time.
    """
    found: list[tuple[str, Notebook, Cell]] = []
    for embed in embeds:
        notebook = executed[Path(embed.path).stem]
        found.append((embed.label, notebook, notebook.labelled[embed.label]))
    captions = _captions([cell.options[f"{label[:3]}-cap"] for label, _, cell in found])
    held = tables.read(build)
    shown = {label: _table(label, held) for label, _, _ in found if label.startswith("tbl-")}
    places, exhibits = folders(build), {}
    for (label, notebook, cell), caption in zip(found, captions, strict=True):
        kept = {path.suffix[1:]: path for folder in places for path in folder.glob(f"{label}.*")}
        room = ROOM.search(kept["js"].read_text(encoding="utf-8")) if "js" in kept else None
        published = tuple(kind for kind in FILES if kind in kept)
        alt = " ".join(cell.options.get("fig-alt", "").split())
        picture = ("", b"") if label in shown else cell.picture() or ("", b"")
        exhibits[label] = Exhibit(
            label, notebook, caption, alt, picture, shown.get(label), published, room.groups() if room else ()
        )
    return exhibits


def folders(build: Path) -> list[Path]:
    """Where the build keeps the files of its figures, a folder a stage; COPIES are none."""
    return [folder for folder in sorted(build.glob("*/figures")) if folder.parent.name not in COPIES]


def _captions(texts: list[str]) -> list[list[Node]]:
    """The inline elements of each caption, which is Markdown of one paragraph."""
    blocks = nodes.parse("\n\n".join(" ".join(text.split()) for text in texts), "markdown") if texts else []
    for text, block in zip(texts, blocks, strict=False):
        if block["t"] != "Para":
            raise refuse(
                "a notebook", f"the caption “{text}” is no plain paragraph", "write it as one sentence or more"
            )
    return [block["c"] for block in blocks]


def _table(label: str, held: dict[str, Table]) -> Table:
    if label not in held:
        raise refuse("a notebook", f"the HTML that cell {label} shows holds no table", "end the cell in a table")
    return held[label]
