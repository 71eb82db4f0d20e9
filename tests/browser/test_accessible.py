"""axe finds nothing on any page, light and dark, wide and narrow, with all that a reader can open opened.

Rules whose answer hangs on the page as a whole are asked of it. The others look at one element and what it stands in,
so that of rows, points and marks that differ in nothing but their words and addresses the first three are looked at;
of colours, which take most of the time, the first three texts in the same place within the same elements.
"""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

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
OWN = """
  const addresses = /^(href|id|title|alt|for|src|srcset|data-.*|aria-(label|labelledby|describedby|controls))$/;
  const places = /^(d|points|transform|x.?|y.?|c[xy]|r|width|height)$/;
  const said = ({name, value}) => `${name}=${addresses.test(name) || places.test(name) ? !!value.trim() : value}`;
  const words = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const own = (element) => `${element.tagName} ${[...element.attributes].map(said)} ${words(element)}`;
"""
"""`own` tells how an element looks: all of it but its words and addresses, and its place in a drawing."""
LIKE = (
    f"() => {{ {OWN}"
    """
  const shape = (element) => `${own(element)}(${[...element.children].map(shape)})`;
  const parts = (child) => child.cells
    ? [own(child), ...[...child.cells].map((cell, column) => `${column}: ${shape(cell)}`)] : [shape(child)];
  for (const parent of document.querySelectorAll("tbody, ul, ol, svg, svg g")) {
    const seen = {};
    for (const [child, its] of [...parent.children].map((child) => [child, parts(child)])) {
      if (its.every((part) => seen[part] > 2)) child.remove();
      for (const part of its) seen[part] = (seen[part] ?? 0) + 1;
    }
  }
}"""
)
"""Takes away what is like three before it under the same parent: the same elements with the same attributes; of a row,
each cell like three before it in its column."""
SHADED = (
    f"() => {{ {OWN}"
    """
  const paths = new Map(), met = {};
  for (const element of document.querySelectorAll("html, html *")) {
    const path = `${paths.get(element.parentElement)} > ${own(element)}`;
    paths.set(element, path);
    met[path] = (met[path] ?? 0) + 1;
    if (words(element) && met[path] <= 3) element.dataset.shaded = "";
  }
}"""
)
"""Marks each element with words of its own, but where three before it are like it within elements that are alike."""
OF_THE_WHOLE = ["scrollable-region-focusable", "duplicate-id-aria", "aria-valid-attr-value", "skip-link"]
"""Rules that ask how far a page reaches, which id is there twice, and what a reference finds."""
OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""All rules that look at colours; the others answer alike in light and dark, where the same script has run. They take
most of the time: in the narrow view, whose text has the same colours, they are asked of what is around it."""
ASKED = "explore/index.html#Qwen/Qwen3.5-4B,DeepSeek"


@pytest.mark.parametrize(
    ("viewport", "coloured"), [(WIDE, "[data-shaded]"), (NARROW, "[data-shaded]:not(main *)")], ids=["wide", "narrow"]
)
def test_axe_finds_nothing_on_any_page(site, watched, viewport, coloured):
    reader, found = watched(viewport), []

    def ask(name, of="html", **options):
        asked = [{"include": [[of]]}, {"resultTypes": ["violations"]} | options]
        told = reader.page.evaluate("asked => axe.run(...asked)", asked)
        for fault in told["violations"]:
            found.extend(f"{name}: {fault['id']}: {node['html'][:120]}" for node in fault["nodes"][:3])

    for name in [*site.pages, ASKED]:
        reader.page.emulate_media(color_scheme="light")
        page = reader.open(name)
        page.evaluate(OPENED)
        page.evaluate(TABLED)
        page.evaluate(AXE_SCRIPT)
        ask(name, runOnly=OF_THE_WHOLE)
        page.evaluate(LIKE)
        ask(name, rules={rule: {"enabled": False} for rule in OF_COLOUR})
        page.evaluate(SHADED)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            ask(f"{name}, {scheme}", coloured, runOnly=OF_COLOUR)
    assert found == []
