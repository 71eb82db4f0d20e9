"""Lifetime counts from snapshots: days between readings, counts that fall, models that come and go (Section 2.1)."""

import numpy as np
import pandas as pd

from helpers.measures import flags
from helpers.measures.falls import Told, told_apart
from helpers.measures.grid import Grid, line, since_first

KINDS = np.array([flags.OBSERVED, flags.FAULTY, flags.RESET, flags.RESTATED])
"""What a fall makes of a reading, in the order of `falls`, → its flag."""
TREATMENTS = (TAKEN_BACK, ON_TOP) = ("restated", "on_top")
"""What an edition may do with a count that was taken back in part: believe the later reading, or go on from both."""


def snapshot_counts(snapshots: pd.DataFrame, falls: str = TAKEN_BACK) -> pd.DataFrame:
    """Each model's all-time count at the end of every UTC day from its first to the last that readings reach (Section
    2.1).

    snapshots: date, model, read_at (UTC; null: at the day's end), downloads_all_time, created_at (all nullable). The
    count at a day's end lies on the line between the readings around it. The day is observed if one of them was made
    within twelve hours of its end, else interpolated; a reading that is faulty is as if it were not (faulty). Of other
    counts that fall (helpers/measures/falls.py), one that starts again loses nothing (reset), and one that is taken
    back in part is what it then is, or goes on from what it was (restated), as `falls` says: "restated" or "on_top".
    On the day of a model's last reading, unless that reaches its end, the count is the one that was read (partial), and
    it stays that while the model is not read any more (vanished); what is new then is unknown (downloads null). The
    first count at a day's end is a lifetime total that no day can claim (entered, downloads null), unless the model was
    created since the snapshot before: then all of it is new.

    Returns date, model, downloads (new that day), downloads_cumulative (all time), counted_cumulative and
    restated_cumulative (in either way), flag, ordered by model and date. Raises ValueError for other `falls`.
    """
    if falls not in TREATMENTS:
        raise ValueError(f"falls {falls!r}: write {' or '.join(TREATMENTS)}")
    snapshots = snapshots.dropna(subset="downloads_all_time").astype({"downloads_all_time": "int64"})
    grid = Grid.of(snapshots)
    read = grid.matrix(snapshots["downloads_all_time"])
    known = ~np.isnan(read)
    created = _created(snapshots, grid.models)
    told = told_apart(read, _day_numbers(created, grid.days))
    moments = grid.moments(snapshots["read_at"])
    ends = np.arange(1, known.shape[1] + 1)
    counted, restated = (
        line(np.where(told.kept, counts, np.nan), moments, ends) for counts in (told.counted, told.restated)
    )
    inside = ~np.isnan(counted)
    rows, last = np.arange(len(known)), known.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    partial = ~inside[rows, last]
    for total, counts in ((counted, told.counted), (restated, told.restated)):
        total[rows[partial], last[partial]] = counts[rows[partial], last[partial]]
        np.fmax.accumulate(total, axis=1, out=total)
    total = restated if falls == TAKEN_BACK else counted
    new = np.diff(total, axis=1, prepend=np.nan)
    new[~inside] = np.nan
    marks = _marks(told, known, moments, inside)
    marks[rows[partial], last[partial]] = flags.PARTIAL

    since = since_first(~np.isnan(total))
    first = since.argmax(axis=1)
    ended = inside[rows, first]
    born = ended & (created >= _snapshot_before(grid.days, known)[first])
    new[rows, first] = np.where(born, total[rows, first], np.nan)
    marks[rows[ended & ~born], first[ended & ~born]] = flags.ENTERED
    both = {"counted_cumulative": counted, "restated_cumulative": restated}
    return flags.table(grid, since, marks, downloads=new, downloads_cumulative=total, **both)


def _marks(told: Told, known: np.ndarray, moments: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Flags of days: that of the reading nearest to a day's end, where one is within half a day of it."""
    marks = np.full(known.shape, flags.INTERPOLATED)
    for which in (known & ~told.kept, told.kept):
        rows, columns = np.nonzero(which)
        day = np.ceil(moments[rows, columns] - 0.5).astype(int) - 1
        within = (day >= 0) & (day < known.shape[1])
        marks[rows[within], day[within]] = KINDS[told.kinds[rows, columns]][within]
    marks[~inside] = flags.VANISHED
    return marks


def distant(counts: pd.DataFrame, gap_days: int) -> pd.DataFrame:
    """The counts with distant in place of interpolated, or faulty, where the readings around a day lie farther apart
    than gap_days.

    counts: from `snapshot_counts`. Such a day's count is a line over weeks of which nothing was seen, and no reading.
    """
    between = counts["flag"].isin(["interpolated", "faulty"])
    runs = (~between).cumsum()  # a model's last day is read, or it has vanished: no run goes on into the next model
    apart = between.groupby(runs).transform("sum") + 1
    return counts.assign(flag=counts["flag"].mask(between & (apart > gap_days), "distant"))


def _day_numbers(created: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The column in which each day of creation would stand; NaN where it is unknown."""
    numbers = (created - days[:1].astype("datetime64[D]")).astype(float)
    return np.where(np.isnat(created), np.nan, numbers)


def _created(snapshots: pd.DataFrame, models: pd.Index) -> np.ndarray:
    """The day each model was created; null where no snapshot tells."""
    created = snapshots.groupby("model")["created_at"].min().reindex(models)
    return created.dt.tz_localize(None).to_numpy().astype("datetime64[D]")


def _snapshot_before(days: np.ndarray, known: np.ndarray) -> np.ndarray:
    """For each day, the last day before it that has a snapshot; null for the first."""
    held = pd.Series(np.where(known.any(axis=0), days, np.datetime64("NaT")))
    return held.ffill().shift().to_numpy().astype("datetime64[D]")


def restatements(counts: pd.DataFrame) -> pd.DataFrame:
    """The days on which both readings of a count that was taken back differ; the table clean/restatements.

    counts: from `snapshot_counts`. Returns date, model, counted_cumulative, restated_cumulative.
    """
    differ = counts["counted_cumulative"] > counts["restated_cumulative"]
    return counts.loc[differ, ["date", "model", "counted_cumulative", "restated_cumulative"]].reset_index(drop=True)


def taken_back(restatements: pd.DataFrame) -> pd.DataFrame:
    """From whom how much was taken back, the most first: model, downloads, downloads_share (of what was counted)."""
    last = restatements.groupby("model", as_index=False).last()
    lost = last["counted_cumulative"] - last["restated_cumulative"]
    table = pd.DataFrame(
        {"model": last["model"], "downloads": lost, "downloads_share": lost / last["counted_cumulative"]}
    )
    return table.sort_values("downloads", ascending=False, ignore_index=True)


def suspected_renames(snapshots: pd.DataFrame) -> pd.DataFrame:
    """Ids of one name of which one ends where the other begins with its total: old, new, last, first, downloads.

    snapshots: as for `snapshot_counts`, with known renames joined. last: day of the old id's last reading; first: day
    of the new one's first, at most two days with snapshots later; downloads: the new one's first count, which is at
    least the old one's last and less than twice it. Ids whose repositories were not made at the same time are left out.
    """
    read = snapshots.dropna(subset="downloads_all_time").sort_values("date")
    read = read.assign(day=read["date"].rank(method="dense"))
    last, first = (read.drop_duplicates("model", keep=end) for end in ("last", "first"))
    last, first = (rows.assign(name=rows["model"].str.split("/").str[-1].str.casefold()) for rows in (last, first))
    last, first = last.rename(columns={"model": "old"}), first.rename(columns={"model": "new"})
    ends = last.merge(first, on="name", suffixes=("_old", "_new"))
    later = (ends["day_new"] - ends["day_old"]).between(1, 2)
    goes_on = (ends["downloads_all_time_new"] / ends["downloads_all_time_old"]).between(1, 2, inclusive="left")
    made = [ends[f"created_at_{end}"] for end in ("old", "new")]
    same = made[0].isna() | made[1].isna() | (made[0] == made[1])
    found = ends[later & goes_on & same]
    named = {"date_old": "last", "date_new": "first", "downloads_all_time_new": "downloads"}
    return found.rename(columns=named)[["old", "new", *named.values()]].reset_index(drop=True)


def renamed(snapshots: pd.DataFrame) -> pd.DataFrame:
    """`suspected_renames` with joined: the count, where neither id can belong with another one; else null."""
    found = suspected_renames(snapshots)
    alone = ~found.duplicated("old", keep=False) & ~found.duplicated("new", keep=False)
    return found.assign(joined=found["downloads"].where(alone).astype("Int64"))


def joined(snapshots: pd.DataFrame) -> pd.DataFrame:
    """The snapshots with one series, under the newest id, for those that `renamed` joins: else a total counts twice."""
    pairs = renamed(snapshots).dropna(subset="joined")
    while (again := snapshots["model"].isin(pairs["old"])).any():
        now = snapshots["model"].map(pairs.set_index("old")["new"])
        snapshots = snapshots.assign(model=snapshots["model"].mask(again, now))
    return snapshots
