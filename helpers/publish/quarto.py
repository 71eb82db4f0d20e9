"""Quarto as the publisher: running it so that the former site stays, and adding what its pages leave out."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from helpers.publish.exhibits import Exhibit
from helpers.publish.notebooks import Notebook
from helpers.publish.report import Report
from helpers.text.faults import refuse

PATIENCE = 900
"""Seconds after which a render counts as stuck; a report of this size takes about ten."""
TAIL = 25
"""Lines of Quarto's own log that an error repeats."""
WIDGETS = re.compile(
    r"""<script\b[^>]*\bsrc="https?://[^"]*/(?:require|jquery)(?:\.min)?\.js"[^>]*></script>\n?"""
    r"""|<script\b[^>]*>\s*define\('jquery'.*?</script>\n?""",
    re.DOTALL,
)
"""What Quarto puts on every page with a table of a notebook's, in case it is a widget: two scripts from elsewhere, and
one that joins them. Our tables are none, and no page may ask another machine for anything."""
SOURCE = re.compile(r'<a class="quarto-notebook-link".*?</a>', re.DOTALL)


def render(root: Path, build: Path, site: Path) -> tuple[str, str]:
    """Let Quarto render the project into `site`; returns the Typst source of the PDF and the log.

    The source is "" where this Quarto did not keep it; its log then still tells of unresolved references. Raises
    PublishError with the end of the log if Quarto fails, and leaves nothing of its own in the repository either way.
    """
    if build != root / "build":
        raise refuse(
            "quarto", f"the build folder is {build.name}, but `_quarto.yml` names build/", "use --engine pandoc"
        )
    _clear(root)
    try:
        log = _run(root, site)
        kept = [*sorted((root / "report").glob("*.typ")), *sorted((site / "report").glob("*.typ"))]
        return (kept[0].read_text(encoding="utf-8") if kept else ""), log
    finally:
        _clear(root)
        for path in (site / "report").glob("*.typ"):
            path.unlink()


def _run(root: Path, site: Path) -> str:
    """Run `quarto render`, with its output going to `site` in place of the project's own folder."""
    command = ["quarto", "render", "--output-dir", str(site.relative_to(root))]
    try:
        done = subprocess.run(
            command,
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
    """Remove Quarto's caches, which outlive what they came from, and what a failed render leaves in report/."""
    report = root / "report"
    for folder in (root / ".quarto", report / "index_files"):
        shutil.rmtree(folder, ignore_errors=True)
    for name in ("index.typ", "index.html", "index.pdf", "atom-report.typ", "atom-report.pdf"):
        (report / name).unlink(missing_ok=True)


def complete(report: Report, previewed: list[Notebook], site: Path) -> None:
    """Add to Quarto's pages what the embedded publisher's have: the data label, ways back, links to files and sources.

    What serves widgets is taken out, see `WIDGETS`. previewed: the notebooks that have a page of Quarto's.
    """
    for notebook in previewed:
        page = site / notebook.preview
        shutil.copyfile(notebook.path, page.parent / notebook.path.name)
        back = (
            f'<a href="../../report/index.html">Back to the report</a> · '
            f'<a href="{notebook.path.name}" download>Download this notebook</a>'
        )
        html = _anchored(_changed(page, report.about, back), notebook.labelled)
        # However Quarto told the filter where the page lies: numbers in captions lead on from here.
        page.write_text(html.replace('href="../build/notebooks/', 'href="../../build/notebooks/'), encoding="utf-8")
    article = site / "report" / "index.html"
    if article.is_file():
        article.write_text(_linked(_changed(article, report.about, ""), report.exhibits), encoding="utf-8")


def _changed(page: Path, about: dict[str, Any], more: str) -> str:
    """The page without what serves widgets, with a strip on top that shows the data label."""
    label = escape(about["data-label"].replace("'", "’"), quote=False)
    strip = f'<p class="data-label">Data: {label}{" · " + more if more else ""}</p>'
    html = WIDGETS.sub("", page.read_text(encoding="utf-8"))
    return re.sub(r"<body[^>]*>", lambda body: body[0] + strip, html, count=1)


def _anchored(html: str, labels: Iterable[str]) -> str:
    """The notebook's page with an anchor cell-<label> for each of these cells; Quarto names some after the label."""
    for label in labels:
        if f'id="cell-{label}"' not in html:
            start = rf'(?=<[^>]*\bid="{re.escape(label)}")'
            html = re.sub(start, f'<span id="cell-{label}"></span>', html, count=1)
    return html


def _linked(html: str, shown: dict[str, Exhibit]) -> str:
    """The report with the links to its files and its source under every figure and table.

    Quarto's own, one for each notebook's first, give way.
    """
    html = SOURCE.sub("", html)
    for label, exhibit in shown.items():
        before, opening, rest = html.partition(f'id="{label}"')
        html = before + opening + rest.replace("</figure>", f"{exhibit.links}</figure>", 1)
    return html
