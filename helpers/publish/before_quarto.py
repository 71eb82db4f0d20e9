"""Run by Quarto before it renders, with whatever Python it finds.

Where nothing is built yet it says what comes first. Elsewhere it puts the values of the last build where Quarto looks
for them, and beside Quarto's page what that leads to: pages of notebooks and files of the site.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"

if not all((BUILD / name).exists() for name in ("_variables.yml", "edition.yml", "notebooks")):
    sys.exit("Nothing is built yet: run `make report` first; `quarto render` and `quarto preview` work from then on.")
shutil.copyfile(BUILD / "_variables.yml", ROOT / "_variables.yml")
for name in ("assets", "build", "data", "explore", "figures", "models"):
    if (BUILD / "site" / name).is_dir():
        shutil.copytree(BUILD / "site" / name, BUILD / "quarto" / name, dirs_exist_ok=True)
