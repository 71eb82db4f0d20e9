"""What the archive holds: days of counts and of derivatives, gaps, falls, what is unfinished or kept aside."""

import datetime
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet

from helpers.archive import days, store
from helpers.lock import ArchiveError
from helpers.sources import fetched
from helpers.tables import contracts


def overview(folder: Path) -> pd.DataFrame:
    """What the whole archive `folder` holds: of (snapshots | derivatives), and the columns of `status`.

    Days between two listings of derivatives are no gaps: each listing tells of all derivatives that there are.
    """
    counts, listed = status(folder / "snapshots"), status(folder / "derivatives")
    listed = listed[listed["state"] != "gap"]
    return pd.concat([counts.assign(of="snapshots"), listed.assign(of="derivatives")], ignore_index=True)[
        ["of", *counts.columns]
    ]


def status(folder: Path) -> pd.DataFrame:
    """What a folder of days holds, a row each, in order of days: first, last, state, rows, fell, note.

    state: held | gap (first to last) | unfinished | aside. rows: models of a day held. fell: models whose all-time
    count is lower than on the day held before; null where that was not compared. note: for people.
    """
    try:
        days = store.days(folder)
    except contracts.ContractError as error:
        raise ArchiveError(str(error)) from None
    rows = [_held_row(folder, day) for day in days]
    for gap in store.gaps(days).itertuples():
        rows.append((gap.first.date(), gap.last.date(), "gap", None, None, f"{gap.days} days not collected"))
    for place in sorted((folder / "unfinished").glob("????-??-??")):
        count = len(list(place.glob("pages/*/*.json.zst")))
        day = datetime.date.fromisoformat(place.name)
        rows.append((day, day, "unfinished", None, None, f"{count} pages; the next run goes on if it began recently"))
    for place in sorted((folder / "aside").glob("????-??-??.*")):
        told = json.loads((place / "report.json").read_text(encoding="utf-8"))
        day = datetime.date.fromisoformat(told["day"])
        note = f"{place.name}: {'; '.join(told['not_published_because'])}"
        rows.append((day, day, "aside", told.get("rows"), told.get("fell"), note))
    table = pd.DataFrame(rows, columns=["first", "last", "state", "rows", "fell", "note"])
    table = table.astype({"rows": "Int64", "fell": "Int64", "first": "datetime64[us]", "last": "datetime64[us]"})
    return table.sort_values(["first", "state"], kind="stable", ignore_index=True)


def _held_row(folder: Path, day: datetime.date) -> tuple:
    told = days.manifest(folder, day)
    if told is None:
        rows = pyarrow.parquet.read_metadata(folder / f"date={day}" / store.FILE).num_rows
        dumped = fetched.sidecar(folder / f"date={day}" / store.FILE).is_file()
        note = "weekly dump: counts of tracked models alone" if dumped else "brought in without a manifest"
        return day, day, "held", rows, None, note
    scope = told["scope"] if isinstance(told["scope"], str) else f"{len(told['scope'])} namespaces"
    refused = sum(told["refused"].values())
    return day, day, "held", told["rows"], told["fell"], scope + (f"; {refused:,} records refused" if refused else "")
