"""All data of the edition as one archive that describes itself: what the figures show, the ledger, numbers, findings.

datapackage.json follows the Data Package standard (https://datapackage.org, version 2): what each file holds, column by
column as the codebook has it, with its source's terms. Equal data give an equal archive, byte by byte.
"""

import csv
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from helpers.publish import codebook, terms
from helpers.publish.report import Report
from helpers.text import sources

ARCHIVE = "data/atom-report-data.zip"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
DATES = {"UTC day", "first of month", "calendar month"}
WORDS = {"", "text", "id", "unit", "as printed"}
"""Units of the codebook whose columns hold days and words; all others hold numbers."""
MEDIA = {".csv": "text/csv", ".json": "application/json"}
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive: the earliest that the format knows."""


def write(report: Report, told: dict[str, str], site: Path) -> None:
    """Write the archive from what the site holds by now. told: title, edition, label, date, home."""
    tables = sorted((site / "figures").glob("*.csv"))
    beside = [site / "figures" / "README.md", site / "data" / "values.json", site / "data" / "findings.csv"]
    held = {path.relative_to(site).as_posix(): path.read_bytes() for path in [*tables, *beside] if path.is_file()}
    package = json.dumps(_package(report, told, held), indent=1, ensure_ascii=False) + "\n"
    held |= {"datapackage.json": package.encode()}
    (site / ARCHIVE).parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(site / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(held.items()):
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)


def _package(report: Report, told: dict[str, str], held: dict[str, bytes]) -> dict[str, Any]:
    """The descriptor of the archive's files."""
    tables = [Path(name).stem for name in held if name.endswith(".csv") and name.startswith("figures/")]
    meanings = codebook.read(report.root / codebook.CODEBOOK)
    allowed = terms.of_files(report, tables)
    licences = {(row.licence, row.address): _licence(row) for row in allowed.values()}
    return {
        "$schema": PROFILE,
        "name": f"atom-report-{report.about['edition']}".lower(),
        "title": f"{told['title']}: {told['edition']}",
        "description": f"{told['label']} {told['description']}",
        **({"homepage": told["home"]} if told["home"] else {}),
        "version": told["date"],
        "created": f"{told['date']}T00:00:00Z",
        "contributors": [{"title": name} for name in sources.authors(report.about)],
        **({"licenses": list(licences.values())} if licences else {}),
        "resources": [
            _resource(name, content, meanings.get(Path(name).stem, {}), allowed.get(Path(name).stem))
            for name, content in held.items()
            if Path(name).suffix in MEDIA
        ],
    }


def _resource(
    name: str, content: bytes, meanings: dict[str, tuple[str, str]], row: terms.Terms | None
) -> dict[str, Any]:
    """A file as the standard describes it, with its columns where the codebook has them."""
    path = Path(name)
    told = {
        "name": path.stem,
        "path": name,
        "format": path.suffix[1:],
        "mediatype": MEDIA[path.suffix],
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    if row:
        told |= {"licenses": [_licence(row)], "sources": [{"title": row.source, "path": row.address}]}
    if path.suffix == ".csv":
        columns = next(csv.reader(content.decode().splitlines()))
        told |= {"type": "table", "schema": {"fields": [_field(c, *meanings.get(c, ("", ""))) for c in columns]}}
    return told


def _licence(row: terms.Terms) -> dict[str, str]:
    return {"name": row.licence.replace(" ", "-"), "path": row.address, "title": row.terms}


def _field(column: str, unit: str, meaning: str) -> dict[str, str]:
    kind = "date" if unit in DATES else "string" if unit in WORDS else "number"
    told = {"name": column, "type": kind, "title": unit, "description": meaning}
    return {key: said for key, said in told.items() if said}
