"""Stopping a process in the middle of its work: at random moments, or at a chosen touch of a file."""

import contextlib
import functools
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor

ATTEMPTS = 40
TOGETHER = os.cpu_count()
TOUCHES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree")
"""Python's names for what touches a file."""


@contextlib.contextmanager
def errors_of_ours_as_exit_code():
    """An error of ours ends the process with 3, anything else with a traceback."""
    try:
        yield
    except RuntimeError as error:
        if not type(error).__module__.startswith("helpers"):
            raise
        raise SystemExit(3) from None


def run_to_its_end(start, draw, kills, longest, name):
    """Start a process until one comes to a good end, and kill the first `kills` on the way; gives how often each.

    start: gives a process that runs. draw: decides when to kill, between 10 ms and `longest` seconds. name: of the run.
    """
    starts = killed = 0
    while starts < ATTEMPTS:
        starts += 1
        process = start()
        if killed < kills:
            process.join(draw.uniform(0.01, longest))
            if process.is_alive():
                process.kill()
                killed += 1
        process.join()
        assert process.exitcode in (0, 3, -9), f"{name}: a raw traceback, exit code {process.exitcode}"
        if process.exitcode == 0:
            break
    return {"starts": starts, "kills": killed}


def repeated(runs, one):
    """Run `one` for each number of `runs`, some at a time; gives the sums of what they tell, and the words of those
    that came to no good end. one: a function of a module, for it is run in processes of its own."""
    # not in threads: multiprocessing asks for the end of each of a process's children in all of them; and not forked:
    # a fork takes the forkserver of its parent for its own, and cannot ask for its end
    with ProcessPoolExecutor(TOGETHER, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(functools.partial(_told, one), range(runs)))
    good = [one for one in found if isinstance(one, dict)]
    sums = {name: sum(one[name] for one in good) for name in (good[0] if good else {})}
    return sums, [one for one in found if isinstance(one, str)]


def _told(one, number):
    try:
        return one(number)
    except Exception as error:  # one run that goes wrong must not hide which one it was
        return f"run {number}: {error!r}"


def kill_at(event, folder=None):
    """From now on this process kills itself at its `event`-th touch of a file, of one in `folder` if that is given."""
    touched = 0

    def hook(name, told):
        nonlocal touched
        if name in TOUCHES and (folder is None or str(folder) in str(told[0])):
            touched += 1
            if touched == event:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
