"""Writing raw tables in the layouts of an author's archive (data dictionary: data/README.md)."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet

from helpers import files
from helpers.reconstruction.roster import UNSIZED

REMARKS = "# Models whose repository was made before they were released.\n# The release is what counts.\n"


def registry(models: pd.DataFrame, folder: Path) -> None:
    """The list of models in the tracked-models format: four CSV files. models: from `roster`."""
    spaces = models.drop_duplicates("namespace").sort_values("namespace")
    early = models[models["created"] < models["released"]]
    ids = models["model"].str.partition("/")
    _csv(folder / "models.csv", org=ids[0], model=ids[2], modelId=models["model"])
    sized = models[~models["model"].str.endswith(UNSIZED)]
    _csv(folder / "model_parameters.csv", model_id=sized["model"], total_params_b=sized["parameters_b"])
    _csv(folder / "organization_regions.csv", hf_org=spaces["namespace"], region=spaces["region"], notes="")
    _csv(
        folder / "release_date_corrections.csv", REMARKS,
        model_id=early["model"], hf_created_at=early["created"].dt.date, actual_release_date=early["released"].dt.date,
        notes="",
    )  # fmt: skip


def history(table: pd.DataFrame, folder: Path) -> None:
    """One Parquet file a namespace: date, model, downloads, ordered by model and date."""
    ordered = table.sort_values(["model", "date"])
    for namespace, rows in _cut(ordered, ordered["model"].str.partition("/")[0]):
        _write(rows, folder / f"{namespace}.parquet")


def snapshots(table: pd.DataFrame, folder: Path) -> None:
    """A folder a day: date=YYYY-MM-DD/models.parquet with model, downloads_all_time, created_at, ordered by model."""
    ordered = table.sort_values(["date", "model"])
    for date, rows in _cut(ordered.drop(columns="date"), ordered["date"]):
        _write(rows, folder / f"date={date:%Y-%m-%d}" / "models.parquet")


def listing(table: pd.DataFrame, day: str, folder: Path) -> None:
    """One day's listing of repositories: date=YYYY-MM-DD/models.parquet."""
    _parquet(table, folder / f"date={day}" / "models.parquet")


def openrouter(daily: pd.DataFrame, monthly: pd.DataFrame, catalogue: dict, folder: Path) -> None:
    """daily.parquet, monthly_top10.parquet and the catalogue as models.json."""
    _parquet(daily, folder / "daily.parquet")
    _parquet(monthly, folder / "monthly_top10.parquet")
    files.write_json(folder / "models.json", catalogue)


def arena(boards: pd.DataFrame, folder: Path) -> None:
    """All boards as text_style_control.parquet."""
    _parquet(boards, folder / "text_style_control.parquet")


def intelligence(page: dict, day: str, folder: Path) -> None:
    """One day's answer as YYYY-MM-DD.json."""
    files.write_json(folder / f"{day}.json", page)


def _csv(path: Path, remarks: str = "", **columns: object) -> None:
    files.write_text(path, remarks + pd.DataFrame(columns).to_csv(index=False, lineterminator="\n"))


def _cut(rows: pd.DataFrame, keys: pd.Series) -> Iterator[tuple[Any, pyarrow.Table]]:
    """Each run of rows with the same key, as it is to be written: converted once for all, not once a file."""
    table = pyarrow.Table.from_pandas(rows, preserve_index=False)
    edges = np.append(np.flatnonzero(keys.ne(keys.shift())), len(keys)).tolist()
    for first, end in itertools.pairwise(edges):
        yield keys.iloc[first], table.slice(first, end - first)


def _parquet(rows: pd.DataFrame, path: Path) -> None:
    _write(pyarrow.Table.from_pandas(rows, preserve_index=False), path)


def _write(table: pyarrow.Table, path: Path) -> None:
    with files.replacing(path) as beside:
        pyarrow.parquet.write_table(table, beside)
