"""Bringing an archive's files into an edition's raw inputs."""

import inspect
import json

import pandas as pd
import pytest

from helpers import edition
from helpers.archive import gather
from helpers.sources import hub


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
    snapshot(folder, "2026-01-01", hub.WHOLE, **LISTED)
    snapshot(folder, "2026-01-02", ["a"], **LISTED)
    return folder


def test_what_is_held_is_brought_and_what_is_not_is_absent(held, tmp_path):
    table = gather.gather(tmp_path / "raw", held).set_index("source")
    assert table.loc["snapshots", "files"] == 2
    assert table.loc["arena", "files"] == 0
    assert (tmp_path / "raw/snapshots/date=2026-01-02/models.parquet").exists()
    assert (tmp_path / "raw/registry/models.csv").exists()
    assert not (tmp_path / "raw/arena").exists()


def test_derivatives_come_from_the_newest_day_of_the_whole_hub(held, tmp_path):
    gather.gather(tmp_path / "raw", held)
    assert [path.name for path in (tmp_path / "raw/derivatives").iterdir()] == ["date=2026-01-01"]


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


# Reconstructed inputs -----------------------------------------------------------------------------------------


def parameters(**changed):
    plain = edition.load(overrides=[f"{key}={value}" for key, value in changed.items()]).parameters()
    return {key: plain[key] for key in inspect.signature(gather.reconstruct).parameters if key in plain}


@pytest.mark.parametrize(
    ("changed", "key", "covered"),
    [
        ({"first_month": "2023-10-01"}, "first_month", "from 2023-11-01"),
        ({"history_end": "2025-07-11"}, "history_end", "to 2025-07-10"),
        ({"snapshot_date": "2026-04-03"}, "snapshot_date", "from 2025-07-03 to 2026-04-02"),
        ({"snapshot_date": "2025-07-02", "last_month": "2025-07-01", "splice_month": "2025-07-01",
          "history_end": "2025-06-30", "top_models_date": "2025-07-01"}, "last_month", "from 2025-07-04"),
    ],
)  # fmt: skip
def test_dates_that_the_reconstruction_does_not_cover_are_refused_before_anything_is_written(
    tmp_path, changed, key, covered
):
    with pytest.raises(gather.CollectionError) as refused:
        gather.reconstruct(tmp_path / "raw", **parameters(**changed))
    for words in (f"'{key}' is {changed[key]}", covered, "choose a date in between"):
        assert words in str(refused.value)
    assert not (tmp_path / "raw").exists()


def test_an_edition_of_earlier_dates_is_given_the_same_inputs_up_to_them(tmp_path):
    gather.reconstruct(tmp_path / "whole", **parameters())
    early = parameters(
        first_month="2024-01-01", history_end="2025-07-05", splice_month="2025-08-01", last_month="2025-08-01",
        snapshot_date="2025-08-10", top_models_date="2025-08-10",
    )  # fmt: skip
    told = gather.reconstruct(tmp_path / "part", **early).set_index("source")
    assert str(told.loc["snapshots", "last"]) == "2025-08-10"
    assert str(told.loc["download histories", "last"]) == "2025-07-05"
    days = sorted(path.name for path in (tmp_path / "part/snapshots").iterdir())
    assert days[-1] == "date=2025-08-10"
    for day in days:
        name = f"snapshots/{day}/models.parquet"
        assert (tmp_path / "part" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    whole, part = (pd.read_parquet(tmp_path / folder / "history/Qwen.parquet") for folder in ("whole", "part"))
    pd.testing.assert_frame_equal(part, whole[whole["date"] <= "2025-07-05"].reset_index(drop=True))
    index = json.loads((tmp_path / "part/artificial_analysis/2025-08-10.json").read_text(encoding="utf-8"))["data"]
    released = [model["release_date"] for model in index if model["release_date"]]
    assert max(released) <= "2025-08-10"
    assert len(index) > 20
