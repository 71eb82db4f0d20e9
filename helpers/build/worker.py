"""Running a function in a process of its own, which cannot outlive this one and whose death is noticed."""

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

LONGEST = 70
"""Bytes of a folder's name; that of a socket in it may have 107."""
_context = multiprocessing.get_context("forkserver")
_running: set[multiprocessing.process.BaseProcess] = set()


class WorkerDied(RuntimeError):
    """The process ended without an answer: it was killed, or memory ran out."""


class NoTemporaryFolder(RuntimeError):
    """There is none that takes files and has a name short enough for sockets."""


def preload(*modules: str) -> None:
    """Modules that every worker finds already imported; call before the first `run`. Raises NoTemporaryFolder."""
    tempfile.tempdir = _temporary()
    _context.set_forkserver_preload(list(modules))


def _temporary() -> str:
    """The folder for temporary files, or one of the usual ones where the names of sockets in it would be too long."""
    for place in (None, "/tmp", "/var/tmp"):
        with contextlib.suppress(OSError), tempfile.TemporaryDirectory(dir=place) as made:
            if len(os.fsencode(made)) <= LONGEST:
                return str(Path(made).parent)
    raise NoTemporaryFolder("no folder for temporary files can be written; name one with a short path in TMPDIR")


def run(function: Callable[..., Any], *arguments: Any, limit: float | None = None) -> Any:
    """Call `function(*arguments)` in a fresh process and give its result, or raise what it raised.

    Raises WorkerDied where it ends without an answer, or has none after `limit` seconds.
    """
    ours, theirs = _context.Pipe()
    process = _context.Process(target=_serve, args=(theirs, function, arguments))
    process.start()
    theirs.close()
    _running.add(process)
    try:
        if not ours.poll(limit):
            process.kill()
            raise WorkerDied(f"did not end within {limit} s")
        succeeded, answer = ours.recv()
    except EOFError:
        process.join()
        code = process.exitcode or 0
        how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        raise WorkerDied(f"its process ended {how}; if nobody ended it, memory ran out: try fewer --jobs") from None
    finally:
        _running.discard(process)
        ours.close()
    process.join()
    if succeeded:
        return answer
    raise answer


def stop_all() -> None:
    """End every worker that is still running."""
    for process in list(_running):
        process.terminate()
        process.join(5)


def _serve(pipe: Connection, function: Callable[..., Any], arguments: tuple) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which then ends its workers
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    try:
        answer = (True, function(*arguments))
    except Exception as error:
        error.add_note("In the worker:\n" + "".join(traceback.format_tb(error.__traceback__)))
        answer = (False, error)
    pipe.send(answer)


def _end_with_parent(pipe: Connection) -> None:
    """Leave at once when the parent's end of the pipe closes: nobody waits for the result any more."""
    try:
        pipe.recv()
    except (EOFError, OSError):
        os._exit(1)
