"""Shares along straight lines, and whole numbers in given proportions. All in integers: alike on every machine."""

from collections.abc import Sequence

import pandas as pd

WHOLE = 10**6
"""The parts that a share of 1 has."""


def whole(total: int, weights: Sequence[int]) -> list[int]:
    """`total` split in proportion to `weights` by largest remainder; of equal remainders the earlier is served first.

    Exact at any size. Raises ValueError for weights that are negative or all zero.
    """
    given = [int(weight) for weight in weights]
    if not given or min(given) < 0 or not sum(given):
        raise ValueError(f"weights {given}: wanted none below 0 and one above")
    among = sum(given)
    parts = [total * weight // among for weight in given]
    order = sorted(range(len(given)), key=lambda n: -(total * given[n] % among))
    for n in order[: total - sum(parts)]:
        parts[n] += 1
    return parts


def between(anchors: pd.DataFrame, months: pd.PeriodIndex, unit: int = WHOLE) -> pd.DataFrame:
    """Each subject's value in each month, in whole numbers of 1/unit, on straight lines between its anchors.

    anchors: subject, month (YYYY-MM), value. A subject is 0 before its first anchor and stays at its last one.
    Returns one column a subject, in the order of the table, and one row a month.
    """
    lines = {}
    for subject, rows in anchors.groupby("subject", sort=False):
        at = pd.PeriodIndex(rows["month"], freq="M")
        points = sorted(zip(at.year * 12 + at.month, (round(value * unit) for value in rows["value"]), strict=True))
        lines[subject] = [_on(points, month.year * 12 + month.month) for month in months]
    return pd.DataFrame(lines, months)


def _on(points: list[tuple[int, int]], month: int) -> int:
    before = [point for point in points if point[0] <= month]
    after = [point for point in points if point[0] > month]
    if not before or not after:
        return before[-1][1] if before else 0
    (start, low), (end, high) = before[-1], after[0]
    return low + (high - low) * (month - start) // (end - start)
