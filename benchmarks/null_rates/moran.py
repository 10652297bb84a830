"""Moran's I over the map, and local Moran: cells claimed as like their neighbours or unlike them."""

from collections.abc import Callable

import numpy as np

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import neighbours, strewn_counts
from models.conditional_permutation import exact_conditional_p
from models.local_moran import claimed_quadrants, local_moran
from models.moran import moran, moran_permutation, row_standardised
from models.multiple_testing import benjamini_hochberg

LEVEL = 0.05
Rejects = Callable[[np.random.Generator], bool]


def _normal(resolution: int, days: int) -> Rejects:
    def rejects(rng: np.random.Generator) -> bool:
        return moran(strewn_counts(rng, resolution, days).sum(axis=1), _weights(resolution)).p_normal <= LEVEL

    return rejects


def _randomised(resolution: int, days: int) -> Rejects:
    def rejects(rng: np.random.Generator) -> bool:
        return moran(strewn_counts(rng, resolution, days).sum(axis=1), _weights(resolution)).p_randomised <= LEVEL

    return rejects


def _permutation(resolution: int, days: int) -> Rejects:
    def rejects(rng: np.random.Generator) -> bool:
        x = strewn_counts(rng, resolution, days).sum(axis=1)
        return moran_permutation(x, _weights(resolution), permutations=199, rng=rng).p <= LEVEL

    return rejects


def _any_claim(resolution: int, days: int) -> Rejects:
    def rejects(rng: np.random.Generator) -> bool:
        x = strewn_counts(rng, resolution, days).sum(axis=1)
        near = neighbours(resolution, include_self=False)
        q = benjamini_hochberg(exact_conditional_p(x, near).p)
        expected = np.full(len(x), x.mean())
        return bool(np.any(claimed_quadrants(local_moran(x, near).quadrant, q, expected, level=LEVEL) != ""))

    return rejects


def _weights(resolution: int):  # type: ignore[no-untyped-def]
    return row_standardised(neighbours(resolution, include_self=False))


CASES = [
    NullCase(name, f"{n} cells, {days} days", LEVEL, trials, of(resolution, days), at_most=at_most)
    for name, of, trials, at_most in (
        ("Moran's I, normality", _normal, 4_000, False),
        ("Moran's I, randomisation", _randomised, 4_000, False),
        ("Moran's I, permutation", _permutation, 1_000, False),
        ("Local Moran (any claim on the map)", _any_claim, 1_000, True),
    )
    for resolution, n in ((10, 63), (11, 449))
    for days in (28, 84, 364)
]
