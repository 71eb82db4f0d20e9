"""Downloads as an archive holds them, reconstructed: daily histories and daily snapshots (paper, Section 2.1).

From the organisations' totals and the single models' counts that the paper prints, and from the assumptions in
data/reconstruction where it prints nothing, every model gets a plan (`plan`), the plan becomes days with rhythm and
noise (`curves`), and real archives' troubles come on top (`disturbances`). What cleaning leaves are the totals again.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.reconstruction import curves, disturbances, plan, records
from helpers.reconstruction.calendar import Calendar
from helpers.reconstruction.plan import Plan
from helpers.reconstruction.published import Published, ReconstructionError

MOST_ABSORBED = 0.25
"""Part of their downloads by which models without known points may be changed to keep a group's totals."""
SETTLING = 30
"""Days after a model's start that no absence may hit."""


@dataclass(frozen=True)
class Downloads:
    """The raw tables, and what was planted, for tests only.

    history: date, model, downloads. snapshots: date, model, downloads_all_time, created_at. planted: see
    `records.planted`.
    """

    history: pd.DataFrame
    snapshots: pd.DataFrame
    planted: pd.DataFrame


def generate(
    models: pd.DataFrame,
    published: Published,
    groups: pd.DataFrame,
    calendar: Calendar,
    total_day: pd.Timestamp,
    chance: np.random.Generator,
) -> Downloads:
    """The downloads of all models of a `roster`. groups: group, spikes. total_day: that of the buckets' totals."""
    planned = plan.make(models, published, groups, calendar, total_day, chance)
    days = _lively(planned, calendar, chance)

    missing = disturbances.missing_days(_protected(planned.points, calendar), calendar, chance)
    undisturbed = planned.models["model"].str.contains(plan.UNDISTURBED)
    read, events = disturbances.comings_and_goings(planned.models, undisturbed, missing, calendar, chance)
    for kind, row, day in events.itertuples(index=False):
        if kind in ("vanished", "reset"):
            days[row, day : None if kind == "vanished" else day + 1] = 0

    stretches = planned.stretches
    wanted = pd.Series([days[s.row, s.first : s.last + 1].sum() + s.downloads for s in stretches.itertuples()])
    spiked = disturbances.spikes(days, stretches, chance)
    busy = (spiked > 0) | (np.cumsum(days > 0, axis=1) < SETTLING)
    absent = disturbances.absences(planned.models["history"].to_numpy(), busy, calendar, chance)
    days = disturbances.evened(days, (spiked > 0) | absent)
    disturbances.settled(days, spiked, stretches, wanted)
    _absorb(planned, days)

    counted = days + spiked
    lifetime = np.rint(planned.before[:, None]).astype(np.int64) + np.cumsum(counted, axis=1)
    return Downloads(
        records.history(planned.models, counted, absent, calendar),
        records.snapshots(planned.models, lifetime, read, events, calendar),
        records.planted(planned.models, spiked, absent, missing, events, calendar),
    )


def _protected(points: pd.DataFrame, calendar: Calendar) -> set[int]:
    """Days whose snapshots the paper's figures need to the digit: those of known points, and the ends of months."""
    months = pd.date_range(calendar.first, calendar.last, freq="MS")
    return {calendar.index(day) + near for day in points["date"] for near in (-1, 0, 1)} | {
        calendar.index(day) - near for day in months for near in (0, 1)
    }


def _lively(planned: Plan, calendar: Calendar, chance: np.random.Generator) -> np.ndarray:
    """Whole downloads with rhythm and noise; sums at the groups' known totals and at known points are kept."""
    weekday = calendar.days.day_of_week.to_numpy()
    entry, length = calendar.index(calendar.entry), len(calendar.days)
    common = {0, entry, entry + 1}.union(*(map(int, bounds) for _, bounds in planned.totals.values()))
    own = planned.points.groupby("model")["date"].agg(lambda dates: {calendar.index(day) + 1 for day in dates})
    days = curves.lively(planned.days, weekday, np.array(sorted(common)), chance)
    for row, bounds in enumerate(own.reindex(planned.models["model"]).dropna()):
        inside = sorted(bound for bound in common | bounds if bound < length)
        days[row] = curves.lively(planned.days[row : row + 1], weekday, np.array(inside), chance)[0]
    return days


def _absorb(planned: Plan, days: np.ndarray) -> None:
    """Let each group's models without known points make its sums what they are to be.

    Raises ReconstructionError where that would need more than MOST_ABSORBED of what they have.
    """
    loose = ~planned.models["model"].isin(planned.points["model"])
    for group, (wanted, bounds) in planned.totals.items():
        rows = np.flatnonzero(planned.models["group"] == group)
        takers = rows[loose[rows]]
        for first, last in zip(bounds, [*bounds[1:], days.shape[1]], strict=True):
            part = np.ix_(takers, np.arange(first, last))
            held = int(days[part].sum())
            missing = round(wanted[first:last].sum()) - int(days[rows, first:last].sum())
            if abs(missing) > MOST_ABSORBED * held + days.shape[1]:
                raise ReconstructionError(
                    f"{group}: its models without known points have {held:,} downloads from day {first} to {last}, too "
                    f"few to take up {missing:,}; raise the group's totals in data/reconstruction/totals.csv"
                )
            days[part] = curves.whole(days[part] * ((held + missing) / max(held, 1)))
            days[takers[0], last - 1] += round(wanted[first:last].sum()) - int(days[rows, first:last].sum())
