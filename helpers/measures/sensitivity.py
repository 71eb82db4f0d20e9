"""How far the headlines hang on choices: the same measures with one choice made otherwise (Sections 2, 3 and 5).

Pure functions on raw and clean tables. A headline has a value and a reading: what a sentence about it says, such as
who leads or in which month. A choice that changes the reading flips the headline.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.measures import adoption, cleaning, derivatives
from helpers.measures.cleaning import Day
from helpers.registry import BUCKETS, REGION_LABELS, UNRESOLVED
from helpers.text import values

MULTIPLIERS = (1.5, 3, None)
"""Of the interquartile range, for the outlier rule: the usual ones for outliers and extremes, and no rule at all."""
SPLICE_MONTHS = (-1, 1)
"""Months by which the end of the filtered series is moved."""
THRESHOLDS = (0, 5, 50)
"""Lifetime downloads that a derivative must exceed."""
EDGES = {"7–9B from 7 billion on": {5: 7}, "7–9B below 9 billion only": {10: 9}}
"""What a choice is called → edge of the size buckets → edge in its place."""
NEVER = "never"

CROSSINGS = {
    "China passes USA": ("region", "china", "us"),
    "Qwen passes Meta": ("organisation", "Qwen", "Meta"),
    "DeepSeek passes Mistral": ("organisation", "DeepSeek", "Mistral"),
}
"""Headline → column, who passes, who is passed."""


def headlines(daily: pd.DataFrame, models: pd.DataFrame, last_month: Day) -> pd.DataFrame:
    """The headlines that one table of cumulative downloads gives at the month label `last_month`.

    daily: date, model, downloads_cumulative, as clean/daily and clean/lifetime. models: the models that count. Days
    from the label on do not enter.
    Returns headline, value (downloads, a day, or a share), reading (text; null where the value itself is the headline).
    A crossing that never happens has no value and the reading "never"; one of groups without models has neither.
    """
    held = daily[daily["date"] < pd.Timestamp(last_month)]
    day = held["date"].max()
    by_region = adoption.daily_totals(held, models, "region")
    at_end = by_region[by_region["date"] == day].set_index("region")["downloads_cumulative"]
    lead = at_end.get("china", np.nan) - at_end.get("us", np.nan)
    rows = [
        ("China", at_end.get("china"), None),
        ("USA", at_end.get("us"), None),
        ("Lead of China", lead, None if np.isnan(lead) else REGION_LABELS["china" if lead > 0 else "us"]),
    ]
    tables = {"region": by_region, "organisation": adoption.daily_totals(held, models, "organisation")}
    rows += [(name, *_crossing(tables[by], by, one, other)) for name, (by, one, other) in CROSSINGS.items()]
    sizes = adoption.daily_totals(held[held["date"] == day], models, "bucket").set_index("bucket")[
        "downloads_cumulative"
    ]
    named = sizes.drop(UNRESOLVED, errors="ignore")
    rows.append(("Largest bucket", named.max() / sizes.sum(), named.idxmax()))
    return pd.DataFrame(rows, columns=["headline", "value", "reading"]).astype({"value": object})


def _crossing(table: pd.DataFrame, by: str, one: str, other: str) -> tuple[pd.Timestamp | None, str | None]:
    """The last day on which `one` passed `other`, and its month."""
    if not {one, other} <= set(table[by]):
        return None, None
    day = adoption.crossover(table, by, one, other)
    return day, NEVER if day is None else f"{day:%B %Y}"


def respliced(
    history: pd.DataFrame,
    counts: pd.DataFrame,
    models: pd.Series,
    history_end: Day,
    filtered_through: Day,
    multiplier: float | None,
    window_days: int,
) -> pd.DataFrame:
    """clean/daily as it would be with another outlier rule, or with the rule applied through another day.

    history: raw, date, model, downloads. counts: from cleaning.snapshot_counts. models: ids to keep. Through
    history_end a model with a history has its daily downloads, after it the differences of its counts. Of this series
    the days through filtered_through are filtered, and those after it stay as they are.
    """
    end, border = pd.Timestamp(history_end), pd.Timestamp(filtered_through)
    past = history[history["date"] <= end]
    with_history = counts["model"].isin(past["model"].unique())
    gained = counts[with_history & (counts["date"] > end)]
    series = pd.concat([past, gained[["date", "model", "downloads"]].dropna()], ignore_index=True)
    filtered = cleaning.filter_outliers(series[series["date"] <= border], multiplier, window_days)
    between = past[past["date"] > border].assign(flag="observed", downloads_cumulative=0)
    later = pd.concat([between, gained[gained["date"] > border], counts[~with_history]], ignore_index=True)
    return cleaning.splice(filtered, later, border, models)


def derivative_leads(classified: pd.DataFrame, threshold: int, organisation: str) -> pd.DataFrame:
    """One organisation's share of the new derivatives of each month if a derivative counts above `threshold` downloads.

    classified: clean/derivatives. Returns month, derivatives (of all), share, leader (the organisation with most).
    """
    asked = classified["reason"].isna() | classified["reason"].isin([derivatives.TOO_FEW, derivatives.REPEATED])
    rows = classified[asked & (classified["downloads_all_time"] > threshold).fillna(False).astype(bool)]
    rows = rows.drop_duplicates(["model", "organisation"])
    table = pd.crosstab(rows["month"], rows["organisation"])
    own = table[organisation] if organisation in table else pd.Series(0, table.index)
    total = table.sum(axis=1)
    leader = table.idxmax(axis=1) if len(table) else pd.Series(dtype="str")
    return pd.DataFrame({"derivatives": total, "share": own / total, "leader": leader}).reset_index()


def compare(choices: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The headlines under each choice: choice, headline, value, reading, flips; the first choice is the paper's.

    choices: name → headline, value, reading. flips: the reading is another than the first choice's; what is unknown
    does not flip.
    """
    table = pd.concat([found.assign(choice=name) for name, found in choices.items()], ignore_index=True)
    first = next(iter(choices.values())).set_index("headline")["reading"]
    expected = table["headline"].map(first)
    table["flips"] = expected.notna() & table["reading"].notna() & (table["reading"] != expected)
    return table[["choice", "headline", "value", "reading", "flips"]]


def shown(compared: pd.DataFrame) -> pd.DataFrame:
    """The comparison as readers see it: one row a choice (the index), one column a headline; * where it flips."""
    texts = [_said(row) + (" *" if row.flips else "") for row in compared.itertuples()]
    wide = compared.assign(text=texts).pivot(index="choice", columns="headline", values="text")
    wide = wide.reindex(index=compared["choice"].unique(), columns=compared["headline"].unique())
    return wide.rename_axis(index=None, columns="Choice")


def _said(row: tuple) -> str:
    """One cell: "1.15B", "22 Jul 2025", "7–9B, 33%"."""
    if row.reading == NEVER:
        return NEVER
    if row.value is None or pd.isna(row.value):
        return "unknown"
    if isinstance(row.value, pd.Timestamp):
        return f"{row.value.day} {row.value:%b %Y}"
    if row.reading in BUCKETS:
        return f"{row.reading}, {row.value:.0%}"
    return ("−" if row.value < 0 else "") + values.amount(abs(row.value))
