"""Keeping a folder to one process, and telling errors in words, those of a disk that takes nothing more among them."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeGuard

from filelock import FileLock, Timeout

from helpers import paths

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}
TAKEN = (FileExistsError, NotADirectoryError, IsADirectoryError)


class ArchiveError(RuntimeError):
    """The archive cannot be written, or a day cannot be published; the message says what to do."""


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep the folder to this process, and tell of what the disk refuses in words. Raises ArchiveError.

    What the words promise is every source's to keep: files are whole or absent (helpers.files, helpers.archive).
    """
    with in_words(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / ".lock", timeout=0):
                yield
        except Timeout:
            raise ArchiveError(
                f"{paths.shown(folder)}: another collector is at work in this folder; wait for it to finish"
            ) from None


@contextmanager
def in_words(folder: Path, done: str = "written") -> Iterator[None]:
    """Tell of what the disk refuses in `folder` as an ArchiveError that says where, and what to do; done: to it."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # none of the disk's
            raise
        raise ArchiveError(told(error, folder, done)) from None


def refuses(error: BaseException) -> TypeGuard[OSError]:
    """Whether an error is the disk's: no room, no leave, or a file where a folder is wanted."""
    return isinstance(error, OSError) and (error.errno in FULL | DENIED or isinstance(error, TAKEN))


def words(error: Exception, folder: Path) -> str | None:
    """An error of ours, or of the disk's at work in `folder`, in words; None for any other: the fault is ours."""
    if refuses(error):
        return told(error, folder)
    return str(error) if type(error).__module__.startswith("helpers") else None


def told(error: OSError, folder: Path, done: str = "written") -> str:
    """What the disk refuses in `folder`, where, and what to do."""
    shown = paths.shown(folder)
    where = paths.shown(Path(error.filename)) if isinstance(error.filename, str | Path) else shown
    if error.errno in FULL:
        return (
            f"{shown}: the disk is full, or a limit on files is met ({error.strerror}); make room and run again: "
            "whatever is whole is kept, and nothing that was held is harmed"
        )
    if error.errno in DENIED:
        return f"{where}: cannot be {done} ({error.strerror}); allow it, or name another folder"
    if isinstance(error, TAKEN):
        return f"{where}: a file is where a folder is wanted, or the other way round; move it away and run again"
    return f"{where}: {error.strerror}; see to the disk, then run again: nothing that was held is harmed"
