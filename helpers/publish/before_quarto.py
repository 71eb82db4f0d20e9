"""Run by Quarto before it renders, with whatever Python it finds: says what comes first where nothing is built yet."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

if not all((ROOT / name).exists() for name in ("_variables.yml", "build/edition.yml", "build/notebooks")):
    sys.exit("Nothing is built yet: run `make report` first; `quarto render` and `quarto preview` work from then on.")
