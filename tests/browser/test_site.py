"""The built site in a real browser: it leads where it says. What every page owes in any view is in test_parity."""

import gzip

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE

REPORT = "report/index.html"
CONTENTS = 'nav.contents a[href^="#"]'
CURRENT = "nav.contents a[aria-current]"

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_first_view_is_small_and_the_rest_comes_on_demand(site, browser, viewport):
    """Bytes as a server sends them: texts compressed. In a browser that knows a page, its pictures come at once."""
    loaded: set[str] = set()
    with browser.new_context(viewport=viewport) as never_here, never_here.new_page() as page:
        page.on("response", lambda response: loaded.add(response.url.removeprefix(f"{site.url}/")))
        page.goto(f"{site.url}/{REPORT}", wait_until="networkidle")
    sent = {name: (site.folder / name).read_bytes() for name in loaded}
    sizes = {n: len(b if n.endswith((".woff2", ".png")) else gzip.compress(b)) for n, b in sent.items()}
    assert REPORT in sizes
    assert sum(sizes.values()) <= 250_000, sizes


def test_the_front_page_leads_to_the_report(watched):
    reader = watched()
    reader.open("index.html").wait_for_url("**/report/index.html", wait_until="networkidle")
    assert reader.faults == []


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
        assert image.evaluate(
            "image => { image.loading = 'eager'; return image.decode().then(() => image.naturalWidth > 0); }"
        )
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
    cells = {}
    for address in sorted(set(sources)):
        cells.setdefault(address.partition("#")[0], []).append(address.partition("#")[2])
    for address, shown in cells.items():
        page = reader.open(f"{address.removeprefix(f'{site.url}/')}#{shown[0]}")
        for cell in shown:
            expect(page.locator(f'[id="{cell}"]')).to_be_attached()
        page.locator('a[href$="report/index.html"]').first.click()
        page.wait_for_url("**/report/index.html")
