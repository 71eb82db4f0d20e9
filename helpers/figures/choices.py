"""Figures of method: what rules do to planted truth, and the headlines in every universe."""

from collections.abc import Mapping

import pandas as pd

from helpers.figures import palette, theme
from helpers.figures.chart import Chart, Mark, Panel
from helpers.figures.press import Drawn, drawn

RULES = (("#2E6FB7", palette.FULL, "o"), ("#C0392B", palette.SHORT, "s"), ("#C78A00", palette.DOTS, "^"))
"""Looks of the rules, in their order."""
ROW = 0.21
"""Inches of a row of options."""
DOT = palette.Style("", palette.GREY, palette.FULL, "|")
OWN = palette.Style("", "#C0392B", palette.FULL, "|")


def planted(errors: pd.DataFrame, x_title: str, labels: Mapping[str, str]) -> Drawn:
    """Errors of outlier rules on planted histories by size, a panel for each kind.

    errors: kind, size, rule, share. x_title: under the sizes. labels: of kinds and rules, in the order in which they
    are drawn; rules are named beside the panels on the right.
    """
    theme.drawable(errors)
    sizes, panels = sorted(errors["size"].unique()), []
    for place, kind in enumerate(name for name in labels if name in set(errors["kind"])):
        marks = []
        for rule, look in zip((name for name in labels if name in set(errors["rule"])), RULES, strict=True):
            part = errors[(errors["kind"] == kind) & (errors["rule"] == rule)]
            style = palette.Style(labels[rule], *look)
            points = part[["size", "share"]].set_axis(["x", "y"], axis="columns")
            marks.append(Mark("points", style, points, style.label if place % 3 == 2 else ""))
        panels.append(Panel(labels[kind], "share", "days", marks, sizes, log=1))
    height = 1.75 * -(-len(panels) // 3) + 0.4
    return drawn(Chart(panels, height, columns=3, shared=True, x_title=x_title))


def specification(curve: pd.DataFrame, title: str, labels: Mapping[str, Mapping[str, str]]) -> Drawn:
    """Every universe from left to right: a headline's value, the day of a crossing, and which options make it.

    curve: place, value, date, edition, and a column for each axis. title: of the panels, as "above / below / options".
    labels: axis → option → label. The edition's own universe is in colour.
    """
    theme.drawable(curve)
    over, under, below = title.split(" / ")
    named = [(axis, option, label) for axis, options in labels.items() for option, label in options.items()
             if (curve[axis] == option).any()]  # fmt: skip
    panels = [
        Panel(over, "multiple", "ranks", _split(curve, curve["value"]), bounds=(0, None)),
        Panel(under, "day", "ranks", _split(curve, curve["date"])),
    ]
    rows = [_split(curve[curve[axis] == option], pd.Series(float(row), curve.index)[curve[axis] == option])
            for row, (axis, option, _) in enumerate(named)]  # fmt: skip
    ticks = [label for *_, label in named]
    panels.append(Panel(below, "", "ranks", [mark for marks in rows for mark in marks], ticks))
    rows_height = ROW * len(named)
    return drawn(Chart(panels, 4.4 + rows_height, heights=[1.2, 1.2, rows_height]))


def _split(curve: pd.DataFrame, values: pd.Series) -> list[Mark]:
    """Dots of all universes, and the edition's own above them."""
    points = pd.DataFrame({"x": curve["place"], "y": values})
    return [Mark("dots", DOT, points[~curve["edition"]]), Mark("dots", OWN, points[curve["edition"]])]
