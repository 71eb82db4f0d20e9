"""Editions: every mistake is named with file, key and remedy."""

import pytest

from helpers import edition


@pytest.fixture
def folder(tmp_path):
    """A folder with one good edition, `mine`, made from the default one."""
    text = (edition.paths.EDITIONS / f"{edition.DEFAULT}.yml").read_text(encoding="utf-8")
    (tmp_path / "mine.yml").write_text(text.replace(f"name: {edition.DEFAULT}", "name: mine"), encoding="utf-8")
    return tmp_path


def edit(folder, old, new):
    path = folder / "mine.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_default_edition_is_the_papers():
    parameters = edition.load().parameters()
    assert parameters["history_end"] == "2025-07-10"
    assert parameters["splice_month"] == "2025-08-01"
    assert parameters["arena_shift"] == 59.2
    assert parameters["milestones"] == [7, 14, 30, 60, 90, 180, 365]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "history_end: 2025-07-10",
            "history_end: 2025-17-10",
            ["'history_end'", "2025-17-10", "no date", "YYYY-MM-DD"],
        ),
        ("seed: 20260301", "sead: 20260301", ["'sead'", "did you mean 'seed'", "'seed' is missing"]),
        ("iqr_multiplier: 1.5", "iqr_multiplier: much", ["'iqr_multiplier'", "'much'"]),
        ("iqr_multiplier: 1.5", "iqr_multiplier: -1", ["'iqr_multiplier'", "greater than 0"]),
        ("data: reconstructed", "data: invented", ["'data'", "'reconstructed', 'public' or 'full'"]),
        ("splice_month: 2025-08-01", "splice_month: 2025-08-02", ["'splice_month'", "first day"]),
        ("history_end: 2025-07-10", "history_end: 2025-09-10", ["'history_end'", "after 'splice_month'"]),
        ("bucket_edges: [1, 5,", "bucket_edges: [5, 1,", ["'bucket_edges'", "rise"]),
        ("seed: 20260301", "seed: 1\nseed: 2", ["'seed'", "more than once"]),
        ("name: mine", "name: yours", ["'name'", "'yours'", "'mine'"]),
        ("name: mine", "name: [mine", ["mine.yml"]),
    ],
)
def test_a_bad_edition_is_refused_with_file_key_and_remedy(folder, old, new, words):
    edit(folder, old, new)
    with pytest.raises(edition.EditionError) as refused:
        edition.load("mine", folder=folder)
    for word in ["mine.yml", *words]:
        assert word in str(refused.value)


def test_an_unknown_edition_lists_the_known_ones(folder):
    with pytest.raises(edition.EditionError, match=r"known editions: mine"):
        edition.load("yours", folder=folder)


def test_overrides_are_typed_and_checked():
    assert edition.load(overrides=["iqr_multiplier=3"]).iqr_multiplier == 3.0
    assert edition.load(overrides=["iqr_multiplier=null"]).iqr_multiplier is None
    assert edition.load(overrides=["milestones=[7, 30]"]).milestones == [7, 30]
    for bad in ("iqr_multipler=3", "iqr_multiplier", "seed=1.5", "name=other"):
        with pytest.raises(edition.EditionError, match=bad.split("=")[0]):
            edition.load(overrides=[bad])
