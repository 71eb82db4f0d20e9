"""The disturbed plan as raw tables, as an archive holds them."""

import numpy as np
import pandas as pd

from helpers.reconstruction.calendar import Calendar

LOST = 0.97
"""Part of its count that a counter loses when it is reset: it starts again."""


def history(models: pd.DataFrame, days: np.ndarray, absent: np.ndarray, calendar: Calendar) -> pd.DataFrame:
    """date, model, downloads: a row for each day that the histories hold."""
    upto = np.arange(days.shape[1]) <= calendar.index(calendar.end)
    start = np.array([calendar.index(day) for day in models["created"]])[:, None]
    held = models["history"].to_numpy()[:, None] & upto & (np.arange(days.shape[1]) >= start) & ~absent
    rows, columns = np.nonzero(held)
    return pd.DataFrame(
        {"date": calendar.days[columns], "model": models["model"].array[rows], "downloads": days[rows, columns]}
    )


def snapshots(
    models: pd.DataFrame, counts: np.ndarray, read: np.ndarray, events: pd.DataFrame, calendar: Calendar
) -> pd.DataFrame:
    """date, model, downloads_all_time, created_at: a row for each model that a snapshot has, models by day.

    counts: lifetime counts by day. read: days on which a snapshot has the model. events: kind, row, day.
    """
    shown = counts.copy()
    for row, day in events.loc[events["kind"] == "reset", ["row", "day"]].itertuples(index=False):
        shown[row, day:] -= int(shown[row, day - 1] * LOST)
    columns, rows = np.nonzero(read.T)
    return pd.DataFrame(
        {
            "date": calendar.days[columns],
            "model": models["model"].array[rows],
            "downloads_all_time": shown[rows, columns],
            "created_at": models["created"].dt.tz_localize("UTC").array[rows],
        }
    )


def planted(
    models: pd.DataFrame,
    spiked: np.ndarray,
    absent: np.ndarray,
    missing: list[int],
    events: pd.DataFrame,
    calendar: Calendar,
) -> pd.DataFrame:
    """What was planted: kind (spike, absent, missing, vanished, reset, late), date, model, downloads (of spikes)."""
    names = models["model"].to_numpy()

    def told(kind: object, days: object, who: object, downloads: object) -> pd.DataFrame:
        return pd.DataFrame({"kind": kind, "date": calendar.days[days], "model": who, "downloads": downloads})

    parts = [told("missing", missing, "", 0)]
    for kind, table in (("spike", spiked), ("absent", absent)):
        rows, columns = np.nonzero(table)
        parts.append(told(kind, columns, names[rows], table[rows, columns].astype(int)))
    parts.append(told(events["kind"].to_numpy(), events["day"], names[events["row"]], 0))
    return pd.concat(parts, ignore_index=True)
