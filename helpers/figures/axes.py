"""What stands on and beside the axes: units and dates in words, labels at the ends of lines, notes, eras."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib import patheffects, ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox, BboxBase, offset_copy

from helpers.figures import palette, theme
from helpers.text import cells

# Units --------------------------------------------------------------------------------------------------------


def short(value: float) -> str:
    """An amount as labels say it: 1.1496e9 → "1.15B", 722.6e6 → "723M", 30.71e6 → "30.7M", 48_200 → "48K"."""
    if abs(value) >= 999.5e6:
        return f"{value / 1e9:.2f}B"
    if abs(value) >= 999_500:
        return f"{value / 1e6:.{0 if abs(value) >= 99.95e6 else 1}f}M"
    return f"{value / 1e3:.0f}K" if abs(value) >= 9_950 else f"{value:,.0f}"


def _tick(value: float) -> str:
    """Round amounts on an axis: "0", "500K", "400M", "1.0B"."""
    if abs(value) >= 1e9:
        return f"{value / 1e9:.1f}B"
    return f"{value / 1e6:g}M" if abs(value) >= 1e6 else f"{value / 1e3:g}K" if abs(value) >= 1e3 else f"{value:g}"


def times(value: float) -> str:
    """Ratios: 16.13 → "16×", 0.6 → "0.60×"."""
    return f"{value:.0f}×" if value >= 9.95 else f"{value:.1f}×" if value >= 1 else f"{value:.2f}×"


def part(value: float) -> str:
    """Shares: 0.472 → "47%", 0.003 → "<1%"."""
    return "<1%" if 0 < value <= 0.005 else f"{100 * value:.0f}%"


UNITS: dict[str, tuple[Callable[[float], str], Callable[[Any], str]]] = {
    "downloads": (_tick, short),
    "models": (_tick, lambda value: f"{value:,.0f}"),
    "share": (lambda value: f"{100 * value:g}%", part),
    "points": (lambda value: f"{value:,g}", lambda value: f"{value:,.0f}"),
    "multiple": (lambda value: f"{value:g}×", times),
    "day": (lambda value: f"{mdates.num2date(value):%b %Y}", lambda value: f"{value.day} {value:%b %Y}"),
}
"""Unit → how the axis says it, how a label says one value."""


def value_axis(ax: Axes, unit: str) -> Callable[[float], str]:
    """Label the vertical axis in `unit`; returns how a single value is written in it."""
    tick, value = UNITS[unit]
    ax.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: tick(y)))
    return value


def month_axis(ax: Axes, first: pd.Timestamp, last: pd.Timestamp, middle: bool = False) -> None:
    """A horizontal axis of dates from `first` to `last`, with at most six months named on it ("Jan 2026").

    middle: under the middle of the month, for bars that stand for it; otherwise at its first day.
    """
    if first == last:  # a single month still needs a width
        first, last = first - pd.Timedelta(days=15), last + pd.Timedelta(days=15)
    ax.set_xlim(first, last)
    months = (last.year - first.year) * 12 + last.month - first.month
    if not len(pd.date_range(first, last, freq="MS", normalize=True)):  # no month begins within: name the ends by day
        ax.set_xticks([first, last], [f"{day.day} {day:%b %Y}" for day in (first, last)])
        return
    step = next((step for step in (1, 2, 3, 6) if months / step <= 6), 12)
    ax.xaxis.set_major_locator(mdates.MonthLocator(range(1, 13, step), 16 if middle else 1))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))


# Labels at the ends of lines --------------------------------------------------------------------------------------

_END, _NOTE = "end", "note"
HALO = patheffects.withStroke(linewidth=2.5, foreground="white")
_LINE = 1.22
"""Height of a line of text in font sizes."""


def end_label(ax: Axes, x: float | pd.Timestamp, y: float, text: str, colour: str) -> None:
    """Write `text` to the right of the panel at the height of (x, y); `settle` keeps such labels apart."""
    beside = offset_copy(ax.transAxes, ax.get_figure(root=True), x=9, units="points")
    ax.annotate(
        text, (x, y), (1, 0.5), textcoords=beside, va="center", color=palette.ink(colour), weight="bold", label=_END,
        annotation_clip=False, arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.7, "shrinkB": 4,
                                           "relpos": (0, 0.5)},
    )  # fmt: skip


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """The places nearest to `wanted` (least squares) in [low, high] that keep the order and at least `gap` apart.

    Where there is no room for that the gap shrinks.
    """
    order = np.argsort(wanted, kind="stable")
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    steps = gap * np.arange(len(wanted))
    blocks: list[list[float]] = []  # pool adjacent violators: [sum, count] of places moved together
    for place in np.asarray(wanted, float)[order] - steps:
        blocks.append([place, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    pooled = np.repeat([total / count for total, count in blocks], [int(count) for _, count in blocks])
    places = np.empty(len(wanted))
    places[order] = np.clip(pooled, low, high - gap * max(len(wanted) - 1, 0)) + steps
    return places.tolist()


def settle(figure: Figure) -> None:
    """Lay the figure out and put its labels and notes where they do not overlap.

    `finish` calls it, when everything that is to be placed is there.
    """
    if layout := figure.get_layout_engine():
        layout.execute(figure)
    for ax in figure.axes:
        box = ax.get_window_extent()
        labels = _written(ax, _END)
        if labels:
            line = _line(labels[0], figure.dpi)
            ends = [(ax.convert_xunits(label.xy[0]), ax.convert_yunits(label.xy[1])) for label in labels]
            points = ax.transData.transform(ends).tolist()
            places = spread([height for _, height in points], line, box.y0, box.y1)
            for label, (across, height), place in zip(labels, points, places, strict=True):
                label.xyann = (1, (place - box.y0) / box.height)
                if label.arrow_patch is not None:  # beside its point a label needs no line to it
                    label.arrow_patch.set_visible(max(box.x1 - across, abs(place - height)) > line / 3)
        _settle_notes(ax, _written(ax, _NOTE), box)


def _written(ax: Axes, kind: str) -> list[Annotation]:
    """The annotations of a panel that are labels at lines' ends, or notes."""
    return [text for text in ax.texts if isinstance(text, Annotation) and text.get_label() == kind]


def _line(text: Text, dpi: float) -> float:
    """The height of a line of a text, in pixels."""
    return _LINE * float(text.get_fontsize()) * dpi / 72


# Notes and eras -----------------------------------------------------------------------------------------------


def annotate(ax: Axes, notes: Mapping[pd.Timestamp, str]) -> None:
    """Mark days with a thin line and a few words at the top of the panel: releases, the splice."""
    across = ax.get_xaxis_transform()
    for date, text in sorted(notes.items()):
        day = mdates.date2num(date)
        ax.annotate(  # the spaces keep the words off the line, which runs from the text's corner down to the axis
            f" {text} ", (day, 0), (day, 1), xycoords=across, textcoords=across, va="top", label=_NOTE,
            fontsize=theme.SMALL, color=theme.MUTED, path_effects=[HALO],
            arrowprops={"arrowstyle": "-", "color": theme.RULE, "lw": 0.8, "shrinkA": 0, "shrinkB": 0, "patchA": None,
                        "zorder": 1},
        )  # fmt: skip


def marked(**days: pd.Timestamp) -> dict[pd.Timestamp, str]:
    """Day → its words, for `annotate`: those that the running cell's options give it, `fig-mark-<name>`.

    days: name → day; one that is not known (NaT) has no mark. Of two marks on one day the later given stands.
    """
    said = cells.running()
    return {day: said[f"fig-mark-{name.replace('_', '-')}"] for name, day in days.items() if not pd.isna(day)}


def eras(ax: Axes, spans: pd.DataFrame) -> None:
    """Tint the background of each era in its region's colour and name it at the top of the panel.

    spans: region, start, end (first and last calendar month).
    """
    for span in spans.itertuples():
        style = palette.styles([span.region])[span.region]
        colour, end = style.colour, span.end + pd.offsets.MonthBegin()
        ax.axvspan(span.start, end, color=colour, alpha=0.09, linewidth=0, zorder=0)
        middle = mdates.date2num(span.start + (end - span.start) / 2)
        ax.annotate(
            style.label, (middle, 1), (0, -3), xycoords=ax.get_xaxis_transform(), textcoords="offset points",
            ha="center", va="top", fontsize=theme.SMALL, color=palette.ink(colour), path_effects=[HALO],
        )  # fmt: skip


def _settle_notes(ax: Axes, notes: list[Annotation], box: BboxBase) -> None:
    """Put each note in the topmost row where its words are free (`_places`): right of its day, else left of it."""
    if not notes:
        return
    height = _line(notes[0], ax.figure.dpi)
    days = [ax.get_xaxis_transform().transform(note.xy)[0] for note in notes]
    widths = [Text.get_window_extent(note).width for note in notes]  # of the words alone
    curves = [line.get_transform().transform_path(line.get_path()) for line in ax.lines]
    numbers = range(len(notes))
    plans = [_places(order, days, widths, height, box, curves) for order in (numbers, numbers[::-1])]
    places, _ = min(plans, key=lambda plan: plan[1])
    for number, note in enumerate(notes):
        row, start = places[number]
        left = start < days[number]
        note.set_horizontalalignment("right" if left else "left")
        vars(note)["_arrow_relpos"] = (1 if left else 0, 1)  # matplotlib has no other way to move the line's end
        note.xyann = (note.xy[0], 1 - row * height / box.height)


def _places(
    order: range, days: list[float], widths: list[float], height: float, box: BboxBase, curves: list[Path]
) -> tuple[dict[int, tuple[int, float]], list[int]]:
    """Number of a note → (row, where its words start), placed one after another; and how many meet words or a note's
    line, how many are not free.

    Free is where the words meet no other words, no note's line and no curve, and begin at no line but their own: of two
    days nearer to each other than a row is high, the earlier has its words on the left and the later on the right. A
    note's line runs down from its row, so words in the first row are clear of lines still to come. Where the words of
    others and the lines can be avoided but not the rest, they are.
    """
    placed: dict[int, tuple[int, float]] = {}
    compromises = []
    for number in order:
        day, width = days[number], widths[number]
        apart = []
        for row, start in [(row, day - width * left) for row in range(len(days) + 1) for left in (False, True)]:
            words = [(begin, begin + widths[n]) for n, (at, begin) in placed.items() if at == row]
            lines = [days[n] for n in order if n != number and (placed[n][0] if n in placed else 0) < row]
            if (
                box.x0 <= start <= box.x1 - width
                and all(end <= start or start + width <= begin for begin, end in words)
                and not any(start < line < start + width for line in lines)
            ):
                apart.append((row, start))
        sides = {True: any(day - height < at < day for at in days), False: any(day < at < day + height for at in days)}
        clear = [
            (row, start)
            for row, start in apart
            if not _meets(curves, start, width, box.y1 - row * height, height) and not sides[start < day]
        ]
        compromises.append((not apart, not clear))  # words over words are worse than all the rest
        crowded = (len(placed), day if day + width <= box.x1 else day - width)
        placed[number] = next(iter(clear or apart), crowded)
    return placed, [sum(kind) for kind in zip(*compromises, strict=True)]


def _meets(curves: list[Path], left: float, width: float, top: float, height: float) -> bool:
    """Whether a curve runs through the words' box."""
    words = Bbox.from_extents(left, top - height, left + width, top)
    return any(curve.intersects_bbox(words, filled=False) for curve in curves)
