"""What the embedded publisher makes of every construct of the sources, on the page and in the PDF."""

import re

import pandas as pd
import pypdf
import pytest
import yaml

from helpers.publish import previews
from helpers.publish.page import Page
from helpers.text import names, nodes
from tests.fakepublic import ATTACKS

LABEL = "Reconstructed from the paper's published figures; not a measurement."


@pytest.fixture(scope="module")
def page(published):
    return published.page()


@pytest.fixture(scope="module")
def words(page):
    return re.sub(r"\s+", " ", Page.of(page).text.replace("\u00a0", " "))


@pytest.fixture(scope="module")
def pdf(published):
    return pypdf.PdfReader(published.site / "report" / "atom-report.pdf")


@pytest.fixture(scope="module")
def printed(pdf):
    return re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in pdf.pages).replace("\u00a0", " "))


def test_the_title_block_names_what_a_reader_needs(page, words):
    for text in ("A small report", "First edition", "First Author", "Second Author", "2 April 2026"):
        assert text in words
    assert 'lang="en"' in page
    for address in (
        "atom-report.pdf",
        "../data/values.json",
        "../data/findings.csv",
        "../build/notebooks/01_tables-preview.html",
    ):
        assert f'href="{address}"' in page
    assert "provenance.json" not in page  # it does not exist here


def test_values_read_as_they_are_in_prose_and_code(page, words):
    assert "of 2*0*4 & <1B’s," in words
    assert "<code>it's_an_edition</code>" in page
    assert "1.15B of 2*0*4 &amp; &lt;1B&#39;s and @nobody" in page.split("<pre")[1]


CELL = "build/notebooks/02_figures-preview.html#cell-quote-regions"


def test_a_number_leads_to_the_cell_that_quoted_it_and_says_which_it_is(page, words, printed):
    title = "regions · region china · downloads"
    link = f'<a href="../{CELL}" class="value" title="{title}">1.15B</a>'
    _prose, caption, listed = (m.start() for m in re.finditer(re.escape(link), page))
    assert "there were 1.15B downloads" in words
    assert page.index("<figcaption>") < caption < page.index("</figcaption>") < listed
    assert "there were 1.15B downloads" in printed


def test_a_number_that_follows_from_assumptions_has_its_mark_on_either(page, printed):
    title = "regions · region eu · downloads. It follows from our assumptions."
    assert f'<a href="../{CELL}" class="value assumed" title="{title}">163M</a> count less' in page
    assert "163M° count less" in printed


def test_a_notebooks_own_page_leads_on_to_the_cell(published):
    preview = published.page("build/notebooks/02_figures-preview.html")
    assert f'<p>Downloads grow to <a href="../../{CELL}" class="value"' in preview
    cell = re.search(r'<div id="cell-quote-regions" class="cell">.*?</pre>', preview, re.DOTALL)[0]
    assert 'quote(<span class="st">&quot;regions&quot;' in cell


def test_words_follow_the_data_and_what_is_withheld_needs_nothing(words, printed):
    for text in (words, printed):
        assert "China led China with 1.15B and the EU with 163M" in text
        assert "Instead of it." in text
        assert not [gone for gone in ("trailed", "Tokens were", "Withheld", "fig-arena") if gone in text]


def test_metadata_and_included_files_are_in_place(words):
    assert "First edition say" in words
    assert words.index("1 Findings") < words.index("2 Method") < words.index("References")


@pytest.mark.parametrize(
    ("label", "name"),
    [("fig-growth", "Figure 1"), ("tbl-models", "Table 1"), ("sec-findings", "Section 1"), ("tbl-own", "Table 2")],
)
def test_references_are_numbered_links(page, label, name):
    name = name.replace(" ", "[ \u00a0]")
    assert re.search(rf'<a href="#{label}"[^>]*>{name}</a>', page)
    assert f'id="{label}"' in page


def test_a_reference_without_its_name_is_the_number_alone(page):
    assert re.search(r'<a href="#sec-shares"[^>]*>1\.1</a>', page)


def test_figures_carry_number_caption_alt_text_and_source(page):
    figure = re.search(r'<figure id="fig-growth".*?</figure>', page, re.DOTALL)[0]
    assert 'alt="It &lt;rises&gt; to &quot;ten&quot;."' in figure
    assert 'src="index_files/fig-growth.svg"' in figure
    assert 'width="120" height="80"' in figure
    assert re.search(r'Figure\s1\.</span> Downloads grow to .* <span class="citation".*#ref-mill1843', figure)
    assert re.search(r'compare <a href="#tbl-models"', figure)


@pytest.mark.parametrize(
    ("label", "links"),
    [
        ("fig-growth", ["Data (CSV)", "columns", "SVG", "Source: Drawing figures", "Link"]),
        ("fig-share", ["Source: Drawing figures", "Link"]),
        ("tbl-models", ["Source: Drawing figures", "Link"]),
    ],
)
def test_under_every_figure_and_table_are_the_files_that_there_are_and_its_source(page, printed, label, links):
    figure = re.search(rf'<figure id="{label}".*?</figure>', page, re.DOTALL)[0]
    line = re.search(r'<div class="figure-links"[^>]*>(.*)</div></figure>', figure)[1]
    assert re.findall(r"<a [^>]*>([^<]*)</a>", line) == links
    assert f'href="../build/notebooks/02_figures-preview.html#cell-{label}"' in line
    assert "Source: Drawing" not in printed


def test_tables_are_captioned_aligned_and_boxed(page):
    table = re.search(r'<figure id="tbl-models".*?</figure>', page, re.DOTALL)[0]
    assert re.search(r"Table\s1\.</span> The models\.", table)
    assert 'class="table-box" tabindex="0"' in table
    assert re.search(r"text-align: right;[^>]*>72\.8M", table)
    assert re.search(r"text-align: left;[^>]*>Qwen/Qwen3-8B", table)
    assert "color: red" not in table


def test_a_notebooks_numbers_and_their_heads_are_set_to_the_right():
    frame = pd.DataFrame({"flag": ["reset", "interpolated"], "days": [1, 12000], "score": [1.5, None]})
    shown = re.sub(r">\s+<", "><", previews._aligned(frame.to_html()))
    assert "<td></td><th>flag</th>" in shown
    assert '<th class="number">days</th><th class="number">score</th>' in shown
    assert '<td>reset</td><td class="number">1</td><td class="number">1.5</td>' in shown
    assert '<td class="number">NaN</td>' in shown
    spread = frame.set_index(["flag", "days"]).unstack().to_html()
    empty = spread.replace("<th></th>", "<td></td>")  # an empty head says nothing
    assert previews._aligned(spread) == empty  # heads that span columns: nothing is told of these


def test_callouts_show_their_title_or_their_kind(page, words):
    assert '<div class="callout callout-important" role="note">' in page
    assert "What this rests on" in words
    assert re.search(r'callout-title">\s*Note\s*<', page)
    assert "What this rests on" not in re.search(r'<div id="contents">.*?</nav>', page, re.DOTALL)[0]


def test_citations_footnotes_and_formulas(page, words):
    assert "unlike Mill (1843; see also Peirce 1878, 3)" in words
    assert page.count('class="csl-entry"') == 2
    assert 'role="doc-endnotes"' in page
    assert "<math" in page
    assert words.count("References") == 2  # in the contents and over the list


def test_the_pdf_holds_the_same_numbers_and_the_label_on_every_sheet(pdf, printed):
    for text in ("Figure 1.", "Figure 2.", "Table 1.", "Table 2.", "Section 1", "1.1 Shares", "2*0*4 & <1B’s", "72.8M",
                 "What this rests on", "Peirce"):  # fmt: skip
        assert text in printed
    for sheet in pdf.pages:
        assert "not a measurement" in sheet.extract_text()
    assert pdf.metadata.title == "A small report"
    assert "First Author" in pdf.metadata.author


def test_figures_in_the_pdf_are_vectors_in_embedded_fonts(pdf):
    assert all(not list(sheet.images) for sheet in pdf.pages)
    fonts = {font["/BaseFont"] for sheet in pdf.pages for font in sheet["/Resources"].get("/Font", {}).values()}
    assert any("SourceSerif4" in name for name in fonts)
    assert any("SourceSans3" in name for name in fonts)


def test_notebook_pages_show_code_and_outputs_and_lead_back(published):
    page = published.page("build/notebooks/02_figures-preview.html")
    assert 'href="../../report/index.html"' in page
    assert 'href="02_figures.ipynb"' in page
    assert 'id="cell-fig-growth"' in page
    assert 'class="sourceCode python"' in page
    assert "#|" not in page
    assert "02_figures-preview_files/fig-growth-0.svg" in page
    assert re.search(r'href="../../report/index.html#fig-growth">Figure\s1 of the report<', page)
    assert re.search(r'compare <a href="../../report/index.html#tbl-models">Table\s1</a>', page)
    assert re.search(r'</a> <span class="citation"[^>]*>\(Mill 1843\)', page)
    assert (published.site / "build/notebooks/02_figures.ipynb").is_file()
    other = published.page("build/notebooks/01_tables-preview.html")
    assert "1,504 rows" in other
    assert "\x1b" not in other


def test_code_coloured_for_all_pages_together_is_as_each_page_alone_has_it():
    def code(text, *classes, identifier=""):
        return {"t": "CodeBlock", "c": [nodes.attr(identifier, *classes), text]}

    first = [code("x = 1\n\ny", "python"), code("a < <!-- next -->", "text"), code("plain"),
             nodes.div(nodes.attr("cell"), [code("def f(): ...", "python"), code("echo hi", "bash", identifier="own")]),
             code("\nz", "python")]  # fmt: skip
    pages = [first, [code("import os", "python")], []]
    alone, together = (
        [nodes.pandoc(nodes.document(blocks, {}), "--from", "json", "--to", "html5") for blocks in blocks_of_pages]
        for blocks_of_pages in (pages, previews._coloured(pages))
    )
    assert together == alone
    assert 'id="cb4"' in alone[0]
    assert 'id="cb1"' in alone[1]


def test_pages_lie_at_their_addresses_with_their_files(published):
    for name in ("index.html", "report/index.html", "report/atom-report.pdf", "figures/fig-growth.csv",
                 "data/values.json", "assets/fonts/SourceSerif4-latin-400.woff2"):  # fmt: skip
        assert (published.site / name).stat().st_size > 0
    assert "url=report/index.html" in published.page("index.html")


def test_rendering_again_gives_the_same_bytes(project, published):
    project.render()
    ours = {p.relative_to(project.site): p.read_bytes() for p in project.site.rglob("*") if p.is_file()}
    theirs = {p.relative_to(published.site): p.read_bytes() for p in published.site.rglob("*") if p.is_file()}
    assert ours == theirs


def test_values_that_attack_are_text_on_the_page_and_in_the_pdf(project):
    attack = names.visible(" ".join(name for name in ATTACKS if len(name) < 100))
    path = project.build / "_variables.yml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    china = written["regions"]["china"]["last"]
    china["downloads_cumulative"] = china["downloads_cumulative"].replace("1.15B", names.markdown(attack))
    written["edition"]["name"] = "`#panic()`"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    project.render()
    seen = Page.of(project.page())
    pressed, wanted = (re.sub(r"[\s'’‘\"“”]", "", text) for text in (seen.text, attack))  # what typesetting changes
    assert wanted in pressed
    assert not [address for address in (*seen.loads, *seen.links) if "evil" in address or "javascript" in address]
    file = pypdf.PdfReader(project.site / "report" / "atom-report.pdf")
    pressed, wanted = (
        re.sub(r"[\s'’‘\"“”−\u00ad-]", "", text)
        for text in ("".join(sheet.extract_text() for sheet in file.pages), attack)
    )
    assert wanted in pressed
    assert not [note for sheet in file.pages for note in sheet.get("/Annots", ()) if "evil" in str(note.get_object())]
