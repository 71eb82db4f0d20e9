"""Raw inputs of the default edition, generated from the figures that the paper prints.

Everything comes from data/published (what the paper prints), data/registry (the organisations and models it names) and
data/reconstruction (what we assume where it prints nothing), by one seed, and is byte for byte the same on every
machine. The files have the layouts that the real sources use, so that all later stages cannot tell the difference.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from helpers import paths
from helpers.reconstruction import arena, derivatives, downloads, intelligence, roster, tokens
from helpers.reconstruction.calendar import Calendar
from helpers.reconstruction.published import ASSUMPTIONS, Published

REGISTRY, DOWNLOADS = 0, 1
"""Numbers of the streams of chance that each part draws from: a change in one part leaves the others as they are."""


def models(seed: int, bucket_edges: list[float], history_namespaces: list[str]) -> pd.DataFrame:
    """All models of the reconstruction, see `roster.roster`: those that the registry names, and the long tails."""
    return roster.roster(
        _registry("models"),
        _makers(),
        groups(),
        bucket_edges,
        history_namespaces,
        np.random.default_rng([seed, REGISTRY]),
    )


def groups() -> pd.DataFrame:
    """data/reconstruction/groups.csv: group, region, tail (models in its long tail), spikes (against its other
    downloads), note."""
    return pd.read_csv(ASSUMPTIONS / "groups.csv")


def _makers() -> pd.DataFrame:
    """The makers that tracked-models lists: no model is made up for any other."""
    makers = _registry("organisations")
    return makers[makers["listed"] == "yes"].reset_index(drop=True)


def _registry(name: str) -> pd.DataFrame:
    return pd.read_csv(paths.REGISTRY / f"{name}.csv")


@dataclass(frozen=True)
class Signals:
    """The raw inputs beside downloads, as their contracts have them; catalogue and intelligence as JSON is read."""

    derivatives: pd.DataFrame
    tokens_daily: pd.DataFrame
    tokens_monthly: pd.DataFrame
    catalogue: dict[str, Any]
    arena: pd.DataFrame
    intelligence: dict[str, Any]


def signals(seed: int, snapshot_date: str) -> Signals:
    """Derivatives, inference tokens and performance as of `snapshot_date`."""
    published, labels = Published(), _makers()
    listing, _ = derivatives.generate(published, _registry("models"), labels, seed, snapshot_date)
    daily, monthly, catalogue, _ = tokens.generate(published, labels, seed, snapshot_date)
    boards, _ = arena.generate(published, seed, snapshot_date)
    page, _ = intelligence.generate(published, snapshot_date)
    return Signals(listing, daily, monthly, catalogue, boards, page)


def period(published: Published) -> Calendar:
    """The days for which the paper says something of downloads: what a reconstruction of them covers."""
    return Calendar(
        first=published.date("study-period-start"),
        end=published.date("history-end"),
        entry=published.date("snapshots-start"),
        last=published.date("snapshot-date"),
    )


def collected(listed: pd.DataFrame, seed: int) -> downloads.Downloads:
    """The downloads of `models` over the whole `period` as an archive holds them, and what was planted."""
    published = Published()
    total_day = published.date("study-period-end") - pd.Timedelta(days=1)
    chance = np.random.default_rng([seed, DOWNLOADS])
    return downloads.generate(listed, published, groups(), period(published), total_day, chance)
