"""More than an even spread gives: an exact test that holds its level at the smallest counts.

Gi* refers a neighbourhood's sum to a normal distribution. With a few incidents per cell that sum is skewed, and
over hundreds of cells the normal tail calls chance hot: at 0.35 incidents per cell, 400 points strewn evenly
over 1,133 cells gave a "hot" cell in more than half of simulated maps. The sum's own distribution under an even
spread is binomial, and needs no approximation.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import betainc

Floats = NDArray[np.float64]


def even_spread_p(x: Floats, weights: sparse.csr_array) -> Floats:
    """Two-sided p (n) of each neighbourhood's sum of the counts ``x`` (n); binary ``weights`` (n, n) with self.

    H0: every incident fell into any of the n cells with equal chance, so that a neighbourhood of W cells holds
    Bin(N, W / n) of the N incidents. Twice the smaller tail, both of which hold the observed sum. Tails are
    incomplete beta functions, which also take the fractional counts of uncertain times.

    >>> from scipy import sparse
    >>> apart = sparse.eye_array(4, format="csr")
    >>> even_spread_p(np.array([3.0, 0, 0, 0]), apart).round(4).tolist()
    [0.0312, 0.8438, 0.8438, 0.8438]
    """
    n, total = len(x), float(x.sum())
    share = np.asarray(weights.sum(axis=1), dtype=np.float64) / n
    return binomial_p(np.asarray(weights @ x, dtype=np.float64), total, share)


def binomial_p(inside: Floats, total: float, share: Floats) -> Floats:
    """Two-sided p of counts ``inside``, of ``total`` incidents that each fell there with chance ``share``.

    Both of one shape; twice the smaller tail, both of which hold the observed count; fractional counts as above.
    """
    # A sum of millionths that should be whole may be off in the last digit: one step must not tip a tail.
    inside = np.clip(np.round(inside, 6), 0, round(total, 6))
    outside = np.maximum(round(total, 6) - inside, 0)
    at_least = np.where(inside > 0, betainc(np.maximum(inside, 1e-300), outside + 1, share), 1.0)
    at_most = np.where(outside > 0, betainc(np.maximum(outside, 1e-300), inside + 1, 1 - share), 1.0)
    p: Floats = np.minimum(1.0, 2 * np.minimum(at_least, at_most))
    return p
