"""Figures whose parts make a whole, or stand side by side: bars, one for each bucket or month."""

from typing import Any

import pandas as pd

from helpers.figures import axes, palette, theme
from helpers.figures.chart import Chart, Mark, Panel
from helpers.figures.press import Drawn, drawn
from helpers.registry import BUCKETS


def buckets(frame: pd.DataFrame, title: str) -> Drawn:
    """Cumulative downloads of each size bucket, split by region (Figure 2).

    frame: bucket, region, downloads_cumulative. Buckets not among BUCKETS ("unresolved") come last. A label gives
    the length of the whole bar and its part of all bars.
    """
    theme.drawable(frame)
    table = frame.pivot_table(index="bucket", columns="region", values="downloads_cumulative", aggfunc="sum")
    rows = [*(b for b in BUCKETS if b in table.index), *sorted(set(table.index) - set(BUCKETS))]
    marks = _stacked(table.loc[rows], palette.styles(table.columns))
    sums = table.loc[rows].sum(axis="columns")
    totals = {row: (total, f"{axes.short(total)} · {axes.part(total / sums.sum())}") for row, total in sums.items()}
    return drawn(Chart([Panel(title, "downloads", "categories", marks, rows, totals=totals)], 4.3))


def shares(frame: pd.DataFrame, value: str, by: str, title: str) -> Drawn:
    """Shares of each month, stacked to 100 % and named with the last month's share (Figures 3, 4, 8 and 9).

    frame: month (first day of the calendar month in which it happened), by, value (0..1); null where it is unknown:
    then there is no bar, and no number in the label.
    """
    theme.drawable(frame)
    marks = _months(frame, by, value, "share", palette.styles(frame[by]), through=False)
    return drawn(Chart([Panel(title, "share", "dates", marks, bounds=(0, 1))], 4.1))


def opposed(frame: pd.DataFrame, side: str, by: str, title: str, whole: str | None = None) -> Drawn:
    """New downloads per month of two sides, one panel each on one scale, stacked by who makes them up (Figures 10, 11).

    frame: month (label: through the day before), side, by, downloads; the side of its first row is above.
    title: of both panels, as "above / below". whole: the organisation whose shades the parts of a side take when they
    are no organisations themselves.
    """
    theme.drawable(frame)
    panels = []
    for name, said in zip(frame[side].unique(), title.split(" / "), strict=True):
        part = frame[frame[side] == name]
        styles = palette.styles(part[by])
        if whole and not set(part[by]) & palette.ORGANISATIONS.keys():
            shades = palette.tints(palette.ORGANISATIONS[whole].colour, len(styles))
            styles = {n: s._replace(colour=c) for (n, s), c in zip(styles.items(), shades, strict=True)}
        panels.append(
            Panel(said, "downloads", "dates", _months(part, by, "downloads", "downloads", styles, through=True))
        )
    return drawn(Chart(panels, 5.9, shared=True))


def grouped(frame: pd.DataFrame, category: str, by: str, value: str, order: list[str], title: str) -> Drawn:
    """Shares side by side within each category, each bar with its value, the first also with its name (Figure 12).

    frame: category, by (organisation labels), value (0..1). A value that is absent has no bar.
    """
    known = frame.dropna(subset=value)
    theme.drawable(known)
    marks = []
    for name, style in palette.styles(known[by]).items():
        rows = known[known[by] == name].set_index(category)[value].reindex(order).dropna().rename("y")
        marks.append(Mark("bars", style, rows.rename_axis("x").reset_index(), style.label))
    return drawn(Chart([Panel(title, "share", "categories", marks, order)], 0.62 * len(order) + 1.1))


def _stacked(table: pd.DataFrame, styles: dict[str, palette.Style], **rows: Any) -> list[Mark]:
    """A series of bars for each column, on top of those of the columns before. rows: more columns of each."""
    base, found = pd.Series(0.0, table.index), []
    for name, style in styles.items():
        bars = pd.DataFrame({"x": table.index, "y": table[name].array, "base": base.array, **rows})
        found.append(Mark("bars", style, bars))
        base = base + table[name].fillna(0)
    return found


def _months(
    frame: pd.DataFrame, by: str, value: str, unit: str, styles: dict[str, palette.Style], through: bool
) -> list[Mark]:
    """Stacked bars, each as wide as the calendar month it stands for, named at the right with their last value.

    through: the label is the day after the month (cumulative tables); otherwise it is the month's first day.
    """
    table = frame.groupby(["month", by])[value].sum(min_count=1).unstack(by)
    month, step, say = table.index, pd.DateOffset(months=1), axes.UNITS[unit][1]
    table.index, ends = (month - step, month) if through else (month, month + step)
    last = table.iloc[-1]
    texts = {n: f"{s.label} {say(last[n])}" if last[n] > 0 else s.label for n, s in styles.items()}
    bars = _stacked(table, styles, x_end=ends)
    return [Mark(mark.kind, mark.style, mark.rows, text) for mark, text in zip(bars, texts.values(), strict=True)]
