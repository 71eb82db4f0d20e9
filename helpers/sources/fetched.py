"""Fetched files: each whole or absent, and beside it a record of where it came from.

The record of a file, `<file>.provenance.json`, says address, time, version, sha256 and size, and who is to be credited.
A file that another takes the place of is kept with its record, `replaced/<file>/<when it was fetched>`; of them the
newest few.
"""

import datetime
import json
import os
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

RECORD = ".provenance.json"
"""What the name of a file's record adds to its own."""
STAGE = ".fetched-"
"""How a folder is named that a fetch works in."""
REPLACED = "replaced"
"""Folder of what other files have taken the places of."""
VERSIONS = 3
"""How many of them are kept of a file."""
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
    return path.with_name(path.name + RECORD)


@contextmanager
def publishing(path: Path, versions: bool = True, /, **facts: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give a file beside `path`, and its record to add to; on a clean exit both take their places.

    versions: whether what is replaced is kept; not where the new file holds all that the old one held.
    A stop between the two leaves a record of another file; `provenance` refuses it. What a reader says against the
    file beside is told as about what was fetched: FetchError.
    """
    record = dict(facts)
    try:
        with files.replacing(path, lasting=True) as beside:
            yield beside, record
            record |= {"sha256": files.digest(beside), "size": beside.stat().st_size}
            if versions and path.is_file() and files.digest(path) != record["sha256"]:
                keep(path)
        files.write_json(sidecar(path), record, lasting=True)
    except (contracts.ContractError, UnicodeError) as error:  # half a character is no text, though JSON can write it
        what, said = f"what was fetched for {paths.shown(path)}", "; ".join(str(error).splitlines())
        told = said.replace(paths.shown(beside), what)
        told = told if isinstance(error, contracts.ContractError) else f"{what}: {said}"
        words = f"{facts.get('source', 'The files')}: {keys.redact(told)}"
        raise FetchError(f"{words}. Nothing was replaced; if it stays so, the source has changed its form") from None


def keep(path: Path) -> None:
    """Keep what is held at `path` under replaced/, with its record, and no more than VERSIONS of the kind."""
    folder, told = path.parent / REPLACED / path.name, sidecar(path)
    held, digest = _versions(folder), files.digest(path)
    if any(files.digest(version) == digest for version in held):
        return  # a stop came between keeping and replacing
    try:
        when = datetime.datetime.fromisoformat(json.loads(told.read_text(encoding="utf-8"))["fetched"])
    except (OSError, ValueError, KeyError, TypeError):
        when = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    name = f"{when.astimezone(datetime.UTC):%Y-%m-%dT%H%M%SZ}"
    same = sum(version.name.startswith(name) for version in held)
    place = folder / f"{name}{f'.{same}' if same else ''}{path.suffix}"
    for source, target in ((told, sidecar(place)), (path, place)):
        if source.is_file():
            with files.replacing(target, lasting=True) as beside:
                beside.unlink()
                _bring(source, beside)
    for version in _versions(folder)[:-VERSIONS]:
        version.unlink()
        sidecar(version).unlink(missing_ok=True)


def _versions(folder: Path) -> list[Path]:
    """What is kept of a file, oldest first; the records not among them."""
    found = (path for path in folder.glob("[0-9]*") if not path.name.endswith(RECORD))
    return sorted(found, key=lambda path: path.stem)


def _bring(source: Path, target: Path) -> None:
    """Link a file to `target`, or copy it where the disk knows no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


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
