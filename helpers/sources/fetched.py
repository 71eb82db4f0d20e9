"""Fetched files: each whole or absent, and beside it a record of where it came from.

The record of a file, `<file>.provenance.json`, says address, time, version, sha256 and size, and who is to be credited.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers import files, lock, paths
from helpers.sources import keys
from helpers.sources.fetch import FetchError
from helpers.tables import contracts

STAGE = ".fetched-"
"""How a folder is named that a fetch works in."""
LEFT = re.compile(r"\.(.+)(\.\w+)\.[a-z0-9_]{8}\2(\.\d+)?")
"""Names of files beside their place (helpers.files)."""


@contextmanager
def working(folder: Path) -> Iterator[None]:
    """Keep a folder to this process, as lock.exclusive does, and clear away what a stop has left in it."""
    with lock.exclusive(folder):
        for place in folder.glob(f"{STAGE}*"):
            shutil.rmtree(place)
        for path in folder.rglob(".*"):
            if LEFT.fullmatch(path.name):
                path.unlink()
        yield


@contextmanager
def stage(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` for what is not yet whole; at the end it is removed, if it was not renamed."""
    place = Path(tempfile.mkdtemp(dir=folder, prefix=STAGE))
    try:
        place.chmod(0o755)  # mkdtemp makes folders private; results are for everyone
        yield place
    finally:
        if place.exists():
            shutil.rmtree(place)


def sidecar(path: Path) -> Path:
    """Where the record of a fetched file is."""
    return path.with_name(f"{path.name}.provenance.json")


@contextmanager
def publishing(path: Path, **facts: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give a file beside `path`, and its record to add to; on a clean exit both take their places.

    A stop between the two leaves a record of another file; `provenance` refuses it. What a reader says against the
    file beside is told as about what was fetched: FetchError.
    """
    record = dict(facts)
    try:
        with files.replacing(path) as beside:
            yield beside, record
            record |= {"sha256": files.digest(beside), "size": beside.stat().st_size}
        files.write_json(sidecar(path), record)
    except (contracts.ContractError, UnicodeError) as error:  # half a character is no text, though JSON can write it
        words = keys.redact(str(error)).replace(paths.shown(beside), f"what was fetched for {paths.shown(path)}")
        raise FetchError(f"{words}. Nothing was replaced; if it stays so, the source has changed its form") from None


def provenance(path: Path) -> dict[str, Any]:
    """The record of a fetched file. Raises FetchError without one, or where the file is no longer the one fetched."""
    try:
        record = json.loads(sidecar(path).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        why = "has no record" if isinstance(error, FileNotFoundError) else f"has a broken record ({error})"
        raise FetchError(f"{paths.shown(path)}: {why} of where it came from; fetch it again") from None
    if files.digest(path) != record["sha256"]:
        raise FetchError(f"{paths.shown(path)}: is not the file that its record tells of; fetch it again")
    return record
