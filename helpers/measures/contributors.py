"""How far a total, a share or a lead is one repository's: the largest, and what is left when any one is left out."""

import itertools
from collections.abc import Sequence

import pandas as pd

from helpers.measures.adoption import By, names

BASES = {"cumulative": "downloads_cumulative", "new": "downloads"}
"""Basis of a total → its column in clean/monthly."""


def of_month(monthly: pd.DataFrame, month: pd.Timestamp) -> pd.DataFrame:
    """The downloads of one month label in two ways: model, basis (cumulative | new), downloads.

    monthly: the table clean/monthly.
    """
    rows = monthly.loc[monthly["month"] == month, ["model", *BASES.values()]].set_axis(["model", *BASES], axis=1)
    return rows.melt("model", list(BASES), var_name="basis", value_name="downloads")


def totals(table: pd.DataFrame, models: pd.DataFrame, when: str, by: By, column: str) -> pd.DataFrame:
    """Each group's total and share, its largest repository, and the ranges when any one repository is left out.

    table: `when` (a column of days or months), model, `column` (downloads; null = unknown). models: model, <by>; rows
    of other models are left out.
    Returns when, <by>, models (with a known value), total, largest_model, largest, largest_share (of the total), low
    and high (the total without any one of its models), share (of all groups at that time), share_low and share_high
    (the share without any one model of any group). Shares of nothing are null.
    """
    keys = [when, *names(by)]
    rows = table.merge(models[["model", *names(by)]], on="model").dropna(subset=[column])
    rows = rows.sort_values([column, "model"], ascending=[False, True])
    grouped = rows.groupby(keys)[column]
    found = grouped.agg(models="size", total="sum", least="min").join(
        rows.drop_duplicates(keys).set_index(keys)[["model", column]].set_axis(["largest_model", "largest"], axis=1)
    )
    found = found.reset_index()
    found["largest_share"] = found["largest"] / found["total"]
    found["low"], found["high"] = found["total"] - found["largest"], found["total"] - found["least"]
    at = found.groupby(when)
    every = at["total"].transform("sum")
    elsewhere = _largest_of_the_others(found, when)
    found["share"] = found["total"] / every
    found["share_low"] = found["low"] / (every - found["largest"])
    found["share_high"] = found["total"] / (every - elsewhere)
    return found.drop(columns="least")


def _largest_of_the_others(found: pd.DataFrame, when: str) -> pd.Series:
    """The largest repository outside each group at the same time; 0 where there is no other group."""
    ranked = found.sort_values("largest", ascending=False).groupby(when)["largest"]
    first, second = ranked.nth(0), ranked.nth(1)
    at = found[when]
    top = at.map(dict(zip(at[first.index], first, strict=True))).astype(float)
    next_ = at.map(dict(zip(at[second.index], second, strict=True))).astype(float).fillna(0)
    return top.where(~found.index.isin(first.index), next_)


def leads(found: pd.DataFrame, when: str, by: str, one: str, other: str) -> pd.DataFrame:
    """How far one group is above another, and whether it still is when any one repository is left out.

    found: from `totals`. Returns when, gap (below 0: behind), low and high (the gap without any one repository), stays
    (whether the sign is the same in all cases), hangs_on (the repository without which it is not; null if it stays).
    Times at which one of the two is unknown are left out.
    """
    known = found.dropna(subset="total")
    sides = [known[known[by] == group].set_index(when) for group in (one, other)]
    both = sides[0].join(sides[1], how="inner", suffixes=("_one", "_other"))
    gap = both["total_one"] - both["total_other"]
    low, high = gap - both["largest_one"], gap + both["largest_other"]
    stays = (low > 0) | (high < 0)
    carries = both["largest_model_one"].where(gap > 0, both["largest_model_other"]).where(~stays, None)
    table = pd.DataFrame({"gap": gap, "low": low, "high": high, "stays": stays, "hangs_on": carries})
    return table.reset_index()


def pairwise(found: pd.DataFrame, organisations: Sequence[str]) -> pd.DataFrame:
    """`leads` of each of some organisations over each other one: basis, one, other, gap, low, high, stays, hangs_on."""
    pairs = itertools.permutations(organisations, 2)
    rows = [leads(found, "basis", "organisation", *pair).assign(one=pair[0], other=pair[1]) for pair in pairs]
    return pd.concat(rows, ignore_index=True)
