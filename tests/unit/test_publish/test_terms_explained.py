"""The filter that marks terms: the first use in each section leads to the list, and nothing else does."""

import pytest

from helpers.publish import pandoc
from helpers.text import nodes

LIST = """
# Terms {#sec-terms .unnumbered}

RAM, Relative Adoption Metric
:   What it is.

Month label, label
:   A day.

Reference set
:   Models.
"""


def marked(text: str, listed: str = LIST) -> list[str]:
    """The words that lead to a term, with the term, in the order of the page."""
    blocks = nodes.parse(f"{text}\n\n{listed}", "markdown")
    page = nodes.pandoc(nodes.document(blocks, {}), "--from", "json", "--to", "html5", *pandoc.TERMS)
    found = [node["c"] for node in nodes.elements(nodes.parse(page, "html")) if node["t"] == "Link"]
    return [f"{nodes.text_of(words)} → {target}" for (_, classes, _), words, (target, _) in found if "term" in classes]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RAM, and RAM again.", ["RAM → #term-ram"]),
        ("The Relative Adoption\nMetric (RAM).", ["Relative Adoption Metric → #term-ram"]),
        (
            "Reference sets, a **month label**: x",
            ["Reference sets → #term-reference-set", "month label → #term-month-label"],
        ),
        ("- labels\n- a label", ["labels → #term-month-label"]),
        ("The RAMs? No: a ram, RAM-like, RAM/x and `RAM`.", ["RAMs → #term-ram"]),
        ("A ram, RAM-like, RAM/x and `RAM`.", []),
        ("[RAM](x.html), a set for reference; reference, set", []),
        ("# RAM\n\nRAM\n\n### On\n\nRAM\n\n#### Deeper\n\nRAM", ["RAM → #term-ram", "RAM → #term-ram"]),
        ("| RAM |\n|-----|\n| RAM |", []),
    ],
)
def test_a_section_marks_its_first_use_of_a_term(text, found):
    assert marked(text) == found


def test_without_a_list_of_terms_nothing_is_marked():
    assert marked("RAM", "") == marked("RAM", "# Terms\n\nRAM\n:   What it is.") == []
