"""Bringing an author's daily history into the layout, a file a namespace (contract raw/history).

The history may be one CSV or Parquet file or a folder of them, with columns of any name. What is held already stays:
the same rows again change nothing, and a row that tells another count for a day held is refused. An import that was
stopped is completed by repeating it.
"""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import files, paths
from helpers.registry import lists
from helpers.sources import fetch, fetched, history
from helpers.tables import contracts

NAME = "raw/history"


def listed(folder: Path, labels: Path = paths.REGISTRY) -> pd.Series:
    """Ids as the list of tracked models writes them: the archive's (its folder registry), else those that are ours."""
    if (folder / "models.csv").is_file():
        return lists.ids(folder)
    return pd.read_csv(labels / "models.csv", dtype=str, keep_default_na=False)["model"]


def bring_in(
    path: Path,
    folder: Path,
    names: Mapping[str, str] | None = None,
    known: pd.Series | None = None,
    sparse: bool = False,
) -> pd.DataFrame:
    """Bring `path`, a file or a folder, into `folder` as <namespace>.parquet, each with its record.

    names: column of the contract (date, model, downloads) → its name in the files; those not named have the same.
    known: ids in the Hub's own spelling; one that differs from them in case alone is refused. sparse: whether most days
    may be absent; without it, days that are usually more than one apart are refused: counts of 30 days look like that.
    Gives a row for each namespace of the history: namespace, models, rows (new ones), first, last (of all in it). All
    is checked before anything is written. Raises ContractError naming file, row and column, and ArchiveError.
    """
    found = _files(path)
    parts = {part: _read(part, _columns(names or {})) for part in found}
    new = pd.concat(parts.values(), ignore_index=True)
    with fetched.working(folder):
        held = history.read(folder) if _holds_any(folder) else new.iloc[:0]
        _refuse_repeats(parts, new)
        _refuse_spellings(new["model"], known)
        history.refuse_cases(pd.concat([held["model"], new["model"]]))
        fresh = _unheld(new, held, paths.shown(folder))
        if not sparse:
            _refuse_spacing(fresh, held, paths.shown(path))
        for namespace, rows in new.groupby(_namespace(new)):
            place, more = folder / f"{namespace}.parquet", rows.loc[rows.index.intersection(fresh.index)]
            if len(more) or (place.exists() and not _is_recorded(place)):
                _write(place, more, found, names or {})
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


def _refuse_spellings(models: pd.Series, known: pd.Series | None) -> None:
    """Ids, or namespaces, that differ from known ones in case alone: their downloads would go unused without a word."""
    if known is None:
        return
    new, right = pd.Series(models.unique()), known.drop_duplicates()
    spaces = right.str.split("/").str[0].drop_duplicates()
    for what, names, told in (("model", new, right), ("namespace", new.str.split("/").str[0], spaces)):
        spelt = dict(zip(told.str.casefold(), told, strict=True))
        wrong = names[~names.isin(told) & names.str.casefold().isin(spelt)].drop_duplicates()
        if len(wrong):
            first = wrong.iloc[0]
            raise contracts.ContractError(
                f"column model: {what} {first} differs in case only from {spelt[first.casefold()]}, as the list of "
                f"models writes it; {len(wrong):,} such. Write the list's spelling"
            )


def _refuse_spacing(fresh: pd.DataFrame, held: pd.DataFrame, where: str) -> None:
    """New rows that usually do not stand a day from the rows before or after them. Raises ContractError."""
    whole = pd.concat([held.assign(new=False), fresh.assign(new=True)], ignore_index=True)
    whole = whole.sort_values(["model", "date"])
    models = whole.groupby("model")
    apart, beside = models["date"].diff().dt.days, whole["new"] | models["new"].shift(fill_value=False)
    usual = apart[beside].groupby(_namespace(whole)).median()
    for namespace, days in usual[usual > 1].items():
        raise contracts.ContractError(
            f"{where}: the rows of {namespace}'s models are usually {days:.0f} days apart. A history has the downloads "
            "of each day: counts of 30 days, or of all time, cannot be brought in. If they are of single days, most of "
            "which are absent, import them with --sparse"
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
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    came = [{"file": part.name, "sha256": files.digest(part), "size": part.stat().st_size} for part in found]
    whole, earlier = pd.concat([*before, rows]).sort_values(["model", "date"], ignore_index=True), _imports(path)
    unrecorded = len(whole) - sum(told["rows"] for told in earlier)  # where an import was stopped before its record
    this = {"fetched": now, "of": came, "columns": dict(names), "rows": len(rows) or max(unrecorded, 0)}
    with fetched.publishing(path, False, source="author's archive", imports=[*earlier, this]) as (beside, _):
        contracts.check(whole, NAME).to_parquet(beside, index=False, write_page_checksum=True)


def _imports(path: Path) -> list[dict[str, Any]]:
    """What the record of a file tells of earlier imports; its sha256 may be another: an author may correct the file."""
    try:
        imports = json.loads(fetched.sidecar(path).read_text(encoding="utf-8"))["imports"]
        return [told for told in imports if isinstance(told["rows"], int)]
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        return []


def _is_recorded(path: Path) -> bool:
    """Whether the record of a file is of this file; a stop between the two leaves none, or one of the file before."""
    try:
        fetched.provenance(path)
    except (fetch.FetchError, LookupError, TypeError):
        return False
    return True
