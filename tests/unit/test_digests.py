"""Digests that a build tells its notebooks, and leaves for the next: believed while a file is as it was read."""

import os

import pytest

from helpers import digests, files

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


@pytest.mark.parametrize("change", ["written", "longer", "another file", "touched"])
def test_a_file_that_was_changed_since_is_read(told, monkeypatch, change):
    monkeypatch.setenv("ATOM_STAGING", str(told.parent / "01_collect"))
    before = told.stat()
    match change:
        case "written":
            told.write_text("as it is!", encoding="utf-8")
            os.utime(told, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
        case "longer":
            told.write_text("longer than it was", encoding="utf-8")
            os.utime(told, ns=(before.st_atime_ns, before.st_mtime_ns))
        case "another file":
            files.write_text(told, "as it is!")
            os.utime(told, ns=(before.st_atime_ns, before.st_mtime_ns))
        case "touched":
            os.utime(told)
    assert digests.of(told) == files.digest(told)


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
