"""Fetches from the fake sources, some full of faults and killed at random moments, and what has to come of them."""

import datetime
import functools
import multiprocessing
import os
import pickle
import random
import re
from pathlib import Path

import pandas as pd
import tenacity.nap

from helpers.archive import weekly_dump
from helpers.sources import (
    fetch_arena,
    fetch_artificial_analysis,
    fetch_epoch,
    fetch_openrouter,
    fetch_tracked_models,
    import_history,
)
from helpers.sources.asking import Patience
from tests import kills
from tests.fakesources import PASSING, FakeSources, holdings
from tests.naps import Naps

HASTY = Patience(silence=0.3, page=5, first=0.01, longest=0.03, tries=12)
"""For servers on the loopback, which are either quick or at fault."""
NOW = datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.UTC)
MODELS = pd.Series([f"acme/m{number}" for number in range(0, 2000, 100)] + ["acme/m3", "acme/none"])
SOURCES = {
    "openrouter": "OpenRouter",
    "aa": "Artificial Analysis",
    "arena": "Arena",
    "epoch": "Epoch AI",
    "tracked": "Tracked models",
    "weekly": "Hub weekly snapshots",
}
"""Short names here → names in messages."""
KEYS = {
    "OPENROUTER_API_KEY": holdings.OPENROUTER_KEY,
    "AA_API_KEY": holdings.AA_KEY,
    "HF_TOKEN": holdings.HF_TOKEN,
}
KILLS = 3

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["httpcore2", "tests.fakesources.runs"])


@functools.cache
def _stock():
    files = {}
    for variant in fetch_arena.VARIANTS:
        board = holdings.parquet(holdings.board().assign(organization=variant))
        files[f"{holdings.ARENA}/{variant}/full-00000-of-00001.parquet"] = board
        files[f"{holdings.ARENA}/{variant}/latest-00000-of-00001.parquet"] = b"newest"
    for week, made in (("2024-07-24", "2024-07-23T22:00"), ("2024-07-31", "2024-07-31T04:00")):
        files[f"{holdings.WEEKLY}/models/{week}/models.parquet"] = holdings.dump(made, count=int(week[-2:]))
    return pickle.dumps((holdings.rankings("2025-01-01", "2026-11-23"), files))


def stocked(**options):
    """A server that holds something of each source."""
    fake = FakeSources(**options)
    fake.today = NOW.date()
    fake.rankings, fake.files = pickle.loads(_stock())
    fake.models, fake.index, fake.raw = holdings.catalogue(), holdings.index(450), holdings.tree()
    fake.epoch = holdings.epoch()
    return fake


def gather(source, folder, fake, **options):
    """Fetch one source, as `atom collect` does. fake: a server, or the addresses of one."""
    clock = {"clock": lambda: NOW} | options
    calls = {
        "openrouter": lambda: fetch_openrouter.fetch_all(folder, fake.openrouter, HASTY, **clock),
        "aa": lambda: fetch_artificial_analysis.fetch_all(folder, fake.aa, HASTY, **clock),
        "arena": lambda: fetch_arena.fetch_all(folder, endpoint=fake.hub, patience=HASTY, **options),
        "epoch": lambda: fetch_epoch.fetch_all(folder, f"{fake.hub}/data", HASTY, **options),
        "tracked": lambda: fetch_tracked_models.fetch_all(
            folder, api=fake.api, raw=fake.plain, patience=HASTY, **options
        ),
        "weekly": lambda: weekly_dump.fetch_all(folder, MODELS, endpoint=fake.hub, patience=HASTY, **options),
    }
    return calls[source]()


def tables(folder):
    """What was fetched: data files as bytes, records without times and hosts; whatever else a stop has left, too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.name.endswith(".provenance.json"):
            text = re.sub(r'"(fetched|received)": [^\n]*', "", path.read_text(encoding="utf-8"))
            found[name] = re.sub(r"http://[\d.:]+", "", text)
        elif path.is_file() and path.name != ".lock":
            found[name] = path.read_bytes()
    return found


class Addresses:
    """Where a server is: what a process of its own needs to know of it."""

    def __init__(self, fake):
        self.hub, self.openrouter, self.aa, self.api, self.plain = (
            fake.hub, fake.openrouter, fake.aa, fake.api, fake.plain,
        )  # fmt: skip


def quietly(source, folder, addresses):
    """Fetch; errors of ours are an exit code, anything else a traceback."""
    os.environ.update(KEYS)
    tenacity.nap.time = Naps()
    with kills.errors_of_ours_as_exit_code():
        gather(source, folder, addresses)


def run(folder: Path, wanted: dict, seed: int) -> dict:
    """One seeded run with faults and kills; gives how it went. Raises AssertionError unless it ends in what is wanted.

    wanted: source → its `tables`. The sources take turns.
    """
    draw, folder, source = random.Random(seed), folder / str(seed), list(SOURCES)[seed % len(SOURCES)]
    rates = {name: draw.choice([0, 0.03, 0.06]) for name in (*PASSING, "other-range")} | {"429": 0.01}

    def start():
        process = processes.Process(target=quietly, args=(source, folder, Addresses(fake)))
        process.start()
        return process

    with stocked(rates=rates, seed=seed) as fake:
        ended = kills.run_to_its_end(start, draw, draw.randrange(1, KILLS + 1), 0.3, f"seed {seed}, {source}")
        assert tables(folder) == wanted[source], f"seed {seed}, {source}"
        return ended | {"faults": sum(map(bool, fake.faults)), "requests": len(fake.requests)}


def import_until(path, folder, event):
    """Bring a history in, in a process that kills itself at the `event`-th touch of a file in `folder`."""
    kills.kill_at(event, folder)
    import_history.bring_in(path, folder)
