"""Emerging hot spots: how often a null map has any class at all, and a cell a trend; and Esri's own rules beside.

Clusters make no claim; `models.cluster_chance` says how many of them chance makes.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import neighbours, strewn_counts
from models.emerging_hot_spots import emerging_classes, emerging_hot_spots, space_time_gi_star
from models.mann_kendall import mann_kendall_z
from models.multiple_testing import benjamini_hochberg

WEEKS = 52
Floats = NDArray[np.float64]
Judge = Callable[[np.random.Generator], bool | NDArray[np.bool_]]


def _weeks(rng: np.random.Generator, resolution: int, per_day: float) -> Floats:
    return strewn_counts(rng, resolution, WEEKS * 7, per_day).reshape(-1, WEEKS, 7).sum(axis=2)


def _any_class(resolution: int, per_day: float) -> Judge:
    def rejects(rng: np.random.Generator) -> bool:
        counts = _weeks(rng, resolution, per_day)
        return bool(emerging_hot_spots(counts, neighbours(resolution, include_self=True)).side.any())

    return rejects


def _trends(resolution: int, per_day: float) -> Judge:
    def rejects(rng: np.random.Generator) -> NDArray[np.bool_]:
        counts = _weeks(rng, resolution, per_day)
        found: NDArray[np.bool_] = emerging_hot_spots(counts, neighbours(resolution, include_self=True)).trend_p <= 0.1
        return found

    return rejects


def _esri(resolution: int, *, adjusted: bool) -> Judge:
    """Gi*'s normal p alone: each cell's class without adjustment, or any class on the map with it."""

    def rejects(rng: np.random.Generator) -> bool | NDArray[np.bool_]:
        star = space_time_gi_star(_weeks(rng, resolution, 2.0), neighbours(resolution, include_self=True), bins_back=1)
        significant = (benjamini_hochberg(star.p) if adjusted else star.p) <= 0.1
        no_trend = np.zeros(len(star.z), dtype=np.int8)
        _, side = emerging_classes(significant & (star.z > 0), significant & (star.z < 0), no_trend)
        return bool(side.any()) if adjusted else side != 0

    return rejects


def _overlapping_trends(resolution: int) -> Judge:
    def rejects(rng: np.random.Generator) -> NDArray[np.bool_]:
        star = space_time_gi_star(_weeks(rng, resolution, 2.0), neighbours(resolution, include_self=True), bins_back=1)
        found: NDArray[np.bool_] = 2 * ndtr(-np.abs(mann_kendall_z(star.z))) <= 0.1
        return found

    return rejects


def _setting(cells: int, per_day: float) -> str:
    return f"{cells} cells, {WEEKS} weeks, {per_day:g} a day"


CASES = [
    *(
        NullCase(
            "Emerging hot spots (any class on the map)",
            _setting(cells, per_day),
            0.1,
            1_000,
            _any_class(resolution, per_day),
            at_most=True,
        )
        for resolution, cells in ((10, 63), (11, 449))
        for per_day in (2.0, 20.0)
    ),
    *(
        NullCase(
            "Emerging hot spots (a cell's trend)",
            _setting(cells, 2.0),
            0.1,
            400,
            _trends(resolution, 2.0),
            at_most=True,
        )
        for resolution, cells in ((10, 63), (11, 449))
    ),
    *(
        NullCase(f"Emerging by Esri's rules ({what})", _setting(cells, 2.0), 0.1, 400, judge, not_used=why)
        for resolution, cells in ((10, 63), (11, 449))
        for what, judge, why in (
            ("a cell's class, p < 0.1", _esri(resolution, adjusted=False), "no adjustment for so many bins"),
            ("any class, FDR", _esri(resolution, adjusted=True), "the normal tail; one false bin makes a class"),
            ("a cell's trend", _overlapping_trends(resolution), "bins that overlap trend by themselves"),
        )
    ),
]
