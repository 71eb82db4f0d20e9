"""Back-filling the snapshot store from weekly dumps of the whole Hub (hfmlsoc/hub_weekly_snapshots, since July 2024).

A dump is models/<week>/models.parquet, 1.5 GB in 2026. Of it four columns are read, over HTTP ranges; the rest is
never fetched. All-time counts are in the dumps since February 2025, counts of the last 30 days in all of them. What is
read is held to what the file says of it (helpers.archive.dump_checks), and stands only where two readings agree.

A week's label may stand on an older dump. New models are made every minute, so that the newest model in a dump tells
the day on which it was made: rows are dated by that day, and a dump of a day held already is left out.

Such a day holds counts of tracked models alone. It has no tags, so that it can be no listing of derivatives.

The dumps are under the ODbL: whoever publishes a database made from them has to share it alike.
"""

import datetime
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from helpers import files
from helpers.archive import days, dump_checks, store
from helpers.archive.dump_checks import SPOILT, UNREAD, Lacking, Unreadable, Unusable
from helpers.sources import fetch, fetched, hub_dataset
from helpers.sources.asking import Patience
from helpers.tables import contracts

DATASET = "hfmlsoc/hub_weekly_snapshots"
CITATION = "Source: Hub weekly snapshots (huggingface.co/datasets/hfmlsoc/hub_weekly_snapshots), ODbL."
NEEDED = {"id": "model", "createdAt": "created_at"}
COUNTS = {"downloadsAllTime": "downloads_all_time", "downloads": "downloads"}
NAMES = NEEDED | COUNTS
"""The dump's columns → ours: those that it has to have, and those of which it may lack one."""
READINGS = 4
"""How often a dump is read until two readings agree."""
WEEK = re.compile(r"models/(\d{4}-\d\d-\d\d)/[^/]+\.parquet")
LATE = datetime.timedelta(days=7)
"""How much later than its label a dump may have been made."""
ASIDE = "weekly"
REMEDY = "to look at the week again, remove this folder and run again"


def fetch_all(
    folder: Path,
    models: pd.Series,
    first: datetime.date | None = None,
    last: datetime.date | None = None,
    revision: str = "main",
    endpoint: str | None = None,
    patience: Patience = fetch.PATIENCE,
    tell: Callable[[str], None] = print,
    accept_loss: bool = False,
) -> pd.DataFrame:
    """Bring the dumps of the weeks from first to last into the store `folder`: date=…/models.parquet with its record.

    models: the ids to keep. A week that was brought in or left out before is passed over, except one that could not be
    read, and no day held is touched. accept_loss: whether a dump may lack much of what the one before it held.
    Gives a row for each week looked at: week, date, rows, received (bytes), note; date and rows null where it was left
    out, for the reason in note, which is also kept in aside/<week>.weekly/report.json. Raises FetchError, ArchiveError.
    """
    done: list[tuple[datetime.date, datetime.date | None, int | None, int, str]] = []
    with fetched.working(folder), hub_dataset.client("Hub weekly snapshots", endpoint, patience) as client:
        sha = hub_dataset.commit(client, DATASET, revision)
        known = _known(folder, accept_loss)
        for week, entries in _weeks(client, sha).items():
            if week in known or (first and week < first) or (last and week > last):
                continue
            dump = Dump(client, sha, week, entries)
            try:
                date, rows = dump.bring_in(folder, models, accept_loss)
                done.append((week, date, rows, dump.received, ""))
                shutil.rmtree(_report(folder, week).parent, ignore_errors=True)
            except Unusable as error:
                _leave_out(folder, week, error, sha)
                done.append((week, None, None, dump.received, str(error)))
            tell(f"{week}: {done[-1][2] or 0:,} models, {dump.received:,} bytes received{_colon(done[-1][4])}")
    table = pd.DataFrame(done, columns=["week", "date", "rows", "received", "note"])
    return table.astype({"week": "datetime64[us]", "date": "datetime64[us]", "rows": "Int64"})


def _colon(note: str) -> str:
    return f": {note}" if note else ""


def _report(folder: Path, week: datetime.date) -> Path:
    return folder / "aside" / f"{week}.{ASIDE}" / "report.json"


def _leave_out(folder: Path, week: datetime.date, error: Unusable, sha: str) -> None:
    """Put on record why a week is left out."""
    remedy = "the next run looks at the week again" if error.again else REMEDY
    report = {"day": str(week), "not_published_because": [str(error)], "commit": sha, "remedy": remedy}
    files.write_json(_report(folder, week), report | {"again": error.again, "lacking": isinstance(error, Lacking)})


def _known(folder: Path, accept_loss: bool) -> set[datetime.date]:
    """The weeks that were brought in, and those that were left out and are not to be looked at again."""
    known = set()
    for path in folder.glob(f"date=*/{fetched.sidecar(Path(store.FILE))}"):
        known.add(_week(path, "week"))
    for path in folder.glob(f"aside/*.{ASIDE}/report.json"):
        told = _told(path)
        said = str(told.get("not_published_because"))  # earlier versions wrote no `again`
        again = told.get("again") or UNREAD in said or (accept_loss and told.get("lacking"))
        known.add(None if again else _week(path, "day"))
    return {week for week in known if week}


def _told(path: Path) -> dict[str, Any]:
    """What a record says; nothing where it is damaged."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return {}
    return told if isinstance(told, dict) else {}


def _week(path: Path, key: str) -> datetime.date | None:
    """The week that a record tells of; None where it is damaged: then the week is looked at again."""
    return store.named(str(_told(path).get(key)))


def _weeks(client: fetch.Client, sha: str) -> dict[datetime.date, list[hub_dataset.Entry]]:
    """Each week's files, oldest first. Raises FetchError where there are none."""
    found: dict[datetime.date, list[hub_dataset.Entry]] = {}
    listed = hub_dataset.tree(client, DATASET, sha, "models")
    for entry in listed:
        if match := WEEK.fullmatch(entry.path):
            try:
                week = datetime.date.fromisoformat(match[1])
            except ValueError:
                where = hub_dataset.address(client, DATASET, sha, entry.path)
                raise client.error(
                    where, f"{match[1]} is no date", "name an earlier revision of the data set"
                ) from None
            found.setdefault(week, []).append(entry)
    if not found:
        where = hub_dataset.address(client, DATASET, sha, "models")
        said = ", ".join(entry.path for entry in listed)[: fetch.SAID] or "nothing"
        raise client.error(where, f"no models/<week>/*.parquet, but {said}", "the data set has changed its layout")
    return dict(sorted(found.items()))


def _present(names: list[str]) -> list[str]:
    """The columns to read of those that a dump has. Raises Unusable without one that is needed, or without counts."""
    lacking = [name for name in NEEDED if name not in names]
    if lacking := lacking or ([] if set(names) & set(COUNTS) else list(COUNTS)):
        raise Unusable(f"it has no column {', '.join(lacking)}")
    return [name for name in NAMES if name in names]


def _opened(remote: hub_dataset.Remote) -> pyarrow.parquet.ParquetFile:
    """A dump to read; pages that have a checksum are held to it."""
    return pyarrow.parquet.ParquetFile(
        pyarrow.PythonFile(remote, "r"), pre_buffer=True, page_checksum_verification=True
    )


class Dump:
    """The dump of one week. received: bytes that were fetched of it until now."""

    def __init__(self, client: fetch.Client, sha: str, week: datetime.date, entries: list[hub_dataset.Entry]) -> None:
        self.client, self.sha, self.week, self.entries = client, sha, week, entries
        self.received = 0
        self.newest: pd.Timestamp | None = None
        self.untold = 0
        """Rows of wanted models whose count the dump does not tell."""

    def bring_in(self, folder: Path, models: pd.Series, accept_loss: bool = False) -> tuple[datetime.date, int]:
        """Write the day; gives its date and rows. Raises Unusable."""
        wanted = pyarrow.array(models.astype("str"), pyarrow.string())
        rows = self._read(wanted)
        made = self._made(folder)
        date = made.date()
        try:
            dated = rows.assign(date=pd.Timestamp(date), read_at=made)
            table = contracts.check(dated, store.NAME, f"the dump of {self.week}")
        except contracts.ContractError as error:
            raise Unusable(str(error)) from None
        if not accept_loss:
            dump_checks.refuse_loss(folder, date, table["model"], models)
        table = table.drop(columns=["date", "read_at"]).sort_values("model", ignore_index=True)
        with fetched.stage(folder) as place:
            with fetched.publishing(place / store.FILE, **self._facts(made, len(table))) as (beside, _):
                table.to_parquet(beside, index=False, write_page_checksum=True)
            for path in (*place.iterdir(), place):
                files.sync(path)
            place.rename(folder / f"date={date}")
        files.sync(folder)
        return date, len(table)

    def _read(self, wanted: pyarrow.Array) -> pd.DataFrame:
        """The wanted models' rows, as two readings running have them: nothing in a dump tells of a count in the middle
        that came spoilt. Raises Unusable."""
        last: tuple[pd.Timestamp | None, pd.DataFrame] | None = None
        error = Unreadable(f"{UNREAD} twice alike")
        for _ in range(READINGS):
            self.newest = None
            try:
                rows = self._rows(wanted)
            except Unreadable as spoilt:
                last, error = None, spoilt
                continue
            if last and last[0] == self.newest and last[1].equals(rows):
                return rows
            last = self.newest, rows
        raise error

    def _rows(self, wanted: pyarrow.Array) -> pd.DataFrame:
        """The wanted models' rows, one row group at a time; `newest` is of all rows."""
        kept = []
        for entry in self.entries:
            remote = hub_dataset.Remote(self.client, self._address(entry), entry.size)
            try:
                with _opened(remote) as file:
                    names = _present(file.schema_arrow.names)
                    for number in range(file.num_row_groups):
                        group = file.read_row_group(number, names)
                        dump_checks.refuse_spoilt(file.metadata.row_group(number), group)
                        kept.append(self._kept(group, wanted))
            except SPOILT as error:
                said = (str(error).splitlines() or [type(error).__name__])[0][: fetch.SAID]
                raise Unreadable(f"{UNREAD}: {said}") from None
            finally:
                self.received += remote.received
        rows = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(NAMES.values()))
        if rows.empty:
            raise Unusable("it holds none of the models that are tracked")
        self.untold = int(rows["downloads_all_time"].isna().sum())
        rows = rows.dropna(subset=list(COUNTS.values()), how="all")
        if rows.empty:
            raise Unusable("it tells no count of the models that are tracked")
        return rows

    def _kept(self, group: pyarrow.Table, wanted: pyarrow.Array) -> pd.DataFrame:
        newest = pd.to_datetime(pyarrow.compute.max(group["createdAt"]).as_py(), utc=True, errors="coerce")
        if not pd.isna(newest):
            self.newest = max(newest, self.newest or newest)
        known = pyarrow.compute.is_in(group["id"].cast(pyarrow.string()), value_set=wanted)
        kept = group.filter(known).rename_columns([NAMES[name] for name in group.column_names])
        for name in COUNTS.values():
            if name not in kept.column_names:
                kept = kept.append_column(name, pyarrow.nulls(len(kept), pyarrow.int64()))
        return kept.to_pandas()

    def _made(self, folder: Path) -> pd.Timestamp:
        """When the dump was made, to the minute. Raises Unusable where it is not told, absurd, or its day is held."""
        if self.newest is None:
            raise Unusable("it tells no model's time of creation, so that its day is not known")
        date = self.newest.date()
        if date > self.week + LATE:
            raise Unusable(f"it holds a model of {date}, long after its week")
        if days.holds(folder, date):
            raise Unusable(f"it was made on {date}, and that day is held already")
        return self.newest

    def _address(self, entry: hub_dataset.Entry) -> str:
        return hub_dataset.address(self.client, DATASET, self.sha, entry.path)

    def _facts(self, made: pd.Timestamp, rows: int) -> dict[str, Any]:
        return {
            "source": "Hub weekly snapshots",
            "address": [self._address(entry) for entry in self.entries],
            "of_sha256": [entry.sha256 for entry in self.entries],
            "commit": self.sha,
            "week": str(self.week),
            "as_of": str(made.date()),
            "newest_model": made.isoformat(),
            "fetched": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "received": self.received,
            "rows": rows,
            "untold": self.untold,
            "licence": "ODbL",
            "citation": CITATION,
        }
