"""Epoch's Capabilities Index (Epoch AI, CC BY 4.0): one score for models of many benchmarks.

It tells whether weights are open, and may be shown as a table with credit.
Source line to show with it: "Source: Epoch AI, Epoch Capabilities Index (epoch.ai/data), CC BY 4.0".
"""

from pathlib import Path

import pandas as pd

from helpers import paths
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


def read(path: Path) -> pd.DataFrame:
    """All model versions, as published, those without a score among them (contract raw/epoch). Raises ContractError."""
    table = contracts.load(path, list(NAMES)).rename_columns(list(NAMES.values()))
    checked = contracts.check(table.to_pandas(date_as_object=False), NAME, paths.shown(path))
    if checked.empty:
        raise contracts.ContractError(f"{paths.shown(path)}: holds no model; fetch it again")
    return checked
