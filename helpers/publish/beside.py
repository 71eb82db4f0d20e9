"""Pages beside the report, each in a folder of its own: their frame, and texts that stand in report/<folder>/."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers.text import nodes

ROWS = "../assets/rows.js"
"""The script that lets readers choose among the rows of a page's tables."""


def frame(
    title: str,
    blocks: list[nodes.Node],
    root: Path,
    about: dict[str, Any],
    *more: str,
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
) -> str:
    """The blocks as they are, as a page in a folder beside the report's. more: arguments of pandoc's. scripts, styles:
    what the page loads beyond what all do, in this order."""
    described = {
        "lang": about.get("lang", "en"),
        "title": title,
        "pagetitle": f"{title} · {about['title']}",
        "data-label": about["data-label"].replace("'", "’"),
        "root": "../",
        "scripts": list(scripts),
        "styles": list(styles),
        "links": [{"text": "← Back to the report", "href": "../report/index.html"}],
    }
    return nodes.pandoc(
        nodes.document(blocks, described),
        *("--from", "json", "--to", "html5", "--toc", "--template", str(root / "report/theme/page.html"), *more),
        folder=root,
    )


def text(path: Path) -> tuple[str, list[nodes.Node]]:
    """The title and the blocks of a page's text, Markdown with its title before it."""
    _, matter, written = path.read_text(encoding="utf-8").split("---\n", 2)
    return matter.strip().removeprefix("title: "), nodes.parse(written, "markdown")
