"""Quarto's page of the report in the shape of the embedded publisher's, so that template, style and script serve both.

What Quarto says is kept: words, numbers, references, pictures. Its frame gives way to ours, and so do the boxes that it
puts around what it embeds.
"""

import re

from helpers.publish import apart, transform
from helpers.publish.report import Report
from helpers.text import nodes
from helpers.text.article import CALLOUTS
from helpers.text.faults import refuse
from helpers.text.nodes import Node, attr, div, plain, span, words

MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
FORM = "html-auto_identifiers"
"""Quarto's page as pandoc reads it: headings without a label stay so."""
BOXES = {"quarto-embed-nb-cell", "cell", "cell-output", "sourceCode", "code-copy-outer-scaffold"}
"""Classes of boxes that say nothing to a reader."""
WORKS = {"csl-bib-body", "csl-entry"}
"""Classes of the list of references and of a reference."""
FOLDS = {"folds"}
"""Class of sections that the page's script folds on a phone."""
TITLE = "title-block-header"
LEVELS = {f"level{level}" for level in range(1, 7)}


def read(html: str, report: Report) -> tuple[list[Node], list[Node]]:
    """The abstract and the text of a page as Quarto wrote it. Raises PublishError for a page without a text."""
    main = MAIN.search(html)
    if not main:
        raise refuse("quarto", "its page of the report has no <main>", "use a later Quarto, or --engine pandoc")
    changes = {
        "Header": _heading,
        "Span": _span,
        "Link": _link,
        "CodeBlock": _code,
        "Table": lambda node: transform.table("", node, []),
        "Div": lambda node: _div(node, report),
    }
    parsed = nodes.parse(main[1], FORM)
    boxes = (node["c"] for node in nodes.elements(parsed) if node["t"] == "Div")
    abstracts = [content for (_, classes, _), content in boxes if "abstract" in classes]
    abstract = abstracts[0][1:] if abstracts else []  # without its own title
    return abstract, nodes.rewrite(parsed, changes)


def _heading(node: Node) -> list[Node]:
    """A heading one level down, below the page's title."""
    level, (identifier, _, _), text = node["c"]
    return [{"t": "Header", "c": [level + 1, attr(identifier), text]}]


def _span(node: Node) -> list[Node] | None:
    (_, classes, _), text = node["c"]
    if "header-section-number" in classes:
        return [span(attr("", "number"), text)]
    return [] if "screen-reader-only" in classes else None


def _link(node: Node) -> list[Node] | None:
    (_, classes, _), text, target = node["c"]
    if "quarto-xref" in classes:
        return [{"t": "Link", "c": [attr("", "reference"), text, target]}]
    return [] if "quarto-notebook-link" in classes else None


def _code(node: Node) -> list[Node]:
    (_, classes, _), text = node["c"]
    language = [name for name in classes if not name.startswith(("sourceCode", "code-"))]
    return [{"t": "CodeBlock", "c": [attr("", *language), text]}]


def _div(node: Node, report: Report) -> list[Node] | None:
    """What takes the place of a box of Quarto's; None keeps it."""
    (identifier, classes, _), content = node["c"]
    if identifier == TITLE or "data-label" in classes:
        return []  # our frame has both
    if LEVELS & set(classes):
        return _section(node)
    if "quarto-float" in classes:
        return _exhibit(identifier, content, report)
    if "callout" in classes:
        return _callout(identifier, classes, content)
    if WORKS & set(classes):
        return [div(attr(identifier, *classes), content)]  # pandoc gives them their roles anew
    return content if BOXES & set(classes) else None


def _section(node: Node) -> list[Node]:
    """What a section holds; at its heading its label, whether it folds on a phone, and the name of its page, if any."""
    (identifier, classes, pairs), content = node["c"]
    heading, *rest = content
    level, _, text = heading["c"]
    own = [pair for pair in pairs if pair[0] == apart.MARK]
    return [{"t": "Header", "c": [level, [identifier, sorted(FOLDS & set(classes)), own], text]}, *rest]


def _exhibit(label: str, content: list[Node], report: Report) -> list[Node]:
    """A figure or table with its caption and the links that belong under it."""
    exhibit = report.exhibits.get(label)
    inside = list(nodes.elements(content))
    _, (_, captions), _ = next(node for node in inside if node["t"] == "Figure")["c"]
    named, *rest = captions[0]["c"]
    caption = [span(attr("", "number"), words(named["c"].rstrip(":.") + ".")), *rest]
    if tables := [node for node in inside if node["t"] == "Table"]:
        return transform.table(label, tables[0], caption, exhibit.links if exhibit else "")
    _, alt, (file, _) = next(node for node in inside if node["t"] == "Image")["c"]
    return transform.figure(label, file, nodes.text_of(alt), caption, exhibit)


def _callout(identifier: str, classes: list[str], content: list[Node]) -> list[Node]:
    kind = next(kind for kind in CALLOUTS if f"callout-{kind}" in classes)
    parts = {name: node["c"][1] for node in nodes.elements(content) if node["t"] == "Div" for name in node["c"][0][1]}
    title = parts.get("callout-title-container") or [plain(*words(kind.title()))]
    body = [div(attr("", "callout-title"), title), *parts["callout-body-container"]]
    return [div(attr(identifier, "callout", f"callout-{kind}", role="note"), body)]
