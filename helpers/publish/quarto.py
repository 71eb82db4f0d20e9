"""Quarto as the publisher: it renders into a folder of its own, from which the site is completed."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers.publish import completion, pandoc, previews
from helpers.publish.report import Report
from helpers.text import nodes
from helpers.text.faults import refuse

FOLDER = "build/quarto"
"""Where Quarto writes, as `_quarto.yml` says: whoever runs it by hand leaves the site alone."""
PATIENCE = 900
"""Seconds after which a render counts as stuck; a report of this size takes less than a minute."""
TAIL = 25
"""Lines of Quarto's own log that an error repeats."""
LEFT = (".quarto", "site_libs", "report/index_files")
"""Folders that Quarto leaves in the repository, its cache among them, which outlives what it came from."""


def render(report: Report, links: list[dict[str, str]], site: Path) -> tuple[str, str]:
    """Let Quarto render the report, and write its page and PDF and our pages of all notebooks under `site`.

    Quarto's own pages of notebooks are for the embedded ones only, number figures anew and do not name every cell.
    links: text and href of what the title block offers.

    Returns the Typst source of the PDF ("" where this Quarto did not keep it; its log then still tells of unresolved
    references) and the log. Raises PublishError with the end of the log if Quarto fails, and leaves nothing of its own
    in the repository either way.
    """
    root = report.root
    if report.build != root / "build":
        what = f"the build folder is {report.build.name}, but `_quarto.yml` names build/"
        raise refuse("quarto", what, "use --engine pandoc")
    about = pandoc.described(report, links)
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    _clear(root)
    try:
        with ThreadPoolExecutor() as pool:
            others = pool.submit(previews.write, report, list(report.executed.values()), about, site)
            log = _run(root)
            others.result()
        kept = root / "report" / "index.typ"
        source = kept.read_text(encoding="utf-8") if kept.is_file() else ""
    finally:
        _clear(root)
    written = root / FOLDER / "report"
    unpublished = shutil.ignore_patterns("*.html", "*.typ", "*.qmd", "theme", "figure-typst")
    shutil.copytree(written, site / "report", ignore=unpublished, dirs_exist_ok=True)
    abstract, text = completion.read((written / "index.html").read_text(encoding="utf-8"), report)
    pandoc.write_page(text, root, about | {"abstract": nodes.Blocks(abstract)}, site)
    return source, log


def _run(root: Path) -> str:
    """Run `quarto render`; returns its log."""
    try:
        done = subprocess.run(
            ["quarto", "render"],
            cwd=root,
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


def _clear(root: Path) -> None:
    """Remove what Quarto leaves in the repository, and what a failed render does."""
    for folder in LEFT:
        shutil.rmtree(root / folder, ignore_errors=True)
    for name in ("index.typ", "index.html", "index.pdf", "atom-report.typ", "atom-report.pdf"):
        (root / "report" / name).unlink(missing_ok=True)
