"""The built site in a real browser: quiet, at home, readable wide and narrow, light and dark."""

import pytest
from playwright.sync_api import expect

NARROW = {"width": 390, "height": 844}
REPORT = "report/index.html"
CONTENTS = 'nav.contents a[href^="#"]'
CURRENT = "nav.contents a[aria-current]"

CONTRASTS = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return {rgb: [r, g, b], a};
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const {rgb, a} = parse(getComputedStyle(e).backgroundColor);
      if (a > 0.5) return rgb;
    }
    return [255, 255, 255];
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

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_errs_or_asks_another_machine(site, watched, scheme):
    reader = watched(scheme=scheme)
    assert REPORT in site.pages
    for name in site.pages:
        reader.open(name)
    assert reader.faults == []


def test_the_front_page_leads_to_the_report(watched):
    reader = watched()
    reader.open("index.html").wait_for_url("**/report/index.html", wait_until="networkidle")
    assert reader.faults == []


def test_every_page_shows_the_data_label(site, watched):
    reader = watched()
    label = reader.open(REPORT).locator(".data-label").first.inner_text().removeprefix("Data: ").strip()
    assert len(label) > 20
    for name in site.pages:
        expect(reader.open(name).get_by_text(label).first).to_be_visible()


def test_contents_lead_to_sections_and_mark_the_one_being_read(watched):
    page = watched().open(REPORT)
    links = page.locator(CONTENTS)
    assert links.count() >= 5
    for link in links.all():
        target = page.locator(f'[id="{link.get_attribute("href")[1:]}"]').first
        link.click()
        expect(target).to_be_in_viewport()
    section = page.evaluate(
        """() => {
          const figure = document.querySelector("main figure");
          figure.scrollIntoView();
          const before = [...document.querySelectorAll("main h1, main h2, main h3")].filter(
            (heading) => heading.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING);
          return before.at(-1).textContent.trim();
        }"""
    )
    expect(page.locator(CURRENT).last).to_have_text(section)


def test_figures_are_drawn_and_every_link_of_theirs_answers(site, watched):
    page = watched().open(REPORT)
    figures = page.locator("figure img")
    assert figures.count() >= 2
    for image in figures.all():
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
        assert image.get_attribute("alt")
    addresses = page.eval_on_selector_all("main a[href]", "links => links.map((link) => link.href.split('#')[0])")
    ours = {address for address in addresses if address.startswith(site.url)}
    assert any(address.endswith(".csv") for address in ours)
    for address in ours:
        assert page.request.get(address).status == 200, address


def test_every_figure_names_its_source_and_the_source_leads_back(site, watched):
    reader = watched()
    page = reader.open(REPORT)
    found = '.figure-links a[href*="-preview.html#cell-"]'
    sources = page.eval_on_selector_all(found, "links => links.map((link) => link.href)")
    assert len(set(sources)) == page.locator(".figure-links").count() > page.locator("figure img").count()
    for address in sorted(set(sources)):
        page = reader.open(address.removeprefix(f"{site.url}/"))
        expect(page.locator(f'[id="{address.partition("#")[2]}"]')).to_be_attached()
        page.locator('a[href$="report/index.html"]').first.click()
        page.wait_for_url("**/report/index.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(site, watched, scheme):
    reader = watched(NARROW, scheme)
    for name in site.pages:
        page = reader.open(name)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
    assert reader.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(site, watched, scheme):
    reader = watched(scheme=scheme)
    for name in site.pages:
        assert reader.open(name).evaluate(CONTRASTS) == [], name


def test_dark_is_dark(watched):
    brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    assert max(watched(scheme="dark").open(REPORT).evaluate(brightness)) < 80
    assert min(watched(scheme="light").open(REPORT).evaluate(brightness)) > 200
