"""What can be said against the sources before anything is rendered, each with the line that its author edits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from helpers.publish.notebooks import Notebook
from helpers.text import sources
from helpers.text.faults import Fault, PublishError, refuse
from helpers.text.sources import Line, Sources

NOTEBOOKS = "../build/notebooks/"
"""Where the article finds executed notebooks, as an embed names them."""


def preflight(root: Path, about: dict[str, Any], executed: dict[str, Notebook]) -> None:
    """Raise PublishError for includes, embeds, values, citations and references of the report that lead nowhere.

    about: the report's metadata.
    """
    report = sources.read(root, about)
    findings = [*report.findings, *_about(about), *_shortcodes(report, root, about)]
    labels = list(report.labels)
    for line, kind, argument in report.shortcodes:
        if kind == "embed":
            findings += _embed(line, argument, executed)
            labels.append((line, argument.partition("#")[2]))
    findings += [*_repeated(labels), *_cited(report, {label for _, label in labels}, _keys(root, about))]
    if findings:
        raise PublishError(findings)


def _about(about: dict[str, Any]) -> Iterator[Fault]:
    """What the title block and the data label need."""
    for key, where in (("title", sources.ARTICLE), ("data-label", "edition.yml"), ("date", "edition.yml")):
        if not about.get(key):
            yield Fault(where, f"gives no `{key}`", "add it")


def _shortcodes(report: Sources, root: Path, about: dict[str, Any]) -> Iterator[Fault]:
    """Values, metadata and shortcodes that do not exist."""
    known = sources.variables(root)
    for line, kind, argument in report.shortcodes:
        if kind == "var" and argument not in known:
            yield Fault(line.where, f"`{argument}` is used but not recorded", "record it or mend the name")
        elif kind == "meta" and not isinstance(about.get(argument), str):
            yield Fault(line.where, f"the metadata have no text `{argument}`", "add it or mend the name")
        elif kind not in ("var", "meta", "embed"):
            yield Fault(
                line.where, f"shortcode `{kind}` is not understood here", "use var, meta, embed, or include on its own"
            )


def _embed(line: Line, argument: str, executed: dict[str, Notebook]) -> Iterator[Fault]:
    """What is wrong with one embedded cell."""
    path, _, label = argument.partition("#")
    where = line.where
    if not sources.SHORTCODE.fullmatch(line.text.strip()):
        yield Fault(where, f"embeds {argument} within a line", "give it a paragraph of its own")
    if not path.startswith(NOTEBOOKS) or not label.startswith(("fig-", "tbl-")):
        yield Fault(where, f"embeds {argument}", f"write {NOTEBOOKS}NAME.ipynb#fig-… or #tbl-…")
        return
    file = path.removeprefix(NOTEBOOKS)
    notebook = next((notebook for notebook in executed.values() if notebook.path.name == file), None)
    if notebook is None:
        yield Fault(where, f"embeds {file}, which is not among the executed notebooks", "mend the name")
        return
    try:
        cell = notebook.cell(label)
    except yaml.YAMLError as error:
        yield Fault(where, f"{file}: the `#|` lines of a cell are no YAML: {error}", "quote the text")
        return
    if cell is None:
        held = ", ".join(sorted(c.label for c in notebook.cells if c.label)) or "none"
        yield Fault(where, f"{file} has no cell labelled {label}", f"mend the label; it has: {held}")
        return
    kind, shown = ("fig", cell.picture()) if label.startswith("fig-") else ("tbl", cell.table())
    if not shown:
        wanted = "picture" if kind == "fig" else "HTML table"
        yield Fault(where, f"cell {label} of {file} shows no {wanted}", f"end the cell in the {wanted}")
    for option in (f"{kind}-cap", "fig-alt"):
        if not cell.options.get(option) and option.startswith(kind):
            yield Fault(where, f"cell {label} of {file} has no `{option}`", f"add a line `#| {option}: …`")


def _repeated(labels: list[tuple[Line, str]]) -> Iterator[Fault]:
    """Labels that are given twice."""
    first: dict[str, str] = {}
    for line, label in labels:
        if label in first:
            yield Fault(line.where, f"label {label} is taken ({first[label]})", "use it once")
        first.setdefault(label, line.where)


def _cited(report: Sources, labels: set[str], keys: set[str]) -> Iterator[Fault]:
    """Citations and cross-references that lead nowhere."""
    for line, key in report.cited:
        if sources.REFERENCE.fullmatch(key):
            if key not in labels:
                yield Fault(line.where, f"@{key} refers to nothing", "label a section, figure or table so, or mend it")
        elif key not in keys:
            yield Fault(line.where, f"@{key} is not in the bibliography", "add the entry or mend the key")


def _keys(root: Path, about: dict[str, Any]) -> set[str]:
    """The keys of every work in the bibliography."""
    keys: set[str] = set()
    for path in sources.bibliography(root, about):
        if not path.is_file():
            raise refuse("_quarto.yml", f"bibliography {path.name} does not exist", "mend the name")
        keys |= set(sources.BIB_ENTRY.findall(path.read_text(encoding="utf-8")))
    return keys
