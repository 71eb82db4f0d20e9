"""Quarto as the publisher: it renders a copy of the report in the build folder, from which the site is completed."""

import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers.publish import completion, pandoc
from helpers.publish.report import Report
from helpers.publish.tables import ALIGNED
from helpers.text import nodes
from helpers.text.faults import refuse

FOLDER = "build/quarto"
"""Where Quarto writes within its project, as `_quarto.yml` says: whoever runs it by hand leaves the site alone."""
SOURCES = ("_quarto.yml", "report", "helpers/publish/before_quarto.py")
BUILT = ("_variables.yml", "edition.yml", "notebooks")
"""What the project is made of: from the repository, and from the build."""
PATIENCE = 900
"""Seconds after which a render counts as stuck; a report of this size takes less than a minute."""
TAIL = 25
"""Lines of Quarto's own log that an error repeats."""


def render(
    report: Report, links: list[dict[str, str]], site: Path, _: ThreadPoolExecutor
) -> Callable[[], tuple[str, str]]:
    """Let Quarto render the report, and write its page and PDF under `site`.

    Quarto's own pages of notebooks are for the embedded ones only, number figures anew and do not name every cell.
    links: text and href of what the title block offers.

    Returns what gives the Typst source of the PDF ("" where this Quarto did not keep it; its log then still tells of
    unresolved references) and the log. Raises PublishError with the end of the log if Quarto fails. What it leaves, its
    cache among it, lies in a project of its own beside `site`.
    """
    project = site.parent / "quarto"
    for folder, names, place in ((report.root, SOURCES, project), (report.build, BUILT, project / "build")):
        for name in names:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (folder / name).is_dir() else shutil.copyfile
            copy(folder / name, place / name)
    log = _run(project)
    kept = project / "report" / "index.typ"
    source = kept.read_text(encoding="utf-8") if kept.is_file() else ""
    written = project / FOLDER / "report"
    unpublished = shutil.ignore_patterns("*.html", "*.typ", "*.qmd", "theme", "figure-typst")
    shutil.copytree(written, site / "report", ignore=unpublished, dirs_exist_ok=True)
    abstract, text = completion.read((written / "index.html").read_text(encoding="utf-8"), report)
    about = pandoc.described(report, links) | {"abstract": nodes.Blocks(abstract)}
    pandoc.write_page(text, report.root, about, site, "--lua-filter", str(ALIGNED))  # an old Quarto passes it over
    return lambda: (source, log)


def _run(project: Path) -> str:
    """Run `quarto render`; returns its log."""
    try:
        done = subprocess.run(
            ["quarto", "render"],
            cwd=project,
            env=nodes.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refuse("quarto", f"did not finish within {PATIENCE} s", "try again, or use --engine pandoc") from None
    log = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    if done.returncode:
        last = "\n".join(log.strip().splitlines()[-TAIL:])
        raise refuse("quarto", f"ended with {done.returncode}:\n{last}", "mend what it names")
    return log
