"""The public edition whose sources hold names that attack, in a real browser: every name is read, and none runs."""

import re

import pytest

from helpers.text import names
from tests import fakepublic
from tests.browser.conftest import served

REPORT = "report/index.html"
NOTEBOOK = "build/notebooks/03_regional-preview.html"
MAKERS = "build/notebooks/04_organizational-preview.html"
NARROW = {"width": 390, "height": 844}
HARM = "a[href^='javascript:' i], a[href*='evil.example'], body :is(script, iframe, object, svg[onload])"
AT_ONCE = 4
"""Pages that are open at a time: while one is waited for until it asks for nothing more, others load."""

QUOTES = re.compile("['\"‘’“”]")
"""Typesetting chooses among these."""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def attacked(public):
    with served(public.site) as site:
        yield site


@pytest.mark.parametrize("size", [None, NARROW])
def test_no_name_runs_asks_for_anything_or_leads_away(attacked, watch, size):
    assert {REPORT, NOTEBOOK} <= set(attacked.pages)
    readers = [watch(attacked, *filter(None, [size])) for _ in range(AT_ONCE)]
    for first in range(0, len(attacked.pages), AT_ONCE):
        opened = [(name, reader.open(name)) for name, reader in zip(attacked.pages[first:], readers, strict=False)]
        for name, page in opened:
            page.wait_for_load_state("networkidle")
            found = page.evaluate("harm => [...document.querySelectorAll(harm)].map((one) => one.outerHTML)", HARM)
            assert found == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= (size or {"width": 1280})["width"], name
    assert [fault for reader in readers for fault in reader.faults] == []


def test_names_are_read_as_they_are_written(attacked, watch):
    page = watch(attacked).open(REPORT)
    said = QUOTES.sub("", " ".join(page.locator("main").inner_text().split()))
    for name in (*fakepublic.ATTACKS[-2:], fakepublic.MAKER):
        assert QUOTES.sub("", names.short(name)) in said
    shown = {
        " ".join(cell.split())
        for notebook in (NOTEBOOK, MAKERS)
        for cell in watch(attacked).open(notebook).locator(".cell td").all_inner_texts()
    }
    for name in (*fakepublic.ATTACKS, fakepublic.MAKER):
        assert any(cell.startswith(fakepublic.tabulated(name)) for cell in shown), name


def test_sorting_tables_runs_nothing(attacked, watch):
    reader = watch(attacked)
    for name in (NOTEBOOK, REPORT):
        for button in reader.open(name).locator("th button").all():
            button.click()
    assert reader.faults == []
