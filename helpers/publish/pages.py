"""The step that makes the pages that a changed sentence leaves as they are: those of notebooks, of columns of files, of
all models, of any model. They lie in <build>/pages as in the site."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers import files, paths
from helpers.publish import codebook, explorer, previews, report, roster

FOLDER = "pages"


def run() -> None:
    """Write the pages of the build."""
    write(paths.ROOT, paths.BUILD)


def write(root: Path, build: Path) -> None:
    """Write <build>/pages."""
    left, site = report.built(root, build), build / FOLDER
    files.clear(site)
    with ThreadPoolExecutor() as pool:
        others = [pool.submit(page.write, left, site) for page in (codebook, explorer, roster)]
        previews.write(left, site)
        for written in others:
            written.result()
