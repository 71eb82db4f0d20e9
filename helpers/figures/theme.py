"""How every figure of the report looks: fonts, sizes, lines; and the bytes it is stored as."""

from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn
from IPython import get_ipython
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import paths

FONTS = paths.REPORT / "theme" / "fonts"
FAMILY = "Source Sans 3"

WIDTH = 6.2
"""Inches: the width of the text in print. On a phone of 390 px it shrinks to about 0.6."""
TEXT, SMALL = 11.5, 10.0
"""Points: close to the text around the figure in print, and still readable at the phone's 0.6."""
PRINTED = 200
"""Dots an inch of stored pictures."""
INK, MUTED, RULE, GRID = "#22262B", "#5A6169", "#8A9199", "#E3E6E9"

PLAIN = {"Date": None}
"""No stamp of the moment: a difference in bytes means that the picture changed."""

RC = {
    "font.size": TEXT,
    "text.color": INK,
    "axes.titlesize": TEXT + 0.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.titley": 1.0,  # nothing stands above a panel: no need to look, at every drawing, what a title has to clear
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.8,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": RULE,
    "xtick.labelcolor": MUTED,
    "xtick.labelsize": TEXT - 0.5,
    "ytick.labelcolor": MUTED,
    "ytick.labelsize": TEXT - 0.5,
    "ytick.left": False,
    "ytick.alignment": "center",
    "lines.linewidth": 2.0,
    "lines.markersize": 5.5,
    "figure.dpi": 144,
    "text.parse_math": False,  # a name may hold dollars
    # Outlines, not text: a picture in a page cannot reach the page's fonts, and Typst would set DejaVu's
    # widths in another face. Shapes look the same in every browser and in the PDF.
    "svg.fonttype": "path",
    "svg.hashsalt": "atom-report",
}


def use_theme() -> None:
    """Give every figure drawn from now on the report's look; in a notebook, show figures as SVG.

    Takes the report's own typeface where it lies in report/theme/fonts, otherwise DejaVu Sans, which matplotlib ships.
    """
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    own = any(font.name == FAMILY for font in font_manager.fontManager.ttflist)
    mpl.rcdefaults()
    seaborn.set_theme(style="ticks", rc=RC | {"font.family": [FAMILY, "DejaVu Sans"] if own else ["DejaVu Sans"]})
    if shell := get_ipython():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        shell.run_line_magic("matplotlib", "inline")
        # Whole figures at their set size: the tight box would give each another width.
        set_matplotlib_formats("svg", bbox_inches=None, metadata=PLAIN)


def drawable(frame: pd.DataFrame, what: str = "the table") -> None:
    """Raise ValueError if there is nothing to draw: a figure without data is an error upstream."""
    if frame.empty:
        raise ValueError(f"no figure: {what} has no rows; look at the table that the notebook passes")


def panels(height: float, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, list[Axes]]:
    """An empty figure of the report's width and `height` inches, and its panels row by row."""
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, height), layout="constrained", squeeze=False, **options)
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06, hspace=0.05, wspace=0.05)
    return figure, list(axes.flat)
