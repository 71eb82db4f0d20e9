"""Listings of the Hub's repositories: the newest one, what it covers, and what the Hub says of tracked models.

A listing is of the whole Hub, or of the repositories that tag a tracked model as their base: derivatives of other
models are not in it then. Its manifest tells which.
"""

import datetime
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.parquet
from pyarrow import compute

from helpers import paths
from helpers.archive import store
from helpers.registry import renames
from helpers.sources.hub_scope import WHOLE
from helpers.tables import contracts, engine
from helpers.tables.contracts.columns import LONGEST

COLUMNS = list(contracts.TABLES["raw/derivatives"].columns)
TEXTS = ("model", "library_name", "pipeline_tag")
DERIVATIVES = "derivatives of tracked models only"
"""What a listing covers that is not of the whole Hub."""


def newest(folder: Path) -> Path:
    """The latest day's file among date=YYYY-MM-DD/models.parquet that has the columns of a listing.

    A day brought in from a weekly dump is passed over: it holds the counts of tracked models and no tags, so that it
    tells nothing of derivatives. A file that cannot be read is taken for a listing, so that reading it tells what is
    wrong. Raises FileNotFoundError where there is none.
    """
    days = sorted(folder.glob("date=????-??-??/models.parquet"), reverse=True)
    for path in days:
        if _is_listing(path):
            return path
    found = f", and none of its {len(days)} days has the columns of a listing" if days else ""
    raise FileNotFoundError(
        f"{paths.shown(folder)} holds no date=YYYY-MM-DD/models.parquet of a listing{found}; `atom build` makes one"
    )


def _is_listing(path: Path) -> bool:
    """Whether a file has the columns of raw/derivatives; a day of counts alone has not."""
    try:
        held = pyarrow.parquet.read_schema(path).names
    except pyarrow.ArrowException:
        return True
    return set(COLUMNS) <= set(held)


def read(path: Path) -> pd.DataFrame:
    """One day's listing: model, created_at, downloads_all_time, tags, library_name, pipeline_tag.

    Raises ContractError if the file is not what "raw/derivatives" says.
    """
    return contracts.read_file(path, "raw/derivatives")


def sound(path: Path) -> pd.DataFrame | Path:
    """One day's listing for a query: the file itself where it is sound and sorted by model, else as `read` has it.

    The whole Hub is millions of rows, and does not have to become a frame. Raises ContractError as `read` does.
    """
    try:
        if engine.as_it_is(path, COLUMNS) and _holds(path):
            return path
    except (pyarrow.ArrowException, OSError):
        pass  # read tells what is wrong
    return read(path)


def _holds(path: Path) -> bool:
    """Whether a file holds to the contract and rises by model from row to row, so that none comes twice.

    No less is asked than the contract does, one group of rows after the other; what fails is then looked at row by row.
    Of tags and the like each text is looked at once a group, as which it is kept in the file and read here.
    """
    repeated = engine.leaves(pyarrow.parquet.read_metadata(path), *TEXTS[1:], "tags")
    last = pyarrow.array([""], pyarrow.large_string())  # the first is to be above it: none is empty
    with pyarrow.parquet.ParquetFile(path, read_dictionary=repeated) as file:
        for number in range(file.num_row_groups):
            rows = file.read_row_group(number, columns=COLUMNS)
            rows.validate(full=True)  # texts are UTF-8
            ids = pyarrow.chunked_array([last, *rows["model"].cast(last.type).chunks])
            told = [rows["model"], *(part.dictionary for name in TEXTS[1:] for part in rows[name].chunks)]
            asked = [compute.less(ids[:-1], ids[1:]), compute.greater_equal(rows["downloads_all_time"], 0)]
            asked += [compute.less_equal(compute.utf8_length(texts), LONGEST) for texts in told]
            whole = [rows["model"], rows["created_at"], rows["tags"], compute.list_flatten(rows["tags"])]
            if any(one.null_count for one in whole):
                return False
            if not all(compute.all(one, min_count=0).as_py() for one in asked):
                return False
            last = ids[-1:].combine_chunks()
    return True


def day(path: Path) -> datetime.date:
    """The day of a listing's file, which its folder names."""
    return datetime.date.fromisoformat(path.parent.name.removeprefix("date="))


def coverage(path: Path) -> str:
    """What of the Hub a listing's file covers, in words. One without a manifest was not collected: it is of all."""
    place = path.with_name(store.MANIFEST)
    return covered(json.loads(place.read_text(encoding="utf-8"))) if place.exists() else WHOLE


def about(path: Path) -> dict[str, object]:
    """What a listing's file is: its day, how many repositories it lists, and whether it is of the whole_hub."""
    rows = pyarrow.parquet.read_metadata(path).num_rows
    return {"day": pd.Timestamp(day(path)), "repositories": rows, "whole_hub": coverage(path) == WHOLE}


def covered(manifest: dict[str, Any]) -> str:
    """The same by the manifest's content."""
    return WHOLE if manifest["scope"] == WHOLE else DERIVATIVES


DESCRIPTION = ["model", "tags", "library_name", "pipeline_tag", "safetensors_total"]


def described(folder: Path, models: pd.Series) -> pd.DataFrame:
    """What the Hub last said of each model: the columns of DESCRIPTION, those of the newest day that lists it.

    folder: days as raw/snapshots. models: ids. safetensors_total: parameters as stored; packed quantised weights are
    counted several to a number, so that such a repository looks smaller than it is; none at all is unknown. Models of
    which no day tells more than counts have no row. A model that was renamed is told of under its id now.
    """
    missing, parts = renames.current(models), []
    for day in reversed(store.days(folder)):
        path = folder / f"date={day}" / store.FILE
        if len(missing) and set(DESCRIPTION) <= set(pyarrow.parquet.read_schema(path).names):
            wanted = engine.one_of("model", renames.known_as(missing))
            rows = engine.run(f"SELECT {', '.join(DESCRIPTION)} FROM day WHERE {wanted}", {"day": path})
            parts.append(rows.assign(model=renames.current(rows["model"])).drop_duplicates("model"))
            missing = missing[~missing.isin(parts[-1]["model"])]
    if not parts:
        return pd.DataFrame(columns=DESCRIPTION)
    found = pd.concat(parts, ignore_index=True)
    stored = found["safetensors_total"].mask(found["safetensors_total"] == 0)
    return found.assign(safetensors_total=stored)
