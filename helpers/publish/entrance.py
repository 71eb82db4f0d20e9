"""What lies at the root of the site, for those who enter there: the way in, the page for addresses that lead nowhere,
and llms.txt for those who read without a browser."""

import re
from html import escape, unescape
from pathlib import Path
from string import Template

from helpers import files
from helpers.publish.report import Report
from helpers.text import nodes, sources

TITLE, DESCRIPTION = re.compile(r"<title>(.*?)</title>"), re.compile(r'<meta name="description" content="([^"]*)">')
"""How the report's page tells what it is called, and what it is about."""


def write(report: Report, plain: dict[str, str], site: Path) -> None:
    """Write each file of report/root/ with what `plain` has in the place of its `$names`."""
    safe = {name: escape(text) for name, text in plain.items()}
    for path in sorted((report.root / "report" / "root").iterdir()):
        text = Template(path.read_text(encoding="utf-8"))
        files.write_text(site / path.name, text.substitute(safe if path.suffix == ".html" else plain))


def told(report: Report, site: Path) -> dict[str, str]:
    """What is said of the report as a whole, by its page and its metadata.

    home: address of the site's root, "" where it is not known. figures: a list of them in Markdown, with their data.
    Raises PublishError for an address of the site that is none.
    """
    about, page = report.about, (site / "report/index.html").read_text(encoding="utf-8")
    title, description = TITLE.search(page), DESCRIPTION.search(page)
    return {
        "lang": about.get("lang", "en"),
        "title": unescape(title[1]) if title else "",
        "edition": about["subtitle"],
        "label": about["data-label"].replace("'", "’"),
        "date": about["date"],
        "data_through": about["data-through"],
        "description": unescape(description[1]) if description else "",
        "home": (home := sources.site_url(report.root)),
        "figures": "\n".join(_figure(report, label, home) for label in report.exhibits if label.startswith("fig-")),
    }


def _figure(report: Report, label: str, home: str) -> str:
    """A figure with its caption and what is published of it."""
    exhibit = report.exhibits[label]
    name = report.named.get(label, label)
    address = f"figures/{label}.csv" if "csv" in exhibit.published else f"report/index.html#{label}"
    return f"- [{name}]({home}{address}): {' '.join(nodes.text_of(exhibit.caption).split())}"
