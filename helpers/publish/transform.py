"""From the article to what each format shows: embedded figures and tables, their numbers, and references to them."""

from dataclasses import dataclass
from html import escape

from helpers.publish.exhibits import Exhibit
from helpers.publish.notebooks import sides
from helpers.publish.report import Report
from helpers.text import nodes
from helpers.text.article import REFERENCE
from helpers.text.faults import refuse
from helpers.text.nodes import Node, attr, link, plain, raw, span, words


@dataclass(frozen=True)
class Target:
    """What the elements need to know of the whole. form: "html" or "typst"."""

    form: str
    report: Report

    def number(self, label: str) -> str | None:
        """ "3.1" for sec-regional-downloads; None for what has no number."""
        return self.report.article.numbers.get(label)

    def named(self, label: str) -> str:
        """ "Figure 1" for fig-downloads."""
        return self.report.named[label]


def transform(report: Report, form: str) -> list[Node]:
    """The blocks of the article for one format. Raises PublishError for a reference that leads nowhere."""
    target = Target(form, report)
    changes = {
        "Cite": lambda node: _reference(node, target),
        "Table": lambda node: _table(node, target),
        "Para": lambda node: _embedded(node, target),
    }
    changes |= {"Header": lambda node: _heading(node, target)} if form == "html" else {"Div": _callout}
    return nodes.rewrite(report.article.blocks, changes)


def _callout(node: Node) -> list[Node] | None:
    """A callout as the Typst template takes it; None for any other element."""
    (_, classes, _), content = node["c"]
    if "callout" not in classes:
        return None
    title, *body = content
    kind = classes[1].removeprefix("callout-")
    return [raw("typst", f'#callout(kind: "{kind}", title: ['), *title["c"][1], raw("typst", "], body: ["), *body,
            raw("typst", "])")]  # fmt: skip


def _embedded(node: Node, target: Target) -> list[Node] | None:
    """The figure or table that a paragraph embeds; None for any other."""
    embed = target.report.article.embedded(node)
    if not embed:
        return None
    exhibit = target.report.exhibits[embed.label]
    caption = _captioned(exhibit.label, exhibit.caption, target)
    if exhibit.table and target.form == "typst":
        before, behind = exhibit.table.printed
        shown = [raw("typst", before), plain(*caption), raw("typst", behind)]
    elif exhibit.table:
        shown = table(exhibit.label, _bare(exhibit.table.node), caption, exhibit.links)
    else:
        shown = _figure(exhibit, caption, target)
    # Captions come from notebooks and may cite and refer like the prose.
    return nodes.rewrite(shown, {"Cite": lambda inner: _reference(inner, target)})


def _reference(node: Node, target: Target) -> list[Node] | None:
    """Cross-references as links with names and numbers; None for a citation of a work."""
    citations = node["c"][0]
    labels = [c["citationId"] for c in citations if REFERENCE.fullmatch(c["citationId"])]
    if not labels:
        return None
    lost = [label for label in labels if not target.number(label)]
    if lost or len(labels) < len(citations):
        what = f"@{lost[0]} refers to nothing" if lost else f"@{labels[0]} shares its brackets with a citation"
        raise refuse("the report", what, "mend the label" if lost else "give each brackets of its own")
    shown: list[Node] = []
    for position, citation in enumerate(citations):
        label = citation["citationId"]
        bare = citation["citationMode"]["t"] == "SuppressAuthor"
        text = target.number(label) if bare else target.named(label)
        before = [{"t": "Str", "c": ","}, {"t": "Space"}] if position else []
        prefix = [*citation["citationPrefix"], {"t": "Space"}] if citation["citationPrefix"] else []
        shown += [*before, *prefix, link(f"#{label}", [{"t": "Str", "c": text}], "reference")]
        shown += citation["citationSuffix"]
    return shown


def _heading(node: Node, target: Target) -> list[Node]:
    """A heading one level down, below the page's title, with its number."""
    level, attributes, text = node["c"]
    number = "" if "unnumbered" in attributes[1] else target.number(attributes[0])
    shown = [span(attr("", "number"), words(number)), {"t": "Space"}] if number else []
    return [{"t": "Header", "c": [level + 1, attributes, [*shown, *text]]}]


def _captioned(label: str, caption: list[Node], target: Target) -> list[Node]:
    """A caption that starts with the name and number."""
    name = words(target.named(label) + ".")
    named = span(attr("", "number"), name) if target.form == "html" else {"t": "Strong", "c": name}
    return [named, {"t": "Space"}, *caption]


def _figure(exhibit: Exhibit, caption: list[Node], target: Target) -> list[Node]:
    """An embedded figure with its picture, its numbered caption and, on the page, its links."""
    if target.form == "typst":
        alt = exhibit.alt.replace("\\", "\\\\").replace('"', '\\"')
        picture = f'#figure(image("{exhibit.file}", width: 100%, alt: "{alt}"), caption: ['
        return [raw("typst", picture), plain(*caption), raw("typst", f"]) <{exhibit.label}>")]
    return figure(exhibit.label, exhibit.file, exhibit.alt, caption, exhibit)


def _table(node: Node, target: Target) -> list[Node]:
    """A table of the text, with a caption that is numbered where the table has a label."""
    (label, classes, pairs), (short, caption), *rest = node["c"]
    shown = caption[0]["c"] if caption else []
    if target.number(label):
        shown = _captioned(label, shown, target)
    if target.form == "typst":
        caption = [short, [plain(*shown)] if shown else []]
        return [{"t": "Table", "c": [[label, classes, pairs], caption, *rest]}]
    return table(label, _bare(node), shown)


def _bare(table: Node) -> Node:
    """A table without label and caption, which stand around it on the page."""
    (_, classes, _), _, *rest = table["c"]
    return {"t": "Table", "c": [attr("", *classes), [None, []], *rest]}


def figure(label: str, file: str, alt: str, caption: list[Node], exhibit: Exhibit | None) -> list[Node]:
    """A figure of the report's page. file: its picture's address. exhibit: the embedded cell, if it is one."""
    size, links = (sides(*exhibit.picture), exhibit.links) if exhibit else ("", "")
    image = f'<img src="{escape(file)}" alt="{escape(alt)}"{size} loading="lazy">'
    room = exhibit.room if exhibit else ()
    style = f' style="--room-wide: {room[0]}px; --room-narrow: {room[1]}px"' if room else ""
    before = f'<figure id="{label}" class="exhibit"{style}><div class="picture">{image}</div><figcaption>'
    return [raw("html", before), plain(*caption), raw("html", f"</figcaption>{links}</figure>")]


def table(label: str, node: Node, caption: list[Node], links: str = "") -> list[Node]:
    """A table of the report's page, in a box of its own, within which a wide one scrolls."""
    identifier = f' id="{label}"' if label else ""
    name = escape(nodes.text_of(caption)) or "Table"
    return [
        raw("html", f'<figure{identifier} class="exhibit tabular">' + ("<figcaption>" if caption else "")),
        *([plain(*caption), raw("html", "</figcaption>")] if caption else []),
        raw("html", f'<div class="table-box" tabindex="0" role="region" aria-label="{name}">'),
        node,
        raw("html", f"</div>{links}</figure>"),
    ]
