"""How good the best open models are: recalibration, frontier, lead and trend (paper, Sections 2.1 and 4).

Scores are long tables: date, model, <group>, score. For Arena a date is a board's, for the Intelligence Index a
model's release.
"""

import datetime
import itertools
import math
from collections.abc import Iterable
from operator import itemgetter

import pandas as pd

from helpers.measures import cleaning
from helpers.registry import REGION_LABELS

STARTS = 6
"""Months by which the start of a trend is moved, back and forth; ours."""
THREE_WAY = {"china": "china", "us": "us", "eu": "other", "other": "other", "unknown": "unknown"}
"""Regions as the paper's Arena figure groups them; unknown is not other."""


def recalibrate(scores: pd.DataFrame, shift: float, before: datetime.date | str) -> pd.DataFrame:
    """Scores of boards before the day `before` moved up by `shift` points: one scale over all dates (2.1 "Arena")."""
    early = scores["date"] < pd.Timestamp(before)
    return scores.assign(score=scores["score"].where(~early, scores["score"] + shift))


def opened(scores: pd.DataFrame) -> pd.DataFrame:
    """The open models of a table, their region one of THREE_WAY; those of unknown region are left out."""
    rows = scores[scores["status"] == "open"]
    rows = rows.assign(region=rows["region"].map(THREE_WAY))
    return rows[rows["region"] != "unknown"]


def frontier(scores: pd.DataFrame, by: str = "region") -> pd.DataFrame:
    """Best score so far in each group at each date (2.1 "Arena").

    scores: date, model, <by>, score, of open models only. Rows without a date or a score are not measured and left out.
    Returns one row per group and date, from the group's first on: date, <by>, model, score. score never falls; model is
    the one that set it, of equals the earlier, then the first in the alphabet. Dates are those of all groups.
    Raises ValueError if a (date, model) pair repeats.
    """
    measured = scores.dropna(subset=["date", "score"])
    repeated = measured[measured.duplicated(["date", "model"])]
    if len(repeated):
        first = repeated.iloc[0]
        raise ValueError(
            f"{first['model']!r} has several scores on {first['date']:%Y-%m-%d} ({len(repeated)} such rows): "
            "a frontier needs one a day; choose by the source's rule first"
        )
    best = measured.sort_values(["date", "score", "model"], ascending=[True, False, True]).drop_duplicates(["date", by])
    record = best.groupby(by)["score"].cummax()
    advances = record.groupby(best[by]).shift().lt(record) | ~best.duplicated(by)
    sets = best.assign(model=best["model"].where(advances), score=record).set_index(["date", by])[["model", "score"]]
    every = pd.MultiIndex.from_product([best["date"].unique(), sorted(best[by].unique())], names=["date", by])
    return sets.reindex(every).groupby(by).ffill().dropna().reset_index()


def records(frontier: pd.DataFrame, by: str = "region") -> pd.DataFrame:
    """The rows of a frontier on which a new best model arrived, and so the steps of its curve."""
    return frontier[frontier["model"] != frontier.groupby(by)["model"].shift()].reset_index(drop=True)


def leads(frontier: pd.DataFrame, by: str = "region") -> pd.DataFrame:
    """When the lead changed hands: date, <by> (the new leader), model, score, margin (over the next group).

    The lead changes when another group's score is higher; a tie leaves it where it is. margin is null while there is
    one group only.
    """
    ranked = frontier.sort_values(["date", "score", by], ascending=[True, False, True])
    rows = ranked[["date", by, "model", "score"]].itertuples(index=False, name=None)
    changes, leader = [], None
    for date, found in itertools.groupby(rows, itemgetter(0)):
        groups = list(found)
        _, top, model, score = groups[0]
        if score > {name: held for _, name, _, held in groups}.get(leader, -math.inf):
            leader = top
            margin = score - groups[1][-1] if len(groups) > 1 else math.nan
            changes.append((date, leader, model, score, margin))
    return pd.DataFrame(changes, columns=["date", by, "model", "score", "margin"])


def lead(frontier: pd.DataFrame, one: str, other: str, by: str = "region") -> pd.DataFrame:
    """How the lead between two groups went, in one row (Section 4).

    Returns date (the frontier's last), passed (when `one` last took the lead from `other`), turned (when either did),
    leader (the group ahead at the end; null where they are level) and margin (by how much); null for what never
    happened or has no scores.
    """
    changes = leads(frontier[frontier[by].isin([one, other])], by)
    turns = changes.iloc[1:]
    best = frontier.drop_duplicates(by, keep="last").set_index(by)["score"].reindex([one, other])
    row = {
        "date": frontier["date"].max(),
        "passed": turns.loc[turns[by] == one, "date"].max(),
        "turned": turns["date"].max(),
        "leader": changes[by].iloc[-1] if best.notna().all() and best.iloc[0] != best.iloc[1] else None,
        "margin": abs(best.iloc[0] - best.iloc[1]),
    }
    return pd.DataFrame([row]).astype(dict.fromkeys({"date", "passed", "turned"}, "datetime64[us]"))


def tops(frontier: pd.DataFrame, by: str = "region") -> pd.DataFrame:
    """The best model of each group at the end of a frontier: <by>, model, score."""
    return frontier.drop_duplicates(by, keep="last")[[by, "model", "score"]].reset_index(drop=True)


def as_listed(table: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """The table with names in `model` as their makers spell them, where the list of models has them; else as they are.

    models: the table clean/models. Boards write names in small letters and leave out the maker's name and the number
    format.
    """
    listed = models["model"].str.partition("/")[2].str.replace(r"(?i)^nvidia-|-bf16$", "", regex=True)
    spelled = listed.set_axis(listed.str.casefold()).to_dict()
    return table.assign(model=table["model"].map(lambda name: spelled.get(name.casefold(), name)))


def trend(points: pd.DataFrame, start: datetime.date | str, by: str = "region") -> pd.DataFrame:
    """Straight line through each group's points from `start` on, by least squares (2.1 "Artificial Analysis").

    points: date, <by>, score. Returns date (first point, each first of a month, last point), <by>, score (fitted),
    points_per_year, points. A group with fewer than two dates has no line. The points of a frontier only rise and are
    not independent, so that least squares give no confidence: how firm a slope is, `trends` shows.
    """
    later = points[points["date"] >= pd.Timestamp(start)].dropna(subset="score")
    lines = [_line(group).assign(**{by: name}) for name, group in later.groupby(by) if group["date"].nunique() > 1]
    columns = ["date", by, "score", "points_per_year", "points"]
    return pd.concat(lines, ignore_index=True)[columns] if lines else pd.DataFrame(columns=columns)


def trends(points: pd.DataFrame, start: datetime.date | str, by: str = "region") -> pd.DataFrame:
    """The lines of `trend` from each month of up to STARTS before `start` to as many after it: start, its columns."""
    months = [pd.Timestamp(start) + pd.DateOffset(months=moved) for moved in range(-STARTS, STARTS + 1)]
    return pd.concat([trend(points, month, by).assign(start=month) for month in months], ignore_index=True)


def slopes(trends: pd.DataFrame, start: datetime.date | str, by: str = "region") -> pd.DataFrame:
    """How far each group's slope hangs on where its line starts.

    trends: from `trends`. Returns <by>, points_per_year (of the line from `start`), slope_lowest, slope_highest,
    start_first, start_last (of the lines that there are); only groups with a line from `start`.
    """
    own = trends[trends["start"] == pd.Timestamp(start)].drop_duplicates(by)[[by, "points_per_year"]]
    ends = trends.groupby(by).agg(
        slope_lowest=("points_per_year", "min"),
        slope_highest=("points_per_year", "max"),
        start_first=("start", "min"),
        start_last=("start", "max"),
    )
    return own.join(ends, on=by).reset_index(drop=True)


def _line(points: pd.DataFrame) -> pd.DataFrame:
    """The line of one group, see `trend`: date, score, points_per_year, points."""
    first, last = points["date"].min(), points["date"].max()
    dates = pd.DatetimeIndex([first, *pd.date_range(first, last, freq="MS", inclusive="neither"), last]).unique()
    x, at = (((days - first) / pd.Timedelta(days=1)).to_numpy(dtype=float) for days in (points["date"], dates))
    y = points["score"].to_numpy(dtype=float)
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    line = {"score": y.mean() + slope * (at - x.mean()), "points_per_year": slope * 365.25}
    # Machines, and orders of rows, differ in the last digits of such sums; a millionth of a point is alike on all.
    return pd.DataFrame(line).round(6).assign(date=dates, points=len(points))


def held(scores: pd.DataFrame) -> pd.DataFrame:
    """From when to when a table of scores runs (`cleaning.span`), and of how many models: with the counts of `openness`
    over all regions, in one row."""
    known = openness(scores, REGION_LABELS).drop(columns="region")
    return cleaning.span(scores["date"], "D").assign(**known.sum())


def openness(scores: pd.DataFrame, regions: Iterable[str]) -> pd.DataFrame:
    """What is known of each region's models: region, models, open_models, unknown_models (whether their weights are
    open), of those with a score and a date. Every region of `regions` has a row."""
    measured = scores.dropna(subset=["date", "score"])
    groups = {
        "models": measured,
        "open_models": measured[measured["status"] == "open"],
        "unknown_models": measured[measured["status"] == "unknown"],
    }
    counts = {name: rows.groupby("region").size() for name, rows in groups.items()}
    return pd.DataFrame(counts, index=pd.Index(regions, name="region")).fillna(0).astype("int64").reset_index()
