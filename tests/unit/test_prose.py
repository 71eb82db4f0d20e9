"""The report's prose: no number, month or date is typed, and history has its words from data/events.csv."""

import csv
import re

import pytest

from helpers import paths, publish
from helpers.registry import BUCKETS
from helpers.text import prose

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
TYPED = re.compile(rf"\S*\d\S*|\b(?:{MONTHS})\b|\b(?:spring|summer|autumn|winter) of\b|\b(?:first|second) half of\b")
"""A number, a month, or another part of a year."""

LEFT_OUT = (
    (r"\A---\n.*?\n---\n", "the front matter, which is YAML"),
    (r"\{\{<.*?>\}\}", "values and embedded cells"),
    (r"\{[#.][^}]*\}|^:::.*$", "attributes of headings and divs"),
    (r"\[[^\]]*@[^\]]*\]|@[\w-]+", "citations and references"),
    (r"\]\([^)]*\)", "addresses"),
    (r"`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$", "code and formulas"),
    (r'"[^"]*"', "the paper's own words"),
)
ALLOWED = (
    (
        r"[A-Za-z][\w.-]*\d[\w.-]*",
        "names with a figure in them: Qwen3.5-4B, DeepSeek-R1, GLM-5, V3, AI21, M2.1",
    ),
    (r"(?:Llama|Gemma|Nemotron|GLM) \d(?:\.\d+)?\b", "models with a number for a name"),
    (r"(?:Mistral|Mixtral|GPT-OSS|Super|OCR) \d+(?:x\d+)?B\b", "models with a size in their names"),
    ("|".join(map(re.escape, BUCKETS)), "the size buckets, which are names"),
    (r"(?:25|75)th(?: percentile)?", "quartiles: what the word means"),
    (r"1×", "a score of one is the median by definition"),
    (r"(?:Table|Section|Figure) \d+(?:\.\d+)*", "places in the paper"),
)


def typed(text):
    """What is typed in a section's prose, with its line."""
    for pattern, _ in LEFT_OUT:
        text = re.sub(pattern, lambda code: re.sub(r"[^\n]", " ", code[0]), text, flags=re.MULTILINE | re.DOTALL)
    for pattern, _ in ALLOWED:
        text = re.sub(rf"(?<![\w.–-])(?:{pattern})(?![\w–])", lambda name: re.sub(r"[^\n]", " ", name[0]), text)
    lines = enumerate(text.split("\n"), 1)
    return [f"{number}: {found[0]}" for number, line in lines for found in TYPED.finditer(line)]


@pytest.mark.parametrize("path", sorted(paths.REPORT.glob("*.qmd")), ids=lambda path: path.name)
def test_no_number_month_or_date_is_typed(path):
    assert typed(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The high month of June 2024.", ["1: June", "1: 2024."]),
        ("It has\n47% of all", ["2: 47%"]),
        ("in the summer of 2025", ["1: summer of", "1: 2025"]),
        ("Below 10 billion parameters", ["1: 10"]),
        ("{{< var last_month_2026 >}} and `x2` and $D_2$ and @sec-2 [@a2024; @b] [x](../2.csv)", []),
        ("Qwen3.5-4B, Llama 3.1, the 100–250B bucket, GPT-OSS 120B, 1× and 7–9B", []),
        ("Llama 33 percent", ["1: 33"]),
    ],
)
def test_what_is_typed_is_found(text, found):
    assert typed(text) == found


def test_history_tells_its_source_and_the_prose_uses_all_of_it():
    with prose.EVENTS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(row["words"] and row["source"].startswith("paper, Section") for row in rows)
    written = "".join(path.read_text(encoding="utf-8") for path in paths.REPORT.glob("*.qmd"))
    for row in rows:
        assert f"{{{{< var history_{row['event']} >}}}}" in written


def test_every_passage_that_is_told_where_its_values_are_known_has_a_value_of_its_own():
    held = {"held": dict.fromkeys((*prose.TABLES, "history"), True), "reconstructed": True}
    passages = publish.passages(paths.ROOT, held)
    assert len(passages) > 40
    assert [name for name, used in passages.items() if not used] == []


def test_where_the_data_are_reconstructed_each_section_tells_what_is_assumed():
    shown = re.compile(r"\.content-visible when-meta=\"reconstructed\"\}\n(.*?)\n:::", re.DOTALL)
    for section in ("methodology", "regional", "performance", "organizational", "ram"):
        told = shown.findall((paths.REPORT / f"{section}.qmd").read_text(encoding="utf-8"))
        assert any(re.search(r"assum|built into", passage) for passage in told), section
