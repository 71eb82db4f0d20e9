"""Renamed ids: one repository is one model with one count, whichever id lists, days and tags have."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.archive import store
from helpers.measures import cleaning, counters, derivatives, outliers
from helpers.registry import lists, renames
from helpers.sources import history
from tests.conftest import SHARED

REAL = SHARED / "real-archive" / "registry"
NAMES = ["THUDM/glm", "zai-org/glm", "acme/glm", "acme/THUDM", "CohereForAI/aya", None]


def test_a_namespace_that_was_renamed_is_the_new_one_and_nothing_else_changes():
    ids = pd.Series(NAMES)
    assert renames.current(ids).tolist()[:5] == [
        "zai-org/glm",
        "zai-org/glm",
        "acme/glm",
        "acme/THUDM",
        "CohereLabs/aya",
    ]
    assert renames.current(ids).isna().tolist() == [False] * 5 + [True]
    known = renames.known_as(pd.Series(["zai-org/glm", "acme/glm"]))
    assert sorted(known) == ["THUDM/glm", "acme/glm", "zai-org/glm"]
    assert sorted(renames.known_as(pd.Series(["THUDM/glm"]))) == ["THUDM/glm", "zai-org/glm"]


@pytest.mark.skipif(not REAL.exists(), reason="the real list is not beside the repository")
def test_the_93_pairs_of_the_real_list_are_93_models():
    raw = lists.ids(REAL)
    found = lists.read(REAL, [1, 5, 10, 50, 100, 250]).models
    assert len(raw) - len(found) == 93
    assert not found["namespace"].isin(["THUDM", "CohereForAI", "AIDC-AI"]).any()
    sizes = found.set_index("model")["parameters_b"]
    assert sizes.reindex(["zai-org/glm-4-9b"]).notna().all()


def stored(folder: Path, days: dict[str, dict[str, int]]) -> Path:
    for day, counts in days.items():
        place = folder / f"date={day}" / "models.parquet"
        place.parent.mkdir(parents=True)
        table = pd.DataFrame({"model": list(counts), "downloads_all_time": list(counts.values())})
        table.assign(created_at=pd.Timestamp("2024-06-05", tz="UTC")).to_parquet(place)
    return folder


RENAMED = {
    "2025-07-03": {"THUDM/glm": 1_010_000, "acme/a": 5},
    "2025-07-04": {"THUDM/glm": 1_015_000, "acme/a": 6},
    "2025-07-05": {"zai-org/glm": 1_020_000, "acme/a": 7},
    "2025-07-06": {"zai-org/glm": 1_025_000, "THUDM/glm": 1_015_000, "acme/a": 8},
}


@pytest.mark.parametrize(
    "listed", [["THUDM/glm", "acme/a"], ["zai-org/glm", "acme/a"], ["THUDM/glm", "zai-org/glm", "acme/a"]]
)
def test_a_rename_counts_once_whichever_ids_are_listed(tmp_path, listed):
    read = store.read(stored(tmp_path, RENAMED), pd.Series(listed))
    counts = counters.snapshot_counts(read)
    assert counts["model"].unique().tolist() == ["acme/a", "zai-org/glm"]
    glm = counts[counts["model"] == "zai-org/glm"]
    assert glm["downloads_cumulative"].tolist() == [1_010_000, 1_015_000, 1_020_000, 1_025_000]
    assert glm["flag"].tolist() == ["entered"] + ["observed"] * 3
    assert counters.suspected_renames(read).empty


def test_histories_of_both_ids_are_one(tmp_path):
    days = pd.date_range("2025-07-01", periods=4)
    rows = [
        (days[0], "THUDM/glm", 3),
        (days[1], "THUDM/glm", 4),
        (days[1], "zai-org/glm", 4),
        (days[2], "zai-org/glm", 5),
    ]
    for namespace in ("THUDM", "zai-org"):
        own = [row for row in rows if row[1].startswith(namespace)]
        pd.DataFrame(own, columns=["date", "model", "downloads"]).to_csv(tmp_path / f"{namespace}.csv", index=False)
    found = history.read(tmp_path)
    assert found["model"].unique().tolist() == ["zai-org/glm"]
    assert found["downloads"].tolist() == [3, 4, 5]


def test_a_derivative_of_the_old_id_is_one_of_the_new_one_and_counts_once():
    tags = [["base_model:THUDM/glm"], ["base_model:finetune:THUDM/glm", "base_model:zai-org/glm"]]
    listing = pd.DataFrame(
        {"model": ["u/one", "u/two"], "downloads_all_time": [9, 9], "tags": tags, "library_name": None}
    )
    listing["created_at"] = pd.to_datetime(["2025-08-01"] * 2, utc=True)
    tracked = pd.DataFrame({"model": ["zai-org/glm"], "organisation": ["Zhipu AI"]})
    found = derivatives.classify(listing, tracked, 5, [])
    assert found["base"].tolist() == ["zai-org/glm"] * 2
    assert found["reason"].isna().all()


def snapshots(counts, created=None):
    days = pd.date_range("2025-07-03", periods=max(map(len, counts.values())), unit="us")
    parts = [pd.DataFrame({"date": days[: len(v)], "model": m, "downloads_all_time": v}) for m, v in counts.items()]
    table = pd.concat(parts, ignore_index=True).dropna()
    made = pd.to_datetime(table["model"].map(created or {}), utc=True, format="ISO8601")
    return table.assign(created_at=made, read_at=pd.NaT)


def test_an_unknown_rename_is_suspected_by_name_days_and_count():
    read = snapshots(
        {
            "old/Name": [100, 110, None, None],
            "new/name": [None, None, 120, 130],
            "third/name": [None, None, 5, 6],  # of the same name, but begins with its own count
            "fourth/name": [None, None, 400, 410],
            "fifth/other": [None, None, 115, 120],
            "late/name": [None, None, None, 140],  # two days with snapshots later
        }
    )
    found = counters.suspected_renames(read)
    assert found[["old", "new", "downloads"]].to_numpy().tolist() == [
        ["old/Name", "new/name", 120],
        ["old/Name", "late/name", 140],
    ]
    made = {"old/Name": "2024-01-01T00:00:01Z", "new/name": "2024-01-01T00:00:01Z", "late/name": "2025-01-01T00:00Z"}
    dated = read.assign(created_at=pd.to_datetime(read["model"].map(made), utc=True, format="ISO8601"))
    assert counters.suspected_renames(dated)["new"].tolist() == ["new/name"]


def test_an_unknown_rename_that_can_be_no_other_is_one_series_and_what_is_doubtful_stays_apart():
    read = snapshots(
        {
            "old/Name": [100, 110, None, None, None, None],
            "new/name": [None, None, 120, 130, None, None],
            "newest/name": [None, None, None, None, 135, 140],
            "old/twin": [10, 11, None, None, None, None],
            "one/twin": [None, None, 12, 13, 14, 15],
            "two/twin": [None, None, 13, 14, 15, 16],
        }
    )
    found = counters.snapshot_counts(counters.joined(read))
    one = found[found["model"] == "newest/name"]
    assert one["downloads_cumulative"].tolist() == [100, 110, 120, 130, 135, 140]
    assert one["flag"].tolist() == ["entered"] + ["observed"] * 5
    assert set(found["model"]) == {"newest/name", "old/twin", "one/twin", "two/twin"}
    told = counters.renamed(read)
    assert told.columns.tolist() == ["old", "new", "last", "first", "downloads", "joined"]
    assert told.dropna(subset="joined")["old"].tolist() == ["old/Name", "new/name"]
    assert told.loc[told["joined"].isna(), ["old", "new"]].to_numpy().tolist() == [
        ["old/twin", "one/twin"], ["old/twin", "two/twin"],
    ]  # fmt: skip
    assert counters.joined(counters.joined(read)).equals(counters.joined(read))


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=12), st.data())
@settings(max_examples=30)
def test_no_rename_counts_twice_whenever_it_is(gained, data):
    """Renamed on any day, and read under both ids on some, a model has the total of one never renamed."""
    counts = pd.Series(gained).cumsum().tolist()
    at = data.draw(st.integers(0, len(counts)))
    frozen = data.draw(st.integers(at, len(counts)))
    old = counts[:at] + ([counts[at - 1]] * (frozen - at) if at else [])
    split = snapshots({"zai-org/a": [None] * at + counts[at:], "THUDM/a": old or [None]})
    whole = snapshots({"zai-org/a": counts})
    nothing = outliers.filter_outliers(pd.DataFrame({"date": [], "model": [], "downloads": []}), None, 1, {})

    def daily(read):
        return cleaning.splice(nothing, counters.snapshot_counts(read), "2025-07-03", pd.Series(["zai-org/a"]))

    pd.testing.assert_frame_equal(daily(renames.joined(split)), daily(whole))


def test_every_other_name_of_a_model_is_told_once():
    models = pd.Series(["zai-org/glm", "acme/glm", "zai-org/other"])
    names = pd.DataFrame({"name": ["GLM", "GLM", "Glm!", "Else"], "model": ["zai-org/glm"] * 3 + ["not/tracked"]})
    told = renames.aliases(models, names)
    assert told["model"].tolist() == models.tolist()
    assert told["aliases"].fillna("").tolist() == ["THUDM/glm; GLM; Glm!", "", "THUDM/other"]


def test_on_which_lists_a_model_stands_under_whichever_id(tmp_path):
    for name, ids in {"models": ["THUDM/glm", "zai-org/glm"], "extra_models": ["zai-org/glm", "acme/x"]}.items():
        rows = pd.DataFrame({"org": "o", "model": "m", "modelId": ids})
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
    told = lists.membership(tmp_path).set_index("model")["lists"].to_dict()
    assert told == {"zai-org/glm": "models; extra_models", "acme/x": "extra_models"}


def test_a_single_model_may_have_been_renamed(monkeypatch):
    monkeypatch.setattr(renames, "_table", lambda: {"old/one": "new/uno", "THUDM": "zai-org"})
    ids = pd.Series(["new/uno", "other/two", "zai-org/glm"])
    assert renames.current(pd.Series(["old/one", "old/two"])).tolist() == ["new/uno", "old/two"]
    assert renames.known_as(ids).tolist() == [*ids, "old/one", "THUDM/glm"]
    assert renames.known_as(pd.Series(["old/one", "new/uno"])).tolist() == ["new/uno", "old/one"]
    told = renames.aliases(ids, pd.DataFrame(columns=["name", "model"]))
    assert told["aliases"].fillna("").tolist() == ["old/one", "", "THUDM/glm"]


def test_ids_of_which_none_was_renamed_come_back_themselves():
    ids = pd.Series(["acme/glm", None])
    assert renames.current(ids) is ids


def test_counts_of_models_that_were_renamed_are_in_order_and_one_a_day():
    days = pd.to_datetime(["2025-01-02", "2025-01-01", "2025-01-01", "2025-01-01", "2025-01-02"])
    ids = ["acme/a", "zai-org/glm", "THUDM/glm", "acme/a", "THUDM/glm"]
    found = renames.joined(pd.DataFrame({"date": days, "model": ids, "downloads": [5, 3, 4, 2, 6]}))
    assert found["date"].dt.day.tolist() == [1, 1, 2, 2]
    assert found["model"].tolist() == ["acme/a", "zai-org/glm"] * 2
    assert found["downloads"].tolist() == [2, 4, 5, 6]
