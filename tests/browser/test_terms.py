"""Terms explained where they stand: by hover, keyboard and tap; without scripts their links lead to the list."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import NARROW

pytestmark = pytest.mark.browser
REPORT = "report/index.html"


def first(page: Page, term: str) -> Locator:
    return page.locator(f'a.term[href="#term-{term}"] >> visible=true').first


def words(page: Page, term: str) -> str:
    """What the list of terms says."""
    return page.locator(f"dt:has(#term-{term}) + dd").evaluate("words => words.textContent.trim()")


def test_hover_shows_the_words_and_they_can_be_reached_and_dismissed(watched):
    reader = watched()
    page = reader.open(REPORT)
    note = page.locator(".term-note")
    expect(note).to_be_hidden()
    first(page, "month-label").hover()
    expect(note).to_be_visible()
    assert note.inner_text().strip() == words(page, "month-label")
    note.hover()
    page.wait_for_timeout(400)
    expect(note).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    first(page, "snapshot").hover()
    expect(note).to_be_visible()
    page.mouse.move(5, 5)
    expect(note).to_be_hidden()
    assert reader.faults == []


def test_the_keyboard_shows_the_words_and_enter_leads_to_the_list(watched):
    page = watched().open(REPORT)
    link = first(page, "ram")
    link.focus()
    note = page.locator(".term-note")
    expect(note).to_be_in_viewport(ratio=1)
    described = page.locator(f"#{link.get_attribute('aria-describedby')}")
    assert described.evaluate("words => words.textContent.trim()") == words(page, "ram") == note.inner_text().strip()
    page.keyboard.press("Enter")
    expect(page.locator("#term-ram")).to_be_in_viewport()
    expect(note).to_be_hidden()


def test_a_tap_shows_the_words_in_place_and_another_one_elsewhere_ends_it(browser: Browser, site):
    context = browser.new_context(viewport=NARROW, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto((site.folder / REPORT).as_uri())
    link = first(page, "tracked-model")
    link.scroll_into_view_if_needed()
    link.tap()
    note = page.locator(".term-note")
    expect(note).to_be_in_viewport(ratio=1)
    assert note.inner_text().strip() == words(page, "tracked-model")
    assert "#term" not in page.url
    page.locator("main h1, main h2").first.dispatch_event("pointerdown", {"pointerType": "touch"})
    expect(note).to_be_hidden()
    context.close()


def test_each_term_of_the_list_is_marked_once_in_a_section(watched):
    page = watched().open(REPORT)
    sections = page.evaluate(
        """() => {
          const found = [[]];
          for (const part of document.querySelector("main").querySelectorAll("h2, h3, a.term")) {
            if (part.tagName === "A") found.at(-1).push(part.hash); else found.push([]);
          }
          return found;
        }"""
    )
    assert all(len(set(section)) == len(section) for section in sections)
    used = {address for section in sections for address in section}
    assert used == set(page.eval_on_selector_all("dt [id]", "terms => terms.map((term) => `#${term.id}`)"))


def test_without_scripts_a_term_leads_to_its_words(browser: Browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site.folder / REPORT).as_uri())
    first(page, "ram").click()
    expect(page.locator("dt:has(#term-ram) + dd")).to_be_in_viewport()
    context.close()
