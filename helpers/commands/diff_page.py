"""The comparison of two editions as readers see it: tables on the terminal, and a page in the report's look."""

import json
import math
import shutil
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from helpers import files, paths
from helpers.commands import diff
from helpers.edition import LABELS
from helpers.text import names, nodes
from helpers.text.quoting import slug

SHOWN = 30
"""Rows of a table on the terminal; the page has all."""
SECTIONS = {"rank": "Ranks", "date": "Days and months", "value": "Numbers"}


def run(before: str, after: str, build: Path = paths.BUILD) -> Group:
    """Compare two built editions; write <build>/diff/<before>-<after>.html and return the tables for the terminal.

    Raises DiffError if one was not built, or both are the same.
    """
    if before == after:
        raise diff.DiffError(f"{before!r} is named twice, so that there is nothing to compare; name two editions")
    found = diff.compare(diff.read(before, build), diff.read(after, build))
    place = build / "diff" / f"{found.before.name}-{found.after.name}.html"
    write(found, place)
    return Group(*terminal(found), Text(f"\nAll of it: {paths.shown(place)}"))


def tables(found: diff.Diff) -> dict[str, pd.DataFrame]:
    """Heading → table of texts, for each part of the comparison in which something differs."""
    parts = {"Parameters": found.parameters.map(_parameter), "Findings": found.findings.map(_said)}
    for kind, heading in SECTIONS.items():
        part = found.values[found.values["kind"] == kind]
        parts[heading] = pd.DataFrame(
            {
                "address": part["address"],
                "unit": part["unit"],
                "before": [_said(cell) for cell in part["before"]],
                "after": [_said(cell) for cell in part["after"]],
                "change": [_change(*row) for row in part[["state", "change", "unit"]].itertuples(index=False)],
            }
        )
    parts["Figures' data"] = found.figures.rename(columns=lambda name: name.replace("_", " "))
    return {heading: part.astype(str).map(names.visible) for heading, part in parts.items() if len(part)}


def summary(found: diff.Diff) -> list[str]:
    """What a reader wants to know first, in sentences."""
    states = found.values["state"].value_counts()
    counts = ", ".join(f"{states.get(state, 0)} {state}" for state in ("changed", "new", "gone"))
    drawn = len(found.before.figures.keys() | found.after.figures.keys())
    lines = [
        f"Numbers: {counts}, {found.same} the same. Figures whose data differ: {len(found.figures)} of {drawn}.",
        f"Findings that are no longer true, false or unknown as before: {len(found.findings)}.",
    ]
    return [*lines, *(f"{sentence}." for sentence in found.order)]


def terminal(found: diff.Diff) -> list[Text | Table]:
    """The comparison for rich's Console.print. Texts are never read as markup."""
    shown: list[Text | Table] = [Text(line) for line in (_title(found), *_labels(found), *summary(found))]
    for heading, part in tables(found).items():
        shown.append(Text(f"\n{heading}", "bold"))
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in part:
            table.add_column(Text(str(column)), overflow="fold")
        for row in part.head(SHOWN).itertuples(index=False):
            table.add_row(*map(Text, row))
        shown.append(table)
        if len(part) > SHOWN:
            shown.append(Text(f"… and {len(part) - SHOWN} more"))
    return shown


def write(found: diff.Diff, place: Path) -> None:
    """Write the page, with the theme beside it: it asks for nothing from elsewhere."""
    theme = paths.REPORT / "theme"
    blocks: list[nodes.Node] = [{"t": "Para", "c": nodes.words(line)} for line in (*_labels(found), *summary(found))]
    for heading, part in tables(found).items():
        title: nodes.Node = {"t": "Header", "c": [2, nodes.attr(slug(heading)), nodes.words(heading)]}
        blocks.append(title)
        rows = part.map(escape).to_html(index=False, border=0, escape=False)
        blocks.append(nodes.raw("html", f'<div class="table-box" tabindex="0">{rows}</div>'))
    about = {
        "lang": "en",
        "root": "",
        "title": _title(found),
        "pagetitle": f"{_title(found)} · The ATOM Report",
        "data-label": " ".join(_labels(found)),
        "subtitle": "Comparison of editions",
    }
    html = nodes.pandoc(
        nodes.document(blocks, about),
        *("--from", "json", "--to", "html5", "--toc", "--template", str(theme / "page.html")),
    )
    unwanted = shutil.ignore_patterns("*.html", "*.scss", "*.typ")
    shutil.copytree(theme, place.parent / "assets", ignore=unwanted, dirs_exist_ok=True)
    files.write_text(place, html)


def _title(found: diff.Diff) -> str:
    return names.visible(f"{found.before.name} → {found.after.name}")


def _labels(found: diff.Diff) -> list[str]:
    """What kind of data each edition rests on."""
    return [names.visible(f"{kept.name}: {LABELS[kept.parameters['data']]}") for kept in (found.before, found.after)]


def _parameter(value: Any) -> str:
    return value if isinstance(value, str) else "not set" if value is None else json.dumps(value, ensure_ascii=False)


def _said(shown: Any) -> str:
    return shown if isinstance(shown, str) else "not said"


def _change(state: str, change: float, unit: str) -> str:
    """A difference with its sign, in the value's unit; only the state where there is no number."""
    if math.isnan(change):
        return state
    if unit == "0 to 1":
        return f"{100 * change:+.2f} percentage points"
    number = f"{change:+,.0f}" if abs(change) >= 1000 or change == int(change) else f"{change:+,.3g}"
    return f"{number} days" if unit == diff.DAY else f"{number} months" if unit in diff.MONTHS else number
