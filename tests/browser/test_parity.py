"""What both publishers owe where the question is what one sees: each row is asked of the site that is built, by the
embedded publisher unless ATOM_SITE names another, and of what Quarto once wrote of the whole report, completed."""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE, served
from tests.unit.test_publish import recorded

REPORT = "report/index.html"
CONTRASTS = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return {rgb: [r, g, b], a};
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = new Map([[null, [255, 255, 255]]]);
  const behind = (element) => {
    if (!grounds.has(element)) {
      const {rgb, a} = parse(getComputedStyle(element).backgroundColor);
      grounds.set(element, a > 0.5 ? rgb : behind(element.parentElement));
    }
    return grounds.get(element);
  };
  const found = [];
  const texts = "p, li, a, h1, h2, h3, td, th, figcaption, code, pre span, button, summary";
  for (const element of document.querySelectorAll(texts)) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [one, two] = [parse(getComputedStyle(element).color).rgb, behind(element)].map(luminance);
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.tagName} ${element.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""
"""Texts whose contrast with what is behind them is below WCAG's 4.5."""

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


def every_page(size: dict, scheme: str, other: str, start: Callable, pages: list[str]) -> None:
    """No page errs or asks another machine; each is as wide as its window at most, as dark as the system wishes, and
    wishes then, legible, and begins with the same label, seen at once, once, and covered by nothing."""
    reader, said = start(viewport=size), set()
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    on_top = """label => {
      const box = label.getBoundingClientRect();
      return [0.02, 0.5, 0.98].every((part) => label.contains(
        document.elementFromPoint(box.left + part * Math.min(box.width, 60), box.top + box.height / 2)));
    }"""
    for name in pages:
        reader.page.emulate_media(color_scheme=scheme)
        page = reader.open(name)
        label = page.locator(".data-label")
        expect(label).to_have_count(1)
        expect(label).to_be_in_viewport(ratio=1)
        assert label.evaluate(on_top), name
        said.add(label.inner_text())
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        for wish in (scheme, other):
            page.emulate_media(color_scheme=wish)
            colour = page.evaluate(ground)
            assert max(colour) < 80 if wish == "dark" else min(colour) > 200, name
            assert page.evaluate(CONTRASTS) == [], f"{name}, {wish}"
    assert len(said) == 1 and len(said.pop()) > 20
    assert reader.faults == []


SEEN["every page, wide"] = partial(every_page, WIDE, "light", "dark")
SEEN["every page, narrow"] = partial(every_page, NARROW, "dark", "light")


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
