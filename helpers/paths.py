"""Where everything lives: one constant per folder, so that no other module or notebook climbs the tree."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The repository."""
BUILD = Path(os.environ.get("ATOM_BUILD", ROOT / "build")).resolve()
"""Everything generated; safe to delete. ATOM_BUILD moves it, so that tests leave a reader's build alone."""
ADDRESS = place if "://" in (place := os.environ.get("ATOM_ARCHIVE", "")) else ""
"""Where the archive lies, if ATOM_ARCHIVE is an address (`s3://…`, `hf://…`); "" if it is a folder."""
ARCHIVE = BUILD / "archive" if ADDRESS else Path(place or ROOT / "archive").resolve()
"""What was collected, in the layout of raw inputs; the only state outside BUILD. ATOM_ARCHIVE moves it. Of an archive
at an address it is what was brought from there (helpers.archive.address)."""
NOTEBOOKS = ROOT / "notebooks"
REPORT = ROOT / "report"
EDITIONS = REPORT / "editions"
REGISTRY = ROOT / "data" / "registry"
PUBLISHED = ROOT / "data" / "published"
CODEBOOK = ROOT / "data" / "codebook.csv"
"""Unit and meaning of every column that is published or quoted."""


def output(relative: str) -> Path:
    """Where a notebook writes `relative` ("clean/daily.parquet").

    The rebuild runs each step into a staging folder, named in ATOM_STAGING, and moves the results into the
    build folder only when the whole step has succeeded. A notebook run by hand writes to the build folder.
    """
    return Path(os.environ.get("ATOM_STAGING", BUILD)) / relative


def result(relative: str) -> Path:
    """Where a notebook finds `relative`: its own fresh result where there is one, else the build folder's."""
    own = output(relative)
    return own if own.exists() else BUILD / relative


def shown(path: Path) -> str:
    """A path as messages print it: relative to the repository where it lies inside."""
    path = Path(path)
    return str(path).removeprefix(f"{ROOT}{os.sep}") if path != ROOT else "."
