"""Conditional permutation: a cell's value is held, the other n - 1 are arranged at random over the other cells.

The p of Gi, Gi* and local Moran that needs no normal tail: Anselin, L. (1995). Local indicators of spatial
association - LISA. *Geographical Analysis*, 27(2), 93-115.

What varies is the sum of the k neighbours, k values drawn without replacement from the others. A cell's own value is
held, so that Gi and Gi* have the same p, and a lone high cell is no evidence for itself (`models.hot_cells` finds it).

Whole counts have an exact distribution of that sum (`models.draw_sums`): milliseconds for thousands of cells, and no
Monte Carlo error. `conditional_p` takes it wherever it can; random permutations serve the rest, which are fractions of
any kind, and counts too large for the exact distribution.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.draw_sums import at_least_and_at_most, distributions_without_one, fits, whole_units
from models.getis_ord import refuse
from models.parameter_limits import require_whole

Number = TypeVar("Number", np.float64, np.int64)
Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

FEWEST_PERMUTATIONS, MOST_PERMUTATIONS = 9_999, 999_999
# Sums of fractions that should be equal differ in their last digits: nearer than this share of the largest is a tie.
TIE = 1e-9


@dataclass(frozen=True)
class PermutationP:
    """One-sided p, float64 (n), both tails holding the observed sum; ``permutations`` 0 for exact p.

    H0: the values are arranged at random over the cells, as the function that made this says. ``empty`` marks cells
    whose whole neighbourhood is zero: of them nothing is claimed, their p are 1.
    """

    at_least: Floats
    at_most: Floats
    empty: NDArray[np.bool_]
    permutations: int

    @cached_property
    def p(self) -> Floats:
        """Two-tailed p (n): twice the smaller tail, at most 1."""
        return np.where(self.empty, 1.0, np.minimum(1.0, 2 * np.minimum(self.at_least, self.at_most)))

    @property
    def method(self) -> str:
        """How p was found, in words."""
        return f"{self.permutations:,} random permutations" if self.permutations else "exact permutation"


def conditional_p(x: Floats, weights: sparse.csr_array, *, rng: np.random.Generator) -> PermutationP:
    """`exact_conditional_p` where ``x`` are whole counts small enough for it, otherwise `sampled_conditional_p`.

    The smallest two-tailed p of P permutations is 2 / (P + 1). So that a single one of n cells could pass
    Benjamini-Hochberg at 0.05, there are 40 n permutations, but no fewer than 9,999 and no more than 999,999.
    """
    if np.all(x >= 0) and np.array_equal(x, np.rint(x)) and fits(x.astype(np.int64), _most(weights), left_out=True):
        return exact_conditional_p(x, weights)
    permutations = min(max(40 * len(x), FEWEST_PERMUTATIONS), MOST_PERMUTATIONS)
    return sampled_conditional_p(x, weights, permutations=permutations, rng=rng)


def exact_conditional_p(x: Floats, weights: sparse.csr_array, *, unit: float = 1.0) -> PermutationP:
    """Exact p of each neighbourhood's sum of ``x`` (n, whole multiples of ``unit``, none negative).

    ``weights`` (n, n) are binary, the diagonal all ones (Gi*) or all zeros (Gi, local Moran). H0: given its own value,
    the other n - 1 values are arranged at random over the other cells. A cell without neighbours has p = 1.

    Fractional counts are refused unless they are multiples of ``unit``. A permutation test of rounded values is exact
    for the rounded values, so ``np.round(x / unit) * unit`` is a fair way in.

    Raises `ParameterError`, and `SumsTooLargeError` where `sampled_conditional_p` is the way.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> line = sparse.csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0.0]]))
    >>> exact_conditional_p(np.array([4.0, 3, 0, 1]), line).at_least.round(3).tolist()
    [0.333, 0.667, 1.0, 1.0]
    """
    refuse(x, weights)
    values = whole_units(x, unit)
    sums, size = _neighbour_sums(values, weights)
    at_least, at_most = np.ones(len(x)), np.ones(len(x))
    for value, chances in distributions_without_one(values, _most(weights)):
        cells = np.flatnonzero(values == value)
        upper, lower = at_least_and_at_most(chances)
        at_least[cells] = upper[size[cells], sums[cells]]
        at_most[cells] = lower[size[cells], sums[cells]]
    return PermutationP(at_least, at_most, _empty(x, weights), permutations=0)


def sampled_conditional_p(
    x: Floats, weights: sparse.csr_array, *, permutations: int, rng: np.random.Generator
) -> PermutationP:
    """Monte Carlo p of each neighbourhood's sum of ``x`` (n, any numbers): ``(count + 1) / (permutations + 1)``.

    ``weights`` and H0 as in `exact_conditional_p`. All cells share the draws, so that their p are dependent beyond
    what their neighbourhoods share; each alone is exactly valid. With 999 permutations no p is below 0.002, and no
    single cell of hundreds survives a false discovery rate: take 40 for each cell, as `conditional_p` does.

    One draw is an ordered set of k + 1 cells: a cell takes the first k, or, where it stands among them itself, the
    last in its own place. So the draws are summed and sorted once for each k, tails are found by bisection, and only
    the few draws that hold the cell are corrected.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> line = sparse.csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0.0]]))
    >>> drawn = sampled_conditional_p(np.array([4, 3, 0, 1.0]), line, permutations=9_999, rng=np.random.default_rng(1))
    >>> drawn.at_least.round(1).tolist()
    [0.3, 0.7, 1.0, 1.0]
    """
    require_whole("permutations", permutations, at_least=1)
    refuse(x, weights)
    n, most = len(x), _most(weights)
    sums, size = _neighbour_sums(x, weights)
    tie = 0.0 if np.array_equal(x, np.rint(x)) else TIE * float(np.abs(x).max(initial=0.0))
    draws = distinct_draws(rng, n, min(most + 1, n), permutations)
    drawn = np.cumsum(x[draws], axis=1)
    at_least = np.full(n, permutations)
    at_most = np.full(n, permutations)
    for k in np.unique(size[size > 0]).tolist():
        cells = np.flatnonzero(size == k)
        ordered = np.sort(drawn[:, k - 1])
        at_least[cells] -= np.searchsorted(ordered, sums[cells] - tie, side="left")
        at_most[cells] = np.searchsorted(ordered, sums[cells] + tie, side="right")
        cell, stood, stands = _own_draws(x, draws, drawn, size, k)
        high, low = sums[cell] - tie, sums[cell] + tie
        np.add.at(at_least, cell, (stands >= high).astype(int) - (stood >= high))
        np.add.at(at_most, cell, (stands <= low).astype(int) - (stood <= low))
    of = permutations + 1
    return PermutationP((at_least + 1) / of, (at_most + 1) / of, _empty(x, weights), permutations)


def distinct_draws(rng: np.random.Generator, n: int, size: int, draws: int) -> Positions:
    """``draws`` ordered samples of ``size`` distinct positions below ``n``, shape (draws, size), all equally likely."""
    found = np.empty((size, draws), dtype=np.intp)
    ordered = np.empty((0, draws), dtype=np.intp)
    for j in range(size):
        # The position among those not yet taken: passing each taken one on the way up moves it on by one.
        position = rng.integers(0, n - j, draws)
        for taken in ordered:
            position += position >= taken
        found[j] = position
        ordered = np.sort(np.vstack([ordered, position]), axis=0)
    return found.T


def _own_draws(x: Floats, draws: Positions, drawn: Floats, size: Positions, k: int) -> tuple[Positions, Floats, Floats]:
    """Each cell with k neighbours that stands in a draw's first k: the cell, the sum with it, the sum without it."""
    row, place = np.nonzero(size[draws[:, :k]] == k)
    cell = draws[row, place]
    stood = drawn[row, k - 1]
    # A neighbourhood of all other cells has no further cell to take: only then is the draw as long as n.
    return cell, stood, stood - x[cell] + x[draws[row, k]]


def _neighbour_sums(x: NDArray[Number], weights: sparse.csr_array) -> tuple[NDArray[Number], Positions]:
    """Sum over each cell's neighbours, and how many they are."""
    own = weights.diagonal().astype(x.dtype)
    sums = np.asarray(weights.astype(x.dtype) @ x - own * x, dtype=x.dtype)
    return sums, np.asarray(np.diff(weights.indptr) - own, dtype=np.intp)


def _most(weights: sparse.csr_array) -> int:
    """The most neighbours that a cell has."""
    if weights.shape[0] == 0:
        return 0
    return int(np.max(np.diff(weights.indptr))) - int(weights.diagonal()[0])


def _empty(x: Floats, weights: sparse.csr_array) -> NDArray[np.bool_]:
    return np.asarray(weights @ np.abs(x) == 0, dtype=np.bool_)
