"""Tables for either publisher: aligned by what they hold, with room on paper for long texts."""

import re

import pandas as pd
import pytest

from helpers import paths
from helpers.publish.tables import ALIGNED
from helpers.text import nodes, show

LINE = 106
"""Characters of a table's type in a line of the page."""
LONG = "a statement of some length that goes on for more than one line of the page, as remarks do"


def written(html, form="html5"):
    return nodes.pandoc(html, "--from", "html", "--to", form, "--lua-filter", str(paths.ROOT / ALIGNED))


def shares(rows):
    """The parts of the line that the columns of a table have on paper; none where that is left to the typesetter."""
    cells = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in rows)
    heads = "".join(f"<th>{text}</th>" for text in ("Figure", "Paper", "Ours", "Why it is so"))
    typst = written(f"<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>", "typst")
    return [float(share) / 100 for share in re.findall(r"([\d.]+)%", typst.partition("align:")[0])]


def test_a_table_that_fits_the_line_is_left_to_the_typesetter():
    assert shares([["China", "1.15B", "1.15B", "as printed"]]) == []


def test_long_texts_share_what_short_ones_leave():
    figure, paper, ours, why = shares([[LONG, "1.15B", "1.15B", LONG * 3], ["China", "late July 2025", "n/a", ""]])
    assert figure + paper + ours + why == pytest.approx(1, abs=0.001)
    assert ours < paper < figure < why
    assert paper * LINE > len("late July 2025")


def test_columns_of_a_table_too_full_for_the_line_share_it_by_their_words():
    one, other, short, _ = shares([["x" * 60, "y" * 90, "z", LONG]])
    assert short < one < other
    assert other / one == pytest.approx(90 / 60, abs=0.05)


def test_cells_say_how_much_room_they_need():
    held = ["10–50B", "27 June 2024", "Appendices B and C of the paper", "x " * 30]
    html = written(pd.DataFrame([held], columns=list("abcd")).to_html(index=False))
    assert re.search(r'<table class="wide"', html)
    assert re.findall(r'<td class="([^"]*)"', html) == ["word", "short", "long"]
    assert html.count("<td") == len(held)


@pytest.mark.parametrize(
    ("cells", "side"),
    [
        (["1.15B", "723M", "–"], "right"),
        (["−0.5", "1e-05", "n/a", "nan"], "right"),
        (["10.23×", "4.07 ×", "82%", ""], "right"),
        (["China", "1.15B"], "left"),
        (["5–10B", "10–50B"], "left"),
        (["", ""], "left"),
    ],
)
def test_columns_of_numbers_are_set_to_the_right_cells_and_heads_alike(cells, side):
    html = written(f"<style>td {{color: red}}</style>{pd.DataFrame({'head': cells}).to_html(index=False)}")
    assert re.findall(r"text-align: (\w+)", html) == [side] * (len(cells) + 1)
    assert "dataframe" not in html
    assert "color" not in html


def test_a_table_of_the_text_keeps_its_own_alignment():
    html = (
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td style='text-align: center'>1</td></tr></tbody></table>"
    )
    assert re.findall(r"text-align: (\w+)", written(html)) == ["center"] * 2


def test_a_notebooks_table_that_is_still_html_becomes_one():
    html = pd.DataFrame({"bucket": ["<1B", "a & b"], "n": ["1", "2"]}).to_html(index=False)
    text = f"```{{=html}}\n<div><style scoped>td {{color: red}}</style>{html}</div>\n```\n\n```{{=html}}\n<hr>\n```\n"
    typst = nodes.pandoc(text, "--from", "markdown", "--to", "typst", "--lua-filter", str(paths.ROOT / ALIGNED))
    assert re.search(r"#table\(\s+columns: 2,\s+align: \(left,right,\)", typst)
    assert "[\\<1B], [1]" in typst
    assert "[a & b], [2]" in typst


def test_what_cells_are_sorted_by_and_anchors_of_rows_stay_on_the_page():
    table = pd.DataFrame({"parameters_b": [1149.5, None], "released": pd.to_datetime(["2025-07-28", None])})
    html = written(show.shown(table, "models", anchors=["a/b", "c"])._repr_html_())
    assert re.findall(r'<tr id="([^"]+)">', html) == ["a/b", "c"]
    assert re.findall(r'data-sort="([^"]+)"', html) == ["1149.5", "2025-07-28T00:00:00"]


def test_a_column_for_the_page_only_is_not_printed():
    table = pd.DataFrame({"figure": ["f"], "reason": ["because"]})
    html = show.shown(table, "ledger", screen=["reason"])._repr_html_()
    assert "because" in written(html)
    typst = written(html, "typst")
    assert "[f]" in typst
    assert "because" not in typst
    assert "Why" not in typst


def test_a_column_of_long_words_keeps_their_room():
    for word, kept in (("derivativethresholdofanyone", 27), ("derivative_threshold_of_one", len("derivative_"))):
        rows = [[word, "1.15B", "n/a", LONG * 3], ["x", "1.2B", "n/a", LONG * 4]]
        share, *_ = shares(rows)
        assert share * LINE >= kept, word


def test_a_long_name_may_break_behind_its_underscores_and_a_short_one_stays_whole():
    html = pd.DataFrame({"name": ["derivative_threshold_of", "token_days"]}).to_html(index=False)
    typst = written(html, "typst").replace("\\", "")
    assert "derivative_\u200bthreshold_\u200bof" in typst
    assert "token_days" in typst


def test_a_place_in_the_code_may_break_behind_its_file():
    place = "helpers/measures/performance.py:recalibrate"
    word, *_ = shares([[place, "1.15B", "n/a", LONG * 3], ["x", "1.2B", "n/a", LONG * 4]])
    assert len("performance.py:") <= word * LINE < len("performance.py:recalibrate")
    assert place in written(f"<table><tbody><tr><td>{place}</td></tr></tbody></table>")  # on the page it is one word
