"""What readers look for and take along: search over all that the page says, and how to cite it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
REPORT = "report/index.html"


def test_search_finds_passages_of_all_words_and_leads_there(watched):
    reader = watched()
    page = reader.open(REPORT)
    page.keyboard.press("/")
    page.keyboard.type("CHINA usa downloads")
    results = page.locator(".search-results li")
    expect(results.first).to_be_visible()
    for text in results.all_inner_texts():
        assert text.strip()
    expect(page.get_by_role("status")).to_contain_text("passage")
    page.keyboard.press("Enter")
    expect(page.locator(".found")).to_be_in_viewport()
    found = page.locator(".found").inner_text().lower()
    assert all(word in found for word in ("china", "usa", "downloads"))
    assert reader.faults == []


def test_search_says_when_there_is_nothing_and_gives_the_contents_back(watched):
    page = watched().open(REPORT)
    field = page.get_by_role("searchbox")
    field.fill("zyxwvut")
    expect(page.get_by_role("status")).to_have_text("No passages")
    assert page.locator(".search-results li").count() == 0
    expect(page.locator("nav.contents a[href='#sec-regional']")).to_be_hidden()
    field.press("Escape")
    expect(page.locator("nav.contents a[href='#sec-regional']")).to_be_visible()


def test_a_row_of_a_table_is_found(watched):
    page = watched().open(REPORT)
    name = page.locator("#tbl-top-models tbody tr").nth(3).locator("td").nth(1).inner_text()
    page.get_by_role("searchbox").fill(name)
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".search-results li").first).to_contain_text(name)


def test_each_figure_and_table_says_how_to_cite_it(site, watched):
    page = watched().open(REPORT)
    note = page.locator('meta[name="citation_note"]').get_attribute("content")
    assert page.locator("figure.exhibit .figure-links").count() == page.locator("figure.exhibit .cite").count() > 10
    figure = page.locator("#fig-downloads")
    figure.locator("summary", has_text="Cite").click()
    expect(figure.locator(".cite pre")).to_contain_text("@misc{")  # written a moment after the click
    cited = figure.locator(".cite pre").inner_text()
    assert cited.startswith(page.locator('meta[name="citation_author"]').get_attribute("content"))
    assert "Figure 1. " in cited
    assert note in cited
    assert f"{site.url}/{REPORT}#fig-downloads" in cited
    assert figure.get_by_role("link", name="Link").get_attribute("href") == "#fig-downloads"


@pytest.mark.parametrize("lost", ["none.html", "report/none/at/all.html", "build/notebooks/none"])
def test_an_address_that_leads_nowhere_leads_to_the_report_from_any_depth(watched, site, lost):
    page = watched().page
    said = (site.folder / "404.html").read_text("utf-8")
    page.route(f"**/{lost}", lambda route: route.fulfill(status=404, content_type="text/html", body=said))
    page.goto(f"{site.url}/{lost}")
    link = page.get_by_role("main").get_by_role("link")
    expect(link).to_have_attribute("href", f"{site.url}/{REPORT}")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ATOM")
