"""The report as the publishers are given it: read once, checked, the same for either."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.publish import exhibits, notebooks, precheck
from helpers.publish.exhibits import Exhibit
from helpers.publish.notebooks import Notebook
from helpers.text import article, sources
from helpers.text.article import Article


@dataclass(frozen=True)
class Built:
    """What pages are made of that no sentence changes. root: the project. about: its metadata. executed: its notebooks,
    by name. named: what the report calls its figures, tables and sections, by label."""

    root: Path
    build: Path
    about: dict[str, Any]
    executed: dict[str, Notebook]
    named: dict[str, str]


@dataclass(frozen=True)
class Report(Built):
    """All that is published. exhibits: the figures and tables that it shows, by label."""

    article: Article
    exhibits: dict[str, Exhibit]


def built(root: Path, build: Path) -> Built:
    """Read what a build left, other than the text."""
    named = json.loads((build / article.LABELS).read_text(encoding="utf-8"))
    return Built(root, build, sources.metadata(root, sources.edition(build)), notebooks.read_all(build), named)


def read(root: Path, build: Path) -> Report:
    """Read what a build left. Raises PublishError listing all that is wrong with the sources."""
    left, text = built(root, build), article.load(root, build)
    precheck.preflight(text, root, left.about, left.executed)
    return Report(**vars(left), article=text, exhibits=exhibits.collect(text.shown.values(), left.executed, build))
