"""Curves through known points, and how a smooth curve becomes days of whole downloads."""

import numpy as np

RHYTHM = np.array([1.06, 1.08, 1.08, 1.07, 1.03, 0.84, 0.84])
"""Downloads of each weekday, Monday first, against the mean day: work and its CI jobs rest at weekends."""
NOISE = 0.06
"""Largest part by which a day strays from the curve and the rhythm."""


def monotone(at: list[int], counts: list[float], days: int) -> np.ndarray:
    """The count on each day from at[0] to at[-1], through every point and never falling: a cubic with harmonic-mean
    slopes (Fritsch and Butland 1984). Elsewhere NaN. at: days that rise; counts: values that do not fall.
    """
    x, y = np.asarray(at, float), np.asarray(counts, float)
    width, rise = np.diff(x), np.diff(y)
    rate = rise / width
    slopes = np.concatenate([rate[:1], np.zeros(len(x) - 2), rate[-1:]])
    for i in range(1, len(x) - 1):
        if rate[i - 1] > 0 and rate[i] > 0:
            before, after = 2 * width[i] + width[i - 1], width[i] + 2 * width[i - 1]
            slopes[i] = (before + after) / (before / rate[i - 1] + after / rate[i])
    curve = np.full(days, np.nan)
    for i in range(len(x) - 1):
        inside = np.arange(at[i], at[i + 1] + 1)
        t = (inside - at[i]) / width[i]
        curve[inside] = (
            y[i]
            + rise[i] * (3 * t**2 - 2 * t**3)
            + width[i] * (slopes[i] * (t - 2 * t**2 + t**3) + slopes[i + 1] * (t**3 - t**2))
        )
    return curve


def lively(smooth: np.ndarray, weekday: np.ndarray, bounds: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Daily downloads with weekday rhythm and noise, in whole numbers; sums between bounds stay what they are.

    smooth: models × days. weekday: 0 (Monday) to 6 of each day. bounds: first days of the stretches whose sums are
    kept, 0 among them.
    """
    days = smooth * RHYTHM[weekday] * chance.uniform(1 - NOISE, 1 + NOISE, smooth.shape)
    wanted, found = (np.add.reduceat(table, bounds, axis=1) for table in (smooth, days))
    scale = np.where(found > 0, wanted / np.where(found > 0, found, 1), 0)
    lengths = np.diff(np.append(bounds, smooth.shape[1]))
    return whole(days * np.repeat(scale, lengths, axis=1))


def whole(days: np.ndarray) -> np.ndarray:
    """Whole numbers whose running sums stay within a half of those given."""
    # A millionth is far below any decision and above what machines differ in.
    running = np.rint(np.cumsum(days, axis=1).round(6))
    return np.diff(running, axis=1, prepend=0).astype(np.int64)
