"""The embedded publisher: the report as a page and as a PDF with pandoc and Typst, wherever Python runs."""

import datetime
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from helpers import files
from helpers.publish import exhibits, previews, transform
from helpers.publish.notebooks import Notebook
from helpers.publish.transform import Article
from helpers.text import nodes, sources, values
from helpers.text.faults import refuse

DEPTH = 3
"""Levels of heading in the contents, the page's title being the first."""


def render(root: Path, about: dict[str, Any], executed: dict[str, Notebook], site: Path, links: list[dict]) -> str:
    """Write the report, its PDF and the notebooks' pages under `site`; returns the Typst source of the PDF.

    The sources have passed `precheck.preflight`. links: text and href of what the title block offers.
    """
    article = read(root, about, executed)
    about = described(about, links, executed)
    named = transform.names(article)
    with ThreadPoolExecutor() as pool:
        document = pool.submit(_pdf, article, about, root, site)  # takes longest
        pages = pool.submit(_page, article, about, root, site)
        others = pool.submit(previews.write, list(executed.values()), about, named, root, site)
        pages.result(), others.result()
        return document.result()


def read(root: Path, about: dict[str, Any], executed: dict[str, Notebook]) -> Article:
    """The article with its values and exhibits."""
    report = sources.read(root, about)
    embeds = [argument for _, kind, argument in report.shortcodes if kind == "embed"]
    known = {"var": sources.variables(root), "meta": about}

    def value(kind: str, name: str) -> str | None:
        return known[kind][name] if kind in known else None

    text = report.text.partition("\n---\n")[2] if report.text.startswith("---\n") else report.text
    return transform.read(text, value, exhibits.collect(embeds, executed))


def described(about: dict[str, Any], links: list[dict], executed: dict[str, Notebook]) -> dict[str, Any]:
    """The metadata as the templates use them."""
    authors = about.get("author", [])
    authors = [authors] if isinstance(authors, str) else authors
    title, *abstract = nodes.parse(f"{about['title']}\n\n{about.get('abstract', '')}", "markdown")
    kept = {key: about[key].replace("'", "’") for key in ("subtitle", "data-label") if key in about}
    return kept | {
        "lang": about.get("lang", "en"),
        "title": nodes.Inlines(title["c"]),
        "pagetitle": nodes.text_of(title),
        "date": values.day(datetime.date.fromisoformat(about["date"])),
        "isodate": about["date"],
        "by-author": [{"name": {"literal": name}} for name in authors],
        "abstract": nodes.Blocks(abstract),
        "bibliography": about.get("bibliography", []),
        "links": links,
        "notebooks": [{"text": n.title, "href": f"../{n.preview}"} for n in executed.values()],
    }


def _page(article: Article, about: dict[str, Any], root: Path, site: Path) -> None:
    """Write report/index.html and the pictures beside it."""
    folder = site / "report"
    blocks = transform.transform(article, "html")
    _pictures(article, blocks, root, folder)
    html = nodes.pandoc(
        nodes.document(blocks, about | {"root": "../"}),
        *("--from", "json", "--to", "html5", "--mathml", "--toc", f"--toc-depth={DEPTH}", *_works(about)),
        *("--template", str(root / "report/theme/page.html")),
        folder=root,
    )
    files.write_text(folder / "index.html", html)


def _pdf(article: Article, about: dict[str, Any], root: Path, site: Path) -> str:
    """Write report/atom-report.pdf; returns its Typst source."""
    import typst

    folder = site.parent / "typst"
    blocks = transform.transform(article, "typst")
    _pictures(article, blocks, root, folder)
    source = nodes.pandoc(
        nodes.document(blocks, about | {"toc-depth": str(DEPTH - 1)}),
        *("--from", "json", "--to", "typst", "--toc", *_works(about)),
        *("--template", str(root / "report/theme/report.typ")),
        folder=root,
    )
    files.write_text(folder / "report.typ", source)
    day = datetime.datetime.fromisoformat(about["isodate"]).replace(tzinfo=datetime.UTC)
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=[str(root / "report/theme/fonts")],
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


def _pictures(article: Article, blocks: list[nodes.Node], root: Path, folder: Path) -> None:
    """Put every picture that the blocks show beside the document in `folder`."""
    for exhibit in article.exhibits.values():
        if exhibit.picture:
            _put(folder / exhibit.file, lambda path, content=exhibit.picture[1]: path.write_bytes(content))
    for node in nodes.elements(blocks):
        if node["t"] == "Image":
            name = node["c"][2][0]
            if not (root / "report" / name).is_file():
                raise refuse("the report", f"picture {name} does not exist", "mend its name, relative to report/")
            _put(folder / name, lambda path, name=name: shutil.copyfile(root / "report" / name, path))


def _put(path: Path, write: Callable[[Path], Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path)
