"""Keeping a folder of the archive to one process, and telling in words of a disk that takes nothing more."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import paths

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}


class ArchiveError(RuntimeError):
    """The archive cannot be written, or a day cannot be published; the message says what to do."""


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep the folder to this process, and tell of a full disk or a read-only folder in words. Raises ArchiveError.

    What the words promise is every source's to keep: files are whole or absent (helpers.files, helpers.archive).
    """
    shown = paths.shown(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise ArchiveError(f"{shown}: another collector is at work in this folder; wait for it to finish") from None
    except OSError as error:
        if error.errno in FULL:
            raise ArchiveError(
                f"{shown}: the disk is full, or a limit on files is met ({error.strerror}); make room and run again: "
                "whatever is whole is kept, and nothing that was held is harmed"
            ) from None
        if error.errno in DENIED:
            where = paths.shown(Path(error.filename)) if error.filename else shown
            raise ArchiveError(
                f"{where}: cannot be written ({error.strerror}); allow it, or name another folder"
            ) from None
        raise
