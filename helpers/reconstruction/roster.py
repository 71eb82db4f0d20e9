"""The models of the reconstruction: those that the registry names, and long tails that stand for all others."""

from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from helpers import registry

SIZES = (7, 0.5, 1.5, 32, 3, 8, 7.6, 2.5, 14, 0.3, 4, 70, 2, 9, 27, 120, 6, 1, 0.8, 13, 72, 400, 34)
"""Billions of parameters of the long tail's models in turn: usual sizes, one of every bucket among them."""
CORRECTED = "release date corrected"
"""What the registry's source notes say of models whose repository was made before their release."""
UNSIZED = "unsized"
"""Instead of a size in the names of a few models, whose size no list tells either."""
EARLIEST, LATEST = pd.Timestamp("2023-05-15"), pd.Timestamp("2026-02-15")
"""Releases of the long tail lie between these days."""


def roster(
    named: pd.DataFrame,
    labels: pd.DataFrame,
    groups: pd.DataFrame,
    edges: list[float],
    history_namespaces: list[str],
    chance: np.random.Generator,
) -> pd.DataFrame:
    """All models, ordered by id, one row each.

    named: model, parameters_b, released, source (data/registry/models.csv). labels: namespace, organisation, region.
    groups: group, region, tail (data/reconstruction/groups.csv). chance: decides how long before its release a
    repository was made, where the registry says that the two differ.

    Returns model, namespace, organisation, region, group, parameters_b, bucket, released, created, history (whether
    its namespace has a daily history), tail (whether it stands for models that are not named).
    """
    known = named.assign(tail=False, released=pd.to_datetime(named["released"]))
    early = known["source"].str.contains(CORRECTED) * chance.integers(2, 27, len(known))
    known["created"] = known["released"] - pd.to_timedelta(early, unit="D")
    spaces = _groups(labels, groups)
    tails = [_tail(group, spaces[spaces["group"] == group.group], history_namespaces) for group in groups.itertuples()]
    models = pd.concat([known.drop(columns="source"), *tails], ignore_index=True)
    models[["released", "created"]] = models[["released", "created"]].astype("datetime64[us]")
    models["namespace"] = models["model"].str.partition("/")[0]
    models = models.merge(spaces, "left", "namespace")
    models["bucket"] = registry.bucket(models["parameters_b"], edges).astype(str)
    models["history"] = models["namespace"].isin(history_namespaces)
    return models.sort_values("model", ignore_index=True)


def _groups(labels: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """namespace, organisation, region, group: an organisation's own, else the rest of its region, else elsewhere."""
    own = labels["organisation"].where(labels["organisation"].isin(groups["group"]))
    rest = ("rest of " + labels["region"]).where(labels["region"].isin(registry.REGIONS), "elsewhere")
    return labels[["namespace", "organisation", "region"]].assign(group=own.fillna(rest))


def _tail(group: Any, spaces: pd.DataFrame, history_namespaces: list[str]) -> pd.DataFrame:
    """The long tail of a group, over its namespaces in turn; those with a history alone where there are any."""
    held = spaces["namespace"][spaces["namespace"].isin(history_namespaces)]
    names = cycle(held if len(held) else spaces["namespace"])
    released = pd.date_range(EARLIEST, LATEST, int(group.tail)).normalize()
    rows = [
        (f"{next(names)}/long-tail-{number:03d}-{_said(group.group, number, size)}", float(size), day)
        for number, (size, day) in enumerate(zip(cycle(SIZES), released, strict=False), 1)
    ]
    tail = pd.DataFrame(rows, columns=["model", "parameters_b", "released"])
    return tail.assign(created=tail["released"], tail=True)


def _said(group: str, number: int, size: float) -> str:
    """What a long-tail model's name says of its size; every list has some that say nothing."""
    return UNSIZED if group == "elsewhere" and number % 40 == 10 else f"{size:g}B"
