"""Long tables of models and days as matrices, and back."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

WHOLE = 1e-6
"""How far below a whole number arithmetic may leave it."""


@dataclass(frozen=True)
class Grid:
    """The cells that a long table fills. days: datetime64[us], every day from the first to the last; models: ids in
    order; rows, columns: the cell of each row of the table."""

    days: np.ndarray
    models: pd.Index
    rows: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """The grid of a table with one row for each date and model."""
        rows, models = pd.factorize(frame["model"], sort=True)
        dates = frame["date"].to_numpy().astype("datetime64[D]")
        days = np.arange(dates.min(), dates.max() + 1) if dates.size else dates
        return cls(days.astype("datetime64[us]"), pd.Index(models), rows, (dates - days[:1]).astype(int))

    def matrix(self, values: pd.Series | np.ndarray) -> np.ndarray:
        """A column of the table as models × days; NaN where the table has no row."""
        cells = np.full((len(self.models), len(self.days)), np.nan)
        cells[self.rows, self.columns] = values
        return cells

    def moments(self, read_at: pd.Series) -> np.ndarray:
        """When each cell was read, in days since the first midnight of the grid: the end of its day where `read_at` is
        null. Column c ends at c + 1."""
        told = pd.to_datetime(read_at, utc=True).dt.tz_localize(None).to_numpy().astype("datetime64[us]")
        since = (told - self.days[:1]) / np.timedelta64(1, "D")
        return self.matrix(np.where(np.isnat(told), self.columns + 1, since))

    def long(self, where: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
        """A table of the cells in `where`, ordered by model and date: date, model, <columns>."""
        rows, days = np.nonzero(where)
        head = {"date": self.days[days], "model": self.models.take(rows)}
        return pd.DataFrame(head | {name: cells[where] for name, cells in columns.items()})


def place(values: pd.Series, listed: pd.Index) -> np.ndarray:
    """Where each value stands in `listed`, -1 where it does not: of many rows of few values each is looked up once."""
    rows, found = pd.factorize(values)
    return np.append(listed.get_indexer(found), -1)[rows]  # the last is what no value, -1, points to


def among(values: pd.Series, listed: pd.Series) -> np.ndarray:
    """Whether each value is one of `listed`; see `place`."""
    return place(values, pd.Index(listed.unique())) >= 0


def since_first(known: np.ndarray) -> np.ndarray:
    """True from each row's first known day on."""
    return np.logical_or.accumulate(known, axis=1)


def until_last(known: np.ndarray) -> np.ndarray:
    """True up to each row's last known day."""
    return since_first(known[:, ::-1])[:, ::-1]


def line(values: np.ndarray, moments: np.ndarray, at: np.ndarray) -> np.ndarray:
    """What lies on the lines between readings, rounded down; NaN before a row's first reading and after its last.

    values: models × readings, NaN where there is none. moments: when each was read, rising. at: the moments asked for.
    """
    found = np.full(np.broadcast_shapes((len(values), 1), at.shape), np.nan)
    at = np.broadcast_to(at, found.shape)
    known = ~np.isnan(values)
    for row in np.flatnonzero(known.any(axis=1)):
        ours = known[row]
        found[row] = np.interp(at[row], moments[row, ours], values[row, ours], np.nan, np.nan)
    return np.floor(found + WHOLE)


def fill(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Days that are not known: on the line between the nearest known ones, rounded down; at the ends the nearest.

    Every row needs a known day.
    """
    filled = values.copy()
    rows = np.flatnonzero(~known.all(axis=1))
    known, days = known[rows], np.arange(values.shape[1])
    before = np.maximum.accumulate(np.where(known, days, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, days, days.size)[:, ::-1], axis=1)[:, ::-1]
    before, after = np.where(before < 0, after, before), np.where(after == days.size, before, after)
    low, high = (np.take_along_axis(values[rows], at, axis=1) for at in (before, after))
    steps = np.maximum(after - before, 1)
    filled[rows] = low + np.floor((high - low) * (days - before) / steps)
    return filled
