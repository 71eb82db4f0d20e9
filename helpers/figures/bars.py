"""Figures whose parts make a whole, or stand side by side: bars, one for each bucket or month."""

from typing import Any

import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

from helpers.figures import axes, palette, theme
from helpers.registry import BUCKETS

EDGE: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.6}
"""A white seam between neighbouring parts, so that they are told apart without colour."""


def buckets(frame: pd.DataFrame, title: str) -> Figure:
    """Cumulative downloads of each size bucket, split by region (Figure 2).

    frame: bucket, region, downloads_cumulative. Buckets not among BUCKETS ("unresolved") come last. A label gives
    the length of the whole bar and its part of all bars.
    """
    theme.drawable(frame)
    figure, (ax,) = theme.panels(4.3)
    ax.set_title(title)
    table = frame.pivot_table(
        index="bucket", columns="region", values="downloads_cumulative", aggfunc="sum", observed=True
    )
    rows = [*(b for b in BUCKETS if b in table.index), *sorted(set(table.index) - set(BUCKETS))]
    table = table.loc[rows].fillna(0)
    base = table.sum(axis="columns") * 0
    for region, style in palette.styles(table.columns).items():
        ax.barh(rows, table[region], left=base, height=0.72, color=style.colour, label=style.label, **EDGE)
        base = base + table[region]
    for row, total in base.items():
        ax.annotate(
            f"{axes.short(total)} · {axes.part(total / base.sum())}", (total, row), (6, 0), textcoords="offset points",
            va="center", weight="bold",
        )  # fmt: skip
    ax.invert_yaxis()
    ax.grid(False)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="y", labelcolor=theme.INK)
    ax.set_xlim(0, 1.3 * base.max())  # room for the labels
    inks = [palette.ink(style.colour) for style in palette.styles(table.columns).values()]
    ax.legend(loc="lower right", frameon=False, handlelength=1, handleheight=1, labelcolor=inks)
    axes.settle(figure)
    return figure


def shares(frame: pd.DataFrame, value: str, by: str, title: str) -> Figure:
    """Shares of each month, stacked to 100 % and named with the last month's share (Figures 3, 4, 8 and 9).

    frame: month (first day of the calendar month in which it happened), by, value (0..1); null where it is unknown:
    then there is no bar, and no number in the label.
    """
    theme.drawable(frame)
    figure, (ax,) = theme.panels(4.1)
    ax.set_title(title)
    _months(ax, frame, "month", by, value, "share", palette.styles(frame[by]), through=False)
    ax.set_ylim(0, 1)
    ax.grid(False)
    axes.settle(figure)
    return figure


def opposed(frame: pd.DataFrame, side: str, by: str, title: str, whole: str | None = None) -> Figure:
    """New downloads per month of two sides, one panel each on one scale, stacked by who makes them up (Figures 10, 11).

    frame: month (label: through the day before), side, by, downloads; the side of its first row is above.
    title: of both panels, as "above / below". whole: the organisation whose shades the parts of a side take when they
    are no organisations themselves.
    """
    theme.drawable(frame)
    figure, panels = theme.panels(5.9, rows=2, sharex=True, sharey=True)
    for ax, name, said in zip(panels, frame[side].unique(), title.split(" / "), strict=True):
        part = frame[frame[side] == name]
        styles = palette.styles(part[by])
        if whole and not set(part[by]) & palette.ORGANISATIONS.keys():
            shades = palette.tints(palette.ORGANISATIONS[whole].colour, len(styles))
            styles = {n: s._replace(colour=c) for (n, s), c in zip(styles.items(), shades, strict=True)}
        ax.set_title(said)
        _months(ax, part, "month", by, "downloads", "downloads", styles, through=True)
    axes.settle(figure)
    return figure


def grouped(frame: pd.DataFrame, category: str, by: str, value: str, order: list[str], title: str) -> Figure:
    """Shares side by side within each category, each bar with its value, the first also with its name (Figure 12).

    frame: category, by (organisation labels), value (0..1). A value that is absent has no bar.
    """
    known = frame.dropna(subset=value)
    theme.drawable(known)
    figure, (ax,) = theme.panels(0.62 * len(order) + 1.1)
    ax.set_title(title)
    styles = palette.styles(known[by])
    seaborn.barplot(
        known, x=value, y=category, hue=by, order=order, hue_order=list(styles), saturation=1, errorbar=None,
        palette={name: style.colour for name, style in styles.items()}, legend=False, ax=ax, **EDGE,
    )  # fmt: skip
    drawn = [bars for bars in ax.containers if isinstance(bars, BarContainer)]
    for bars, style in zip(drawn, styles.values(), strict=True):
        texts = [axes.part(bar.get_width()) for bar in bars]
        first, *_ = ax.bar_label(bars, [f"{style.label} {texts[0]}", *texts[1:]], padding=5)
        first.set(color=palette.ink(style.colour), weight="bold")
    ax.set_xlim(0, 1.3 * known[value].max())  # room for the labels
    ax.set_ylabel("")
    ax.grid(False)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="y", labelcolor=theme.INK)
    axes.settle(figure)
    return figure


def _months(
    ax: Axes,
    frame: pd.DataFrame,
    month: str,
    by: str,
    value: str,
    unit: str,
    styles: dict[str, palette.Style],
    through: bool,
) -> None:
    """Stacked bars, each as wide as the calendar month it stands for, named at the right with their last value.

    through: the label is the day after the month (cumulative tables); otherwise it is the month's first day.
    """
    say = axes.value_axis(ax, unit)
    known = frame.groupby([month, by], observed=True)[value].sum(min_count=1).unstack(by)
    table = known.fillna(0)
    next_month = table.index + pd.DateOffset(months=1)
    starts, ends = (table.index - pd.DateOffset(months=1), table.index) if through else (table.index, next_month)
    base = table.sum(axis="columns") * 0
    for name, style in styles.items():
        ax.bar(starts, table[name], ends - starts, base, align="edge", color=style.colour, **EDGE)
        middle, last = base.iloc[-1] + table[name].iloc[-1] / 2, known[name].iloc[-1]
        text = style.label if pd.isna(last) else f"{style.label} {say(last)}"
        axes.end_label(ax, ends[-1], middle, text, style.colour)
        base = base + table[name]
    axes.month_axis(ax, starts[0], ends[-1])
