"""The article as both formats start from it: values in place, words chosen by the filter, labels numbered."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.text import names, nodes, sources
from helpers.text.faults import Fault
from helpers.text.nodes import Node, attr, div, plain, words
from helpers.text.sources import SHORTCODE, Line, Sources

WORDS = "report/filters/words.lua"
TOKEN = re.compile("\ue000(\\d+)\ue001")
"""Stands for an embedded cell: private characters, which no Markdown rule touches."""
REFERENCE = re.compile(r"(?:fig|tbl|sec)-[\w-]+")
VALUE = re.compile(r"<span [^>]*>(.*)</span>")
"""A value that knows its origin, as Markdown."""
KINDS = {"fig": "Figure", "tbl": "Table", "sec": "Section"}
APPENDIX = "Appendix"
CALLOUTS = ("note", "tip", "important", "caution", "warning")
SPACE = "\u00a0"


@dataclass(frozen=True)
class Embed:
    """A cell that the article embeds. path: of its notebook, as the article names it."""

    path: str
    label: str
    where: str


@dataclass(frozen=True)
class Article:
    """The article as read. embeds: what its tokens stand for, withheld ones included. faults: of its shortcodes."""

    report: Sources
    blocks: list[Node]
    embeds: list[Embed]
    faults: list[Fault]

    @cached_property
    def shown(self) -> dict[str, Embed]:
        """Label of each embedded cell that is shown → the cell."""
        found = [self.embedded(node) for node in nodes.elements(self.blocks)]
        return {embed.label: embed for embed in found if embed}

    @cached_property
    def labels(self) -> list[tuple[str, int]]:
        """Label of each numbered section, figure and table in order, with the level of a heading that is counted."""
        found = []
        for node in nodes.elements(self.blocks):
            if node["t"] == "Header":
                level, (identifier, classes, _), _ = node["c"]
                if identifier in self.lettered:
                    found.append((identifier, 0))
                elif "unnumbered" not in classes:
                    found.append((identifier, level))
            elif node["t"] == "Table":
                found.append((node["c"][0][0], 0))
            elif embed := self.embedded(node):
                found.append((embed.label, 0))
        return found

    @cached_property
    def lettered(self) -> dict[str, str]:
        """Label of each section of an appendix → its number, which the filter gives and shows: "C.1"."""
        headings = [node["c"][1] for node in nodes.elements(self.blocks) if node["t"] == "Header"]
        return {identifier: dict(pairs)["number"] for identifier, _, pairs in headings if "number" in dict(pairs)}

    @cached_property
    def numbers(self) -> dict[str, str]:
        """The number of every section, figure and table."""
        numbers = dict(self.lettered)
        depth: list[int] = []
        count = dict.fromkeys(KINDS, 0)
        for label, level in self.labels:
            kind = label.partition("-")[0]
            if level:
                depth = [*depth, *[0] * level][:level]
                depth[-1] += 1
                numbers[label] = ".".join(map(str, depth))
            elif kind in count and label not in numbers:
                count[kind] += 1
                numbers[label] = str(count[kind])
        return numbers

    @cached_property
    def named(self) -> dict[str, str]:
        """What the report calls what can be referred to: label → "Figure 1"."""
        return {
            label: f"{APPENDIX if label in self.lettered else KINDS[label.partition('-')[0]]}{SPACE}{number}"
            for label, number in self.numbers.items()
            if REFERENCE.fullmatch(label)
        }

    def embedded(self, node: Node) -> Embed | None:
        """The cell that a paragraph embeds; None for any other element."""
        if node["t"] != "Para" or len(node["c"]) != 1 or node["c"][0]["t"] != "Str":
            return None
        token = TOKEN.fullmatch(node["c"][0]["c"])
        return self.embeds[int(token[1])] if token else None


def read(root: Path, about: dict[str, Any]) -> Article:
    """Read the article. Values and metadata are Markdown and go in before it is parsed, as Quarto does it.

    about: the report's metadata, findings and lists among them. What is wrong with includes and shortcodes is in the
    article's faults.
    """
    report = sources.read(root)
    known = {"var": sources.variables(root), "meta": about}
    faults, embeds = list(report.faults), []

    def placed(line: Line) -> str:
        def shown(code: re.Match) -> str:
            kind, argument = code[1], code[2]
            if kind == "embed":
                path, _, label = argument.partition("#")
                embeds.append(Embed(path, label, line.where))
                return f"\ue000{len(embeds) - 1}\ue001"
            text = known.get(kind, {}).get(argument)
            if not isinstance(text, str):
                faults.append(_unknown(line.where, kind, argument))
                return ""
            is_code = not line.prose[code.start() : code.end()].strip()
            return names.plain(VALUE.sub(r"\1", text)) if is_code else text

        return SHORTCODE.sub(shown, line.text)

    text = Sources([Line(line.where, placed(line), "") for line in report.lines]).text
    told: dict[str, Any] = {key: about[key] for key in ("findings", "lists") if key in about}
    blocks = nodes.parse(text, "markdown", root / WORDS, told)
    return Article(report, nodes.rewrite(blocks, {"Div": _callout}), embeds, faults)


def _unknown(where: str, kind: str, argument: str) -> Fault:
    if kind == "var":
        return Fault(where, f"`{argument}` has no value", "run `atom build`, or mend the address")
    if kind == "meta":
        return Fault(where, f"the metadata have no text `{argument}`", "add it or mend the name")
    return Fault(where, f"shortcode `{kind}` is not understood here", "use var, meta, embed, or include on its own")


def _callout(node: Node) -> list[Node] | None:
    """A callout as one kind of box with a title, its first heading or else its kind; None for any other element."""
    (identifier, classes, _), body = node["c"]
    kind = next((kind for kind in CALLOUTS if f"callout-{kind}" in classes), None)
    if not kind:
        return None
    title = words(kind.title())
    if body and body[0]["t"] == "Header":
        title, body = body[0]["c"][2], body[1:]
    heading = div(attr("", "callout-title"), [plain(*title)])
    return [div(attr(identifier, "callout", f"callout-{kind}", role="note"), [heading, *body])]
