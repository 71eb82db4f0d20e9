"""The site as a whole: rendered aside, checked, and put in place only when nothing is wrong with it."""

import json
import shutil
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from helpers import files, paths
from helpers.publish import check, codebook, engines, notebooks, pandoc, precheck, previews, quarto
from helpers.publish.notebooks import Notebook
from helpers.text import sources
from helpers.text.faults import PublishError

DATA = {"values.json": "Every value in the text", "provenance.json": "How this build was made"}
"""Files of the build that the site offers under data/."""

REDIRECT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=report/index.html">
<title>{title}</title><link rel="icon" href="data:,"></head>
<body><p><a href="report/index.html">{title}</a></p><p class="data-label">{label}</p></body></html>
"""


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
    about, executed = sources.metadata(root, build), notebooks.read_all(build)
    precheck.preflight(root, about, executed)
    work = build / ".work" / "publish"
    shutil.rmtree(work, ignore_errors=True)
    site = work / "site"
    site.mkdir(parents=True)
    try:
        if engine == "quarto":
            source, log = _with_quarto(root, build, about, executed, site)
        else:
            source, log = pandoc.render(root, about, executed, site, _links(build)), ""
        _extras(root, build, site)
        codebook.write(root, site, about, executed)
        title, label = about["title"], about["data-label"]
        files.write_text(site / "index.html", REDIRECT.format(title=title, label=label))
        previewed = [notebook.preview for notebook in executed.values()]
        findings = check.findings(site, label, source, log, previewed, _data(root, executed))
        if findings:
            raise PublishError(findings)
        _put_in_place(site, build / "site", work / "former")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    keep(build)
    pages = tuple(sorted(str(p.relative_to(build / "site")) for p in (build / "site").rglob("*.html")))
    return Rendered(engine, engines.version(engine), pages)


def keep(build: Path = paths.BUILD) -> None:
    """Leave what was published as <build>/editions/<name of the edition>, whole, for comparisons with other editions.

    provenance.json names the edition and its parameters, values.json holds its values, figures/ each figure's data.
    Pages rendered without a build's provenance are no edition, and nothing is kept.
    """
    if not (build / "provenance.json").is_file():
        return
    name = json.loads((build / "provenance.json").read_text(encoding="utf-8"))["edition"]["name"]
    work = build / ".work" / "keep"
    shutil.rmtree(work, ignore_errors=True)
    kept, place = work / "edition", build / "editions" / name
    (kept / "figures").mkdir(parents=True)
    try:
        for path in [*(build / data for data in DATA), *(build / "site" / "figures").glob("fig-*.csv")]:
            shutil.copyfile(path, kept / "figures" / path.name if path.suffix == ".csv" else kept / path.name)
        place.parent.mkdir(exist_ok=True)
        _put_in_place(kept, place, work / "former")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _data(root: Path, executed: dict[str, Notebook]) -> str:
    """All texts that come from data: values, and what notebooks printed and tabulated."""
    outputs = [output for notebook in executed.values() for cell in notebook.cells for output in cell.outputs]
    said = [text for output in outputs for kind, text in output.items() if kind.startswith("text/")]
    return unescape("\n".join([*said, *sources.variables(root).values()]))


def _extras(root: Path, build: Path, site: Path) -> None:
    """Everything beside the pages: figures' files, data, and the theme."""
    for folder in sorted(build.glob("*/figures")):
        if folder.parent.name != "site":
            shutil.copytree(folder, site / "figures", dirs_exist_ok=True)
    for name in DATA:
        if (build / name).is_file():
            (site / "data").mkdir(exist_ok=True)
            shutil.copyfile(build / name, site / "data" / name)
    theme, assets = root / "report" / "theme", site / "assets"
    (assets / "fonts").mkdir(parents=True)
    for path in [*theme.glob("*.css"), *theme.glob("*.js")]:
        shutil.copyfile(path, assets / path.name)
    for path in [*theme.glob("fonts/*.woff2"), *theme.glob("fonts/LICENSE*")]:
        shutil.copyfile(path, assets / "fonts" / path.name)


def _with_quarto(
    root: Path, build: Path, about: dict[str, Any], executed: dict[str, Notebook], site: Path
) -> tuple[str, str]:
    """Render with Quarto, which gives pages to embedded notebooks only; the others get ours."""
    source, log = quarto.render(root, build, site)
    article = pandoc.read(root, about, executed)
    others = [notebook for notebook in executed.values() if not (site / notebook.preview).is_file()]
    previews.write(others, pandoc.described(about, [], executed), {}, root, site)
    quarto.complete(site, about, executed, {label: e.notebook for label, e in article.exhibits.items()})
    return source, log


def _links(build: Path) -> list[dict[str, Any]]:
    """What the title block offers beside the notebooks."""
    held = [{"text": text, "href": f"../data/{name}"} for name, text in DATA.items() if (build / name).is_file()]
    return [{"text": "PDF", "href": "atom-report.pdf"}, *held]


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
