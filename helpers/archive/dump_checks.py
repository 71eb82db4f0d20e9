"""Whether what was read of a weekly dump can become a day: as the dump itself tells, and by the dump before.

A dump is read in parts, so that its digest proves nothing. The file's end tells rows, nulls, least and greatest of each
column of a group of rows; pages may have checksums. The counts between are told nowhere.
"""

import datetime
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from helpers.archive import store
from helpers.sources import fetched, losses
from helpers.tables import contracts

UNREAD = "it cannot be read as Parquet"


class Unusable(Exception):
    """A dump that cannot become a day of the store, and why. again: whether the next run looks at it again."""

    again = False


class Unreadable(Unusable):
    """A dump that did not come as it is: what was received is spoilt."""

    again = True


class Lacking(Unusable):
    """A dump that lacks much of what the one before it held."""


SPOILT = (pyarrow.ArrowException, OSError, ValueError, OverflowError, MemoryError)
"""What reading spoilt bytes as Parquet raises."""


def refuse_spoilt(told: pyarrow.parquet.RowGroupMetaData, group: pyarrow.Table) -> None:
    """Hold a row group to what the file says of it: rows, and nulls, least and greatest of each column. Raises
    Unreadable."""
    for at in range(told.num_columns):
        chunk = told.column(at)
        if chunk.path_in_schema not in group.column_names:
            continue
        column, facts = group[chunk.path_in_schema], chunk.statistics
        found = [len(column)]
        wanted = [told.num_rows]
        if facts is not None and facts.has_null_count:
            found, wanted = [*found, column.null_count], [*wanted, facts.null_count]
        if facts is not None and facts.has_min_max and pyarrow.types.is_integer(column.type):
            ends = pyarrow.compute.min_max(column)
            found, wanted = [*found, ends["min"].as_py(), ends["max"].as_py()], [*wanted, facts.min, facts.max]
        if found != wanted:
            raise Unreadable(f"{UNREAD}: column {chunk.path_in_schema} is not what the file's end says of it")


def refuse_loss(folder: Path, date: datetime.date, now: pd.Series, models: pd.Series) -> None:
    """Raises Lacking where too many of the models are missing that the dump before held and that are tracked."""
    dumped = [day for day in store.days(folder) if day < date and fetched.sidecar(store.file(folder, day)).is_file()]
    try:
        held = store.day(folder, dumped[-1])["model"] if dumped else pd.Series(dtype="str")
    except contracts.ContractError:
        return  # a damaged day is no measure
    before = set(held) & set(models)
    kept = len(before & set(now))
    if losses.lost(len(before), kept):
        raise Lacking(
            f"it lacks {len(before) - kept:,} of the {len(before):,} tracked models that the dump of {dumped[-1]} "
            "holds; if it is right, `atom collect weekly --accept-loss` takes it"
        )
