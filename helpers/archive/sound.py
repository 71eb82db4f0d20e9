"""Whether a day that is held can be relied on.

Something may have befallen it since: a disk that failed, a file cut short or edited, a clock that stood wrong. Such a
day is left out wherever days are read, and costs nothing else; `atom collect status` names it with the command that
mends it.

Looking takes the file's last bytes and its record. Verifying reads all: each file has the digest that the record tells,
and the rows of a day without a record hold to the contract. What was collected here or what a build has read, and
nobody has written since, a build does not read again (helpers.digests); `atom collect status --verify` does.
"""

import datetime
import hashlib
import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from helpers import digests, paths
from helpers.archive import store
from helpers.lock import ArchiveError
from helpers.sources import fetched
from helpers.tables import contracts
from helpers.tables.contracts import columns

REFUSED = "refused.jsonl"
SHAPES: dict[str, tuple[type, ...]] = {
    "scope": (str, list), "rows": (int,), "sha256": (str,), "listings": (dict,), "refused": (dict,),
    "fell": (int, type(None)), "not_asked_for": (list,),
}  # fmt: skip
"""What a manifest tells → of which kind; the first it always tells."""
DIGESTS = {"sha256": store.FILE, "refused_sha256": REFUSED}
"""What a manifest tells of its files."""


@dataclass(frozen=True)
class Unsound:
    """A folder among the days that cannot be relied on. day: None where its name is none."""

    place: Path
    day: datetime.date | None
    why: str

    def __str__(self) -> str:
        return f"{paths.shown(self.place)}: {self.why}; {self.remedy}"

    @property
    def remedy(self) -> str:
        """What to do, with the command."""
        aside, number = self.place.parent / "aside", 1
        name = f"{self.place.name.removeprefix('date=')}.unsound"
        while (target := aside / (name if number == 1 else f"{name}{number}")).exists():
            number += 1
        into, source, to = (shlex.quote(paths.shown(path)) for path in (aside, self.place, target))
        again = "; `atom collect weekly` then brings it in again" if _record(self.place).is_file() else ""
        return f"restore it from a copy, or leave it out: mkdir -p {into} && mv {source} {to}{again}"


def look(folder: Path, verify: bool = False) -> tuple[list[datetime.date], list[Unsound]]:
    """The days of `folder` that can be relied on, in order, and what cannot. verify: whether to read every byte."""
    held, unsound = [], []
    for place in sorted(folder.glob("date=*")):
        day = store.named(place.name.removeprefix("date="))
        why = fault(folder, day, verify) if day else "is named after no day, date=YYYY-MM-DD"
        if day and not why:
            held.append(day)
        else:
            unsound.append(Unsound(place, day, why or ""))
    return held, unsound


def ends(folder: Path) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day with all-time counts that can be relied on, verified; None where there is none."""
    days = [day for place in folder.glob("date=*") if (day := store.named(place.name.removeprefix("date=")))]

    def stands(day: datetime.date) -> bool:
        return not fault(folder, day, True) and store.counts(folder, day)

    first = next(filter(stands, sorted(days)), None)
    last = next(filter(stands, sorted(days, reverse=True)), None)
    return (first, last) if first and last else None


def fault(folder: Path, day: datetime.date, verify: bool = False) -> str | None:
    """Why a day cannot be relied on, None if it can."""
    place = folder / f"date={day}"
    if not columns.reasonable(day):
        return f"is no day from {columns.FIRST_DAY} to tomorrow, by this machine's clock"
    if not (place / store.FILE).is_file():
        return f"{store.FILE} is missing"
    try:
        return _fault(folder, day, verify)
    except (contracts.ContractError, ArchiveError) as error:
        return str(error).splitlines()[0]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        return f"{store.FILE} cannot be read: {str(error).splitlines()[0][:160]}"


def _fault(folder: Path, day: datetime.date, verify: bool) -> str | None:
    told = manifest(folder, day)
    if verify and (found := _differing(folder, day, told)):
        return found
    store.read_at(folder, day)
    with pyarrow.parquet.ParquetFile(store.file(folder, day)) as file:
        names, rows = file.schema_arrow.names, file.metadata.num_rows
    if missing := [name for name in store.COLUMNS if name not in names]:
        return f"{store.FILE} lacks the column {', '.join(missing)}"
    if not rows:
        return f"{store.FILE} holds no model"
    if told and told.get("rows", rows) != rows:
        return f"{store.FILE} holds {rows:,} models, and {store.MANIFEST} tells of {told['rows']:,}"
    return None


def _differing(folder: Path, day: datetime.date, told: dict[str, Any] | None) -> str | None:
    """Which file of a day is not the one that its record tells of. Raises ContractError for one without a record."""
    place = folder / f"date={day}"
    if told is None and _record(place).is_file():
        told = _object(_record(place))
    if told is None or "sha256" not in told:
        store.day(folder, day)
        return None
    for key, name in DIGESTS.items():
        if key in told and not ((place / name).is_file() and digests.of(place / name) == told[key]):
            return f"{name} is not the file that was written: its sha256 is another"
    return None


def _record(place: Path) -> Path:
    """Where the record of a day is that was brought in from a weekly dump."""
    return fetched.sidecar(place / store.FILE)


# Manifests ----------------------------------------------------------------------------------------------------


def manifest(folder: Path, day: datetime.date) -> dict[str, Any] | None:
    """What is recorded of a day held; None for one that this archive did not publish itself. Raises ArchiveError."""
    place = folder / f"date={day}" / store.MANIFEST
    if not place.is_file():
        return None
    told = _object(place)
    wrong = [key for key, kinds in SHAPES.items() if not isinstance(told.get(key, kinds[0]()), kinds)]
    if wrong or "scope" not in told:
        raise ArchiveError(f"{paths.shown(place)}: tells no {(wrong or ['scope'])[0]}; restore it, or remove it")
    if ("seal" in told or "refused_sha256" in told) and told != sealed(told):
        raise ArchiveError(f"{paths.shown(place)}: is not what was written; restore it, or remove it")
    return told


def sealed(facts: dict[str, Any]) -> dict[str, Any]:
    """A manifest with a digest of its own."""
    content = {key: value for key, value in facts.items() if key != "seal"}
    return content | {"seal": hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}


def _object(place: Path) -> dict[str, Any]:
    """A file's JSON. Raises ArchiveError where it is no object."""
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ArchiveError(f"{paths.shown(place)}: {error}; restore it, or remove it") from None
    if not isinstance(told, dict):
        raise ArchiveError(f"{paths.shown(place)}: holds no JSON object; restore it, or remove it")
    return told
