"""Figures of the Relative Adoption Metric: one small panel for each size bucket, days since release on a log axis."""

from collections.abc import Iterator

import pandas as pd
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.figures import axes, palette, theme
from helpers.registry import BUCKETS

DASHES = (palette.FULL, palette.SHORT, palette.DOTS, palette.MIXED)
"""Models of one organisation in one panel share its colour; these keep them apart."""
CURVE = "#2E6FB7"


def trajectories(scores: pd.DataFrame, title: str, x_title: str) -> Figure:
    """RAM scores of single models after their release, above or below the baseline of 1 (Figures 15 and 16).

    scores: bucket, name, organisation, milestone_days, score; milestones not reached are absent or null. title: what
    each panel shows, behind the name of its bucket. x_title: under the days.
    """
    scores = scores.dropna(subset="score")
    theme.drawable(scores)
    buckets = [bucket for bucket in BUCKETS if bucket in set(scores["bucket"])]
    figure, panels = theme.panels(3.4 * len(buckets) + 0.9, rows=len(buckets), sharex=True, sharey=True)
    days = sorted(scores["milestone_days"].unique())
    for ax, bucket in zip(panels, buckets, strict=True):
        ax.set_title(f"{bucket}: {title}")
        ax.axhline(1, color=theme.INK, linewidth=1)
        for name, (_, colour, dash, marker), face, part in _models(scores[scores["bucket"] == bucket]):
            ax.plot(part["milestone_days"], part["score"], color=colour, dashes=dash or (None, None), marker=marker,
                    markerfacecolor=face, markersize=4.5)  # fmt: skip
            end = part.iloc[-1]
            axes.end_label(ax, end["milestone_days"], end["score"], f"{name} {axes.times(end['score'])}", colour)
        ax.set_yscale("log", base=2)
        ax.yaxis.set_minor_formatter(ticker.NullFormatter())
        ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: f"{y:g}×"))
        _day_axis(ax, days)
    panels[-1].set_xlabel(x_title)
    axes.settle(figure)
    return figure


def reference_curves(reference: pd.DataFrame, title: str, x_title: str) -> Figure:
    """Median cumulative downloads of each bucket's reference set with its middle half (Figure 17).

    reference: bucket, milestone_days, n (models behind the median), median, q25, q75. title: what is drawn, in
    lines that fit the panel behind the last bucket. x_title: under the days.
    """
    theme.drawable(reference)
    buckets = [bucket for bucket in BUCKETS if bucket in set(reference["bucket"])]
    rows = len(buckets) // 2 + 1
    figure, panels = theme.panels(2.1 * rows + 0.4, rows, columns=2, sharex=True, sharey=True)
    days = sorted(reference["milestone_days"].unique())
    for ax, bucket in zip(panels, buckets, strict=False):
        part = reference[(reference["bucket"] == bucket) & (reference["n"] > 0)].sort_values("milestone_days")
        ax.set_title(bucket)
        ax.fill_between(part["milestone_days"], part["q25"], part["q75"], color=CURVE, alpha=0.2, linewidth=0)
        ax.plot(part["milestone_days"], part["median"], "o-", color=CURVE, markersize=4)
        ax.set_yscale("log")
        ax.yaxis.set_minor_formatter(ticker.NullFormatter())
        ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: axes.UNITS["downloads"][0](y)))
        for row in part.itertuples():
            ax.annotate(row.n, (row.milestone_days, 0), (0, 3), xycoords=ax.get_xaxis_transform(), ha="center",
                        textcoords="offset points", fontsize=theme.SMALL, color=theme.MUTED)  # fmt: skip
        _day_axis(ax, days)
    panels[0].set_ylim(bottom=panels[0].get_ylim()[0] / 4)  # room for the row of numbers; the axis is shared
    for ax in panels[max(len(buckets) - 2, 0) : len(buckets)]:
        ax.tick_params(labelbottom=True)
        ax.set_xlabel(x_title)
    for ax in panels[len(buckets) :]:
        ax.set_axis_off()
    panels[len(buckets)].text(0, 1, title, transform=panels[len(buckets)].transAxes, va="top", color=theme.MUTED)
    axes.settle(figure)
    return figure


def _models(scores: pd.DataFrame) -> Iterator[tuple[str, palette.Style, str, pd.DataFrame]]:
    """Each model's name, style, the fill of its markers, and its rows by day.

    The first model of an organisation has the organisation's look; others keep its colour and take another dash and
    hollow markers.
    """
    for organisation, style in palette.styles(scores["organisation"]).items():
        rows = scores[scores["organisation"] == organisation].sort_values("milestone_days")
        dashes = [style.dash, *(dash for dash in DASHES if dash != style.dash)]
        for number, name in enumerate(rows["name"].unique()):
            look = style._replace(dash=dashes[number % len(dashes)])
            yield name, look, "white" if number else style.colour, rows[rows["name"] == name]


def _day_axis(ax: Axes, days: list[int]) -> None:
    """A log axis that names exactly the milestones."""
    ax.set_xscale("log")
    ax.set_xticks(days, [str(day) for day in days])
    ax.xaxis.set_minor_locator(ticker.NullLocator())
