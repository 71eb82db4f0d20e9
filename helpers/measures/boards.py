"""Whether Arena's boards are of one kind, and who is on the last of them (paper, Section 2.1 "Arena").

Tables are long: date (of a board), model, <group>, score. When the Arena changes its method, the scores of all models
move from one board to the next; votes alone move them apart.
"""

import datetime
import math

import numpy as np
import pandas as pd

LEAST = 5
"""Models that two boards must have in common before their drift says anything."""
ROUNDED = 0.5
"""Points by which a score may be off because a board gives whole points: no drift is known better."""
BEYOND = 5.0
"""Times its noise by which a drift must go beyond 0 to be a break."""


def drift(boards: pd.DataFrame) -> pd.DataFrame:
    """How the models on two boards in a row moved: date, before (the earlier board), models (on both), change (the
    median), noise, jump.

    noise: the standard error of that median by the spread of the single changes, and at least ROUNDED. jump: whether
    the change lies beyond BEYOND times its noise; such a board is of another kind than the one before. All are null
    where fewer than LEAST models are on both. Raises ValueError if a (date, model) pair repeats.
    """
    table = boards.dropna(subset=["date", "score"]).pivot(index="date", columns="model", values="score").sort_index()
    moved = table.diff()
    both = moved.notna().sum(axis=1)
    enough = both >= LEAST
    change = moved.median(axis=1).where(enough)
    spread = 1.4826 * moved.sub(change, axis=0).abs().median(axis=1)
    noise = (spread * math.sqrt(math.pi / 2) / np.sqrt(both.where(enough))).clip(lower=ROUNDED)
    jump = (change.abs() > BEYOND * noise).astype("boolean").where(enough)
    found = {"before": table.index.to_series().shift(), "models": both, "change": change, "noise": noise, "jump": jump}
    return pd.DataFrame(found).iloc[1:].reset_index()


def breaks(drifts: pd.DataFrame) -> pd.DataFrame:
    """The boards of another kind than the one before: date, before, models, change, noise."""
    return drifts[drifts["jump"]].drop(columns="jump").reset_index(drop=True)


def kinds(drifts: pd.DataFrame) -> dict[str, object]:
    """compared: how many pairs of boards have enough in common; breaks: how many of them are breaks, null where none is
    compared."""
    compared = int(drifts["jump"].notna().sum())
    return {"compared": compared, "breaks": len(breaks(drifts)) if compared else pd.NA}


def shift(drifts: pd.DataFrame, applied: float, before: datetime.date | str) -> pd.DataFrame:
    """The shift that an edition applies beside the one measured between the boards around its day, in one row.

    drifts: of the boards as published. applied: points added to scores before the day `before`. Returns date, models,
    measured (the median change), noise, difference (applied less measured), agrees (within BEYOND times the noise);
    null where no two boards lie on either side.
    """
    day = pd.Timestamp(before)
    across = drifts[(drifts["before"] < day) & (drifts["date"] >= day)]
    found = across[["date", "models", "change", "noise"]].rename(columns={"change": "measured"}).reset_index(drop=True)
    found = found.reindex([0]).astype({"models": "Int64"})
    difference = applied - found["measured"]
    agrees = (difference.abs() <= BEYOND * found["noise"]).astype("boolean").where(difference.notna())
    return found.assign(difference=difference, agrees=agrees)


def last(boards: pd.DataFrame, by: str = "region") -> pd.DataFrame:
    """The best model of each group on the last board of all: <by>, date, model, score; no row for a group without any.

    A frontier holds the best so far, which may be a model long withdrawn. boards: of open models and of others; a group
    is null for models that do not count.
    """
    final = boards[(boards["date"] == boards["date"].max()) & boards[by].notna()]
    best = final.sort_values(["score", "model"], ascending=[False, True]).drop_duplicates(by)
    return best.sort_values(by, ignore_index=True)[[by, "date", "model", "score"]]
