"""How far the headlines hang on choices: the same measures with one choice made otherwise (Sections 2, 3 and 5).

Pure functions on raw and clean tables. A headline has a value and a reading: what a sentence about it says, such as
who leads or in which month. A choice that changes the reading flips the headline. Which choices are tried is a table,
data/registry/choices.csv: kind, key, label, value, becomes (texts; null where there is none).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.measures import adoption, cleaning, counters, coverage, crossings, outliers
from helpers.measures.cleaning import Day
from helpers.measures.coverage import Needed
from helpers.measures.grid import among
from helpers.registry import UNRESOLVED, bucket

NEVER, ALWAYS, UNKNOWN = "never", "always", "unknown"
"""Readings of a crossing: it does not happen; nor does it, since who would pass is ahead all along; it is not known."""
EDITION = "edition"
"""Key of the edition's own choices, with which the others are compared."""
LEAD, PASSES, LARGEST = "lead", "china-us", "bucket"
"""Keys of the headlines that findings ask for: who of China and the USA leads, since when, and the largest bucket."""


def of_kind(choices: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The choices of one kind: key (the index), label, value, becomes."""
    return choices[choices["kind"] == kind].set_index("key")


# Headlines ----------------------------------------------------------------------------------------------------


def headlines(
    daily: pd.DataFrame, models: pd.DataFrame, last_month: Day, pairs: pd.DataFrame, needed: Needed
) -> pd.DataFrame:
    """The headlines that one table of cumulative downloads gives at the month label `last_month`.

    daily: date, model, downloads_cumulative, flag, as clean/daily and clean/lifetime. models: from `coverage.weighed`,
    the models that count. Days from the label on do not enter. What the models read do not carry is unknown (needed).
    pairs: organisations of which one passes the other: pair, one, other.
    Returns headline, downloads, date (of a crossing), bucket, downloads_share (the bucket's, of all), reading (text;
    null where the number itself is the headline, or it is unknown). A crossing that never happens reads "never", and
    "always" where that is so because the first of the pair is ahead all along. It is
    unknown of groups without models, and where its day was not counted, so that it lies on the line between counts.
    """
    held = daily[daily["date"] < pd.Timestamp(last_month)]
    last = held[held["date"] == held["date"].max()]
    at_end = coverage.daily_totals(last, models, "region", needed, "total").set_index("region")["downloads_cumulative"]
    china, us = at_end.get("china", np.nan), at_end.get("us", np.nan)
    ahead = None if np.isnan(china - us) else "china" if china > us else "us"
    rows = [
        {"headline": "china", "downloads": china},
        {"headline": "us", "downloads": us},
        {"headline": LEAD, "downloads": china - us, "reading": ahead},
        {"headline": PASSES} | _crossing(held, models, "region", ("china", "us"), needed),
        *(
            {"headline": pair} | _crossing(held, models, "organisation", (one, other), needed)
            for pair, one, other in pairs[["pair", "one", "other"]].to_numpy().tolist()
        ),
        {"headline": LARGEST} | _largest(last, models, needed),
    ]
    columns = ["headline", "downloads", "date", "bucket", "downloads_share", "reading"]
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(date=pd.to_datetime(found["date"]), reading=found["reading"].astype(object))


def _crossing(
    held: pd.DataFrame, models: pd.DataFrame, by: str, both: tuple[str, str], needed: Needed
) -> dict[str, object]:
    """The last day on which the first of `both` passed the second, and its month as the reading."""
    two = models[models[by].isin(both)]
    table = adoption.daily_totals(held, two, by)
    if not set(both) <= set(table[by]):
        return {}
    day = crossings.crossover(table, by, *both)
    days, unread, reading = {held["date"].max()}, coverage.UNREAD, NEVER
    lead = table.pivot(index="date", columns=by, values="downloads_cumulative").dropna()
    if day is not None:
        days, unread, reading = {day - pd.Timedelta(days=1), day}, coverage.BETWEEN, f"{day:%Y-%m}"
    elif len(lead) and (ahead := lead[both[0]] - lead[both[1]]).iloc[-1] > 0:
        if (ahead < 0).any():  # only models that entered changed the lead: since when it is one, nobody knows
            return {}
        days, reading = days | {lead.index[0]}, ALWAYS
    cover = coverage.of(held[held["date"].isin(days)], two, by, unread=unread)
    if coverage.carries(cover, needed, "crossing").sum() < len(both) * len(days):
        return {}
    return {"date": day, "reading": reading}


def _largest(last: pd.DataFrame, models: pd.DataFrame, needed: Needed) -> dict[str, object]:
    """The bucket with most downloads on one day; unresolved sizes are in the sum, but no bucket."""
    sizes = adoption.daily_totals(last, models, "bucket").set_index("bucket")["downloads_cumulative"]
    named = sizes.drop(UNRESOLVED, errors="ignore")
    if named.empty or not coverage.carries(coverage.of(last, models, []), needed, "share").all():
        return {}
    return {"bucket": named.idxmax(), "downloads_share": named.max() / sizes.sum(), "reading": named.idxmax()}


# Other choices ------------------------------------------------------------------------------------------------


def respliced(
    history: pd.DataFrame,
    counts: pd.DataFrame,
    models: pd.Series,
    history_end: Day,
    filtered_through: Day,
    multiplier: float | None,
    window_days: int,
    rule: outliers.Rule,
) -> pd.DataFrame:
    """clean/daily as it would be with another outlier rule, or with the rule applied through another day.

    history: raw, date, model, downloads. counts: from counters.snapshot_counts. models: ids to keep. Through
    history_end a model with a history has its daily downloads, after it the differences of its counts. Of this series
    the days through filtered_through are filtered, and those after it stay as they are.
    """
    end, border = pd.Timestamp(history_end), pd.Timestamp(filtered_through)
    past = history[history["date"] <= end]
    with_history = among(counts["model"], past["model"])
    gained = counts[with_history & (counts["date"] > end)]
    series = pd.concat([past, gained[["date", "model", "downloads"]]], ignore_index=True)
    filtered = outliers.filter_outliers(series[series["date"] <= border], multiplier, window_days, rule)
    between = past[past["date"] > border].assign(flag="observed", downloads_cumulative=0)
    later = pd.concat([between, gained[gained["date"] > border], counts[~with_history]], ignore_index=True)
    return cleaning.splice(filtered, later, border, models)


def other_series(
    choices: pd.DataFrame,
    history: pd.DataFrame,
    counts: pd.DataFrame,
    models: pd.Series,
    history_end: Day,
    multiplier: float | None,
    window_days: int,
    rule: outliers.Rule,
) -> dict[str, pd.DataFrame]:
    """clean/daily under each other outlier rule, and with the edition's rule ending months earlier or later: by key.

    choices: of the kinds outliers (value: the multiplier; null: no rule), guard (value: a part of the rule; becomes:
    what it is then) and end (value: months). multiplier, window_days, rule: the edition's; what it has itself is no
    other choice, and guards are none where it has no multiplier. The rest as for `respliced`.
    """
    end = pd.Timestamp(history_end)
    multipliers = of_kind(choices, "outliers")["value"].astype(float).astype(object)
    multipliers = multipliers.where(multipliers.notna(), None)
    guards = of_kind(choices, "guard")
    guarded = {key: {**rule, part: float(becomes)} for key, part, becomes in guards[["value", "becomes"]].itertuples()}
    ends = of_kind(choices, "end")["value"].astype(int)
    asked = {key: (end, other, rule) for key, other in multipliers.items() if other != multiplier}
    if multiplier is not None:
        asked |= {key: (end, multiplier, other) for key, other in guarded.items() if other != rule}
    asked |= {key: (end + pd.DateOffset(months=months), multiplier, rule) for key, months in ends.items()}
    return {
        str(key): respliced(history, counts, models, history_end, through, other, window_days, guard)
        for key, (through, other, guard) in asked.items()
    }


def other_falls(
    choices: pd.DataFrame, daily: pd.DataFrame, restatements: pd.DataFrame, history_end: Day, falls: str
) -> dict[str, pd.DataFrame]:
    """clean/daily with counts that were taken back treated otherwise than `falls`, the edition's way: by key.

    choices: of the kind falls (value: "restated" or "on_top"). daily, restatements: the clean tables. Through
    history_end a model with a history has its own total; of its counts only what they gain later differs.
    """
    asked = of_kind(choices, "falls")["value"]
    both = daily.merge(restatements, on=["date", "model"], how="left")
    taken = (both["counted_cumulative"] - both["restated_cumulative"]).fillna(0)
    past = daily["date"] <= pd.Timestamp(history_end)
    joins = (daily["date"] == pd.Timestamp(history_end)) | (daily["flag"] == "entered")
    first = ~daily.duplicated("model")
    spliced = (past & first & (daily["flag"] != "entered")).groupby(daily["model"]).transform("any")
    more = (
        (taken - taken.where(joins, 0).groupby(daily["model"]).transform("sum")).where(~past, 0).where(spliced, taken)
    )
    sign = {counters.ON_TOP: 1, counters.TAKEN_BACK: -1}
    return {
        str(key): daily.assign(downloads_cumulative=daily["downloads_cumulative"] + sign[way] * more)
        for key, way in asked[asked != falls].items()
    }


def other_sizes(choices: pd.DataFrame, models: pd.DataFrame, bucket_edges: list[float]) -> dict[str, pd.DataFrame]:
    """The models with their buckets as they are where one edge lies elsewhere: by key.

    choices: of the kind edge (value: an edge of the edition's; becomes: the one in its place).
    """
    edges = of_kind(choices, "edge")[["value", "becomes"]].astype(float)
    return {
        str(key): models.assign(
            bucket=bucket(models["parameters_b"], [becomes if edge == value else edge for edge in bucket_edges])
        )
        for key, value, becomes in edges.itertuples(name=None)
    }


def compare(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The headlines under each choice, those of the edition first: choice, the columns of `headlines`, flips, never.

    found: choice → its headlines. flips: the reading is another than the edition's; what is unknown does not flip.
    never: whether a crossing does not happen; null for what is no crossing or unknown.
    """
    table = pd.concat([rows.assign(choice=name) for name, rows in found.items()], ignore_index=True)
    expected = table["headline"].map(found[EDITION].set_index("headline")["reading"])
    table["flips"] = expected.notna() & table["reading"].notna() & (table["reading"] != expected)
    without = table["reading"].isin([NEVER, ALWAYS])
    table["never"] = without.astype(object).where(without | table["date"].notna(), None)
    return table[["choice", *table.columns.drop("choice")]]


def robustness(compared: pd.DataFrame) -> pd.DataFrame:
    """What the comparison comes to, in one row.

    compared: from `compare`. Returns flips (readings that change; null where none is known), china_leads (under every
    choice; null where that is not known of all), bucket_stays (whether the largest bucket is always the same; null
    likewise), passed_first and passed_last (earliest and latest day on which China passed the USA; null without any).
    """
    leaders = compared.loc[compared["headline"] == LEAD, "reading"]
    buckets = compared.loc[compared["headline"] == LARGEST, "reading"]
    days = compared.loc[compared["headline"] == PASSES, "date"]
    row = {
        "flips": compared["flips"].sum() if compared["reading"].notna().any() else None,
        "china_leads": (leaders == "china").all() if leaders.notna().all() else None,
        "bucket_stays": buckets.nunique() == 1 if len(buckets) and buckets.notna().all() else None,
        "passed_first": days.min(),
        "passed_last": days.max(),
    }
    return pd.DataFrame([row])


def labelled(compared: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """The comparison with labels in place of keys, and a column absent: why there is no value, null where there is."""
    labels = choices.set_index("key")["label"]
    absent = compared["reading"].where(compared["reading"].isin([NEVER, ALWAYS]), UNKNOWN).map(labels)
    valued = compared[["downloads", "date", "bucket"]].notna().any(axis=1)
    return compared.assign(
        choice=compared["choice"].map(labels),
        headline=compared["headline"].map(labels),
        absent=absent.astype(object).where(~valued, None),
    )
