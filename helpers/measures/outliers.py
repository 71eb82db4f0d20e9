"""Daily histories without anomalous spikes (paper, Section 2.1).

Tables are long; inside, each step works on matrices of models × days, in which NaN is a day without a value. Downloads
are whole numbers: what is interpolated is rounded down, so that sums are exact and the same in any order.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from helpers.measures import flags
from helpers.measures.grid import Grid, fill, since_first, until_last

END_DAYS = 28
"""Days that count as first or as last ones."""
Rule = Mapping[str, float]
"""What an edition sets of the rule beside multiplier and window (`outlier_rule`):

- tail: part of a window that may be outliers; the quartiles are the quantiles at it and at its complement.
- range_of_q3, range_least: what the interquartile range counts for at least: a part of the third quartile, downloads.
- shortest_days: known days that a window needs.
- return_days: how many days kept after a day must have come back down, by their median; 0: none are asked for.
- return_fence: part of the multiplier that makes the fence below which they are back.
- same_weekdays: other days of its weekday that a window needs for a day to be compared with them; 0: it never is.
"""


def filter_outliers(history: pd.DataFrame, multiplier: float | None, window_days: int, rule: Rule) -> pd.DataFrame:
    """Daily history without anomalous spikes (Section 2.1).

    history: date, model, downloads (new that day). A day is an outlier if
    - its downloads exceed Q3 + multiplier × max(IQR, range_of_q3 × Q3, range_least), with the quartiles of the model's
      own days at most window_days // 2 away; its own days start with the first that has downloads;
    - they exceed the same fence of the other days of its weekday among them: what comes back every week is rhythm;
    - the days kept after it are back below the lower fence (return_fence). A launch fades, a bot stops; at the end
      of a history, where nothing follows yet, growth and a spike look alike, so that such days are kept.
    The window is what keeps growth: against the quartiles of the whole series, the last months of a model that grows
    would all be outliers. A burst of more than the part `tail` of its window is taken for growth, too.
    An outlier becomes what lies on the line between the nearest days that are kept (at the start of the series, the
    nearest of them), and so does a day that is absent inside the series. All other days stay as they are.
    multiplier: None removes nothing.

    Returns date, model, downloads, downloads_raw (null on absent days), flag (observed | filtered | interpolated),
    ordered by model and date.
    """
    grid = Grid.of(history)
    raw = grid.matrix(history["downloads"])
    known = ~np.isnan(raw)
    own = known & since_first(raw > 0)
    outlier = np.zeros_like(known) if multiplier is None else _outliers(raw, own, multiplier, window_days, rule)
    marks = np.where(outlier, flags.FILTERED, np.where(known, flags.OBSERVED, flags.INTERPOLATED))
    inside = since_first(known) & until_last(known)
    return flags.table(grid, inside, marks, downloads=fill(raw, known & ~outlier), downloads_raw=raw)


def _outliers(values: np.ndarray, known: np.ndarray, multiplier: float, window_days: int, rule: Rule) -> np.ndarray:
    """Which days exceed the fences of the window around them, and have come back from it."""
    half, days = window_days // 2, values.shape[1]
    # Sorting 32-bit numbers takes half the time; the largest number stands for "no day" and sorts to the end.
    kind = np.int32 if np.nanmax(values, initial=0) < np.iinfo(np.int32).max else np.int64
    padded = np.full((len(values), days + 2 * half), np.iinfo(kind).max, dtype=kind)
    padded[:, half : half + days][known] = values[known]
    upto = np.pad(known.cumsum(axis=1), ((0, 0), (1, 0)))
    day = np.arange(days)
    counts = upto[:, np.minimum(day + half + 1, days)] - upto[:, np.maximum(day - half, 0)]
    outlier, lower = np.zeros_like(known), np.zeros(values.shape)
    for start in range(0, len(values), 4):  # a few models at a time: their windows fit the processor's cache
        rows = slice(start, start + 4)
        windows = np.sort(sliding_window_view(padded[rows], 2 * half + 1, axis=1), axis=2)
        high, least = _range(windows, counts[rows], rule)
        lower[rows] = high + rule["return_fence"] * multiplier * least
        enough = known[rows] & (counts[rows] >= rule["shortest_days"])
        outlier[rows] = enough & (values[rows] > high + multiplier * least)
    if rule["same_weekdays"]:
        outlier[outlier] = _beyond_rhythm(padded, outlier, half, multiplier, rule)
    return _returned(values, known, outlier, lower, int(rule["return_days"]))


def _range(ordered: np.ndarray, counts: np.ndarray, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """The third quartile of the first `counts` values along the last axis, and what the range counts for."""
    low, high = (_quantile(ordered, counts, share) for share in (rule["tail"], 1 - rule["tail"]))
    least = np.full_like(high, rule["range_least"])
    return high, np.maximum.reduce([high - low, rule["range_of_q3"] * high, least])


def _beyond_rhythm(padded: np.ndarray, outlier: np.ndarray, half: int, multiplier: float, rule: Rule) -> np.ndarray:
    """Which of the outliers exceed the fence of their weekday, too, or have too few others to tell."""
    rows, days = np.nonzero(outlier)
    weeks = np.arange(-(half // 7), half // 7 + 1)
    others = np.sort(padded[rows[:, None], half + days[:, None] + 7 * weeks[weeks != 0]], axis=1)
    counts = (others < np.iinfo(padded.dtype).max).sum(axis=1)
    high, least = _range(others, counts, rule)
    return (counts < rule["same_weekdays"]) | (padded[rows, half + days] > high + multiplier * least)


def _returned(values: np.ndarray, known: np.ndarray, outlier: np.ndarray, lower: np.ndarray, days: int) -> np.ndarray:
    """The outliers after which so many days are kept whose median lies below the lower fence; all where days is 0."""
    if not days:
        return outlier
    spikes = np.zeros_like(outlier)
    for row in np.flatnonzero(outlier.any(axis=1)):
        kept, found = np.flatnonzero(known[row] & ~outlier[row]), np.flatnonzero(outlier[row])
        after = np.searchsorted(kept, found)
        found, after = found[after + days <= len(kept)], after[after + days <= len(kept)]
        level = np.median(values[row, kept[after[:, None] + np.arange(days)]], axis=1)
        spikes[row, found] = level <= lower[row, found]
    return spikes


def _quantile(ordered: np.ndarray, counts: np.ndarray, share: float) -> np.ndarray:
    """A quantile of the first `counts` values along the last axis, linear between neighbours."""
    last = np.maximum(counts - 1, 0)
    place = last * share
    below = place.astype(int)
    above = np.minimum(below + 1, last)
    low, high = (np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0].astype(float) for at in (below, above))
    return low + (high - low) * (place - below)


def histories(history: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """How much daily history there is, in one row: organisations, models, days (of all models together).

    history: date, model, downloads. models: model, organisation.
    """
    held = history["model"].drop_duplicates()
    makers = held.map(models.set_index("model")["organisation"])
    return pd.DataFrame([{"organisations": makers.nunique(), "models": len(held), "days": len(history)}])


def removed_at_ends(filtered: pd.DataFrame) -> pd.DataFrame:
    """What the outlier rule took out of first and of last days: part, and the columns of `removed`.

    filtered: from filter_outliers. part: first (the first END_DAYS days with which a model that came during the
    histories has downloads) or last (the last END_DAYS days of all).
    """
    ends, date = pd.Timedelta(days=END_DAYS), filtered["date"]
    used = date.where(filtered["downloads_raw"] > 0).groupby(filtered["model"]).transform("min")
    came = used.where(used > date.min())
    parts = {"first": (date >= came) & (date < came + ends), "last": date > date.max() - ends}
    return pd.concat([removed(filtered[inside]).assign(part=part) for part, inside in parts.items()], ignore_index=True)


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
