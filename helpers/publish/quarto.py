"""Quarto as the publisher: running it so that the former site stays, and adding what its pages leave out."""

import re
import shutil
import subprocess
from html import escape
from pathlib import Path
from typing import Any

from helpers.publish.notebooks import Notebook
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


def complete(site: Path, about: dict[str, Any], executed: dict[str, Notebook], embedded: dict[str, Notebook]) -> None:
    """Add to Quarto's pages what the embedded publisher's have: the data label, ways back, and links to sources.

    What serves widgets is taken out, see `WIDGETS`.

    embedded: label of each embedded cell → its notebook.
    """
    for notebook in executed.values():
        page = site / notebook.preview
        if page.is_file():
            shutil.copyfile(notebook.path, page.parent / notebook.path.name)
            labels = [label for label, source in embedded.items() if source is notebook]
            back = (
                f'<a href="../../report/index.html">Back to the report</a> · '
                f'<a href="{notebook.path.name}" download>Download this notebook</a>'
            )
            _change(page, lambda html, labels=labels, back=back: _strip(_anchored(html, labels), about, back))
    article = site / "report" / "index.html"
    if article.is_file():
        _change(article, lambda html: _strip(_sourced(html, embedded), about, ""))


def _change(page: Path, change: Any) -> None:
    page.write_text(change(WIDGETS.sub("", page.read_text(encoding="utf-8"))), encoding="utf-8")


def _strip(html: str, about: dict[str, Any], more: str) -> str:
    """The page with a strip on top that shows the data label."""
    label = escape(about["data-label"].replace("'", "’"), quote=False)
    strip = f'<p class="data-label">Data: {label}{" · " + more if more else ""}</p>'
    return re.sub(r"<body[^>]*>", lambda body: body[0] + strip, html, count=1)


def _anchored(html: str, labels: list[str]) -> str:
    """The notebook's page with an anchor cell-<label> for each embedded cell."""
    for label in labels:
        if f'id="cell-{label}"' not in html:
            anchor = f'<span id="cell-{label}"></span>'
            place = re.search(rf'<[^>]*\bid="{re.escape(label)}"', html) or re.search(r"(?<=<body)[^>]*>", html)
            at = place.start() if place and place[0].startswith("<") else place.end() if place else 0
            html = html[:at] + anchor + html[at:]
    return html


def _sourced(html: str, embedded: dict[str, Notebook]) -> str:
    """The report with a link to its source under every figure; Quarto gives one for each notebook's first only.

    It goes before the links to the figure's files, which the prose gives below each figure.
    """
    for label, notebook in embedded.items():
        address = f"../{notebook.preview}#cell-{label}"
        if f'href="{address}"' not in html:
            link = f'<a href="{address}">Source: {escape(notebook.title, quote=False)}</a> · '
            files = rf'(?=<a href="\.\./figures/{re.escape(label)}\.)'  # the first: CSV, or SVG where there is no CSV
            html = re.sub(files, lambda _, link=link: link, html, count=1)
    return html
