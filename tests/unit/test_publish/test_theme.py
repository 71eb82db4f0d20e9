"""The look on paper, from Typst as Quarto writes it and as the embedded publisher does."""

import re

import pypdf
import pytest
import typst

from helpers import paths
from tests.unit.test_publish import recorded
from tests.unit.test_publish.conftest import SVG

THEME = paths.REPORT / "theme"
ROWS = 120

FLOAT = """
#figure([
{content}
], caption: figure.caption(
position: {position},
[
{caption}
]),
kind: "quarto-float-{kind}",
supplement: "{supplement}",
)
<{kind}-{name}>
"""
"""A figure or table that can be referred to, as Quarto writes it: of a kind of its own, with no number in its text."""

PLAIN = """#figure(align(center)[{content}], caption: [{caption}], kind: table)"""
"""The same as the embedded publisher writes it."""

TABLE = f"#table(columns: 2, table.header([Name], [Value]), ..range({ROWS}).map(i => ([row-#i], [#i])).flatten())"
PICTURE = "#box(rect(width: 10cm, height: {height}))"


def quarto(kind: str, name: str, content: str, caption: str = "What it shows.") -> str:
    supplement, position = ("Figure", "bottom") if kind == "fig" else ("Table", "top")
    return FLOAT.format(
        kind=kind, name=name, content=content, caption=caption, supplement=supplement, position=position
    )


@pytest.fixture
def drawn(tmp_path):
    """Compiles a text within the report's template; gives its pages as SVG."""

    def compile_(text: str) -> str:
        show = "#show: article.with(title: [A report], data-label: [Made up.])\n"
        source = tmp_path / "drawn.typ"
        source.write_text((THEME / "typst-template.typ").read_text(encoding="utf-8") + show + text, encoding="utf-8")
        pages = typst.compile(source, format="svg", font_paths=[THEME / "fonts"], ignore_system_fonts=True)
        return b"".join(pages if isinstance(pages, list) else [pages]).decode()

    return compile_


@pytest.fixture
def sheets(tmp_path):
    """Compiles a text within the report's template; gives the words of each page."""

    def compile_(text: str) -> list[str]:
        show = "#show: article.with(title: [A report], data-label: [Made up.], toc: true)\n"
        source = tmp_path / "report.typ"
        source.write_text((THEME / "typst-template.typ").read_text(encoding="utf-8") + show + text, encoding="utf-8")
        pdf = tmp_path / "report.pdf"
        typst.compile(source, output=pdf, font_paths=[THEME / "fonts"], ignore_system_fonts=True)
        pages = (page.extract_text() for page in pypdf.PdfReader(pdf).pages)
        return [re.sub(r"\s+", " ", page.replace("\u00a0", " ")) for page in pages]

    return compile_


@pytest.mark.parametrize("text", [quarto("tbl", "long", TABLE), PLAIN.format(content=TABLE, caption="What it shows.")])
def test_a_long_table_goes_on_over_pages_with_its_head_and_all_rows(sheets, text):
    pages = sheets(text)
    assert len(pages) > 2
    assert [row for row in range(ROWS) if f"row-{row} " not in " ".join(pages) + " "] == []
    held = [page for page in pages if "row-" in page]
    assert all("Name Value" in page for page in held)


@pytest.mark.parametrize("text", [quarto("tbl", "long", TABLE), PLAIN.format(content=TABLE, caption="What it shows.")])
@pytest.mark.parametrize("before", range(400, 640, 30))
def test_a_tables_caption_stays_with_its_first_rows(sheets, text, before):
    pages = sheets(f"#v({before}pt)\n{text}")
    assert "row-0 " in next(page for page in pages if "What it shows." in page)


def test_quartos_captions_start_with_name_and_number_and_references_give_them(sheets):
    text = quarto("fig", "one", PICTURE.format(height="2cm"), "The first.") + quarto(
        "tbl", "one", "#table([x])", "All."
    )
    words = " ".join(sheets(f"{text}{quarto('fig', 'two', PICTURE.format(height='2cm'), 'The next.')}\nSee @fig-two."))
    for caption in ("Figure 1. The first.", "Table 1. All.", "Figure 2. The next.", "See Figure 2."):
        assert caption in words


def test_captions_that_carry_their_number_get_no_other(sheets):
    words = " ".join(
        sheets("#set figure(numbering: none)\n" + PLAIN.format(content="#table([x])", caption="*Table 1.* All."))
    )
    assert "Table 1. All." in words
    assert words.count("Table") == 1


def boxed(text: str) -> str:
    """As Quarto does with what it embeds."""
    return f"#block[\n#block[\n{text}\n]\n]\n"


def test_what_quarto_writes_reads_like_ours(sheets, published, tmp_path):
    for name in ("growth", "share"):
        picture = tmp_path / f"index_files/figure-typst/..-build-notebooks-02_figures-fig-{name}-output-1.svg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(SVG, encoding="utf-8")
    code = "#let (NormalTok, OperatorTok, StringTok) = (text, text, text)\n#let Skylighting(parts) = parts.join()\n"
    shown = '#let fa-exclamation() = none\n#let fa-info() = none\n#set heading(numbering: "1.1")\n'
    theirs = " ".join(sheets(code + shown + recorded.SMALL[1].read_text(encoding="utf-8")))
    ours = pypdf.PdfReader(published.site / "report" / "atom-report.pdf")
    said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in ours.pages).replace("\u00a0", " "))
    for words in ("What this rests on", "Figure 2. Shares of China.", "Table 1. The models.", "Table 2. Medians.",
                  "A Cases", "A.1 The first case", "B Lists", "all <1B & more",
                  "from Section 1.1, Appendix A.1 and A."):  # fmt: skip
        assert words in theirs
        assert words in said


@pytest.mark.parametrize(
    ("call", "amber"),
    [
        (
            'icon_color: rgb("#CC1914"), background_color: rgb("#f7dddc"), icon: none, body_background_color: white',
            True,
        ),
        ('icon_color: rgb("#EB9113")', True),
        ('icon_color: rgb("#0758E5")', False),
        ('icon_color: rgb("#00A047")', False),
        ('kind: "important"', True),
        ('kind: "note"', False),
    ],
)
def test_callouts_are_amber_where_they_warn_whoever_calls_them(drawn, call, amber):
    svg = drawn(f"#callout({call}, title: [T], body: [B])")
    assert svg.count("#fbf1e2") == (2 if amber else 1)  # the data label has it, too
    assert svg.count("#e6f0f6") == (0 if amber else 1)
    assert "#cc1914" not in svg


def test_cross_references_have_the_colour_of_links(drawn):
    text = quarto("fig", "one", PICTURE.format(height="2cm")) + "\nSee #ref(<fig-one>, supplement: [Figure])."
    assert drawn(text).count("#0b5c8a") > drawn(text.replace("#ref(<fig-one>, supplement: [Figure])", "it")).count(
        "#0b5c8a"
    )


@pytest.mark.parametrize("wrap", [str, boxed])
@pytest.mark.parametrize("before", range(0, 700, 100))
def test_no_picture_stands_within_a_table(sheets, wrap, before):
    picture, rows = (
        wrap(quarto("fig", "tall", PICTURE.format(height="15cm"), "A picture.")),
        wrap(quarto("tbl", "long", TABLE)),
    )
    for text in (f"{picture}\nBetween.\n{rows}", f"#show: appendices\n{rows}\nBetween.\n{picture}"):
        pages = sheets(f"#v({before}pt)\n{text}")
        held = [number for number, page in enumerate(pages) if "row-" in page]
        (place,) = (number for number, page in enumerate(pages) if "A picture." in page)
        assert place <= held[0] or place >= held[-1]
        assert held == list(range(held[0], held[-1] + 1))


TALL = quarto("fig", "tall", PICTURE.format(height="15cm"))


@pytest.mark.parametrize(
    "picture",
    [TALL, boxed(TALL), "#figure(rect(height: 15cm), kind: image, supplement: none, caption: [What it shows.])"],
)
def test_text_fills_the_page_that_a_picture_does_not_fit_on(sheets, picture):
    pages = sheets(f"#v(300pt)\nBefore it.\n{picture}\nAfter it.")
    assert "Before it. After it." in pages[1]
    assert "What it shows." in pages[2]


def test_no_picture_stands_above_the_title(sheets):
    pages = sheets(f"{TALL}\n= First section")
    assert pages[0].startswith("A report")
    assert "What it shows." in pages[1]


def test_every_page_shows_the_data_label_once(sheets):
    for page in sheets("One.\n#pagebreak()\nTwo."):
        assert page.count("Made up.") == 1


def test_a_file_of_the_site_is_named_with_its_place_and_not_linked(sheets, tmp_path):
    words = " ".join(sheets('#link("../data/values.json")[every value], #link("https://example.org")[elsewhere].'))
    assert "every value (data/values.json of the site), elsewhere." in words
    annotations = [
        note.get_object()["/A"].get("/URI")
        for page in pypdf.PdfReader(tmp_path / "report.pdf").pages
        for note in page.get("/Annots", [])
    ]
    assert annotations == ["https://example.org"]
