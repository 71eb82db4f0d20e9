"""Two simpler rules for outliers, to set beside ours (paper, Section 2.1): one fence over the whole series of a model.

The paper filters by interquartile range and says neither over which days nor what takes an outlier's place.
"""

import numpy as np
import pandas as pd

from helpers.measures import flags
from helpers.measures.grid import Grid, fill, since_first, until_last

RANGES = 1.5
"""Interquartile ranges above the third quartile: the usual number for outliers (Tukey)."""


def plain(history: pd.DataFrame, clip: bool = False) -> pd.DataFrame:
    """Daily history whose days above Q3 + RANGES × IQR of all the model's days, since its first download, are outliers.

    An outlier becomes what lies on the line between its neighbours, as in `outliers.filter_outliers`; with `clip` it
    becomes the fence itself, rounded down. history, and what is returned: as there.
    """
    grid = Grid.of(history)
    raw = grid.matrix(history["downloads"])
    known = ~np.isnan(raw)
    own = since_first(raw > 0)
    counted = pd.DataFrame(np.where(own, raw, np.nan)).T
    low, high = (counted.quantile(share).to_numpy()[:, None] for share in (0.25, 0.75))
    fence = high + RANGES * (high - low)
    outlier = own & (raw > fence)
    kept = fill(np.where(outlier, np.floor(fence), raw), known) if clip else fill(raw, known & ~outlier)
    marks = np.where(outlier, flags.FILTERED, np.where(known, flags.OBSERVED, flags.INTERPOLATED))
    return flags.table(grid, since_first(known) & until_last(known), marks, downloads=kept, downloads_raw=raw)
