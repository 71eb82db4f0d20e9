"""Files that are whole or absent: written beside their place, then renamed into it."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, safely to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replacing(path: Path, lasting: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `path`; on a clean exit it takes the place of `path`, otherwise it is removed.

    lasting: whether it is to be whole or absent after a power cut, too, as all is that cannot be made again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)  # mkstemp makes files private; results are for everyone
        if lasting:
            sync(beside)
        beside.replace(path)
        if lasting:
            sync(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str, lasting: bool = False) -> None:
    """Write UTF-8 text with plain line ends, whole or not at all."""
    with replacing(path, lasting) as beside:
        beside.write_bytes(text.encode())


def write_json(path: Path, content: Any, lasting: bool = False) -> None:
    """Write readable, key-ordered JSON, whole or not at all; NaN is refused."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n", lasting)


def clear(folder: Path) -> None:
    """Make `folder` an empty one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def digest(path: Path) -> str:
    """The SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
