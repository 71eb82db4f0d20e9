"""Figures of the Relative Adoption Metric: models, and what they are compared with, by days since release."""

from collections.abc import Iterator

import pandas as pd

from helpers.figures import axes, palette, theme
from helpers.figures.chart import Chart, Mark, Panel
from helpers.figures.press import Drawn, drawn
from helpers.registry import BUCKETS

DASHES = (palette.FULL, palette.SHORT, palette.DOTS, palette.MIXED)
"""Models of one organisation in one panel share its colour; these keep them apart."""


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
    """Median cumulative downloads of the reference sets of all buckets, side by side (Figure 17).

    reference: bucket, milestone_days, median; milestones without one are absent or null. title: what is drawn. x_title:
    under the days.
    """
    reference = reference.dropna(subset="median")
    theme.drawable(reference)
    marks = []
    for bucket in [bucket for bucket in BUCKETS if bucket in set(reference["bucket"])]:
        rows = reference[reference["bucket"] == bucket].sort_values("milestone_days")[["milestone_days", "median"]]
        rows = rows.set_axis(["x", "y"], axis="columns")
        marks.append(Mark("points", palette.SIZES[bucket], rows, f"{bucket} {axes.short(rows['y'].iloc[-1])}"))
    days = sorted(reference["milestone_days"].unique())
    return drawn(Chart([Panel(title, "downloads", "days", marks, days)], 4.6, x_title=x_title))


def _models(scores: pd.DataFrame) -> Iterator[tuple[str, palette.Style, bool, pd.DataFrame]]:
    """Each model's name, style, whether its markers are hollow, and its rows by day.

    The first model of an organisation has the organisation's look; others keep its colour and take another dash and
    hollow markers.
    """
    for organisation, style in palette.styles(scores["organisation"]).items():
        rows = scores[scores["organisation"] == organisation].sort_values("milestone_days", kind="stable")
        dashes = [style.dash, *(dash for dash in DASHES if dash != style.dash)]
        for number, name in enumerate(rows["name"].unique()):
            look = style._replace(label=name, dash=dashes[number % len(dashes)])
            yield name, look, number > 0, rows[rows["name"] == name]
