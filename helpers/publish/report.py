"""The report as the publishers are given it: read once, checked, the same for either."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.publish import exhibits, notebooks, precheck
from helpers.publish.exhibits import Exhibit
from helpers.publish.notebooks import Notebook
from helpers.text import article, sources
from helpers.text.article import Article


@dataclass(frozen=True)
class Report:
    """All that is published. root: the project. about: its metadata. executed: its notebooks, by name. exhibits: the
    figures and tables that it shows, by label."""

    root: Path
    build: Path
    about: dict[str, Any]
    executed: dict[str, Notebook]
    article: Article
    exhibits: dict[str, Exhibit]


def read(root: Path, build: Path) -> Report:
    """Read what a build left. Raises PublishError listing all that is wrong with the sources."""
    about, executed = sources.metadata(root, sources.edition(build)), notebooks.read_all(build)
    read = article.load(root, build)
    precheck.preflight(read, root, about, executed)
    return Report(root, build, about, executed, read, exhibits.collect(read.shown.values(), executed, build))
