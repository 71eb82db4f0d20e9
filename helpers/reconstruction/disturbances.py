"""What real archives suffer from, planted on top of the plan: spikes, absent days, resets, models that come and go."""

import numpy as np
import pandas as pd

from helpers.reconstruction.calendar import Calendar
from helpers.reconstruction.curves import whole

TIMES = 7
"""Spikes come to this many times the usual days that they fall on, all together, so that each stands out."""
USUAL = 500
"""Downloads that a day counts for at least when spikes are measured against it."""
APART = 9
"""Days between two spikes of one model, and after its last, at least: an outlier is rare among the days around it, and
those after it have come back."""
AROUND = 45
"""Days before and after a spike whose mean is usual there."""
ABSENT_DAYS, MISSING, RESETS, VANISHED, LATE = 60, 9, 1, 12, 15
"""Model days absent from the history; days without a snapshot; models whose counter is reset, that vanish, that are
listed late."""


def spikes(downloads: np.ndarray, planned: pd.DataFrame, chance: np.random.Generator) -> np.ndarray:
    """Spikes of single days, or bursts of consecutive ones: models × days, whole numbers.

    planned: row, first, last, downloads, burst: stretches of a model's days and what its spikes in them come to. A
    stretch whose spikes would be too small to stand out has none.
    """
    table = np.zeros_like(downloads)
    upto = np.pad(np.cumsum(downloads, axis=1), ((0, 0), (1, 0)))
    for row, first, last, total, burst in planned[["row", "first", "last", "downloads", "burst"]].itertuples(
        index=False
    ):
        places = np.arange(first, last + 1) if burst else np.arange(first + 2, last + 1 - APART, APART)
        low, high = np.maximum(places - AROUND, 0), np.minimum(places + AROUND + 1, downloads.shape[1])
        usual = np.maximum((upto[row, high] - upto[row, low]) / (high - low), USUAL)
        order = np.arange(len(places)) if burst else chance.permutation(len(places))
        kept = order[: np.searchsorted(np.cumsum(usual[order]), total / TIMES)]
        if len(kept):
            sizes = usual[kept] * chance.uniform(0.7, 1.3, len(kept))
            table[row, places[kept]] += np.rint(sizes / sizes.sum() * total).astype(np.int64)
    return table


def settled(downloads: np.ndarray, spiked: np.ndarray, planned: pd.DataFrame, wanted: pd.Series) -> None:
    """Let each planned stretch come to its wanted downloads, spikes included: what is missing goes to its largest
    spike, or, where it has none but is exact, evenly to its days. Changes both tables. wanted: indexed like planned.
    """
    for stretch in planned.itertuples():
        row, part = stretch.row, slice(stretch.first, stretch.last + 1)
        missing = round(wanted[stretch.Index]) - int(downloads[row, part].sum() + spiked[row, part].sum())
        if spiked[row, part].any():
            spiked[row, stretch.first + int(np.argmax(spiked[row, part]))] += missing
        elif stretch.exact:
            even = np.full((1, stretch.last - stretch.first + 1), missing / (stretch.last - stretch.first + 1))
            downloads[row, part] += whole(even)[0]


def absences(history: np.ndarray, busy: np.ndarray, calendar: Calendar, chance: np.random.Generator) -> np.ndarray:
    """Days that the histories lack: models × days. history: rows that have one. busy: days not to take."""
    absent = np.zeros_like(busy)
    end = calendar.index(calendar.end)
    free = np.argwhere(history[:, None] & ~busy & (np.arange(busy.shape[1]) < end - 10))
    for row, day in free[np.sort(chance.choice(len(free), ABSENT_DAYS, replace=False))]:
        absent[row, day] = True
    return absent


def evened(downloads: np.ndarray, replaced: np.ndarray) -> np.ndarray:
    """Downloads in which the replaced days lie on the line between their neighbours, rounded down: what cleaning
    makes of days that it cannot use is then what the plan had there.
    """
    rows, days = np.nonzero(replaced)
    even = downloads.copy()
    for row, day in zip(rows, days, strict=True):
        before, after = day - 1, day + 1
        while replaced[row, before]:
            before -= 1
        while replaced[row, after]:
            after += 1
        rise = downloads[row, after] - downloads[row, before]
        even[row, day] = downloads[row, before] + rise * (day - before) // (after - before)
    return even


def comings_and_goings(
    models: pd.DataFrame, undisturbed: pd.Series, missing: list[int], calendar: Calendar, chance: np.random.Generator
) -> tuple[np.ndarray, pd.DataFrame]:
    """On which days a snapshot has which model, and what happens to whom: kind, row, day.

    missing: days without a snapshot. Only long-tail models vanish, are reset or are listed late, the latter only
    elsewhere, where no published total depends on them. A model that vanished or is reset has no downloads then.
    """
    days, entry = len(calendar.days), calendar.index(calendar.entry)
    created = np.array([calendar.index(day) for day in models["created"]])
    read = (np.arange(days) >= np.maximum(created, entry)[:, None]) & ~np.isin(np.arange(days), missing)
    tail = models["tail"] & ~undisturbed
    old = np.flatnonzero(tail & (created < entry) & (models["region"] != "other") & (models["region"] != "unknown"))
    chosen = chance.permutation(old)
    events = [("vanished", row, int(chance.integers(entry + 60, days - 30))) for row in chosen[:VANISHED]]
    events += [
        ("reset", row, int(chance.integers(entry + 40, days - 60))) for row in chosen[VANISHED : VANISHED + RESETS]
    ]
    away = np.flatnonzero(tail & (created < entry) & models["group"].eq("elsewhere"))
    late = chance.permutation(away)[:LATE]
    events += [("late", row, int(chance.integers(entry + 30, days - 60))) for row in late]
    for kind, row, day in events:
        if kind == "vanished":
            read[row, day:] = False
        if kind == "late":
            read[row, :day] = False
    return read, pd.DataFrame(events, columns=["kind", "row", "day"]).sort_values(["kind", "row"], ignore_index=True)


def missing_days(protected: set[int], calendar: Calendar, chance: np.random.Generator) -> list[int]:
    """Days without a snapshot, a run of three among them; never one of the protected days."""
    start = calendar.index(calendar.entry) + 20
    free = [day for day in range(start, len(calendar.days) - 10) if day not in protected]
    runs = [day for day in free if {day + 1, day + 2} <= set(free)]
    run = runs[int(chance.integers(len(runs)))]
    single = chance.choice([day for day in free if abs(day - run) > 5], MISSING - 3, replace=False)
    return sorted({run, run + 1, run + 2, *map(int, single)})
