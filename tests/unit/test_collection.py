"""Bringing an archive's files into an edition's raw inputs."""

import json

import pandas as pd
import pytest

from helpers.archive import gather
from helpers.sources import fetched
from helpers.sources.hub_scope import WHOLE


def snapshot(folder, day, scope=None, **columns):
    place = folder / "snapshots" / f"date={day}"
    place.mkdir(parents=True)
    table = {
        "model": ["a/x"], "downloads_all_time": [5], "created_at": pd.to_datetime(["2025-01-01"], utc=True), **columns,
    }  # fmt: skip
    pd.DataFrame(table).to_parquet(place / "models.parquet", index=False)
    if scope:
        (place / "manifest.json").write_text(json.dumps({"scope": scope}), encoding="utf-8")


LISTED = {"tags": [["base_model:b/y"]], "library_name": ["transformers"], "pipeline_tag": [None]}


@pytest.fixture
def held(tmp_path):
    """An archive with a list of models and two days; the later one lists only some namespaces."""
    folder = tmp_path / "archive"
    (folder / "registry").mkdir(parents=True)
    (folder / "registry" / "models.csv").write_text("org,model,modelId\na,x,a/x\n", encoding="utf-8")
    snapshot(folder, "2026-01-01", WHOLE, **LISTED)
    snapshot(folder, "2026-01-02", ["a"], **LISTED)
    return folder


def test_what_is_held_is_brought_and_what_is_not_is_absent(held, tmp_path):
    for name in ("epoch/notes.csv", "epoch/.part", f"epoch/{fetched.REPLACED}/2026-01-01/notes.csv"):
        (held / name).parent.mkdir(parents=True, exist_ok=True)
        (held / name).touch()
    table = gather.gather(tmp_path / "raw", held).set_index("source")
    assert list(table.index) == ["snapshots", "derivatives", *gather.SOURCES]
    assert [path.name for path in (tmp_path / "raw/epoch").rglob("*")] == ["notes.csv"]
    assert table.loc["epoch", ["files", "newest"]].tolist() == [1, "notes.csv"]
    assert table.loc["snapshots", "files"] == 2
    assert table.loc["arena", "files"] == 0
    assert (tmp_path / "raw/snapshots/date=2026-01-02/models.parquet").exists()
    assert (tmp_path / "raw/registry/models.csv").exists()
    assert not (tmp_path / "raw/arena").exists()


def test_only_the_lists_that_an_edition_tracks_are_brought(held, tmp_path):
    for name in ("extra_models.csv", "models.csv.provenance.json", "extra_models.csv.provenance.json", "other.csv"):
        (held / "registry" / name).write_text("org,model,modelId\na,z,a/z\n", encoding="utf-8")
    for number, (tracked, brought) in enumerate(
        ((["models"], ["models"]), (["extra_models"], ["extra_models"]), (["models", "extra_models"],) * 2)
    ):
        raw = tmp_path / str(number)
        gather.gather(raw, held, tracked)
        names = {f"{name}.csv{end}" for name in brought for end in ("", ".provenance.json")}
        assert {path.name for path in (raw / "registry").iterdir()} == names | {"other.csv"}
    (held / "registry" / "extra_models.csv").unlink()
    with pytest.raises(gather.CollectionError, match=r"extra_models.csv is missing; run `atom collect tracked-models`"):
        gather.gather(tmp_path / "raw", held, ["models", "extra_models"])


def test_derivatives_come_from_the_newest_day_of_the_whole_hub(held, tmp_path):
    gather.gather(tmp_path / "raw", held)
    for name in ("derivatives", "whole_hub"):
        found = sorted(path.relative_to(tmp_path / "raw" / name).as_posix() for path in (tmp_path / "raw").rglob("*")
                       if path.is_file() and path.is_relative_to(tmp_path / "raw" / name))  # fmt: skip
        assert found == ["date=2026-01-01/manifest.json", "date=2026-01-01/models.parquet"]


def test_a_listing_that_is_not_the_file_of_its_record_gives_way_to_the_one_before(held, tmp_path):
    snapshot(held, "2026-01-03", WHOLE, **LISTED)
    manifest = held / "snapshots/date=2026-01-03/manifest.json"
    manifest.write_text(json.dumps({"scope": WHOLE, "sha256": "0" * 64}), encoding="utf-8")
    gather.gather(tmp_path / "raw", held)
    assert [path.name for path in (tmp_path / "raw/derivatives").iterdir()] == ["date=2026-01-01"]


def test_derivatives_of_tracked_models_are_no_listing_of_the_whole_hub(held, tmp_path):
    (held / "snapshots/date=2026-01-01").rename(held / "derivatives")
    (held / "derivatives").rename(held / "date=2026-01-01")
    (held / "derivatives").mkdir()
    (held / "date=2026-01-01").rename(held / "derivatives/date=2026-01-01")
    manifest = held / "derivatives/date=2026-01-01/manifest.json"
    manifest.write_text(json.dumps({"scope": ["a/x"]}), encoding="utf-8")
    table = gather.gather(tmp_path / "raw", held).set_index("source")
    assert table.loc["derivatives", ["files", "note"]].tolist() == [1, "derivatives of tracked models only"]
    assert (tmp_path / "raw/derivatives/date=2026-01-01/models.parquet").is_file()
    assert not (tmp_path / "raw/whole_hub").exists()


def test_without_a_day_of_the_whole_hub_there_are_no_derivatives(held, tmp_path):
    manifest = held / "snapshots/date=2026-01-01/manifest.json"
    manifest.write_text(json.dumps({"scope": ["a"]}), encoding="utf-8")
    table = gather.gather(tmp_path / "raw", held).set_index("source")
    assert table.loc["derivatives", "files"] == 0
    assert not (tmp_path / "raw/derivatives").exists()


@pytest.mark.parametrize(
    ("missing", "remedy"), [("snapshots", "atom collect hub"), ("registry", "atom collect tracked-models")]
)
def test_what_an_edition_cannot_do_without_names_the_remedy(held, tmp_path, missing, remedy):
    (held / missing).rename(held / "elsewhere")
    with pytest.raises(gather.CollectionError, match=remedy):
        gather.gather(tmp_path / "raw", held)
