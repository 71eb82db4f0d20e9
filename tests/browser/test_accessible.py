"""axe finds nothing on any page, light and dark, wide and narrow, with all that a reader can open opened."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import NARROW, WIDE

pytestmark = pytest.mark.browser
OPENED = """async () => {
  for (const button of document.querySelectorAll(".fold-button")) button.click();
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const figure of document.querySelectorAll("figure:has([data-chart])")) {
    figure.scrollIntoView();
    while (!figure.querySelector(".chart")) await new Promise((drawn) => setTimeout(drawn, 20));
  }
}"""
TABLED = """() => {
  const button = document.querySelector(".chart-tools button");
  button?.click();
  document.querySelector("a.term")?.focus();
}"""
ASKED = "explore/index.html#Qwen/Qwen3.5-4B,DeepSeek"


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(site, watched, viewport, scheme):
    reader, axe, found = watched(viewport, scheme), Axe(), []
    for name in [*site.pages, ASKED]:
        page = reader.open(name)
        page.evaluate(OPENED)
        page.evaluate(TABLED)
        for fault in axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]:
            found += [f"{name}: {fault['id']}: {node['html'][:120]}" for node in fault["nodes"][:3]]
    assert found == []
