"""Names from elsewhere: what readers see of them, and that Markdown takes none of it for markup."""

import pytest

from helpers.text import names, nodes
from tests.fakepublic import ATTACKS, MAKER


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Qwen/Qwen3-8B", "Qwen/Qwen3-8B"),
        ("两个\u3000字", "两个 字"),
        ("two\r\nlines\u2028three", "two lines three"),
        ("\x1b[2J\u202egnp\x00", "·[2J·gnp·"),
        ("\ue0000\ue001", "·0·"),
    ],
)
def test_a_name_is_one_line_of_what_can_be_seen(name, seen):
    assert names.visible(name) == seen


def test_a_long_name_is_cut():
    assert names.short("x" * 10_000) == "x" * (names.LONGEST - 1) + "…"
    assert names.short("x" * names.LONGEST) == "x" * names.LONGEST


ORDINARY = ["1.15B", "47%", "22 July 2025", "7–9B (Meta), 250B+ (DeepSeek)", "<1B", "1. item", "- item", "a -- b ..."]


@pytest.mark.parametrize("text", [*ATTACKS, MAKER, *ORDINARY], ids=lambda text: text[:20])
def test_what_is_written_as_markdown_reads_as_the_same_text(text):
    seen = names.visible(text)
    written = names.markdown(seen)
    assert names.plain(written) == seen
    (block,) = nodes.parse(written, "markdown-smart")
    assert block["t"] == "Para"
    assert {node["t"] for node in nodes.elements(block)} <= {"Para", "Str", "Space"}
    assert nodes.text_of(block) == seen


def test_ordinary_values_are_written_as_they_are():
    assert [names.markdown(text) for text in ORDINARY[:3]] == ORDINARY[:3]
