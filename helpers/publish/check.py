"""Reading what either publisher wrote, because their exit codes prove little."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from helpers.publish.page import Page
from helpers.text.faults import Fault

MARKERS = {
    r"\?@[\w-]+": ("an unresolved reference", "label the figure, table or section, or mend the reference"),
    r"\?(?:var|meta|env):[\w.-]*": ("an unresolved value", "record the value or mend its name"),
    r"\{\{<[^>]*": ("a shortcode that was not carried out", "give an embed its own paragraph; mend the shortcode"),
    r"\(\*\*[^*]+\?\*\*\)": ("an unknown citation", "add the work to the bibliography or mend the key"),
}
"""What an engine leaves in the text where it could not do its work."""

DOCUMENT = "report/atom-report.pdf"
"""Where the PDF comes to be; links to it are sound before it is there."""
URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s*["']([^"']+)""")
TYPST_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
TYPST_RAW = re.compile(r"(`+).*?\1", re.DOTALL)
WARNING = re.compile(r"^.*(?:\b(?:WARN|WARNING|ERROR)\b|\b(?:warning|error):).*$", re.MULTILINE)
HARMLESS = {
    r"WARN: Theme file not found: \S*/build/report/theme/quarto(-dark)?\.scss": (
        "where `notebook-links` lets Quarto write pages of notebooks, it looks for the article's theme from there too, "
        "where its path leads nowhere, and applies it all the same; the site has our pages of notebooks instead"
    ),
}
"""Warnings that are let pass, whole lines of the log, each with the reason."""


def of_document(site: Path, label: str, typst: str, log: str, data: str) -> list[Fault]:
    """Everything that is wrong with the PDF, and what the engine warns of.

    label: the edition's data label, which it must show. typst: its source; "" where it was not kept. log: what the
    engine said. data: as for `of_pages`.
    """
    found = [*_absent(site, [DOCUMENT]), *_log(log), *_markers("the PDF", _prose(typst), _even(data))]
    if typst and _even(label) not in _even(typst):
        found.append(Fault("the PDF", "does not show the data label", "pass `data-label` to its template"))
    return list(dict.fromkeys(found))


def of_pages(site: Path, label: str, pages: list[str], data: str) -> list[Fault]:
    """Everything that is wrong with the pages of the rendered site; the PDF may be still in the making.

    label: the edition's data label, which every page must show. pages: addresses that must exist beside the report's
    own. data: all that values and notebooks' outputs say: what looks like a fault and stands in there is somebody's
    name.
    """
    site, data = site.resolve(), _even(data)
    found = [*_absent(site, ["index.html", "report/index.html", *pages])]
    read = {path: Page.of(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in read.items():
        where = path.relative_to(site).as_posix()
        found += _markers(where, page.text, data)
        found += [*_addresses(path, page, site, read), *_styles(where, path, page.styles, site)]
        if _even(label) not in _even(page.text):
            found.append(Fault(where, "does not show the data label", "show `data-label` in its template"))
    for path in sorted(site.rglob("*.css")):
        found += _styles(path.relative_to(site).as_posix(), path, [path.read_text(encoding="utf-8")], site)
    return list(dict.fromkeys(found))


def _absent(site: Path, names: list[str]) -> Iterator[Fault]:
    for name in names:
        path = site / name
        if not path.is_file() or not path.stat().st_size:
            yield Fault(name, "was not written", "look at what the engine said")


def _log(log: str) -> Iterator[Fault]:
    for line in (match[0].strip() for match in WARNING.finditer(log)):
        if not any(re.fullmatch(known, line) for known in HARMLESS):
            yield Fault("the engine's log", line, "mend what it warns of")


def _markers(where: str, text: str, data: str) -> Iterator[Fault]:
    for pattern, (what, remedy) in MARKERS.items():
        for match in dict.fromkeys(re.findall(pattern, _even(text))):
            if match.strip() not in data:
                yield Fault(where, f"shows {what}, {match.strip()!r}", remedy)


def _addresses(path: Path, page: Page, site: Path, read: dict[Path, Page]) -> Iterator[Fault]:
    """Links and files that lead nowhere, and anything that a browser would fetch from elsewhere."""
    where = path.relative_to(site).as_posix()
    for address in page.loads:
        if _outside(address):
            yield Fault(where, f"loads {address} from elsewhere", "keep a copy in the site")
        elif not address.startswith("data:") and not _target(path, address, site).is_file():
            yield Fault(where, f"shows {address}, which does not exist", "mend the name or write the file")
    for address in page.links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
            continue
        target = _target(path, address, site)
        if not target.is_file() and target != site / DOCUMENT:
            yield Fault(where, f"links to {address}, which does not exist", "mend the link or write the file")
        elif parts.fragment and target in read and not _holds(read[target], unquote(parts.fragment)):
            yield Fault(where, f"links to {address}, but nothing there has that label", "mend the link or the label")


def _holds(page: Page, fragment: str) -> bool:
    return page.asks or fragment in page.ids


def _styles(where: str, path: Path, styles: list[str], site: Path) -> Iterator[Fault]:
    for style in styles:
        for match in URL.finditer(style):
            address = match[1] or match[2]
            if _outside(address):
                yield Fault(where, f"its style loads {address} from elsewhere", "keep a copy in the site")
            elif not address.startswith(("data:", "#")) and not _target(path, address, site).is_file():
                yield Fault(where, f"its style names {address}, which does not exist", "mend the name")


def _outside(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in ("http", "https", "ftp", "ws", "wss")


def _target(page: Path, address: str, site: Path) -> Path:
    """The file that an address on `page` leads to; a folder's is its index.html."""
    name = unquote(urlsplit(address).path)
    target = _resolved(site / name.lstrip("/") if name.startswith("/") else page.parent / name if name else page)
    return target / "index.html" if target.is_dir() else target


@cache
def _resolved(path: Path) -> Path:
    return path.resolve()


def _prose(typst: str) -> str:
    """The Typst source without its comments and code."""
    return TYPST_RAW.sub("", TYPST_COMMENT.sub("", typst)).replace("\\", "")


def _even(text: str) -> str:
    """Text without what typesetting changes: kinds of quotes, escapes, spaces."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("\\", ""))
