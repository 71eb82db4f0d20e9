"""What can be said against the sources before anything is rendered, each with the line that its author edits."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.publish.notebooks import Notebook
from helpers.text import nodes, sources
from helpers.text.article import REFERENCE, TOKEN, Article, Embed
from helpers.text.faults import Fault, PublishError

NOTEBOOKS = "../build/notebooks/"
"""Where the article finds executed notebooks, as an embed names them."""
WORK = re.compile(r"^\s*@(?!(?:comment|string|preamble)\b)\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE | re.IGNORECASE)
"""A work of a bibliography: its key."""


def preflight(article: Article, root: Path, about: dict[str, Any], executed: dict[str, Notebook]) -> None:
    """Raise PublishError for embeds, citations and references that lead nowhere.

    Only what the edition shows counts: a passage that is withheld needs no notebook. about: the report's metadata.
    """
    faults = [*_embeds(article, executed), *_repeated(article), *_cited(article, _keys(root, about))]
    if faults:
        raise PublishError(faults)


def _embeds(article: Article, executed: dict[str, Notebook]) -> Iterator[Fault]:
    """What is wrong with the embedded cells, and with where they stand."""
    alone = [embed for node in nodes.elements(article.blocks) if (embed := article.embedded(node))]
    for embed in alone:
        yield from _embed(embed, executed)
    for token in TOKEN.findall(nodes.text_of(article.blocks)):
        if (embed := article.embeds[int(token)]) not in alone:
            yield Fault(embed.where, f"embeds {embed.label} within other text", "give it a paragraph of its own")


def _embed(embed: Embed, executed: dict[str, Notebook]) -> Iterator[Fault]:
    """What is wrong with one embedded cell."""
    where, label, file = embed.where, embed.label, embed.path.removeprefix(NOTEBOOKS)
    kind = label[:3]
    if file == embed.path or kind not in ("fig", "tbl"):
        yield Fault(where, f"embeds {embed.path}#{label}", f"write {NOTEBOOKS}NAME.ipynb#fig-… or #tbl-…")
        return
    notebook = executed.get(Path(file).stem)
    if notebook is None:
        yield Fault(where, f"embeds {file}, which is not among the executed notebooks", "mend the name")
        return
    cell = notebook.labelled.get(label)
    if cell is None:
        held = ", ".join(sorted(notebook.labelled)) or "none"
        yield Fault(where, f"{file} has no cell labelled {label}", f"mend the label; it has: {held}")
        return
    if not (cell.picture() if kind == "fig" else cell.table()):
        wanted = "picture" if kind == "fig" else "HTML table"
        yield Fault(where, f"cell {label} of {file} shows no {wanted}", f"end the cell in the {wanted}")
    for option in ("fig-cap", "fig-alt") if kind == "fig" else ("tbl-cap",):
        if not cell.options.get(option):
            yield Fault(where, f"cell {label} of {file} has no `{option}`", f"add a line `#| {option}: …`")


def _repeated(article: Article) -> Iterator[Fault]:
    """Labels that are given twice."""
    for label, times in Counter(label for label, _ in article.labels if REFERENCE.fullmatch(label)).items():
        if times > 1:
            first, *others = article.report.where(f"#{label}")
            yield Fault((others or [first])[0], f"label {label} is taken ({first})", "use it once")


def _cited(article: Article, works: set[str]) -> Iterator[Fault]:
    """Citations and cross-references that lead nowhere."""
    cited = [c["citationId"] for node in nodes.elements(article.blocks) if node["t"] == "Cite" for c in node["c"][0]]
    for key in dict.fromkeys(cited):
        where = article.report.where(f"@{key}")[0]
        if REFERENCE.fullmatch(key):
            if key not in article.numbers:
                yield Fault(where, f"@{key} refers to nothing", "label a section, figure or table so, or mend it")
        elif key not in works:
            yield Fault(where, f"@{key} is not in the bibliography", "add the entry or mend the key")


def _keys(root: Path, about: dict[str, Any]) -> set[str]:
    """The keys of every work in the bibliography."""
    keys: set[str] = set()
    for path in sources.bibliography(root, about):
        keys |= set(WORK.findall(path.read_text(encoding="utf-8")))
    return keys
