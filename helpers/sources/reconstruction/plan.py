"""The smooth plan of all downloads: each model's undisturbed day, such that groups and known points come out."""

import numpy as np
import pandas as pd

from helpers.registry import BUCKETS
from helpers.sources.reconstruction import curves
from helpers.sources.reconstruction.calendar import Calendar
from helpers.sources.reconstruction.published import Published, ReconstructionError

ROUNDS = 30
"""Rounds of proportional fitting."""
CROWD = 0.92
"""Part of the tenth count of Appendix B that the models which it does not list stay below, bucket by bucket."""
SMALL = {"<1B", "1–5B", "7–9B"}
BEFORE_HISTORY = 0.06
"""Part of its lifetime count that a model released before the histories start had by then, in a group with history."""
SLOWING = 0.6
"""Growth of a model that was there before the first snapshot, against an even one."""
ROOM = 0.6
"""Part of the highest count that the models of one group and bucket can have on average: not all are old."""
EARLY, SPIKED = 180, 60
"""Days after release up to which a curve is smooth through its points, and from which it may have spikes."""
STRETCH = 20
"""Days of history that a stretch between two points needs to have spikes of its own."""
FADING = 0.25
"""Downloads a day after a model's last known point, against those just before it."""
LEAST = 0.02
"""Part of a group's day that is left to its unnamed models at least; less is an error in the assumptions."""


def totals(published: Published, calendar: Calendar) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Group → its smooth downloads of each day, and the days at which sums are known (first days of stretches).

    A group whose first known total is above 0 enters with it on the day of the first snapshot.
    """
    found = {}
    for group, rows in published.assumed("totals").groupby("group", sort=False):
        at = [calendar.index(day) - 1 for day in pd.to_datetime(rows["before"])]
        counts = [0.0, *rows["value"]] if at[0] > 0 else list(rows["value"])
        at = [at[0] - 1, *at] if at[0] > 0 else at
        curve = curves.monotone([place + 1 for place in at], counts, len(calendar.days) + 1)
        found[group] = (np.nan_to_num(np.diff(curve)), np.array([place + 1 for place in at[:-1]]))
    return found


def pinned(
    models: pd.DataFrame, points: pd.DataFrame, clocks: dict[str, np.ndarray], spikes: pd.Series, calendar: Calendar
) -> tuple[np.ndarray, pd.Series, pd.DataFrame]:
    """The models with known points: downloads of each day without spikes (models of `points` × days), what each had
    before the first day, and the spikes it is to have: model, first, last (days), downloads.

    models: from `roster`, indexed by model. points: from `known.points`. clocks: group → cumulative downloads by day,
    whose pace a model follows where no points are near. spikes: group → spikes in the history against its other
    downloads. A model without history enters on the day of the first snapshot with its count of that day.
    """
    names = list(points["model"].unique())
    table, before, planned = np.zeros((len(names), len(calendar.days))), {}, []
    for row, (name, known) in enumerate(points.groupby("model", sort=False)):
        model = models.loc[name]
        clock = clocks.get(model["group"], np.arange(len(calendar.days), dtype=float))
        table[row], before[name], found = _one(model, known, clock, spikes[model["group"]], calendar)
        planned += [(name, *stretch) for stretch in found]
    return table, pd.Series(before), pd.DataFrame(planned, columns=["model", "first", "last", "downloads"])


def _one(model: pd.Series, known: pd.DataFrame, clock: np.ndarray, share: float, calendar: Calendar):
    """One pinned model: its days, its count before the first, its spikes as (first day, last day, downloads)."""
    at, counts, start = _anchors(model, known, calendar)
    entered = start != at[0] + 1
    early = sum(place - start <= EARLY for place in at)
    days, spiked = np.zeros(len(clock)), []
    if early > 1:
        # Straight between points: a curve would swing so far that cleaning took its crests for spikes.
        curve = np.interp(np.arange(-1, len(clock)), at[:early], counts[:early])
        days += np.diff(curve)
    end = calendar.index(calendar.end) if model["history"] else -1
    for i in range(1, len(at)):
        a, b, gain = at[i - 1], at[i], counts[i] - counts[i - 1]
        if i >= early:
            pace = np.diff(clock, prepend=0)[a + 1 : b + 1]
            days[a + 1 : b + 1] = gain * pace / pace.sum()
        if (entered or a - start >= SPIKED) and min(b, end) - a >= STRETCH:
            inside = days[a + 1 : min(b, end) + 1].sum() / gain if gain else 0
            days[a + 1 : b + 1] /= 1 + share * inside
            spiked.append((a + 1, min(b, end), gain - gain / (1 + share * inside)))
    last = at[-1]
    days[last + 1 :] = days[last - 6 : last + 1].mean() * FADING if early == len(at) else _onward(days, clock, last)
    if entered and not model["history"]:
        days[at[0]] = counts[0]
    before = counts[0] if entered and model["history"] else 0.0
    return days, before, [stretch for stretch in spiked if stretch[2] > 0]


def _anchors(model: pd.Series, known: pd.DataFrame, calendar: Calendar) -> tuple[list[int], list[float], int]:
    """The days and counts that one model's curve goes through, the first included, and the day of its release."""
    held = -1 if model["history"] else calendar.index(calendar.entry)
    start = calendar.index(model["released"])
    at, counts = [calendar.index(day) for day in known["date"]], list(known["count"].astype(float))
    if start > held:
        return [start - 1, *at], [0.0, *counts], start
    age = (held - start) / (at[-1] - start)  # it has grown for longer than it is watched, and fastest when new
    part = BEFORE_HISTORY if model["history"] else 1 - (1 - age) * SLOWING
    return [held, *at], [part * counts[-1], *counts], start


def _onward(days: np.ndarray, clock: np.ndarray, last: int) -> np.ndarray:
    """The days after the last known one, at the pace of the clock as in the month before."""
    pace = np.diff(clock, prepend=0)
    return days[last - 27 : last + 1].sum() / pace[last - 27 : last + 1].sum() * pace[last + 1 :]


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
    weights = np.where(models["tail"], 1.0, 5.0) * (0.1 + chance.random(len(models)) ** 3)
    aims = wanted.set_index(["group", "bucket"])["downloads"]
    until = calendar.index(at) + 1
    for group, left in rest.items():
        rows = np.flatnonzero(models["group"] == group)
        if not len(rows):
            continue
        active = _activity(models.iloc[rows], calendar)
        aim = aims.reindex(pd.MultiIndex.from_product([[group], models["bucket"].iloc[rows]])).to_numpy()
        cell = models["bucket"].iloc[rows].to_numpy()
        weight, limit = weights[rows], most[cell].to_numpy()
        for _ in range(ROUNDS):
            shared = active * weight[:, None]
            days = shared / np.maximum(shared.sum(axis=0), 1e-9) * left
            found = pd.Series(days[:, :until].sum(axis=1)).groupby(cell).transform("sum").to_numpy()
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


def cells(
    models: pd.DataFrame,
    pinned_days: np.ndarray,
    names: list[str],
    totals_: dict,
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
    fixed = fixed.reindex(index=list(totals_), columns=list(BUCKETS)).fillna(0)
    wholes = pd.Series({group: days[:until].sum() for group, (days, _) in totals_.items()})
    free = models[~models.index.isin(names)]
    seed = free.pivot_table(index="group", columns="bucket", values="released", aggfunc="count")
    seed = seed.reindex_like(fixed).fillna(0)
    room = seed * most * ROOM
    inside = [group for group in totals_ if group != "elsewhere"]
    whole = wholes[inside].sum()
    assumed = published.assumed("buckets")
    shares = assumed[assumed["group"] == ""].set_index("bucket")["value"]
    aims = whole * shares.reindex(BUCKETS) / shares.sum()
    special = assumed[assumed["group"] != ""]
    cell = seed
    for _ in range(ROUNDS * 4):
        cell = cell.mul((wholes - fixed.sum(axis=1)).clip(lower=0) / cell.sum(axis=1).replace(0, 1), axis=0)
        cell.loc[inside] = cell.loc[inside].mul(
            (aims - fixed.loc[inside].sum()).clip(lower=0) / cell.loc[inside].sum().replace(0, 1), axis=1
        )
        for row in special.itertuples():
            columns = [b for b in BUCKETS if b in SMALL] if row.bucket == "sub 10B" else [row.bucket]
            aim = row.value * aims[columns].sum() - fixed.loc[row.group, columns].sum()
            cell.loc[row.group, columns] *= max(aim, 0) / max(cell.loc[row.group, columns].sum(), 1)
        cell = cell.clip(upper=room)
    return cell.stack().rename("downloads").reset_index()


def remainder(totals_: dict, models: pd.DataFrame, names: list[str], pinned_days: np.ndarray) -> dict[str, np.ndarray]:
    """Group → what its pinned models leave of each day. Raises ReconstructionError where they leave too little."""
    groups = models.loc[names, "group"].to_numpy()
    rest = {}
    for group, (days, bounds) in totals_.items():
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
