"""Damage to what is held: it is noticed and named with the command that mends it, and costs nothing but itself."""

import datetime
import json
import os
import random
import shlex
import shutil
import subprocess

import pandas as pd
import pyarrow.parquet
import pytest

from helpers.archive import days, gather, pages, sound, status, store
from helpers.sources import fetched
from helpers.sources.hub_ends import Page
from helpers.sources.hub_scope import Scope
from tests.fakehub.holdings import catalogue

NOW = datetime.datetime(2026, 10, 20, 12, tzinfo=datetime.UTC)
DAYS = [NOW + datetime.timedelta(days=days) for days in range(4)]
ENDPOINT = "http://127.0.0.1:1"


def ready(folder, now, count=40):
    """A day of one namespace's models, complete and not yet published."""
    rows = [row | {"id": f"acme/m{at:03}"} for at, row in enumerate(catalogue(count, 0, 0, NOW))]
    new = days.begin(folder, now, Scope.of("author", ["acme"]), ENDPOINT)
    pages.write(new.pages(0), 0, Page(ENDPOINT, rows, None), new.latest)
    return new


def publish(folder, now, count=40):
    return days.publish(ready(folder, now, count), now)


def named(folder):
    """What status names as damaged: day → the note."""
    table = status.status(folder, verify=True)
    table = table[table["state"] == "unsound"]
    return dict(zip(table["first"].dt.strftime("%Y-%m-%d"), table["note"], strict=True))


def table_of(day, folder):
    return folder / f"date={day.date()}" / store.FILE


def other_columns(path):
    pd.DataFrame({"x": [1]}).to_parquet(path)


def fewer(path):
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path, partitioning=None).slice(1), path)


HARMS = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-99]),
    "other columns": other_columns,
    "a row less": fewer,
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "no manifest of ours": lambda path: path.with_name("manifest.json").write_text("[]", encoding="utf-8"),
    "empty manifest": lambda path: path.with_name("manifest.json").write_bytes(b""),
    "edited manifest": lambda path: path.with_name("manifest.json").write_text(
        path.with_name("manifest.json").read_text("utf-8").replace('"rows": 40', '"rows": 41'), encoding="utf-8"
    ),
    "NUL manifest": lambda path: path.with_name("manifest.json").write_bytes(bytes(300)),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_day_stops_no_later_one_and_is_named_with_the_command_that_leaves_it_out(tmp_path, harm):
    publish(tmp_path, DAYS[0])
    publish(tmp_path, DAYS[1])
    HARMS[harm](table_of(DAYS[1], tmp_path))
    facts = publish(tmp_path, DAYS[2])
    assert (facts["compared_with"], facts["fell"]) == ("2026-10-20", 0)
    found = named(tmp_path)
    assert list(found) == ["2026-10-21"]
    assert sound.look(tmp_path, verify=True)[0] == [DAYS[0].date(), DAYS[2].date()]
    subprocess.run(found["2026-10-21"].partition("leave it out: ")[2], shell=True, check=True)
    assert not named(tmp_path)
    assert status.status(tmp_path)["state"].tolist() == ["held", "aside", "gap", "held"]


def test_a_loss_is_found_against_the_last_sound_day(tmp_path):
    publish(tmp_path, DAYS[0])
    publish(tmp_path, DAYS[1], 38)
    table_of(DAYS[1], tmp_path).write_bytes(b"")
    with pytest.raises(days.ArchiveError, match=r"acme: 10 models after 40 on 2026-10-20"):
        publish(tmp_path, DAYS[2], 10)


def test_today_damaged_is_named_and_collected_once_it_is_out_of_the_way(tmp_path):
    publish(tmp_path, DAYS[0])
    assert days.held(tmp_path, DAYS[0].date())
    table_of(DAYS[0], tmp_path).write_bytes(b"")
    with pytest.raises(days.ArchiveError, match=r"date=2026-10-20: .* mv .*; then run again") as raised:
        days.held(tmp_path, DAYS[0].date())
    left = ready(tmp_path, DAYS[0])
    assert days.unfinished(tmp_path) == [left]
    command = str(raised.value).partition("leave it out: ")[2].partition("; then")[0]
    subprocess.run(command, shell=True, check=True)
    days.publish(left, DAYS[0])
    assert days.held(tmp_path, DAYS[0].date())


def test_of_300_single_bit_flips_in_a_held_day_all_are_noticed_and_none_is_built_from(tmp_path):
    archive = tmp_path / "archive"
    (archive / "registry").mkdir(parents=True)
    (archive / "registry" / "models.csv").write_text("org,model,modelId\na,x,a/x\n", encoding="utf-8")
    for day in DAYS[:2]:
        publish(archive / "snapshots", day, 200)
    folder, draw = archive / "snapshots", random.Random(5)
    held = sorted((folder / "date=2026-10-21").iterdir())
    sizes = [path.stat().st_size for path in held]
    noticed = built = 0
    for number in range(300):
        (path,) = draw.choices(held, sizes if number % 3 else [1] * len(held))
        if not path.stat().st_size:
            path = table_of(DAYS[1], folder)
        whole = path.read_bytes()
        spoilt = bytearray(whole)
        spoilt[draw.randrange(len(spoilt))] ^= 1 << draw.randrange(8)
        path.write_bytes(spoilt)
        noticed += list(named(folder)) == ["2026-10-21"]
        if number % 30 == 0:
            brought = gather.gather(tmp_path / f"raw{number}", archive).set_index("source").loc["snapshots"]
            built += brought["files"] != 1 or "2026-10-21" not in brought["note"]
        path.write_bytes(whole)
    assert (noticed, built) == (300, 0)
    assert not named(folder)


def test_a_flip_in_the_content_of_a_table_is_noticed_by_whoever_reads_it(tmp_path):
    publish(tmp_path, NOW, 200)
    path, draw = table_of(NOW, tmp_path), random.Random(3)
    whole = path.read_bytes()
    with pyarrow.parquet.ParquetFile(path) as file:
        columns = [file.metadata.row_group(0).column(at) for at in range(file.metadata.num_columns)]
    spans = [
        (column.dictionary_page_offset or column.data_page_offset, column.total_compressed_size)
        for column in columns
        if column.path_in_schema in store.COLUMNS
    ]
    read = store.day(tmp_path, NOW.date())
    refused = 0
    for _ in range(100):
        start, size = draw.choice(spans)
        spoilt = bytearray(whole)
        spoilt[start + draw.randrange(size)] ^= 1 << draw.randrange(8)
        path.write_bytes(spoilt)
        try:
            assert store.day(tmp_path, NOW.date()).equals(
                read
            )  # it stood in a part of a page's head that tells nothing
        except store.contracts.ContractError:
            refused += 1
    assert refused > 90


def test_days_that_are_damaged_are_left_out_of_a_build_which_says_so(tmp_path):
    archive = tmp_path / "archive"
    (archive / "registry").mkdir(parents=True)
    (archive / "registry" / "models.csv").write_text("org,model,modelId\na,x,a/x\n", encoding="utf-8")
    for day in DAYS[:3]:
        publish(archive / "snapshots", day)
    (archive / "snapshots" / "date=2099-01-01").mkdir()
    table_of(DAYS[1], archive / "snapshots").write_bytes(b"")
    found = gather.gather(tmp_path / "raw", archive).set_index("source").loc["snapshots"]
    assert (found["files"], found["newest"]) == (2, "2026-10-22")
    assert found["note"].endswith("says why: 2026-10-21, 2099-01-01")
    assert status.status(archive / "snapshots")["state"].tolist() == ["held", "unsound", "held", "unsound"]
    for day in (DAYS[0], DAYS[2]):
        table_of(day, archive / "snapshots").write_bytes(b"")
    with pytest.raises(
        gather.CollectionError, match=r"no day can be relied on; `atom collect status --verify` says why"
    ):
        gather.gather(tmp_path / "raw2", archive)


# Days in the making ---

RECORDS = {
    "empty": b"", "half": b'{"started": "2026-10-2', "NUL": bytes(120), "a list": b"[1]", "no text": b"\xff\xfe",
    "other names": b'{"by": "x"}', "a number": b"7",
    "no zone": b'{"started": "2026-10-20T12:00:00", "endpoint": "x", "by": null, "names": []}',
    "another day": b'{"started": "2026-10-19T12:00:00+00:00", "endpoint": "x", "by": null, "names": []}',
    "odd scope": b'{"started": "2026-10-20T12:00:00+00:00", "endpoint": "x", "by": "star", "names": [1]}',
}  # fmt: skip


@pytest.mark.parametrize("harm", RECORDS)
def test_a_damaged_record_of_a_day_in_the_making_is_set_aside_and_said_and_the_rest_goes_on(tmp_path, harm):
    left, damaged = ready(tmp_path, DAYS[1]), ready(tmp_path, DAYS[0])
    (damaged.place / days.RECORD).write_bytes(RECORDS[harm])
    said = []
    assert days.unfinished(tmp_path, said.append) == [left]
    assert len(said) == 1
    assert "collection.json is damaged" in said[0]
    assert "aside/2026-10-20.1" in said[0]
    assert list((tmp_path / "aside" / "2026-10-20.1" / "pages").rglob("*.page"))
    days.publish(left, DAYS[1])
    publish(tmp_path, DAYS[2])
    table = status.status(tmp_path)
    assert table["state"].tolist() == ["aside", "held", "held"]
    assert "damaged" in table["note"][0]
    assert days.unfinished(tmp_path, said.append) == []
    assert len(said) == 1


def test_what_is_no_day_in_the_making_is_moved_aside_and_named(tmp_path):
    left = ready(tmp_path, DAYS[1])
    place = tmp_path / "unfinished"
    for name in ("notes.txt", "2026-10-20", ".DS_Store"):
        (place / name).write_text("x", encoding="utf-8")
    (place / "2026-13-45").mkdir()
    table = status.status(tmp_path)
    assert table["state"].tolist() == ["stray", "unfinished", "stray", "stray"]
    said = []
    assert days.unfinished(tmp_path, said.append) == [left]
    assert len(said) == 3
    assert (tmp_path / "aside" / "notes.txt.1" / "notes.txt").read_text(encoding="utf-8") == "x"
    assert sorted(path.name for path in place.iterdir()) == [".DS_Store", "2026-10-21"]
    assert status.status(tmp_path)["state"].tolist() == ["aside", "unfinished", "aside", "aside"]


@pytest.mark.parametrize("report", ["", "[]", "{}", '{"not_published_because": 3}', "\0", None])
def test_a_damaged_report_of_what_was_kept_aside_costs_status_nothing(tmp_path, report):
    publish(tmp_path, DAYS[1])
    place = tmp_path / "aside" / "2026-10-20.1"
    place.mkdir(parents=True)
    if report is not None:
        (place / "report.json").write_text(report, encoding="utf-8")
    table = status.status(tmp_path)
    assert table["state"].tolist() == ["aside", "held"]
    assert ("without a report" if report is None else "report.json is damaged") in table["note"][0]


def test_what_tells_of_a_day_is_on_disk_before_its_name_is(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "rename", "replace"):
        whole = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *at, name=name, whole=whole: (done.append((name, *at)), whole(*at))[1])
    days.files.write_json(tmp_path / "record.json", {}, lasting=True)
    assert [name for name, *_ in done] == ["fsync", "replace", "fsync"]
    done.clear()
    days.files.write_json(tmp_path / "record.json", {})
    assert [name for name, *_ in done] == ["replace"]
    done.clear()
    publish(tmp_path, NOW)
    named_at = next(at for at, told in enumerate(done) if str(told[-1]).endswith("date=2026-10-20"))
    assert [name for name, *_ in done[:named_at]].count("fsync") >= 4
    assert [name for name, *_ in done[named_at:]] == ["rename", "fsync"]


# As it is told ---


def test_an_archive_that_is_a_file_or_cannot_be_read_is_told_in_a_line(tmp_path):
    (tmp_path / "archive").write_text("", encoding="utf-8")
    with pytest.raises(days.ArchiveError, match=r"archive: a file is where a folder is wanted, .*; move it away"):
        status.overview(tmp_path / "archive")
    assert "holds nothing yet; run `atom collect" in status.shown(status.overview(tmp_path / "none"), tmp_path / "none")


def test_verifying_tells_of_other_sources_files_that_are_not_what_was_fetched(tmp_path):
    publish(tmp_path / "snapshots", NOW)
    (tmp_path / "arena").mkdir()
    whole = {"a.parquet": b"1", "b.parquet": b"1"}
    for name, content in whole.items():
        (tmp_path / "arena" / name).write_bytes(content)
        record = {"sha256": days.files.digest(tmp_path / "arena" / name)}
        (tmp_path / "arena" / f"{name}.provenance.json").write_text(json.dumps(record), encoding="utf-8")
    assert status.overview(tmp_path, verify=True)["state"].tolist() == ["held"]
    (tmp_path / "arena" / "b.parquet").write_bytes(b"2")
    assert status.overview(tmp_path)["state"].tolist() == ["held"]
    found = status.overview(tmp_path, verify=True)
    assert found["state"].tolist() == ["held", "unsound"]
    told = status.shown(found, tmp_path).splitlines()[-1]
    assert told.endswith("b.parquet: is not the file that its record tells of; fetch it again: `atom collect arena`")


def test_verifying_tells_of_a_replaced_version_that_is_not_what_was_kept(tmp_path):
    for day in (1, 2):
        with fetched.publishing(tmp_path / "arena" / "a.csv", fetched=f"2026-11-0{day}T08:00:00+00:00") as (beside, _):
            beside.write_text(f"{day}", encoding="utf-8")
    assert status.overview(tmp_path, verify=True).empty
    (version,) = (tmp_path / "arena" / "replaced" / "a.csv").glob("*.csv")
    version.write_text("3", encoding="utf-8")
    (note,) = status.overview(tmp_path, verify=True)["note"]
    assert note.endswith("is not the file that its record tells of; it was replaced since: remove it with its record")


def test_the_command_that_leaves_a_day_out_never_overwrites_and_quotes_its_names(tmp_path):
    folder = tmp_path / "an archive"
    publish(folder, NOW)
    for number in range(3):
        shutil.copytree(folder / "date=2026-10-20", folder / "date=2026-10-21", dirs_exist_ok=True)
        table_of(DAYS[1], folder).write_bytes(b"%d" % number)
        command = named(folder)["2026-10-21"].partition("leave it out: ")[2]
        assert shlex.split(command)[:2] == ["mkdir", "-p"]
        subprocess.run(command, shell=True, check=True)
    aside = sorted((folder / "aside").glob("*.unsound*"))
    assert [(path / store.FILE).read_bytes() for path in aside] == [b"0", b"1", b"2"]
