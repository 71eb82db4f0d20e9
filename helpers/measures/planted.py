"""What outlier rules do to histories whose truth is known because it was planted, and not by a rule of ours.

A series is a steady level with a weekly rhythm and noise, in which one thing happens, of graded size: something genuine
(a launch, a plateau), of which a rule should take nothing, or something that is not (a bot's day, its weeks), of which
it should leave nothing. None is shaped after what a rule looks for.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from helpers.measures import fences, outliers

SIZES = (2, 3, 4, 6, 8, 12, 16)
"""Of what happens, in times of the usual day."""
SERIES = 12
"""Series of each kind and size."""
DAYS, END = 400, 360
"""Days of a series; those of its filtered part. What is counted after it is left as it is."""
LEVEL, NOISE, WEEKEND = 2_000, 0.15, 0.8
"""Downloads of a usual day, the spread of days (of their logarithm), and weekends in parts of it."""

Curve = Callable[[np.ndarray, int], np.ndarray]
Rule = Callable[[pd.DataFrame], pd.DataFrame]


def _from(day: int, shape: Curve, days: int = DAYS) -> Curve:
    """A shape of days since `day`, for so many days; usual days before and after."""
    return lambda x, size: np.where((x >= day) & (x < day + days), shape(x - day, size), 1.0)


GENUINE: Mapping[str, Curve] = {
    "launch": _from(60, lambda x, size: 1 + (size - 1) * np.exp(-x / 5), 20),
    "release": _from(0, lambda x, size: 1 + (size - 1) * np.exp(-x / 5), 20),
    "fade": _from(60, lambda x, size: 1 + (size - 1) * np.exp(-x / 60), 180),
    "plateau": _from(END - 10, lambda x, size: np.full_like(x, size, dtype=float)),
    "step": _from(200, lambda x, size: np.full_like(x, size, dtype=float)),
    "rhythm": _from(0, lambda x, size: np.where(x % 7 == 2, size, 1.0)),
    "holiday": _from(150, lambda x, size: np.where(x < 14, 1 / size, 1.0), 28),
}
"""Kind → the usual day times this. launch: decays by a factor e in five days; release: the same from the first day of
all; fade: in two months; plateau: the last ten days of the filtered part, and on; step: for good; rhythm: one busy day
a week; holiday: two quiet weeks, and the two after them."""
SPURIOUS: Mapping[str, Curve] = {
    "spike": _from(200, lambda x, size: np.full_like(x, size, dtype=float), 1),
    "weeks": _from(200, lambda x, size: np.full_like(x, size, dtype=float), 21),
    "late": _from(END - 10, lambda x, size: np.full_like(x, size, dtype=float), 20),
    "after": _from(END + 10, lambda x, size: np.full_like(x, size, dtype=float), 1),
}
"""spike: one day; weeks: a bot's three weeks; late: twenty days, of which ten are the last of the filtered part;
after: one day after the filtered part."""


def series(seed: int) -> pd.DataFrame:
    """Planted histories: date, model, kind, size, downloads, downloads_true, inside (day on which it happens).

    downloads_true: what a rule should keep: what is counted, less what is spurious. Depends on the seed alone.
    """
    chance, x = np.random.default_rng(seed), np.arange(DAYS)
    dates = pd.date_range("2024-01-01", periods=DAYS, unit="us")
    week = np.where(dates.day_of_week >= 5, WEEKEND, 1.0)
    parts = []
    for kind, curve in {**GENUINE, **SPURIOUS}.items():
        for size in SIZES:
            times = curve(x, size)
            usual = LEVEL * week * np.exp(chance.normal(0, NOISE, (SERIES, DAYS)))
            counted = np.rint(usual * times)
            true = counted if kind in GENUINE else np.rint(usual)
            inside = (curve(x, 1_000) != 1.0) | ((kind == "holiday") & (x >= 150) & (x < 178))
            names = [f"{kind}/{size}-{number:02}" for number in range(SERIES)]
            part = pd.DataFrame({"date": np.tile(dates, SERIES), "model": np.repeat(names, DAYS)})
            parts.append(part.assign(kind=kind, size=size, downloads=counted.ravel(), downloads_true=true.ravel(),
                                     inside=np.tile(inside, SERIES)))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def rules(multiplier: float | None, window_days: int, rule: outliers.Rule) -> dict[str, Rule]:
    """The edition's rule (window), and two simpler ones beside it: plain, clip (see helpers.measures.fences)."""
    return {
        "window": lambda past: outliers.filter_outliers(past, multiplier, window_days, rule),
        "plain": fences.plain,
        "clip": lambda past: fences.plain(past, clip=True),
    }


def errors(planted: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """What each rule takes of what is genuine and leaves of what is not, by kind and size.

    planted: from `series`. rules: name → a history through END to what it keeps: date, model, downloads.
    Returns kind, size, rule, genuine, share (0 to 1, on the days on which it happens: of genuine downloads those
    removed, of spurious ones those left).
    """
    early = planted["date"] < planted["date"].min() + pd.Timedelta(days=END)
    found = []
    for name, rule in rules.items():
        kept = rule(planted.loc[early, ["date", "model", "downloads"]])
        kept = kept.set_index(["date", "model"])["downloads"].rename("kept")
        both = planted.join(kept, on=["date", "model"])
        both["kept"] = both["kept"].fillna(both["downloads"])  # what is counted later, no rule touches
        both = both[both["inside"] & (early | (both["kind"] == "after"))]
        genuine, lost = both["kind"].isin(GENUINE), both["downloads_true"] - both["kept"]
        wrong = lost.where(genuine, -lost).clip(lower=0)
        whole = both["downloads_true"].where(genuine, both["downloads"] - both["downloads_true"])
        sums = pd.DataFrame({"wrong": wrong, "whole": whole}).groupby([both["kind"], both["size"]]).sum()
        found.append((sums["wrong"] / sums["whole"]).rename("share").reset_index().assign(rule=name))
    table = pd.concat(found, ignore_index=True)
    return table.assign(genuine=table["kind"].isin(GENUINE))[["kind", "size", "rule", "genuine", "share"]]
