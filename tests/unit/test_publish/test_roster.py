"""The page of models and makers: the files' rows, whatever is in them, and no page without the files."""

import shutil

import pytest

from helpers import paths
from helpers.publish import explorer, report, roster

MAKERS = (
    'namespace,organisation,region,models,source\nQwen,Qwen,china,2,"paper, Section 2.2"\nEvil,<b>E</b>,unknown,1,\n'
)
MODELS = (
    "model,organisation,region,parameters_b,released\n"
    "Evil/`x`|<script>,<b>E</b>,unknown,7.0,\nA/b,A,us,0.5,2025-01-02\n"
)


@pytest.fixture
def page(project):
    """Writes the page beside the files, and reads it; looked_up: whether there is a page on which to look models up."""

    def written(looked_up: bool) -> str:
        project.bind()
        shutil.copytree(paths.REPORT / roster.FOLDER, project.root / "report" / roster.FOLDER, dirs_exist_ok=True)
        site, built = project.root / "a-site", report.built(project.root, project.build)
        roster.write(built, site)
        assert not (site / roster.FOLDER).exists()
        data = {roster.DATA["makers"]: MAKERS, roster.DATA["models"]: MODELS} | (
            {explorer.DATA: ""} if looked_up else {}
        )
        for name, text in data.items():
            (project.build / name).parent.mkdir(parents=True, exist_ok=True)
            (project.build / name).write_text(text, encoding="utf-8")
        roster.write(built, site)
        return (site / roster.FOLDER / "index.html").read_text(encoding="utf-8")

    return written


def test_the_page_has_every_row_and_runs_nothing(page):
    html = page(looked_up=False)
    assert "<td>paper, Section 2.2</td>" in html
    assert "<td>&lt;b&gt;E&lt;/b&gt;</td>" in html
    assert "<th>Evil/`x`|&lt;script&gt;</th>" in html
    assert '<td class="number">7</td><td></td></tr>' in html
    assert "<td>USA</td>" in html
    assert html.index("<h2") < html.index("Evil/") < html.index("<td>China</td>")
    assert '<a href="../figures/models.csv">' in html


def test_a_model_leads_to_where_it_can_be_looked_up(page):
    html = page(looked_up=True)
    assert '<th><a href="../explore/index.html#A/b">A/b</a></th>' in html
    assert '<a href="../explore/index.html#Evil/%60x%60%7C%3Cscript%3E">' in html
