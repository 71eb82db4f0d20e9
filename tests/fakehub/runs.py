"""Runs of the collector against a Hub full of faults, killed at random moments, and what has to come of them."""

import datetime
import json
import multiprocessing
import random
import shutil
import time
from pathlib import Path

import pyarrow.parquet
import tenacity.nap

from helpers.archive import days, sound, status
from helpers.commands import collect
from helpers.sources.asking import Patience
from helpers.sources.hub_scope import Scope
from tests import kills
from tests.fakehub import PASSING, FakeHub, damage
from tests.fakehub.holdings import HOSTILE, SPACES
from tests.naps import Naps

HASTY = Patience(silence=0.25, page=0.5, first=0.01, longest=0.05, tries=20)
"""For a Hub on the loopback, which is either quick or at fault."""
KILLS = 4
CLOCKS = (None, None, "1970-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00")
"""What a machine's clock may say."""
BASES = [f"{space}/base-{number}" for space in SPACES for number in range(50)]
"""Every model that one of the catalogue may name as its base."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["httpcore2", "tests.fakehub.runs"])


def authors(*names):
    """What a day lists: the models of these."""
    return Scope.of("author", names)


def at(text):
    """A clock that stands still."""
    return lambda: datetime.datetime.fromisoformat(text)


def wait_for(condition):
    """Until it holds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def start(folder, endpoint, scope=None, limit=1000, patience=HASTY, clock=None):
    """The collector in a process of its own. clock: what this machine's says there, None for the true time."""
    process = processes.Process(target=quietly, args=(folder, endpoint, scope, limit, patience, clock))
    process.start()
    return process


def quietly(folder, endpoint, scope, limit, patience, clock=None):
    """Collect; errors of ours are an exit code, anything else a traceback."""
    tenacity.nap.time = Naps()
    with kills.errors_of_ours_as_exit_code():
        collect.hub(folder, scope, endpoint, patience, limit, **({"clock": at(clock)} if clock else {}))


def publish_until(folder, event):
    """Publish what is ready in `folder`, in a process that kills itself at the `event`-th touch of a file."""
    kills.kill_at(event)
    for left in days.unfinished(folder):
        days.publish(left, left.started)


def run(folder: Path, seed: int) -> dict:
    """One seeded run; gives how it went. Raises AssertionError unless it ends in the rows that the server holds."""
    draw, folder = random.Random(seed), folder / str(seed)
    rates = {name: draw.choice([0, 0.02, 0.04]) for name in PASSING}
    rates |= {name: min(rates[name], 0.01) for name in ("429-ratelimit", "429-retry-after", "null-row", "no-field")}
    rates |= {name: min(rates[name], 0.01) for name in ("short", "empty", "expired")}
    rates |= {"no-link": draw.choice([0, 0.03, 0.2])}
    names = SPACES[: draw.randrange(1, len(SPACES))]
    scope = draw.choice([None, Scope.of("author", names), Scope.of("base_model", BASES[:: draw.randrange(5, 40)])])
    limit = draw.randrange(20, 90)
    largest = draw.choice([limit, draw.randrange(limit // 2, limit)])
    with FakeHub(draw.randrange(200, 1200), seed, rates, hostile=draw.randrange(40), largest=largest) as hub:
        intended = draw.randrange(1, KILLS + 1)
        chance, befallen = random.Random(f"damage {seed}"), []
        planted = damage.plant(folder, chance)

        def started():
            befallen.append(damage.befall(folder, chance))
            return start(folder, hub.endpoint, scope, limit, clock=chance.choice(CLOCKS))

        ended = kills.run_to_its_end(started, draw, intended, 0.15, f"seed {seed}")
        named = [found.place for found in sound.look(folder, verify=True)[1]]
        assert named == ([planted] if planted else []), f"seed {seed}: what is damaged"
        status.status(folder, verify=True)
        if planted:
            shutil.rmtree(planted)
        ended["rows"] = check(folder, hub.rows, scope, f"seed {seed}")
        ended["damages"] = sum(befallen) + bool(planted)
        return ended | {"faults": sum(map(bool, hub.faults)), "requests": len(hub.requests)}


def check(folder: Path, rows, scope=None, name="the archive"):
    """The one day held is exactly what the server holds of its scope: no row lost, doubled, invented or changed.

    Gives how many rows there are.
    """
    (place,) = folder.glob("date=*")
    held = read(place)
    lists = {}
    if scope is not None:
        lists = {wanted: [row for row in rows if stands(row, scope.by, wanted)] for wanted in scope.names}
        rows = list({id(row): row for part in lists.values() for row in part}.values())
    wanted = {row["id"]: row for row in rows if row["id"] not in HOSTILE}
    ids = [row["model"] for row in held]
    wrong = (len(set(wanted) - set(ids)), len(ids) - len(set(ids)), len(set(ids) - set(wanted)))
    assert ids == sorted(wanted), "{}: {} lost, {} doubled, {} invented".format(name, *wrong)
    for row in held:
        assert row == expected(wanted[row["model"]]), f"{name}: {row['model']} is changed"
    left = [json.loads(line)["record"]["id"] for line in (place / "refused.jsonl").read_text("utf-8").splitlines()]
    assert sorted(left) == sorted({row["id"] for row in rows if row["id"] in HOSTILE}), f"{name}: refused names"
    manifest = json.loads((place / "manifest.json").read_text("utf-8"))
    assert manifest["rows"] == len(ids)
    told = {key: sum(row["id"] not in HOSTILE for row in part) for key, part in lists.items()}
    assert manifest["listings"] == (told or {"*": len(ids)}), f"{name}: models of each list"
    assert sum(manifest["refused"].values()) == len(left)
    assert not list((folder / "unfinished").glob("*"))
    return len(ids)


def stands(row, by, name):
    """Whether a model stands in the list of an author's models, or of those that name a base."""
    return row["id"].startswith(f"{name}/") if by == "author" else f"base_model:{name}" in row["tags"]


def contents(folder):
    """What is held, byte by byte: path of each file of each day → content, time of change."""
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.glob("date=*/*"))}


def read(place: Path):
    """Rows of a day, times in the Hub's own way of writing."""
    with pyarrow.parquet.ParquetFile(place / "models.parquet") as file:
        rows = file.read().to_pylist()
    for row in rows:
        for name in ("created_at", "last_modified"):
            row[name] = row[name] and row[name].strftime("%Y-%m-%dT%H:%M:%S.") + f"{row[name].microsecond // 1000:03}Z"
    return rows


def expected(record):
    """A record of the catalogue as the archive should hold it."""
    return {
        "model": record["id"],
        "downloads_all_time": record["downloadsAllTime"],
        "created_at": record["createdAt"],
        "downloads": record["downloads"],
        "likes": record["likes"],
        "tags": record["tags"],
        "library_name": record["library_name"],
        "pipeline_tag": record["pipeline_tag"],
        "safetensors_total": record["safetensors"] and record["safetensors"]["total"],
        "gated": record["gated"] or "false",
        "last_modified": record["lastModified"],
    }
