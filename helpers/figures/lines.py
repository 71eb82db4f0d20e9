"""Figures that run through time: cumulative series, regional downloads, performance frontiers."""

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.figures import axes, palette, theme


def lines(
    frame: pd.DataFrame,
    x: str,
    y: str,
    by: str,
    unit: str,
    title: str,
    height: float = 3.7,
    marks: dict[pd.Timestamp, str] | None = None,
) -> Figure:
    """One line for each value of `by`, named at its end with its last value (Figures 7, 13, 14).

    frame: x (dates), by (region keys or organisation labels), y (in `unit`); a null value is a gap in its line.
    marks: day → a few words; those beside the dates shown are left out.
    """
    theme.drawable(frame)
    figure, (ax,) = theme.panels(height)
    ax.set_title(title)
    _draw(ax, frame, x, y, by, axes.value_axis(ax, unit))
    ax.set_ylim(bottom=0)
    axes.month_axis(ax, frame[x].min(), frame[x].max())
    axes.annotate(ax, _within(marks, frame[x]))
    axes.settle(figure)
    return figure


def downloads_by_region(
    monthly: pd.DataFrame,
    title: str,
    eras: pd.DataFrame | None = None,
    marks: dict[pd.Timestamp, str] | None = None,
) -> Figure:
    """Cumulative downloads by region, and below them the new downloads of each month (Figure 1).

    monthly: month (label: through the day before), region, downloads, downloads_cumulative.
    A month's new downloads stand in the middle of the month in which they happened, the one before the label.
    title: of both panels, as "above / below". eras: region, start, end (calendar months), tinted below. marks: day → a
    few words, above; those beside the months shown are left out.
    """
    theme.drawable(monthly)
    figure, (above, below) = theme.panels(5.9, rows=2, sharex=True, height_ratios=[1.35, 1])
    happened = monthly.assign(middle=monthly["month"] - pd.Timedelta(days=15))
    for ax, x, y, said in zip(
        (above, below), ("month", "middle"), ("downloads_cumulative", "downloads"), title.split(" / "), strict=True
    ):
        ax.set_title(said)
        _draw(ax, happened, x, y, "region", axes.value_axis(ax, "downloads"))
        ax.set_ylim(bottom=0)
    axes.month_axis(below, happened["middle"].min(), monthly["month"].max())
    if eras is not None:
        axes.eras(below, eras)
    axes.annotate(above, _within(marks, monthly["month"]))
    axes.settle(figure)
    return figure


def frontier(best: pd.DataFrame, title: str, trend: pd.DataFrame | None = None) -> Figure:
    """The best open model of each region so far, as steps, with trend lines where given (Figures 5 and 6).

    best: date, region, score; a row for each advance and each region's last day.
    trend: date, region, score (fitted), low, high (its confidence band); a region may have none.
    """
    theme.drawable(best)
    figure, (ax,) = theme.panels(3.9)
    ax.set_title(title)
    say = axes.value_axis(ax, "points")
    last = best["date"].max()
    for name, style in palette.styles(best["region"]).items():
        steps = best[best["region"] == name].sort_values("date")
        advances = steps[steps["score"].diff() != 0]
        end = steps.iloc[-1]
        ax.step([*steps["date"], last], [*steps["score"], end["score"]], where="post", color=style.colour,
                dashes=style.dash or (None, None))  # fmt: skip
        ax.plot(advances["date"], advances["score"], style.marker, color=style.colour, markersize=4.5, clip_on=False)
        axes.end_label(ax, last, end["score"], f"{style.label} {say(end['score'])}", style.colour)
        if trend is not None and (trend["region"] == name).any():
            fit = trend[trend["region"] == name].sort_values("date")
            ax.plot(fit["date"], fit["score"], color=style.colour, linewidth=1, alpha=0.75)
            ax.fill_between(fit["date"], fit["low"], fit["high"], color=style.colour, alpha=0.13, linewidth=0)
    axes.month_axis(ax, best["date"].min(), last)
    axes.settle(figure)
    return figure


def _within(marks: dict[pd.Timestamp, str] | None, dates: pd.Series) -> dict[pd.Timestamp, str]:
    """The marks on days that a panel of these dates shows, its left edge not among them."""
    return {day: text for day, text in (marks or {}).items() if dates.min() < day <= dates.max()}


def _draw(ax: Axes, frame: pd.DataFrame, x: str, y: str, by: str, say: Callable[[float], str]) -> None:
    """The lines of one panel with their end labels; `say` writes a value."""
    for name, style in palette.styles(frame[by]).items():
        series = frame[frame[by] == name].sort_values(x)
        width = 2.0 if len(series) <= 100 else 1.2  # daily values: a thick line would hide their shape
        ax.plot(series[x], series[y], color=style.colour, dashes=style.dash or (None, None), linewidth=width)
        known = series.dropna(subset=y)
        if known.empty:
            continue
        end = known.iloc[-1]
        ax.plot(end[x], end[y], style.marker, color=style.colour, clip_on=False, zorder=3)
        axes.end_label(ax, end[x], end[y], f"{style.label} {say(end[y])}", style.colour)
