"""Arena's boards, reconstructed: open models of each region, and closed ones, before and after the recalibration.

The paper prints no score, only the shift, its day, and the quarter in which China passed the USA. The scores are
assumed (data/reconstruction/arena.csv: in plain sight, no measurements), on the scale since the recalibration; boards
before it show them lower by the paper's shift. They are a selection of the Arena's models, not all.
"""

import datetime

import numpy as np
import pandas as pd

from helpers.reconstruction.published import Published

EVERY = 14
"""Days from board to board; ours, as are the numbers below."""
WOBBLE = 15
"""Tenths of a point by which a score may differ from board to board, either way."""
VOTES = 450
"""New votes of a model by the next board, at most."""
SPREAD = 160_000
"""Variance of a score in points², times its votes."""
CODING = {"OpenAI": 180, "Anthropic": 350, "Alibaba": 600, "Mistral": 250}
"""Tenths of a point by which makers do better in the second category; large enough to show where it slips in."""


def generate(published: Published, seed: int, fetched_on: datetime.date | str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All boards through the day `fetched_on` (raw/arena/text_style_control), and what was planted.

    planted: date, model, score: the overall scores on the scale since the recalibration, as they wobble.
    """
    rng = np.random.default_rng([seed, *b"arena"])
    table = published.assumed("arena")
    first = pd.to_datetime(table["listed_from"])
    dates = pd.date_range(first.min(), pd.Timestamp(fetched_on), freq=f"{EVERY}D")
    overall = table.assign(first=first).merge(pd.DataFrame({"date": dates}), "cross")
    overall = overall[overall["date"] >= overall["first"]].sort_values(["date", "model"], ignore_index=True)
    overall["tenths"] = (overall["value"] * 10).round().astype("int64") + rng.integers(
        -WOBBLE, WOBBLE + 1, len(overall)
    )
    overall["votes"] = rng.integers(VOTES // 3, VOTES, len(overall))
    overall["votes"] = overall.groupby("model")["votes"].cumsum() + VOTES
    better = overall["organization"].map(CODING).fillna(0).astype("int64")
    coding = overall.assign(tenths=overall["tenths"] + better, votes=overall["votes"] // 4)
    boards = pd.concat([_board(overall, "overall", published), _board(coding, "coding", published)])
    boards = boards.sort_values(["leaderboard_publish_date", "category", "rank", "model_name"], ignore_index=True)
    return boards, overall[["date", "model"]].assign(score=overall["tenths"] / 10)


def _board(rows: pd.DataFrame, category: str, published: Published) -> pd.DataFrame:
    """One category of all boards in the dataset's columns; ratings are as published, before the shift lower by it."""
    shift = round(published.value("arena-shift") * 10)
    tenths = rows["tenths"] - shift * (rows["date"] < published.date("arena-shift-before"))
    variance = (SPREAD / rows["votes"]).round(3)
    half = (2 * np.sqrt(variance)).round(1)
    return pd.DataFrame(
        {
            "model_name": rows["model"],
            "organization": rows["organization"].replace("", None),
            "license": rows["license"].replace("", None),
            "rating": tenths / 10,
            "rating_lower": (tenths / 10 - half).round(1),
            "rating_upper": (tenths / 10 + half).round(1),
            "variance": variance,
            "vote_count": rows["votes"],
            "rank": tenths.groupby(rows["date"]).rank(method="min", ascending=False).astype("int64"),
            "category": category,
            "leaderboard_publish_date": rows["date"].dt.strftime("%Y-%m-%d"),
        }
    )
