"""Under which terms the data of a published file may be used: those of whoever publishes such data."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.publish.report import Built
from helpers.text.faults import Fault, PublishError

TERMS = "data/terms.csv"
GENERATED, OURS = "reconstructed", "this report"
"""Rows for data that are no source's: those of an edition of that kind, and what a figure's source calls our own."""


@dataclass(frozen=True)
class Terms:
    """A row of data/terms.csv. source: as a figure's `fig-source` begins. files: CSV files that are no figure's."""

    source: str
    files: str
    licence: str
    address: str
    terms: str


def of_files(built: Built, names: list[str]) -> dict[str, Terms]:
    """Name of a published CSV file → its terms. Raises PublishError listing the files whose source has none."""
    known = _read(built.root / TERMS)
    said = dict(_sources(built))
    found, faults = {}, []
    for name in names:
        own = next((row for row in known if name in row.files.split()), None)
        figure = said.get(name, "")
        generated = built.about["data-kind"] == GENERATED and figure != OURS
        source = GENERATED if generated else figure
        if row := own or next((row for row in known if figure and source.startswith(row.source)), None):
            found[name] = row
        else:
            where = f"figures/{name}.csv"
            what = f"comes from {figure!r}, of which no terms are known" if figure else "names no source"
            faults.append(Fault(where, what, f"add a row to {TERMS}"))
    if faults:
        raise PublishError(faults)
    return found


def _read(path: Path) -> list[Terms]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [Terms(**row) for row in csv.DictReader(stream)]


def _sources(built: Built) -> Iterator[tuple[str, str]]:
    """Label of a figure's cell, and who publishes such data."""
    for notebook in built.executed.values():
        for label, cell in notebook.labelled.items():
            if source := cell.options.get("fig-source"):
                yield label, source
