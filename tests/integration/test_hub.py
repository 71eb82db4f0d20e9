"""The collector against a Hub on the loopback, through faults, kills and full disks: all rows or no day."""

import contextlib
import datetime
import email.utils
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import HfApi

from helpers import paths
from helpers.archive import days, listings, status, store
from helpers.commands import collect
from helpers.sources import asking
from helpers.sources import hub as source
from helpers.sources.asking import Patience
from tests import kills
from tests.fakehub import PASSING, FakeHub, runs
from tests.fakehub.holdings import HOSTILE, SPACES, catalogue
from tests.fakehub.runs import HASTY, at, authors, wait_for

RUNS = int(os.environ.get("ATOM_RUNS", "12"))
PROOF = 3
"""Requests that prove the end of a list."""
TOKEN = "hf_planted_secret_0123456789"


def gather(folder, hub, scope=None, limit=50, patience=HASTY, clock=None):
    """Collect. clock: the Hub's."""
    hub.now = clock or hub.now
    return collect.hub(folder, scope, hub.endpoint, patience, limit)


# The loopback Hub ---


def test_the_loopback_hub_speaks_to_huggingface_hub_as_the_hub_does():
    with FakeHub(300, largest=40) as hub:
        api = HfApi(endpoint=hub.endpoint)
        found = list(api.list_models(author="acme", sort="created_at", expand=["downloadsAllTime", "tags"]))
        held = [row for row in hub.rows if row["id"].startswith("acme/")]
        assert [model.id for model in found] == [row["id"] for row in reversed(held)]
        assert [model.downloads_all_time for model in found] == [row["downloadsAllTime"] for row in reversed(held)]
        tag = "base_model:finetune:Qwen/base-1"
        tagged = {row["id"] for row in hub.rows if tag in row["tags"]}
        assert {model.id for model in api.list_models(filter=tag)} == tagged
        assert len(list(api.list_models(limit=7))) == 7


# Everything, whatever happens ---


@pytest.mark.parametrize("fault", [*PASSING, None])
@pytest.mark.parametrize("number", [0, 2], ids=["first page", "third page"])
def test_a_fault_that_passes_costs_no_row(tmp_path, fault, number):
    with FakeHub(180, script={number: fault}, hostile=3) as hub:
        gather(tmp_path, hub)
        runs.check(tmp_path, hub.rows)
        assert (hub.faults.count(fault) == 1) or fault is None


@pytest.mark.parametrize("number", [1, 3])
def test_a_listing_by_namespaces_holds_each_of_them_whole(tmp_path, number):
    with FakeHub(400, script={number: "520"}) as hub:
        gather(tmp_path, hub, authors(*SPACES[:number]))
        runs.check(tmp_path, hub.rows, authors(*SPACES[:number]))
        facts = days.manifest(tmp_path, store.days(tmp_path)[0])
        assert facts["scope"] == sorted(SPACES[:number])
        assert sum(facts["listings"].values()) == facts["rows"]


@pytest.mark.parametrize("models", [1, 2, 49, 50, 51, 100, 150])
def test_a_listing_that_ends_with_a_full_page_is_complete_too(tmp_path, models):
    rows = [row for row in FakeHub(1000).rows if row["id"].startswith("acme/")][:models]
    assert len(rows) == models
    with FakeHub(rows=rows) as hub:
        gather(tmp_path, hub, authors("acme"))
        runs.check(tmp_path, rows, authors("acme"))


def test_of_rows_that_repeat_across_pages_the_latest_is_kept(tmp_path):
    class Moving(FakeHub):
        def fault(self, path, headers):
            if len(self.requests) == 1:
                self.change([row | {"downloadsAllTime": row["downloadsAllTime"] + 5} for row in self.rows])
            return super().fault(path, headers)

    with Moving(140, script={1: "repeated"}) as hub:
        before = {row["id"]: row["downloadsAllTime"] for row in hub.rows}
        facts = gather(tmp_path, hub)[0]
        assert (facts["rows"], facts["repeated"]) == (140, 7)
        held = {row["model"]: row["downloads_all_time"] for row in runs.read(next(tmp_path.glob("date=*")))}
        assert [held[row["id"]] - before[row["id"]] for row in hub.rows] == [5] * 97 + [0] * 43


def test_a_refused_cursor_begins_the_listing_again_and_gives_up_when_it_never_ends(tmp_path):
    with FakeHub(180, script={2: "expired"}) as hub:
        gather(tmp_path / "once", hub)
        runs.check(tmp_path / "once", hub.rows)
        assert [path.count("cursor") for path in hub.requests] == [0, 1, 1, 0, *[1] * (3 + PROOF)]
    with (
        FakeHub(180, script=dict.fromkeys(range(1, 99, 2), "expired")) as hub,
        pytest.raises(source.HubError, match="refused a cursor 5 times in one listing; run again later"),
    ):
        gather(tmp_path / "always", hub)
    assert not store.days(tmp_path / "always")


def test_seeded_runs_with_faults_and_kills_end_in_exactly_the_rows_that_the_server_held(tmp_path, show):
    sums, failed = kills.repeated(RUNS, partial(runs.run, tmp_path))
    show(f"\n{RUNS} runs of the Hub, {sums}: {len(failed)} lost, doubled or invented a row, or ended in a traceback")
    assert not failed
    assert sums["kills"] >= RUNS / 2


@pytest.mark.parametrize("page", [0, 1, 4])
def test_kill_loses_at_most_the_page_in_flight(tmp_path, page):
    with FakeHub(230, script={page: "stall"}) as hub:
        process = runs.start(tmp_path, hub.endpoint, limit=50, patience=Patience())
        wait_for(lambda: len(hub.requests) == page + 1)
        process.kill()
        process.join()
        assert len(list(tmp_path.glob("unfinished/*/pages/*/[0-9]*.page"))) == page
        gather(tmp_path, hub)
        runs.check(tmp_path, hub.rows)
        assert hub.requests[page] == hub.requests[page + 1]
        assert len(hub.requests) == 5 + 1 + PROOF


def test_a_finished_day_is_left_alone(tmp_path):
    with FakeHub(120) as hub:
        gather(tmp_path, hub)
        before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.rglob("date=*/*")}
        asked = len(hub.requests)
        assert gather(tmp_path, hub) == []
        assert gather(tmp_path, hub, authors("acme")) == []
        assert len(hub.requests) == asked
        assert before == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.rglob("date=*/*")}


def test_two_collectors_do_not_meet(tmp_path):
    with FakeHub(250, script={2: "stall"}) as hub:
        process = runs.start(tmp_path, hub.endpoint, limit=50, patience=Patience(silence=1, first=0.01))
        wait_for(lambda: len(hub.requests) == 3)
        with pytest.raises(days.ArchiveError, match="another collector is at work in this folder; wait for it"):
            gather(tmp_path, hub)
        process.join()
        assert process.exitcode == 0
        runs.check(tmp_path, hub.rows)


def test_a_day_belongs_to_its_start_in_utc(tmp_path):
    times = iter(["2026-10-20T23:59:58+00:00"] + ["2026-10-21T00:40:00+00:00"] * 99)
    with FakeHub(120) as hub:
        (facts,) = gather(tmp_path / "long", hub, clock=lambda: datetime.datetime.fromisoformat(next(times)))
        assert (facts["day"], facts["finished"]) == ("2026-10-20", "2026-10-21T00:40:00+00:00")
        assert store.days(tmp_path / "long") == [datetime.date(2026, 10, 20)]
        (facts,) = gather(tmp_path / "east", hub, clock=at("2026-10-21T01:30:00+02:00"))
        assert facts["day"] == "2026-10-20"


@pytest.mark.parametrize(
    ("now", "scope", "held", "aside"),
    [
        ("2026-10-20T23:00:00+00:00", None, ["2026-10-20"], []),
        ("2026-10-21T02:00:00+00:00", None, ["2026-10-20", "2026-10-21"], []),
        ("2026-10-21T20:00:00+00:00", None, ["2026-10-21"], ["2026-10-20.1"]),
        ("2026-10-20T23:00:00+00:00", authors("acme"), ["2026-10-20"], ["2026-10-20.1"]),
    ],
    ids=["the same day", "soon after midnight", "a day later", "other work"],
)
def test_a_day_left_unfinished_is_gone_on_with_while_it_is_young_and_the_same_work(tmp_path, now, scope, held, aside):
    with FakeHub(180, script=dict.fromkeys(range(2, 22), "500")) as hub:
        with pytest.raises(source.HubError, match=r"HTTP 500, 20 times running; run again later"):
            gather(tmp_path, hub, clock=at("2026-10-20T22:00:00+00:00"))
        assert status.status(tmp_path)["state"].tolist() == ["unfinished"]
        gather(tmp_path, hub, scope, clock=at(now))
        assert [str(day) for day in store.days(tmp_path)] == held
        assert [path.name for path in (tmp_path / "aside").glob("*")] == aside
        went_on = [path for path in hub.requests[22:23] if "cursor" in path]
        assert bool(went_on) is not bool(aside)


def test_an_earlier_day_that_cannot_be_published_does_not_cost_today(tmp_path):
    with FakeHub(180, script=dict.fromkeys(range(2, 22), "500")) as hub:
        with pytest.raises(source.HubError):
            gather(tmp_path, hub, clock=at("2026-10-20T22:00:00+00:00"))
        hub.script |= dict.fromkeys(range(len(hub.requests), len(hub.requests) + 2 * HASTY.tries), "no-link")
        with pytest.raises(days.ArchiveError, match=r"2026-10-20 is not published: a listing ends early"):
            gather(tmp_path, hub, clock=at("2026-10-21T02:00:00+00:00"))
        assert store.days(tmp_path) == [datetime.date(2026, 10, 21)]
        assert status.status(tmp_path)["state"].tolist() == ["aside", "held"]


# What is not published ---


@pytest.mark.parametrize(
    ("status", "words"), [("401", "hf auth login"), ("403", "a token that may"), ("404", "HF_END")]
)
def test_what_does_not_pass_stops_at_once_with_the_remedy(tmp_path, status, words):
    with FakeHub(180, script={1: status}) as hub, pytest.raises(source.HubError, match=words):
        gather(tmp_path, hub)
    assert len(hub.requests) == 2
    assert not store.days(tmp_path)
    assert len(list(tmp_path.glob("unfinished/*/pages/*/[0-9]*.page"))) == 1


def test_a_link_to_another_host_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with (
        FakeHub(180, script={1: "off-host"}) as hub,
        pytest.raises(source.HubError, match=r"on another host.*not followed"),
    ):
        gather(tmp_path, hub)
    assert len(hub.requests) == 2


def test_a_link_in_a_circle_ends_in_an_error_and_in_no_day(tmp_path):
    with (
        FakeHub(180, script=dict.fromkeys(range(1, 99), "self-link")) as hub,
        pytest.raises(source.HubError, match=r"a Link leads back to a page already read, 20 times running"),
    ):
        gather(tmp_path, hub)
    assert not store.days(tmp_path)


def test_a_listing_that_ends_early_is_kept_aside(tmp_path):
    with (
        FakeHub(180, script=dict.fromkeys(range(1, 99), "no-link")) as hub,
        pytest.raises(days.ArchiveError, match=r"a listing ends early .* a page tells of no next one, and neither"),
    ):
        gather(tmp_path, hub)
    assert not store.days(tmp_path)
    assert status.status(tmp_path)["state"].tolist() == ["aside"]
    with FakeHub(180) as hub:
        gather(tmp_path, hub)
        runs.check(tmp_path, hub.rows)


def test_a_listing_that_has_lost_models_is_kept_aside(tmp_path):
    with FakeHub(500) as hub:
        gather(tmp_path, hub, authors("Qwen"), clock=at("2026-10-20T12:00:00+00:00"))
        before, held = hub.rows, runs.contents(tmp_path)
        hub.change(before[:300])
        with pytest.raises(
            days.ArchiveError, match=r"Qwen: \d+ models after \d+ on 2026-10-20, a loss of more than 2%"
        ):
            gather(tmp_path, hub, authors("Qwen"), clock=at("2026-10-21T12:00:00+00:00"))
        assert status.status(tmp_path)["state"].tolist() == ["held", "aside"]
        assert runs.contents(tmp_path) == held
        hub.change(before)
        gather(tmp_path, hub, authors("Qwen"), clock=at("2026-10-21T13:00:00+00:00"))
        assert len(store.days(tmp_path)) == 2


def test_a_listing_of_the_whole_hub_that_lacks_its_first_models_is_kept_aside_on_the_first_day_too(tmp_path):
    with FakeHub(rows=catalogue(500)[100:]) as hub, pytest.raises(days.ArchiveError, match="of the Hub's first month"):
        gather(tmp_path, hub)
    assert not store.days(tmp_path)


def test_a_listing_without_a_required_field_is_kept_aside(tmp_path):
    hub = FakeHub(180)
    for row in hub.rows:
        del row["downloadsAllTime"]
    with hub, pytest.raises(days.ArchiveError, match=r"180 of 180 records lack a required field"):
        gather(tmp_path, hub)
    assert not store.days(tmp_path)


def test_a_listing_of_no_namespaces_and_an_address_that_is_none_are_refused(tmp_path):
    with pytest.raises(days.ArchiveError, match="0 namespaces are asked for; name some"):
        collect.hub(tmp_path, authors())
    for address in ("huggingface.co", "https://me:word@host", "ftp://host", "http://host:port", "http://"):
        with pytest.raises(source.HubError, match="HF_ENDPOINT is no address of the form") as raised:
            collect.hub(tmp_path, None, address)
        assert "me:word" not in str(raised.value)


# Waiting ---


@pytest.mark.parametrize("fault", ["429-ratelimit", "429-retry-after"])
def test_the_wait_that_the_hub_asks_for_is_kept(tmp_path, naps, fault):
    with FakeHub(120, script={1: fault}, window=1) as hub:
        gather(tmp_path, hub)
        (wait,) = naps
        assert 2.0 <= wait <= 2.2
        assert len(hub.requests) == 4 + PROOF
        (log,) = tmp_path.glob("logs/*.log")
        assert "0000 * HTTP 429; again in 2." in log.read_text(encoding="utf-8")


def test_a_wait_until_a_time_is_understood_and_a_very_long_one_is_not_sat_out(tmp_path):
    soon = email.utils.format_datetime(
        datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=30), usegmt=True
    )
    headers = httpx2.Headers({"Retry-After": soon})
    assert 28 < asking.asked_to_wait(headers) < 32
    for told in ("Fri, 31 Dec 9999 23:59:59 -0100", "", "soon", "\xb2"):
        assert asking.served(httpx2.Headers({"Date": told.encode("latin-1")})) is None
    assert asking.served(httpx2.Headers({"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "99999999"})) is None
    with FakeHub(120, script={0: "429-retry-after"}, window=86_400) as hub:
        with pytest.raises(source.HubError, match=r"HTTP 429, asks to wait 86,401 s; run again after that"):
            gather(tmp_path, hub)
        assert len(hub.requests) == 1


# Disks ---


@contextlib.contextmanager
def small_disk(megabytes):
    """A file system of its own, where root may mount one."""
    with tempfile.TemporaryDirectory() as place:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("no file system can be mounted here")
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_is_told_and_harms_nothing(tmp_path):
    clock, later = at("2026-10-20T12:00:00+00:00"), at("2026-10-21T12:00:00+00:00")
    with small_disk(1) as disk, FakeHub(3000) as hub:
        gather(disk, hub, limit=200, clock=clock)
        filler, free = disk / "filler", shutil.disk_usage(disk).free
        for left in range(0, 400_000, 50_000):
            filler.write_bytes(b"x" * max(free - left, 0))
            with pytest.raises(days.ArchiveError, match=r"the disk is full.*make room and run again"):
                gather(disk, hub, limit=200, clock=later)
            assert len(store.day(disk, store.days(disk)[-1])) == 3000
            assert len(store.days(disk)) == 1
        shutil.copytree(disk, tmp_path / "moved", ignore=lambda *_: ["filler"])
        gather(tmp_path / "moved", hub, limit=200, clock=later)
        assert len(store.days(tmp_path / "moved")) == 2


def test_a_limit_on_the_size_of_files_is_told_and_harms_nothing(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with FakeHub(3000) as hub:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
            with pytest.raises(days.ArchiveError, match=r"a limit on files is met.*nothing that was held is harmed"):
                gather(tmp_path, hub, limit=500)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert not store.days(tmp_path)
        gather(tmp_path, hub, limit=500)
        runs.check(tmp_path, hub.rows)


def test_a_read_only_folder_is_told(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    drop = [] if os.geteuid() else [shutil.which("setpriv"), "--bounding-set=-dac_override,-dac_read_search"]
    if None in drop:
        pytest.skip("root can write everywhere, and there is no setpriv to take that away")
    code = f"from helpers.commands import collect; collect.hub(__import__('pathlib').Path({str(folder)!r}))"
    run = subprocess.run(
        [*drop, sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=paths.ROOT
    )
    assert "helpers.lock.ArchiveError" in run.stderr
    assert "cannot be written (Permission denied); allow it, or name another folder" in run.stderr
    assert not list(folder.iterdir())


# Secrets and hostile names ---


def test_the_token_is_sent_and_never_written_or_shown(tmp_path):
    faults = {0: "500", 2: "html", 4: "truncated", 7: "401"}
    with FakeHub(400, script=faults) as hub:
        told = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path / "home")}
        code = f"""
import pathlib
from helpers.commands import collect
from helpers.sources import asking
collect.hub(pathlib.Path({str(tmp_path / "archive")!r}), patience=asking.Patience(first=0.01), limit=50)
"""
        shown = ""
        for _ in range(2):
            run = subprocess.run(
                [sys.executable, "-c", code],
                env=os.environ | told,
                cwd=paths.ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            shown += run.stdout + run.stderr
        assert "HTTP 401: the token is not accepted" in shown
        assert run.returncode == 0, shown
        runs.check(tmp_path / "archive", hub.rows)
        assert all(headers["authorization"] == f"Bearer {TOKEN}" for headers in hub.headers)
    assert TOKEN not in shown
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 3
    assert not [path for path in written if TOKEN.encode() in path.read_bytes()]


def test_hostile_names_are_kept_apart_as_text_and_write_nowhere_else(tmp_path):
    folder = tmp_path / "a" / "b" / "archive"
    with FakeHub(300, hostile=len(HOSTILE)) as hub:
        (facts,) = gather(folder, hub)
        assert facts["refused"] == {"no Hub id, namespace/name": len(HOSTILE)}
        runs.check(folder, hub.rows)
    assert len(store.day(folder, store.days(folder)[0])) == 300
    assert len(listings.read(listings.newest(folder))) == 300
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    names = {path.name for path in folder.rglob("*")} - {".lock"}
    assert {name.partition(".")[0].partition("=")[0] for name in names} <= {
        "date", "models", "refused", "manifest", "logs", "unfinished", facts["day"],
    }  # fmt: skip


def test_each_page_is_a_line_in_the_log_and_progress_is_shown(tmp_path, capsys):
    with FakeHub(180, script={1: "503"}) as hub:
        gather(tmp_path, hub)
    (log,) = tmp_path.glob("logs/*.log")
    lines = [line for line in log.read_text(encoding="utf-8").splitlines() if " page 0" in line]
    assert len(lines) == 4
    assert "2 tries" in lines[1]
    assert lines[-1].endswith("end")
    shown = capsys.readouterr().out
    assert "HTTP 503; again in" in shown
    assert "180 models published in" in shown
