"""Figures that run through time: cumulative series, regional downloads, performance frontiers."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from helpers.figures import axes, palette, theme
from helpers.figures.chart import Chart, Mark, Panel
from helpers.figures.press import Drawn, drawn

SEEN = {"models_read": "read", "models": "tracked"}
"""Columns of coverage → what a mark calls them."""


def lines(
    frame: pd.DataFrame,
    x: str,
    y: str,
    by: str,
    unit: str,
    title: str,
    height: float = 3.7,
    marks: dict[pd.Timestamp, str] | None = None,
) -> Drawn:
    """One line for each value of `by`, named at its end with its last value (Figures 7, 13, 14).

    frame: x (dates), by (region keys or organisation labels), y (in `unit`; a null value is a gap in its line), low
    and high where the lines have bands, and models_read and models where they rest on coverage.
    marks: day → a few words; those beside the dates shown are left out.
    """
    theme.drawable(frame)
    series = _series(frame, x, y, by, axes.UNITS[unit][1])
    return drawn(Chart([Panel(title, unit, "dates", series, bounds=(0, None), notes=_within(marks, frame[x]))], height))


def downloads_by_region(
    monthly: pd.DataFrame,
    title: str,
    eras: pd.DataFrame | None = None,
    marks: dict[pd.Timestamp, str] | None = None,
) -> Drawn:
    """Cumulative downloads by region, and below them the new downloads of each month (Figure 1).

    monthly: month (label: through the day before), region, downloads, downloads_cumulative, and models_read and models,
    of the cumulative ones.
    A month's new downloads stand in the middle of the month in which they happened, the one before the label.
    title: of both panels, as "above / below". eras: region, start, end (calendar months), tinted below. marks: day → a
    few words, above; those beside the months shown are left out.
    """
    theme.drawable(monthly)
    half = pd.Timedelta(days=15)
    happened = monthly.assign(middle=monthly["month"] - half)
    over, under = title.split(" / ")
    above = Panel(over, "downloads", "dates", _series(happened, "month", "downloads_cumulative", "region", axes.short),
                  bounds=(0, None), notes=_within(marks, monthly["month"]))  # fmt: skip
    new = _series(happened.drop(columns=list(SEEN), errors="ignore"), "middle", "downloads", "region", axes.short)
    new = [replace(mark, rows=mark.rows.assign(at=mark.rows["x"] + half)) for mark in new]
    below = Panel(under, "downloads", "dates", new, bounds=(0, None), eras=eras)
    return drawn(Chart([above, below], 5.9, heights=[1.35, 1]))


def frontier(
    best: pd.DataFrame,
    title: str,
    trend: pd.DataFrame | None = None,
    marks: dict[pd.Timestamp, str] | None = None,
) -> Drawn:
    """The best open model of each region so far, as steps, with trend lines where given (Figures 5 and 6).

    best: date, region, score; a row for each advance and each region's last day.
    trend: start, date, region, score (fitted): a thin line for each start; a region may have none.
    marks: day → a few words; those beside the dates shown are left out.
    """
    theme.drawable(best)
    last, say = best["date"].max(), axes.UNITS["points"][1]
    series = []
    for name, style in palette.styles(best["region"]).items():
        steps = best.loc[best["region"] == name, ["date", "score"]].sort_values("date")
        whole = pd.concat([steps, steps.tail(1).assign(date=last)], ignore_index=True)
        end = f"{style.label} {say(steps['score'].iloc[-1])}"
        series.append(Mark("step", style, whole.set_axis(["x", "y"], axis="columns"), end))
        for _, fit in () if trend is None else trend[trend["region"] == name].groupby("start"):
            series.append(Mark("fit", style, fit[["date", "score"]].set_axis(["x", "y"], axis="columns")))
    return drawn(Chart([Panel(title, "points", "dates", series, notes=_within(marks, best["date"]))], 3.9))


def _within(marks: dict[pd.Timestamp, str] | None, dates: pd.Series) -> dict[pd.Timestamp, str]:
    """The marks on days that a panel of these dates shows, its left edge not among them."""
    return {day: text for day, text in (marks or {}).items() if dates.min() < day <= dates.max()}


def _series(frame: pd.DataFrame, x: str, y: str, by: str, say: Callable[[float], str]) -> list[Mark]:
    """A line for each group, named at its end with its last known value, which `say` writes."""
    found = []
    for name, style in palette.styles(frame[by]).items():
        more = [column for column in frame if column in ("low", "high", *SEEN)]
        rows = frame.loc[frame[by] == name, [x, y, *more]].sort_values(x).rename(columns={x: "x", y: "y"} | SEEN)
        known = rows["y"].dropna()
        found.append(Mark("line", style, rows, f"{style.label} {say(known.iloc[-1])}" if len(known) else ""))
    return found
