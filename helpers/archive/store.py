"""The snapshot store: a folder a day, `date=YYYY-MM-DD/models.parquet`, with every model's all-time count.

A day from a source that did not tell all-time counts yet has counts of the last 30 days alone. When a day was read, its
record says, manifest.json or models.parquet.provenance.json: from when to when it was collected, by the Hub's clock; by
its newest model, when a weekly dump was made; or, in an author's own archive, what is written there as `read_at`.
"""

import datetime
import json
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet

from helpers import digests, paths
from helpers.registry import renames
from helpers.sources import fetched
from helpers.tables import contracts, engine
from helpers.tables.contracts import columns

NAME = "raw/snapshots"
FILE = "models.parquet"
MANIFEST = digests.RECORD
"""Name of the record beside a day's file, where this archive collected it itself."""
RECORDS = (MANIFEST, fetched.sidecar(Path(FILE)).name)
"""What may lie beside the file of a day, and tell when it was read."""
TIMES = ("started", "finished", "newest_model", "read_at")

MAY_LACK = "downloads"
"""The column that a day's file need not have: it is unknown there."""
COLUMNS = tuple(column for column in contracts.TABLES[NAME].columns if column not in ("date", "read_at", MAY_LACK))


def days(folder: Path) -> list[datetime.date]:
    """The days of which the store holds a file, in order.

    What is named after no day, or after one on which no source can have counted, is passed over, and so is a folder
    without its file: helpers.archive.sound tells of them.
    """
    named_ = ((named(place.name.removeprefix("date=")), place) for place in sorted(folder.glob("date=*")))
    return [day for day, place in named_ if day and columns.reasonable(day) and (place / FILE).is_file()]


def named(text: str) -> datetime.date | None:
    """The day that `text` writes as YYYY-MM-DD, or None."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if str(day) == text else None  # 20250703 is read, too


def day(folder: Path, date: datetime.date) -> pd.DataFrame:
    """The snapshot of one day: date, model, read_at, downloads_all_time, downloads, created_at.

    Raises ContractError, naming file and row, if the file breaks the contract raw/snapshots.
    """
    told = {} if _has(file(folder, date), MAY_LACK) else {MAY_LACK: None}
    known = {"date": pd.Timestamp(date), "read_at": read_at(folder, date)}
    return contracts.read_file(file(folder, date), NAME, **known, **told)


def read_at(folder: Path, date: datetime.date) -> pd.Timestamp:
    """When the counts of a day were read, in UTC: the mean of the times that its record tells; null without any.

    It is on that day, or, where collecting took until after midnight, on the next. Raises ContractError for a record
    that tells another, or cannot be read.
    """
    places = [place for name in RECORDS if (place := folder / f"date={date}" / name).is_file()]
    try:
        told = {key: value for place in places for key, value in json.loads(place.read_text(encoding="utf-8")).items()}
        times = pd.to_datetime(pd.Series([told[key] for key in TIMES if key in told], dtype="str"), utc=True)
    except (ValueError, AttributeError) as error:
        raise _untimely(places, str(error).splitlines()[0]) from None
    days = times - pd.Timestamp(date, tz="UTC")
    if len(odd := times[~days.between(pd.Timedelta(0), pd.Timedelta(days=2))]):
        raise _untimely(places, f"{odd.iloc[0]} for {date}")
    return times.mean()


def _untimely(places: list[Path], found: str) -> contracts.ContractError:
    where = " and ".join(map(paths.shown, places))
    return contracts.ContractError(
        f"{where}: tells no time at which the day was read ({found}); restore it, or remove it"
    )


def through(folder: Path, date: datetime.date) -> datetime.date:
    """The last day whose end the counts of a day reach: the one before, where they were read before its own."""
    told, day = read_at(folder, date), datetime.timedelta(days=1)
    return date if pd.isna(told) or told >= pd.Timestamp(date + day, tz="UTC") else date - day


def counts(folder: Path, date: datetime.date) -> bool:
    """Whether the snapshot of a day tells any model's all-time count, by what the file says of itself."""
    with pyarrow.parquet.ParquetFile(file(folder, date)) as held:
        at = held.schema_arrow.names.index("downloads_all_time")
        groups = [held.metadata.row_group(number) for number in range(held.num_row_groups)]
        told = [group.column(at).statistics for group in groups]
    pairs = zip(told, groups, strict=True)
    return any(one is None or not one.has_null_count or one.null_count < group.num_rows for one, group in pairs)


def counted(folder: Path) -> list[datetime.date]:
    """The days of which the store tells all-time counts, in order."""
    return [date for date in days(folder) if counts(folder, date)]


def read(folder: Path, models: pd.Series | None = None) -> pd.DataFrame:
    """All days as one table, ordered by date: date, model, read_at, downloads_all_time, downloads, created_at.

    models: ids to keep; a snapshot of the whole Hub holds millions. Rows of other models are not looked at. A model
    that was renamed is one series, under its id now, whichever the days have. None keeps all ids as they are.
    Raises ContractError if no day is held, for two days of which the later was read first, or naming file and row for
    rows that break the contract raw/snapshots.
    """
    held = days(folder)
    if not held:
        raise contracts.ContractError(
            f"{paths.shown(folder)}: holds no date=YYYY-MM-DD folder; collect a snapshot first"
        )
    times = _times(folder, held)
    known = None if models is None else renames.known_as(models)
    together = [date for date in held if engine.as_it_is(file(folder, date), COLUMNS, MAY_LACK)]
    try:
        rows = [_together(folder, together, times, known)] if together else []
        parts = [contracts.check(found, NAME, paths.shown(folder)) for found in rows]
    except contracts.ContractError:
        parts, together = [], []  # once more, day by day: this names the file at fault
    parts += [_only(day(folder, date), known) for date in held if date not in together]
    found = pd.concat(parts).sort_values("date", kind="stable", ignore_index=True)
    return found if models is None else renames.joined(found)


def _times(folder: Path, held: list[datetime.date]) -> pd.Series:
    """When each day was read, by day (timestamps); they rise."""
    times = pd.Series([read_at(folder, day) for day in held], pd.DatetimeIndex(held), dtype="datetime64[us, UTC]")
    known = times.dropna()
    if len(late := known[known.diff() <= pd.Timedelta(0)]):
        raise contracts.ContractError(
            f"{paths.shown(folder / f'date={late.index[0]:%Y-%m-%d}')}: read at {late.iloc[0]}, no later than the day "
            "before it in the archive; mend the record of the one that is wrong, or remove that day"
        )
    return times


def _together(folder: Path, held: list[datetime.date], times: pd.Series, wanted: pd.Series | None) -> pd.DataFrame:
    """All files as one unchecked table: checking once is much faster than once a day. times: from `_times`."""
    files = [file(folder, date) for date in held]
    told = MAY_LACK if any(_has(place, MAY_LACK) for place in files) else f"CAST(NULL AS BIGINT) AS {MAY_LACK}"
    date = r"CAST(regexp_extract(filename, 'date=([0-9-]{10})/[^/]*$', 1) AS TIMESTAMP) AS date"
    query = f"SELECT {', '.join([date, *COLUMNS, told])} FROM days"
    rows = engine.run(query if wanted is None else f"{query} WHERE {engine.one_of('model', wanted)}", {"days": files})
    return rows.assign(created_at=rows["created_at"].dt.tz_localize("UTC"), read_at=rows["date"].map(times))


def _has(path: Path, column: str) -> bool:
    """Whether a file has a column; one that cannot be read is told of when it is."""
    try:
        with pyarrow.parquet.ParquetFile(path) as held:
            return column in held.schema_arrow.names
    except (pyarrow.ArrowException, OSError):
        return True


def _only(frame: pd.DataFrame, models: pd.Series | None) -> pd.DataFrame:
    return frame if models is None else frame[frame["model"].isin(models)]


def file(folder: Path, date: datetime.date) -> Path:
    """Where the snapshot of a day is."""
    return folder / f"date={date}" / FILE


def gaps(held: list[datetime.date]) -> pd.DataFrame:
    """Days without a snapshot between the first and the last held: one row a run, first, last, days."""
    dates = pd.Series(pd.to_datetime(sorted(set(held)))).astype("datetime64[us]")
    one = pd.Timedelta(days=1)
    runs = pd.DataFrame({"first": dates.shift() + one, "last": dates - one}).iloc[1:]
    runs["days"] = (runs["last"] - runs["first"]).dt.days + 1
    return runs[runs["days"] > 0].reset_index(drop=True)
