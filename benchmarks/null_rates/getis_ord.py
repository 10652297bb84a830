"""Gi and Gi*: exact and drawn conditional permutation p, by the cell and over whole maps; the normal p for contrast."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import neighbours, strewn_counts
from models.conditional_permutation import exact_conditional_p, sampled_conditional_p
from models.getis_ord import NormalTailError, gi_star
from models.multiple_testing import benjamini_hochberg
from models.random_arrangement import arrangement_p

Floats = NDArray[np.float64]
OfMap = Callable[[Floats, sparse.csr_array, np.random.Generator], Floats]
LEVEL = 0.05


def _exact(x: Floats, weights: sparse.csr_array, _: np.random.Generator) -> Floats:
    return exact_conditional_p(x, weights).p


def _drawn(x: Floats, weights: sparse.csr_array, rng: np.random.Generator) -> Floats:
    return sampled_conditional_p(x, weights, permutations=40 * len(x), rng=rng).p


def _drawn_fractions(x: Floats, weights: sparse.csr_array, rng: np.random.Generator) -> Floats:
    """A third of the incidents lie in a cell by half: their time is known to two windows."""
    halves = x - 0.5 * rng.binomial(x.astype(int), 1 / 3)
    return sampled_conditional_p(halves, weights, permutations=40 * len(x), rng=rng).p


def _arranged(x: Floats, weights: sparse.csr_array, _: np.random.Generator) -> Floats:
    return arrangement_p(x, weights).p


def _normal(x: Floats, weights: sparse.csr_array, _: np.random.Generator) -> Floats:
    try:
        return gi_star(x, weights).p
    except NormalTailError:
        return np.ones(len(x))


def _each_cell(p: OfMap, resolution: int, days: int) -> Callable[[np.random.Generator], NDArray[np.bool_]]:
    def rejects(rng: np.random.Generator) -> NDArray[np.bool_]:
        x = strewn_counts(rng, resolution, days).sum(axis=1)
        return p(x, neighbours(resolution, include_self=True), rng) <= LEVEL

    return rejects


def _any_cell(p: OfMap, resolution: int, days: int) -> Callable[[np.random.Generator], bool]:
    def rejects(rng: np.random.Generator) -> bool:
        x = strewn_counts(rng, resolution, days).sum(axis=1)
        return bool(np.any(benjamini_hochberg(p(x, neighbours(resolution, include_self=True), rng)) <= LEVEL))

    return rejects


VERSIONS: dict[str, OfMap] = {
    "Gi* exact conditional p": _exact,
    "Gi* drawn conditional p": _drawn,
    "Gi* drawn conditional p, halves": _drawn_fractions,
    "Gi* exact arrangement p": _arranged,
    "Gi* normal p where not refused": _normal,
}

CASES = [
    NullCase(f"{name} ({what})", f"{n} cells, {days} days", LEVEL, 1_000, of(p, resolution, days), at_most=True)
    for name, p in VERSIONS.items()
    for what, of in (("each cell", _each_cell), ("any on the map after FDR", _any_cell))
    for resolution, n in ((10, 63), (11, 449))
    for days in (28, 84, 364)
]
