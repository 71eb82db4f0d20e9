"""What every command keeps to: one checkout, one build at a time, and words where something is refused."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import lock, paths


class PlaceError(RuntimeError):
    """A command that would work on another checkout than the one it is typed in, or on half a program."""


def check_place(program: str) -> None:
    """Raise PlaceError where the command is typed in another checkout than the one at work, or its program lies there.

    A copied environment, or one that is still active, runs the code of the checkout that it was made for.
    Without docstrings (-OO) it is raised, too: they say what findings state.
    """
    if sys.flags.optimize > 1:
        raise PlaceError("PYTHONOPTIMIZE (or -OO) takes away words that the report needs; unset it")
    for place in (Path.cwd(), Path(program).resolve().parent):
        checkouts = (folder for folder in (place, *place.parents) if (folder / "helpers" / "cli.py").is_file())
        if (near := next(checkouts, paths.ROOT)) != paths.ROOT:
            raise PlaceError(f"this program works on {paths.ROOT}, not on {near}; run `make report` there")


@contextmanager
def hold() -> Iterator[None]:
    """Hold the build folder for this process; says so while it waits for another build."""
    paths.BUILD.mkdir(parents=True, exist_ok=True)
    held = FileLock(paths.BUILD / ".lock")
    try:
        held.acquire(timeout=0)
    except Timeout:
        print("Another build is at work in this folder; waiting for it to finish.", flush=True)
        held.acquire()
    try:
        yield
    finally:
        held.release()


def words(error: Exception) -> str:
    """An error in words. Raises it where it is neither one of ours nor the disk's: then the fault is ours."""
    said = lock.words(error, paths.BUILD)
    if said is None:
        raise error
    return said
