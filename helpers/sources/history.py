"""The Hub's daily download history of the leading organisations, from files already fetched (paper, Section 2.1)."""

from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.registry import renames
from helpers.tables import contracts


def read(folder: Path) -> pd.DataFrame:
    """All history files of a folder, CSV or Parquet, as one table ordered by model and date: date, model, downloads.

    A file holds one namespace, or a part of one: how the rows are split over files does not matter. Without the folder
    the table is empty: an edition may hold snapshots alone. A model that was renamed is one series, under its id now.
    Raises ContractError naming file, row, column and value for what breaks the contract raw/history, for a model's day
    that two files hold, and for a folder without files.
    """
    if not folder.exists():
        return contracts.check(pd.DataFrame(columns=list(contracts.TABLES["raw/history"].columns)), "raw/history")
    found = sorted(path for path in folder.glob("*") if path.suffix in (".csv", ".parquet"))
    if not found:
        raise contracts.ContractError(f"{paths.shown(folder)}: holds no .csv or .parquet file; put the history there")
    parts = {paths.shown(path): contracts.read_file(path, "raw/history") for path in found}
    whole = pd.concat(parts.values(), ignore_index=True)
    _refuse_overlap(parts, whole)
    refuse_cases(whole["model"])
    return renames.joined(whole).sort_values(["model", "date"], ignore_index=True)


def refuse_cases(models: pd.Series) -> None:
    """Raise ContractError for ids, or namespaces, that differ in case alone: the Hub has but one of them."""
    ids = pd.Series(models.unique())
    for what, names in (("namespaces", pd.Series(ids.str.split("/").str[0].unique())), ("models", ids)):
        for _, same in names.groupby(names.str.casefold()):
            if len(same) > 1:
                raise contracts.ContractError(
                    f"{what} {' and '.join(same)} differ in case only; write the Hub's own spelling in all files"
                )


def _refuse_overlap(parts: dict[str, pd.DataFrame], whole: pd.DataFrame) -> None:
    repeated = whole[whole.duplicated(["date", "model"])]
    if repeated.empty:
        return
    date, model = repeated.iloc[0][["date", "model"]]
    holders = [name for name, part in parts.items() if ((part["date"] == date) & (part["model"] == model)).any()]
    raise contracts.ContractError(
        f"{' and '.join(holders)}: both hold {model} on {date.date()}, and {len(repeated) - 1:,} more such days; "
        "keep each model's day in one file"
    )
