"""An archive at an address, `s3://BUCKET/archive` or `hf://datasets/ORG/NAME`: bringing what a build needs of it.

Whatever fsspec opens can be an address. No day of the whole Hub is brought whole: of its file come the rows of tracked
models, out of those groups of rows that can hold any, and of the newest such day the columns that a listing needs. Days
of some organisations alone, lists and the other sources are small, and come as they are. What has not changed there
since it was brought is not asked for again.

The record of a day of the whole Hub has a digest of all its bytes, of which not all are read: what is read is held to
the checksums of its pages, and the file to the number of rows that its record tells.
"""

import functools
import hashlib
import json
import shutil
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet
from filelock import FileLock

from helpers import digests, files, lock, paths
from helpers.archive import gather, listings, pages, sound, store
from helpers.registry import lists, renames
from helpers.sources import fetched
from helpers.sources.hub_scope import WHOLE
from helpers.tables import contracts
from helpers.tables.contracts import columns

BROUGHT = ".brought.json"
"""What was brought: file → a digest of what the address told of it then, and how it was taken."""
AS_IT_IS, OF_LISTING = "as it is", "columns of a listing"
COLUMNS = {*contracts.TABLES["raw/derivatives"].columns, *store.COLUMNS, store.MAY_LACK, *listings.DESCRIPTION}
"""Those that the newest day of the whole Hub is brought with."""
GROUPS = 10
"""Groups of rows that are read together."""


@functools.cache
def bring(address: str = paths.ADDRESS, folder: Path = paths.ARCHIVE) -> None:
    """Make `folder` what a build needs of the archive at an address; once in a process. Without an address it stays.

    Raises ArchiveError, with the address and what to do, where that cannot be read.
    """
    if not address:
        return
    with _in_words(address):
        import fsspec.core

        there, root = fsspec.core.url_to_fs(address)
        found = there.find(root, detail=True)
        told = {str(PurePosixPath(name).relative_to(root)): facts for name, facts in found.items()}
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            Archive(address, there, root, told).bring(folder)


@contextmanager
def _in_words(address: str) -> Iterator[None]:
    """Tell of whatever an address refuses as an ArchiveError."""
    try:
        yield
    except (lock.ArchiveError, contracts.ContractError):
        raise
    except ImportError as error:
        raise lock.ArchiveError(f"{address}: {error}; for s3:// that is the extra `s3`") from None
    except Exception as error:  # each file system has errors of its own
        if isinstance(error, OSError) and error.errno in lock.FULL:
            raise
        said = (str(error).splitlines() or [""])[0]
        raise lock.ArchiveError(
            f"{address}: cannot be read ({type(error).__name__}: {said}); see to the address, to your leave to read it "
            "and to the network, then run again: what was brought stays"
        ) from None


class Archive:
    """An archive at an address. there, root: the file system and the place in it. told: file → what it says of it."""

    def __init__(self, address: str, there: Any, root: str, told: dict[str, dict[str, Any]]) -> None:
        self.address, self.there, self.root, self.told = address, there, root, told

    def bring(self, folder: Path) -> None:
        """Bring what is new into `folder`, and take away what is there no more."""
        kept = folder / BROUGHT
        held = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
        done: dict[str, list[str]] = {}
        try:
            for name, how in self._wanted(folder, held):
                stamp = [self._digest(name), how if isinstance(how, str) else _digest(how)]
                if held.pop(name, None) != stamp or not (folder / name).is_file():
                    with _in_words(f"{self.address}/{name}"):
                        self._take(name, how, folder)
                done[name] = stamp
        finally:
            files.write_json(kept, held | done)
        for name in held:
            (folder / name).unlink(missing_ok=True)
            if name.endswith(store.FILE):
                shutil.rmtree((folder / name).parent)
        files.write_json(kept, done)

    def _wanted(self, folder: Path, held: dict[str, list[str]]) -> Iterator[tuple[str, str | list[str]]]:
        """Which files are wanted, and how: AS_IT_IS, OF_LISTING, or the ids of the models whose rows are."""
        days = self._days("snapshots")
        if not days or "registry/models.csv" not in self.told:
            missing = "registry/models.csv" if days else f"snapshots/date=YYYY-MM-DD/{store.FILE}"
            raise lock.ArchiveError(f"{self.address}: holds no {missing}; see to the address, and to what lies there")
        for name in sorted(self.told):
            if PurePosixPath(name).parts[0] in gather.SOURCES and gather.is_input(Path(name)):
                yield name, AS_IT_IS
        whole = [name for name in days if self._whole(name, held)]
        models = sorted(renames.known_as(lists.ids(folder / "registry")))
        for name in days:
            yield name, AS_IT_IS if name not in whole else OF_LISTING if name == whole[-1] else models
        yield from ((name, AS_IT_IS) for name in self._days("derivatives")[-1:] if not whole)

    def _days(self, kind: str) -> list[str]:
        """The files of days, in order."""
        return sorted(name for name in self.told if PurePosixPath(name).match(f"{kind}/date=*/{store.FILE}"))

    def _whole(self, day: str, held: dict[str, list[str]]) -> bool:
        """Whether a day is of the whole Hub: so its record says, or it has none. Asked only where the day is new."""
        named = store.named(PurePosixPath(day).parent.name.removeprefix("date="))
        if not named or not columns.reasonable(named):
            return False
        known, how = held.get(day, ("", ""))
        if known == self._digest(day):
            return how != AS_IT_IS
        return fetched.sidecar(Path(day)).as_posix() not in self.told and self._facts(day).get("scope", WHOLE) == WHOLE

    def _beside(self, name: str) -> list[str]:
        """The records beside a day's file."""
        found = [str(PurePosixPath(name).with_name(record)) for record in store.RECORDS]
        return [record for record in found if name.endswith(store.FILE) and record in self.told]

    def _facts(self, day: str) -> dict[str, Any]:
        """What the records of a day tell, {} where there are none."""
        with _in_words(f"{self.address}/{day}"):
            told = [json.loads(self.there.cat_file(f"{self.root}/{record}")) for record in self._beside(day)]
        return {key: value for one in told for key, value in one.items()}

    def _digest(self, name: str) -> str:
        """A digest of what the address tells of a file, and of the records beside it."""
        return _digest([sorted(map(str, self.told[one].items())) for one in (name, *self._beside(name))])

    def _take(self, name: str, how: str | list[str], folder: Path) -> None:
        """Bring a file; a day with its record, which is made anew where part of the day is taken."""
        path = folder / name
        for record in store.RECORDS if name.endswith(store.FILE) else ():
            path.with_name(record).unlink(missing_ok=True)
        if how == AS_IT_IS:
            for one in (*self._beside(name), name):
                with files.replacing(folder / one) as beside:
                    self.there.get_file(f"{self.root}/{one}", str(beside))
            return
        facts, told = self._facts(name), {"source": "the whole Hub", "address": f"{self.address}/{name}"}
        if "seal" in facts and facts != sound.sealed(facts):
            raise lock.ArchiveError(f"{self.address}/{name}: its record is not what was written; restore it")
        told |= {key: facts[key] for key in store.TIMES if key in facts}
        with fetched.publishing(path, False, **told) as (beside, _):
            self._read(name, how, facts.get("rows"), beside)
        if how == OF_LISTING and facts:
            facts = {key: value for key, value in facts.items() if key != "refused_sha256"}
            files.write_json(path.with_name(store.MANIFEST), sound.sealed(facts | digests.to_record(path)))

    def _read(self, day: str, how: str | list[str], rows: int | None, target: Path) -> None:
        """Write what is wanted of a day's file."""
        models = how if isinstance(how, list) else None
        # Without a cache the bytes that are asked for are fetched, and no more; Arrow asks for neighbours together.
        with (
            self.there.open(f"{self.root}/{day}", "rb", cache_type="none") as stream,
            pyarrow.parquet.ParquetFile(stream, pre_buffer=True, page_checksum_verification=True) as file,
        ):
            if rows not in (None, file.metadata.num_rows):
                raise lock.ArchiveError(
                    f"{self.address}/{day}: holds {file.metadata.num_rows:,} models, and its record tells of "
                    f"{rows:,}; restore it, or move the day out of snapshots/"
                )
            schema = file.schema_arrow
            wanted = [name for name in schema.names if models is not None or name in COLUMNS]
            how_written: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True}
            with pyarrow.parquet.ParquetWriter(
                target, pyarrow.schema([schema.field(name) for name in wanted]), **how_written
            ) as writer:
                groups = _groups(file.metadata, models)
                for at in range(0, len(groups), GROUPS):
                    table = file.read_row_groups(groups[at : at + GROUPS], wanted)
                    if models is not None:
                        table = table.filter(pyarrow.compute.is_in(table["model"], pyarrow.array(models)))
                    writer.write_table(table, row_group_size=pages.BUCKET_ROWS)


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _groups(told: pyarrow.parquet.FileMetaData, models: list[str] | None) -> list[int]:
    """The groups of rows that can hold one of some models, sorted ones, by the ends that a file tells of each."""
    every = list(range(told.num_row_groups))
    if models is None or not every:
        return every
    paths_ = [told.schema.column(at).path for at in range(told.num_columns)]
    found = []
    for number in every:
        ends = told.row_group(number).column(paths_.index("model")).statistics
        first = bisect_left(models, ends.min) if ends and ends.has_min_max else 0
        if not (ends and ends.has_min_max) or (first < len(models) and models[first] <= ends.max):
            found.append(number)
    return found
