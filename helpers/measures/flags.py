"""What a model's count of one day rests on, and long tables of days with that flag."""

import numpy as np
import pandas as pd

from helpers.measures.grid import Grid, place
from helpers.tables.contracts import downloads

FLAGS = pd.array(list(downloads.FLAGS), dtype="str")
(
    OBSERVED, FILTERED, INTERPOLATED, DISTANT, FAULTY, RESET, RESTATED, VANISHED, ENTERED, PARTIAL, BACKCAST,
) = range(len(FLAGS))  # fmt: skip


def codes(flags: pd.Series) -> np.ndarray:
    """Each flag as its place in FLAGS."""
    return place(flags, pd.Index(FLAGS)).astype(np.int8)


def table(grid: Grid, where: np.ndarray, flags: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """A long table of the cells of a grid that `where` names: date, model, <columns>, flag.

    flags: models × days, places in FLAGS.
    """
    return grid.long(where, **columns).assign(flag=FLAGS.take(flags[where]))


def touched(table: pd.DataFrame) -> pd.DataFrame:
    """How many days of how many models each rule touched: flag, days, models; 0 for a rule that touched none."""
    found = table.groupby("flag")["model"].agg(days="size", models="nunique")
    return found.reindex(FLAGS, fill_value=0).rename_axis("flag").reset_index()
