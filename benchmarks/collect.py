"""Collecting against a bare loop over huggingface_hub's `list_models`, and faults and kills by the hundred.

    python benchmarks/collect.py        500,000 models from a Hub on the loopback: seconds, and memory at two sizes
    python benchmarks/collect.py runs   200 collections of a Hub full of faults, killed at random moments

The yardstick asks for the same fields, goes through all pages and keeps nothing. Both run in fresh processes against
the same server in the same run, in turn; the best of the repetitions counts. Memory is the peak of the process's
resident set.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from helpers import paths
from helpers.commands import collect
from helpers.sources import hub_asked

sys.path.insert(0, str(paths.ROOT))  # the loopback Hub is part of the tests
from tests.fakehub import FakeHub, runs
from tests.fakehub.holdings import catalogue

SIZES = (50_000, 500_000)
REPEAT = 3
RUNS = 200
TIME_GOAL = 1.2
MEMORY_GOAL = 300  # MB
FLAT_GOAL = 1.25  # peak at the large size over that at the small one

fresh = multiprocessing.get_context("spawn")


def serve(models: int, pipe) -> None:
    """A Hub in a process of its own; sends its address and stays until told to go."""
    with FakeHub(rows=catalogue(models)) as server:
        pipe.send(server.endpoint)
        pipe.recv()


def ours(endpoint: str, pipe) -> None:
    """Collect the whole Hub; sends seconds, peak MB and models."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        rows = collect.hub(Path(folder), endpoint=endpoint)[0]["rows"]
        seconds = time.perf_counter() - start
    pipe.send((seconds, peak(), rows))


def bare(endpoint: str, pipe) -> None:
    """The yardstick; sends seconds, peak MB and models."""
    from huggingface_hub import HfApi

    start = time.perf_counter()
    rows = sum(1 for _ in HfApi(endpoint=endpoint).list_models(expand=list(hub_asked.EXPAND), sort="created_at"))
    pipe.send((time.perf_counter() - start, peak(), rows))


def peak() -> float:
    """The greatest resident set so far, in MB."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measured(task, endpoint: str) -> tuple[float, float, int]:
    here, there = fresh.Pipe()
    process = fresh.Process(target=task, args=(endpoint, there))
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
        taken = {task: [measured(task, endpoint) for _ in range(REPEAT)] for task in (ours, bare)}
        here.send("go")
        server.join()
        assert all(rows == models for results in taken.values() for _, _, rows in results)
        best = {task: min(seconds for seconds, _, _ in results) for task, results in taken.items()}
        memory = max(megabytes for _, megabytes, _ in taken[ours])
        peaks.append(memory)
        ratio = best[ours] / best[bare]
        missed |= memory > MEMORY_GOAL or (models == SIZES[-1] and ratio > TIME_GOAL)
        print(
            f"{models:,} models: {best[ours]:.1f} s; list_models {best[bare]:.1f} s; ratio {ratio:.2f}; {memory:.0f} MB"
        )
    growth = peaks[-1] / peaks[0]
    print(f"goals: ratio ≤ {TIME_GOAL}, memory ≤ {MEMORY_GOAL} MB; memory grew by {growth:.2f} (goal ≤ {FLAT_GOAL})")
    if missed or growth > FLAT_GOAL:
        raise SystemExit("a goal is missed")


def repeat() -> None:
    """Print what came of the seeded runs; the first that loses, doubles or invents a row ends them with its seed."""
    total: dict[str, int] = {}
    for seed in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            for what, count in runs.run(seed, Path(folder)).items():
                total[what] = total.get(what, 0) + count
    print(f"{RUNS} runs ended in exactly the rows that the server held; {total}")


if __name__ == "__main__":
    repeat() if sys.argv[1:] == ["runs"] else compare()
