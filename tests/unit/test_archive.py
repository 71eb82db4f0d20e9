"""Pages, their merging, and publication: whole or not at all, at whatever moment it stops."""

import datetime
import json
import os
import random
import shutil

import pyarrow
import pyarrow.parquet
import pytest

from helpers import digests
from helpers.archive import days, listings, pages, sound, status, store
from helpers.lock import ArchiveError
from helpers.sources import hub_records
from helpers.sources.hub_ends import Page
from helpers.sources.hub_scope import Scope
from tests.fakehub import runs
from tests.fakehub.holdings import catalogue

NOW = datetime.datetime(2026, 10, 20, 12, tzinfo=datetime.UTC)
DAYS = [NOW + datetime.timedelta(days=days) for days in range(5)]
ENDPOINT = "http://127.0.0.1:1"


def keep(folder, records, first=0, size=10, end=True):
    """Records as the pages of a listing."""
    folder.mkdir(parents=True, exist_ok=True)
    chunks = [records[at : at + size] for at in range(0, len(records), size)]
    for number, chunk in enumerate(chunks, first):
        following = None if end and chunk is chunks[-1] else f"{ENDPOINT}/{number + 1}"
        pages.write(folder, number, Page(f"{ENDPOINT}/{number}", chunk, following), DAYS[-1].date())


def ready(folder, records, now=NOW, namespaces=(), size=10):
    """A day whose listing is complete; publish it."""
    new = days.begin(folder, now, Scope.of("author", namespaces) if namespaces else Scope(), ENDPOINT)
    for number, space in enumerate(new.scope.lists):
        own = [row for row in records if space == "*" or row["id"].startswith(space + "/")]
        keep(new.pages(number), own, size=size)
    return new


def models(count, seed=0, hostile=0):
    return catalogue(count, seed, hostile, DAYS[-1])


def merged(folder, listed):
    done = pages.merge([listed], folder / "table.parquet", folder / "refused.jsonl", folder / "room")
    return done, pyarrow.parquet.ParquetFile(folder / "table.parquet").read()


# Pages ---


def test_a_page_is_kept_as_it_came_with_the_address_to_go_on_from(tmp_path):
    good, bad = models(25), models(1)[0] | {"id": "<b>x</b>"}
    keep(tmp_path, [*good[:7], bad, *good[7:]])
    assert [path.name for path in sorted(tmp_path.glob("*"))] == ["000000.page", "000001.page", "000002.page"]
    heads, tables = zip(*map(pages.read, pages.listed(tmp_path)), strict=True)
    assert [head["next"] for head in heads] == [f"{ENDPOINT}/1", f"{ENDPOINT}/2", None]
    assert [[row["id"]] for head in heads for _, row in head["refused"]] == [[bad["id"]]]
    assert pyarrow.concat_tables(table.read_all() for table in tables).equals(hub_records.table(good)[0])


@pytest.mark.parametrize("harm", ["cut", "empty", "gone", "junk"])
def test_a_damaged_page_ends_what_can_be_relied_on(tmp_path, harm):
    keep(tmp_path, models(50))
    page = tmp_path / "000002.page"
    content = {"cut": page.read_bytes()[:-9], "empty": b"", "junk": b"junk" * 99, "gone": b""}[harm]
    page.write_bytes(content)
    if harm == "gone":
        page.unlink()
    heads = pages.resume(tmp_path)
    assert [head["next"] for head in heads] == [f"{ENDPOINT}/1", f"{ENDPOINT}/2"]
    assert len(list(tmp_path.glob("*"))) == 2


def test_every_flipped_bit_of_a_page_is_noticed(tmp_path):
    keep(tmp_path, models(3))
    (page,) = pages.listed(tmp_path)
    whole = page.read_bytes()
    for at in range(len(whole)):
        page.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(ArchiveError, match="not the page that was written"):
            pages.read(page)
    page.write_bytes(whole)
    assert len(pages.resume(tmp_path)) == 1


def test_what_a_stopped_write_has_left_is_no_page(tmp_path):
    keep(tmp_path, models(20))
    (tmp_path / ".000002.page.abc.page").write_bytes(b"")  # as helpers.files names it
    assert [head["rows"] for head in pages.resume(tmp_path)] == [10, 10]


@pytest.mark.parametrize("seed", range(5))
def test_merging_keeps_the_latest_of_each_model_in_order_over_many_buckets(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(pages, "BUCKET_ROWS", 40)
    draw = random.Random(seed)
    records = models(draw.randrange(1, 400), seed)
    shown = records + [row | {"likes": row["likes"] + 1} for row in draw.sample(records, len(records) // 3)]
    draw.shuffle(shown)
    keep(tmp_path, shown, size=draw.randrange(1, 50))
    done, table = merged(tmp_path, pages.listed(tmp_path))
    latest = {row["id"]: row["likes"] for row in shown}
    assert dict(zip(table["model"].to_pylist(), table["likes"].to_pylist(), strict=True)) == latest
    assert table["model"].to_pylist() == sorted(latest)
    assert (done.rows, done.repeated) == (len(latest), len(shown) - len(latest))
    assert not (tmp_path / "room").exists()


def test_records_that_repeat_under_a_name_that_is_no_id_are_kept_aside_once_the_latest(tmp_path):
    bad = models(2)[0] | {"id": "<b>x</b>"}
    keep(tmp_path, [*models(20), bad, *models(9), bad | {"likes": 7}])
    done, table = merged(tmp_path, pages.listed(tmp_path))
    assert table.num_rows == 20
    assert done.refused == {hub_records.NAME: 1}
    (line,) = (tmp_path / "refused.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["record"]["likes"] == 7


# Records ---


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": None}, "lacks id"),
        ({"id": 7}, "id: no str"),
        ({"id": "x" * 97 + "/y"}, hub_records.NAME),
        ({"createdAt": None}, "lacks createdAt"),
        ({"createdAt": "yesterday"}, "a value of another kind"),
        ({"downloadsAllTime": None}, "lacks downloadsAllTime"),
        ({"downloadsAllTime": -1}, "downloads, likes: out of range"),
        ({"downloadsAllTime": 2**63}, "downloads, likes: out of range"),
        ({"downloadsAllTime": True}, "downloadsAllTime: no int"),
        ({"downloadsAllTime": 1.5}, "downloadsAllTime: no int"),
        ({"likes": "3"}, "likes: no int"),
        ({"tags": None}, "lacks tags"),
        ({"tags": ["a", None]}, "a value of another kind"),
        ({"tags": ["\ud800"]}, "a value of another kind"),
        ({"tags": [["a"]]}, "a value of another kind"),
        ({"pipeline_tag": "x" * 501}, "library_name, pipeline_tag: more than 500 characters"),
        ({"safetensors": {"total": "many"}}, "a value of another kind"),
        ({"safetensors": [1]}, "a value of another kind"),
        ({"createdAt": "1970-01-01T00:00:00.000Z"}, "createdAt: outside reason"),
        ({"createdAt": "2026-10-22T00:00:00.000Z"}, "createdAt: outside reason"),
        ({"gated": 3}, "a value of another kind"),
        ({"lastModified": "never"}, "a value of another kind"),
    ],
)
def test_a_record_that_breaks_the_table_is_left_out_alone_and_told_why(change, why):
    one, other, third = catalogue(3, now=NOW)
    table, left = hub_records.table([one, other | change, third], NOW.date())
    assert left == [(why, 1)]
    assert table["model"].to_pylist() == [one["id"], third["id"]]


def test_what_the_hub_does_not_tell_stays_null():
    bare = {name: models(1)[0][name] for name in hub_records.REQUIRED}
    table, left = hub_records.table([bare])
    assert not left
    for name in ("downloads", "likes", "library_name", "pipeline_tag", "safetensors_total", "gated"):
        assert table[name].to_pylist() == [None]


# Publication ---


def test_a_published_day_meets_both_contracts_and_is_described(tmp_path):
    facts = days.publish(ready(tmp_path, models(300)), NOW)
    runs.check(tmp_path, models(300))
    assert len(store.day(tmp_path, NOW.date())) == 300
    read = listings.read(listings.newest(tmp_path))
    assert read["tags"].map(lambda tags: any(tag.startswith("base_model:finetune:") for tag in tags)).sum() == 75
    assert facts == days.manifest(tmp_path, NOW.date())
    assert facts.keys() >= {"rows", "schema_version", "started", "finished", "endpoint", "client", "scope", "sha256"}
    assert digests.recorded(store.file(tmp_path, NOW.date())) == facts["sha256"]


def test_what_a_disk_spoils_without_a_trace_is_seen_by_verifying(tmp_path):
    facts, day = days.publish(ready(tmp_path, models(30)), NOW), NOW.date()
    file = store.file(tmp_path, day)
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=times)
    assert digests.recorded(file) == facts["sha256"]
    assert sound.fault(tmp_path, day) is None
    found = sound.fault(tmp_path, day, verify=True)
    assert found == f"{store.FILE} is not the file that was written: its sha256 is another"


def test_killed_at_any_touch_of_a_file_a_day_is_whole_or_absent_and_the_next_run_publishes_it(tmp_path):
    records = models(60, hostile=3)
    ready(tmp_path / "ready", records)
    event, whole = 0, 0
    while True:
        event += 1
        folder = tmp_path / str(event)
        shutil.copytree(tmp_path / "ready", folder)
        process = runs.processes.Process(target=runs.publish_until, args=(folder, event))
        process.start()
        process.join()
        assert process.exitcode in (0, -9)
        if store.days(folder):
            whole += 1
            assert len(store.day(folder, NOW.date())) == 60
        for left in days.unfinished(folder):
            days.publish(left, NOW)
        runs.check(folder, records)
        shutil.rmtree(folder)
        if process.exitcode == 0:
            break
    assert event > 20
    assert 1 < whole < event


def test_a_table_that_does_not_read_back_as_written_is_refused(tmp_path):
    table, _ = hub_records.table(sorted(models(9), key=lambda row: row["id"]))
    for bad in (table.slice(1), pyarrow.concat_tables([table, table]), table.drop_columns("likes")):
        pyarrow.parquet.write_table(bad, tmp_path / "bad.parquet")
        with pytest.raises(days.ArchiveError, match=r"bad.parquet: differs from what was written; check the disk"):
            days._verify(tmp_path / "bad.parquet", 9)


@pytest.mark.parametrize(
    ("lost", "namespaces", "stands"),
    [(10, (), True), (20, (), True), (21, (), False), (5, ("acme",), True), (21, ("acme", "Qwen"), False)],
)
def test_a_listing_may_lose_two_per_cent_or_a_few_models_and_no_more(tmp_path, lost, namespaces, stands):
    records = models(1000)
    days.publish(ready(tmp_path, records, DAYS[0], namespaces), DAYS[0])
    own = [row for row in records if not namespaces or row["id"].partition("/")[0] in namespaces]
    gone = [row["id"] for row in own[5 : 5 + lost]]
    fewer = ready(tmp_path, [row for row in records if row["id"] not in gone], DAYS[1], namespaces)
    if stands:
        assert days.publish(fewer, DAYS[1])["rows"] == len(own) - lost
    else:
        with pytest.raises(days.ArchiveError, match=r"a loss of more than 2%. It is kept in .*aside/2026-10-21.1"):
            days.publish(fewer, DAYS[1])
        assert store.days(tmp_path) == [DAYS[0].date()]


def test_a_namespace_that_loses_all_is_refused_and_another_list_of_namespaces_is_not(tmp_path):
    records = [row for row in models(100) if not row["id"].startswith("acme/")]
    records += [models(1)[0] | {"id": f"acme/{name}"} for name in "abc"]
    days.publish(ready(tmp_path, records, DAYS[0], ("Qwen", "acme")), DAYS[0])
    days.publish(ready(tmp_path, records, DAYS[1], ("Qwen",)), DAYS[1])
    days.publish(ready(tmp_path, records, DAYS[2], ("Qwen", "acme")), DAYS[2])
    with pytest.raises(days.ArchiveError, match=r"acme: 0 models after 3 on 2026-10-22"):
        days.publish(ready(tmp_path, records[:-3], DAYS[3], ("Qwen", "acme")), DAYS[3])


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (slice(0, 80), "0 models are of the last days, from 2026-10-18: the listing lacks them"),
        (slice(40, 100), "0 models are of the Hub's first month, until 2022-03-31: the listing lacks them"),
        (slice(0, 0), "it holds no model"),
    ],
)
def test_a_listing_of_the_whole_hub_reaches_from_its_first_month_to_the_day(tmp_path, part, why):
    with pytest.raises(days.ArchiveError, match=why):
        days.publish(ready(tmp_path, models(100)[part]), NOW)
    assert not store.days(tmp_path)


def test_what_is_kept_aside_can_be_published_by_the_move_that_the_message_names(tmp_path):
    days.publish(ready(tmp_path, models(400), DAYS[0]), DAYS[0])
    for _ in range(2):
        with pytest.raises(days.ArchiveError) as raised:
            days.publish(ready(tmp_path, [*models(400)[:9], *models(400)[-9:]], DAYS[1]), DAYS[1])
    assert sorted(path.name for path in (tmp_path / "aside").glob("*")) == ["2026-10-21.1", "2026-10-21.2"]
    source, target = str(raised.value).partition(": mv ")[2].split()
    shutil.move(source, target)
    assert len(store.day(tmp_path, DAYS[1].date())) == 18
    days.publish(ready(tmp_path, [*models(400)[:9], *models(400)[-9:]], DAYS[2]), DAYS[2])


def test_a_few_broken_records_are_set_aside_and_many_mean_that_the_listing_lacks_a_field(tmp_path):
    records = models(2000)
    del records[7]["downloadsAllTime"]
    assert days.publish(ready(tmp_path, records, size=500), NOW)["refused"] == {"lacks downloadsAllTime": 1}
    for row in records[:5]:
        row.pop("createdAt")
    with pytest.raises(days.ArchiveError, match=r"6 of 2,000 records lack a required field"):
        days.publish(ready(tmp_path, records, DAYS[1], size=500), DAYS[1])


def test_falls_of_counts_are_counted_against_the_day_before(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "BUCKET_ROWS", 40)
    records = models(300)
    assert days.publish(ready(tmp_path, records, DAYS[0]), DAYS[0])["fell"] is None
    fewer = [row | {"downloadsAllTime": row["downloadsAllTime"] - (at % 3 == 0)} for at, row in enumerate(records)]
    assert days.publish(ready(tmp_path, fewer[2:], DAYS[1]), DAYS[1])["fell"] == 99
    assert days.publish(ready(tmp_path, records, DAYS[3]), DAYS[3])["fell"] == 0


def test_status_tells_days_gaps_counts_falls_and_what_is_not_published(tmp_path):
    days.publish(ready(tmp_path, models(100), DAYS[0]), DAYS[0])
    days.publish(ready(tmp_path, models(100, hostile=2), DAYS[3]), DAYS[3])
    ready(tmp_path, models(100), DAYS[4])
    with pytest.raises(days.ArchiveError):
        days.publish(ready(tmp_path, models(100)[:50], DAYS[2]), DAYS[2])
    (tmp_path / f"date={NOW.date()}" / "manifest.json").unlink()
    table = status.status(tmp_path)
    assert table["state"].tolist() == ["held", "gap", "aside", "held", "unfinished"]
    assert table["rows"].fillna(-1).tolist() == [100, -1, 50, 100, -1]
    assert table["fell"].isna().tolist() == [True, True, False, False, True]
    assert table["first"].dt.day.tolist() == [20, 21, 22, 23, 24]
    assert table["last"].dt.day.tolist() == [20, 22, 22, 23, 24]
    assert "brought in without a manifest" in table["note"][0]
    assert "2 records refused" in table["note"][3]
    assert status.status(tmp_path / "nothing").empty


def test_status_of_a_spoilt_archive_names_the_folder(tmp_path):
    (tmp_path / "date=yesterday").mkdir()
    table = status.status(tmp_path)
    assert table["state"].tolist() == ["unsound"]
    assert "date=yesterday: is named after no day" in table["note"][0]
