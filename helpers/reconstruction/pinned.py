"""The models with known points: their downloads of each day, and the spikes they are to have."""

import numpy as np
import pandas as pd

from helpers.reconstruction.calendar import Calendar

BEFORE_HISTORY = 0.06
"""Part of its lifetime count that a model released before the histories start had by then, in a group with history."""
SLOWING = 0.6
"""Growth of a model that was there before the first snapshot, against an even one."""
EARLY, SPIKED = 180, 60
"""Days after release up to which a curve is straight between its points, and from which it may have spikes."""
STRETCH = 20
"""Days of history that a stretch between two points needs to have spikes of its own."""
FADING = 0.25
"""Downloads a day after a model's last known point, against those just before it."""


def pinned(
    models: pd.DataFrame, points: pd.DataFrame, clocks: dict[str, np.ndarray], spikes: pd.Series, calendar: Calendar
) -> tuple[np.ndarray, pd.Series, pd.DataFrame]:
    """The models with known points: downloads of each day without spikes (models of `points` × days), what each had
    before the first day, and the spikes it is to have: model, first, last (days), downloads.

    models: from `roster`, indexed by model. points: from `known.points`. clocks: group → cumulative downloads by day,
    whose pace a model follows where no points are near. spikes: group → spikes in the history against its other
    downloads. A model without history enters on the day of the first snapshot with its count of that day.
    """
    names = list(points["model"].unique())
    table, before, planned = np.zeros((len(names), len(calendar.days))), {}, []
    for row, (name, known) in enumerate(points.groupby("model", sort=False)):
        model = models.loc[name]
        clock = clocks.get(model["group"], np.arange(len(calendar.days), dtype=float))
        table[row], before[name], found = _one(model, known, clock, spikes[model["group"]], calendar)
        planned += [(name, *stretch) for stretch in found]
    return table, pd.Series(before), pd.DataFrame(planned, columns=["model", "first", "last", "downloads"])


def _one(
    model: pd.Series, known: pd.DataFrame, clock: np.ndarray, share: float, calendar: Calendar
) -> tuple[np.ndarray, float, list[tuple[int, int, float]]]:
    """One pinned model: its days, its count before the first, its spikes as (first day, last day, downloads)."""
    at, counts, start = _anchors(model, known, calendar)
    entered = start != at[0] + 1
    early = sum(place - start <= EARLY for place in at)
    days, spiked = np.zeros(len(clock)), []
    if early > 1:
        # Straight between points: a curve would swing so far that cleaning took its crests for spikes.
        curve = np.interp(np.arange(-1, len(clock)), at[:early], counts[:early])
        days += np.diff(curve)
    end = calendar.index(calendar.end) if model["history"] else -1
    for i in range(1, len(at)):
        a, b, gain = at[i - 1], at[i], counts[i] - counts[i - 1]
        if i >= early:
            pace = np.diff(clock, prepend=0)[a + 1 : b + 1]
            days[a + 1 : b + 1] = gain * pace / pace.sum()
        if (entered or a - start >= SPIKED) and min(b, end) - a >= STRETCH:
            inside = days[a + 1 : min(b, end) + 1].sum() / gain if gain else 0
            days[a + 1 : b + 1] /= 1 + share * inside
            spiked.append((a + 1, min(b, end), gain - gain / (1 + share * inside)))
    last = at[-1]
    days[last + 1 :] = days[last - 6 : last + 1].mean() * FADING if early == len(at) else _onward(days, clock, last)
    if entered and not model["history"]:
        days[at[0]] = counts[0]
    before = counts[0] if entered and model["history"] else 0.0
    return days, before, [stretch for stretch in spiked if stretch[2] > 0]


def _anchors(model: pd.Series, known: pd.DataFrame, calendar: Calendar) -> tuple[list[int], list[float], int]:
    """The days and counts that one model's curve goes through, the first included, and the day of its release."""
    held = -1 if model["history"] else calendar.index(calendar.entry)
    start = calendar.index(model["released"])
    at, counts = [calendar.index(day) for day in known["date"]], list(known["count"].astype(float))
    if start > held:
        return [start - 1, *at], [0.0, *counts], start
    age = (held - start) / (at[-1] - start)  # it has grown for longer than it is watched, and fastest when new
    part = BEFORE_HISTORY if model["history"] else 1 - (1 - age) * SLOWING
    return [held, *at], [part * counts[-1], *counts], start


def _onward(days: np.ndarray, clock: np.ndarray, last: int) -> np.ndarray:
    """The days after the last known one, at the pace of the clock as in the month before."""
    pace = np.diff(clock, prepend=0)
    return days[last - 27 : last + 1].sum() / pace[last - 27 : last + 1].sum() * pace[last + 1 :]
