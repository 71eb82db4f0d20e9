"""Artificial Analysis' index, reconstructed as one page of the free route.

The paper prints no score, only the quarter in which China passed the USA and that it has led since. The scores are
assumed (data/reconstruction/intelligence.csv: in plain sight, no measurements and not the source's). As on the free
route, nothing tells open models from closed ones but their names.
"""

import datetime
import re
import uuid
from typing import Any

import pandas as pd

from helpers.reconstruction.published import Published

VERSION = "reconstructed"
"""In place of a version of the index: these are the points of none."""


def generate(published: Published, fetched_on: datetime.date | str) -> tuple[dict, pd.DataFrame]:
    """The envelope of raw/artificial_analysis/<day>.json as JSON is read, and what was planted: name, score, weights.

    Models released after the day `fetched_on` are not on it. weights: open or closed, which the file does not tell. A
    model without a release date has no score either: both are null in the file.
    """
    table = published.assumed("intelligence")
    table = table[~(pd.to_datetime(table["released"]) > pd.Timestamp(fetched_on))].reset_index(drop=True)
    table["value"] = table["value"].where(table["released"] != "")
    page = {
        "tier": "free",
        "intelligence_index_version": VERSION,
        "pagination": {"page": 1, "page_size": 200, "total_pages": 1, "has_more": False},
        "data": [_model(row) for row in table.itertuples()],
    }
    return page, table[["name", "value", "weights"]].rename(columns={"value": "score"})


def _model(row: Any) -> dict[str, Any]:
    slug = re.sub(r"[^a-z0-9]+", "-", row.name.casefold()).strip("-")
    return {
        "id": _id(slug),
        "name": row.name,
        "slug": slug,
        "release_date": row.released or None,
        "model_creator": {"id": _id(row.creator), "name": row.creator},
        "evaluations": {"artificial_analysis_intelligence_index": None if pd.isna(row.value) else row.value},
    }


def _id(name: str) -> str:
    """A key that is always the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://reconstruction.invalid/{name}"))
