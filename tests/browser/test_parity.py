"""What both publishers owe where the question is what one sees: each row is asked of the site that is built, by the
embedded publisher unless ATOM_SITE names another, and of what Quarto once wrote of the whole report, completed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, served
from tests.browser.test_site import CONTRASTS, REPORT
from tests.unit.test_publish import recorded

SEEN: dict[str, Callable] = {}
"""Row → what must be seen; given what opens pages with a viewport and a scheme, and the pages' addresses."""

pytestmark = pytest.mark.browser


def seen(row: str) -> Callable:
    def keep(test: Callable) -> Callable:
        SEEN[row] = test
        return test

    return keep


@pytest.fixture(scope="module", params=["as built", "quarto"])
def edition(request, tmp_path_factory):
    if request.param == "as built":
        yield request.getfixturevalue("site")
        return
    if not recorded.WHOLE[0].is_file():
        pytest.skip(f"{recorded.SHARED} is not here: Quarto's page of the whole report is looked at where it is")
    folder = tmp_path_factory.mktemp("quarto")
    project = recorded.whole(folder / "project")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in recorded.environment(folder / "bin", recorded.WHOLE).items():
            patch.setenv(name, value)
        project.render("quarto")
    with served(project.site) as found:
        yield found


@seen("the label of every page is seen at once, once, and nothing covers it")
def _(start, pages):
    for size in ({}, {"viewport": NARROW}):
        reader = start(**size)
        for name in pages:
            label = reader.open(name).locator(".data-label")
            expect(label).to_have_count(1)
            expect(label).to_be_in_viewport(ratio=1)
            on_top = """label => {
              const box = label.getBoundingClientRect();
              return [0.02, 0.5, 0.98].every((part) => label.contains(
                document.elementFromPoint(box.left + part * Math.min(box.width, 60), box.top + box.height / 2)));
            }"""
            assert label.evaluate(on_top), name
        assert reader.faults == []


@seen("no page is wider than a phone")
def _(start, pages):
    reader = start(viewport=NARROW)
    for name in pages:
        assert reader.open(name).evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name


@seen("dark by the system's wish, and legible in either view")
def _(start, pages):
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    for scheme in ("light", "dark"):
        reader = start(scheme=scheme)
        for name in pages:
            page = reader.open(name)
            assert (max(page.evaluate(ground)) < 80) == (scheme == "dark"), name
            assert page.evaluate(CONTRASTS) == [], name


@seen("the cells of a column stand one below another, on the side that suits them, and below their head")
def _(start, _pages):
    astray = """tables => tables.flatMap((table) => [...table.tHead.rows[0].cells].flatMap((head, column) => {
      const cells = [...table.rows].map((row) => row.cells[column]);
      const sides = new Set(cells.map((cell) => getComputedStyle(cell).textAlign));
      const number = /^([-+−]?[\\d.,]+ ?[%×KMB]?|[–—-]|)$/;
      const numbers = cells.slice(1).every((cell) => number.test(cell.textContent.trim()));
      const said = cells.slice(1).some((cell) => cell.textContent.trim());
      const wanted = numbers && said ? "right" : "left";
      return sides.size === 1 && sides.has(wanted) ? [] : [`${head.textContent}: ${[...sides]}, not ${wanted}`];
    }))"""
    headed = "table:has(thead th):not(:has(thead th:empty))"
    tables = start().open(REPORT).locator(f"figure.tabular:has(figcaption .number) {headed}")
    assert tables.count() >= 5
    assert tables.evaluate_all(astray) == []


@seen("a long table sorts by a click on a head")
def _(start, _pages):
    page = start().open(REPORT)
    button = page.locator("figure.tabular th button").first
    button.click()
    expect(page.locator('th[aria-sort="ascending"]')).to_have_count(1)


@seen("contents fold away on a phone and lead on")
def _(start, _pages):
    page = start(viewport=NARROW).open(REPORT)
    expect(page.locator("#contents")).to_be_hidden()
    page.get_by_role("button", name="Contents").click()
    link = page.locator("#contents a").nth(2)
    link.click()
    expect(page.locator(f'[id="{link.get_attribute("href")[1:]}"]')).to_be_in_viewport()


@seen("callouts are amber and cross-references coloured, as links are")
def _(start, _pages):
    page = start().open(REPORT)
    colour = "element => getComputedStyle(element).color"
    assert page.locator(".callout-important .callout-title").first.evaluate(colour) == "rgb(138, 75, 0)"
    assert page.locator("main p a.reference").first.evaluate(colour) == "rgb(11, 92, 138)"


@pytest.mark.parametrize("row", SEEN)
def test_of_both_publishers_one_sees(watch, edition, row):
    SEEN[row](lambda **view: watch(edition, **view), edition.pages)
