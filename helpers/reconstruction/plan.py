"""The smooth plan of all downloads: each model's undisturbed day, such that groups and known points come out."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.reconstruction import curves, disturbances, known, pinned, rest
from helpers.reconstruction.calendar import Calendar
from helpers.reconstruction.published import Published

UNDISTURBED = r"long-tail-0[01]\d-"
"""Models that have no spikes and do not come or go: cleaning must leave them as they are."""
CROWD = 0.92
"""Part of the tenth count of Appendix B that the models which it does not list stay below, bucket by bucket."""

Totals = dict[str, tuple[np.ndarray, np.ndarray]]
"""Group → its smooth downloads of each day, and the days at which sums are known (first days of stretches)."""


@dataclass(frozen=True)
class Plan:
    """What every model is to have.

    models: a roster, the models with known points first. days: downloads, models × days. before: what each had before
    the first day. stretches: row, first, last (days), downloads, burst, exact: spikes to come on top; those that are
    exact belong to a known point. totals, points: what must come out, see `totals` and `known.points`.
    """

    models: pd.DataFrame
    days: np.ndarray
    before: np.ndarray
    stretches: pd.DataFrame
    totals: Totals
    points: pd.DataFrame


def make(
    models: pd.DataFrame,
    published: Published,
    groups: pd.DataFrame,
    calendar: Calendar,
    total_day: pd.Timestamp,
    chance: np.random.Generator,
) -> Plan:
    """The plan for the models of a roster. groups: group, spikes. total_day: that of the buckets' totals."""
    wanted = totals(published, calendar)
    clocks = {group: np.cumsum(days) for group, (days, _) in wanted.items()}
    points = known.points(models, published, clocks, calendar)
    share, by_name = groups.set_index("group")["spikes"], models.set_index("model")
    days, before, stretches = pinned.pinned(by_name, points, clocks, share, calendar)
    names = list(before.index)
    left = rest.remainder(wanted, by_name, names, days)
    most = published.top_models.groupby("bucket")["downloads"].min() * CROWD
    cells = rest.cells(by_name, days, names, wanted, most, published, calendar.index(total_day) + 1)
    free = models[~models["model"].isin(names)]
    more = rest.others(free, left, cells, calendar, total_day, most, chance)
    ordered = pd.concat([by_name.loc[names].reset_index(), free], ignore_index=True)
    spikes = pd.concat(
        [
            stretches.assign(burst=False, exact=True),
            _loose(free, more, share, most, calendar).assign(burst=False, exact=False),
            _bursts(by_name, published, calendar).assign(burst=True, exact=True),
        ],
        ignore_index=True,
    )
    spikes["row"] = spikes["model"].map(pd.Series(ordered.index, ordered["model"]))
    earlier = before.reindex(ordered["model"]).fillna(0).to_numpy()
    return Plan(ordered, np.vstack([days, more]), earlier, spikes, wanted, points)


def totals(published: Published, calendar: Calendar) -> Totals:
    """The smooth days of each group through its totals in data/reconstruction/totals.csv.

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


def _loose(free: pd.DataFrame, days: np.ndarray, share: pd.Series, most: pd.Series, calendar: Calendar) -> pd.DataFrame:
    """Spikes of models without known points, as far as lifetime counts allow: model, first, last, downloads."""
    end = calendar.index(calendar.end)
    rows = []
    for model, held in zip(free.itertuples(), days, strict=True):
        first = max(calendar.index(model.released), 0) + disturbances.AROUND
        spiked = share[model.group] * held[first : end + 1].sum()
        if model.history and first < end and not re.search(UNDISTURBED, model.model):
            rows.append((model.model, first, end, min(spiked, most[model.bucket] - held.sum())))
    table = pd.DataFrame(rows, columns=["model", "first", "last", "downloads"])
    return table[table["downloads"] > 0]


def _bursts(models: pd.DataFrame, published: Published, calendar: Calendar) -> pd.DataFrame:
    """The bursts of data/reconstruction/bursts.csv: model, first, last, downloads."""
    bursts = published.assumed("bursts")
    start = bursts["model"].map(models["released"].map(calendar.index))
    ages = bursts[["first", "last"]].astype(int).add(start, axis=0)
    return ages.assign(model=bursts["model"], downloads=bursts["value"])
