"""The snapshot store: a folder a day, `date=YYYY-MM-DD/models.parquet`, with every model's all-time count."""

import datetime
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.compute

from helpers import paths
from helpers.tables import contracts

NAME = "raw/snapshots"
FILE = "models.parquet"


def days(folder: Path) -> list[datetime.date]:
    """The days that the store holds, in order.

    Raises ContractError for a folder that is named after no day, or that lacks its file.
    """
    held = []
    for place in sorted(folder.glob("date=*")):
        text = place.name.removeprefix("date=")
        day = _date(text)
        if day is None:
            found = f"{text!r} is no date; rename it to date=YYYY-MM-DD or move it away"
            raise contracts.ContractError(f"{paths.shown(place)}: {found}")
        if not (place / FILE).is_file():
            raise contracts.ContractError(f"{paths.shown(place)}: {FILE} is missing; restore it or remove the folder")
        held.append(day)
    return held


def _date(text: str) -> datetime.date | None:
    """The day that `text` writes as YYYY-MM-DD, or None."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if str(day) == text else None  # 20250703 is read, too


def day(folder: Path, date: datetime.date) -> pd.DataFrame:
    """The snapshot of one day: date, model, downloads_all_time, created_at.

    Raises ContractError, naming file and row, if the file breaks the contract raw/snapshots.
    """
    return contracts.read_file(_file(folder, date), NAME, date=pd.Timestamp(date))


def read(folder: Path, models: pd.Series | None = None) -> pd.DataFrame:
    """All days as one table, ordered by date: date, model, downloads_all_time, created_at.

    models: ids to keep; a snapshot of the whole Hub holds millions. Rows of other models are not looked at.
    Raises ContractError if no day is held, or naming file and row for rows that break the contract raw/snapshots.
    """
    held = days(folder)
    if not held:
        raise contracts.ContractError(
            f"{paths.shown(folder)}: holds no date=YYYY-MM-DD folder; collect a snapshot first"
        )
    wanted = None if models is None else pyarrow.array(models.astype("str"), pyarrow.string())
    try:
        return contracts.check(_together(folder, held, wanted), NAME, paths.shown(folder))
    except (pyarrow.ArrowException, contracts.ContractError):
        # Once more, day by day: this names the file at fault, or passes where files only differ in their types.
        parts = (day(folder, date) for date in held)
        return pd.concat([_only(part, models) for part in parts], ignore_index=True)


def _together(folder: Path, held: list[datetime.date], wanted: pyarrow.Array | None) -> pd.DataFrame:
    """All files as one unchecked table: checking once is much faster than once a day."""
    columns = [column for column in contracts.TABLES[NAME].columns if column != "date"]
    parts = []
    for date in held:
        part = contracts.load(_file(folder, date), columns)
        if wanted is not None:
            part = part.filter(pyarrow.compute.is_in(part["model"].cast(pyarrow.string()), value_set=wanted))
        parts.append(part)
    whole = pyarrow.concat_tables(parts).to_pandas()
    dates = pd.Series(pd.to_datetime(held)).repeat([len(part) for part in parts])
    return whole.assign(date=dates.to_numpy())


def _only(frame: pd.DataFrame, models: pd.Series | None) -> pd.DataFrame:
    return frame if models is None else frame[frame["model"].isin(models)]


def _file(folder: Path, date: datetime.date) -> Path:
    return folder / f"date={date}" / FILE


def gaps(held: list[datetime.date]) -> pd.DataFrame:
    """Days without a snapshot between the first and the last held: one row a run, first, last, days."""
    dates = pd.Series(pd.to_datetime(sorted(set(held)))).astype("datetime64[us]")
    one = pd.Timedelta(days=1)
    runs = pd.DataFrame({"first": dates.shift() + one, "last": dates - one}).iloc[1:]
    runs["days"] = (runs["last"] - runs["first"]).dt.days + 1
    return runs[runs["days"] > 0].reset_index(drop=True)
