"""What a drawn figure shows, read back from its artists: the way a reader would, with axis, legend and colour."""

import re

import numpy as np
import pandas as pd
from matplotlib import colors
from matplotlib import dates as mdates
from matplotlib.container import BarContainer
from matplotlib.patches import Polygon, Rectangle

from helpers.figures import axes, palette

AMOUNTS = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9, "%": 0.01, "×": 1}


def amount(text):
    """The number that words on an axis or at a line's end say: "1.5M" → 1_500_000, "40%" → 0.4, "1,200" → 1200."""
    number, unit = re.fullmatch(r"([\d,.]+)([KMB%×]?)", text).groups()
    return float(number.replace(",", "")) * AMOUNTS[unit]


def day(number):
    """The date that a place on an axis of dates stands for."""
    return pd.Timestamp(mdates.num2date(number)).tz_localize(None)


def colour(name, shades=palette.REGIONS | palette.ORGANISATIONS):
    return colors.to_hex(shades[name].colour)


def lines(ax, dates=True, points=3):
    """Colour → the rows [(x, y), …] of the lines in it, of at least so many points; y None in a gap."""
    found = {}
    for line in ax.lines:
        x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
        if len(x) >= points:
            rows = [(day(a) if dates else a, None if np.isnan(b) else b) for a, b in zip(x, y, strict=True)]
            found.setdefault(colors.to_hex(line.get_color()), []).append(rows)
    return found


def ends(ax, dates=True):
    """Words at the end of a line → (where they point to, their colour)."""
    found = {}
    for text in ax.texts:
        if text.get_label() == axes._END:
            x, y = text.xy
            x = ax.convert_xunits(x)
            found[text.get_text()] = ((day(x) if dates else x, y), colors.to_hex(text.get_color()))
    return found


def bars(ax, dates=True):
    """Colour → [(start, end, bottom, top), …] of its bars, or (row, left, right) where they run to the right."""
    found = {}
    for container in ax.containers:
        if isinstance(container, BarContainer):
            for bar in container:
                x, y, width, height = bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()
                row = (day(x), day(x + width), y, y + height) if dates else (round(y + height / 2, 6), x, x + width)
                found.setdefault(colors.to_hex(bar.get_facecolor()), []).append(row)
    return found


def bands(ax):
    """[(x, low, high), …] of each band between two curves."""
    found = []
    for band in ax.collections:
        vertices = band.get_paths()[0].vertices
        places = sorted({x for x, _ in vertices})
        heights = [[y for x, y in vertices if x == place] for place in places]
        found.append([(x, min(ys), max(ys)) for x, ys in zip(places, heights, strict=True)])
    return found


def ticks(axis):
    """[(place, words), …] of what stands on an axis."""
    low, high = sorted(axis.get_view_interval())
    places = [at for at in axis.get_majorticklocs() if low <= at <= high]
    return list(zip(places, axis.get_major_formatter().format_ticks(places), strict=True))


def legend(ax):
    """Words of the legend → colour beside them."""
    handles = ax.get_legend().legend_handles
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    return {text: colors.to_hex(handle.get_facecolor()) for text, handle in zip(texts, handles, strict=True)}


def tints(ax):
    """[(colour, start, end), …] of the spans behind the panel."""
    spans = [patch for patch in ax.patches if isinstance(patch, Rectangle | Polygon) and (patch.get_alpha() or 1) < 0.5]
    boxes = [patch.get_path().get_extents(patch.get_patch_transform()) for patch in spans]
    shades = [colors.to_hex(patch.get_facecolor()) for patch in spans]
    return [(shade, day(box.x0), day(box.x1)) for shade, box in zip(shades, boxes, strict=True)]
