"""P-value of a weighted displacement difference at small counts.

Where all incidents weigh the same, those that speak for a rise and those that speak for a fall are two Poisson
counts with equal rates under H0: given their sum the exact binomial test decides (Przyborowski, J. & Wilenski, H.
1940, *Biometrika*, 31, 313-323). With unequal weights no exact test is known; tables are drawn from the rates that
are the most likely ones under H0 and the studentised difference is ranked among theirs, p twice the smaller tail (after
the E-test of Krishnamoorthy, K. & Thomson, J. 2004, *Journal of Statistical Planning and Inference*, 119, 23-35, here
for any number of weighted counts).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.parameter_limits import require_whole
from models.rate_ratio import count_tails
from models.wdd import WeightedCounts

Floats = NDArray[np.float64]

HALVINGS = 80


@dataclass(frozen=True)
class SmallCountP:
    """H0 of the two-sided ``p``: the true difference is zero. ``exact`` or else drawn, with a resolution of
    1 / (draws + 1)."""

    p: float
    exact: bool


def small_count_p(cells: WeightedCounts, rng: np.random.Generator, *, draws: int = 9_999) -> SmallCountP:
    """Exact where all weights are of one size, drawn where they are not.

    >>> cells = WeightedCounts.of((7, 0), (4, 5))
    >>> found = small_count_p(cells, np.random.default_rng(1))
    >>> round(found.p, 4), found.exact
    (0.0768, True)
    """
    require_whole("draws", draws, at_least=99)
    counts, weights = np.array(cells.counts, dtype=np.float64), np.array(cells.weights, dtype=np.float64)
    counts, weights = counts[weights != 0], weights[weights != 0]
    size = np.abs(weights)
    if size.size == 0 or np.ptp(size) <= 1e-12 * size.max():
        return SmallCountP(_exact(counts, weights), exact=True)
    return SmallCountP(_drawn(counts, weights, rng, draws), exact=False)


def rates_without_difference(counts: Floats, weights: Floats) -> Floats:
    """The most likely Poisson rates, float64 (n), with ``sum weights rates = 0``.

    ``n_i / (1 + a w_i)`` with the one a at which the sum is 0 (Lagrange). Where a side has no incidents at all, a
    runs to its limit and the cells of the largest weight of that side take up what is missing.
    """
    if not counts @ np.abs(weights) or weights.min() >= 0 or weights.max() <= 0:
        return np.where(weights == 0, counts, 0.0)
    low, high = -1 / weights.max(), -1 / weights.min()
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _balance(counts, weights, middle) > 0:
            low = middle
        else:
            high = middle
    rates = _shrunk(counts, weights, (low + high) / 2)
    missing = float(rates @ weights)
    side = weights.min() if missing > 0 else weights.max()
    at_limit = (weights == side) & (counts == 0)
    if at_limit.any():
        rates[at_limit] = max(-missing / side / at_limit.sum(), 0.0)
    return rates


def _shrunk(counts: Floats, weights: Floats, a: float) -> Floats:
    return np.divide(counts, 1 + a * weights, out=np.zeros_like(counts), where=counts > 0)


def _balance(counts: Floats, weights: Floats, a: float) -> float:
    return float(_shrunk(counts, weights, a) @ weights)


def _exact(counts: Floats, weights: Floats) -> float:
    up, down = (np.array([counts[side].sum()]) for side in (weights > 0, weights < 0))
    tails = count_tails(down, up, 1.0)
    return min(1.0, 2 * min(float(tail[0]) for tail in tails))


def _drawn(counts: Floats, weights: Floats, rng: np.random.Generator, draws: int) -> float:
    drawn = rng.poisson(rates_without_difference(counts, weights), (draws, len(counts))).astype(np.float64)
    found, others = _studentised(counts[None, :], weights)[0], _studentised(drawn, weights)
    # Skewed where one side is a few heavy incidents: ranked by size alone, it differed in 6.2 % instead of 5 %.
    rarer = min(np.count_nonzero(others >= found - 1e-9), np.count_nonzero(others <= found + 1e-9))
    return float(min(1.0, 2 * (rarer + 1) / (draws + 1)))


def _studentised(counts: Floats, weights: Floats) -> Floats:
    error = np.sqrt(counts @ weights**2)
    z: Floats = np.divide(counts @ weights, error, out=np.zeros(len(counts)), where=error > 0)
    return z
