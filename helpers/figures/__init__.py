"""The report's figures: they draw tidy tables and compute nothing.

A notebook calls `use_theme()` once, a drawing function with a table, `annotate` or `eras` where the text leans on them,
then `finish` (source and data label) and `export` (SVG, PNG, and the data as CSV).
"""

from helpers.figures.axes import annotate, eras
from helpers.figures.bars import buckets, grouped, opposed, shares
from helpers.figures.export import export, finish
from helpers.figures.lines import downloads_by_region, frontier, lines
from helpers.figures.multiples import reference_curves, trajectories
from helpers.figures.theme import use_theme

__all__ = [
    "annotate", "buckets", "downloads_by_region", "eras", "export", "finish", "frontier", "grouped", "lines", "opposed",
    "reference_curves", "shares", "trajectories", "use_theme",
]  # fmt: skip
