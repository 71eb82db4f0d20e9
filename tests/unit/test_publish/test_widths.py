"""Widths of columns on paper: long texts have the room, short ones keep theirs, and what fits is left alone."""

import pytest

from helpers.publish import widths
from helpers.text import nodes

LONG = "a statement of some length that goes on for more than one line of the page, as remarks do"


def table(rows):
    cells = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in rows)
    heads = "".join(f"<th>{text}</th>" for text in ("Figure", "Paper", "Ours", "Why it is so"))
    (node,) = nodes.parse(f"<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>", "html")
    return node


def shares(node):
    return [width.get("c") for _, width in widths.fitted(node)["c"][2]]


def test_a_table_that_fits_the_line_is_left_to_the_typesetter():
    assert shares(table([["China", "1.15B", "1.15B", "as printed"]])) == [None] * 4


def test_long_texts_share_what_short_ones_leave():
    figure, paper, ours, why = shares(
        table([[LONG, "1.15B", "1.15B", LONG * 3], ["China", "late July 2025", "n/a", ""]])
    )
    assert figure + paper + ours + why == pytest.approx(1)
    assert ours < paper < figure < why
    assert paper * widths.LINE > len("late July 2025")


def test_a_table_too_full_for_it_is_left_to_the_typesetter():
    assert shares(table([["x" * 60, "y" * 60, "z", LONG]])) == [None] * 4
