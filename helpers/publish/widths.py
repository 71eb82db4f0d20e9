"""How wide the columns of a table are on paper, where a line does not hold them all as they are."""

import math

from helpers.text import nodes
from helpers.text.nodes import Node

LINE = 106
"""Characters of a table's type in a line of the page."""
GAP = 2.4
"""Characters that the space around a column takes."""
NARROW = 17
"""Characters up to which a column keeps what it needs."""


def fitted(table: Node) -> Node:
    """The table with widths for its columns, so that long texts have the room and short ones stay on one line.

    Heads may break between words. A table that fits the line is left to the typesetter, and so is one that is too full
    for this, or whose cells span several columns.
    """
    attributes, caption, columns, head, bodies, foot = table["c"]
    heads, texts = (_texts(rows) for rows in (head[1], [row for body in bodies for row in body[3]]))
    if not texts or any(len(row) != len(columns) for row in (*heads, *texts)):
        return table
    held = [[row[index] for row in (*heads, *texts)] for index in range(len(columns))]
    words = [max(len(word) for text in cells for word in (text.split() or [""])) for cells in held]
    longest = [max([word, *(len(row[index]) for row in texts)]) for index, word in enumerate(words)]
    line = LINE - GAP * len(columns)
    if sum(longest) <= line:
        return table
    kept = [length + 1 if length <= NARROW else 0 for length in longest]
    # The height of a column is about its text over its width: roots of the lengths make the heights add up to least.
    wanted = [0 if width else math.sqrt(sum(map(len, cells))) for width, cells in zip(kept, held, strict=True)]
    rest = (line - sum(kept)) / (sum(wanted) or 1)
    if any(part and part * rest < word for part, word in zip(wanted, words, strict=True)):
        return table
    shares = [(width or part * rest) + GAP for width, part in zip(kept, wanted, strict=True)]
    settled = [
        [column[0], {"t": "ColWidth", "c": share / sum(shares)}] for column, share in zip(columns, shares, strict=True)
    ]
    return {"t": "Table", "c": [attributes, caption, settled, head, bodies, foot]}


def _texts(rows: list) -> list[list[str]]:
    return [[nodes.text_of(cell[4]).strip() for cell in row[1]] for row in rows]
