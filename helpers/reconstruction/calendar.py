"""The days that a reconstruction covers."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Calendar:
    """The days of the reconstruction: every day from first to last. entry: the first snapshot. end: of the history."""

    first: pd.Timestamp
    end: pd.Timestamp
    entry: pd.Timestamp
    last: pd.Timestamp

    @property
    def days(self) -> pd.DatetimeIndex:
        return pd.date_range(self.first, self.last)

    def index(self, date: pd.Timestamp) -> int:
        """The place of a day; negative before the first."""
        return (pd.Timestamp(date) - self.first).days
