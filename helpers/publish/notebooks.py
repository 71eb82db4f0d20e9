"""Executed notebooks as the publishers see them: titles, labelled cells, and what the cells show."""

import base64
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from helpers.text import names
from helpers.text.sources import YAML

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
OPTION = re.compile(r"^#\| ?(.*)\n?", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell of an executed notebook. outputs: what each holds by type, see `data`. tags: as Jupyter keeps them."""

    kind: str
    source: str
    outputs: tuple[dict[str, str], ...] = ()
    tags: tuple[str, ...] = ()

    @cached_property
    def options(self) -> dict[str, str]:
        """The cell's options: its leading `#| key: value` lines, read as YAML."""
        lines = OPTION.findall(self.source) if self.kind == "code" else []
        return yaml.load("\n".join(lines), YAML) or {}

    @property
    def label(self) -> str | None:
        return self.options.get("label")

    @property
    def code(self) -> str:
        """The source without its option lines."""
        return OPTION.sub("", self.source).strip("\n")

    def picture(self) -> tuple[str, bytes] | None:
        """The first picture that the cell shows, vector before raster: file suffix and content."""
        shown = [picture(output) for output in self.outputs]
        return next(filter(None, shown), None)

    def table(self) -> str | None:
        """The first HTML output of the cell."""
        shown = (output.get("text/html") for output in self.outputs)
        return next((html for html in shown if html), None)


@dataclass(frozen=True)
class Notebook:
    """An executed notebook."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        return self.path.stem

    @cached_property
    def title(self) -> str:
        """The text of the first heading, or the name where there is none."""
        for cell in self.cells:
            if cell.kind == "markdown" and (
                heading := re.search(r"^#+\s+(.+?)\s*(?:\{.*\})?$", cell.source, re.MULTILINE)
            ):
                return re.sub(r"[`*]", "", heading[1])
        return self.name

    @cached_property
    def labelled(self) -> dict[str, Cell]:
        """Label → cell."""
        return {cell.label: cell for cell in self.cells if cell.label}

    @property
    def page(self) -> str:
        """The name of its page."""
        return f"{self.name}-preview.html"

    @property
    def preview(self) -> str:
        """The address of its page in the site."""
        return f"build/notebooks/{self.page}"


def read(path: Path) -> Notebook:
    """Read the executed notebook at `path`."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return Notebook(
        path,
        tuple(
            Cell(
                cell["cell_type"],
                "".join(cell["source"]),
                tuple(map(data, cell.get("outputs", ()))),
                tuple(cell["metadata"].get("tags", ())),
            )
            for cell in cells
        ),
    )


def read_all(build: Path) -> dict[str, Notebook]:
    """Every executed notebook of the build by name, in order."""
    return {path.stem: read(path) for path in sorted((build / "notebooks").glob("*.ipynb"))}


def data(output: dict[str, Any]) -> dict[str, str]:
    """An output's content by type, each as one text without colours; a stream is plain text."""
    if output["output_type"] == "stream":
        content = {"text/plain": output["text"]}
    elif output["output_type"] == "error":
        content = {"text/plain": "\n".join(output["traceback"])}
    else:
        content = {kind: said for kind, said in output.get("data", {}).items() if isinstance(said, str | list)}
    whole = {kind: "".join(said) for kind, said in content.items()}
    return {kind: names.legible(COLOUR.sub("", said)) if "text/" in kind else said for kind, said in whole.items()}


def picture(output: dict[str, str]) -> tuple[str, bytes] | None:
    """The picture of one output of a cell: file suffix and content."""
    if "image/svg+xml" in output:
        return ".svg", output["image/svg+xml"].encode()
    if "image/png" in output:
        return ".png", base64.b64decode(output["image/png"])
    return None


def sides(suffix: str, content: bytes) -> str:
    """Width and height of a picture as attributes, where it tells them: a page then does not jump while it loads."""
    if suffix == ".png":
        width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    else:
        root = re.search(rb"<svg[^>]*>", content)
        given = re.findall(rb'\s(?:width|height)="([\d.]+)(pt|px|)"', root[0]) if root else []
        if len(given) != 2:
            return ""
        width, height = (round(float(number) * (4 / 3 if unit == b"pt" else 1)) for number, unit in given)
    return f' width="{width}" height="{height}"'
