"""Daily histories without anomalous spikes (paper, Section 2.1).

Tables are long; inside, each step works on matrices of models × days, in which NaN is a day without a value. Downloads
are whole numbers: what is interpolated is rounded down, so that sums are exact and the same in any order.
"""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from helpers.measures import flags
from helpers.measures.grid import Grid, fill, since_first, until_last

SPREAD = 2 / 3
"""Part of the third quartile that the interquartile range counts for at least, so that with the paper edition's
multiplier an outlier is more than twice the third quartile. Without it the first days of a launch and the busiest days
of ordinary noise would be outliers."""
FLOOR = 100
"""Downloads a day that the interquartile range counts for at least. Sparse series have a range of zero or nearly so,
and one CI job makes a day of some dozens; without a floor every such day would be an outlier."""
SHORTEST = 14
"""Known days that a window needs for its quartiles to mean something: two weeks, for the weekday rhythm."""


def constants() -> pd.DataFrame:
    """The rule's constants that no edition sets, in one row: range_of_q3 (what the range counts for at least, in parts
    of the third quartile), range_least (the same, in downloads), shortest_days (known days of a window), burst_share
    (part of its window above which a burst is growth, since it then moves the third quartile itself)."""
    row = {"range_of_q3": SPREAD, "range_least": FLOOR, "shortest_days": SHORTEST, "burst_share": 1 / 4}
    return pd.DataFrame([row])


def filter_outliers(history: pd.DataFrame, multiplier: float | None, window_days: int) -> pd.DataFrame:
    """Daily history without anomalous spikes (Section 2.1).

    history: date, model, downloads (new that day). A day is an outlier if its downloads exceed
    Q3 + multiplier × max(IQR, SPREAD × Q3, FLOOR), with the quartiles of the model's own days at most
    window_days // 2 away; its own days start with the first that has downloads.
    The window is what keeps growth: against the quartiles of the whole series, the last months of a model that grows
    would all be outliers. A burst of more than a quarter of its window is taken for growth, too.
    An outlier becomes what lies on the line between the nearest days that are kept (at an end of the series, the
    nearest of them), and so does a day that is absent inside the series. All other days stay as they are.
    multiplier: None removes nothing.

    Returns date, model, downloads, downloads_raw (null on absent days), flag (observed | filtered | interpolated),
    ordered by model and date.
    """
    grid = Grid.of(history)
    raw = grid.matrix(history["downloads"])
    known = ~np.isnan(raw)
    own = known & since_first(raw > 0)
    outlier = np.zeros_like(known) if multiplier is None else _outliers(raw, own, multiplier, window_days)
    marks = np.where(outlier, flags.FILTERED, np.where(known, flags.OBSERVED, flags.INTERPOLATED))
    inside = since_first(known) & until_last(known)
    return flags.table(grid, inside, marks, downloads=fill(raw, known & ~outlier), downloads_raw=raw)


def _outliers(values: np.ndarray, known: np.ndarray, multiplier: float, window_days: int) -> np.ndarray:
    """Which days exceed the fence of the window around them."""
    half, days = window_days // 2, values.shape[1]
    # Sorting 32-bit numbers takes half the time; the largest number stands for "no day" and sorts to the end.
    kind = np.int32 if np.nanmax(values, initial=0) < np.iinfo(np.int32).max else np.int64
    padded = np.full((len(values), days + 2 * half), np.iinfo(kind).max, dtype=kind)
    padded[:, half : half + days][known] = values[known]
    upto = np.pad(known.cumsum(axis=1), ((0, 0), (1, 0)))
    day = np.arange(days)
    counts = upto[:, np.minimum(day + half + 1, days)] - upto[:, np.maximum(day - half, 0)]
    outlier = np.zeros_like(known)
    for start in range(0, len(values), 4):  # a few models at a time: their windows fit the processor's cache
        rows = slice(start, start + 4)
        windows = np.sort(sliding_window_view(padded[rows], 2 * half + 1, axis=1), axis=2)
        low, high = (_quantile(windows, counts[rows], share) for share in (0.25, 0.75))
        fence = high + multiplier * np.maximum.reduce([high - low, SPREAD * high, np.full_like(high, FLOOR)])
        outlier[rows] = known[rows] & (counts[rows] >= SHORTEST) & (values[rows] > fence)
    return outlier


def _quantile(ordered: np.ndarray, counts: np.ndarray, share: float) -> np.ndarray:
    """A quantile of the first `counts` values along the last axis, linear between neighbours."""
    last = np.maximum(counts - 1, 0)
    place = last * share
    below = place.astype(int)
    above = np.minimum(below + 1, last)
    low, high = (np.take_along_axis(ordered, at[..., None], axis=2)[..., 0].astype(float) for at in (below, above))
    return low + (high - low) * (place - below)


def histories(history: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """How much daily history there is, in one row: organisations, models, days (of all models together).

    history: date, model, downloads. models: model, organisation.
    """
    held = history["model"].drop_duplicates()
    makers = held.map(models.set_index("model")["organisation"])
    return pd.DataFrame([{"organisations": makers.nunique(), "models": len(held), "days": len(history)}])


def removed(filtered: pd.DataFrame) -> pd.DataFrame:
    """What the outlier rule took out (Section 2.1), in one row.

    filtered: from filter_outliers. Returns days and models (that lost something), downloads, downloads_share (of all in
    the histories; null without any), most (the model that lost most downloads; null where none did).
    """
    out = filtered[filtered["flag"] == flags.FLAGS[flags.FILTERED]]
    lost = (out["downloads_raw"] - out["downloads"]).groupby(out["model"]).sum()
    counted = filtered["downloads_raw"].sum()
    row = {
        "days": len(out),
        "models": len(lost),
        "downloads": lost.sum(),
        "downloads_share": lost.sum() / counted if counted else None,
        "most": lost.idxmax() if len(lost) else None,
    }
    return pd.DataFrame([row])
