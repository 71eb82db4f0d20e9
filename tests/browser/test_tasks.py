"""What readers come for takes three actions at most, from an address and from a folder."""

import csv
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from helpers.figures import axes

pytestmark = pytest.mark.browser
MOST = 3


class Reader:
    """A reader at the top of the report, whose actions are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def act(self, action: Callable, *arguments: object, **settings: object) -> None:
        self.actions += 1
        action(*arguments, **settings)


@pytest.fixture(params=["http", "file"])
def reader(request, site, watched) -> Iterator[Reader]:
    page = watched().page
    page.goto(f"{site.url if request.param == 'http' else site.folder.as_uri()}/report/index.html")
    found = Reader(page)
    yield found
    assert 1 <= found.actions <= MOST


def rows(site, name: str) -> list[dict[str, str]]:
    with (site.folder / "figures" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_score_of_a_model_at_thirty_days(site, reader):
    page = reader.page
    reader.act(page.get_by_role("link", name="Any model").click)
    field = page.get_by_role("combobox")
    reader.act(field.fill, "Qwen3.5-4B")
    reader.act(field.press, "Enter")
    row = page.locator("#answers tr", has=page.get_by_role("cell", name="30", exact=True)).first
    (known,) = [r["score"] for r in rows(site, "fig-ram-small")
                if r["model"] == "Qwen/Qwen3.5-4B" and r["milestone_days"] == "30"]  # fmt: skip
    expect(row).to_contain_text(f"{float(known):.2f}")


def test_the_downloads_of_a_family_at_a_month_from_its_figure(site, reader):
    page = reader.page
    reader.act(page.locator("#contents a[href='#sec-leaders']").click)
    figure = page.locator("#fig-families")
    reader.act(figure.get_by_role("button", name="Table").click)
    (known,) = [r["downloads_cumulative"] for r in rows(site, "fig-families")
                if r["organisation"] == "Qwen" and r["month"] == "2025-11-01"]  # fmt: skip
    heads = figure.locator(".chart-table thead th").all_inner_texts()
    row = figure.locator(".chart-table tbody tr", has=page.get_by_role("rowheader", name="1 November 2025", exact=True))
    value, *_ = row.locator("td").nth(heads.index("Qwen")).inner_text().split(" (")  # how much was read may follow
    assert value == axes.short(float(known))


def test_the_rows_of_the_ledger_that_differ(site, reader):
    page = reader.page
    reader.act(page.locator(".apart a", has_text="ledger").click)
    reader.act(page.get_by_label("Verdict").select_option, "differs")
    wanted = sum(row["verdict"] == "differs" for row in rows(site, "ledger"))
    expect(page.locator("#tbl-ledger tbody tr:not([hidden])")).to_have_count(wanted)


def test_how_to_cite_the_first_figure(reader):
    figure = reader.page.locator("#fig-downloads")
    reader.act(figure.locator("summary", has_text="Cite").click)
    expect(figure.locator(".cite pre")).to_contain_text("Figure 1.")


def test_where_a_number_comes_from(reader):
    page = reader.page
    number = page.locator("main .value", has_text=re.compile(r"^1\.15B$")).first
    table = number.get_attribute("title").split(" · ")[0]
    reader.act(number.click)
    page.wait_for_url("**/03_regional-preview.html#cell-*")
    cell = page.locator(f'[id="{page.url.partition("#")[2]}"]')
    expect(cell).to_be_in_viewport()
    source = "cell => (cell.textContent ? cell : cell.nextElementSibling).querySelector('pre').textContent"
    assert f'quote("{table}"' in cell.evaluate(source)
