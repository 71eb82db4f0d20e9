"""Lifetime counts from snapshots: days between readings, counts that fall, models that come and go (Section 2.1)."""

import numpy as np
import pandas as pd

from helpers.measures import flags
from helpers.measures.grid import Grid, fill, since_first, until_last


def snapshot_counts(snapshots: pd.DataFrame) -> pd.DataFrame:
    """Each model's all-time count on every day from its first to the last snapshot (Section 2.1).

    snapshots: date, model, downloads_all_time, created_at (both nullable). Days on which a model's count was not read
    lie on the line between the readings around them (flag interpolated). A count that falls is a reset of the counter:
    nothing is subtracted, and later growth comes on top (reset); but if the count later rises by as much at once, to
    where it was or higher, the low readings were faulty, and are replaced by the line (also flagged reset). A model
    that is not read any more keeps its last count (vanished). The first reading is a lifetime total that no day can
    claim (entered, downloads null), unless the model was created since the snapshot before: then all of it is new
    (observed).

    Returns date, model, downloads (new that day), downloads_cumulative (all time), flag, ordered by model and date.
    """
    snapshots = snapshots.dropna(subset="downloads_all_time").astype({"downloads_all_time": "int64"})
    grid = Grid.of(snapshots)
    read = grid.matrix(snapshots["downloads_all_time"])
    known = ~np.isnan(read)
    counts, kept, reset = _without_falls(read, known)
    since = since_first(known)
    total = np.where(since, fill(counts, kept), np.nan)
    new = np.diff(total, axis=1, prepend=np.nan)
    marks = np.where(known, flags.OBSERVED, np.where(until_last(known), flags.INTERPOLATED, flags.VANISHED))
    marks[reset] = flags.RESET

    rows, first = np.arange(len(known)), known.argmax(axis=1)
    born = _created(snapshots, grid.models) >= _snapshot_before(grid.days, known)[first]
    new[rows, first] = np.where(born, total[rows, first], np.nan)
    marks[rows[~born], first[~born]] = flags.ENTERED
    return flags.table(grid, since, marks, downloads=new, downloads_cumulative=total)


def _without_falls(read: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts that never fall; which of them are readings to rely on; where a reset or a faulty reading was."""
    counts, kept, reset = read.copy(), known.copy(), np.zeros_like(known)
    fell = (np.fmax.accumulate(read, axis=1) > read).any(axis=1)
    for row in np.flatnonzero(fell):
        at = np.flatnonzero(known[row])
        faulty = _faulty(read[row, at])
        kept[row, at[faulty]] = False
        reset[row, at[faulty]] = True
        at = at[~faulty]
        lost = np.maximum(-np.diff(read[row, at], prepend=0), 0)
        reset[row, at[lost > 0]] = True
        counts[row, at] += np.cumsum(lost)
    return counts, kept, reset


def _faulty(counts: np.ndarray) -> np.ndarray:
    """Readings between a fall and a rise that undoes it at once."""
    faulty = np.zeros(counts.size, dtype=bool)
    for fall in np.flatnonzero(np.diff(counts) < 0) + 1:
        back = fall + int(np.argmax(counts[fall:] >= counts[fall - 1]))  # `fall` itself where there is none
        undone = back > fall and counts[back] - counts[back - 1] >= counts[fall - 1] - counts[fall]
        faulty[fall:back] |= undone
    return faulty


def _created(snapshots: pd.DataFrame, models: pd.Index) -> np.ndarray:
    """The day each model was created; null where no snapshot tells."""
    created = snapshots.groupby("model")["created_at"].min().reindex(models)
    return created.dt.tz_localize(None).to_numpy().astype("datetime64[D]")


def _snapshot_before(days: np.ndarray, known: np.ndarray) -> np.ndarray:
    """For each day, the last day before it that has a snapshot; null for the first."""
    held = pd.Series(np.where(known.any(axis=0), days, np.datetime64("NaT")))
    return held.ffill().shift().to_numpy().astype("datetime64[D]")
