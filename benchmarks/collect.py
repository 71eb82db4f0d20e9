"""Collecting against a bare loop over huggingface_hub's `list_models`.

    python benchmarks/collect.py        500,000 models from a Hub on the loopback: seconds, and memory at two sizes

The yardstick asks for the same fields, goes through all pages and keeps nothing. Both run in fresh processes against
the same server, one after the other; of the pairs' ratios the median counts, for another pair may meet a machine that
others use. Beside the time on the clock stands that of the processor, in which the server has no part. Memory is the
peak of the process's resident set.
"""

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from huggingface_hub import HfApi

from helpers import paths
from helpers.commands import collect
from helpers.sources import hub_asked

sys.path.insert(0, str(paths.ROOT))  # the loopback Hub is part of the tests
from tests.fakehub import FakeHub
from tests.fakehub.holdings import catalogue

SIZES = (50_000, 500_000)
REPEAT = 3
TIME_GOAL = 1.0
MEMORY_GOAL = 300  # MB
FLAT_GOAL = 1.25  # peak at the large size over that at the small one

fresh = multiprocessing.get_context("spawn")


def serve(models: int, pipe) -> None:
    """A Hub in a process of its own; sends its address and stays until told to go."""
    with FakeHub(rows=catalogue(models)) as server:
        pipe.send(server.endpoint)
        pipe.recv()


def ours(endpoint: str) -> int:
    """Collect the whole Hub; gives how many models there were."""
    with tempfile.TemporaryDirectory() as folder:
        return collect.hub(Path(folder), endpoint=endpoint)[0]["rows"]


def bare(endpoint: str) -> int:
    """The yardstick."""
    return sum(1 for _ in HfApi(endpoint=endpoint).list_models(expand=list(hub_asked.EXPAND), sort="createdAt"))


def timed(task, endpoint: str, pipe) -> None:
    """Run a task; sends seconds on the clock, of the processor, peak MB and models."""
    start, worked = time.perf_counter(), time.process_time()
    rows = task(endpoint)
    pipe.send((time.perf_counter() - start, time.process_time() - worked, peak(), rows))


def peak() -> float:
    """The greatest resident set so far, in MB."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measured(task, endpoint: str) -> tuple[float, float, float, int]:
    here, there = fresh.Pipe()
    process = fresh.Process(target=timed, args=(task, endpoint, there))
    process.start()
    there.close()  # so that a process which fails ends the wait
    result = here.recv()
    process.join()
    return result


def compare() -> None:
    """Print times and memory at both sizes; exit 1 if a goal is missed."""
    peaks, missed = [], False
    for models in SIZES:
        here, there = fresh.Pipe()
        server = fresh.Process(target=serve, args=(models, there))
        server.start()
        there.close()
        endpoint = here.recv()
        measured(bare, endpoint)  # the server works out an order of its models only once
        pairs = [(measured(ours, endpoint), measured(bare, endpoint)) for _ in range(REPEAT)]
        here.send("go")
        server.join()
        assert all(told[-1] == models for pair in pairs for told in pair)
        clock, processor = (statistics.median(one[at] / other[at] for one, other in pairs) for at in (0, 1))
        peaks.append(max(one[2] for one, _ in pairs))
        missed |= peaks[-1] > MEMORY_GOAL or (models == SIZES[-1] and clock > TIME_GOAL)
        each = ", ".join(f"{one[0]:.1f} s to {other[0]:.1f} s" for one, other in pairs)
        print(f"{models:,} models, list_models second: {each}; ratio {clock:.2f}; of processor time {processor:.2f}")
        print(f"  {peaks[-1]:.0f} MB")
    growth = peaks[-1] / peaks[0]
    print(f"goals: ratio ≤ {TIME_GOAL}, memory ≤ {MEMORY_GOAL} MB; memory grew by {growth:.2f} (goal ≤ {FLAT_GOAL})")
    if missed or growth > FLAT_GOAL:
        raise SystemExit("a goal is missed")


if __name__ == "__main__":
    compare()
