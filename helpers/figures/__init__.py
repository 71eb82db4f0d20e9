"""The report's figures: they draw tidy tables and compute nothing.

A notebook calls `draw = pen(…)` once, and then `draw(function, table)` in the cell of each figure.
"""

from helpers.figures.axes import marked
from helpers.figures.bars import buckets, grouped, opposed, shares
from helpers.figures.choices import planted, specification
from helpers.figures.export import pen, publish
from helpers.figures.lines import downloads_by_region, frontier, lines
from helpers.figures.multiples import reference_curves, trajectories
from helpers.figures.theme import use_theme

__all__ = [
    "buckets", "downloads_by_region", "frontier", "grouped", "lines", "marked", "opposed", "pen", "planted",
    "publish", "reference_curves", "shares", "specification", "trajectories", "use_theme",
]  # fmt: skip
