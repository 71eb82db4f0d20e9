"""Values: what may be recorded, how it is shown, and where it came from."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest
import yaml

from helpers import paths
from helpers.text import names, values


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOM_STAGING", str(tmp_path))
    return values.recorder("03_regional")


def stored():
    return json.loads(paths.output("values/03_regional.json").read_text(encoding="utf-8"))


def test_a_recorded_value_keeps_raw_formatted_unit_and_origin(record, capsys):
    record("china_cumulative", np.float64(1.1496e9), unit="downloads", format=values.billions(2), headline=True)
    assert stored()["china_cumulative"] == {
        "raw": 1149600000.0, "formatted": "1.15B", "unit": "downloads",
        "notebook": "03_regional", "cell": None, "headline": True,
    }  # fmt: skip
    assert capsys.readouterr().out == "china_cumulative = 1.15B\n"


@pytest.mark.parametrize(
    ("value", "unit", "format", "shown"),
    [
        (97_123_456, "downloads", None, "97M"),
        (942_100_000, "downloads", values.millions(1), "942.1M"),
        (0.4721, "share", None, "47%"),
        (0.0281, "share", values.percent(1), "2.8%"),
        (11.88, "multiple", None, "11.9×"),
        (datetime.date(2025, 7, 28), "date", None, "28 July 2025"),
        (pd.Timestamp("2025-07-28"), "date", values.part_of_month, "late July 2025"),
        (pd.Timestamp("2025-07-11"), "date", values.part_of_month, "mid-July 2025"),
        (pd.Timestamp("2025-07-31"), "date", values.part_of_month, "late July 2025"),
        (pd.Timestamp("2026-03-01"), "month", None, "March 2026"),
        (1504, "models", None, "1,504"),
        (None, "date", None, "unknown"),
    ],
)
def test_formats(record, value, unit, format, shown):
    record("x", value, unit=unit, format=format)
    assert stored()["x"]["formatted"] == shown


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.nan, [1], {"a": 1}])
def test_what_is_no_number_text_or_date_is_refused(record, value):
    with pytest.raises(values.ValueRecordError, match="None for unknown"):
        record("x", value, unit="models")
    assert stored() == {}


def test_names_are_unique_and_well_formed(record):
    record("x", 1, unit="models")
    with pytest.raises(values.ValueRecordError, match="twice"):
        record("x", 2, unit="models")
    with pytest.raises(values.ValueRecordError, match="lower case"):
        record("China Cumulative", 2, unit="models")
    with pytest.raises(values.ValueRecordError, match="unknown unit"):
        record("y", 2, unit="furlongs")


def test_two_notebooks_may_not_record_one_name(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"x": {"notebook": name}}), encoding="utf-8")
    with pytest.raises(values.ValueRecordError, match="'x' is recorded in one and two"):
        values.merge(tmp_path)


def test_captions_take_recorded_numbers_and_refuse_unknown_ones():
    recorded = {"china": {"formatted": "1.15B"}}
    assert values.fill('#| fig-cap: "China: {china}"', recorded, "here") == '#| fig-cap: "China: 1.15B"'
    assert values.fill("#| fig-cap: China grows", recorded, "here") == "#| fig-cap: China grows"
    with pytest.raises(values.ValueRecordError, match=r"here: \{usa\} is not recorded"):
        values.fill('#| fig-alt: "USA: {usa}"', recorded, "here")
    with pytest.raises(values.ValueRecordError, match=r"\{china\} stands in no quotes"):
        values.fill("#| fig-alt: China {china}", recorded, "here")


@pytest.mark.parametrize("name", ['" onload=x \\', "*bold* {china} <b>", "a: b # c"])
@pytest.mark.parametrize("option", ["fig-cap", "fig-alt"])
def test_a_hostile_value_stays_within_its_option_and_is_markup_in_no_caption(name, option):
    line = values.fill(f'#| {option}: "By {{maker}}."', {"maker": {"formatted": name}}, "here")
    (key, text), *more = yaml.safe_load(line.removeprefix("#| ")).items()
    assert not more
    assert (key, names.plain(text) if key == "fig-cap" else text) == (option, f"By {name}.")
    assert "\n" not in line


def test_what_is_shown_of_a_value_is_one_visible_line(record, capsys):
    record("x", "a\nimport os\x1b[2J", unit="text")
    assert stored()["x"]["formatted"] == "a import os·[2J"
    assert stored()["x"]["raw"] == "a\nimport os\x1b[2J"
    assert capsys.readouterr().out == "x = a import os·[2J\n"


def test_a_null_of_a_table_is_unknown():
    assert [values.known(null) for null in (None, np.nan, pd.NaT, pd.NA)] == [None] * 4
    assert values.known(0.0) == 0
    assert values.known("") == ""


@pytest.mark.parametrize(
    ("before", "after", "verb"), [(1, 2, "rose"), (2, 1, "fell"), (1, 1, "went"), (None, 1, None), (1, None, None)]
)
def test_how_a_quantity_went(before, after, verb):
    assert values.went(before, after) == verb


@pytest.mark.parametrize(
    ("texts", "said"), [([], None), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_in_sentences(texts, said):
    assert values.listed(texts) == said


def test_a_condition_is_recorded_as_yes_or_no_and_reads_as_its_text(record):
    said = values.either("more than double", "less than double")
    record("grown", True, unit="condition", format=said)
    record("shrunk", False, unit="condition", format=said)
    found = stored()
    assert [(found[name]["raw"], found[name]["formatted"]) for name in ("grown", "shrunk")] == [
        ("yes", "more than double"),
        ("no", "less than double"),
    ]


def test_a_condition_without_words_for_the_other_case_must_hold(record):
    with pytest.raises(values.ValueRecordError, match="“overtook”, which does not hold"):
        record("passed", False, unit="condition", format=values.either("overtook"))


@pytest.mark.parametrize(("number", "words"), [(0, "no"), (5, "five"), (10, "ten"), (11, "11")])
def test_small_numbers_are_words(number, words):
    assert values.in_words(number) == words


@pytest.mark.parametrize(("number", "words"), [(1.1496e9, "1.15B"), (723.4e6, "723M"), (999.6e6, "1.00B")])
def test_amounts_change_their_unit_at_a_billion(number, words):
    assert values.amount(number) == words
