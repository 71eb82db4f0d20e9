"""Where the address is known under which the site is published: what only then can be said to be true.

Each page names its own address and the picture that goes along when it is shared, sitemap.xml lists the pages, and
feed.xml the editions that were built beside this one. Without an address there is none of it.
"""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

from helpers import edition, files
from helpers.publish import card
from helpers.publish.report import Report
from helpers.text import sources

ENTRY, LOST = "index.html", "404.html"
"""Pages that are not for being found: the one leads to the report, the other stands for what is not there."""
REPORT = "report/index.html"
FEED = "feed.xml"
ATOM, SITEMAP = "http://www.w3.org/2005/Atom", "http://www.sitemaps.org/schemas/sitemap/0.9"


def write(report: Report, told: dict[str, str], site: Path) -> None:
    """Tell every page of the site its address, and write sitemap.xml and feed.xml. told: home, title."""
    home = told["home"]
    if not home:
        return
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    for name in pages:
        _addressed(site / name, f"{home}{quote(REPORT if name == ENTRY else name)}", home, name == LOST)
    found = ET.Element("urlset", xmlns=SITEMAP)
    for name in pages:
        if name not in (ENTRY, LOST):
            ET.SubElement(ET.SubElement(found, "url"), "loc").text = f"{home}{quote(name)}"
    _xml(site / "sitemap.xml", found)
    _xml(site / FEED, _feed(report, told))


def _addressed(path: Path, address: str, home: str, lost: bool) -> None:
    """A page with its address, its picture and the feed in its head; one that stands for no address names none."""
    page = path.read_text(encoding="utf-8")
    own = f'<link rel="canonical" href="{escape(address)}">\n<meta property="og:url" content="{escape(address)}">\n'
    more = (
        f'<meta property="og:image" content="{escape(home)}{card.PICTURE}">\n'
        '<meta property="og:image:width" content="1200">\n<meta property="og:image:height" content="630">\n'
        f'<link rel="alternate" type="application/atom+xml" href="{escape(home)}{FEED}">\n'
    )
    page = page.replace('"twitter:card" content="summary"', '"twitter:card" content="summary_large_image"', 1)
    files.write_text(path, page.replace("</head>", f"{'' if lost else own + more}</head>", 1))


def _feed(report: Report, told: dict[str, str]) -> ET.Element:
    """The editions as an Atom feed (RFC 4287), newest data first. Only this edition's entry leads to pages of it."""
    about, home = report.about, told["home"]
    this = {"name": about["edition"], "title": about["subtitle"], "date": about["date"], "label": about["data-label"]}
    held = sorted(
        [this, *_others(report.build, this["name"])], key=lambda one: (one["date"], one["name"]), reverse=True
    )
    feed = ET.Element("feed", xmlns=ATOM)
    ET.SubElement(feed, "title").text = told["title"]
    ET.SubElement(feed, "id").text = home
    ET.SubElement(feed, "link", rel="self", href=f"{home}{FEED}")
    ET.SubElement(feed, "link", href=home)
    ET.SubElement(feed, "updated").text = _instant(max(one["date"] for one in held))
    for author in sources.authors(about):
        ET.SubElement(ET.SubElement(feed, "author"), "name").text = author
    for one in held:
        entry = ET.SubElement(feed, "entry")
        ET.SubElement(entry, "title").text = one["title"]
        ET.SubElement(entry, "id").text = f"{home}#{quote(one['name'])}-{one['date']}"
        ET.SubElement(entry, "updated").text = _instant(one["date"])
        ET.SubElement(entry, "content").text = one["label"]
        if one is this:
            ET.SubElement(entry, "link", href=f"{home}{REPORT}")
    return feed


def _others(build: Path, name: str) -> Iterator[dict[str, str]]:
    """The editions that were built before in the same folder."""
    for path in sorted((build / "editions").glob("*/provenance.json")):
        told = json.loads(path.read_text(encoding="utf-8"))["edition"]
        if told["name"] != name:
            label = edition.LABELS[told["data"]]
            yield {"name": told["name"], "title": told["title"], "date": told["snapshot_date"], "label": label}


def _instant(day: str) -> str:
    """The beginning of a day: an edition is as new as its data."""
    return f"{day}T00:00:00Z"


def _xml(path: Path, root: ET.Element) -> None:
    ET.indent(root)
    files.write_text(path, ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n")
