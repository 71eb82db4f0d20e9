"""Epoch's Capabilities Index (Epoch AI, CC BY 4.0): one score for models of many benchmarks.

It tells whether weights are open, and may be shown as a table with credit.
Source line to show with it: "Source: Epoch AI, Epoch Capabilities Index (epoch.ai/data), CC BY 4.0".
"""

from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.registry import makers
from helpers.tables import contracts

NAME = "raw/epoch"
FILE = "epoch_capabilities_index.csv"
"""As the source names it, also in its archive of all benchmarks."""
NAMES = {
    "Model version": "version",
    "Model name": "model",
    "Organization": "organisation",
    "Country": "country",
    "Model accessibility": "accessibility",
    "Release date": "release_date",
    "ECI Score": "score",
}
"""The source's columns → ours."""
STATUSES = {
    "Open weights (unrestricted)": "open",
    "Open weights (restricted use)": "open",
    "Open weights (non-commercial)": "open",
    "API access": "closed",
    "Hosted access (no API)": "closed",
    "Unreleased": "closed",
}
"""The source's words for who may have the weights → ours; any other word is unknown."""


def read(path: Path) -> pd.DataFrame:
    """All model versions, as published, those without a score among them (contract raw/epoch). Raises ContractError."""
    table = contracts.load(path, list(NAMES)).rename_columns(list(NAMES.values()))
    checked = contracts.check(table.to_pandas(date_as_object=False), NAME, paths.shown(path))
    if checked.empty:
        raise contracts.ContractError(f"{paths.shown(path)}: holds no model; fetch it again")
    return checked


def scores(index: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """The index of each model version by its release: date, model (the version), name, organisation, region, status,
    score.

    index: as read. labels: namespace, organisation, region. Region: that of the makers or, where we do not know them,
    of the countries that the source gives (registry.makers.joint).
    """
    return pd.DataFrame(
        {
            "date": index["release_date"],
            "model": index["version"],
            "name": index["model"],
            **makers.joint(index["organisation"], index["country"], labels),
            "status": index["accessibility"].map(STATUSES).fillna("unknown"),
            "score": index["score"],
        }
    ).reset_index(drop=True)
