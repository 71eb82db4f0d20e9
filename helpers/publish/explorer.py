"""The page on which any tracked model or organisation can be looked up, where the notebooks left data for it."""

import shutil
from pathlib import Path

from helpers import files
from helpers.publish import codebook
from helpers.publish.report import Report
from helpers.text import nodes

DATA = "ram/explore/models.js"
"""Under the build, as `figures.explorer` writes it."""
PEN = ["../assets/charts/d3.js", "../assets/charts/chart.js", "explore.js", "models.js"]
"""What the page loads, in this order: what draws its charts, what it does, its data."""


def write(report: Report, build: Path, site: Path) -> None:
    """Write explore/ from report/explore/, if the build has data for it."""
    if not (build / DATA).is_file():
        return
    source, folder = report.root / "report" / "explore", site / "explore"
    folder.mkdir()
    _, matter, text = (source / "page.md").read_text(encoding="utf-8").split("---\n", 2)
    title = matter.strip().removeprefix("title: ")
    loads = "".join(f'<script src="{name}"></script>' for name in PEN)
    style = '<link rel="stylesheet" href="../assets/charts/chart.css">'
    blocks = [nodes.raw("html", style), *nodes.parse(text, "markdown"), nodes.raw("html", loads)]
    files.write_text(folder / "index.html", codebook.page(title, blocks, report.root, report.about))
    shutil.copyfile(build / DATA, folder / "models.js")
    shutil.copyfile(source / "explore.js", folder / "explore.js")
