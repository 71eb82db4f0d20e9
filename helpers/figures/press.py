"""The print pen: a chart's description drawn by matplotlib, in the report's look."""

import math
from typing import Any

import pandas as pd
from matplotlib import dates as mdates
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.figures import axes, palette, theme
from helpers.figures.chart import Chart, Mark, Panel

EDGE: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.6}
"""A white seam between neighbouring parts, so that they are told apart without colour."""
BAND: dict[str, Any] = {"alpha": 0.16, "linewidth": 0}


class Drawn(Figure):
    """A figure that keeps the description it was drawn from."""

    chart: Chart


def drawn(chart: Chart) -> Drawn:
    """The chart as a figure of the report's width."""
    rows = -(-len(chart.panels) // chart.columns)
    figure, places = theme.panels(chart.height, rows, chart.columns, FigureClass=Drawn, sharex=True,
                                  sharey=chart.shared, height_ratios=chart.heights)  # fmt: skip
    assert isinstance(figure, Drawn)
    figure.chart = chart
    _foot(places, chart)
    for ax, panel in zip(places, chart.panels, strict=False):
        ax.set_title(panel.title)
        pens = {"dates": _over_dates, "days": _over_days, "categories": _sideways, "ranks": _over_ranks}
        pens[panel.across](ax, panel)
    if chart.panels[0].across == "dates":
        axes.month_axis(places[0], *chart.span, middle=chart.panels[0].marks[0].kind == "bars")
    return figure


def _foot(places: list[Axes], chart: Chart) -> None:
    """What stands under the lowest panels."""
    shown = len(chart.panels)
    for ax in places[max(shown - chart.columns, 0) : shown]:
        ax.set_xlabel(chart.x_title)
        ax.tick_params(labelbottom=True)  # a panel that is not in the lowest row may have none below it, all the same
    for ax in places[shown:]:
        ax.set_axis_off()


# Along dates or days ------------------------------------------------------------------------------------------


def _over_dates(ax: Axes, panel: Panel) -> None:
    axes.value_axis(ax, panel.unit)
    for mark in panel.marks:
        _draw(ax, mark)
    if panel.bounds != (None, None):
        ax.set_ylim(*panel.bounds)
    if panel.bounds[1] is not None:  # what fills its panel hides the lines behind
        ax.grid(False)
    if panel.eras is not None:
        axes.eras(ax, panel.eras)
    axes.annotate(ax, panel.notes)


def _over_days(ax: Axes, panel: Panel) -> None:
    """A log axis that names exactly the days of the data; values on a log axis, too."""
    if panel.level is not None:
        ax.axhline(panel.level, color=theme.INK, linewidth=1)
    for mark in panel.marks:
        _draw(ax, mark)
    tick, _ = axes.UNITS[panel.unit]
    if panel.log > 1:
        ax.set_yscale("log", base=panel.log)
        ax.yaxis.set_minor_formatter(ticker.NullFormatter())
    ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: tick(y)))
    ax.set_xscale("log")
    ax.set_xticks(list(panel.ticks), [str(day) for day in panel.ticks])
    ax.xaxis.set_minor_locator(ticker.NullLocator())


def _over_ranks(ax: Axes, panel: Panel) -> None:
    """Dots side by side; up are values, days, or named rows."""
    for mark in panel.marks:
        _draw(ax, mark)
    ax.tick_params(axis="x", bottom=False, labelbottom=False)
    if panel.ticks:
        ax.set_yticks(range(len(panel.ticks)), list(panel.ticks), fontsize=theme.SMALL)
        ax.set_ylim(len(panel.ticks) - 0.4, -0.6)
        ax.grid(False)
    elif panel.unit == "day":
        low, high = ax.get_ylim()
        ax.yaxis.set_major_locator(mdates.MonthLocator(interval=math.ceil((high - low) / 31 / 4)))
        ax.yaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    else:
        axes.value_axis(ax, panel.unit)
        ax.set_ylim(*panel.bounds)


def _draw(ax: Axes, mark: Mark) -> None:
    """One series, with its band and its words at its end."""
    rows, style = mark.rows, mark.style
    face = "white" if mark.hollow else style.colour
    look: dict[str, Any] = {"color": style.colour, "dashes": style.dash or (None, None)}
    if "low" in rows:
        ax.fill_between(rows["x"], rows["low"], rows["high"], color=style.colour, **BAND)
    if mark.kind == "bars":
        width = rows["x_end"] - rows["x"]
        ax.bar(rows["x"], rows["y"].fillna(0), width, rows["base"], align="edge", color=style.colour, **EDGE)
    elif mark.kind == "dots":
        own: dict[str, Any] = {"markersize": 4, "markeredgewidth": 0.9, "color": style.colour}
        ax.plot(rows["x"], rows["y"], style.marker, linestyle="", **own)
    elif mark.kind == "fit":
        ax.plot(rows["x"], rows["y"], color=style.colour, linewidth=1, alpha=0.75)
    elif mark.kind == "points":
        ax.plot(rows["x"], rows["y"], marker=style.marker, markerfacecolor=face, markersize=4.5, **look)
    elif mark.kind == "step":
        advances = rows[rows["y"].diff() != 0]
        ax.step(rows["x"], rows["y"], where="post", **look)
        ax.plot(advances["x"], advances["y"], style.marker, color=style.colour, markersize=4.5, clip_on=False)
    else:
        thin = len(rows) > 100  # daily values: a thick line would hide their shape
        ax.plot(rows["x"], rows["y"], linewidth=1.2 if thin else 2.0, **look)
        end = rows.dropna(subset="y").tail(1)
        ax.plot(end["x"], end["y"], style.marker, color=style.colour, clip_on=False, zorder=3)
    if mark.end:
        axes.end_label(ax, *_tip(mark), mark.end, style.colour)


def _tip(mark: Mark) -> tuple[Any, float]:
    """Where the words at a series' end point to: its last known value, the middle of its last bar."""
    rows = mark.rows
    if mark.kind == "bars":
        last = rows.fillna({"y": 0}).iloc[-1]
        return last["x_end"], last["base"] + last["y"] / 2
    last = rows.dropna(subset="y").iloc[-1]
    return last["x"], last["y"]


# Categories, from the top down --------------------------------------------------------------------------------


def _sideways(ax: Axes, panel: Panel) -> None:
    """Bars to the right, one on the other's end where they have a base, else side by side, each with its value."""
    say = axes.UNITS[panel.unit][1]
    place = pd.Series(range(len(panel.ticks)), index=list(panel.ticks))
    stacked = "base" in panel.marks[0].rows
    width = 0.72 if stacked else 0.8 / len(panel.marks)
    for number, mark in enumerate(panel.marks):
        rows = mark.rows.dropna(subset="y")
        at = place[rows["x"]].to_numpy() + (0 if stacked else (number - (len(panel.marks) - 1) / 2) * width)
        bars = ax.barh(at, rows["y"], width, rows["base"] if stacked else 0, color=mark.style.colour,
                       label=mark.style.label, **EDGE)  # fmt: skip
        if not stacked:
            texts = [say(value) for value in rows["y"]]
            first, *_ = ax.bar_label(bars, [f"{mark.end} {texts[0]}", *texts[1:]], padding=5)
            first.set(color=palette.ink(mark.style.colour), weight="bold")
    for category, (total, text) in panel.totals.items():
        ax.annotate(text, (total, place[category]), (6, 0), textcoords="offset points", va="center", weight="bold")
    if stacked:
        inks = [palette.ink(mark.style.colour) for mark in panel.marks]
        ax.legend(loc="lower right", frameon=False, handlelength=1, handleheight=1, labelcolor=inks)
    ax.set_yticks(place.to_numpy(), list(panel.ticks))
    ax.set_ylim(len(place) - 0.5, -0.5)
    ax.set_xlim(0, 1.3 * max(bar.get_x() + bar.get_width() for bar in ax.patches if isinstance(bar, Rectangle)))
    ax.grid(False)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="y", labelcolor=theme.INK)
