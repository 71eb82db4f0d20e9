"""Lifetime counts that fall, and what of each fall is believed (Section 2.1 says nothing of them).

A count of all downloads so far cannot fall. Where one does, it is one of three things:

- a *faulty reading*: far too low or too high for a while, and then the count goes on where it was;
- a *reset*: the counter starts again from a small part of what it was, for good;
- a *restatement*: the count is lower by a part, for good. The Hub takes counts back since June 2026
  (github.com/huggingface/huggingface_hub/issues/4365).
"""

from dataclasses import dataclass

import numpy as np

FAULTY, RESET, RESTATED = 1, 2, 3
SMALL = 0.1
"""A counter that falls below this part of what it was has started again."""
TIMES = 4
"""A count that comes back does so at more than this many times its usual pace; a counter that starts again grows as
before."""
LARGE = 0.01
"""Part of the count that a fall has to come to before readings around it are doubted; smaller ones are restatements,
or undone by the very next rise."""
LONGEST = 30
"""Readings in a row that may be faulty: a month of daily ones."""


@dataclass(frozen=True)
class Told:
    """Models × days. counted: growth comes on top of what was counted before a fall. restated: the count that no later
    reading contradicts. kept: readings to rely on. kinds: FAULTY, RESET or RESTATED where a fall touches a reading."""

    counted: np.ndarray
    restated: np.ndarray
    kept: np.ndarray
    kinds: np.ndarray


def told_apart(read: np.ndarray, created: np.ndarray) -> Told:
    """What becomes of the readings of counts that fall; all others stay as they are.

    read: models × days, NaN where nothing was read. created: column (fractional, may be negative) of the day on which
    each model was made; NaN if unknown.
    A faulty reading is as if it had not been read. After a reset growth comes on top, in either way. After a
    restatement it does so in `counted`; in `restated` the count is that of the Hub from then on, and before it no day
    has more than that: which downloads were taken back is not told, and the last ones before it are taken to be.
    """
    known = ~np.isnan(read)
    told = Told(read.copy(), read.copy(), known.copy(), np.zeros(read.shape, dtype=np.int8))
    fell = (np.fmax.accumulate(read, axis=1) > read).any(axis=1)
    for row in np.flatnonzero(fell):
        at = np.flatnonzero(known[row])
        faulty = _faulty(read[row, at], at, created[row])
        told.kept[row, at[faulty]] = False
        told.kinds[row, at[faulty]] = FAULTY
        at = at[~faulty]
        counts = read[row, at]
        lost = np.maximum(-np.diff(counts, prepend=0), 0)
        reset = np.append(False, counts[1:] < SMALL * counts[:-1])
        upon = counts + np.cumsum(lost * reset)
        restated = np.minimum.accumulate(upon[::-1])[::-1]
        told.counted[row, at] = counts + np.cumsum(lost)
        told.restated[row, at] = restated
        kinds = np.where(reset, RESET, np.where((lost > 0) | (restated < upon), RESTATED, 0))
        told.kinds[row, at] = kinds
    return told


def _faulty(counts: np.ndarray, days: np.ndarray, created: float) -> np.ndarray:
    """Which readings of one model, in order of days, are faulty."""
    faulty = np.zeros(counts.size, dtype=bool)
    for fall in (np.flatnonzero(np.diff(counts) < 0) + 1).tolist():
        if faulty[fall]:
            continue
        if (back := _undone_at_once(counts, fall)) is not None:
            faulty[fall:back] = True
        elif counts[fall - 1] - counts[fall] > LARGE * counts[fall - 1]:
            start, end = _excursion(counts, days, created, fall)
            faulty[start:end] = True
    return faulty


def _undone_at_once(counts: np.ndarray, fall: int) -> int | None:
    """The reading whose rise takes the count back to where it was before a fall; None where no single one does."""
    back = fall + int(np.argmax(counts[fall:] >= counts[fall - 1]))  # `fall` itself where there is none
    undone = back > fall and counts[back] - counts[back - 1] >= counts[fall - 1] - counts[fall]
    return back if undone else None


def _excursion(counts: np.ndarray, days: np.ndarray, created: float, fall: int) -> tuple[int, int]:
    """The readings around a fall that leave the count's course and come back to it: first, and first after them.

    Before and after them the count goes on at its usual pace; between lies none of them, half of the way out or back
    is one step, and what rises does so faster than the count ever usually did. Nothing, (fall, fall), where that is
    not so: growth that is counted and then taken back is a restatement.
    """
    near = slice(max(fall - LONGEST, 0), fall + LONGEST + 1)
    if not _risen(counts[near], days[near]) > TIMES * _pace(counts, days, created, near.start, near.stop - 1, True):
        return fall, fall
    for before in range(fall - 1, max(fall - LONGEST - 1, -1), -1):
        back = fall + int(np.argmax(counts[fall:] >= counts[before]))
        low, high = counts[before], counts[back]
        between = counts[before + 1 : back]
        if high < low or not 0 < between.size <= LONGEST or ((between >= low) & (between <= high)).any():
            continue
        height = np.abs(between - low).max()
        usual = _pace(counts, days, created, before, back)
        goes_on = high - low <= max(TIMES * usual * (days[back] - days[before]), height / 10)
        at_once = np.abs(np.diff(counts[before : back + 1])).max() >= height / 2
        part = slice(before, back + 1)
        if goes_on and at_once and _risen(counts[part], days[part]) > TIMES * usual:
            return before + 1, back
    return fall, fall


def _risen(counts: np.ndarray, days: np.ndarray) -> float:
    """Downloads a day over the steps in which a count rises, at their fastest."""
    return float((np.diff(counts) / np.diff(days)).max(initial=0))


def _pace(counts: np.ndarray, days: np.ndarray, created: float, first: int, last: int, least: bool = False) -> float:
    """The usual downloads a day outside the readings from first to last: the median of the steps there.

    Without any, the count's whole life until then; not comparable, so infinite, where that is unknown, or 0 if only
    the least that it can be is asked for.
    """
    steps = np.maximum(np.diff(counts), 0) / np.diff(days)
    outside = np.append(steps[:first], steps[last:])
    if outside.size:
        return float(np.median(outside))
    if least:
        return 0.0
    age = days[first] - created
    return float(counts[first] / age) if age > 0 else np.inf
