"""Which licences come with open weights, as boards write them."""

import functools
import re
from pathlib import Path

import pandas as pd

from helpers import paths

LICENCES = paths.REGISTRY / "licences.csv"
"""pattern (of the whole licence, capitals of no account), status, source. What no pattern knows is unknown."""


@functools.cache
def _patterns(path: Path) -> list[tuple[re.Pattern, str]]:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = table[["pattern", "status"]].itertuples(index=False)
    return [(re.compile(pattern, re.IGNORECASE), status) for pattern, status in rows]


def status(licences: pd.Series) -> pd.Series:
    """open, closed or unknown for each licence; blank, null and misspelt ones are unknown."""

    def told(licence: str) -> str:
        return next(
            (status for pattern, status in _patterns(LICENCES) if pattern.fullmatch(licence.strip())), "unknown"
        )

    return (
        licences.astype(object)
        .fillna("")
        .map({name: told(name) for name in licences.dropna().unique()} | {"": "unknown"})
    )
