"""Any model looked up on its page: the same numbers as `atom ram` has, the choice kept in the address."""

import json

import pandas as pd
import pytest
from playwright.sync_api import expect

from helpers import edition
from helpers.commands import ram

pytestmark = pytest.mark.browser
PAGE = "explore/index.html"
MODELS = ["Qwen/Qwen3.5-4B", "openai/gpt-oss-120b"]


def chosen(page, *names: str) -> None:
    field = page.get_by_role("combobox")
    for name in names:
        field.fill(name)
        field.press("Enter")


def test_a_score_takes_three_actions_and_is_the_one_of_the_terminal(site, watched):
    reader = watched()
    page = reader.open(PAGE)
    chosen(page, *MODELS)
    build = site.folder.parent
    parameters = json.loads((build / "provenance.json").read_text())["edition"]
    asked = edition.Edition.model_validate_json(json.dumps(parameters))
    read = {name: pd.read_parquet(build / f"clean/{name}.parquet") for name in ("lifetime", "models")}
    answer = ram.answer(MODELS, read["lifetime"], read["models"], asked)
    expected = [
        [model["model"], str(row["milestone_days"]), f"{row['score']:.2f}"]
        for model in answer["models"]
        for row in model["milestones"]
        if row["score"] is not None
    ]
    rows = page.locator(".table-box").nth(1).locator("tbody tr").all()
    found = [[row.locator("td").nth(place).inner_text() for place in (0, 1, 3)] for row in rows]
    assert [row for row in found if row[2]] == expected
    assert reader.faults == []


def test_the_address_keeps_the_choice_and_a_choice_can_be_taken_back(watched):
    page = watched().open(PAGE)
    chosen(page, *MODELS, "DeepSeek")
    address = page.url
    assert page.locator("#fig-explore-downloads .chart-series button").count() == 6
    page.goto("about:blank")
    page.goto(address)
    assert page.locator(".explore-chips button").all_inner_texts() == [*(f"{name} ×" for name in MODELS), "DeepSeek ×"]
    page.get_by_role("button", name=f"Take {MODELS[0]} out").click()
    assert page.locator(".explore-chips button").count() == 2
    with page.expect_download() as download:
        page.get_by_role("link", name="Data (CSV)").click()
    held = pd.read_csv(download.value.path())
    assert set(held["name"]) == {MODELS[1], "DeepSeek"}
    assert held["downloads_cumulative"].notna().any()


def test_what_is_not_tracked_is_said_not_to_be(watched):
    page = watched({"width": 390, "height": 844}).open(PAGE)
    page.get_by_role("combobox").fill("no such model")
    expect(page.get_by_role("status").last).to_contain_text("No tracked model")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
