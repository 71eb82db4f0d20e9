"""What a figure shows, as data: one description, drawn by two pens, in print (`press`) and on the page (`chart.js`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from helpers.figures import axes, theme
from helpers.figures.palette import Style, styles

WIDE = 560
"""Pixels from which a chart on the page is laid out for a wide column, as in `chart.js`."""


@dataclass(frozen=True, eq=False)
class Mark:
    """One series of a panel.

    kind: line (marked at its end); points (a line marked at each); step (each value holds until the next row; advances
    are marked); fit (a thin line); dots (of ranks, not joined); bars. rows: x, y (the length of a bar alone, without
    what it stands on; null where it is not known), and where they apply x_end (of bars as wide as a time), base (what a
    bar stands on; bars without one stand side by side), low and high (a band), read and tracked (models that were read,
    of so many that are tracked), at (the date under which a row is read, where that is not x). end: words at the last
    known point; "" for none. hollow: no fill.
    """

    kind: str
    style: Style
    rows: pd.DataFrame
    end: str = ""
    hollow: bool = False


@dataclass(frozen=True, eq=False)
class Panel:
    """One set of axes and what is drawn in it.

    across: what x counts: dates; days (or other sizes), on a log axis that names the `ticks`; categories, the `ticks`
    from the top down: bars then run to the right; or ranks, which are not named: `ticks` are then rows, from the top,
    and all marks of a panel are read as one, first at the rank of the last mark.
    bounds: of y over dates and ranks, null where the data decide. log: base of the axis of y over days, 1 for a plain
    one. level: a line across. notes: day → words. eras: region, start, end (calendar months). totals: category → the
    length of its whole bar and words at its end.
    """

    title: str
    unit: str
    across: str
    marks: Sequence[Mark]
    ticks: Sequence[Any] = ()
    bounds: tuple[float | None, float | None] = (None, None)
    log: int = 10
    level: float | None = None
    notes: Mapping[pd.Timestamp, str] = field(default_factory=dict)
    eras: pd.DataFrame | None = None
    totals: Mapping[str, tuple[float, str]] = field(default_factory=dict)

    def height(self, wide: bool, panels: int, columns: int) -> int:
        """Pixels from the title to the foot, as `chart.js` draws it among so many panels."""
        if self.across == "categories":
            stacked = "base" in self.marks[0].rows
            return 22 + len(self.ticks) * (26 if stacked else 14 * len(self.marks) + 8) + 8
        if self.across == "ranks":
            return 22 + (17 * len(self.ticks) + 8 if self.ticks else 170)
        if columns > 1 and self.across == "days":
            return 22 + 190
        return 22 + (220 if panels > 1 else 260) + wide * (40 if panels > 1 else 70)

    def chips(self, width: int) -> int:
        """Pixels of the rows of series with their values under the panel; of ranks, about half the ticks are said."""
        if self.across == "ranks":
            return 5 + 22 * (1 + int(3.8 * sum(len(tick) for tick in self.ticks) / width))
        rows, free = 1, float(width)
        for mark in self.marks:
            needed = 56 + 7 * (len(mark.style.label) + 6)
            if mark.kind == "fit":
                continue
            if needed > free and free < width:
                rows, free = rows + 1, float(width)
            free -= needed
        return 5 + 31 * rows


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure. height: inches in print. heights: of its panels, in proportion. shared: whether they share y.

    x_title: under the lowest panels. below: lines under the figure.
    """

    panels: Sequence[Panel]
    height: float
    columns: int = 1
    heights: Sequence[float] | None = None
    shared: bool = False
    x_title: str = ""
    below: Sequence[str] = ()

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first and the last date of all panels."""
        rows = [mark.rows for panel in self.panels for mark in panel.marks]
        return min(r["x"].min() for r in rows), max(r["x_end" if "x_end" in r else "x"].max() for r in rows)

    def room(self, width: int) -> int:
        """Pixels that the figure needs on a page in a column of this width: its chart or its picture, the higher one.

        The page keeps them free, so that nothing moves when the chart takes the picture's place. The heights are those
        of `chart.js`; names wrap as they would in its typeface, roughly.
        """
        wide = width >= WIDE
        columns = self.columns if wide else min(self.columns, 2)
        heights = [
            panel.height(wide, len(self.panels), self.columns) + panel.chips(width // columns) for panel in self.panels
        ]
        rows = [max(heights[at : at + columns]) for at in range(0, len(heights), columns)]
        below = sum(21 * (1 + int(6.6 * len(text) / width)) for text in self.below)
        picture = (width - 26) * self.height / theme.WIDTH + 26
        return round(max(28 + sum(rows) + 16 * (len(rows) - 1) + 40 + below, picture))

    def script(self, label: str) -> str:
        """The chart for the page: a script that gives `chart.js` this description (pages on disk cannot fetch data).

        Every value stands beside its words, so that the page says what the picture says.
        """
        told = {
            "room": [self.room(680), self.room(350)], "below": list(self.below), "xTitle": self.x_title,
            "columns": self.columns, "shared": self.shared,
            "panels": [_panel(panel) for panel in self.panels],
        }  # fmt: skip
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        return f"atomChart({json.dumps(label)},{text});\n"


def _panel(panel: Panel) -> dict[str, Any]:
    eras = [] if panel.eras is None else panel.eras[["region", "start", "end"]].to_dict("records")
    return {
        "title": panel.title, "unit": panel.unit, "across": panel.across, "bounds": panel.bounds, "log": panel.log,
        "level": panel.level, "ticks": [_plain(tick) for tick in panel.ticks],
        "marks": [_mark(mark, panel) for mark in panel.marks],
        "notes": [{"x": _plain(day), "text": text} for day, text in sorted(panel.notes.items())],
        "eras": [_era(**era) for era in eras],
        "totals": [{"category": name, "y": total, "text": text} for name, (total, text) in panel.totals.items()],
    }  # fmt: skip


def _era(region: str, start: pd.Timestamp, end: pd.Timestamp) -> dict[str, Any]:
    style = styles([region])[region]
    days = {"x": _plain(start), "xEnd": _plain(end + pd.offsets.MonthBegin())}
    return {"name": style.label, "colour": style.colour, **days}


def _mark(mark: Mark, panel: Panel) -> dict[str, Any]:
    columns = {name: [_plain(value) for value in mark.rows[name]] for name in mark.rows.columns}
    say = (lambda row: panel.ticks[int(row)]) if panel.across == "ranks" and panel.ticks else axes.UNITS[panel.unit][1]
    said = ["" if pd.isna(value) else say(value) for value in mark.rows["y"]]
    look = {"colour": mark.style.colour, "dash": mark.style.dash, "marker": mark.style.marker}
    return {"kind": mark.kind, "name": mark.style.label, "end": mark.end, "hollow": mark.hollow, **look,
            "said": said, **columns}  # fmt: skip


def _plain(value: Any) -> Any:
    """A cell as JSON holds it: a day as its ISO date, null for what is not known, whole numbers without a point."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    number = value if isinstance(value, str) else float(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number
