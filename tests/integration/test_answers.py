"""Ten questions about the default edition, answered by a client that has values.json and nothing else.

What it must find is what the paper prints, for the edition is made to give that.
"""

import json
import re

import pytest

QUESTIONS = [
    ("regions", {"region": "china", "month": "2026-03"}, "downloads_cumulative", "1.15B", "2026-02-28"),
    ("regions", {"region": "us", "month": "2026-03"}, "downloads_cumulative", "723M", "2026-02-28"),
    ("regions", {"region": "eu", "month": "2026-03"}, "downloads_cumulative", "163M", "2026-02-28"),
    ("regions", {"region": "china", "month": "2025-03"}, "downloads_cumulative", "97M", "2025-02-28"),
    ("regions", {"region": "china", "month": "2026-03"}, "models_read", "563", "2026-02-28"),
    ("tokens", {"region": "china", "month": "2026-02"}, "tokens_share", "86.5%", "2026-02-28"),
    ("served-peaks", {"organisation": "deepseek"}, "tokens_share", "75.6%", "2026-04-02"),
    ("lead", {}, "passed", "22 July 2025", "2026-04-02"),
    ("settings", {}, "derivative_threshold", "5", None),
    ("named-models", {"model": "deepseek-ai-deepseek-r1"}, "parameters_b", "671B", None),
]


@pytest.fixture(scope="module")
def answer(built):
    """Ask for a column of a row of a table: what the client knows of it."""
    numbers = json.loads((built.site / "data/values.json").read_text("utf-8"))

    def ask(table, row, column):
        told = [n for n in numbers.values() if (n["table"], n["row"], n["column"]) == (table, row, column)]
        return min(told, key=lambda number: len(number["formatted"]))  # one number may be said in several formats

    return ask


@pytest.mark.parametrize(("table", "row", "column", "said", "through"), QUESTIONS, ids=lambda value: str(value)[:40])
def test_an_answer_has_its_unit_day_caveat_origin_and_citation(built, answer, table, row, column, said, through):
    number = answer(table, row, column)
    assert (number["formatted"], number["data_through"]) == (said, through)
    assert number["unit"]
    assert "not a measurement" in number["caveat"]
    assert ("assumptions" in number["caveat"]) is number["assumed"]
    page, anchor = number["origin"].split("#")
    assert f'id="{anchor}"' in (built.site / page).read_text("utf-8")
    assert re.search(r"\(2026\)\. The ATOM Report: Paper edition.*not a measurement\.", number["citation"])


def test_coverage_goes_along_with_totals(answer):
    total = answer("regions", {"region": "china", "month": "2026-03"}, "downloads_cumulative")
    held = total["coverage"]
    assert held["models_read"] == answer("regions", {"region": "china", "month": "2026-03"}, "models_read")["raw"]
    assert 0 < held["models_read"] <= held["models"]
    assert 0.9 < held["read_share"] <= 1


def test_the_archive_of_a_whole_edition_is_as_it_describes_itself(built, public, tmp_path):
    from zipfile import ZipFile

    from frictionless import Package

    for project in (built, public):
        folder = tmp_path / str(project is public)
        with ZipFile(project.site / "data/atom-report-data.zip") as archive:
            archive.extractall(folder)
        package = json.loads((folder / "datapackage.json").read_text("utf-8"))
        report = Package(folder / "datapackage.json").validate()
        assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])
        held = {path.name for path in (project.site / "figures").glob("*.csv")}
        assert {resource["path"].removeprefix("figures/") for resource in package["resources"]} >= held
        assert all(resource["licenses"] for resource in package["resources"] if resource["path"].startswith("figures/"))
