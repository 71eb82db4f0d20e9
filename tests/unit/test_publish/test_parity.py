"""What both publishers owe: each row is asked of the embedded one, and of what Quarto wrote, completed.

Quarto's pages are those that it once made of the small project of these tests, and those that it once made of the whole
report, where these are at hand. What one sees is asked in tests/browser/test_parity.py.
"""

import json
import re
from collections.abc import Callable

import pytest

from helpers.publish import check, notebooks
from helpers.publish.page import Page
from tests.unit.test_publish import conftest, recorded

REPORT = "report/index.html"
BARE = {"index.html", "404.html"}
"""Pages without our frame: one leads to the report, one is for addresses that lead nowhere."""
OWED: dict[str, Callable] = {}
"""Row → what must hold of a published project."""
LATER = {"appendices have letters", "numbers lead to the cell that quoted them"}
"""Rows about what the recorded whole report was too early for."""


def owed(row: str) -> Callable:
    def keep(test: Callable) -> Callable:
        OWED[row] = test
        return test

    return keep


@pytest.fixture(scope="module", params=["embedded", "quarto", "quarto, the whole report"])
def edition(request, published, tmp_path_factory):
    """A published project, and what it is."""
    if request.param == "embedded":
        return request.param, published
    whole = request.param != "quarto"
    if whole and not recorded.WHOLE[0].is_file():
        pytest.skip(f"{recorded.SHARED} is not here: Quarto's page of the whole report is looked at where it is")
    folder = tmp_path_factory.mktemp("quarto")
    project = recorded.whole(folder / "project") if whole else conftest.make(folder / "project")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in recorded.environment(folder / "bin", recorded.WHOLE if whole else recorded.SMALL).items():
            patch.setenv(name, value)
        project.render("quarto")
    return request.param, project


def pages(project):
    return {path.relative_to(project.site).as_posix(): path.read_text("utf-8") for path in project.site.rglob("*.html")}


def exhibits(page):
    return {
        label: re.search(rf'<figure id="{label}".*?</figure>', page, re.DOTALL)[0]
        for label in re.findall(r'<figure id="([\w-]+)"', page)
    }


@owed("every page shows the label, in one strip")
def _(project):
    for name, page in pages(project).items():
        assert "not a measurement" in Page.of(page).text, name
        assert page.count('class="data-label"') == 1, name
        assert page.count('<header class="strip">') == (name not in BARE), name


@owed("the title block offers PDF, values, findings, the record of the build, all data, and every notebook")
def _(project):
    block = re.search(r'<header class="title-block">.*?</header>', project.page(), re.DOTALL)[0]
    files = [name for name in ("values.json", "findings.csv", "provenance.json") if (project.build / name).is_file()]
    held = ["atom-report.pdf", *(f"../data/{name}" for name in [*files, "atom-report-data.zip"])]
    held += [f"../{notebook.preview}" for notebook in notebooks.read_all(project.build).values()]
    assert re.findall(r'href="([^"#]+)"', block) == held
    assert len(re.findall(r"<h1>", project.page())) == 1


@owed("figures and tables lie in boxes of one shape, with number, caption and links")
def _(project):
    found = exhibits(project.page())
    assert {label[:4] for label in found} == {"fig-", "tbl-"}
    for label, figure in found.items():
        name = "Figure" if label.startswith("fig-") else "Table"
        assert re.search(rf'<figcaption>\s*<span class="number">{name}[ \u00a0]\d+\.</span>', figure), label
        assert ('class="picture"' if name == "Figure" else 'class="table-box" tabindex="0" role="region"') in figure
        if label != "tbl-own":  # a table of the text has no source but that
            links = re.search(r'<div class="figure-links"[^>]*>(.*)</div></figure>', figure)[1]
            assert re.search(rf'preview\.html#cell-{label}">Source: ', links), label
            drawn = f'href="../figures/{label}.csv"' in links
            assert drawn == (project.site / "figures" / f"{label}.csv").is_file(), label


@owed("every picture says what it shows, and is there")
def _(project):
    for address, alt in re.findall(r'<img src="([^"]+)" alt="([^"]*)"', project.page()):
        assert alt
        assert (project.site / "report" / address).is_file()


@owed("columns of numbers are set to the right, others to the left, heads as their cells")
def _(project):
    for table in re.findall(r"<table.*?</table>", project.page(), re.DOTALL):
        sides = [re.findall(r"<t[hd][^>]*?(?:text-align: (\w+);?[^>]*)?>", row) for row in table.split("<tr")[1:]]
        assert len({tuple(row) for row in sides if len(row) == len(sides[0])}) == 1, table[:300]
    found = exhibits(project.page())
    numbers = re.findall(r"<td[^>]*text-align: right;[^>]*>", "".join(found.values()))
    assert numbers
    assert not re.search(r"text-align: center|dataframe", "".join(found.values()))


@owed("a table can be sorted by the page's script")
def _(project):
    assert '<script src="../assets/report.js" defer></script>' in project.page()
    assert (
        'querySelectorAll("figure.tabular table").forEach(sortable)' in (project.site / "assets/report.js").read_text()
    )
    tabular = [figure for figure in exhibits(project.page()).values() if "<table" in figure]
    assert tabular
    assert all('class="exhibit tabular"' in figure for figure in tabular)


@owed("a callout is a note with a title, in the colour of its kind")
def _(project):
    found = re.search(
        r'<div class="callout callout-important" role="note">\s*<div class="callout-title">', project.page()
    )
    assert found
    style = (project.site / "assets/report.css").read_text("utf-8")
    assert re.search(r"\.callout-important,[^{]*\{\s*--line: var\(--warn\)", style)


@owed("cross-references are links with names and numbers")
def _(project):
    named = dict(re.findall(r'<a href="#([\w-]+)" class="reference">([^<]+)</a>', project.page()))
    assert named
    assert all(re.fullmatch(r"(?:(?:Figure|Table|Section|Appendix)\s)?[A-Z\d.]+", name) for name in named.values())
    assert set(named) <= Page.of(project.page()).ids


@owed("contents name the sections with their numbers and fold away on a phone")
def _(project):
    contents = re.search(r'<div id="contents">.*?</nav>', project.page(), re.DOTALL)[0]
    assert re.search(r'<a href="#sec-[\w-]+"[^>]*><span class="number">1</span>\s\w+', contents)
    assert '<button type="button" class="contents-button"' in project.page()
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in project.page()


@owed("headings lie one level below the title, their labels on them")
def _(project):
    assert re.search(r'<h2[^>]* id="sec-[\w-]+">\s*<span class="number">1</span>', project.page())
    assert not re.search(r"header-section-number|quarto-", project.page())


@owed("appendices have letters")
def _(project):
    said = Page.of(project.page()).text.replace("\u00a0", " ")
    for words in ("A Cases", "A.1 The first case", "B Lists", "and Appendix B has them all",
                  "from Section 1.1, Appendix A.1 and A."):  # fmt: skip
        assert words in re.sub(r"\s+", " ", said)


@owed("numbers lead to the cell that quoted them")
def _(project):
    numbers = re.findall(r'<a href="\.\./([^"#]+)#([^"]+)" class="value( assumed)?" title="', project.page())
    assert {kind for *_, kind in numbers} == {"", " assumed"}
    for page, cell, _kind in numbers:
        assert f'id="{cell}"' in project.page(page)


@owed("every notebook has a page of ours, with an anchor for every cell that has a label")
def _(project):
    for notebook in notebooks.read_all(project.build).values():
        page = project.page(notebook.preview)
        assert 'body class="notebook"' in page
        assert f'href="{notebook.path.name}" download' in page
        assert 'href="../../report/index.html"' in page
        assert [label for label in notebook.labelled if page.count(f'id="cell-{label}"') != 1] == []


@owed("dark by the system's wish, and a favicon")
def _(project):
    for name, page in pages(project).items():
        icon = "data:," if name == "404.html" else f"{'../' * name.count('/')}assets/favicon.svg"
        assert f'<link rel="icon" href="{icon}"' in page, name
        if name not in BARE:
            assert '<meta name="color-scheme" content="light dark">' in page, name
            assert "assets/theme.js" in page, name


@owed("references and what cites them")
def _(project):
    assert re.search(r'<div id="refs"[^>]*role="list">', project.page())
    cited = set(re.findall(r'<a href="#(ref-[\w-]+)"', project.page()))
    assert cited
    assert cited <= set(re.findall(r'id="(ref-[\w-]+)" class="csl-entry"', project.page()))


@owed("nothing is published that nobody asked for")
def _(project):
    kinds = {
        "": ("index.html", "404.html", "llms.txt"),
        "assets": ("*.css", "*.js", "favicon.svg", "card.png", "fonts/*", "charts/*"),
        "build/notebooks": ("*.ipynb", "*-preview.html", "*-preview_files/*"),
        "data": ("values.json", "findings.csv", "provenance.json", "atom-report-data.zip"),
        "figures": ("fig-*.csv", "fig-*.svg", "fig-*.png", "fig-*.js", "ledger.csv", "index.html", "README.md"),
        "explore": ("index.html", "models.js", "explore.js"),
        "ledger": ("index.html",),
        "findings": ("index.html",),
        "models": ("index.html",),
        "report": ("index.html", "atom-report.pdf", "index_files/*.svg", "index_files/figure-html/*.svg"),
    }
    wanted = {path for folder, names in kinds.items() for name in names for path in (project.site / folder).glob(name)}
    found = {path for path in project.site.rglob("*") if path.is_file()}
    assert sorted(found - wanted) == []
    assert not [path for path in found if path.name.endswith(".out.ipynb")]


@pytest.mark.parametrize("row", OWED)
def test_both_publishers_give(edition, row):
    name, project = edition
    if name.endswith("the whole report") and row in LATER:
        pytest.skip("recorded before the report had it")
    OWED[row](project)


def test_both_say_the_same_words_at_the_same_labels_and_addresses(edition, published):
    name, project = edition
    if name.endswith("the whole report"):
        pytest.skip("the embedded publisher has no such page")
    ours, theirs = (Page.of(one.page()) for one in (published, project))
    said = [re.sub(r"\s+", " ", page.text.replace("\u00a0", " ")) for page in (ours, theirs)]
    assert said[0] == said[1]
    assert ours.ids == theirs.ids
    assert set(ours.links) == set(theirs.links)
    assert sorted(pages(published)) == sorted(pages(project))
    assert json.loads((project.site / "data/values.json").read_text()) == {"regions.china": {"raw": 1}}


def test_the_warning_that_is_known_passes_and_no_other():
    log = "".join(f"WARN: Theme file not found: /p/build/report/theme/quarto{dark}.scss\n" for dark in ("", "-dark"))
    assert [*check._log(log)] == []
    for other in ("WARN: Theme file not found: /project/report/theme/quarto.scss", "WARN: Unable to resolve crossref"):
        assert [fault.what for fault in check._log(f"{log}{other}\n")] == [other]
    assert all(len(reason) > 40 for reason in check.HARMLESS.values())
