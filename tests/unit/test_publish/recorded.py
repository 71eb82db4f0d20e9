"""What Quarto wrote once, and projects for which it may be handed out again as what it writes now."""

import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import paths
from tests.unit.test_publish import conftest

FAKE = Path(__file__).with_name("fake_quarto.py")
SMALL = [Path(__file__).parent / "quarto" / name for name in ("index.html", "index.typ", "render.log")]
"""Of the small project of these tests."""
SHARED = paths.ROOT.parent / "shared" / "quarto-output"
WHOLE = [SHARED / name for name in ("report-index.html", "report-index.typ", "render.log")]
"""Of the whole report, as it was once; not a part of this repository."""
NAMES = ["01_collect", "02_clean", "03_regional", "04_organizational", "05_ram", "06_reproduction", "07_sensitivity"]


def environment(folder: Path, recorded: list[Path], mode: str = "works", version: str = "1.9.38") -> dict[str, str]:
    """The environment in which `quarto` hands out what was recorded. folder: for the command, and its calls."""
    folder.mkdir(exist_ok=True)
    script = folder / "quarto"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    told = {
        "VERSION": version,
        "MODE": mode,
        "CALLS": folder / "calls",
        "RECORDED": os.pathsep.join(map(str, recorded)),
    }
    return {f"FAKE_QUARTO_{name}": str(value) for name, value in told.items()} | {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"
    }


def whole(root: Path) -> conftest.Small:
    """A project that fits the recorded page of the whole report: notebooks with all its figures and tables."""
    page = WHOLE[0].read_text(encoding="utf-8")
    labels = list(dict.fromkeys(re.findall(r'id="((?:fig|tbl)-[\w-]+)" class="[^"]*quarto-float', page)))
    project = conftest.make(root)
    shutil.rmtree(project.build / "notebooks")
    (project.build / "notebooks").mkdir()
    for number, name in enumerate(NAMES):
        cells = [_cell(label) for label in labels[number :: len(NAMES)]]
        content = new_notebook(cells=[new_markdown_cell(f"# Notebook {number + 1}"), *cells])
        nbformat.write(content, project.build / "notebooks" / f"{name}.ipynb")
    embeds = [f"{{{{< embed ../build/notebooks/{NAMES[i % len(NAMES)]}.ipynb#{x} >}}}}" for i, x in enumerate(labels)]
    index = root / "report" / "index.qmd"
    front = index.read_text(encoding="utf-8").partition("\n---\n")[0].replace(" [@mill1843]", "")
    index.write_text(f"{front}\n---\n\n" + "\n\n".join(embeds) + "\n", encoding="utf-8")
    shutil.rmtree(project.build / "regional" / "figures")
    (project.build / "regional" / "figures").mkdir()
    tables = [*(label for label in labels if label.startswith("fig-")), "ledger"]
    for name in tables:
        for kind in ("csv",) if name == "ledger" else ("csv", "svg", "png"):
            content = "month\n" if kind == "csv" else conftest.SVG
            (project.build / "regional" / "figures" / f"{name}.{kind}").write_text(content, encoding="utf-8")
    codebook = f"column,unit,files,heading,meaning\nmonth,,{' '.join(tables)},,label\n"
    (root / "data" / "codebook.csv").write_text(codebook, encoding="utf-8")
    (project.build / "provenance.json").write_text('{"edition": {"name": "paper"}}', encoding="utf-8")
    return project


def _cell(label: str) -> nbformat.NotebookNode:
    if label.startswith("fig-"):
        return conftest.figure(label, "What it shows.")
    shown = conftest.TABLE.replace("td {color: red}", "")
    table = new_output("execute_result", {"text/html": shown, "text/plain": "…"}, execution_count=1)
    return new_code_cell(f"#| label: {label}\n#| tbl-cap: What it holds.\ntable", outputs=[table])
