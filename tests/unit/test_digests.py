"""Digests that a record or a build tells: believed while a file is as it was."""

import os
import shutil

import pytest

from helpers import digests, files
from helpers.build import fingerprint

WRONG = "0" * 64
"""Told, so that it shows when it is believed."""


@pytest.fixture
def told(tmp_path):
    """A file of which a digest is told."""
    file = tmp_path / "models.parquet"
    files.write_text(file, "as it was")
    digests.tell(tmp_path, {digests.stamp(file): WRONG})
    return file


def test_a_notebook_of_the_build_believes_what_it_is_told(told, monkeypatch):
    monkeypatch.setenv("ATOM_STAGING", str(told.parent / "01_collect"))
    assert digests.of(told) == WRONG


def test_others_read(told, monkeypatch):
    monkeypatch.delenv("ATOM_STAGING", raising=False)
    assert digests.of(told) == files.digest(told)


CHANGES = ["written", "longer", "another file", "touched"]


def change(file, how):
    """Write a file otherwise, and as far as that goes with the same time."""
    before = file.stat()
    match how:
        case "written":
            file.write_text("as it is!", encoding="utf-8")
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
        case "longer":
            file.write_text("longer than it was", encoding="utf-8")
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        case "another file":
            files.write_text(file, "as it is!")
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        case "touched":
            os.utime(file)


@pytest.mark.parametrize("how", CHANGES)
def test_a_file_that_was_changed_since_is_read(told, monkeypatch, how):
    monkeypatch.setenv("ATOM_STAGING", str(told.parent / "01_collect"))
    change(told, how)
    assert digests.of(told) == files.digest(told)


@pytest.fixture
def recorded(tmp_path):
    """A day's file with a record that tells a digest of it."""
    file = tmp_path / "made" / "models.parquet"
    files.write_text(file, "as it was")
    files.write_json(file.with_name(digests.RECORD), digests.to_record(file) | {"sha256": WRONG})
    return file.parent.rename(tmp_path / "date=2026-01-01") / file.name


def test_what_is_recorded_of_a_file_is_its_digest_and_believed_by_a_build_alone(recorded, monkeypatch):
    monkeypatch.delenv("ATOM_STAGING", raising=False)
    assert digests.to_record(recorded)["sha256"] == files.digest(recorded)
    assert digests.recorded(recorded) == WRONG
    assert list(fingerprint.of_tree(recorded).values()) == [WRONG]
    assert digests.of(recorded) == files.digest(recorded)  # whoever verifies reads


@pytest.mark.parametrize("how", CHANGES)
def test_a_record_is_not_believed_of_a_file_that_was_changed_since(recorded, how):
    change(recorded, how)
    assert digests.recorded(recorded) is None
    assert list(fingerprint.of_tree(recorded).values()) == [files.digest(recorded)]


def test_a_record_is_not_believed_of_a_copy_or_of_what_lies_beside(tmp_path, recorded):
    copied = shutil.copytree(recorded.parent, tmp_path / "copy")
    files.write_text(recorded.with_name("refused.jsonl"), "as it was")
    for path in (copied / recorded.name, recorded.with_name("refused.jsonl"), recorded.with_name(digests.RECORD)):
        assert digests.recorded(path) is None


@pytest.mark.parametrize("left", [None, b"\xff{", b"", b"[]", b"3", b'{"sha256": "0"}', b"null", b"[" * 10**5])
def test_a_record_that_is_not_there_or_cannot_be_read_tells_nothing(recorded, left):
    place = recorded.with_name(digests.RECORD)
    place.unlink() if left is None else place.write_bytes(left)
    assert digests.recorded(recorded) is None


def test_a_record_without_a_digest_tells_none(recorded):
    files.write_json(recorded.with_name(digests.RECORD), {"written": digests.stamp(recorded)})
    assert digests.recorded(recorded) is None


def test_the_next_build_believes_what_was_not_written_since_nor_shortly_before(told):
    stamp = digests.stamp(told)
    assert digests.kept(told.parent) == {}  # written a moment ago: an edit might leave the same time
    os.utime(told, (0, (told.parent / digests.TOLD).stat().st_mtime - 61))
    digests.tell(told.parent, {digests.stamp(told): WRONG, stamp: WRONG})
    assert digests.kept(told.parent) == {digests.stamp(told): WRONG}


@pytest.mark.parametrize("left", [None, b"\xff{", b"", b"[]", b"3", b'{"a": "b"}', b'{"": "b"}', b"[" * 10**5])
def test_of_digests_that_cannot_be_read_none_is_believed(tmp_path, left):
    if left is not None:
        (tmp_path / digests.TOLD).write_bytes(left)
    assert digests.kept(tmp_path) == {}
