"""Charts that answer: what a reader is told by hover, tap, keyboard and table is what the figure's data say."""

import json

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
REPORT = "report/index.html"
NARROW = {"width": 390, "height": 844}

READ = """(label) => [...document.querySelectorAll(`#${label} .chart-panel`)].map((panel) =>
  Object.fromEntries([...panel.querySelectorAll(".chart-series li")].map((series) =>
    [series.querySelector(".chart-name")?.textContent ?? "", series.querySelector(".chart-value").textContent])))"""
"""What each panel of a chart says at the place where its reader stands: series → words."""


def described(site, label: str) -> dict:
    """The description that the page's pen was given."""
    text = (site.folder / "figures" / f"{label}.js").read_text(encoding="utf-8")
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


def labels(page: Page) -> list[str]:
    return page.eval_on_selector_all("[data-chart]", "lines => lines.map((line) => line.closest('figure').id)")


def shown(page: Page, label: str) -> Page:
    page.evaluate("id => document.getElementById(id).scrollIntoView()", label)
    page.locator(f"#{label} .chart").wait_for()
    return page


def told(chart: dict, place: str | int) -> list[dict[str, str]]:
    """What a chart must say at a place, by the rule of its marks."""
    panels = []
    for panel in chart["panels"]:
        words = {}
        for mark in panel["marks"]:
            keys = mark.get("at", mark["x"])
            if mark["kind"] == "step":
                held = [row for row, key in enumerate(keys) if key <= place]
                words[mark["name"]] = (mark["said"][held[-1]] if held else "") or "–"
            elif mark["kind"] != "fit":
                words[mark["name"]] = (mark["said"][keys.index(place)] if place in keys else "") or "–"
        if panel["across"] == "ranks":  # all that stands at a rank, as one
            at = [(mark["said"], mark["x"].index(place)) for mark in panel["marks"] if place in mark["x"]]
            words = {"": " · ".join(said[row] for said, row in at if said[row]) or "–"}
        panels.append(words)
    return panels


def places(chart: dict) -> list:
    panels = chart["panels"]
    marks = [mark for panel in panels for mark in panel["marks"] if mark["kind"] != "fit"]
    days = sorted({key for mark in marks for key in mark.get("at", mark["x"])}) if not panels[0]["ticks"] else []
    return days or list(dict.fromkeys(tick for panel in panels for tick in panel["ticks"]))


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_every_chart_says_each_of_its_values_by_keyboard(site, watched, viewport):
    reader = watched(viewport=viewport) if viewport else watched()
    page = reader.open(REPORT)
    assert len(labels(page)) >= 10
    for button in page.locator(".fold-button").all():
        button.click()
    for label in labels(page):
        chart = described(site, label)
        shown(page, label).locator(f"#{label} input[type=range]").focus()
        page.keyboard.press("Home")
        for place in places(chart)[:12]:
            assert page.evaluate(READ, label) == told(chart, place), (label, place)
            page.keyboard.press("ArrowRight")
        page.keyboard.press("End")
        assert page.evaluate(READ, label) == told(chart, places(chart)[-1]), label
        assert page.locator(f"#{label} .picture").is_hidden()
    assert reader.faults == []


def test_hover_and_tap_move_to_the_place_under_them(site, watched):
    page = watched().open(REPORT)
    chart = described(site, "fig-downloads")
    picture = shown(page, "fig-downloads").locator("#fig-downloads svg[role=img]").first
    picture.scroll_into_view_if_needed()
    picture.hover(position={"x": 60, "y": 60})
    first = page.evaluate(READ, "fig-downloads")
    assert first in [told(chart, place) for place in places(chart)[:4]]
    box = picture.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 60)
    assert page.evaluate(READ, "fig-downloads") in [told(chart, place) for place in places(chart)[8:20]]


def test_a_series_goes_and_comes_back_and_the_scale_follows(watched):
    page = shown(watched().open(REPORT), "fig-families")
    figure = page.locator("#fig-families")
    drawn = figure.locator("svg[role=img] .stroke")
    before, first = drawn.count(), drawn.last.get_attribute("d")
    qwen = figure.locator(".chart-series button", has_text="Qwen")
    qwen.click()
    assert qwen.get_attribute("aria-pressed") == "false"
    assert drawn.count() == before - 1
    assert drawn.last.get_attribute("d") != first  # the largest is gone: the others get its room
    qwen.click()
    assert drawn.last.get_attribute("d") == first
    figure.get_by_role("button", name="Log scale").click()
    assert drawn.last.get_attribute("d") != first


def test_the_table_holds_what_the_chart_says(site, watched):
    page = shown(watched().open(REPORT), "fig-buckets")
    page.locator("#fig-buckets").get_by_role("button", name="Table").click()
    chart = described(site, "fig-buckets")
    rows = page.locator("#fig-buckets tbody tr")
    for number, place in enumerate(places(chart)):
        cells = rows.nth(number).locator("th, td").all_inner_texts()
        assert cells == [place, *told(chart, place)[0].values()]


def test_charts_work_from_a_folder_and_without_scripts_the_pictures_stay(site, browser):
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto((site.folder / REPORT).as_uri() + "#fig-downloads")
        chart, picture = page.locator("#fig-downloads .chart"), page.locator("#fig-downloads .picture")
        if scripts:
            chart.wait_for()
        assert chart.count() == int(scripts)
        assert picture.is_visible() != scripts
        context.close()


def test_panels_on_one_scale_in_print_are_so_on_the_page(site, watched):
    page = shown(watched().open(REPORT), "fig-qwen-against-eight")
    assert described(site, "fig-qwen-against-eight")["shared"]
    ticks = """(panel) => [...panel.querySelectorAll('text.tick[text-anchor="end"]')].map((tick) => tick.textContent)"""
    above, below = page.locator("#fig-qwen-against-eight .chart-panel").all()
    assert above.evaluate(ticks) == below.evaluate(ticks) != []


SHIFTS = """window.shifts = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true })"""


@pytest.fixture(scope="module")
def page(site, browser):
    """A page that counts how far things move, in a browser that has the faces of the text at hand."""
    page = browser.new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"{site.url}/{REPORT}", wait_until="networkidle")
    yield page
    page.close()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 844}, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("place", ["", "#fig-families"], ids=["top", "within"])
def test_nothing_moves_while_charts_take_their_pictures_places(site, page, viewport, place):
    page.goto("about:blank")
    page.set_viewport_size(viewport)
    page.goto(f"{site.url}/{REPORT}{place}", wait_until="networkidle")
    for _ in range(20):
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(60)
    assert page.locator(".chart").count() >= 1
    assert page.evaluate("window.shifts") <= 0.02
