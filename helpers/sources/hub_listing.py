"""Listings of the Hub's repositories: the layout's own files, and the Hub's records as the Hub writes them."""

from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet

from helpers import paths, schemas

HUB_NAMES = {"id": "model", "createdAt": "created_at", "downloadsAllTime": "downloads_all_time"}


def newest(folder: Path) -> Path:
    """The latest day's file among date=YYYY-MM-DD/models.parquet that has the columns of a listing.

    A file that cannot be read is taken for one, so that reading it tells what is wrong. Raises FileNotFoundError where
    there is none.
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
    """Whether a file has the columns of raw/derivatives; a day of counts alone, as from a weekly dump, has not."""
    try:
        held = pyarrow.parquet.read_schema(path).names
    except pyarrow.ArrowException:
        return True
    return set(schemas.TABLES["raw/derivatives"].columns) <= set(held)


def read(path: Path) -> pd.DataFrame:
    """One day's listing: model, created_at, downloads_all_time, tags, library_name, pipeline_tag.

    Raises ContractError if the file is not what "raw/derivatives" says.
    """
    return schemas.read_file(path, "raw/derivatives")


def from_hub(records: pd.DataFrame, source: str) -> pd.DataFrame:
    """The same listing from records of the Hub's list route or of a dump of it; `source` names them in errors.

    records: id, createdAt, downloadsAllTime, tags, library_name, pipeline_tag and, where asked for, baseModels. The
    parents that baseModels tells are written into the tags, in the tags' own form, so that there is one place to look.
    Raises ContractError.
    """
    listing = records.rename(columns=HUB_NAMES)
    if "created_at" in listing:
        listing["created_at"] = pd.to_datetime(listing["created_at"], utc=True)
    if "baseModels" in listing and "tags" in listing:
        told = listing["baseModels"].map(_parent_tags)
        listing["tags"] = [[*tags, *more] for tags, more in zip(listing["tags"], told, strict=True)]
    return schemas.check(listing, "raw/derivatives", source)


def _parent_tags(told: object) -> list[str]:
    if not isinstance(told, dict):
        return []
    relation = f"{told['relation']}:" if told.get("relation") else ""
    return [f"base_model:{relation}{parent['id']}" for parent in told["models"]]


def safetensors(records: pd.DataFrame) -> pd.Series:
    """Hub id → total parameters in billions, from the safetensors headers that the Hub has read; absent without them.

    Packed quantised weights are counted as stored, several to a number: such repositories look smaller than they are.
    """
    totals = records.set_index("id")["safetensors"].map(lambda header: header.get("total"), na_action="ignore")
    return totals.dropna().astype(float) / 1e9
