"""Derivatives of tracked models, collected base by base from a Hub on the loopback: all rows or no day."""

import bisect
import datetime
import os
import subprocess
import sys

import pandas as pd
import pytest

from helpers import lock, paths
from helpers.archive import days, gather, listings, status, store
from helpers.commands import collect
from helpers.measures import derivatives
from helpers.sources import asking, hub
from helpers.sources.hub_scope import WHOLE, Scope
from tests.fakehub import PASSING, FakeHub, runs
from tests.fakehub.holdings import HOSTILE, SPACES
from tests.fakehub.runs import HASTY, at, authors, wait_for
from tests.fakesources.holdings import lists

BASES = [f"{space}/base-{number}" for space in SPACES[:3] for number in range(0, 50, 8)]
FIRST, SECOND = at("2026-10-20T12:00:00+00:00"), at("2026-10-21T12:00:00+00:00")


def bases(*names):
    return Scope.of("base_model", names or BASES)


def collected(folder, fake, scope=None, limit=10, clock=None):
    """Collect. clock: the Hub's."""
    fake.now = clock
    return collect.hub(folder, scope or bases(), fake.endpoint, HASTY, limit)


def named(row):
    """The bases that a record tags."""
    return [base for base in runs.BASES if f"base_model:{base}" in row["tags"]]


def children(rows, base, count):
    """The first rows, as derivatives of one base."""
    return [row | {"tags": ["safetensors", f"base_model:{base}"]} for row in rows[:count]]


# Everything, whatever happens ---


def test_a_repository_of_two_bases_is_stored_once_and_counts_in_both(tmp_path):
    with FakeHub(1500) as fake:
        twice = [row for row in fake.rows if len(named(row)) == 2]
        both = named(twice[0])
        (facts,) = collected(tmp_path, fake, bases(*both))
        runs.check(tmp_path, fake.rows, bases(*both))
        listed = {base: sum(base in named(row) for row in fake.rows) for base in both}
        assert facts["listings"] == listed
        assert facts["rows"] == sum(listed.values()) - facts["repeated"] < sum(listed.values())
        assert facts["scope"] == "2 models' derivatives"


def test_the_hub_is_asked_for_each_base_to_the_letter(tmp_path):
    with FakeHub(800) as fake:
        base = next(base for row in fake.rows for base in named(row))
        (facts,) = collected(tmp_path, fake, bases(base, base.swapcase()))
        assert facts["listings"][base.swapcase()] == 0 < facts["listings"][base]
        asked = [path for path in fake.requests if "cursor" not in path]
        assert list(dict.fromkeys(path.partition("filter=")[2].partition("&")[0] for path in asked)) == [
            f"base_model%3A{name.replace('/', '%2F')}" for name in sorted([base, base.swapcase()])
        ]


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_costs_no_row(tmp_path, fault):
    with FakeHub(900, script={2: fault, 9: fault}, hostile=32) as fake:
        collected(tmp_path, fake)
        runs.check(tmp_path, fake.rows, bases())
        assert fake.faults.count(fault) == 2


@pytest.mark.parametrize("page", [0, 3, 8])
def test_kill_loses_at_most_the_page_in_flight(tmp_path, page):
    with FakeHub(900, script={page: "stall"}) as fake:
        process = runs.start(tmp_path, fake.endpoint, bases(), 10, asking.Patience())
        wait_for(lambda: len(fake.requests) == page + 1)
        process.kill()
        process.join()
        begun = [0]  # the request with which each list begins
        for base in sorted(BASES):
            begun.append(begun[-1] + (4 if sum(base in named(row) for row in fake.rows) > 1 else 3))
        held = bisect.bisect(begun, page) - 1
        assert len(list(tmp_path.glob("unfinished/*/pages/*/[0-9]*.page"))) == held
        collected(tmp_path, fake)
        runs.check(tmp_path, fake.rows, bases())
        assert fake.requests[page + 1] == fake.requests[begun[held]]
        assert len(fake.requests) == begun[-1] + page - begun[held] + 1


def test_names_that_attack_are_kept_apart_as_text(tmp_path):
    fake = FakeHub(400, hostile=len(HOSTILE))
    fake.rows = [row | {"tags": ["base_model:acme/x", "base_model:<script>alert(1)</script>"]} for row in fake.rows]
    with fake:
        (facts,) = collected(tmp_path / "a", fake, bases("acme/x"), 50)
        assert facts["refused"] == {"no Hub id, namespace/name": len(HOSTILE)}
        runs.check(tmp_path / "a", fake.rows, bases("acme/x"))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


# What is not published ---


def test_a_list_that_ends_early_and_other_bases_than_before_are_kept_aside(tmp_path):
    fake = FakeHub(400)
    fake.rows = children(fake.rows, "acme/x", 100)
    with fake:
        fake.script = dict.fromkeys(range(2, 99), "no-link")
        with pytest.raises(lock.ArchiveError, match=r"a listing ends early .* and neither does a part"):
            collected(tmp_path, fake, bases("acme/x"))
        assert status.status(tmp_path)["state"].tolist() == ["aside"]
        fake.script = dict.fromkeys(range(len(fake.requests) + 1, 999), "500")
        with pytest.raises(hub.HubError, match="HTTP 500"):
            collected(tmp_path, fake, bases("acme/x"))
        fake.script = {}
        collected(tmp_path, fake, bases("acme/x", "acme/y"))
        assert status.status(tmp_path)["state"].tolist() == ["aside", "aside", "held"]
        runs.check(tmp_path, fake.rows, bases("acme/x", "acme/y"))


@pytest.mark.parametrize(
    ("lost", "of", "message"),
    [
        (20, 60, None),  # few
        (60, 300, None),  # a fifth
        (61, 300, r"acme/x: 239 models after 300 on 2026-10-20, a loss of more than 20%"),
        (40, 40, r"acme/x: 0 models after 40"),
        (20, 20, None),
    ],
)
def test_one_base_may_lose_a_fifth_of_its_derivatives(tmp_path, lost, of, message):
    fake = FakeHub(4000, largest=1000)
    others = [row | {"id": f"b/{at}"} for at, row in enumerate(children(fake.rows, "acme/big", 3600))]
    own = children(fake.rows, "acme/x", of)
    fake.rows = [*others, *own]
    scope = bases("acme/x", "acme/big")
    with fake:
        collected(tmp_path, fake, scope, 1000, clock=FIRST)
        fake.change([*others, *own[lost:]])
        if message:
            with pytest.raises(lock.ArchiveError, match=message):
                collected(tmp_path, fake, scope, 1000, clock=SECOND)
            assert store.days(tmp_path) == [datetime.date(2026, 10, 20)]
        else:
            collected(tmp_path, fake, scope, 1000, clock=SECOND)
            assert len(store.days(tmp_path)) == 2


def test_all_bases_together_may_lose_two_per_cent_and_no_more(tmp_path):
    fake = FakeHub(2000)
    names = [f"acme/x{number}" for number in range(10)]
    fake.rows = [row | {"tags": [f"base_model:{names[at % 10]}"]} for at, row in enumerate(fake.rows)]
    with fake:
        collected(tmp_path, fake, bases(*names), 500, clock=FIRST)
        fake.change(fake.rows[100:])
        with pytest.raises(lock.ArchiveError, match=r"all of them together: 1,900 models after 2,000 on 2026-10-20"):
            collected(tmp_path, fake, bases(*names), 500, clock=SECOND)


# Use ---


def registry(folder, names):
    """A list of tracked models."""
    folder.mkdir(parents=True)
    rows = [f"{name.partition('/')[0]},{name.partition('/')[2]},{name}" for name in names]
    for name, content in lists().items():
        (folder / name).write_bytes(content)
    (folder / "models.csv").write_text("\n".join(["org,model,modelId", *rows, ""]), encoding="utf-8")


def atom(endpoint, *arguments):
    told = os.environ | {"HF_ENDPOINT": endpoint, "COLUMNS": "200"}
    command = [sys.executable, "-m", "helpers.cli", "collect", *map(str, arguments)]
    return subprocess.run(
        command, env=told, cwd=paths.ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def test_the_command_collects_what_the_registry_lists_and_status_shows_it(tmp_path):
    with FakeHub(900) as fake:
        missing = atom(fake.endpoint, "derivatives", "--archive", tmp_path)
        assert missing.returncode == 1
        assert "holds no list of models; run `atom collect tracked-models` first" in missing.stdout
        registry(tmp_path / "registry", BASES)
        run = atom(fake.endpoint, "derivatives", "--archive", tmp_path)
        assert run.returncode == 0, run.stdout
        runs.check(tmp_path / "derivatives", fake.rows, bases())
        again = atom(fake.endpoint, "derivatives", "--archive", tmp_path)
        assert "is held; nothing to do" in again.stdout
        collect.hub(tmp_path / "snapshots", authors("acme"), fake.endpoint, HASTY)
        status = atom(fake.endpoint, "status", "--archive", tmp_path)
    kept = status.stdout.split("\n\n")[0]  # the table behind it tells of makers
    assert [line.split()[0] for line in kept.splitlines()[1:]] == ["snapshots", "derivatives"]
    assert f"{len(BASES)} models' derivatives" in status.stdout


def test_days_between_two_listings_are_no_gap(tmp_path):
    with FakeHub(900) as fake:
        for clock in (FIRST, at("2026-10-29T12:00:00+00:00")):
            collected(tmp_path / "derivatives", fake, clock=clock)
            collected(tmp_path / "snapshots", fake, authors("acme"), 1000, clock)
    table = status.overview(tmp_path)
    assert table.groupby("of")["state"].agg(list).to_dict() == {
        "derivatives": ["held", "held"],
        "snapshots": ["held", "gap", "held"],
    }


def test_an_edition_takes_them_where_no_day_of_the_whole_hub_is_held(tmp_path):
    place = tmp_path / "archive"
    registry(place / "registry", BASES)
    with FakeHub(1500, hostile=9) as fake:
        collected(place / "snapshots", fake, authors("acme"), 1000, FIRST)
        for clock in (FIRST, SECOND):
            collected(place / "derivatives", fake, clock=clock)
        told = gather.gather(tmp_path / "by-base", place).set_index("source").loc["derivatives"]
        assert told.tolist() == [1, "2026-10-21", "derivatives of tracked models only"]
        collected(place / "snapshots", fake, Scope(), 1000, at("2026-10-20T01:00:00+00:00"))
        assert days.manifest(place / "snapshots", FIRST().date())["scope"] == ["acme"]  # the day was held
        collected(place / "snapshots", fake, Scope(), 1000)
        told = gather.gather(tmp_path / "whole", place).set_index("source").loc["derivatives"]
        assert told["note"] == "the whole Hub"
        rows = fake.rows
    parts = {}
    for name, covers in {"by-base": listings.DERIVATIVES, "whole": WHOLE}.items():
        path = listings.newest(tmp_path / name / "derivatives")
        parts[name] = listings.read(path)
        assert listings.coverage(path) == covers
        assert str(listings.day(path)) == path.parent.name.removeprefix("date=")
    makers = pd.DataFrame({"model": BASES, "organisation": [base.partition("/")[0] for base in BASES]})
    counted = {
        name: derivatives.counted(derivatives.classify(part, makers, 5, ["gguf"])) for name, part in parts.items()
    }
    tagged = {row["id"] for row in rows if named(row)}
    same = counted["whole"][counted["whole"]["model"].isin(tagged)]
    keys = ["model", "base", "relation", "organisation"]
    assert len(same) > 20
    pd.testing.assert_frame_equal(counted["by-base"][keys].reset_index(drop=True), same[keys].reset_index(drop=True))
