"""Figures of the Relative Adoption Metric: one small panel for each size bucket, days since release on a log axis."""

from itertools import pairwise

import pandas as pd
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.figures import axes, palette, theme
from helpers.registry import BUCKETS

DASHES = (palette.FULL, palette.SHORT, palette.DOTS, palette.MIXED)
"""Models of one organisation in one panel share its colour; these keep them apart."""


def trajectories(scores: pd.DataFrame) -> Figure:
    """RAM scores of single models after their release, above or below the baseline of 1 (Figures 15 and 16).

    scores: bucket, name, organisation, milestone_days, score; milestones not reached are absent.
    """
    buckets = [bucket for bucket in BUCKETS if bucket in set(scores["bucket"])]
    figure, panels = theme.panels(3.4 * len(buckets) + 0.9, rows=len(buckets), sharex=True, sharey=True)
    days = sorted(scores["milestone_days"].unique())
    for ax, bucket in zip(panels, buckets, strict=True):
        ax.set_title(f"{bucket}: RAM score")
        ax.axhline(1, color=theme.INK, linewidth=1)
        for (name, *look), part in _models(scores[scores["bucket"] == bucket]):
            colour, dash, marker, face = look
            part = part.sort_values("milestone_days")
            ax.plot(part["milestone_days"], part["score"], color=colour, dashes=dash or (None, None), marker=marker,
                    markerfacecolor=face, markersize=4.5)  # fmt: skip
            end = part.iloc[-1]
            axes.end_label(ax, end["milestone_days"], end["score"], f"{name} {axes.times(end['score'])}", colour)
        ax.set_yscale("log", base=2)
        ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: f"{y:g}×"))
        ax.annotate("1× = median of the reference set", (days[0], 1), (0, -3), textcoords="offset points", va="top",
                    fontsize=theme.SMALL, color=theme.MUTED, path_effects=[axes.HALO])  # fmt: skip
        _day_axis(ax, days)
    panels[-1].set_xlabel("Days since release")
    axes.settle(figure)
    return figure


def reference_curves(reference: pd.DataFrame) -> Figure:
    """Median cumulative downloads of each bucket's reference set with its middle half (Figure 17).

    reference: bucket, milestone_days, n (models behind the median), median, q25, q75.
    """
    buckets = [bucket for bucket in BUCKETS if bucket in set(reference["bucket"])]
    figure, panels = theme.panels(8.6, rows=4, columns=2, sharex=True, sharey=True)
    days = sorted(reference["milestone_days"].unique())
    for ax, bucket in zip(panels, buckets, strict=False):
        part = reference[(reference["bucket"] == bucket) & (reference["n"] > 0)].sort_values("milestone_days")
        ax.set_title(bucket)
        ax.fill_between(part["milestone_days"], part["q25"], part["q75"], color="#2E6FB7", alpha=0.2, linewidth=0)
        ax.plot(part["milestone_days"], part["median"], "o-", color="#2E6FB7", markersize=4)
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: axes.UNITS["downloads"][0](y)))
        for row in part.itertuples():
            ax.annotate(row.n, (row.milestone_days, 0), (0, 3), xycoords=ax.get_xaxis_transform(), ha="center",
                        textcoords="offset points", fontsize=theme.SMALL, color=theme.MUTED)  # fmt: skip
        _day_axis(ax, days)
    for ax in panels[len(buckets) :]:
        ax.set_axis_off()
    axes.settle(figure)
    return figure
