"""The filter: words that hang on findings, passages that withhold themselves, lists, and values with their origin."""

import re

import pytest

from helpers import paths
from helpers.text import article, nodes
from helpers.text.article import FILTER

FINDINGS = {"yes": True, "no": False, "maybe": "unknown"}
LISTS = {
    "families||": [
        {"organisation": "Qwen", "downloads": "[942M]{.value}"},
        {"organisation": "Meta", "downloads": "1M"},
    ],
    "three||": [{"name": "a"}, {"name": "b"}, {"name": "c"}],
    "none||": [],
    "makers": [{"organisation": "Qwen", "downloads": "942M"}, {"organisation": "Meta", "downloads": "`1M`"}],
}
GONE = "[unknown]{.unknown}"


def said(text):
    blocks = nodes.parse(text, "markdown", FILTER, {"findings": FINDINGS, "lists": LISTS})
    return " ".join(nodes.pandoc(nodes.document(blocks, {}), "--from", "json", "--to", "plain").split())


def written(text, form, **about):
    blocks = nodes.parse(text, "markdown", FILTER, {"findings": FINDINGS, "lists": LISTS})
    arguments = ("--from", "json", "--to", form, "--lua-filter", str(paths.REPORT / "filters" / "origins.lua"))
    return " ".join(nodes.pandoc(nodes.document(blocks, about), *arguments).split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('China [led]{if="yes"}[trailed]{unless="yes"} then.', "China led then."),
        ('China [led]{if="no"}[trailed]{unless="no"} then.', "China trailed then."),
        ('[x]{unless="yes"}y', "y"),
        ("[A.]{.passage} [12]{.value} [B.]{.otherwise}", "A. 12"),
        (f"[A {GONE}.]{{.passage}} [12]{{.value}} [B.]{{.otherwise}}", "12 B."),
        ('It [a]{if="no"} [b]{unless="no"}.', "It b."),
        ('It [b]{unless="yes"} [a]{if="yes"}.', "It a."),
        (f"[One {GONE}.]{{.passage}} [Two.]{{.passage}}", "Two."),
        (f"[One {GONE}.]{{.passage}} [Instead.]{{.otherwise}}", "Instead."),
        ("[One.]{.passage} [Instead.]{.otherwise}", "One."),
        ('[One [a]{if="maybe"}[b]{unless="maybe"}.]{.passage} [Instead.]{.otherwise}', "Instead."),
        (
            f'[One [a]{{if="yes"}}[b {GONE}]{{unless="yes"}}.]{{.passage}}',
            "One a.",
        ),  # what is not shown need not be known
        (f'[One [a {GONE}]{{if="yes"}}[b]{{unless="yes"}}.]{{.passage}} [No.]{{.otherwise}}', "No."),
        ('[{organisation} at {downloads}]{each="families"}.', "Qwen at 942M and Meta at 1M."),
        ('[{name}]{each="three"}', "a, b and c"),
        ('[Led by [{name}]{each="none"}.]{.passage} [Nobody.]{.otherwise}', "Nobody."),
        ('[Led by [{name}]{each="absent"}.]{.passage} [Nobody.]{.otherwise}', "Nobody."),
        ('[Led by [{nickname}]{each="three"}.]{.passage}', "Led by unknown, unknown and unknown."),
    ],
)
def test_words_follow_the_data(text, words):
    assert said(text) == words


def test_a_row_of_a_table_stands_for_each_of_a_list():
    table = '| Maker | Has |\n|:--|--:|\n| [{organisation}]{rows="makers"} | {downloads} |\n| All | 943M |\n'
    html = written(table, "html")
    assert re.findall(r"<td[^>]*>(.*?)</td>", html) == [*("Qwen", "942M", "Meta", "<code>1M</code>", "All", "943M")]


def test_sections_of_an_appendix_have_letters_and_references_give_them():
    text = "# One {#sec-one}\n\n# Cases {#sec-a .appendix}\n\n## First {#sec-b}\n\n# Last {#sec-c .unnumbered}\n\n"
    said_so = said(f"{text}See @sec-b, -@sec-a and [@sec-a; @sec-b].")
    assert (
        said_so
        == "One A Cases A.1 First Last See Appendix\u00a0A.1, A and Appendix\u00a0A, Appendix\u00a0A.1.".replace(
            "\u00a0", " "
        )
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"::: passage\nAll {GONE}.\n:::\n\n::: otherwise\nOther.\n:::", "Other."),
        ("::: passage\nAll.\n:::\n\n::: otherwise\nOther.\n:::", "All."),
        ('::: {.passage if="yes"}\nAll.\n:::\n\n::: otherwise\nOther.\n:::', "All."),
        ('::: {.passage if="no"}\nAll.\n:::\n\n::: otherwise\nOther.\n:::', "Other."),
        ('::: {.passage if="maybe"}\nAll.\n:::\n\n::: otherwise\nOther.\n:::', "Other."),
        ('::: {.passage if="fig-absent"}\nAll.\n:::\n\n::: otherwise\nOther.\n:::', "Other."),
        ('::: {.passage unless="no"}\nAll.\n:::', "All."),
        # a passage within another answers for itself
        (f":::: passage\nOuter.\n\n::: passage\nInner {GONE}.\n:::\n\n::: otherwise\nElse.\n:::\n::::", "Outer. Else."),
        (f":::: passage\nOuter {GONE}.\n\n::: passage\nInner.\n:::\n::::\n\n::: otherwise\nElse.\n:::", "Else."),
        (f":::: passage\nOuter.\n\n[Inner {GONE}.]{{.passage}}\n::::", "Outer."),
        # an otherwise answers the passage right before it alone
        (
            f"::: passage\nAnn {GONE}.\n:::\n\n::: otherwise\nBen.\n:::\n\n"
            "::: passage\nCay.\n:::\n\n::: otherwise\nDan.\n:::",
            "Ben. Cay.",
        ),
        (f"- [A {GONE}.]{{.passage}}\n- [B.]{{.passage}}", "- B."),
        (f"- [Ann {GONE}.]{{.passage}}\n\nCay.", "Cay."),
    ],
)
def test_a_passage_stands_whole_or_gives_way(text, words):
    assert said(text) == words


def test_a_statement_that_does_not_hold_leaves_its_place_and_words():
    blocks = nodes.parse('China [leads the world]{if="no" at="a.qmd:3"}.', "markdown", FILTER, {"findings": FINDINGS})
    (found,) = [node["c"][0] for node in nodes.elements(blocks) if node["t"] == "Span"]
    assert found[1] == ["misfit"]
    assert dict(found[2]) == {"finding": "no", "at": "a.qmd:3", "words": "leads the world"}
    assert nodes.text_of(blocks) == "China ."


def test_words_for_the_other_case_have_to_stand_right_beside():
    blocks = nodes.parse('It [is so]{if="no"} and [not so]{unless="no"}.', "markdown", FILTER, {"findings": FINDINGS})
    assert [node["c"][0][1] for node in nodes.elements(blocks) if node["t"] == "Span"] == [["misfit"]]


def test_a_value_leads_to_its_cell_on_a_page_and_is_plain_in_print():
    origin = 'from="03_regional#cell-quote-regions" title="regions · china"'
    value = f'[1.15B]{{.value {origin}}} and [5]{{.value .assumed from="a#b"}}'
    html = written(value, "html")
    assert '<a href="../build/notebooks/03_regional-preview.html#cell-quote-regions"' in html
    assert 'class="value" title="regions · china">1.15B</a>' in html
    assert 'class="value assumed"' in html
    assert 'href="../../build/notebooks/' in written(value, "html", **{"site-root": "../../"})
    assert written(value, "typst") == "1.15B and 5°"
    assert written(value, "plain") == "1.15B and 5°"


@pytest.mark.parametrize(
    "text",
    [
        'A [b [c]{if="yes"}[d `]{if="no"}` \\[e\\]]{unless="yes"} f]{.passage .x if="maybe"}.',
        "Left [open, and [a word]{.passage}.\n\nThen closed]{.passage}.",
        "Over\n[two lines\nand *more*]{.passage} [of them](https://x.org) [@a; @b] [7]{#own} [8]{}.",
        '| A | B |\n|:--|--:|\n| [{a}]{rows="makers"} | [b]{if="yes"} |\n',
        "```\n[kept]{.passage}\n```\n\n<!-- [kept]{.passage} --> ![alt [in]{.passage}](a.png)",
        '<span class="value" title="a [b">5</span> [is]{if="yes"} ^[A [note]{if="yes"}.]',
    ],
)
def test_brackets_as_tags_say_the_same(text):
    assert nodes.parse(article.spans(text), "markdown") == nodes.parse(text, "markdown")
    assert "[a word]{.passage}" not in article.spans(text)


def test_brackets_of_the_report_as_tags_say_the_same():
    for path in paths.REPORT.glob("*.qmd"):
        text = path.read_text(encoding="utf-8").partition("\n---\n")[2] or path.read_text(encoding="utf-8")
        assert nodes.parse(article.spans(text), "markdown") == nodes.parse(text, "markdown"), path.name
