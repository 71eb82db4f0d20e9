"""Whether a collected day can stand: reasons against it, by what it holds and by the day held before it."""

import datetime
from functools import partial
from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from helpers import paths
from helpers.archive.pages import Merged
from helpers.lock import ArchiveError
from helpers.sources import hub_records
from helpers.sources.hub_scope import WHOLE, Scope

SHRINK = 0.02
"""Share of models that a listing may lose from one day held to the next. The Hub grows by some 0.1 % a day, and its
clean-ups have taken well under 1 % at a time; a listing cut off in the middle loses far more."""
FEW = 5
"""Models that a listing may always lose: a small organisation tidies up."""
SHRINK_DERIVED, FEW_DERIVED = 0.2, 20
"""The same for the derivatives of one base: of hundreds of bases some lose a series of uploads on any day, which their
owner takes back at once. All bases together may lose no more than SHRINK."""
BROKEN = 0.001
"""Share of records without a required field, above which a listing lacks the field rather than a few records it."""
BEGINNING = datetime.date(2022, 3, 31)
"""The Hub dates its first models to 2 March 2022: a listing of all of it holds some of that month."""
LATEST = datetime.timedelta(days=2)
"""New models are made every minute: a listing of the whole Hub holds some not older than this."""
PROOF = 10_000
"""Of so many models one more has to be of the Hub's first month, and of the last days: one alone may be dated oddly.
There are thousands of each."""


def reasons(
    scope: Scope, started: datetime.datetime, merged: Merged, before: tuple[datetime.date, dict[str, int]] | None
) -> list[str]:
    """Why a day cannot stand as it is; none if it can.

    started: when it was begun. before: the day held before it, and the models of each of its lists; None for none.
    """
    found = []
    broken = sum(count for why, count in merged.refused.items() if why.startswith(hub_records.ABSENT))
    if broken > BROKEN * (merged.rows + broken):
        found.append(f"{broken:,} of {merged.rows + broken:,} records lack a required field")
    if not merged.rows:
        found.append("it holds no model")
    elif not scope.by:
        found += _span(started.date(), merged)
    return found + (_falls(scope, before[1], listings(scope, merged), before[0]) if before else [])


def _span(day: datetime.date, merged: Merged) -> list[str]:
    """What a listing of the whole Hub lacks, of the models made first or last."""
    enough = 1 + merged.rows // PROOF
    first = sum(count for born, count in merged.born.items() if born <= BEGINNING)
    last = sum(count for born, count in merged.born.items() if born >= day - LATEST)
    found = []
    if first < enough:
        found.append(f"{first:,} models are of the Hub's first month, until {BEGINNING}: the listing lacks them")
    if last < enough:
        found.append(f"{last:,} models are of the last days, from {day - LATEST}: the listing lacks them")
    return found


def listings(scope: Scope, merged: Merged) -> dict[str, int]:
    """Name of each list → how many models it holds."""
    return dict(zip(scope.lists, merged.listed, strict=True))


def _falls(scope: Scope, before: dict[str, int], now: dict[str, int], day: datetime.date) -> list[str]:
    """Lists that lost too many models; only those that both days have can be compared."""
    both = sorted(before.keys() & now.keys())
    each = (SHRINK_DERIVED, FEW_DERIVED) if scope.by == "base_model" else (SHRINK, FEW)
    sizes = [(name if scope.by else WHOLE, before[name], now[name], *each) for name in both]
    if len(both) > 1:
        sums = (sum(before[name] for name in both), sum(now[name] for name in both))
        sizes.append(("all of them together", *sums, SHRINK, FEW))
    return [
        f"{name}: {new:,} models after {old:,} on {day}, a loss of more than {share:.0%}"
        for name, old, new, share, few in sizes
        if old - new > max(few, share * old) or (old and not new and scope.by != "base_model")
    ]


def fallen(before: Path, now: Path) -> int:
    """Models whose all-time count is lower than in the table of the day before: the Hub has counted them anew.

    Raises ArchiveError where the table of the day before cannot be read.
    """
    try:
        return _fallen(before, now)
    except (pyarrow.ArrowException, OSError) as error:
        raise ArchiveError(
            f"{paths.shown(before)}: cannot be read ({str(error).splitlines()[0][:160]}); restore it or move its "
            "folder away, then run again: the day collected now is complete and is published then"
        ) from None


def _fallen(before: Path, now: Path) -> int:
    """Reads one row group of `now` at a time and those of `before` that can hold the same models."""
    columns, fell = ["model", "downloads_all_time"], 0
    checked = partial(pyarrow.parquet.ParquetFile, page_checksum_verification=True)
    with checked(before) as old, checked(now) as new:
        spans = [_reach(old, group) for group in range(old.num_row_groups)]
        for group in range(new.num_row_groups):
            first, last = _reach(new, group)
            near = [at for at, (least, most) in enumerate(spans) if least <= last and first <= most]
            if near:
                both = new.read_row_group(group, columns).join(
                    old.read_row_groups(near, columns), "model", join_type="inner", right_suffix="_before"
                )
                less = pyarrow.compute.less(both["downloads_all_time"], both["downloads_all_time_before"])
                fell += pyarrow.compute.sum(less, min_count=0).as_py()
    return fell


def _reach(file: pyarrow.parquet.ParquetFile, group: int) -> tuple[str, str]:
    """The least and the greatest model of a row group."""
    told = file.metadata.row_group(group).column(0).statistics  # the model is the first
    return told.min, told.max
