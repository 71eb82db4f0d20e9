"""Long tables: the ledger, the findings and the models on pages of their own, and how tables sort and fold."""

import csv
import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NARROW

pytestmark = pytest.mark.browser
REPORT, LEDGER = "report/index.html", "ledger/index.html"
FINDINGS, MODELS = "findings/index.html", "models/index.html"
APART = (LEDGER, FINDINGS, MODELS)
SHOWN = "tbody tr:not([hidden])"


def rows(site, name):
    with (site.folder / "figures" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_rows_that_differ_are_two_actions_away(site, watched):
    reader = watched()
    page = reader.open(REPORT)
    page.locator(".apart a", has_text="ledger").click()
    page.get_by_label("Verdict").select_option("differs")
    wanted = [row["id"] for row in rows(site, "ledger") if row["verdict"] == "differs"]
    found = page.locator(f"#tbl-ledger {SHOWN}")
    assert found.evaluate_all("rows => rows.map((row) => row.id)") == [re.sub(r"\s+", "-", one) for one in wanted]
    assert all(found.evaluate_all("rows => rows.map((row) => row.lastElementChild.innerText.trim())"))
    expect(page.locator(".rows-count")).to_have_text(f"{len(wanted)} of {len(rows(site, 'ledger'))} rows")
    assert reader.faults == []


def test_filters_and_words_hold_together(site, watched):
    page = watched().open(LEDGER)
    page.get_by_label("Section").select_option("Table B")
    page.get_by_label("Show rows with these words").fill("QWEN 0.5b")
    kept = [row for row in rows(site, "ledger") if row["section"] == "Table B"]
    kept = [row for row in kept if "qwen" in row["figure"].lower() and "0.5b" in row["figure"].lower()]
    assert page.locator(SHOWN).count() == len(kept) > 0


def test_a_row_has_an_address_that_leads_there_whatever_was_chosen(watched):
    page = watched().open(LEDGER)
    row = page.locator("#tbl-ledger tbody tr").nth(300)
    address = row.locator(".row-link").get_attribute("href")
    page.get_by_label("Show rows with these words").fill("zyxwvut")
    expect(row).to_be_hidden()
    page.evaluate("address => { location.hash = address; }", address)
    expect(row).to_be_in_viewport()
    again = watched().open(f"{LEDGER}{address}")
    expect(again.locator("tr:target")).to_be_in_viewport()
    assert again.locator("tr:target").inner_text() == row.inner_text()


def test_old_addresses_and_references_lead_to_the_ledger(watched):
    page = watched().open(f"{REPORT}#tbl-ledger")
    page.wait_for_url(f"**/{LEDGER}#tbl-ledger")
    page = watched().open(FINDINGS)
    assert page.locator('a.reference[href="#tbl-findings"]').count() == 1
    page = watched().open(REPORT)
    assert page.locator(".reference[href='../ledger/index.html#tbl-ledger']").count() == 0
    assert page.locator("#sec-ledger-full").count() == 1


def test_the_verdict_is_in_view_on_a_phone(watched):
    page = watched(viewport=NARROW).open(LEDGER)
    page.locator("#tbl-ledger tbody tr").nth(5).scroll_into_view_if_needed()
    verdict = page.locator("#tbl-ledger tbody tr").nth(5).locator("td").first
    box = verdict.bounding_box()
    assert verdict.inner_text() == "matches"
    assert 0 <= box["x"] < box["x"] + box["width"] <= NARROW["width"]


@pytest.mark.parametrize("name", APART)
def test_everything_is_there_without_a_script_and_from_a_folder(site, browser: Browser, name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site.folder / name).as_uri())
    table = page.locator("table").first
    expect(table.locator("tbody tr").last).to_be_visible()
    assert table.locator("tbody tr").count() > 20
    assert page.locator("tr[hidden]").count() == 0
    context.close()


def test_from_a_folder_rows_are_chosen_as_well(site, watched):
    page = watched().page
    page.goto((site.folder / MODELS).as_uri())
    page.get_by_label("Show rows with these words").first.fill("qwen3-8b")
    assert page.locator(f"figure >> nth=0 >> {SHOWN}").count() >= 1


def test_every_tracked_model_is_listed_and_leads_to_its_numbers(site, watched):
    reader = watched()
    page = reader.open(MODELS)
    table = page.locator("table").first
    listed = table.locator("tbody th").all_inner_texts()
    assert listed == [row["model"] for row in rows(site, "models")]
    page.get_by_label("Region").first.select_option("EU")
    regions = page.locator(f"figure >> nth=0 >> {SHOWN}").evaluate_all(
        "rows => rows.map((row) => row.cells[2].innerText)"
    )
    assert set(regions) == {"EU"}
    first = page.locator(f"figure >> nth=0 >> {SHOWN}").first.locator("a")
    name = first.inner_text()
    first.click()
    expect(page.locator(".explore-chips")).to_contain_text(name)
    assert reader.faults == []


@pytest.mark.parametrize(
    ("head", "worth"),
    [("Parameters", lambda row: row["parameters_b"] and float(row["parameters_b"])),
     ("Released", lambda row: row["released"])],
)  # fmt: skip
def test_sorting_is_by_what_a_cell_means(site, watched, head, worth):
    page = watched().open(MODELS)
    table = page.locator("table").first
    button = table.get_by_role("button", name=head)
    button.click()
    column = [cell.strip() for cell in table.locator("thead th").all_inner_texts()].index(head)
    texts = table.locator("tbody tr").evaluate_all("(rows, at) => rows.map((row) => row.cells[at].innerText)", column)
    known = sorted(filter(None, map(worth, rows(site, "models"))))
    found = [text for text in texts if text]
    assert [float(text) if head == "Parameters" else text for text in found] == known
    assert texts[len(found) :] == [""] * (len(texts) - len(found))  # what is not known comes last


@pytest.mark.parametrize(
    "texts",
    [
        ["<1B", "1–5B", "7–9B", "10–50B", "100–250B", "250B+"],
        ["999K", "9.9M", "1.15B", "1,200.0M"],
        ["31 December 2024", "1 January 2025", "30 Nov 2025"],
        ["Aug 2025", "September 2025", "March 2026"],
        ["−3%", "0", "2.5×", "10×"],
        ["2024-12-31", "2025-01-01"],
    ],
)
def test_texts_stand_in_the_order_of_what_they_say(watched, texts):
    page = watched().open(FINDINGS)
    worths = page.evaluate("texts => texts.map((text) => worth(text))", texts)
    assert worths == sorted(worths)
    assert len(set(worths)) == len(texts)


def test_parts_fold_on_a_phone_and_open_by_button_address_and_search(watched):
    reader = watched(viewport=NARROW)
    page = reader.open(REPORT)
    models = page.locator("#tbl-top-models")
    expect(models).to_be_hidden()
    button = page.locator("#sec-top-models + .fold-button")
    assert re.search(r"1 table, \d+ rows", button.inner_text())
    button.focus()
    page.keyboard.press("Enter")
    expect(models).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    again = watched(viewport=NARROW).open(f"{REPORT}#tbl-top-models")
    expect(again.locator("#tbl-top-models")).to_be_in_viewport()
    assert reader.faults == []


def test_the_report_is_no_longer_on_a_phone_than_one_scrolls_through(watched):
    page = watched(viewport=NARROW).open(REPORT)
    assert page.evaluate("document.documentElement.scrollHeight") <= 35_000


def test_on_paper_nothing_is_folded_or_cut(watched):
    page = watched(viewport=NARROW).open(REPORT)
    page.emulate_media(media="print")
    box = page.locator("#tbl-top-models .table-box")
    expect(box).to_be_visible()
    assert box.evaluate("box => box.scrollHeight <= box.clientHeight + 1")


def test_a_notebook_shows_its_parameters_once_and_says_how_to_run_it(watched):
    page = watched(viewport=NARROW).open("build/notebooks/05_ram-preview.html")
    assert page.locator("pre", has_text="reference_set_size = ").count() == 1
    expect(page.locator(".run")).to_contain_text("make lab")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert page.locator("thead th:empty").count() == 0
    wide = "pre => pre.scrollWidth > pre.clientWidth + 1"
    assert not any(page.locator(".cell .sourceCode pre").evaluate_all(f"all => all.map({wide})"))
    assert page.locator(".output:not([tabindex]):not(.picture)").count() == 0
