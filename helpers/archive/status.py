"""What the archive holds: days of counts and of derivatives, gaps, falls, what is unfinished, kept aside or damaged."""

import datetime
import errno
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet

from helpers import files, lock, paths
from helpers.archive import sound, store
from helpers.registry import lists, renames
from helpers.sources import fetched
from helpers.tables.contracts import columns

REMEDIES = {
    "history": "import it again: `atom collect import history PATH`",
    "openrouter": "fetch it again: `atom collect openrouter`",
    "arena": "fetch it again: `atom collect arena`",
    "artificial_analysis": "fetch it again: `atom collect artificial-analysis`",
    "epoch": "fetch it again: `atom collect epoch`",
    "registry": "fetch it again: `atom collect tracked-models`",
}
"""Folder of a source → what to do about a file of it that is not the one that was written."""


MOST = 16
"""Rows of `read_of_tracked` that are shown: all tracked models together, and the organisations with most."""


def overview(folder: Path, verify: bool = False) -> pd.DataFrame:
    """What the whole archive holds: of (snapshots | derivatives | another source), and the columns of `status`.

    Days between two listings of derivatives are no gaps: each listing tells of all derivatives that there are. verify:
    whether every file is read and compared with its record; of the other sources only files that differ are told.
    Raises ArchiveError for what is no folder, or cannot be read.
    """
    with lock.in_words(folder, "read"):
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "", str(folder))
        counts, listed = status(folder / "snapshots", verify), status(folder / "derivatives", verify)
        parts = [counts.assign(of="snapshots"), listed[listed["state"] != "gap"].assign(of="derivatives")]
        parts += [_differing(folder / name).assign(of=name) for name in REMEDIES if verify]
    return pd.concat(parts, ignore_index=True)[["of", *counts.columns]]


def shown(found: pd.DataFrame, folder: Path) -> str:
    """An overview as text; what cannot be relied on stands below the table, where its command can be copied."""
    if found.empty:
        return (
            f"{paths.shown(folder)}: holds nothing yet; run `atom collect tracked-models` and `atom collect hub` first"
        )
    damaged = found["state"] == "unsound"
    notes = found["note"].where(~damaged, "cannot be relied on, see below")
    lines = [found.assign(note=notes).to_string(index=False, na_rep=""), *found["note"][damaged]]
    read = read_of_tracked(folder)
    if len(read):
        most = read.head(MOST).drop(columns="day").to_string(index=False)
        lines += [
            "",
            f"Tracked models with a count on {read['day'].iloc[0]:%Y-%m-%d}, of the {MOST - 1} largest makers:",
            most,
        ]
    return "\n".join(lines)


def read_of_tracked(folder: Path) -> pd.DataFrame:
    """Of how many tracked models the newest sound day has a count: organisation ("all" first), models, read, day.

    folder: the archive. Organisations with most tracked models come first. No row where the archive holds no list of
    models, or no sound day. Raises RegistryError for a list that is damaged.
    """
    listed, days = folder / "registry" / "models.csv", sound.look(folder / "snapshots")[0]
    if not listed.is_file() or not days:
        return pd.DataFrame(columns=["organisation", "models", "read", "day"])
    counts = store.day(folder / "snapshots", days[-1]).dropna(subset="downloads_all_time")
    models = renames.current(lists.ids(listed.parent)).drop_duplicates().rename("model").to_frame()
    labels = pd.read_csv(paths.REGISTRY / "organisations.csv", dtype=str).drop_duplicates("namespace")
    space = models["model"].str.partition("/")[0]
    models["organisation"] = space.map(labels.set_index("namespace")["organisation"]).fillna(space)
    models["read"] = models["model"].isin(renames.current(counts["model"]))
    both = pd.concat([models.assign(organisation="all"), models])
    table = both.groupby("organisation", sort=False).agg(models=("model", "size"), read=("read", "sum"))
    table = table.sort_values("models", ascending=False, kind="stable").reset_index()
    return table.assign(day=pd.Timestamp(days[-1]))


def status(folder: Path, verify: bool = False) -> pd.DataFrame:
    """What a folder of days holds, a row each, in order of days: first, last, state, rows, fell, note.

    state: held | gap (first to last) | unsound | unfinished | aside | stray. rows: models of a day held. fell: models
    whose all-time count is lower than on the day held before; null where that was not compared. note: for people, with
    the command that mends what is wrong. verify: as of `overview`.
    """
    days, unsound = sound.look(folder, verify)
    rows = [_held_row(folder, day) for day in days]
    rows += [(found.day, found.day, "unsound", None, None, str(found)) for found in unsound]
    spoilt = [found.day for found in unsound if found.day and columns.reasonable(found.day)]
    for gap in store.gaps([*days, *spoilt]).itertuples():
        rows.append((gap.first.date(), gap.last.date(), "gap", None, None, f"{gap.days} days not collected"))
    rows += [_unfinished_row(place) for place in sorted((folder / "unfinished").glob("[!.]*"))]
    rows += [_aside_row(place) for place in sorted((folder / "aside").glob("[!.]*"))]
    return _table(rows).sort_values(["first", "state"], kind="stable", ignore_index=True)


def _table(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["first", "last", "state", "rows", "fell", "note"])
    return table.astype({"rows": "Int64", "fell": "Int64", "first": "datetime64[us]", "last": "datetime64[us]"})


def _held_row(folder: Path, day: datetime.date) -> tuple:
    told = sound.manifest(folder, day)
    if told is None:
        rows = pyarrow.parquet.read_metadata(store.file(folder, day)).num_rows
        record = fetched.sidecar(store.file(folder, day))
        of = json.loads(record.read_text(encoding="utf-8")).get("source") if record.is_file() else None
        note = f"{of}: counts of tracked models alone" if of else "brought in without a manifest"
        return day, day, "held", rows, None, note
    scope = told["scope"] if isinstance(told["scope"], str) else f"{len(told['scope'])} namespaces"
    refused = sum(told.get("refused", {}).values())
    note = scope + (f"; {refused:,} records refused" if refused else "")
    if without := told.get("not_asked_for"):
        note += f"; the Hub refused {', '.join(map(str, without))}"
    return day, day, "held", told.get("rows"), told.get("fell"), note


def _unfinished_row(place: Path) -> tuple:
    day = store.named(place.name)
    if not place.is_dir() or day is None:
        note = f"{paths.shown(place)}: is no day in the making; the next run moves it aside"
        return day, day, "stray", None, None, note
    count = len(list(place.glob("pages/*/[0-9]*.page")))
    return day, day, "unfinished", None, None, f"{count} pages; the next run goes on if it began recently"


def _aside_row(place: Path) -> tuple:
    """What was moved aside: a day that was not published, with its report, or what a person has put there."""
    day = store.named(place.name[:10])
    try:
        told = json.loads((place / "report.json").read_text(encoding="utf-8"))
        note = f"{place.name}: {'; '.join(told['not_published_because'])}"
        rows, fell = (told.get(name) if isinstance(told.get(name), int) else None for name in ("rows", "fell"))
    except (FileNotFoundError, NotADirectoryError):
        note, rows, fell = f"{place.name}: put there by hand, without a report", None, None
    except (ValueError, LookupError, TypeError, AttributeError):
        note, rows, fell = f"{paths.shown(place)}: its report.json is damaged; remove what is not needed", None, None
    return day, day, "aside", rows, fell, note


def _differing(folder: Path) -> pd.DataFrame:
    """Files of another source that are not the ones that their records tell of."""
    found = []
    for record in sorted(folder.rglob(f"*{fetched.sidecar(Path('_')).name[1:]}")):
        earlier = record.parent.parent.name == fetched.REPLACED
        path = record.with_name(record.name.removesuffix(fetched.sidecar(Path("_")).name[1:]))
        try:
            told = json.loads(record.read_text(encoding="utf-8"))["sha256"]
            if path.is_file() and files.digest(path) == told:
                continue
            why = "is not the file that its record tells of" if path.is_file() else "is missing, but has a record"
        except (ValueError, LookupError, TypeError):
            why = "has a damaged record"
        remedy = "it was replaced since: remove it with its record" if earlier else REMEDIES[folder.name]
        found.append((None, None, "unsound", None, None, f"{paths.shown(path)}: {why}; {remedy}"))
    return _table(found)
