"""Sections with pages of their own: what stays, what goes, and that links find both."""

import re

import pytest

from helpers.publish import apart, completion
from helpers.publish import report as whole
from helpers.publish.page import Page
from helpers.text import nodes

LEDGER = "lists/index.html"


@pytest.fixture
def project(project):
    project.edit("report/appendix.qmd", "# Lists {#sec-lists .appendix}", '# Lists {#sec-lists .appendix page="lists"}')
    table = (
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n: A list, see @sec-first-case and @tbl-list, after [@mill1843] {#tbl-list}"
    )
    project.edit("report/appendix.qmd", "and -@sec-cases.", f"and -@sec-cases.\n\n## One list {{#sec-one}}\n\n{table}")
    project.edit(
        "report/appendix.qmd", "It stands in @tbl-own.", "It stands in @tbl-own, and not in @tbl-list or @sec-one."
    )
    return project


def test_what_stands_apart_has_a_page_and_leaves_a_link(project):
    project.render()
    report, page = project.page(), project.page(LEDGER)
    assert "<h1>Lists</h1>" in page
    assert re.search(r'<h2[^>]* id="sec-one"', page)
    assert len(re.findall(r'<figure id="tbl-list"', page)) == 1
    assert 'id="sec-lists"' in report
    assert "They follow from" in report
    assert "They follow from" in page
    assert '<figure id="tbl-list"' not in report
    assert '<span id="tbl-list" data-apart="lists"></span><a href="../lists/index.html">Lists</a>' in report
    assert 'id="sec-about"' in report
    assert "Nothing more." not in page


def test_links_lead_from_one_page_to_the_other(project):
    project.render()
    report, page = project.page(), project.page(LEDGER)
    assert 'href="../lists/index.html#tbl-list"' in report
    assert 'href="../lists/index.html#sec-one"' in report
    assert 'href="#tbl-list"' not in report
    assert 'href="../report/index.html#sec-first-case"' in page
    assert re.search(r'after .{0,60}<a href="#ref-mill1843"[^>]*>Mill 1843</a>', page)
    assert 'id="ref-mill1843"' in page
    assert 'href="#tbl-list"' in page


def test_in_print_it_stands_where_it_is_written(project):
    project.bind()
    report = whole.read(project.root, project.build)
    kept, sections = apart.split(report.article.blocks)
    assert list(sections) == ["lists"]
    assert nodes.text_of(report.article.blocks).count("A list, see") == 1
    assert nodes.text_of(kept).count("A list, see") == 0


def test_quartos_sections_say_so_too():
    html = (
        '<main><section id="sec-a" class="level1"><h1>A</h1><p>Stays.</p></section>'
        '<section id="sec-b" class="level1 folds" data-page="b"><h1>B</h1><p>Opens.</p>'
        "<table><tr><td>1</td></tr></table>"
        '<section id="sec-c" class="level2"><h2>C</h2><p>Goes.</p></section></section>'
        '<section id="sec-d" class="level1"><h1>D</h1></section></main>'
    )
    _, blocks = completion.read(html, None)
    kept, sections = apart.split(blocks)
    assert list(sections) == ["b"]
    said = nodes.text_of(kept)
    assert "Stays." in said
    assert "Opens." in said
    assert "D" in said
    assert "Goes." not in said
    assert "Goes." in nodes.text_of(sections["b"])
    heads = {node["c"][1][0]: node["c"][1][1] for node in blocks if node["t"] == "Header"}
    assert heads == {"sec-a": [], "sec-b": ["folds"], "sec-c": [], "sec-d": []}


def test_a_link_to_nowhere_stays_for_the_check_to_find():
    page = '<a href="#x">x</a><p id="y"></p>'
    assert apart.linked({"report": page, "b": '<p id="z"></p>'})["report"] == page
    assert Page.of(page).links == ["#x"]
