"""The page on which any tracked model or organisation can be looked up, where the notebooks left data for it."""

import shutil
from pathlib import Path

from helpers import files
from helpers.publish import beside
from helpers.publish.report import Built

FOLDER = "explore"
DATA = "ram/explore/models.js"
"""Under the build, as `figures.explorer` writes it."""
PEN = ["../assets/charts/d3.js", "../assets/charts/chart.js", "explore.js", "models.js"]
"""What the page loads, in this order: what draws its charts, what it does, its data."""


def write(built: Built, site: Path) -> None:
    """Write explore/ from report/explore/, if the build has data for it."""
    if not (built.build / DATA).is_file():
        return
    source, folder = built.root / "report" / FOLDER, site / FOLDER
    folder.mkdir(parents=True)
    title, text = beside.text(source / "page.md")
    page = beside.frame(title, text, built.root, built.about, scripts=PEN, styles=["../assets/charts/chart.css"])
    files.write_text(folder / "index.html", page)
    shutil.copyfile(built.build / DATA, folder / "models.js")
    shutil.copyfile(source / "explore.js", folder / "explore.js")
