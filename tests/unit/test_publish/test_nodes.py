"""Walking and rewriting pandoc's document."""

import os
import subprocess
import sys

from helpers import paths
from helpers.text import nodes
from helpers.text.nodes import attr, div, plain, span, words

TREE = [div(attr("outer"), [plain(span(attr("inner"), words("one two"))), plain(*words("three"))])]


def test_elements_come_in_reading_order_an_outer_one_first():
    seen = [node["c"] if node["t"] == "Str" else node["t"] for node in nodes.elements(TREE)]
    assert seen == ["Div", "Plain", "Span", "one", "Space", "two", "Plain", "three"]
    assert nodes.text_of(TREE) == "one twothree"


def test_rewriting_keeps_drops_and_multiplies_elements_of_a_kind_and_leaves_the_tree_alone():
    before = repr(TREE)
    given = {"one": None, "two": [], "three": words("3 3")}
    changed = nodes.rewrite(TREE, {"Str": lambda node: given[node["c"]]})
    assert nodes.text_of(changed) == "one 3 3"
    assert [node["t"] for node in nodes.elements(changed)].count("Str") == 3
    assert repr(TREE) == before


def test_rewriting_changes_inner_elements_before_outer_ones():
    seen = []

    def outer(node):
        seen.append(nodes.text_of(node))
        return node["c"][1]

    changed = nodes.rewrite(TREE, {"Span": outer, "Str": lambda node: words(node["c"].upper()), "Div": outer})
    assert seen == ["ONE TWO", "ONE TWOTHREE"]
    assert changed == [plain(*words("ONE TWO")), plain(*words("THREE"))]


def test_the_words_of_a_text_keep_its_quotes_and_code():
    (block,) = nodes.parse("He said \"it 'is' `so`\" then.", "markdown")
    assert nodes.text_of(block) == "He said “it ‘is’ so” then."


def test_pandoc_reads_names_beyond_ascii_where_the_locale_is_c(tmp_path):
    template = tmp_path / "é {y}" / "t.html"
    template.parent.mkdir()
    template.write_text("$body$", encoding="utf-8")
    script = "import sys; from helpers.text import nodes; print(nodes.pandoc('é', '--template', sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(template)],
        cwd=paths.ROOT, env=os.environ | {"LC_ALL": "C"}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "<p>é</p>", done.stderr
