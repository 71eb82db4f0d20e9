"""Figures of the Relative Adoption Metric: one small panel for each size bucket, days since release on a log axis."""

from collections.abc import Iterator

import pandas as pd

from helpers.figures import axes, palette, theme
from helpers.figures.chart import Chart, Mark, Panel
from helpers.figures.press import Drawn, drawn
from helpers.registry import BUCKETS

DASHES = (palette.FULL, palette.SHORT, palette.DOTS, palette.MIXED)
"""Models of one organisation in one panel share its colour; these keep them apart."""
CURVE = "#2E6FB7"


def trajectories(scores: pd.DataFrame, title: str, x_title: str) -> Drawn:
    """RAM scores of single models after their release, above or below the baseline of 1 (Figures 15 and 16).

    scores: bucket, name, organisation, milestone_days, score; milestones not reached are absent or null. title: what
    each panel shows, behind the name of its bucket. x_title: under the days.
    """
    scores = scores.dropna(subset="score")
    theme.drawable(scores)
    days, panels = sorted(scores["milestone_days"].unique()), []
    for bucket in [bucket for bucket in BUCKETS if bucket in set(scores["bucket"])]:
        marks = []
        for name, style, hollow, part in _models(scores[scores["bucket"] == bucket]):
            rows = part[["milestone_days", "score"]].set_axis(["x", "y"], axis="columns")
            marks.append(Mark("points", style, rows, f"{name} {axes.times(rows['y'].iloc[-1])}", hollow))
        panels.append(Panel(f"{bucket}: {title}", "multiple", "days", marks, days, log=2, level=1))
    return drawn(Chart(panels, 3.4 * len(panels) + 0.9, shared=True, x_title=x_title))


def reference_curves(reference: pd.DataFrame, title: str, x_title: str) -> Drawn:
    """Median cumulative downloads of each bucket's reference set with its middle half (Figure 17).

    reference: bucket, milestone_days, n (models behind the median), median, q25, q75. title: what is drawn, in
    lines that fit the panel behind the last bucket. x_title: under the days.
    """
    theme.drawable(reference)
    days, panels = sorted(reference["milestone_days"].unique()), []
    for bucket in [bucket for bucket in BUCKETS if bucket in set(reference["bucket"])]:
        part = reference[(reference["bucket"] == bucket) & (reference["n"] > 0)].sort_values("milestone_days")
        rows = part[["milestone_days", "median", "q25", "q75"]].set_axis(["x", "y", "low", "high"], axis="columns")
        counts = dict(zip(part["milestone_days"], part["n"], strict=True))
        style = palette.Style(bucket, CURVE, palette.FULL, "o")
        panels.append(Panel(bucket, "downloads", "days", [Mark("points", style, rows)], days, counts=counts))
    height = 2.1 * (len(panels) // 2 + 1) + 0.4
    return drawn(Chart(panels, height, columns=2, shared=True, x_title=x_title, legend=title))


def _models(scores: pd.DataFrame) -> Iterator[tuple[str, palette.Style, bool, pd.DataFrame]]:
    """Each model's name, style, whether its markers are hollow, and its rows by day.

    The first model of an organisation has the organisation's look; others keep its colour and take another dash and
    hollow markers.
    """
    for organisation, style in palette.styles(scores["organisation"]).items():
        rows = scores[scores["organisation"] == organisation].sort_values("milestone_days")
        dashes = [style.dash, *(dash for dash in DASHES if dash != style.dash)]
        for number, name in enumerate(rows["name"].unique()):
            look = style._replace(label=name, dash=dashes[number % len(dashes)])
            yield name, look, number > 0, rows[rows["name"] == name]
