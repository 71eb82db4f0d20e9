"""The other sources, fetched from servers on the loopback with their contracts and with faults."""

import contextlib
import datetime
import importlib
import itertools
import json
import logging
import os
import random
import re
import resource
import traceback
from functools import partial

import pandas as pd
import pytest

from helpers import cli, lock, paths
from helpers.archive import status as archived
from helpers.archive import store
from helpers.registry import lists
from helpers.sources import arena, artificial_analysis, epoch, fetch, fetch_openrouter, fetched, keys, openrouter
from helpers.tables import contracts
from tests import kills
from tests.fakesources import COMMIT, PASSING, SIGNATURE, holdings, runs
from tests.fakesources.runs import HASTY, MODELS, NOW, SOURCES, gather, stocked, tables

RUNS = int(os.environ.get("ATOM_RUNS", "12"))


@pytest.fixture(autouse=True)
def planted(monkeypatch):
    """Keys as their owner would set them."""
    for name, value in runs.KEYS.items():
        monkeypatch.setenv(name, value)


# All sources alike --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("status", ["401", "403", "404", "410"])
def test_what_does_not_pass_stops_at_once_with_source_address_and_remedy(tmp_path, source, status):
    with stocked(script=dict.fromkeys(range(50), status)) as fake:
        with pytest.raises(fetch.FetchError) as raised:
            gather(source, tmp_path, fake)
        assert len(fake.requests) == 1
    words = str(raised.value)
    assert words.startswith(f"{SOURCES[source]}: http://127.0.0.1:")
    assert f"HTTP {status} 'refused " in words
    assert len(words.rpartition("; ")[2]) > 25
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_that_stays_down_is_told_after_all_tries(tmp_path, source):
    with stocked(script=dict.fromkeys(range(50), "503")) as fake:
        with pytest.raises(fetch.FetchError, match=r"HTTP 503 .*, 12 times running; run again later"):
            gather(source, tmp_path, fake)
        assert len(fake.requests) == 12
    with pytest.raises(fetch.FetchError, match=r"ConnectError .*12 times running"):
        gather(source, tmp_path, fake)


@pytest.mark.parametrize("source", SOURCES)
def test_any_mix_of_passing_faults_ends_in_what_the_source_holds(tmp_path, source):
    with stocked() as fake:
        gather(source, tmp_path / "plain", fake)
    wanted, met = tables(tmp_path / "plain"), 0
    for seed in range(6):
        share = random.Random(seed).uniform(0.03, 0.06)
        rates = dict.fromkeys([*PASSING, "other-range"], share) | {"429": share / 4}
        with stocked(rates=rates, seed=seed) as fake:
            gather(source, tmp_path / str(seed), fake)
            met += sum(fault is not None for fault in fake.faults)
        assert tables(tmp_path / str(seed)) == wanted
    assert met >= (1 if source == "epoch" else 4)  # which is one request


def test_runs_with_faults_and_kills_end_in_what_the_sources_hold(tmp_path, show):
    wanted = {}
    for source in SOURCES:
        with stocked() as fake:
            gather(source, tmp_path / "plain" / source, fake)
        wanted[source] = tables(tmp_path / "plain" / source)

    sums, failed = kills.repeated(RUNS, partial(runs.run, tmp_path, wanted))
    show(f"\n{RUNS} runs of {len(SOURCES)} sources, {sums}: {len(failed)} ended in another file or in a traceback")
    assert not failed
    assert sums["kills"] >= RUNS / 2
    assert sums["faults"] > RUNS / 2


@pytest.mark.parametrize("source", SOURCES)
def test_a_fetch_that_fails_leaves_what_there_was(tmp_path, source):
    with stocked() as fake:
        gather(source, tmp_path, fake)
        before = tables(tmp_path)
        fake.script = {len(fake.requests) + number: "500" for number in range(0 if source == "epoch" else 1, 50)}
        fake.rankings, fake.models, fake.index = fake.rankings[4:], fake.models[1:], fake.index[1:]
        fake.hold(holdings.WEEKLY, "models/2024-08-07/models.parquet", holdings.dump("2024-08-06"))
        with pytest.raises(fetch.FetchError):
            gather(source, tmp_path, fake)
        assert tables(tmp_path) == before


@pytest.mark.parametrize("source", SOURCES)
def test_a_disk_that_takes_no_more_is_told_and_harms_nothing(tmp_path, source):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with stocked() as fake:
        gather(source, tmp_path, fake)
        before = tables(tmp_path)
        fake.hold(holdings.WEEKLY, "models/2024-08-07/models.parquet", holdings.dump("2024-08-06"))
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
            with pytest.raises(lock.ArchiveError, match=r"a limit on files is met .*; make room and run again"):
                gather(source, tmp_path, fake)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert tables(tmp_path) == before
        gather(source, tmp_path, fake)


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_stop_has_left_is_cleared_away_and_nothing_else(tmp_path, source):
    left = [".text.parquet.ab_d1234.parquet", ".text.parquet.abcd1234.parquet.1", "models/.x.json.abcd1234.json"]
    kept = [".gitkeep", ".mine.parquet", "text.parquet.bak"]
    for name in (*left, *kept):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    with stocked() as fake:
        gather(source, tmp_path, fake)
    assert not [name for name in left if (tmp_path / name).exists()]
    assert all((tmp_path / name).exists() for name in kept)


@pytest.mark.parametrize("source", ["openrouter", "arena"])
def test_the_wait_that_a_source_asks_for_is_kept_and_a_very_long_one_is_not_sat_out(tmp_path, naps, source):
    with stocked(script={0: "429"}, window=1) as fake:
        gather(source, tmp_path, fake)
        (wait,) = naps
        assert 2.0 <= wait <= 2.2
    with stocked(script={0: "429"}, window=86_400) as fake:
        with pytest.raises(fetch.FetchError, match=r"HTTP 429 .*asks to wait 86,401 s; run again after that"):
            gather(source, tmp_path, fake)
        assert len(fake.requests) == 1


@pytest.mark.parametrize("endpoint", ["openrouter.ai", "https://me:word@host", "ftp://host", "http://", "http://h?q"])
def test_an_address_that_is_none_is_refused_without_showing_it(endpoint):
    with pytest.raises(fetch.FetchError, match="is not of the form https://host/path") as raised:
        fetch.Client("X", endpoint)
    assert "me:word" not in str(raised.value)


def test_a_file_that_was_changed_or_lost_its_record_is_told(tmp_path):
    with stocked() as fake:
        gather("tracked", tmp_path, fake)
    path = tmp_path / "models.csv"
    assert fetched.provenance(path)["commit"] == COMMIT
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(fetch.FetchError, match=r"models.csv: is not the file that its record tells of; fetch it again"):
        fetched.provenance(path)
    fetched.sidecar(path).write_text("{", encoding="utf-8")
    with pytest.raises(fetch.FetchError, match=r"has a broken record"):
        fetched.provenance(path)
    fetched.sidecar(path).unlink()
    with pytest.raises(fetch.FetchError, match=r"has no record of where it came from"):
        fetched.provenance(path)


def test_two_at_once_cannot_collide(tmp_path):
    with stocked() as fake, lock.exclusive(tmp_path), pytest.raises(lock.ArchiveError, match="another collector"):
        gather("tracked", tmp_path, fake)


# Secrets ------------------------------------------------------------------------------------------------------


def test_keys_are_sent_only_where_they_belong_and_found_in_nothing_written_logged_or_raised(tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    shown = ""
    for source in SOURCES:
        for fault in (None, "401", "429", "html", "dropped"):
            places = {None: [], "401": [2 if source == "weekly" else 0], "429": [0]}.get(fault, range(0, 60, 2))
            script = dict.fromkeys(places, fault)
            with stocked(script=script) as fake:
                with contextlib.suppress(lock.ArchiveError):
                    try:
                        gather(source, tmp_path / source / str(fault), fake)
                    except fetch.FetchError as error:
                        shown += "".join(traceback.format_exception(error)) + repr(error)
                check_sent(source, fake)
    shown += caplog.text + "".join(capfd.readouterr())
    assert "[key]" in shown
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) > 40
    for secret in holdings.SECRETS:
        assert secret not in shown
        assert not [path for path, content in written.items() if secret.encode() in content]
    assert not [path for path, content in written.items() if SIGNATURE.encode() in content]


def check_sent(source, fake):
    """Each key to its own source; none to the host that files are served from."""
    for path, headers in zip(fake.requests, fake.headers, strict=True):
        sent = " ".join(headers.values())
        to_store = SIGNATURE in path
        assert (holdings.OPENROUTER_KEY in sent) is (source == "openrouter")
        assert (holdings.AA_KEY in sent) is (source == "aa")
        assert (holdings.HF_TOKEN in sent) is (source in ("arena", "weekly") and not to_store)


@pytest.mark.parametrize(("source", "name"), [("openrouter", "OPENROUTER_API_KEY"), ("aa", "AA_API_KEY")])
def test_without_a_key_nothing_is_asked(tmp_path, monkeypatch, source, name):
    monkeypatch.delenv(name)
    if keys.FILE.exists():
        pytest.skip("this checkout has a .env of its own")
    with stocked() as fake:
        with pytest.raises(keys.KeyMissing, match=f"{name} is not set"):
            gather(source, tmp_path, fake)
        assert not fake.requests


def test_a_redirection_is_not_followed_where_a_key_of_ours_is_sent():
    with stocked() as fake:
        moved = f"{fake.hub}/datasets/{holdings.ARENA}/resolve/{COMMIT}/text/full-00000-of-00001.parquet"
        with (
            fetch.Client("X", fake.hub, {"x-api-key": holdings.AA_KEY}, patience=HASTY) as client,
            pytest.raises(fetch.FetchError, match=r"HTTP 302; the source is not known to answer this"),
        ):
            client.json(moved, lambda content: content)
        assert len(fake.requests) == 1


# OpenRouter ---------------------------------------------------------------------------------------------------


def test_the_full_history_takes_two_calls_and_tokens_stay_exact_text(tmp_path):
    with stocked() as fake:
        found = gather("openrouter", tmp_path, fake)
        asked = [path for path in fake.requests if "rankings-daily" in path]
        assert [re.findall(r"\d{4}-\d\d-\d\d", path) for path in asked] == [
            ["2025-01-01", "2026-01-01"], ["2026-01-02", "2026-11-23"],
        ]  # fmt: skip
    table = openrouter.read_daily(tmp_path / "daily.parquet")
    assert table.astype({"date": "str"}).to_dict("records") == fake.rankings
    assert set(table["total_tokens"].map(int)) == {holdings.HUGE, holdings.HUGE - 1, holdings.HUGE - 2, int("9" * 20)}
    assert found["rows"].tolist() == [len(fake.rankings), 5]
    record = fetched.provenance(tmp_path / "daily.parquet")
    assert record["citation"] == "Source: OpenRouter (openrouter.ai/rankings), as of 2026-11-24T06:00:00.000Z."
    assert [call["meta"]["end_date"] for call in record["made_of"]] == ["2026-01-01", "2026-11-23"]
    assert record["days_without_rows"] == []
    assert pd.read_parquet(tmp_path / "daily.parquet")["as_of"].unique().tolist() == ["2026-11-24T06:00:00.000Z"]
    answer = json.loads((tmp_path / "rankings" / "2026-01-02.json").read_text(encoding="utf-8"))
    assert answer["meta"] == fetched.provenance(tmp_path / "rankings" / "2026-01-02.json")["meta"]


def test_what_was_fetched_becomes_the_clean_table(tmp_path):
    with stocked() as fake:
        gather("openrouter", tmp_path, fake)
    labels = pd.read_csv(paths.REGISTRY / "organisations.csv")
    rankings = openrouter.read_daily(tmp_path / "daily.parquet").head(4)
    used = openrouter.daily(rankings, openrouter.read_catalogues(tmp_path), labels, pd.Series(["a/b"]))
    assert used["status"].tolist() == ["open", "unknown", "open", "other"]
    assert used["tokens"].tolist()[:3] == [holdings.HUGE, holdings.HUGE - 1, holdings.HUGE - 2]


def test_models_that_left_the_catalogue_are_kept(tmp_path):
    with stocked() as fake:
        gather("openrouter", tmp_path, fake)
        fake.models = [fake.models[1] | {"hugging_face_id": "acme/opened"}, *fake.models[3:]]
        gather("openrouter", tmp_path, fake, clock=lambda: NOW + datetime.timedelta(days=1))
    both = openrouter.read_catalogues(tmp_path).set_index("id")["hugging_face_id"].astype(object)
    assert both.index.tolist() == ["acme/m1", "acme/m3", "acme/m4", "acme/m0", "acme/m2"]
    assert both["acme/m1"] == "acme/opened"
    assert len(openrouter.read_catalogue(tmp_path / "models.json")) == 3


def test_a_catalogue_in_pages_is_put_together_and_a_page_on_another_host_is_not_asked(tmp_path):
    with stocked() as fake:
        fake.paged = 2
        gather("openrouter", tmp_path, fake)
    assert len(openrouter.read_catalogue(tmp_path / "models.json")) == 5
    with fetch.Client("X", "http://127.0.0.1:9", patience=HASTY) as client:
        for told, message in [("http://evil.example/b", "on another host, 'evil.example', not"), ("/a", "in circles")]:
            with pytest.raises(fetch.FetchError, match=message):
                client.following("http://127.0.0.1:9/a", told, set())


def test_a_window_of_today_is_not_asked_and_one_not_yet_counted_is_taken(tmp_path):
    with stocked() as fake:
        fake.today -= datetime.timedelta(days=1)  # the source counts a day later than our clock
        gather("openrouter", tmp_path, fake)
        assert openrouter.read_daily(tmp_path / "daily.parquet")["date"].max() == pd.Timestamp("2026-11-22")
    assert fetch_openrouter.windows(datetime.date(2025, 1, 1), datetime.date(2025, 1, 1)) == [
        (datetime.date(2025, 1, 1), datetime.date(2025, 1, 1))
    ]
    days = fetch_openrouter.windows(datetime.date(2025, 1, 1), datetime.date(2030, 12, 31))
    assert all((stop - start).days < 366 for start, stop in days)
    assert all(one[1] + datetime.timedelta(days=1) == two[0] for one, two in itertools.pairwise(days))
    with pytest.raises(fetch.FetchError, match="set this machine's clock"):
        fetch_openrouter.windows(datetime.date(2025, 1, 1), datetime.date(2024, 12, 31))


def test_days_without_rows_are_told(tmp_path):
    with stocked() as fake:
        fake.rankings = [row for row in fake.rankings if not "2025-03-02" <= row["date"] <= "2025-03-04"]
        gather("openrouter", tmp_path, fake)
    record = fetched.provenance(tmp_path / "daily.parquet")
    assert record["days_without_rows"] == ["2025-03-02", "2025-03-03", "2025-03-04"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total_tokens": 5.0e15}, r"a row is not of the form date, model_permaslug, total_tokens \(digits, as text\)"),
        ({"total_tokens": "1e9"}, r"a row is not of the form"),
        ({"total_tokens": None}, r"a row is not of the form"),
        ({"model_permaslug": "acme/m1-20250101"}, r"repeated: \(2025-01-01, 'acme/m1-20250101'\) in row 2"),
        ({"model_permaslug": ""}, r"a row is not of the form"),
        ({"model_permaslug": "acme/\ud800"}, r"a row is not of the form"),
        ({"model_permaslug": "acme/x\ny"}, r"a row is not of the form"),
        ({"date": "2025-02-30"}, r"column date: '2025-02-30' in row 1"),
        ({"model_permaslug": "x" * 501}, r"column model_permaslug: .* wanted 1 to 500 characters"),
    ],
)
def test_rows_that_the_contract_does_not_allow_are_refused_and_nothing_is_written(tmp_path, change, message):
    with stocked() as fake:
        fake.rankings[0] |= change
        with pytest.raises(fetch.FetchError, match=message):
            gather("openrouter", tmp_path, fake)
    assert not tables(tmp_path)


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({"version": "v2"}, r"version 'v2', not v1; its columns may mean something else"),
        ({"start_date": "2025-02-01"}, r"answers for 2025-02-01 to 2026-01-01; check this machine's clock"),
        ({"end_date": "2025-12-01"}, r"answers for 2025-01-01 to 2025-12-01"),
        ({"as_of": "soon"}, r"lacks data, or a meta block"),
        ({"as_of": None}, r"lacks data, or a meta block"),
        ({"as_of": float("nan")}, r"an answer is no JSON"),
    ],
)
def test_an_answer_for_other_days_or_of_another_version_is_refused(tmp_path, meta, message):
    with stocked() as fake:
        fake.meta = meta
        with pytest.raises(fetch.FetchError, match=message):
            gather("openrouter", tmp_path, fake)
    assert not tables(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "acme/m0"}, r"what was fetched for .*: repeated: \('acme/m0'\) in row 2; wanted one row for each id"),
        ({"canonical_slug": None}, r"column canonical_slug: nothing in row 2"),
        ({"hugging_face_id": "acme/\ud800"}, r"surrogates not allowed"),
    ],
)
def test_a_catalogue_that_its_reader_refuses_replaces_nothing(tmp_path, change, message):
    with stocked() as fake:
        gather("openrouter", tmp_path, fake)
        before = tables(tmp_path)
        fake.models[1] |= change
        fake.rankings = fake.rankings[:-4]
        with pytest.raises(fetch.FetchError, match=message):
            gather("openrouter", tmp_path, fake)
    assert tables(tmp_path) == before


def test_what_a_source_sends_reaches_messages_as_text_on_one_line(tmp_path):
    with stocked() as fake:
        fake.hold(holdings.ARENA, "text/\x1b[2Jfull.parquet", b"")
        fake.hold(holdings.ARENA, "text/a\nerror: all is well", b"")
        del fake.files[f"{holdings.ARENA}/text/full-00000-of-00001.parquet"]
        with pytest.raises(fetch.FetchError, match=r"but text/ \[2Jfull.parquet, text/a error: all is well") as raised:
            gather("arena", tmp_path, fake)
    assert str(raised.value).isprintable()


# Arena --------------------------------------------------------------------------------------------------------


def test_both_variants_are_pinned_to_a_commit_and_read_by_their_reader(tmp_path):
    with stocked() as fake:
        found = gather("arena", tmp_path, fake)
    for variant in ("text", "text_style_control"):
        boards = arena.read(tmp_path / f"{variant}.parquet")
        assert boards["organization"].unique().tolist() == [variant]
        record = fetched.provenance(tmp_path / f"{variant}.parquet")
        assert (record["commit"], record["as_of"]) == (COMMIT, "2026-01-03")
        assert f"/resolve/{COMMIT}/{variant}/full-00000-of-00001.parquet" in record["address"]
        assert record["sha256"] == record["made_of"][0]["sha256"]
        assert "2025-05-16" in record["breaks"]
        assert "CC BY 4.0" in record["citation"]
    assert found["rows"].tolist() == [12, 12]


def test_a_history_in_several_parts_and_a_tree_in_pages_are_put_together(tmp_path):
    with stocked() as fake:
        fake.paged = 1
        board = holdings.board(days=5)
        for variant in ("text", "text_style_control"):
            del fake.files[f"{holdings.ARENA}/{variant}/full-00000-of-00001.parquet"]
            for number, rows in enumerate((board.iloc[:7], board.iloc[7:].astype({"rank": "int32"}))):
                content = holdings.parquet(rows, row_group_size=3)
                fake.hold(holdings.ARENA, f"{variant}/full-0000{number}-of-00002.parquet", content)
        gather("arena", tmp_path, fake)
    pd.testing.assert_frame_equal(
        arena.read(tmp_path / "text.parquet"),
        contracts.check(board, "raw/arena/text_style_control"),
    )
    assert len(fetched.provenance(tmp_path / "text.parquet")["made_of"]) == 2
    assert len(tables(tmp_path)) == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (holdings.parquet(holdings.board().drop(columns="rating")), r"column rating is missing.*Nothing was replaced"),
        (holdings.parquet(holdings.board().assign(rating="high")), r"column rating: 'high' in row 1"),
        (b"PAR1 but nothing else", r"what was fetched for .*text.parquet: cannot be read as parquet"),
    ],
)
def test_a_file_that_its_reader_refuses_replaces_nothing(tmp_path, content, message):
    with stocked() as fake:
        gather("arena", tmp_path, fake)
        before = tables(tmp_path)
        fake.hold(holdings.ARENA, "text/full-00000-of-00001.parquet", content)
        with pytest.raises(fetch.FetchError, match=message):
            gather("arena", tmp_path, fake)
    assert tables(tmp_path) == before


def test_another_layout_and_bytes_that_are_not_the_hubs_are_told(tmp_path):
    with stocked() as fake:
        fake.hold(holdings.ARENA, "text/full.parquet", b"")
        del fake.files[f"{holdings.ARENA}/text/full-00000-of-00001.parquet"]
        with pytest.raises(
            fetch.FetchError, match=r"no text/full-\*.parquet, but text/full.parquet, text/latest-00000"
        ):
            gather("arena", tmp_path, fake)


def test_bytes_that_are_not_what_the_source_says_are_refused(tmp_path):
    with stocked() as fake:
        fake.told_digest = "0" * 64
        for source in ("arena", "tracked"):
            with pytest.raises(fetch.FetchError, match=r"are not the file that the source tells of, 12 times running"):
                gather(source, tmp_path, fake)
    assert not tables(tmp_path)


# Artificial Analysis ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nested", [False, True])
def test_all_pages_are_kept_as_they_are_marked_as_not_to_be_published(tmp_path, nested):
    with stocked() as fake:
        fake.paged = nested
        found = gather("aa", tmp_path, fake)
        assert len(fake.requests) == 3
    path = artificial_analysis.newest(tmp_path)
    assert path.name == "2026-11-24.json"
    models = artificial_analysis.read(path)
    assert len(models) == 450
    assert models["intelligence_index"].isna().sum() == 1
    record = fetched.provenance(path)
    assert (record["publish"], record["index_version"]) == (False, "4.1")
    assert record["citation"] == "Source: Artificial Analysis (artificialanalysis.ai)"
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()[-1] == "*"
    assert found["rows"].tolist() == [450]


def test_pages_of_two_index_versions_are_fetched_anew_and_then_refused(tmp_path):
    with stocked() as fake:
        fake.version = lambda page: 4.1 if page == 1 and len(fake.requests) < 4 else 4.2
        gather("aa", tmp_path, fake)
        assert len(fake.requests) == 6
        fake.version = lambda page: 4 + page / 10
        with pytest.raises(
            fetch.FetchError, match=r"3 pages with 0 models twice, of index versions 4.1, 4.2, 4.3, 3 t"
        ):
            gather("aa", tmp_path, fake, clock=lambda: NOW + datetime.timedelta(days=1))
    assert artificial_analysis.newest(tmp_path).name == "2026-11-24.json"


def test_a_model_on_two_pages_and_a_page_of_another_form_are_refused(tmp_path):
    with stocked() as fake:
        fake.index[300] = fake.index[0]
        with pytest.raises(fetch.FetchError, match=r"with 1 models twice"):
            gather("aa", tmp_path, fake)
        fake.index = [{"id": 1}]
        with pytest.raises(fetch.FetchError, match=r"not the free route's envelope"):
            gather("aa", tmp_path, fake)
        fake.version = None
        with pytest.raises(fetch.FetchError, match=r"is not a page of models with its index version, 12 times"):
            gather("aa", tmp_path, fake)
    assert not list(tmp_path.glob("*.json"))


# Epoch --------------------------------------------------------------------------------------------------------


def test_the_index_is_taken_out_of_the_archive_of_benchmarks_and_read(tmp_path):
    with stocked() as fake:
        found = gather("epoch", tmp_path, fake)
    assert found[["file", "rows", "scored"]].to_numpy().tolist() == [[epoch.FILE, 8, 7]]
    index = epoch.read(tmp_path / epoch.FILE).set_index("version")
    assert index.loc["m-1", ["accessibility", "score"]].tolist() == ["Open weights (unrestricted)", 121.25]
    assert pd.isna(index.loc["m-3", "score"])
    record = fetched.provenance(tmp_path / epoch.FILE)
    assert (record["licence"], record["member"]) == ("CC BY 4.0", f"data/{epoch.FILE}")
    assert record["citation"].startswith("Source: Epoch AI, Epoch Capabilities Index (epoch.ai/data), CC BY 4.0")
    assert {path.name for path in tmp_path.iterdir()} == {".lock", epoch.FILE, f"{epoch.FILE}.provenance.json"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>", r"are not the file that the source tells of, 12 times running; run again later"),
        (holdings.epoch()[:-40], r"are not the file that the source tells of"),
        (holdings.epoch().replace(b"m-1", b"m-2"), r"are not the file that the source tells of|repeated"),
        (holdings.epoch(name="eci.csv"), r"not one epoch_capabilities_index.csv, but README.md, data/eci.csv, data/mm"),
        (holdings.epoch(models=0), r"holds no model"),
        (holdings.epoch(models=2), r"the new answer lacks 6 of the 8 entries \(version\)"),
    ],
)
def test_an_archive_that_is_none_or_lacks_the_index_replaces_nothing(tmp_path, content, message):
    with stocked() as fake:
        gather("epoch", tmp_path, fake)
        before = tables(tmp_path)
        fake.epoch = content
        if content != holdings.epoch():
            with pytest.raises(fetch.FetchError, match=rf"^Epoch AI: .*({message})"):
                gather("epoch", tmp_path, fake)
    assert tables(tmp_path) == before


# Tracked models -----------------------------------------------------------------------------------------------


def test_the_lists_are_found_by_name_in_the_tree_of_one_commit_and_read_by_the_registry(tmp_path):
    read = {path: content for path, content in holdings.tree().items() if path.endswith(".csv")}
    with stocked() as fake:
        gather("tracked", tmp_path, fake)
        found = lists.read(tmp_path, [1, 5, 10, 50, 100, 250]).models
        assert found["model"].tolist() == ["acme/m1", "acme/m2-7B", "acme/x"]
        for path, content in read.items():
            name = path.rpartition("/")[2]
            assert (tmp_path / name).read_bytes() == content
            assert fetched.provenance(tmp_path / name)["address"].endswith(f"/{COMMIT}/{path}")
            assert fetched.provenance(tmp_path / name)["commit"] == COMMIT
        asked = len(fake.requests)
        gather("tracked", tmp_path, fake, revision=COMMIT)
        assert len(fake.requests) - asked == 6
    names = {path.rpartition("/")[2] for path in read}
    assert {path.name for path in tmp_path.iterdir()} - {".lock"} == names | {f"{n}.provenance.json" for n in names}
    assert lists.ids(tmp_path).tolist() == ["acme/m1", "acme/m2-7B", "acme/x", "acme/m1"]
    assert lists.ids(tmp_path, ["models"]).tolist() == ["acme/m1", "acme/m2-7B"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("models.csv", b"<html>", r"models.csv: column modelId is missing; it has <html>; nothing was replaced"),
        (
            "organization_regions.csv",
            b"hf_org,region\nacme,mars\n",
            r"organization_regions.csv, record 1, column region",
        ),
        ("model_parameters.csv", b"\xff\xfe", r"model_parameters.csv: .*save it as comma-separated UTF-8"),
    ],
)
def test_lists_that_the_registry_refuses_replace_nothing(tmp_path, name, content, message):
    with stocked() as fake:
        gather("tracked", tmp_path, fake)
        before = tables(tmp_path)
        path = next(path for path in fake.raw if path.rpartition("/")[2] == name)
        fake.raw[path], fake.raw["README.md"] = content, b"changed"
        with pytest.raises(fetch.FetchError, match=message):
            gather("tracked", tmp_path, fake)
    assert tables(tmp_path) == before


# Weekly dumps -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [False, True])
def test_a_dump_is_read_by_column_and_dated_by_its_newest_model(tmp_path, texts, show):
    content = holdings.dump("2024-07-23T22:00", models=20_000, texts=texts)
    with stocked() as fake:
        fake.files = {f"{holdings.WEEKLY}/models/2024-07-24/models.parquet": content}
        found = gather("weekly", tmp_path, fake)
        sent = sum(size for path, size in fake.sent.items() if path.endswith("models.parquet"))
    show(f"\n{sent:,} of {len(content):,} bytes received, {len(fake.requests)} requests")
    assert sent == found["received"].sum() < len(content) / 2  # what is asked for comes twice
    assert store.days(tmp_path) == [datetime.date(2024, 7, 23)]
    rows = store.day(tmp_path, datetime.date(2024, 7, 23)).set_index("model")
    assert rows.index.tolist() == sorted(set(MODELS) - {"acme/none"})
    assert rows.loc["acme/m500", ["downloads_all_time", "downloads"]].tolist() == [1500, 3500]
    assert rows.index[rows["downloads_all_time"].isna()].tolist() == ["acme/m3"]
    assert rows.loc["acme/m3", "downloads"] == 21
    assert rows.loc["acme/m500", "created_at"] == pd.Timestamp("2024-07-23T22:00Z") - pd.Timedelta(hours=19_499)
    record = fetched.provenance(tmp_path / "date=2024-07-23" / "models.parquet")
    assert (record["week"], record["as_of"], record["untold"], record["commit"]) == (
        "2024-07-24",
        "2024-07-23",
        1,
        COMMIT,
    )


def test_weeks_brought_in_are_passed_over_and_days_held_are_not_touched(tmp_path):
    with stocked() as fake:
        assert gather("weekly", tmp_path, fake)["rows"].tolist() == [21, 21]
        before = tables(tmp_path)
        asked = len(fake.requests)
        assert gather("weekly", tmp_path, fake).empty
        assert len(fake.requests) - asked == 2
        fake.hold(holdings.WEEKLY, "models/2024-08-07/models.parquet", holdings.dump("2024-07-31T04:00", count=31))
        (note,) = gather("weekly", tmp_path, fake)["note"]
        assert note == "it was made on 2024-07-31, and that day is held already"
        assert {name: text for name, text in tables(tmp_path).items() if "aside" not in name} == before
        assert gather("weekly", tmp_path, fake).empty
    whole = store.read(tmp_path, MODELS)
    assert whole.groupby("date")["downloads_all_time"].min().tolist() == [24, 31]
    (report,) = tmp_path.glob("aside/*/report.json")
    assert json.loads(report.read_text(encoding="utf-8"))["day"] == "2024-08-07"


def test_the_collectors_status_shows_them(tmp_path):
    with stocked() as fake:
        fake.hold(holdings.WEEKLY, "models/2024-08-07/models.parquet", holdings.dump("2024-07-31T04:00"))
        gather("weekly", tmp_path, fake)
    told = archived.status(tmp_path)
    assert told["state"].tolist() == ["held", "gap", "held", "aside"]
    assert told["rows"].tolist()[::2] == [21, 21]
    assert told["note"].tolist()[::2] == ["Hub weekly snapshots: counts of tracked models alone"] * 2


def test_only_the_weeks_asked_for_are_looked_at_and_what_a_stop_left_is_cleared(tmp_path):
    (tmp_path / ".fetched-left").mkdir()
    (tmp_path / ".fetched-left" / ".models.parquet.abcd1234.parquet").touch()
    with stocked() as fake:
        gather("weekly", tmp_path, fake, first=datetime.date(2024, 7, 25))
        assert store.days(tmp_path) == [datetime.date(2024, 7, 31)]
        gather("weekly", tmp_path, fake, last=datetime.date(2024, 7, 24))
        assert len(store.days(tmp_path)) == 2
    assert not list(tmp_path.glob(".fetched-*"))


def few(**columns):
    """A dump of two models, with other columns or without one."""
    table = {"id": ["acme/m0", "acme/m100"], "createdAt": ["2024-08-01T00:00:00Z"] * 2, "downloadsAllTime": [1, 2]}
    return holdings.parquet(pd.DataFrame({name: values for name, values in (table | columns).items() if values}))


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"PAR1" + b"x" * 400, "it cannot be read as Parquet"),
        (few(downloadsAllTime=None), "it has no column downloadsAllTime"),
        (holdings.dump("2024-09-01"), "it holds a model of 2024-09-01, long after its week"),
        (few(createdAt=[None, None]), "it tells no model's time of creation"),
        (few(id=["x/y", "x/z"]), "it holds none of the models that are tracked"),
        (few(id=["acme/m0", "acme/m0"]), "repeated: (2024-08-01, 'acme/m0') in row 2"),
        (few(downloadsAllTime=[-1, 1]), "column downloads_all_time: -1 in row 1"),
        (few(downloadsAllTime=[1.5, 1]), "column downloads_all_time: 1.5 in row 1"),
    ],
)
def test_a_dump_that_cannot_be_a_day_is_left_out_with_its_reason_and_the_others_go_on(tmp_path, content, note):
    with stocked() as fake:
        fake.hold(holdings.WEEKLY, "models/2024-07-31/models.parquet", content)
        fake.hold(holdings.WEEKLY, "models/2024-08-07/models.parquet", holdings.dump("2024-08-07"))
        found = gather("weekly", tmp_path, fake).set_index("week")
    assert note in found.loc["2024-07-31", "note"]
    assert found["rows"].astype(object).where(found["rows"].notna(), None).tolist() == [21, None, 21]
    assert len(store.days(tmp_path)) == 2


def test_a_server_that_ignores_ranges_is_not_downloaded_whole(tmp_path):
    with stocked() as fake:
        fake.ranges = False
        with pytest.raises(fetch.FetchError, match=r"HTTP 200 and the whole file, where a part .*another network"):
            gather("weekly", tmp_path, fake)
    assert not store.days(tmp_path)


def test_a_refusal_in_the_middle_of_a_dump_is_an_error_and_no_week_left_out(tmp_path):
    with stocked() as fake:
        gather("weekly", tmp_path / "count", fake)
        whole = len(fake.requests)
    for number in range(2, whole, 3):
        with stocked(script={number: "403"}) as fake:
            folder = tmp_path / str(number)
            with pytest.raises(fetch.FetchError, match=r"HTTP 403"):
                gather("weekly", folder, fake)
            assert not list(folder.glob("aside/*"))
            gather("weekly", folder, fake)
            assert len(store.days(folder)) == 2


def test_a_folder_of_the_dumps_that_is_no_week_is_told(tmp_path):
    with stocked() as fake:
        fake.hold(holdings.WEEKLY, "models/2024-13-01/models.parquet", b"")
        with pytest.raises(fetch.FetchError, match=r"models/2024-13-01/models.parquet: 2024-13-01 is no date"):
            gather("weekly", tmp_path, fake)


def test_another_layout_of_the_dumps_is_told(tmp_path):
    with stocked() as fake:
        fake.files = {f"{holdings.WEEKLY}/models/latest.parquet": b""}
        with pytest.raises(fetch.FetchError, match=r"no models/<week>/\*.parquet, but models/latest.parquet"):
            gather("weekly", tmp_path, fake)


# The command --------------------------------------------------------------------------------------------------


def test_each_verb_fetches_its_source_into_its_folder(tmp_path, monkeypatch, capsys):
    fetched_by = {}
    for verb, module, _, _ in cli.FETCHED:
        source = importlib.import_module(f"helpers.sources.{module}")
        monkeypatch.setattr(
            source,
            "fetch_all",
            lambda folder, accept_loss, verb=verb: pd.DataFrame(
                {"file": [verb], "folder": folder.name, "l": accept_loss}
            ),
        )
        for option in ([], ["--accept-loss"]):
            cli.collecting([verb, "--archive", str(tmp_path), *option], standalone_mode=False)
            *_, fetched_by[verb], accepted = capsys.readouterr().out.split()
            assert accepted == str(bool(option))
    assert fetched_by == {
        "tracked-models": "registry",
        "openrouter": "openrouter",
        "arena": "arena",
        "epoch": "epoch",
        "artificial-analysis": "artificial_analysis",
    }
