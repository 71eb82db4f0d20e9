"""The archive of all data: it describes itself truly, and the same data give the same bytes."""

import csv
import hashlib
import io
import json
import zipfile

import pytest
from frictionless import Package

from helpers.publish import bundle

ROWS = "month,downloads\n2026-02-01,5\n2026-03-01,\n"


@pytest.fixture
def filled(project):
    """The small project, with rows in its table."""
    project.edit("data/codebook.csv", "downloads,,fig-growth", "downloads,downloads,fig-growth")
    holding(project, ROWS)
    return project


def holding(project, rows):
    (project.build / "regional/figures/fig-growth.csv").write_text(rows, encoding="utf-8")


def opened(project):
    """The folder that the archive of the published project is unpacked to."""
    folder = project.root.parent / "unpacked"
    with zipfile.ZipFile(project.site / bundle.ARCHIVE) as archive:
        archive.extractall(folder)
    return folder


def test_its_own_validator_finds_no_fault_and_reads_days_and_numbers(filled):
    filled.render()
    package = Package(opened(filled) / "datapackage.json")
    report = package.validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])
    rows = package.get_resource("fig-growth").read_rows()
    assert [(str(row["month"]), row["downloads"]) for row in rows] == [("2026-02-01", 5), ("2026-03-01", None)]


@pytest.mark.parametrize(
    ("row", "column"), [("March,5", "month"), ("2026-02-01,many", "downloads"), ("2026-02-30,5", "month")]
)
def test_what_is_not_as_the_codebook_describes_it_is_found(filled, row, column):
    holding(filled, f"month,downloads\n{row}\n")
    filled.render()
    report = Package(opened(filled) / "datapackage.json").validate()
    assert report.flatten(["type", "fieldName"]) == [["type-error", column]]


def test_it_holds_what_the_site_holds_with_size_hash_columns_and_terms(filled):
    filled.render()
    folder = opened(filled)
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert package["title"] == "A small report: First edition"
    assert "not a measurement" in package["description"]
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    described = {resource["path"] for resource in package["resources"]}
    assert described == {"figures/fig-growth.csv", "data/values.json", "data/findings.csv"}
    assert files == described | {"datapackage.json", "figures/README.md"}
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert content == (filled.site / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        if resource["format"] == "csv":
            header = next(csv.reader(io.StringIO(content.decode())))
            assert [field["name"] for field in resource["schema"]["fields"]] == header
    (growth,) = (resource for resource in package["resources"] if resource["name"] == "fig-growth")
    assert growth["licenses"][0]["name"] == "Apache-2.0"
    month = {"name": "month", "type": "date", "title": "first of month", "description": "label"}
    assert growth["schema"]["fields"][0] == month


def test_equal_data_give_an_equal_archive_and_other_data_another(filled):
    filled.render()
    first = (filled.site / bundle.ARCHIVE).read_bytes()
    filled.edit("report/findings.qmd", "[a file]", "[the file]")
    filled.render()
    assert (filled.site / bundle.ARCHIVE).read_bytes() == first
    holding(filled, ROWS.replace(",5", ",6"))
    filled.render()
    assert (filled.site / bundle.ARCHIVE).read_bytes() != first
