"""Editions: every mistake is named with file, key and remedy."""

import re
import time

import pandas as pd
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
        ("tracked_lists: [models]", "tracked_lists: [all]", ["'tracked_lists", "all"]),
        ("tracked_lists: [models]", "tracked_lists: []", ["'tracked_lists"]),
        ("seed: 20260301", "sead: 20260301", ["'sead'", "did you mean 'seed'", "'seed' is missing"]),
        ("range_least: 100", "range_last: 100", ["did you mean 'outlier_rule.range_least'"]),
        ("iqr_multiplier: 1.5", "iqr_multiplier: much", ["'iqr_multiplier'", "'much'"]),
        ("iqr_multiplier: 1.5", "iqr_multiplier: -1", ["'iqr_multiplier'", "greater than 0"]),
        ("data: reconstructed", "data: invented", ["'data'", "'reconstructed', 'public' or 'full'"]),
        ("splice_month: 2025-08-01", "splice_month: 2025-08-02", ["'splice_month'", "first day"]),
        ("history_end: 2025-07-10", "history_end: 2025-09-10", ["'history_end'", "after 'splice_month'"]),
        ("top_models_date: 2026-03-27", "top_models_date: 2026-04-03", ["'top_models_date'", "2026-04-02", "earlier"]),
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


def test_overrides_are_typed_and_checked():
    assert edition.load(overrides=["iqr_multiplier=3"]).iqr_multiplier == 3.0
    assert edition.load(overrides=["iqr_multiplier=null"]).iqr_multiplier is None
    assert edition.load(overrides=["milestones=[7, 30]"]).milestones == [7, 30]
    for bad in ("iqr_multipler=3", "iqr_multiplier", "seed=1.5", "name=other"):
        with pytest.raises(edition.EditionError, match=bad.split("=")[0]):
            edition.load(overrides=[bad])


ODD = {
    "bucket_edges": ["[1,5", "[]", "[.nan]", "[1, .inf]", "[-1, 5]", "[true]", "[[1]]", "1", "&a [*a, *a]"],
    "seed": ["yes", "-1", "1.0", "", ".nan", "'7'", "9" * 5000, "!!python/object:os.system x", "@", "%TAG"],
    "arena_shift": [".nan", ".inf", "-.inf", "1e400", "no", "{}"],
    "match_rate": [".nan", "yes", "98%", "2"],
    "last_month": ["9999-12-01", "0001-01-01", "2025-13-01", "12", "true", "20250801", "!!timestamp 2025-17-10"],
    "snapshot_date": ["9999-12-31"],
    "milestones": ["[]", "[true]", "[1.5]", "[99999999999]", "null"],
    "iqr_window_days": ["1000000000000", "0"],
    "excluded_formats": ["[1]", "{}", "null", "[a, [b]]"],
    "title": ['""', "a: b", "\udcff", "\x00", "x" * 1_000_000, "[" * 50_000, "{a: " * 5_000, "- " * 5_000],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in ODD.items() for value in values])
@pytest.mark.parametrize("in_file", [False, True])
def test_an_odd_value_is_refused_at_once_with_its_key_wherever_it_stands(folder, key, value, in_file):
    start = time.process_time()
    with pytest.raises(edition.EditionError) as refused:
        if in_file:
            text = (folder / "mine.yml").read_text(encoding="utf-8")
            text = re.sub(rf"(?m)^{key}: .*$", lambda _: f"{key}: {value}", text)
            (folder / "mine.yml").write_text(text, encoding="utf-8", errors="surrogateescape")
            edition.load("mine", folder=folder)
        else:
            edition.load("mine", [f"{key}={value}"], folder)
    assert time.process_time() - start < 1
    assert ("mine.yml" if in_file else key) in str(refused.value)


def test_a_bomb_of_aliases_is_refused_before_it_goes_off(folder):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    (folder / "mine.yml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(edition.EditionError, match=r"mine\.yml: uses anchors"):
        edition.load("mine", folder=folder)


@pytest.mark.parametrize("name", ["yours", "", "../mine", "a/b", ".", "x" * 300, "a\nb"])
def test_what_names_no_edition_lists_those_that_there_are(folder, name):
    (folder / "yours.yml").mkdir()
    with pytest.raises(edition.EditionError, match=r"known editions: mine$"):
        edition.load(name, folder=folder)


def archive_of(monkeypatch, folder, *days):
    for day in days:
        place = folder / "snapshots" / f"date={day}"
        place.mkdir(parents=True)
        row = {"model": ["a/b"], "downloads_all_time": [1], "created_at": pd.to_datetime(["2025-01-01"], utc=True)}
        pd.DataFrame(row).to_parquet(place / "models.parquet", index=False)
    monkeypatch.setattr(edition.paths, "ARCHIVE", folder)


def test_dates_of_the_archive_come_from_its_snapshots_that_can_be_relied_on(monkeypatch, tmp_path):
    archive_of(
        monkeypatch, tmp_path, "1970-01-01", "2026-01-10", "2026-01-15", "2026-02-20", "2026-03-31", "2026-04-09"
    )
    for spoilt in ("2026-01-10", "2026-04-09"):
        (tmp_path / "snapshots" / f"date={spoilt}" / "models.parquet").write_bytes(b"")
    public = edition.load("public").parameters()
    wanted = {
        "first_month": "2026-01-01", "history_end": "2026-01-15", "splice_month": "2026-02-01",
        "last_month": "2026-04-01", "snapshot_date": "2026-03-31", "top_models_date": "2026-03-31",
    }  # fmt: skip
    assert {key: public[key] for key in wanted} == wanted


@pytest.mark.parametrize("days", [["2026-01-20"], ["2026-01-15", "2026-01-20"], ["2026-01-01", "2026-01-30"]])
def test_before_a_month_has_ended_an_archive_has_the_label_that_it_tells_nothing_of(monkeypatch, tmp_path, days):
    archive_of(monkeypatch, tmp_path, *days)
    public = edition.load("public").parameters()
    months = {public[key] for key in ("first_month", "history_end", "splice_month", "last_month")}
    assert months == {"2026-01-01"}
    assert {public["snapshot_date"], public["top_models_date"]} == {days[-1]}


def test_a_single_snapshot_on_the_last_day_of_a_month_is_that_months_end(monkeypatch, tmp_path):
    archive_of(monkeypatch, tmp_path, "2026-01-31")
    public = edition.load("public").parameters()
    assert [public[key] for key in edition.FROM_ARCHIVE[:4]] == ["2026-01-01", "2026-01-31", "2026-02-01", "2026-02-01"]


def test_an_empty_archive_names_the_command_that_fills_it(monkeypatch, tmp_path):
    monkeypatch.setattr(edition.paths, "ARCHIVE", tmp_path)
    with pytest.raises(edition.EditionError, match="atom collect hub"):
        edition.load("public")
