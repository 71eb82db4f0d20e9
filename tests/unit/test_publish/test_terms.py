"""Whose terms the data of a file are under."""

import csv
import json

import pytest

from helpers import paths
from helpers.publish import report as whole
from helpers.publish import terms
from helpers.text.faults import PublishError

EDITION, FIGURES = "build/edition.yml", "build/notebooks/02_figures.ipynb"


@pytest.fixture
def report(project):
    """The small project as read: asked(), of whatever kind of data, from whatever source."""

    def read(kind, source="Hugging Face Hub"):
        project.edit(EDITION, "data-kind: reconstructed", f"data-kind: {kind}")
        project.edit(FIGURES, "fig-source: Hugging Face Hub", f"fig-source: {source}")
        project.bind()
        return whole.read(project.root, project.build)

    return read


@pytest.mark.parametrize(
    ("kind", "source", "licence"),
    [
        ("reconstructed", "Hugging Face Hub", "Apache-2.0"),
        ("reconstructed", "Arena, Leaderboard Dataset (CC BY 4.0)", "Apache-2.0"),
        ("public", "Arena, Leaderboard Dataset (CC BY 4.0)", "CC-BY-4.0"),
        ("public", "Hub weekly snapshots (hfmlsoc), ODbL", "ODbL-1.0"),
        ("full", "Hugging Face Hub", "none stated"),
        ("public", "this report", "Apache-2.0"),
    ],
)
def test_data_are_under_the_terms_of_their_source_and_generated_ones_under_ours(report, kind, source, licence):
    assert terms.of_files(report(kind, source), ["fig-growth"])["fig-growth"].licence == licence


def test_a_file_that_is_no_figure_has_terms_by_its_name(report):
    assert terms.of_files(report("public"), ["makers"])["makers"].source == "tracked-models"


@pytest.mark.parametrize(("name", "source"), [("fig-growth", "A blog"), ("unheard-of", "Hugging Face Hub")])
def test_a_source_without_terms_stops_publishing(report, name, source):
    with pytest.raises(PublishError, match=r"figures/(fig-growth|unheard-of).csv.*add a row to data/terms.csv"):
        terms.of_files(report("public", source), [name])


def test_every_source_that_a_figure_names_has_terms():
    with (paths.ROOT / terms.TERMS).open(encoding="utf-8", newline="") as stream:
        known = [row["source"] for row in csv.DictReader(stream)]
    named = set()
    for path in paths.NOTEBOOKS.glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            lines = "".join(cell["source"]).splitlines()
            named |= {
                line.partition("fig-source:")[2].strip(' "') for line in lines if line.startswith("#| fig-source:")
            }
    assert named
    assert {source for source in named if not source.startswith(tuple(known))} == set()


def test_terms_stand_with_the_columns(published):
    assert "Licence: [Apache-2.0](https://www.apache.org/licenses/LICENSE-2.0). Generated from" in published.page(
        "figures/README.md"
    )
    assert '<a href="https://www.apache.org/licenses/LICENSE-2.0">Apache-2.0</a>' in published.page(
        "figures/index.html"
    )
