"""A page for each executed notebook: its text, code and outputs, a way back, the notebook itself."""

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

from helpers import files
from helpers.publish.notebooks import Cell, Notebook, picture, sides
from helpers.publish.pandoc import ORIGINS
from helpers.publish.report import Built
from helpers.text import nodes, sources
from helpers.text.article import REFERENCE
from helpers.text.nodes import Node, attr, div, link, raw, words

ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
CELL = re.compile(r"<(t[hd])((?: data-sort=[^>]*)?)>(.*?)</\1>", re.DOTALL)
NUMBER = re.compile(r"[-+−]?[\d.,]+(?:e[-+]\d+)?\s*[%×xMBK]?|[–—-]|n/a|nan|none|unknown|", re.IGNORECASE)
"""What a cell of a column of numbers holds, as in report/filters/tables.lua."""
BETWEEN = "<!-- next -->"
"""Stands between pieces of code that are coloured together; in HTML no code holds it."""


def write(built: Built, site: Path) -> None:
    """Write the page and a copy of each notebook of the build, with its pictures, where the site has them."""
    executed = list(built.executed.values())
    about = _described(built.root, built.about, executed)
    with ThreadPoolExecutor() as pool:
        pages = list(pool.map(lambda notebook: _blocks(notebook, built.named, site), executed))
        pages = _coloured(pages)
        list(pool.map(lambda notebook, blocks: _write(notebook, blocks, about, built.root, site), executed, pages))


def _described(root: Path, about: dict[str, Any], executed: list[Notebook]) -> dict[str, Any]:
    """The metadata of all pages, as the template uses them."""
    title = nodes.parse(about["title"], "markdown")[0]["c"]
    return {
        "lang": about.get("lang", "en"),
        "data-label": about["data-label"].replace("'", "’"),
        "bibliography": [str(path) for path in sources.bibliography(root, about)],
        "root": "../../",
        "site-root": "../../",
        "pagetitle": nodes.text_of(title),
        "report": nodes.Inlines(title),
        "notebooks": [{"text": other.title, "href": f"../../{other.preview}"} for other in executed],
    }


def _blocks(notebook: Notebook, named: dict[str, str], site: Path) -> list[Node]:
    """What the page of a notebook shows; its pictures are put beside it, and so is a copy of the notebook."""
    page = site / notebook.preview
    page.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(notebook.path, page.with_name(notebook.path.name))
    blocks: list[Node] = []
    for number, (cell, content, caption) in enumerate(_parsed(notebook), 1):
        blocks += content if cell.kind == "markdown" else [_code(cell, number, content, caption, named, page)]
    return nodes.rewrite(blocks, {"Cite": lambda node: _reference(node, named)})


def _coloured(pages: list[list[Node]]) -> list[list[Node]]:
    """The pages, their code as HTML that one pandoc coloured: loading its grammars takes longer than a whole page."""
    pages = [_numbered(blocks) for blocks in pages]
    codes = [node for node in nodes.elements(pages) if node["t"] == "CodeBlock"]
    separated = [node for code in codes for node in (code, raw("html", BETWEEN))]
    html = iter(nodes.pandoc(nodes.document(separated, {}), "--from", "json", "--to", "html5").split(BETWEEN))
    return [nodes.rewrite(blocks, {"CodeBlock": lambda _: [raw("html", next(html).strip("\n"))]}) for blocks in pages]


def _numbered(blocks: list[Node]) -> list[Node]:
    """The blocks of a page, its code named as pandoc does it, which counts plain text but names it not: cb1, cb2, …"""
    numbers = count(1)

    def named(node: Node) -> list[Node]:
        (identifier, classes, attributes), text = node["c"]
        name = identifier or f"cb{next(numbers)}"
        coloured = any(language != "text" for language in classes)
        return [{"t": "CodeBlock", "c": [[name if coloured else identifier, classes, attributes], text]}]

    return nodes.rewrite(blocks, {"CodeBlock": named})


def _write(notebook: Notebook, blocks: list[Node], about: dict[str, Any], root: Path, site: Path) -> None:
    title = next((i for i, block in enumerate(blocks) if block["t"] == "Header"), None)
    if title is not None:  # the page shows the first heading as its title
        del blocks[title]
    own = {"title": notebook.title, "pagetitle": f"{notebook.title} · {about['pagetitle']}"}
    html = nodes.pandoc(
        nodes.document(blocks, about | own | {"notebook": notebook.path.name}),
        *("--from", "json", "--to", "html5", "--mathml", "--toc", "--toc-depth=3", *_works(about, blocks)),
        *(*ORIGINS, "--template", "report/theme/page.html"),
        folder=root,
    )
    files.write_text(site / notebook.preview, html)


def _works(about: dict[str, Any], blocks: list[Node]) -> list[str]:
    """pandoc's arguments for citations in a notebook that has any; the references stand in the report."""
    cites = any(node["t"] == "Cite" for node in nodes.elements([about["report"], blocks]))
    return ["--citeproc", "--metadata=suppress-bibliography"] if about["bibliography"] and cites else []


def _reference(node: Node, named: dict[str, str]) -> list[Node] | None:
    """A cross-reference as a link to the report, or as plain text where the report has no such label."""
    if not REFERENCE.fullmatch(label := node["c"][0][0]["citationId"]):
        return None
    if label not in named:
        return words(f"@{label}")
    return [link(f"../../report/index.html#{label}", words(named[label]))]


def _parsed(notebook: Notebook) -> list[tuple[Cell, list[Node], list[Node]]]:
    """Each cell that has something to show, its text parsed, and its caption parsed; outputs are left out.

    Of the parameters those are shown that the notebook ran with.
    """
    given = any("injected-parameters" in cell.tags for cell in notebook.cells)
    shown = [cell for cell in notebook.cells if not (given and "parameters" in cell.tags)]
    kept = [cell for cell in shown if cell.kind == "markdown" or cell.code or cell.outputs]
    captions = [cell.options.get("fig-cap") or cell.options.get("tbl-cap") or "" for cell in kept]
    cells = [_plain("code", cell.code) if cell.kind == "code" else _plain("markdown", cell.source) for cell in kept]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    whole = {
        "cells": [*cells, *(_plain("markdown", caption) for caption in captions)],
        "metadata": kernel,
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    parsed = [block["c"][1] for block in nodes.parse(json.dumps(whole), "ipynb+citations+bracketed_spans+native_spans")]
    return list(zip(kept, parsed, parsed[len(kept) :], strict=False))


def _plain(kind: str, source: str) -> dict[str, Any]:
    """A cell without outputs."""
    cell = {"cell_type": kind, "metadata": {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _code(cell: Cell, number: int, content: list[Node], caption: list[Node], named: dict[str, str], page: Path) -> Node:
    """A code cell with what it shows; its anchor is cell-<label>, or its number where it has no label."""
    name = cell.label or str(number)
    shown = [*content] if cell.code else []
    for position, output in enumerate(cell.outputs):
        shown += _output(cell, output, f"{name}-{position}", page)
    if caption:
        shown.append(div(attr("", "caption"), caption))
    if name in named:
        link = f'<a href="../../report/index.html#{name}">{named[name]} of the report</a>'
        shown.append(raw("html", f'<p class="source">{link}</p>'))
    return div(attr(f"cell-{name}", "cell"), shown)


def _output(cell: Cell, output: dict[str, str], name: str, page: Path) -> list[Node]:
    """One output: picture, else HTML, else plain text."""
    if drawn := picture(output):
        folder = page.with_name(page.stem + "_files")
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}{drawn[0]}"
        path.write_bytes(drawn[1])
        alt = escape(" ".join(cell.options.get("fig-alt", cell.options.get("fig-cap", "Figure")).split()))
        image = f'<img src="{folder.name}/{path.name}" alt="{alt}"{sides(*drawn)}>'
        return [raw("html", f'<div class="output picture">{image}</div>')]
    if "text/html" in output:
        return [raw("html", f'<div class="output table-box" tabindex="0">{_aligned(output["text/html"])}</div>')]
    text = output.get("text/plain", "").rstrip()
    return [div(attr("", "output", tabindex="0"), [{"t": "CodeBlock", "c": [attr("", "text"), text]}])] if text else []


def _aligned(html: str) -> str:
    """HTML with the columns of numbers of a table, as pandas writes it, marked "number", cells and heads alike; what
    heads nothing is no head."""
    html = html.replace("<th></th>", "<td></td>")
    if "span=" in html:
        return html
    held: dict[int, list[str]] = {}
    for row in ROW.findall(html):
        for column, (tag, _, text) in enumerate(CELL.findall(row)):
            if tag == "td":
                held.setdefault(column, []).append(text.strip())
    numeric = {column for column, texts in held.items() if any(texts) and all(map(NUMBER.fullmatch, texts))}

    def marked(row: re.Match) -> str:
        columns = count()
        return CELL.sub(
            lambda cell: (
                f'<{cell[1]} class="number"{cell[2]}>{cell[3]}</{cell[1]}>' if next(columns) in numeric else cell[0]
            ),
            row[0],
        )

    return ROW.sub(marked, html)
