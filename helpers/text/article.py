"""The article as both formats start from it: values in place, words chosen by the filter, labels numbered.

The build reads it once, when it binds the text, and leaves it for the publishers.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers import files, paths
from helpers.text import names, nodes, sources
from helpers.text.faults import Fault, PublishError
from helpers.text.nodes import Node, attr, div, plain, words
from helpers.text.sources import CODE, SHORTCODE, Line, Sources

FILE, LABELS = "article.json", "labels.json"
"""Where the build leaves it, and what the report calls its labels by themselves: they change less often than it."""
FILTER = paths.REPORT / "filters" / "words.lua"
PLACED = re.compile(SHORTCODE.pattern + r'|\b(?:if|unless|each)="[^"]*"')
"""What is put in place, and conditions, which carry their place along."""
ATTRIBUTE = re.compile(r'\.([\w-]+)|([\w-]+="[^"]*")')
BRACKETS = re.compile(
    rf"(?P<code>{CODE.pattern})|<span [^>]*>|\\.|^\|[^\n]*|(?P<end>\n[ \t]*\n)|(?P<open>\[)"
    rf"|\](?:\{{(?P<given>(?:[ ]*(?:{ATTRIBUTE.pattern}))+)\}})?",
    re.MULTILINE | re.DOTALL,
)
"""Brackets with attributes, and where none are looked for: code, tags, rows of tables, whose length means something."""
KEY = re.compile(r"(?<!\w)@([\w:.#$%&+?~/-]*\w)$")
"""A reference just before brackets, whose name would take in the tag."""
TOKEN = re.compile("\ue000(\\d+)\ue001")
"""Stands for an embedded cell: private characters, which no Markdown rule touches."""
REFERENCE = re.compile(r"(?:fig|tbl|sec)-[\w-]+")
EXHIBIT = re.compile(r"(?:fig|tbl)-[\w-]+")
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
    """The article as read. embeds: what its tokens stand for, withheld ones included."""

    report: Sources
    blocks: list[Node]
    embeds: list[Embed]

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


def read(report: Sources, values: dict[str, str], about: dict[str, Any], more: Iterable[Line] = ()) -> Article:
    """Read the article. Values and metadata are Markdown and go in before it is parsed, as Quarto does it.

    values: address → what stands for it. about: the report's metadata, findings and lists among them. more: lines after
    the report's, whose blocks come last. Raises PublishError for metadata and shortcodes that there are not.
    """
    faults: list[Fault] = []
    embeds: list[Embed] = []

    def placed(line: Line) -> str:
        def shown(found: re.Match) -> str:
            kind, argument = found[1], found[2]
            is_code = not line.prose[found.start() : found.end()].strip()
            if kind is None:
                return found[0] if is_code else f'{found[0]} at="{line.where}"'
            if kind == "embed":
                path, _, label = argument.partition("#")
                embeds.append(Embed(path, label, line.where))
                return f"\ue000{len(embeds) - 1}\ue001"
            text = values[argument] if kind == "var" else about.get(argument) if kind == "meta" else None
            if not isinstance(text, str):
                faults.append(_unknown(line.where, kind, argument))
                return ""
            return (
                names.plain(VALUE.sub(r"\1", text))
                if is_code
                else text.replace("{.unknown}", f'{{.unknown at="{line.where}" address="{argument}"}}')
            )

        return PLACED.sub(shown, line.text)

    text = Sources([Line(line.where, placed(line), "") for line in (*report.lines, *more)]).text
    if faults:
        raise PublishError(faults)
    told: dict[str, Any] = {key: about[key] for key in ("findings", "lists") if key in about}
    blocks = nodes.parse(spans(text), "markdown", FILTER, told)
    return Article(report, nodes.rewrite(blocks, {"Div": _callout}), embeds)


def write(article: Article, build: Path) -> None:
    """Leave the article, and what it calls its labels, for the publishers."""
    held = {"blocks": article.blocks, "embeds": [vars(embed) for embed in article.embeds]}
    files.write_text(build / FILE, json.dumps(held))
    files.write_json(build / LABELS, article.named)


def load(root: Path, build: Path) -> Article:
    """The article as the build left it."""
    held = json.loads((build / FILE).read_text(encoding="utf-8"))
    return Article(sources.read(root), held["blocks"], [Embed(**embed) for embed in held["embeds"]])


def spans(text: str) -> str:
    """Markdown with `<span class="x" if="y">…</span>` for `[…]{.x if="y"}`, which says the same: pandoc reads brackets
    within brackets again and again."""
    parts: list[str] = []
    waiting: list[int] = []
    last = 0
    for found in BRACKETS.finditer(text):
        parts.append(text[last : found.start()])
        last = found.end()
        if found["end"]:
            waiting.clear()
        elif found["open"]:
            waiting.append(len(parts))
        elif found[0][0] == "]" and waiting:
            opened = waiting.pop()
            if given := found["given"]:
                told = ATTRIBUTE.findall(given)
                classes = " ".join(name for name, _ in told if name)
                pairs = [f'class="{classes}"'] * bool(classes) + [pair for _, pair in told if pair]
                parts[opened - 1] = KEY.sub(r"@{\1}", parts[opened - 1])
                parts[opened] = f"<span {' '.join(pairs)}>"
                parts.append("</span>")
                continue
        parts.append(found[0])
    return "".join([*parts, text[last:]])


def _unknown(where: str, kind: str, argument: str) -> Fault:
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
