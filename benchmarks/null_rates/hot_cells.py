"""Hot cells: the share of null maps on which even one cell is called hot."""

import numpy as np

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import neighbours, strewn_counts
from models.hot_cells import hot_cells


def _any_hot(resolution: int, days: int):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        counts = strewn_counts(rng, resolution, days).sum(axis=1, keepdims=True)
        return bool(hot_cells(counts, neighbours(resolution, include_self=True), level=0.05).hot.any())

    return rejects


CASES = [
    NullCase(
        "Hot cells (any on the map)", f"{n} cells, {days} days", 0.05, 2_000, _any_hot(resolution, days), at_most=True
    )
    for resolution, n in ((10, 63), (11, 449))
    for days in (28, 84, 364)
]
