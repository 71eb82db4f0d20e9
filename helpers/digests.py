"""Digests that are believed while nobody has written the file since: days of the whole Hub are gigabytes.

A collector records one with the day, and a build leaves those that it has taken to its notebooks and to the next build.
"""

import functools
import json
import os
from collections.abc import Mapping
from pathlib import Path

from helpers import files

RECORD = "manifest.json"
"""What tells of the files in its folder."""
TOLD = "digests.json"
"""Stamp → digest, in a folder."""
UNSETTLED = 60 * 10**9
"""Nanoseconds: what was written so shortly before may have been written again without another time."""


def stamp(path: Path) -> str:
    """By what a file's content is known without reading it: which file it is, its size, when it was last written."""
    told = path.stat()
    return f"{told.st_dev} {told.st_ino} {told.st_size} {told.st_mtime_ns}"


def to_record(path: Path) -> dict[str, str]:
    """What a record is to tell of a file that is complete: its sha256, and its stamp (written)."""
    return {"written": stamp(path), "sha256": files.digest(path)}  # in this order: a write meanwhile makes it another


def recorded(path: Path) -> str | None:
    """The sha256 that the record beside a file tells of it; None where the file was written since, or is a copy."""
    try:
        told = json.loads(path.with_name(RECORD).read_text(encoding="utf-8"))
        return str(told["sha256"]) if told["written"] == stamp(path) else None
    except (OSError, ValueError, TypeError, LookupError, RecursionError):  # none, an older one, damaged
        return None


def tell(folder: Path, digests: Mapping[str, str]) -> None:
    """Leave digests, by stamp, in the folder that steps' staging folders are in, or for the next build in its own."""
    files.write_json(folder / TOLD, digests)


def kept(folder: Path) -> dict[str, str]:
    """The digests that an earlier build left, but for files that had just been written; none where none can be read."""
    try:
        told, last = _read(folder), (folder / TOLD).stat().st_mtime_ns - UNSETTLED
        return {stamp: str(digest) for stamp, digest in told.items() if int(stamp.split()[-1]) < last}
    except (OSError, ValueError, AttributeError, IndexError, RecursionError):  # gone, damaged, or of another shape
        return {}


def of(path: Path) -> str:
    """The SHA-256 of a file's content: as the build that runs this notebook has taken it, else read."""
    staging = os.environ.get("ATOM_STAGING")
    told = _told(Path(staging).parent) if staging else {}
    return told.get(stamp(path)) or files.digest(path)


@functools.cache
def _told(folder: Path) -> dict[str, str]:
    return _read(folder) if (folder / TOLD).exists() else {}


def _read(folder: Path) -> dict[str, str]:
    return json.loads((folder / TOLD).read_text(encoding="utf-8"))
