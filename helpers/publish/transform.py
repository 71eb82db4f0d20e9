"""From the article as pandoc reads it to the article as each format shows it: what pandoc itself does not know.

Values and metadata, conditional content, callouts, embedded figures and tables, their numbers, and references to them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from helpers.publish import widths
from helpers.publish.exhibits import Exhibit
from helpers.publish.notebooks import size
from helpers.text import nodes
from helpers.text.faults import refuse
from helpers.text.nodes import Node, attr, div, link, plain, raw, span, words
from helpers.text.sources import REFERENCE, SHORTCODE

TOKEN = re.compile("\ue000([^\ue001]*)\ue001")
"""A shortcode's number while pandoc reads the article: private characters, which no Markdown rule touches."""
EQUATION = re.compile(r"\{#(eq-[\w-]+)\}")
NAMES = {"fig": "Figure", "tbl": "Table", "sec": "Section", "eq": "Equation"}
CALLOUTS = ("note", "tip", "important", "caution", "warning")
SPACE = "\u00a0"


@dataclass(frozen=True)
class Article:
    """The article as read. embeds: number of a shortcode → label of the cell it embeds."""

    blocks: list[Node]
    exhibits: dict[str, Exhibit]
    embeds: dict[str, str]


@dataclass(frozen=True)
class Target:
    """What the elements need to know of the whole: the format ("html" or "typst"), the article, all numbers."""

    form: str
    article: Article
    numbers: dict[str, str]

    def named(self, label: str) -> str:
        """ "Figure 1" for fig-downloads."""
        return _name(label, self.numbers[label])


def read(text: str, values: Callable[[str, str], str | None], exhibits: dict[str, Exhibit]) -> Article:
    """The article with its values filled in; `values` gives the text for a shortcode, or None for an embed.

    They go in after parsing, so that no character of a value is taken for Markdown.
    """
    codes: list[tuple[str, str]] = []

    def numbered(match: re.Match) -> str:
        codes.append((match[1], match[2]))
        return f"\ue000{len(codes) - 1}\ue001"

    blocks = nodes.parse(SHORTCODE.sub(numbered, text), "markdown")
    texts = {str(number): values(*code) for number, code in enumerate(codes)}
    embeds = {number: codes[int(number)][1].partition("#")[2] for number, value in texts.items() if value is None}

    def filled(string: str) -> str:
        return TOKEN.sub(lambda token: texts[token[1]] or token[0], string)

    def typographic(node: Node) -> list[Node] | None:
        return words(filled(node["c"]).replace("'", "’")) if TOKEN.search(node["c"]) else None

    return Article(nodes.strings(nodes.rewrite(blocks, {"Str": typographic}), filled), exhibits, embeds)


def transform(article: Article, form: str) -> list[Node]:
    """The blocks of the article for one format. Raises PublishError for a reference that leads nowhere."""
    blocks = _shown(article, form)
    target = Target(form, article, _numbers(blocks, article))
    changes = {
        "Cite": lambda node: _reference(node, target),
        "Image": _image,
        "Table": lambda node: _table(node, _label(node, article), None, target),
        "Figure": lambda node: _own_figure(node, target),
        "Para": lambda node: _paragraph(node, target),
    }
    return nodes.rewrite(blocks, changes | ({"Header": lambda node: _heading(node, target)} if form == "html" else {}))


def names(article: Article) -> dict[str, str]:
    """What the page calls each section, figure, table and equation: label → "Figure 1"."""
    numbers = _numbers(_shown(article, "html"), article)
    return {label: _name(label, number) for label, number in numbers.items() if REFERENCE.fullmatch(label)}


def _name(label: str, number: str) -> str:
    return f"{NAMES[label.partition('-')[0]]}{SPACE}{number}"


def _shown(article: Article, form: str) -> list[Node]:
    """The blocks that the format shows, callouts among them as it has them."""

    def box(node: Node) -> list[Node]:
        return [shown for kept in _conditional(node, form) for shown in _callout(kept, form)]

    return nodes.rewrite(article.blocks, {"Div": box, "Span": lambda node: _conditional(node, form)})


def _conditional(node: Node, form: str) -> list[Node]:
    """Content for one format only: {.content-visible when-format=…} and its three kin."""
    (identifier, classes, attributes), content = node["c"]
    if not {"content-visible", "content-hidden"} & set(classes):
        return [node]
    conditions = dict(attributes)
    if {"when-format", "unless-format"} & conditions.keys():  # metadata decided when the sources were read
        met = conditions.get("when-format", form) == form and conditions.get("unless-format") != form
        if met == ("content-hidden" in classes):
            return []
    kept = [name for name in classes if not name.startswith("content-")]
    if node["t"] == "Div" and not identifier and not kept:  # a box in which the PDF's figures could not move
        return content
    return [{"t": node["t"], "c": [[identifier, kept, []], content]}]


def _callout(node: Node, form: str) -> list[Node]:
    """A callout, its first heading being its title; any other element as it is."""
    kind = next((k for k in CALLOUTS if node["t"] == "Div" and f"callout-{k}" in node["c"][0][1]), None)
    if not kind:
        return [node]
    body = node["c"][1]
    title = words(kind.title())
    if body and body[0]["t"] == "Header":
        title, body = body[0]["c"][2], body[1:]
    if form == "html":
        heading = div(attr("", "callout-title"), [plain(*title)])
        return [div(attr(node["c"][0][0], "callout", f"callout-{kind}", role="note"), [heading, *body])]
    return [raw("typst", f'#callout(kind: "{kind}", title: ['), plain(*title), raw("typst", "], body: ["), *body,
            raw("typst", "])")]  # fmt: skip


def _numbers(blocks: list[Node], article: Article) -> dict[str, str]:
    """The number of every section, figure, table and equation, in reading order."""
    numbers: dict[str, str] = {}
    depth: list[int] = []
    count = dict.fromkeys(NAMES, 0)
    for node in nodes.elements(blocks):
        if node["t"] == "Header":
            level, (identifier, classes, _), _ = node["c"]
            if "unnumbered" not in classes:
                depth = [*depth, *[0] * level][:level]
                depth[-1] += 1
                numbers[identifier] = ".".join(map(str, depth))
        elif label := _label(node, article):
            kind = label.partition("-")[0]
            if kind in count:
                count[kind] += 1
                numbers[label] = str(count[kind])
    return numbers


def _label(node: Node, article: Article) -> str | None:
    """The label of a figure, table or equation; None for any other element."""
    if node["t"] in ("Figure", "Table"):
        return node["c"][0][0] or None
    if node["t"] != "Para":
        return None
    first, last = node["c"][0], node["c"][-1]
    if len(node["c"]) == 1 and first["t"] == "Str" and (token := TOKEN.fullmatch(first["c"])):
        return article.embeds[token[1]]
    if first["t"] == "Math" and last["t"] == "Str" and (equation := EQUATION.fullmatch(last["c"])):
        return equation[1]
    return None


def _paragraph(node: Node, target: Target) -> list[Node] | None:
    """The exhibit that a paragraph embeds, or its equation."""
    label = _label(node, target.article)
    if label in target.article.exhibits:
        exhibit = target.article.exhibits[label]
        shown = _tabular(exhibit, target) if exhibit.table else _figure(exhibit, target)
        # Captions come from notebooks and may cite and refer like the prose.
        return nodes.rewrite(shown, {"Cite": lambda inner: _reference(inner, target)})
    return _equation(node, label, target) if label else None


def _own_figure(node: Node, target: Target) -> list[Node] | None:
    """A figure of the prose's own, with its numbered caption."""
    attributes, (short, caption), content = node["c"]
    label = attributes[0]
    if label not in target.numbers:
        return None
    return [{"t": "Figure", "c": [attributes, [short, [plain(*_captioned(label, caption[0]["c"], target))]], content]}]


def _reference(node: Node, target: Target) -> list[Node] | None:
    """Cross-references as links with names and numbers; None for a citation of a work."""
    citations = node["c"][0]
    labels = [c["citationId"] for c in citations if REFERENCE.fullmatch(c["citationId"])]
    if not labels:
        return None
    lost = [label for label in labels if label not in target.numbers]
    if lost or len(labels) < len(citations):
        what = f"@{lost[0]} refers to nothing" if lost else f"@{labels[0]} shares its brackets with a citation"
        raise refuse("the report", what, "mend the label" if lost else "give each brackets of its own")
    shown: list[Node] = []
    for position, citation in enumerate(citations):
        label = citation["citationId"]
        bare = citation["citationMode"]["t"] == "SuppressAuthor"
        text = target.numbers[label] if bare else target.named(label)
        before = [{"t": "Str", "c": ","}, {"t": "Space"}] if position else []
        prefix = [*citation["citationPrefix"], {"t": "Space"}] if citation["citationPrefix"] else []
        shown += [*before, *prefix, link(f"#{label}", [{"t": "Str", "c": text}], "reference")]
        shown += citation["citationSuffix"]
    return shown


def _heading(node: Node, target: Target) -> list[Node]:
    """A heading one level down, below the page's title, with its number."""
    level, attributes, text = node["c"]
    number = target.numbers.get(attributes[0])
    shown = [span(attr("", "number"), words(number)), {"t": "Space"}] if number else []
    return [{"t": "Header", "c": [level + 1, attributes, [*shown, *text]]}]


def _captioned(label: str, caption: list[Node], target: Target) -> list[Node]:
    """A caption that starts with the name and number."""
    name = words(target.named(label) + ".")
    named = span(attr("", "number"), name) if target.form == "html" else {"t": "Strong", "c": name}
    return [named, {"t": "Space"}, *caption]


def _figure(exhibit: Exhibit, target: Target) -> list[Node]:
    """An embedded figure with its picture, its numbered caption and, on the page, the way to its source."""
    caption = plain(*_captioned(exhibit.label, exhibit.caption, target))
    if target.form == "typst":
        alt = exhibit.alt.replace("\\", "\\\\").replace('"', '\\"')
        picture = f'#figure(image("{exhibit.file}", width: 100%, alt: "{alt}"), caption: ['
        return [raw("typst", picture), caption, raw("typst", f"]) <{exhibit.label}>")]
    width, height = size(*exhibit.picture) or ("", "")
    sides = f' width="{width}" height="{height}"' if width else ""
    return [
        raw("html", f'<figure id="{exhibit.label}" class="exhibit"><div class="picture">'
            f'<img src="{exhibit.file}" alt="{escape(exhibit.alt)}"{sides}></div><figcaption>'),
        caption,
        raw("html", f"</figcaption>{_source(exhibit)}</figure>"),
    ]  # fmt: skip


def _tabular(exhibit: Exhibit, target: Target) -> list[Node]:
    """An embedded table with its numbered caption and, on the page, the way to its source."""
    attributes, _, *rest = exhibit.table["c"]
    caption = [None, [plain(*exhibit.caption)]]
    table = {"t": "Table", "c": [attr(exhibit.label, *attributes[1]), caption, *rest]}
    return _table(table, exhibit.label, exhibit, target)


def _table(node: Node, label: str | None, exhibit: Exhibit | None, target: Target) -> list[Node]:
    """A table with a numbered caption; on the page in a box of its own, within which a wide one scrolls."""
    attributes, (short, caption), *rest = node["c"]
    shown = caption[0]["c"] if caption else []
    if label in target.numbers:
        shown = _captioned(label, shown, target)
    if target.form == "typst":
        return [widths.fitted({"t": "Table", "c": [attributes, [short, [plain(*shown)] if shown else []], *rest]})]
    identifier = f' id="{label}"' if label else ""
    name = escape(nodes.text_of(shown)) or "Table"
    table = {"t": "Table", "c": [attr("", *attributes[1]), [None, []], *rest]}
    return [
        raw("html", f'<figure{identifier} class="exhibit tabular">' + ("<figcaption>" if shown else "")),
        *([plain(*shown), raw("html", "</figcaption>")] if shown else []),
        raw("html", f'<div class="table-box" tabindex="0" role="region" aria-label="{name}">'),
        table,
        raw("html", f"</div>{_source(exhibit) if exhibit else ''}</figure>"),
    ]


def _source(exhibit: Exhibit) -> str:
    """The line under an exhibit that leads to the cell it comes from."""
    return f'<p class="source"><a href="../{exhibit.source}">Notebook: {escape(exhibit.notebook.title)}</a></p>'


def _equation(node: Node, label: str, target: Target) -> list[Node]:
    """A displayed equation with its number at the right."""
    number = f"({target.numbers[label]})"
    formula = {"t": "Para", "c": node["c"][:1]}
    if target.form == "html":
        return [div(attr(label, "equation"), [formula, plain(span(attr("", "number"), words(number)))])]
    return [raw("typst", "#numbered["), formula, raw("typst", f"][{number}] <{label}>")]


def _image(node: Node) -> list[Node]:
    """A picture of the prose's own, whose alt text Quarto's `fig-alt` gives."""
    (identifier, classes, attributes), text, target = node["c"]
    given = dict(attributes)
    alt = words(given.pop("fig-alt")) if "fig-alt" in given else text
    return [{"t": "Image", "c": [[identifier, classes, [list(pair) for pair in given.items()]], alt, target]}]
