"""Sections with a page of their own on the web, as `page="ledger"` at their heading says; in print they stand in line.

What is left of one on the report's page is its first paragraphs and a link to its page, which whoever comes by the
address of what stood there finds, too.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import takewhile
from pathlib import Path
from typing import Any

from helpers.publish import beside
from helpers.publish.page import Page
from helpers.text import nodes, sources
from helpers.text.article import EXHIBIT
from helpers.text.nodes import Node, raw

REPORT = "report"
"""The folder of the report's page, beside which those of the sections have theirs."""
MARK = "page"
ANCHOR = re.compile(rf'\bid="({EXHIBIT.pattern})"')
LINK = re.compile(r'href="#([^"]+)"')


def split(blocks: list[Node]) -> tuple[list[Node], dict[str, list[Node]]]:
    """The report's blocks without what stands apart, and the sections that do, by the name of their page."""
    kept: list[Node] = []
    apart: dict[str, list[Node]] = {}
    for section in _sections(blocks):
        heading, *under = section
        name = _page(heading)
        if not name:
            kept += section
            continue
        apart[name] = section
        opening = takewhile(lambda block: block["t"] == "Para", under)
        kept += [_unmarked(heading), *opening, _way(name, heading, under)]
    return kept, apart


def write(section: list[Node], root: Path, about: dict[str, Any], *more: str) -> str:
    """The page of a section, whose headings rise as it becomes one. about, more: as the report's page is written with.

    Works that it cites stand at its end.
    """
    heading, *under = section
    risen = nodes.rewrite(under, {"Header": lambda node: [{"t": "Header", "c": [node["c"][0] - 1, *node["c"][1:]]}]})
    works = [f"--bibliography={file}" for file in sources.bibliography(root, about)]
    told = about | {"title": about["pagetitle"]}
    return beside.frame(_title(heading), risen, root, told, *more, *works, scripts=[beside.ROWS])


def linked(pages: dict[str, str]) -> dict[str, str]:
    """The pages, by their folders, with links that lead from one to what stands on another."""
    ids = {name: Page.of(html).ids for name, html in pages.items()}
    exhibits = {label: name for name in ids if name != REPORT for label in ids[name] if EXHIBIT.fullmatch(label)}
    anywhere = {label: name for name in ids for label in ids[name]}

    def led(name: str, label: str) -> str:
        place = exhibits.get(label) or (name if label in ids[name] else anywhere.get(label, name))
        return f'href="#{label}"' if place == name else f'href="../{place}/index.html#{label}"'

    def shown(name: str) -> str:
        return LINK.sub(lambda link: led(name, link[1]), pages[name])

    return {name: shown(name) for name in pages}


def _sections(blocks: list[Node]) -> Iterator[list[Node]]:
    """The blocks in runs: each section that has a page, and what stands between such sections."""
    run: list[Node] = []
    for block in blocks:
        ends = block["t"] == "Header" and (_page(block) or (run and _page(run[0]) and block["c"][0] <= run[0]["c"][0]))
        if ends and run:
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _page(node: Node) -> str:
    """The page that a heading asks for; "" for any other node."""
    return dict(node["c"][1][2]).get(MARK, "") if node["t"] == "Header" else ""


def _unmarked(heading: Node) -> Node:
    level, (label, classes, pairs), text = heading["c"]
    return {"t": "Header", "c": [level, [label, classes, [pair for pair in pairs if pair[0] != MARK]], text]}


def _way(name: str, heading: Node, under: list[Node]) -> Node:
    """The link to a page, and anchors of its figures and tables, from where the script leads on."""
    told = "".join(node["c"][1] for node in nodes.elements(under) if node["t"] == "RawBlock")
    anchors = "".join(f'<span id="{label}" data-apart="{name}"></span>' for label in ANCHOR.findall(told))
    title = escape(_title(heading), False)
    return raw("html", f'<p class="apart">{anchors}<a href="../{name}/index.html">{title}</a></p>')


def _title(heading: Node) -> str:
    """The words of a heading without its number."""
    numbers = [node for node in heading["c"][2] if node["t"] == "Span" and "number" in node["c"][0][1]]
    return nodes.text_of([node for node in heading["c"][2] if node not in numbers]).strip()
