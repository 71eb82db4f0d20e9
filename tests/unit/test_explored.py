"""Single models as readers look them up: places among those of their size, scores with their reasons."""

import json

import pandas as pd
import pytest

from helpers import paths
from helpers.figures import explorer
from helpers.measures import explored, ram

DAYS = pd.to_datetime(["2026-01-01", "2026-01-08", "2026-01-15"])
LISTED = pd.DataFrame(
    {
        "model": ["a/one", "b/two", "c/gone", "d/unsized"],
        "organisation": ["A", "B", "C", None],
        "region": ["china", "us", "eu", "unknown"],
        "bucket": ["1–5B", "1–5B", "1–5B", None],
        "parameters_b": [3.0, 4.0, 2.0, None],
        "released": pd.to_datetime(["2026-01-01", "2026-01-01", "2026-01-01", None]),
    }
)
MONTHLY = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-02-01", "2026-02-01"]),
        "model": ["a/one", "a/one", "b/two", "c/gone"],
        "downloads": [None, 50.0, 100.0, None],
        "downloads_cumulative": [10.0, 60.0, 100.0, 500.0],
        "flag": ["observed", "observed", "observed", "vanished"],
    }
)
LIFETIME = pd.DataFrame(
    {
        "date": [*DAYS, *DAYS],
        "model": ["a/one"] * 3 + ["b/two"] * 3,
        "downloads_cumulative": [0.0, 30.0, 60.0, 0.0, 60.0, 100.0],
        "flag": "observed",
    }
)


def test_places_are_among_the_models_of_a_size_that_were_read():
    found = explored.models(LISTED, MONTHLY).set_index("model")
    assert found["rank"].dropna().to_dict() == {"a/one": 2, "b/two": 1}
    assert explored.models(LISTED[::-1], MONTHLY)["model"].tolist() == sorted(LISTED["model"])
    assert found["ranked"].dropna().unique().tolist() == [2]
    assert pd.isna(found.loc["c/gone", "downloads_cumulative"])  # not read any more: no place by an old count


def test_every_model_has_a_score_or_the_reason_why_not():
    measured = ram.measure(LIFETIME, LISTED, [7, 14, 30], "2026-01-15", 10, {"models": 0.0, "rank": 0.0})
    found = explored.scores(LIFETIME, LISTED, measured, [7, 14, 30], "2026-01-15")
    found = found.set_index(["model", "milestone_days"])
    assert found.loc[("a/one", 7), ["state", "downloads", "score"]].tolist() == ["counted", 30.0, 30 / 45]
    assert found["state"].unstack().loc["d/unsized"].unique().tolist() == ["release-unknown"]
    assert found.loc[("a/one", 30), "state"] == "not-reached"
    assert found.loc[("c/gone", 7), "state"] == "never-counted"


def test_the_script_holds_the_tables_and_ends_with_no_name(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "output", lambda folder: tmp_path / folder)
    listed = LISTED.replace("d/unsized", "d/</script>")
    measured = ram.measure(LIFETIME, listed, [7, 30], "2026-01-15", 10, {"models": 0.0, "rank": 0.0})
    scores = explored.scores(LIFETIME, listed, measured, [7, 30], "2026-01-15")
    by_organisation = MONTHLY.assign(organisation=MONTHLY["model"].str[0])
    explorer.write(explored.models(listed, MONTHLY), MONTHLY[::-1], by_organisation, scores, measured.reference, "ram")
    text = (tmp_path / "ram/explore/models.js").read_text()
    assert "</script" not in text
    assert "1–5B" in text
    told = json.loads(text.removeprefix("atomModels(").removesuffix(");\n"))
    assert told["facts"] == ["organisation", "region", "bucket", "parameters_b", "released", "rank", "ranked"]
    assert told["scored"][:2] == ["milestone_days", "state"]
    assert told["bands"][:2] == ["bucket", "milestone_days"]
    assert told["months"] == ["2026-01-01", "2026-02-01"]
    assert told["downloads"]["a/one"] == [0, [10, 60], [None, 50]]
    assert told["downloads"]["b/two"] == [1, [100], [100]]
    assert told["models"]["a/one"][told["facts"].index("parameters_b")] == 3
    (row,) = told["scores"]["a/one"]  # none of a milestone that is to come
    assert row[told["scored"].index("score")] == 0.666667


def test_the_roster_says_at_how_many_labels_after_its_release_a_model_was_read():
    labels = pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"])
    models = pd.DataFrame(
        {"model": ["b/b", "a/a", "c/c"], "released": pd.to_datetime(["2025-01-31", None, "2025-02-01"])}
    )
    monthly = pd.DataFrame(
        {"month": [*labels, *labels[1:], labels[1]], "model": ["a/a"] * 3 + ["b/b"] * 2 + ["c/c"],
         "flag": ["entered", "observed", "vanished", "observed", "interpolated", "observed"]}
    )[::-1]  # fmt: skip
    told = explored.roster(models, monthly)
    assert told[["model", "months_read", "months"]].to_dict("split")["data"] == [
        ["a/a", 2, 3], ["b/b", 2, 2], ["c/c", 0, 1],
    ]  # fmt: skip


def test_months_read_are_those_after_the_release_and_no_more_than_there_are():
    early = LISTED.assign(released=pd.Timestamp("2026-01-20"))  # read already in the month before
    found = explored.roster(early, MONTHLY).set_index("model")
    assert (found["months"] == 1).all()
    assert found["months_read"].to_dict() == {"a/one": 1, "b/two": 1, "c/gone": 0, "d/unsized": 0}


def test_a_model_that_is_not_read_any_more_shows_no_total():
    shown = explored.read(MONTHLY).set_index(["model", "month"])["downloads_cumulative"]
    assert pd.isna(shown["c/gone", "2026-02-01"])
    assert shown["b/two", "2026-02-01"] == 100


def test_counts_after_the_snapshot_do_not_enter():
    day = "2026-01-08"
    measured = ram.measure(LIFETIME, LISTED, [7, 14], day, 10, {"models": 0.0, "rank": 0.0})
    found = explored.scores(LIFETIME, LISTED, measured, [7, 14], day).set_index(["model", "milestone_days"])
    assert found["state"]["a/one"].tolist() == ["counted", "not-reached"]
    assert (found["last"].dropna() <= pd.Timestamp(day)).all()


def test_what_is_no_number_on_a_page_is_not_written(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "output", lambda folder: tmp_path / folder)
    bands = pd.DataFrame(columns=explorer.BANDS)
    scores = pd.DataFrame(columns=["model", *explorer.SCORED])
    by_organisation = MONTHLY.assign(organisation=MONTHLY["model"].str[0], downloads=float("inf"))
    with pytest.raises(ValueError, match="JSON"):
        explorer.write(explored.models(LISTED, MONTHLY), MONTHLY, by_organisation, scores, bands, "ram")
    assert not (tmp_path / "ram").exists()
