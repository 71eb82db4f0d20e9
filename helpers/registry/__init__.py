"""Who made a model, where, and how large it is (paper, Sections 2.1 and 2.2): regions and size buckets.

The lists of models are read in `lists`, sizes are found in `sizes`, makers' names in `makers`, formats of re-uploads in
`reuploads`, and what is tracked in `tracking`.
"""

import numpy as np
import pandas as pd

from helpers import paths

_REGIONS = pd.read_csv(paths.REGISTRY / "regions.csv", index_col="region")
REGION_LABELS: dict[str, str] = _REGIONS["label"].to_dict()
"""Regions as tables hold them → as figures and tables name them."""
REGION_NAMES: dict[str, str] = _REGIONS["name"].to_dict()
"""Regions as tables hold them → as sentences name them: "the USA"."""
REGIONS = ("china", "us", "eu")
"""The paper's three regions; its totals are their sum."""
BUCKETS = ("<1B", "1–5B", "7–9B", "10–50B", "50–100B", "100–250B", "250B+")
"""Size buckets from small to large. "7–9B" is [5, 10): the paper names it after the models that fill it."""
UNRESOLVED = "unresolved"
"""The group of all whose bucket, or other property, is null: kept together, never dropped."""


class RegistryError(ValueError):
    """A model list that cannot be read; the message names file, row and remedy."""


def bucket(parameters_b: pd.Series, edges: list[float]) -> pd.Series:
    """The size bucket of each model, ordered as in BUCKETS: closed below, open above; null where the size is unknown.

    edges: billions of parameters. Raises RegistryError unless there is one label for each interval.
    """
    if len(edges) + 1 != len(BUCKETS):
        raise RegistryError(f"bucket_edges {edges}: {len(BUCKETS)} buckets need {len(BUCKETS) - 1} edges")
    return pd.cut(parameters_b.astype(float), [-np.inf, *edges, np.inf], right=False, labels=list(BUCKETS))


def named(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a column `name`: its column `region` as sentences name it."""
    return table.assign(name=table["region"].map(REGION_NAMES))


def breaks(scores: str) -> pd.DataFrame:
    """Days on which a source changed how its scores are made: key, date, what. scores: "arena"."""
    table = pd.read_csv(paths.REGISTRY / "breaks.csv", parse_dates=["date"])
    return table.loc[table["scores"] == scores, ["key", "date", "what"]]


def periods() -> pd.DataFrame:
    """Spans of months that the paper speaks of: period, first, last."""
    return pd.read_csv(paths.REGISTRY / "periods.csv", parse_dates=["first", "last"])[["period", "first", "last"]]
