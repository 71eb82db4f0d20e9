"""The site as a whole: rendered aside, checked, and put in place only when nothing is wrong with it."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.publish import (
    bundle,
    canonical,
    card,
    check,
    engines,
    entrance,
    exhibits,
    explorer,
    pages,
    pandoc,
    quarto,
    roster,
)
from helpers.publish import report as whole
from helpers.publish.report import Report
from helpers.text import sources
from helpers.text.faults import PublishError

DATA = {
    "values.json": "Every number in the text",
    "findings.csv": "Every finding",
    "provenance.json": "How this build was made",
}
"""Files of the build that the site offers under data/."""


@dataclass(frozen=True)
class Rendered:
    """What was published: engine, its version, and every page's address within the site."""

    engine: str
    version: str
    pages: tuple[str, ...]


def render(engine: str = "auto", root: Path = paths.ROOT, build: Path = paths.BUILD) -> Rendered:
    """Render the report and put it in place as <build>/site.

    Raises PublishError listing every finding, in the sources or in the pages; the former site is then untouched.
    """
    engine = engines.choose(engine)
    report = whole.read(root, build)
    work = build / ".work" / "publish"
    shutil.rmtree(work, ignore_errors=True)
    site = work / "site"
    site.mkdir(parents=True)
    try:
        with ThreadPoolExecutor() as pool:
            others = pool.submit(_others, root, build, site)
            publisher = quarto.render if engine == "quarto" else pandoc.render
            document = publisher(report, _links(build), site, pool)
            others.result()
            told = entrance.told(report, site)
            entrance.write(report, told, site)
            card.write(report, told, site)
            bundle.write(report, told, site)
            canonical.write(report, told, site)
            label, data = report.about["data-label"], _data(report)
            previewed = [notebook.preview for notebook in report.executed.values()]
            findings = check.of_pages(site, label, previewed, data)
            findings += check.of_document(site, label, *document(), data)
        if findings:
            raise PublishError(findings)
        _put_in_place(site, build / "site", work / "former")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    keep(build)
    written = tuple(sorted(str(p.relative_to(build / "site")) for p in (build / "site").rglob("*.html")))
    return Rendered(engine, engines.version(engine), written)


def keep(build: Path = paths.BUILD) -> None:
    """Leave what was published as <build>/editions/<name of the edition>, whole, for comparisons with other editions.

    provenance.json names the edition and its parameters, values.json holds its numbers, findings.csv its findings,
    figures/ each figure's data. Pages rendered without a build's provenance are no edition, and nothing is kept.
    """
    if not (build / "provenance.json").is_file():
        return
    edition = json.loads((build / "provenance.json").read_text(encoding="utf-8"))["edition"]["name"]
    work = build / ".work" / "keep"
    shutil.rmtree(work, ignore_errors=True)
    kept, place = work / "edition", build / "editions" / edition
    (kept / "figures").mkdir(parents=True)
    try:
        for name in DATA:
            shutil.copyfile(build / name, kept / name)
        for path in (build / "site" / "figures").glob("fig-*.csv"):
            shutil.copyfile(path, kept / "figures" / path.name)
        place.parent.mkdir(exist_ok=True)
        _put_in_place(kept, place, work / "former")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _data(report: Report) -> str:
    """All texts that come from data: values, and what notebooks printed and tabulated."""
    outputs = [output for notebook in report.executed.values() for cell in notebook.cells for output in cell.outputs]
    said = [text for output in outputs for kind, text in output.items() if kind.startswith("text/")]
    return unescape("\n".join([*said, *sources.variables(report.build).values()]))


def _others(root: Path, build: Path, site: Path) -> None:
    """Everything beside the report's own pages: the other pages, figures' files, data, and the theme."""
    shutil.copytree(build / pages.FOLDER, site, dirs_exist_ok=True)
    for folder in exhibits.folders(build):
        shutil.copytree(folder, site / "figures", dirs_exist_ok=True)
    for name in DATA:
        if (build / name).is_file():
            (site / "data").mkdir(exist_ok=True)
            shutil.copyfile(build / name, site / "data" / name)
    theme, assets = root / "report" / "theme", site / "assets"
    (assets / "fonts").mkdir(parents=True)
    for path in [*theme.glob("*.css"), *theme.glob("*.js"), *theme.glob("*.svg")]:
        shutil.copyfile(path, assets / path.name)
    shutil.copytree(theme / "charts", assets / "charts")
    for path in [*theme.glob("fonts/*.woff2"), *theme.glob("fonts/LICENSE*")]:
        shutil.copyfile(path, assets / "fonts" / path.name)


def _links(build: Path) -> list[dict[str, Any]]:
    """What the title block offers beside the notebooks."""
    held = [{"text": text, "href": f"../data/{name}"} for name, text in DATA.items() if (build / name).is_file()]
    looked_up = [{"text": "Any model", "href": "../explore/index.html"}] if (build / explorer.DATA).is_file() else []
    if all((build / path).is_file() for path in roster.DATA.values()):
        looked_up.append({"text": "All models", "href": f"../{roster.FOLDER}/index.html"})
    whole = {"text": "All data (ZIP)", "href": f"../{bundle.ARCHIVE}"}
    return [{"text": "PDF", "href": "atom-report.pdf"}, *looked_up, *held, whole]


def _put_in_place(site: Path, place: Path, aside: Path) -> None:
    """Let `site` take the place of the former one, which comes back if that fails."""
    if place.exists():
        place.rename(aside)
    try:
        site.rename(place)
    except OSError:
        if aside.exists():
            aside.rename(place)
        raise
