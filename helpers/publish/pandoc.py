"""The embedded publisher: the report as a page and as a PDF with pandoc and Typst, wherever Python runs."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from helpers import files, paths
from helpers.publish import apart, transform
from helpers.publish.report import Report
from helpers.publish.tables import ALIGNED
from helpers.text import formats, nodes, sources
from helpers.text.faults import refuse
from helpers.text.nodes import Node

DEPTH = 3
"""Levels of heading in the contents, the page's title being the first."""
ORIGINS, TERMS = (("--lua-filter", str(paths.REPORT / "filters" / f"{name}.lua")) for name in ("origins", "terms"))


def render(
    report: Report, links: list[dict[str, str]], site: Path, pool: ThreadPoolExecutor
) -> Callable[[], tuple[str, str]]:
    """Write the report's page under `site` while its PDF is made, which takes longer.

    links: text and href of what the title block offers. Returns what waits for the PDF and gives its Typst source, and
    no log.
    """
    about = described(report, links)
    document = pool.submit(_pdf, report, about, site)
    _page(report, about, site)
    return lambda: (document.result(), "")


def described(report: Report, links: list[dict[str, str]]) -> dict[str, Any]:
    """The metadata as the templates use them."""
    about = report.about
    title, *abstract = nodes.parse(f"{about['title']}\n\n{about.get('abstract', '')}", "markdown")
    kept = {key: about[key].replace("'", "’") for key in ("subtitle", "data-label") if key in about}
    return kept | {
        "lang": about.get("lang", "en"),
        "title": nodes.Inlines(title["c"]),
        "pagetitle": nodes.text_of(title),
        "date": formats.day(about["date"]),
        "isodate": about["date"],
        "by-author": [{"name": {"literal": name}} for name in sources.authors(about)],
        "abstract": nodes.Blocks(abstract),
        "description": " ".join(nodes.text_of(abstract).split()),
        "bibliography": about.get("bibliography", []),
        "links": links,
        "notebooks": [{"text": n.title, "href": f"../{n.preview}"} for n in report.executed.values()],
    }


def _page(report: Report, about: dict[str, Any], site: Path) -> None:
    """Write report/index.html and the pictures beside it."""
    _pictures(report, site / "report")
    blocks = transform.transform(report, "html")
    write_page(blocks, report.root, about, site, *_works(about), *ORIGINS)


def write_page(blocks: list[Node], root: Path, about: dict[str, Any], site: Path, *more: str) -> None:
    """Write report/index.html from its blocks, and the pages of sections that have their own. more: arguments of
    pandoc's."""
    kept, sections = apart.split(blocks)
    with ThreadPoolExecutor() as pool:
        own = {name: pool.submit(apart.write, section, root, about, *more) for name, section in sections.items()}
        html = nodes.pandoc(
            nodes.document(kept, about | {"root": "../"}),
            *("--from", "json", "--to", "html5", "--mathml", "--toc", f"--toc-depth={DEPTH}", *more, *TERMS),
            *("--template", "report/theme/page.html"),
            folder=root,
        )
    pages = {apart.REPORT: html} | {name: page.result() for name, page in own.items()}
    for name, page in apart.linked(pages).items():
        files.write_text(site / name / "index.html", page)


def _pdf(report: Report, about: dict[str, Any], site: Path) -> str:
    """Write report/atom-report.pdf; returns its Typst source."""
    import typst

    folder = site.parent / "typst"
    _pictures(report, folder)
    source = nodes.pandoc(
        nodes.document(transform.transform(report, "typst"), about | {"toc-depth": str(DEPTH - 1)}),
        *("--from", "json", "--to", "typst", "--toc", *_works(about)),
        *(*ORIGINS, "--lua-filter", str(ALIGNED), "--template", "report/theme/report.typ"),
        folder=report.root,
    )
    files.write_text(folder / "report.typ", source)
    day = datetime.datetime.fromisoformat(about["isodate"]).replace(tzinfo=datetime.UTC)
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=[str(report.root / "report/theme/fonts")],
            ignore_system_fonts=True,
            timestamp=int(day.timestamp()),
        )
    except typst.TypstError as error:
        raise refuse("the PDF", f"Typst refuses its source: {error}", "mend the passage that it names") from None
    if warnings:
        raise refuse("the PDF", "; ".join(warning.message for warning in warnings), "mend what Typst warns of")
    (site / "report").mkdir(parents=True, exist_ok=True)
    (site / "report/atom-report.pdf").write_bytes(pdf)
    return source


def _works(about: dict[str, Any]) -> list[str]:
    """pandoc's arguments for citations: author and year, linked to the reference."""
    return ["--citeproc", "--metadata=link-citations"] if about["bibliography"] else []


def _pictures(report: Report, folder: Path) -> None:
    """Put the picture of every figure beside the document in `folder`."""
    for exhibit in report.exhibits.values():
        if not exhibit.table:
            path = folder / exhibit.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(exhibit.picture[1])
