"""Downloads as an archive holds them, reconstructed: daily histories and daily snapshots (paper, Section 2.1).

From the organisations' totals and the single models' counts that the paper prints, and from the assumptions in
data/reconstruction where it prints nothing, every model gets a plan (`plan`), the plan becomes days with rhythm and
noise (`curves`), and real archives' troubles come on top (`disturbances`). What cleaning leaves are the totals again.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.sources.reconstruction import curves, disturbances, known, plan
from helpers.sources.reconstruction.calendar import Calendar
from helpers.sources.reconstruction.published import Published, ReconstructionError

UNDISTURBED = r"long-tail-0[01]\d-"
"""Models that have no spikes and do not come or go: cleaning must leave them as they are."""
MOST_ABSORBED = 0.25
"""Part of their downloads by which models without known points may be changed to keep a group's totals."""


@dataclass(frozen=True)
class Downloads:
    """The raw tables, and what was planted, for tests only.

    history: date, model, downloads. snapshots: date, model, downloads_all_time, created_at. planted: kind (spike,
    absent, vanished, reset, late, missing), date, model, downloads (of spikes).
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
    totals = plan.totals(published, calendar)
    clocks = {group: np.cumsum(days) for group, (days, _) in totals.items()}
    points = known.points(models, published, clocks, calendar)
    ordered, smooth, before, stretches = _planned(
        models, points, published, groups, totals, clocks, calendar, total_day, chance
    )
    days = _lively(ordered, smooth, points, totals, calendar, chance)

    protected = {calendar.index(day) + near for day in points["date"] for near in (-1, 0, 1)}
    protected |= {
        calendar.index(day) - near for day in pd.date_range(calendar.first, calendar.last, freq="MS") for near in (0, 1)
    }
    missing = disturbances.missing_days(protected, calendar, chance)
    read, events = disturbances.comings_and_goings(
        ordered, ordered["model"].str.contains(UNDISTURBED), missing, calendar, chance
    )
    for kind, row, day in events.itertuples(index=False):
        if kind == "vanished":
            days[row, day:] = 0
        if kind == "reset":
            days[row, day] = 0
    wanted = pd.Series([days[s.row, s.first : s.last + 1].sum() + s.downloads for s in stretches.itertuples()])
    spiked = disturbances.spikes(days, stretches, chance)
    absent = disturbances.absences(ordered["history"].to_numpy(), _alive(days, spiked), calendar, chance)
    days = disturbances.evened(days, (spiked > 0) | absent)
    disturbances.settled(days, spiked, stretches, wanted)
    _absorb(ordered, days, points, totals)
    return Downloads(
        _history(ordered, days + spiked, absent, calendar),
        _snapshots(
            ordered, np.rint(before.to_numpy()[:, None]) + np.cumsum(days + spiked, axis=1), read, events, calendar
        ),
        _told(ordered, spiked, absent, missing, events, calendar),
    )


def _planned(models, points, published, groups, totals, clocks, calendar, total_day, chance):
    """The smooth plan: the models with those that have known points first, their downloads (models × days), what they
    had before the first day, and the stretches in which they have spikes (row, first, last, downloads, burst).
    """
    share = groups.set_index("group")["spikes"]
    by_name = models.set_index("model")
    days, before, stretches = plan.pinned(by_name, points, clocks, share, calendar)
    names = list(before.index)
    rest = plan.remainder(totals, by_name, names, days)
    most = published.top_models.groupby("bucket")["downloads"].min() * plan.CROWD
    cells = plan.cells(by_name, days, names, totals, most, published, calendar.index(total_day) + 1)
    free = models[~models["model"].isin(names)]
    more = plan.others(free, rest, cells, calendar, total_day, most, chance)
    ordered = pd.concat([by_name.loc[names].reset_index(), free], ignore_index=True)
    end = calendar.index(calendar.end)
    loose = []
    for row, model in enumerate(free.itertuples(), len(names)):
        first = max(calendar.index(model.released), 0) + disturbances.AROUND
        if model.history and first < end and not re.search(UNDISTURBED, model.model):
            held = more[row - len(names)]
            loose.append(
                (
                    model.model,
                    first,
                    end,
                    min(share[model.group] * held[first : end + 1].sum(), most[model.bucket] - held.sum()),
                )
            )
    bursts = published.assumed("bursts")
    starts = bursts["model"].map(by_name["released"].map(calendar.index))
    burst = pd.DataFrame(
        {
            "model": bursts["model"],
            "first": starts + bursts["first"].astype(int),
            "last": starts + bursts["last"].astype(int),
            "downloads": bursts["value"],
        }
    )
    loose = pd.DataFrame(loose, columns=stretches.columns)
    planned = pd.concat(
        [
            stretches.assign(burst=False, exact=True),
            loose[loose["downloads"] > 0].assign(burst=False, exact=False),
            burst.assign(burst=True, exact=True),
        ],
        ignore_index=True,
    )
    planned["row"] = planned["model"].map(pd.Series(ordered.index, ordered["model"]))
    return ordered, np.vstack([days, more]), before.reindex(ordered["model"]).fillna(0), planned


def _lively(ordered, smooth, points, totals, calendar, chance) -> np.ndarray:
    """Whole downloads with rhythm and noise; sums at the groups' known totals and at known points are kept."""
    weekday = calendar.days.dayofweek.to_numpy()
    entry = calendar.index(calendar.entry)
    common = {0, entry, entry + 1}.union(*(map(int, bounds) for _, bounds in totals.values()))
    own = points.groupby("model")["date"].agg(lambda dates: {calendar.index(day) + 1 for day in dates})
    days = curves.lively(smooth, weekday, np.array(sorted(common)), chance)
    for row, bounds in enumerate(own.reindex(ordered["model"]).dropna()):
        inside = sorted(bound for bound in common | bounds if bound < smooth.shape[1])
        days[row] = curves.lively(smooth[row : row + 1], weekday, np.array(inside), chance)[0]
    return days


def _alive(days: np.ndarray, spiked: np.ndarray) -> np.ndarray:
    """Days that no absence may hit: those of spikes, and those around the start of a model."""
    started = np.cumsum(days > 0, axis=1)
    return (spiked > 0) | (started < 30)


def _absorb(ordered: pd.DataFrame, days: np.ndarray, points: pd.DataFrame, totals: dict) -> None:
    """Let each group's models without known points make its sums what they are to be.

    Raises ReconstructionError where that would need more than MOST_ABSORBED of what they have.
    """
    loose = ~ordered["model"].isin(points["model"])
    for group, (wanted, bounds) in totals.items():
        rows = np.flatnonzero(ordered["group"] == group)
        takers = rows[loose[rows]]
        for first, last in zip(bounds, [*bounds[1:], days.shape[1]], strict=True):
            part = np.ix_(takers, np.arange(first, last))
            held = int(days[part].sum())
            missing = round(wanted[first:last].sum()) - int(days[rows, first:last].sum())
            if abs(missing) > MOST_ABSORBED * held + days.shape[1]:
                raise ReconstructionError(
                    f"{group}: its models without known points have {held:,} downloads from day {first} to {last}, too few to "
                    f"take up {missing:,}; raise the group's totals in data/reconstruction/totals.csv"
                )
            days[part] = curves.whole(days[part] * ((held + missing) / max(held, 1)))
            days[takers[0], last - 1] += round(wanted[first:last].sum()) - int(days[rows, first:last].sum())


def _history(ordered: pd.DataFrame, days: np.ndarray, absent: np.ndarray, calendar: Calendar) -> pd.DataFrame:
    """date, model, downloads: a row for each day that the histories hold."""
    upto = np.arange(days.shape[1]) <= calendar.index(calendar.end)
    start = np.array([calendar.index(day) for day in ordered["created"]])[:, None]
    held = ordered["history"].to_numpy()[:, None] & upto & (np.arange(days.shape[1]) >= start) & ~absent
    rows, columns = np.nonzero(held)
    return pd.DataFrame(
        {"date": calendar.days[columns], "model": ordered["model"].to_numpy()[rows], "downloads": days[rows, columns]}
    )


def _snapshots(ordered, counts: np.ndarray, read: np.ndarray, events: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """date, model, downloads_all_time, created_at: a row for each model that a snapshot has, ordered by day."""
    counts = counts.astype(np.int64)
    for row, day in events.loc[events["kind"] == "reset", ["row", "day"]].itertuples(index=False):
        counts[row, day:] -= counts[row, day - 1] * 7 // 10
    columns, rows = np.nonzero(read.T)
    return pd.DataFrame(
        {
            "date": calendar.days[columns],
            "model": ordered["model"].to_numpy()[rows],
            "downloads_all_time": counts[rows, columns],
            "created_at": ordered["created"].dt.tz_localize("UTC").to_numpy()[rows],
        }
    )


def _told(ordered, spiked, absent, missing, events, calendar) -> pd.DataFrame:
    """What was planted: kind, date, model, downloads."""
    parts = [pd.DataFrame({"kind": "missing", "date": calendar.days[missing], "model": "", "downloads": 0})]
    for kind, table in (("spike", spiked), ("absent", absent)):
        rows, columns = np.nonzero(table)
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "date": calendar.days[columns],
                    "model": ordered["model"].to_numpy()[rows],
                    "downloads": table[rows, columns],
                }
            )
        )
    parts.append(
        pd.DataFrame(
            {
                "kind": events["kind"],
                "date": calendar.days[events["day"]],
                "model": ordered["model"].to_numpy()[events["row"]],
                "downloads": 0,
            }
        )
    )
    return pd.concat(parts, ignore_index=True)
