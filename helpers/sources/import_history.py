"""Bringing an author's daily history into the layout, a file a namespace (contract raw/history).

The history may be one CSV or Parquet file or a folder of them, with columns of any name. What is held already stays:
the same rows again change nothing, and a row that tells another count for a day held is refused.
"""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from helpers import files, paths
from helpers.sources import fetched, history
from helpers.tables import contracts

NAME = "raw/history"


def bring_in(path: Path, folder: Path, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Bring `path`, a file or a folder, into `folder` as <namespace>.parquet, each with its record.

    names: column of the contract (date, model, downloads) → its name in the files; those not named have the same.
    Gives a row for each namespace of the history: namespace, models, rows (new ones), first, last (of all in it). All
    is checked before anything is written. Raises ContractError naming file, row and column, and ArchiveError.
    """
    found = _files(path)
    parts = {part: _read(part, _columns(names or {})) for part in found}
    new = pd.concat(parts.values(), ignore_index=True)
    with fetched.working(folder):
        held = history.read(folder) if _holds_any(folder) else new.iloc[:0]
        _refuse_repeats(parts, new)
        _refuse_spellings(pd.concat([held["model"], new["model"]]))
        fresh = _unheld(new, held, paths.shown(folder))
        for namespace, rows in fresh.groupby(_namespace(fresh)):
            _write(folder / f"{namespace}.parquet", rows, found, names or {})
    both = new.assign(fresh=new.index.isin(fresh.index)).groupby(_namespace(new).rename("namespace"))
    return both.agg(
        models=("model", "nunique"), rows=("fresh", "sum"), first=("date", "min"), last=("date", "max")
    ).reset_index()


def _files(path: Path) -> list[Path]:
    found = sorted(part for part in path.iterdir() if part.suffix in (".csv", ".parquet")) if path.is_dir() else [path]
    if not found:
        raise contracts.ContractError(f"{paths.shown(path)}: holds no .csv or .parquet file; name the history's folder")
    return found


def _columns(names: Mapping[str, str]) -> dict[str, str]:
    """Each column of the contract → its name in the files."""
    wanted = list(contracts.TABLES[NAME].columns)
    if unknown := [name for name in names if name not in wanted]:
        raise contracts.ContractError(
            f"--map {unknown[0]}=…: is no column of a history; wanted one of {', '.join(wanted)}"
        )
    columns = {name: names.get(name, name) for name in wanted}
    if len(set(columns.values())) < len(wanted):
        told = ", ".join(f"{ours}={theirs}" for ours, theirs in columns.items())
        raise contracts.ContractError(f"--map: one column would be two of ours: {told}; name each once")
    return columns


def _read(path: Path, columns: dict[str, str]) -> pd.DataFrame:
    table = contracts.load(path, list(columns.values())).rename_columns(list(columns))
    checked = contracts.check(table.to_pandas(date_as_object=False), NAME, paths.shown(path))
    if checked.empty:
        raise contracts.ContractError(f"{paths.shown(path)}: holds no row; is it the right file?")
    return checked


def _holds_any(folder: Path) -> bool:
    return any(path.suffix in (".csv", ".parquet") for path in folder.glob("*"))


def _namespace(rows: pd.DataFrame) -> pd.Series:
    return rows["model"].str.split("/").str[0]


def _refuse_repeats(parts: dict[Path, pd.DataFrame], new: pd.DataFrame) -> None:
    """A model's day in two of the files."""
    repeated = new[new.duplicated(["date", "model"])]
    if len(repeated):
        date, model = repeated.iloc[0][["date", "model"]]
        where = [paths.shown(p) for p, t in parts.items() if ((t["date"] == date) & (t["model"] == model)).any()]
        raise contracts.ContractError(
            f"{' and '.join(where)}: both hold {model} on {date.date()}; {len(repeated):,} such days; keep each once"
        )


def _refuse_spellings(models: pd.Series) -> None:
    """Namespaces that differ in case only: the Hub has but one of them, and some disks but one file."""
    spaces = pd.Series(models.str.split("/").str[0].unique())
    for _, same in spaces.groupby(spaces.str.casefold()):
        if len(same) > 1:
            found = " and ".join(same)
            raise contracts.ContractError(
                f"namespaces {found} differ in case only; write the Hub's own spelling in all files"
            )


def _unheld(new: pd.DataFrame, held: pd.DataFrame, where: str) -> pd.DataFrame:
    """The new rows that are not held. Raises ContractError for one that tells another count."""
    both = new.reset_index().merge(held, "left", ["date", "model"], suffixes=("", "_held"), indicator=True)
    other = both[(both["_merge"] == "both") & (both["downloads"] != both["downloads_held"])]
    if len(other):
        row = other.iloc[0]
        raise contracts.ContractError(
            f"{where}: holds {row['downloads_held']:,.0f} downloads of {row['model']} on {row['date'].date()}, and the "
            f"new history tells {row['downloads']:,}; {len(other):,} such days. Nothing was written: find out which is "
            "right, and remove the other from its file"
        )
    return new.loc[both.loc[both["_merge"] == "left_only", "index"]]


def _write(path: Path, rows: pd.DataFrame, found: list[Path], names: Mapping[str, str]) -> None:
    """The rows, with those that the file holds, and a record of what they came from."""
    before = [contracts.read_file(path, NAME)] if path.exists() else []
    told = fetched.sidecar(path)  # its sha256 may be another: an author may correct the file by hand
    earlier = json.loads(told.read_text(encoding="utf-8"))["imports"] if told.exists() else []
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    came = [{"file": part.name, "sha256": files.digest(part), "size": part.stat().st_size} for part in found]
    this = {"fetched": now, "of": came, "columns": dict(names), "rows": len(rows)}
    with fetched.publishing(path, versions=False, source="author's archive", imports=[*earlier, this]) as (beside, _):
        whole = pd.concat([*before, rows]).sort_values(["model", "date"], ignore_index=True)
        contracts.check(whole, NAME).to_parquet(beside, index=False)
