"""Tables at the boundaries between stages: Parquet under the build folder, each held to its contract."""

import functools
import operator
from collections.abc import Iterable

import pandas as pd
import pyarrow.compute
import pyarrow.parquet

from helpers import files, paths
from helpers.tables import contracts


def write(frame: pd.DataFrame, name: str, *, empty: bool = True) -> pd.DataFrame:
    """Check `frame` against the contract called `name` ("clean/daily") and store it; returns the checked table.

    empty: False stores no table without rows: the edition then does not hold it.
    Raises ContractError with the offending rows if the contract is broken; nothing is written then.
    """
    checked = contracts.check(frame, name)
    if checked.empty and not empty:
        return checked
    with files.replacing(paths.output(f"{name}.parquet")) as beside:
        checked.to_parquet(beside, index=False)
    return checked


def read(name: str, **only: Iterable[object]) -> pd.DataFrame:
    """The stored table `name`, checked against its contract again: a file may have been changed since.

    Of millions of rows those alone are read that have one of some values in a column (only).
    Raises FileNotFoundError with the remedy if the stage before has not run.
    """
    path = paths.result(f"{name}.parquet")
    if not path.exists():
        raise FileNotFoundError(f"{paths.shown(path)} is missing; `atom build` makes it")
    wanted = [pyarrow.compute.field(column).isin(list(values)) for column, values in only.items()]
    rows = functools.reduce(operator.and_, wanted) if wanted else None
    kinds = pyarrow.parquet.read_schema(path)
    again = [kind.name for kind in kinds if kind.name != "model" and str(kind.type).endswith("string")]
    held = pyarrow.parquet.read_table(path, filters=rows, read_dictionary=again)  # texts that recur are made once each
    return contracts.check(held.cast(kinds).to_pandas(), name)


def holdings(places: dict[str, str]) -> pd.DataFrame:
    """Which sources an edition holds: source, held (true or false).

    places: source → its folder of raw inputs ("raw/history"), or this stage's table of it ("signals/arena").
    """
    rows = [
        (source, paths.output(f"{place}.parquet").exists() or paths.result(place).is_dir())
        for source, place in places.items()
    ]
    return pd.DataFrame(rows, columns=["source", "held"])
