"""The collector at the Hub's real doors: what the list refuses, where it ends, and what day it is there."""

import datetime
import random

import httpx2
import pytest

from helpers.archive import days, status, store
from helpers.commands import collect
from helpers.lock import ArchiveError
from helpers.sources import hub as source
from helpers.sources.hub_scope import WHOLE, Scope
from tests.fakehub import FIELDS, FakeHub, runs
from tests.fakehub.holdings import SPACES, catalogue
from tests.fakehub.runs import BASES, HASTY, at, authors

PROOF = 3
"""Requests that prove the end of a list."""
DAY = datetime.datetime(2026, 10, 20, 12, tzinfo=datetime.UTC)


def gather(folder, hub, scope=None, limit=50, **more):
    return collect.hub(folder, scope, hub.endpoint, HASTY, limit, **more)


# What is refused ---


@pytest.mark.parametrize("name", ["baseModels", "childrenModelCount", "usedStorage"])
def test_the_loopback_hub_refuses_what_the_real_list_refuses(name):
    with FakeHub(20) as hub:
        answer = httpx2.get(f"{hub.endpoint}/api/models", params={"expand[]": ["createdAt", name]})
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("✖ Invalid option: expected one of ")
        assert answer.json()["error"].endswith("→ at expand[1]")
        answer = httpx2.get(f"{hub.endpoint}/api/models", params={"sort": "createdAt", "direction": "1"})
        assert answer.status_code == 400
        answer = httpx2.get(f"{hub.endpoint}/api/models", params={"sort": "trending"})
        assert answer.json() == {"error": "✖ Invalid sort parameter: trending"}


def test_the_list_runs_downwards_and_nothing_refused_is_asked_for(tmp_path):
    with FakeHub(180) as hub:
        (facts,) = gather(tmp_path, hub)
        runs.check(tmp_path, hub.rows)
        assert facts["not_asked_for"] == []
        assert all("direction" not in path and "baseModels" not in path for path in hub.requests)
        newest = httpx2.get(hub.endpoint + hub.requests[0]).json()
        assert [row["id"] for row in newest] == [row["id"] for row in hub.rows[:-51:-1]]


@pytest.mark.parametrize("refuses", [["gated"], ["sort"], ["limit"], ["safetensors", "likes", "sort", "limit"]])
def test_what_can_be_done_without_is_and_it_is_said_and_put_on_record(tmp_path, refuses, capsys):
    with FakeHub(180, refuses=refuses, largest=40) as hub:
        (facts,) = gather(tmp_path, hub)
        wanted = [row | dict.fromkeys(set(refuses) & row.keys() - {"gated"}) for row in hub.rows]
        held = {row["model"]: row for row in runs.read(next(tmp_path.glob("date=*")))}
    assert sorted(held) == sorted(row["id"] for row in wanted)
    fields = sorted(set(refuses) - {"limit"})
    assert facts["not_asked_for"] == fields
    (note,) = status.status(tmp_path)["note"]
    assert note == WHOLE + (f"; the Hub refused {', '.join(fields)}" if fields else "")
    said = capsys.readouterr().out
    assert all(name in said for name in fields)
    assert ("asking for 5 records at a time" in said) is ("limit" in refuses)
    for name in {"gated", "likes"} & set(refuses):
        assert {row[name] for row in held.values()} == {None}


@pytest.mark.parametrize("name", ["createdAt", "downloadsAllTime", "tags"])
def test_what_is_needed_cannot_be_done_without(tmp_path, name):
    with FakeHub(80) as hub:
        gather(tmp_path, hub, clock=at("2026-10-20T12:00:00+00:00"))
        before = runs.contents(tmp_path)
        hub.refuses, hub.now = {name}, datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        with pytest.raises(source.HubError, match=r"HTTP 400 '✖ Invalid option: expected one of"):
            gather(tmp_path, hub)
        assert runs.contents(tmp_path) == before
    assert name in FIELDS


# Where a list ends ---


class Mute(FakeHub):
    """Tells of no next page where it gives fewer records than it was asked for."""

    def fault(self, path, headers):
        found = super().fault(path, headers)
        return "no-link" if int(httpx2.URL(path).params["limit"]) > self.largest else found


@pytest.mark.parametrize("largest", [2, 7, 30, 49])
@pytest.mark.parametrize("scope", [None, authors(*SPACES), Scope.of("base_model", BASES[::9])])
def test_a_hub_of_smaller_pages_that_never_tells_of_a_next_one_loses_no_row(tmp_path, largest, scope):
    with Mute(200, largest=largest) as hub:
        gather(tmp_path, hub, scope)
        runs.check(tmp_path, hub.rows, scope)


def test_a_first_page_cut_short_is_no_measure_of_the_others(tmp_path):
    with FakeHub(500, script={0: "short-link", 3: "short-link", 5: "short-link"}) as hub:
        gather(tmp_path, hub)
        runs.check(tmp_path, hub.rows)
    with FakeHub(500, script={2: "short-link"}, largest=30) as hub:
        gather(tmp_path / "small", hub)
        runs.check(tmp_path / "small", hub.rows)
        # the first page is made sure of and the short one, and the end once more than elsewhere
        assert len(hub.requests) == 18 + 2 + PROOF + 1


def test_seeded_runs_with_small_pages_and_dropped_links_lose_no_row(tmp_path):
    rows = links = 0
    for seed in range(60):
        draw = random.Random(seed)
        limit = draw.randrange(2, 60)
        rates = {"no-link": draw.choice([0.1, 0.3, 0.5]), "short-link": 0.05, "520": 0.02}
        scope = draw.choice([None, authors(*SPACES[: draw.randrange(1, 6)])])
        with FakeHub(draw.randrange(60, 300), seed, rates, largest=draw.randrange(2, limit + 1)) as hub:
            (facts,) = gather(tmp_path / str(seed), hub, scope, limit)
            runs.check(tmp_path / str(seed), hub.rows, scope, f"seed {seed}")
            rows, links = rows + facts["rows"], links + hub.faults.count("no-link")
    print(f"60 runs on their first day: {links:,} Links dropped, {rows:,} rows held, 0 lost, doubled or invented")
    assert links > 300


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_an_empty_list_and_a_short_one_are_made_sure_of(tmp_path, number):
    rows = [row for row in catalogue(300) if row["id"].startswith("acme/")][:3]
    others = [row for row in catalogue(300) if row["id"].startswith("Qwen/")][:20]
    for fault in ("empty", "short", "no-link"):
        with FakeHub(rows=[*rows[:number], *others], script={0: fault}) as hub:
            (facts,) = gather(tmp_path / fault, hub, authors("acme", "Qwen"))
            assert facts["listings"] == {"acme": number, "Qwen": 20}


@pytest.mark.parametrize("models", [1, 2, 39, 40, 41, 130])
def test_a_hub_that_gives_as_many_as_it_likes_is_read_to_its_end(tmp_path, models):
    class Likes(FakeHub):
        def records(self, _):
            return self.largest

    rows = [row | {"id": f"acme/{number}"} for number, row in enumerate(catalogue(models))]
    for rates in ({}, {"no-link": 0.2}):
        with Likes(rows=rows, largest=40, rates=rates) as hub:
            gather(tmp_path / str(rates), hub, authors("acme"))
            runs.check(tmp_path / str(rates), rows, authors("acme"))


def test_an_empty_page_after_a_full_one_is_the_end_and_models_may_go_away_meanwhile(tmp_path):
    class Full(FakeHub):
        """Tells of a next page after each full one, the last included, as the real one may; and loses a model."""

        def following(self, start, limit, rows):
            return start + limit if start + limit <= rows else None

        def fault(self, path, headers):
            if gone and len(self.requests) == 3:
                self.change(self.rows[1:])  # the last of the last full page, which is read by now
            return super().fault(path, headers)

    for gone in (False, True):
        with Full(150) as hub:
            rows = hub.rows
            gather(tmp_path / str(gone), hub)
            runs.check(tmp_path / str(gone), rows)
            assert f"limit={49 - gone}" in hub.requests[-PROOF - gone]


def test_a_day_hangs_neither_on_order_nor_on_one_model_dated_oddly(tmp_path):
    rows = catalogue(300)
    odd = [rows[7] | {"id": "acme/old", "_id": "a" * 24, "createdAt": "1970-01-01T00:00:00.000Z"}]
    odd += [rows[7] | {"id": "acme/new", "_id": "b" * 24, "createdAt": "2099-01-01T00:00:00.000Z"}]
    draw = random.Random(1)
    with FakeHub(rows=[*rows, *odd], refuses=["sort"]) as hub:
        hub._select = lambda query: draw.sample(whole := FakeHub._select(hub, query), len(whole))
        (facts,) = gather(tmp_path / "shuffled", hub)
        assert facts["rows"] == 300
        assert facts["refused"] == {"createdAt: outside reason": 2}
        assert facts["not_asked_for"] == ["sort"]
    for part, words in ((rows[100:], "of the Hub's first month"), (rows[:-100], "of the last days")):
        with FakeHub(rows=[*part, *odd]) as hub, pytest.raises(ArchiveError, match=f"0 models are {words}"):
            gather(tmp_path / words, hub)


# What day it is ---


@pytest.mark.parametrize("wrong", ["1970-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00"])
def test_the_hubs_clock_names_the_day_whatever_this_machines_says(tmp_path, wrong, capsys):
    with FakeHub(rows=catalogue(120, now=DAY), now=DAY) as hub:
        (facts,) = gather(tmp_path, hub, clock=at(wrong))
        assert (facts["day"], facts["started"][:10], facts["finished"][:10]) == ("2026-10-20",) * 3
        assert store.days(tmp_path) == [DAY.date()]
        assert f"clock says {wrong[:10]} 00:00 UTC, the Hub's 2026-10-20 12:00: that counts" in capsys.readouterr().out
        before = runs.contents(tmp_path)
        assert gather(tmp_path, hub, clock=at(wrong)) == []
        assert runs.contents(tmp_path) == before
        assert hub.probes == 2


@pytest.mark.parametrize("wrong", ["1970-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00"])
@pytest.mark.parametrize("whose", ["the Hub's clock says", "this machine's says"])
def test_a_day_out_of_reason_is_refused_and_harms_nothing(tmp_path, wrong, whose):
    with FakeHub(rows=catalogue(120, now=DAY), now=DAY) as hub:
        gather(tmp_path, hub)
        before = runs.contents(tmp_path)
        hub.now = at(wrong) if "Hub" in whose else ""
        with pytest.raises(source.HubError, match=rf"{whose} {wrong[:10]} 00:00, and a day from 2022-01-01"):
            gather(tmp_path, hub, clock=at(wrong))
        assert runs.contents(tmp_path) == before
        assert not days.unfinished(tmp_path)
        assert store.days(tmp_path) == [DAY.date()]


def test_a_day_that_was_begun_by_a_clock_that_stood_wrong_is_not_gone_on_with(tmp_path, capsys):
    with FakeHub(rows=catalogue(120, now=DAY), now=DAY) as hub:
        wrong = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)
        days.begin(tmp_path, wrong, Scope(), hub.endpoint)
        (facts,) = gather(tmp_path, hub)
        assert facts["day"] == "2026-10-20"
        assert "began at 2099-01-01 00:00, by a clock that stood wrong; moved to" in capsys.readouterr().out
        assert store.days(tmp_path) == [DAY.date()]


def test_a_hub_that_tells_no_time_is_dated_by_this_machine_and_it_is_said(tmp_path, capsys):
    with FakeHub(120, now="") as hub:
        (facts,) = gather(tmp_path, hub)
        assert facts["day"] == str(datetime.datetime.now(datetime.UTC).date())
        assert "UTC; the Hub tells none" in capsys.readouterr().out


@pytest.mark.parametrize("fault", ["429", "500", "520", "html", "dropped", "truncated"])
def test_asking_for_the_time_is_as_patient_as_all_else(tmp_path, fault):
    with FakeHub(120, now=DAY, rows=catalogue(120, now=DAY)) as hub:
        hub.probed = [fault, None, "401"]
        assert gather(tmp_path, hub)[0]["day"] == "2026-10-20"
        with pytest.raises(source.HubError, match="hf auth login"):
            gather(tmp_path, hub)


# What a refusal leaves ---


REFUSALS = {
    "token": ({0: "401"}, {}, "hf auth login"),
    "access": ({3: "403"}, {}, "a token that may"),
    "address": ({3: "404"}, {}, "HF_ENDPOINT"),
    "another host": ({3: "off-host"}, {}, "not followed"),
    "a circle": (dict.fromkeys(range(2, 99), "self-link"), {}, "leads back"),
    "no end": (dict.fromkeys(range(2, 99), "no-link"), {}, "a listing ends early"),
    "faults": (dict.fromkeys(range(2, 99), "520"), {}, "HTTP 520, 20 times running"),
    "a field": ({}, {"refuses": {"tags"}}, "Invalid option"),
    "sort and all": ({}, {"refuses": {"sort", "createdAt"}}, "Invalid option"),
    "loss": ({}, {"rows": slice(0, None, 2)}, "a loss of more than 2%"),
    "no model": ({}, {"rows": slice(0, 0)}, "it holds no model"),
    "the beginning": ({}, {"rows": slice(150, None)}, "lacks them"),
    "the end": ({}, {"rows": slice(0, 200)}, "lacks them"),
    "the clock": ({}, {"now": at("1970-01-01T00:00:00+00:00")}, "the Hub's clock says 1970-01-01"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_leaves_what_was_held_as_it_was_and_the_next_run_collects_the_day(tmp_path, name):
    script, changes, words = REFUSALS[name]
    first = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    with FakeHub(300, now=first) as hub:
        gather(tmp_path, hub)
        before, rows, asked = runs.contents(tmp_path), hub.rows, len(hub.requests)
        hub.script = {asked + number: fault for number, fault in script.items()}
        hub.now, hub.refuses = changes.get("now"), changes.get("refuses", set())
        hub.change(rows[changes.get("rows", slice(None))])
        with pytest.raises((source.HubError, ArchiveError), match=words):
            gather(tmp_path, hub)
        assert runs.contents(tmp_path) == before
        hub.script, hub.now, hub.refuses = {}, None, set()
        hub.change(rows)
        (facts,) = gather(tmp_path, hub)
        assert (facts["rows"], len(store.days(tmp_path))) == (300, 2)
        assert before.items() <= runs.contents(tmp_path).items()
