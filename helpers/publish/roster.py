"""Who is counted for whom: a page of all makers and all tracked models, beside the files that hold them."""

from pathlib import Path

from helpers import files
from helpers.publish import codebook
from helpers.publish.report import Report
from helpers.text import nodes

PAGE = "models.html"
TITLE = "Makers and models"
TABLES = {"makers": "Makers", "models": "Tracked models"}
"""CSV file of the folder of figures → heading of its table."""
INTRODUCTION = """\
Each Hub namespace with the organisation and the region that it counts for, and on whose word; and each tracked model.
The same as files: [makers.csv](makers.csv), [models.csv](models.csv); [what the columns mean](index.html#makers).
"""


def write(report: Report, site: Path) -> None:
    """Write figures/models.html of the CSV files that 02_clean made; without them there is no page."""
    folder = site / "figures"
    if not all((folder / f"{name}.csv").is_file() for name in TABLES):
        return
    blocks = nodes.parse(INTRODUCTION, "gfm")
    for name, heading in TABLES.items():
        text = (folder / f"{name}.csv").read_text(encoding="utf-8")
        blocks += [*nodes.parse(f"## {heading}", "gfm"), *nodes.parse(text, "csv")]
    files.write_text(folder / PAGE, codebook.page(TITLE, blocks, report.root, report.about))
