"""What our pages do beyond being read: the script and style that both publishers share."""

import pytest
from playwright.sync_api import expect

NARROW = {"width": 390, "height": 844}
REPORT = "report/index.html"

pytestmark = pytest.mark.browser


def test_the_button_changes_the_view_and_the_choice_is_kept(watched):
    page = watched().open(REPORT)
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="Switch to dark view").click()
    dark = page.evaluate(colour)
    assert dark != light
    page.reload()
    assert page.evaluate(colour) == dark
    page.get_by_role("button", name="Switch to light view").click()
    assert page.evaluate(colour) == light


def test_contents_fold_away_on_a_phone_and_name_the_section(watched):
    page = watched(NARROW).open(REPORT)
    contents = page.locator("#contents")
    button = page.get_by_role("button", name="Contents")
    expect(contents).to_be_hidden()
    button.click()
    expect(contents).to_be_visible()
    link = contents.locator("a").nth(2)
    link.click()
    expect(contents).to_be_hidden()
    expect(button).to_contain_text(link.text_content().split(maxsplit=1)[-1])
    target = page.locator(f'[id="{link.get_attribute("href")[1:]}"]')
    assert target.bounding_box()["y"] >= button.bounding_box()["height"]  # not hidden under the bar


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(watched):
    page = watched().open(REPORT)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert skip.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_a_long_table_sorts_by_any_column_both_ways(watched):
    page = watched().open(REPORT)
    page.evaluate(
        """() => {
          const rows = [["b", "9.5M"], ["a", "1.2B"], ["c", "–"], ["e", "12"], ["d", "800K"], ["f", "10M"]];
          document.querySelector("main").insertAdjacentHTML("beforeend",
            `<figure class="tabular"><table id="probe"><thead><tr><th>Name</th><th>Size</th></tr></thead><tbody>${
              rows.map((row) => `<tr><td>${row[0]}</td><td>${row[1]}</td></tr>`).join("")}</tbody></table></figure>`);
          sortable(document.querySelector("#probe"));
        }"""
    )
    names = "[...document.querySelectorAll('#probe td:first-child')].map((cell) => cell.textContent).join('')"
    page.locator("#probe").get_by_role("button", name="Size").click()
    assert page.evaluate(names) == "edbfac"
    page.locator("#probe").get_by_role("button", name="Size").click()
    assert page.evaluate(names) == "afbdec"
    page.locator("#probe").get_by_role("button", name="Name").click()
    assert page.evaluate(names) == "abcdef"


def test_without_scripts_everything_is_there(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    page.goto(f"{site.url}/{REPORT}")
    expect(page.locator("#contents a").first).to_be_visible()
    expect(page.locator(".data-label").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    context.close()


def test_print_leaves_out_what_paper_cannot_use(watched):
    page = watched().open(REPORT)
    page.emulate_media(media="print")
    expect(page.locator("nav.contents")).to_be_hidden()
    expect(page.locator(".data-label").first).to_be_visible()
    expect(page.locator("main h1")).to_be_visible()


def test_no_table_is_cut_beside_the_contents(watched):
    page = watched().open(REPORT)
    cut = "[...document.querySelectorAll('main .table-box')].filter((box) => box.scrollWidth > box.clientWidth).length"
    assert page.evaluate(cut) == 0


def test_a_table_wider_than_a_phone_says_so_and_keeps_its_first_column(watched):
    page = watched(NARROW).open(REPORT)
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML("beforeend",
          `<div class="table-box" id="probe"><table><tbody><tr>${
            "<td>some_long_word</td>".repeat(9)}</tr></tbody></table></div>`)"""
    )
    probe = page.locator("#probe")
    assert probe.evaluate("box => box.scrollWidth > box.clientWidth")
    assert probe.evaluate("box => getComputedStyle(box).backgroundAttachment") == "local, scroll"
    first = probe.locator("td").first
    before = first.bounding_box()["x"]
    probe.evaluate("box => { box.scrollLeft = 200; }")
    assert first.bounding_box()["x"] == before
