"""The page of makers and models: the files' rows, whatever is in them, and no page without the files."""

from helpers.publish import report as whole
from helpers.publish import roster

MAKERS = (
    'namespace,organisation,region,models,source\nQwen,Qwen,china,2,"paper, Section 2.2"\nEvil,<b>E</b>,unknown,1,\n'
)
MODELS = "model,organisation,region,parameters_b,bucket,released\nEvil/`x`|<script>,<b>E</b>,unknown,,,\n"


def test_the_page_has_every_row_and_runs_nothing(project):
    site = project.build / "a-site"
    (site / "figures").mkdir(parents=True)
    report = whole.read(project.root, project.build)
    roster.write(report, site)
    assert not (site / "figures" / roster.PAGE).exists()
    (site / "figures" / "makers.csv").write_text(MAKERS, encoding="utf-8")
    (site / "figures" / "models.csv").write_text(MODELS, encoding="utf-8")
    roster.write(report, site)
    page = (site / "figures" / roster.PAGE).read_text(encoding="utf-8")
    assert "<td>paper, Section 2.2</td>" in page
    assert "<td>&lt;b&gt;E&lt;/b&gt;</td>" in page
    assert "Evil/`x`|&lt;script&gt;" in page
    assert '<a href="models.csv">' in page
