"""The models without known points: what the others leave of their group's days is theirs."""

import numpy as np
import pandas as pd

from helpers.reconstruction.calendar import Calendar
from helpers.reconstruction.published import Published, ReconstructionError
from helpers.registry import BUCKETS, REGIONS

ROUNDS = 30
"""Rounds of proportional fitting."""
SMALL = ("<1B", "1–5B", "7–9B")
"""The buckets below 10B."""
ROOM = 0.6
"""Part of the highest count that the models of one group and bucket can have on average: not all are old."""
LEAST = 0.02
"""Part of a group's day that is left to its unnamed models at least; less is an error in the assumptions."""


def remainder(totals: dict, models: pd.DataFrame, names: list[str], pinned_days: np.ndarray) -> dict[str, np.ndarray]:
    """Group → what its pinned models leave of each day. Raises ReconstructionError where they leave too little."""
    groups = models.loc[names, "group"].to_numpy()
    rest = {}
    for group, (days, bounds) in totals.items():
        left = days - pinned_days[groups == group].sum(axis=0)
        least = LEAST * days
        spare = np.clip(left - least, 0, None)
        for first, last in zip(bounds, [*bounds[1:], len(days)], strict=True):
            part = slice(first, last)
            scale = (left[part].sum() - least[part].sum()) / max(spare[part].sum(), 1)
            if scale < 0:
                raise ReconstructionError(
                    f"data/reconstruction/totals.csv: {group}'s known models leave {left[part].sum():,.0f} of "
                    f"{days[part].sum():,.0f} downloads from day {first} to {last}; raise its totals there"
                )
            spare[part] *= scale
        rest[group] = least + spare
    return rest


def cells(
    models: pd.DataFrame,
    pinned_days: np.ndarray,
    names: list[str],
    totals: dict,
    most: pd.Series,
    published: Published,
    until: int,
) -> pd.DataFrame:
    """What the models without known points are to have in each group and bucket: group, bucket, downloads.

    Proportional fitting of what the groups' totals leave to data/reconstruction/buckets.csv: the buckets' shares of
    the three regions' downloads, the Qwen share below 10B and the DeepSeek share of 250B+. most: bucket → downloads
    that no model may exceed.
    """
    known = models.loc[names].assign(downloads=pinned_days[:, :until].sum(axis=1))
    fixed = known.pivot_table(index="group", columns="bucket", values="downloads", aggfunc="sum")
    fixed = fixed.reindex(index=list(totals), columns=list(BUCKETS)).fillna(0)
    wholes = pd.Series({group: days[:until].sum() for group, (days, _) in totals.items()})
    free = models[~models.index.isin(names)]
    seed = free.pivot_table(index="group", columns="bucket", values="released", aggfunc="count")
    seed = seed.reindex_like(fixed).fillna(0)
    room = (seed * most.reindex(BUCKETS) * ROOM).to_numpy()
    inside = np.array([group != "elsewhere" for group in totals])
    whole = wholes[inside].sum()
    assumed = published.assumed("buckets")
    shares = assumed[assumed["group"] == ""].set_index("bucket")["value"]
    aims = whole * shares.reindex(BUCKETS) / shares.sum()
    special = []
    for row in assumed[assumed["group"] != ""].itertuples():
        buckets = list(SMALL) if row.bucket == "sub 10B" else [row.bucket]
        lacking = row.value * aims[buckets].sum() - fixed.loc[row.group, buckets].sum()
        special.append((fixed.index.get_loc(row.group), fixed.columns.get_indexer(buckets), max(lacking, 0)))
    by_group = (wholes - fixed.sum(axis=1)).clip(lower=0).to_numpy()
    by_bucket = (aims - fixed[inside].sum()).clip(lower=0).to_numpy()
    cell = seed.to_numpy()
    for _ in range(ROUNDS * 4):
        cell = cell * _scale(by_group, cell.sum(axis=1))[:, None]
        cell[inside] *= _scale(by_bucket, cell[inside].sum(axis=0))
        for group, buckets, lacking in special:
            cell[group, buckets] *= lacking / max(cell[group, buckets].sum(), 1)
        cell = np.minimum(cell, room)
    return pd.DataFrame(cell, fixed.index, fixed.columns).stack().rename("downloads").reset_index()


def _scale(wanted: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Factors that turn what is found into what is wanted; nothing stays nothing."""
    return wanted / np.where(found == 0, 1, found)


def others(
    models: pd.DataFrame,
    rest: dict[str, np.ndarray],
    wanted: pd.DataFrame,
    calendar: Calendar,
    at: pd.Timestamp,
    most: pd.Series,
    chance: np.random.Generator,
) -> np.ndarray:
    """Downloads of each day of the models without known points: models × days.

    rest: group → what its pinned models leave of each day. wanted: group, bucket, downloads: what each bucket of a
    group is to have by the day `at`. most: bucket → downloads that no model may exceed. Days sum to `rest`, buckets as
    far as lifetimes and that limit allow.
    """
    table = np.zeros((len(models), len(calendar.days)))
    known = ~models["tail"] & models["region"].isin(REGIONS)  # elsewhere one organisation alone is named
    weights = np.where(known, 5.0, 1.0) * (0.1 + chance.random(len(models)) ** 3)
    aims = wanted.set_index(["group", "bucket"])["downloads"]
    until = calendar.index(at) + 1
    for group, left in rest.items():
        rows = np.flatnonzero(models["group"] == group)
        if not len(rows):
            continue
        active = _activity(models.iloc[rows], calendar)
        buckets = models["bucket"].iloc[rows]
        cell, _ = pd.factorize(buckets)
        aim = aims.reindex(pd.MultiIndex.from_product([[group], buckets])).to_numpy()
        weight, limit = weights[rows], most[buckets].to_numpy()
        for _ in range(ROUNDS):
            days = active * weight[:, None]
            days /= np.maximum(days.sum(axis=0), 1e-9)
            days *= left
            found = np.bincount(cell, days[:, :until].sum(axis=1))[cell]
            weight = weight * np.clip(np.where(found > 0, aim / np.maximum(found, 1), 1), 0.2, 5)
            weight = weight * np.minimum(limit / np.maximum(days.sum(axis=1), 1), 1)
            weight = np.maximum(weight, weight.max() / 1000)
        table[rows] = days
    return table


def _activity(models: pd.DataFrame, calendar: Calendar) -> np.ndarray:
    """How alive each model is on each day: nothing before its release, a month's rise, then a slow fading."""
    start = np.array([calendar.index(day) for day in models["released"]])[:, None]
    held = np.where(models["history"], 0, calendar.index(calendar.entry))[:, None]
    days = np.arange(len(calendar.days))
    age = days - start
    alive = np.clip((age + 1) / 30, 0, 1) * (1 - 0.6 * np.clip(age / 900, 0, 1))
    return np.where(days >= held, alive, 0)
