"""Run by Quarto before it renders, with whatever Python it finds.

Where nothing is built yet it says what comes first. Elsewhere it puts beside Quarto's page what that leads to: pages of
notebooks and files of the site, as the last build left them.
"""

import shutil
import sys
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "build"

if not all(path.exists() for path in (BUILD.parent / "_variables.yml", BUILD / "edition.yml", BUILD / "notebooks")):
    sys.exit("Nothing is built yet: run `make report` first; `quarto render` and `quarto preview` work from then on.")
for name in ("assets", "build", "data", "figures"):
    if (BUILD / "site" / name).is_dir():
        shutil.copytree(BUILD / "site" / name, BUILD / "quarto" / name, dirs_exist_ok=True)
