"""An interval for a median from the ordered values alone, whatever their distribution."""

import functools
import math

import numpy as np

FEWEST = 6
"""Values below which no two of them enclose the median with a probability of 95 %."""


def median_interval(values: np.ndarray, level: float) -> tuple[float, float]:
    """The bounds that enclose the median of what the values are a random draw from, with the probability `level`.

    values: positive or 0, one dimension. The kth smallest and the kth largest value enclose the median with a
    probability that the binomial distribution gives exactly; the bounds lie between the two such pairs nearest to
    `level`, with the weights of Hettmansperger and Sheather (1986), on the scale of ratios. NaN for both where there
    are fewer than FEWEST values, or even the outermost pair does not reach `level`.
    """
    n = len(values)
    reached = _reached(n)
    inner = next((k for k, chance in enumerate(reached, 1) if chance < level), n // 2)
    if n < FEWEST or inner == 1:
        return math.nan, math.nan
    outer = inner - 1
    excess = (reached[outer - 1] - level) / (reached[outer - 1] - reached[inner - 1])
    weight = (n - outer) * excess / (outer + (n - 2 * outer) * excess)
    ordered = np.sort(values)
    low, high = (ordered[a] ** (1 - weight) * ordered[b] ** weight for a, b in ((outer - 1, outer), (-outer, -inner)))
    return float(low), float(high)


@functools.cache
def _reached(n: int) -> list[float]:
    """The probability that the kth smallest and the kth largest of n values enclose the median, for each k from 1."""
    return [1 - 2 * sum(math.comb(n, j) for j in range(k)) / 2**n for k in range(1, n // 2 + 1)]
