"""Numbers in a real browser: each leads to the cell that quoted it, and says which it is and what it rests on."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

REPORT = "report/index.html"
NARROW = {"width": 390, "height": 844}
ASSUMED = "It follows from our assumptions."

pytestmark = pytest.mark.browser


def drawn(link: Locator, part: str, name: str = "content") -> str:
    """What a style sheet has for a part of an element ("::after")."""
    return link.evaluate("(link, [part, name]) => getComputedStyle(link, part)[name]", [part, name])


def by_keyboard(page: Page, link: Locator) -> None:
    """Let the keyboard stand on a link, as the Tab key does."""
    page.keyboard.press("Tab")
    link.focus()
    expect(link).to_be_focused()


def number(page: Page, text: str) -> Locator:
    """The first number of the text that reads so."""
    return page.locator("main p a.value, main li a.value", has_text=re.compile(rf"^{re.escape(text)}$")).first


@pytest.mark.parametrize("size", [None, NARROW])
def test_a_click_on_a_number_lands_on_the_cell_that_quoted_it(watched, size):
    reader = watched(*filter(None, [size]))
    page = reader.open(REPORT)
    link = number(page, "1.15B")
    table, where, *_ = link.get_attribute("title").split(" · ")
    assert "region china" in where
    link.click()
    page.wait_for_url("**-preview.html#cell-*")
    cell = page.locator(f'[id="{page.url.partition("#")[2]}"]')
    expect(cell).to_be_in_viewport()
    source = "cell => (cell.textContent ? cell : cell.nextElementSibling).querySelector('pre').textContent"
    assert f'quote("{table}"' in cell.evaluate(source)
    assert reader.faults == []


def test_a_number_is_quiet_until_it_is_pointed_at(watched):
    page = watched().open(REPORT)
    link = number(page, "1.15B")
    style = "link => [link, link.parentElement].map((element) => getComputedStyle(element).color)"
    own, around = link.evaluate(style)
    assert own == around
    assert link.evaluate("link => getComputedStyle(link).textDecorationLine") == "none"
    link.hover()
    assert link.evaluate("link => getComputedStyle(link).textDecorationLine") == "underline"


@pytest.mark.parametrize(("size", "scheme"), [(None, "light"), (NARROW, "dark")])
def test_the_keyboard_is_told_what_hovering_tells(watched, size, scheme):
    page = watched(**({"viewport": size} if size else {}), scheme=scheme).open(REPORT)
    link = number(page, "1.15B")
    assert drawn(link, "::before") == "none"
    by_keyboard(page, link)
    assert link.get_attribute("title") in drawn(link, "::before")
    assert drawn(link, "::before", "position") == "fixed"  # at the foot of the window, whatever its width
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") != "none"
    if size:
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_an_assumed_number_has_its_mark_and_says_so_but_copies_clean(watched):
    page = watched().open(REPORT)
    link = page.locator("main a.assumed").first
    assert link.get_attribute("title").endswith(ASSUMED)
    assert "°" in drawn(link, "::after")
    assert link.evaluate("link => getComputedStyle(link).textDecorationLine") == "underline"
    assert "°" not in link.inner_text()
    plain = page.locator("main a.value:not(.assumed)").first
    assert drawn(plain, "::after") == "none"
    assert ASSUMED not in plain.get_attribute("title")
