"""Captions and alt texts: options of cells, which ask for numbers as the report's text does.

They are filled after all notebooks have run, in a copy, since a caption may ask for what another notebook quotes. Each
sentence is a passage of its own: one that needs what is not known is left out.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers import files
from helpers.text import names, nodes
from helpers.text.asked import unasked
from helpers.text.faults import Fault, refuse
from helpers.text.sources import Line

TABLES = "tables.html"
"""Where the build keeps the tables that notebooks show: a Div for each, by label."""
TEXTS = ("fig-cap", "fig-alt", "tbl-cap")
OPTIONS = re.compile(r"\A(?:#\|[^\n]*(?:\n|\Z))+")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[{“\"])")
MATHS = re.compile(r"\$[^$]+\$")
STRAY = re.compile(r"\{\{[^{}]*\}*|\{[\w.:-]+\}")
YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Caption:
    """A caption or alt text of a cell. where: "notebooks/03_regional.ipynb, cell fig-downloads, fig-cap, line 2"."""

    notebook: str
    cell: int
    option: str
    text: str
    where: str

    @property
    def line(self) -> Line:
        """As the scanners of text read it."""
        return Line(self.where, self.text, self.text)

    def lines(self, number: int) -> list[Line]:
        """Its sentences, each a passage, in a Div of this number, as lines of the report."""
        sentences = SENTENCE.split(" ".join(self.text.split()))
        passages = " ".join(f"[{sentence}]{{.passage}}" for sentence in sentences)
        fences = (Line("", fence, "") for fence in (f"\n::: {{#caption-{number}}}", ":::"))
        return [next(fences), Line(self.where, passages, passages), *fences]


def options(source: str, where: str) -> dict[str, Any]:
    """The `#|` options at the head of a cell. Raises PublishError where they are no YAML."""
    head = OPTIONS.match(source)
    try:
        return (yaml.load(re.sub(r"(?m)^#\| ?", "", head[0]), YAML) if head else None) or {}
    except yaml.YAMLError as error:
        raise refuse(where, f"the `#|` lines are no YAML: {error}", "quote the text") from None


def of(notebook: Path) -> list[Caption]:
    """The captions and alt texts of a notebook that hold braces: all that ask for something, and what is mistyped."""
    found = []
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        source = "".join(cell["source"])
        head = OPTIONS.match(source)
        if cell["cell_type"] != "code" or not head:
            continue
        where = f"notebooks/{notebook.name}, cell {number + 1}"
        given = options(source, where)
        where = f"notebooks/{notebook.name}, cell {given.get('label', number + 1)}"
        for option in TEXTS:
            if "{" in (text := str(given.get(option, ""))):
                line = 1 + next(n for n, line in enumerate(head[0].splitlines()) if line.startswith(f"#| {option}"))
                found.append(Caption(notebook.stem, number, option, text, f"{where}, {option}, line {line}"))
    return found


def faults(captions: list[Caption]) -> list[Fault]:
    """What stands in braces and asks for nothing, so that readers would see it as it stands."""
    return [
        Fault(
            caption.where, f"`{name}` asks for nothing", "write {{< var table.key.column >}}, or $…$ around a formula"
        )
        for caption in captions
        for name in STRAY.findall(MATHS.sub("", unasked(caption.text)))
    ]


def filled(captions: list[Caption], blocks: list[nodes.Node]) -> dict[Caption, str]:
    """What each caption says: Markdown, and plain text for an alt text.

    blocks: a Div for each, after the filter has been over them.
    """
    inlines = [block["c"][1][0]["c"] if block["c"][1] else [] for block in blocks]
    document = nodes.document([{"t": "Para", "c": shown or [{"t": "Str", "c": "-"}]} for shown in inlines], {})
    # not […]{…} for spans: pandoc does not write every bracket in them so that it reads it as one again
    form = "markdown-bracketed_spans"
    texts = nodes.pandoc(document, "--from", "json", "--to", form).strip().split("\n\n") if captions else []
    told = {}
    for caption, text, shown in zip(captions, texts, inlines, strict=True):
        words = nodes.text_of(shown) if caption.option == "fig-alt" else text if nodes.text_of(shown).strip() else ""
        told[caption] = " ".join(words.split())
    return told


def tables(notebook: Path) -> str:
    """The tables that an executed notebook shows, as TABLES has them; empty for a cell that shows none."""
    found = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        label = str(options("".join(cell["source"]), notebook.name).get("label", ""))
        if label.startswith("tbl-"):
            shown = ("".join(output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", []))
            found.append(f'<div id="{label}">{names.legible(next(filter(None, shown), ""))}</div>\n')
    return "".join(found)


def write(source: Path, target: Path, told: dict[Caption, str]) -> None:
    """Copy an executed notebook with its captions filled in."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    for number, cell in enumerate(notebook["cells"]):
        ours = {
            caption.option: text
            for caption, text in told.items()
            if (caption.notebook, caption.cell) == (source.stem, number)
        }
        if ours:
            text = "".join(cell["source"])
            given = options(text, source.name) | ours
            lines = [
                f"#| {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in given.items() if value != ""
            ]
            cell["source"] = "".join(lines) + OPTIONS.sub("", text, count=1)
        if cell.get("outputs") == []:
            # Quarto refuses to embed a cell that shows nothing, even within a passage that is withheld
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ""}]
    files.write_text(target, json.dumps(notebook, ensure_ascii=False) + "\n")
