"""Kernel density: incidents per square kilometre around a place, nearer ones counting more.

The quartic kernel: Silverman, B. W. (1986). *Density estimation for statistics and data analysis*. Chapman & Hall,
equation 4.5; the same formula and constant as the Kernel Density tool of ArcGIS. Ratio of two densities: Bithell,
J. F. (1990). An application of density estimation to geographical epidemiology. *Statistics in Medicine*, 9, 691-701.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.parameter_limits import ParameterError, require_number

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

M2_PER_KM2 = 1e6
# Cells this many times narrower than the bandwidth waste fewer looks at incidents out of reach.
CELLS_PER_BANDWIDTH = 2
MOST_STRIPS = 2_048
# Cells are a hair wider: a quotient rounded up must not put an incident in reach into a cell out of reach.
HAIR = 1e-9
# Partial sums beside one another: so many additions need not wait for the one before.
LANES = 64
CENTRES_AT_ONCE = 2_048

DEFINED, NOTHING, TOO_LITTLE = 0, 1, 2
REASONS = {
    NOTHING: "no incidents in reach, neither above nor below",
    TOO_LITTLE: "too little below to compare with",
}


@dataclass(frozen=True, eq=False)
class KernelDensity:
    """``per_km2``, float64 (centres): incidents per square kilometre at each centre."""

    per_km2: Floats
    bandwidth_m: float


@dataclass(frozen=True, eq=False)
class DensityRatio:
    """``ratio``, float64 (centres), NaN where it is not defined; ``reason`` int8: 0, or a key of `REASONS`."""

    ratio: Floats
    reason: NDArray[np.int8]


def kernel_density(
    x_m: Floats,
    y_m: Floats,
    at_x_m: Floats,
    at_y_m: Floats,
    *,
    bandwidth_m: float,
    spacing_m: float,
    weights: Floats | None = None,
    threads: int | None = None,
) -> KernelDensity:
    """Density of incidents at ``x_m``, ``y_m`` (n) at the centres ``at_x_m``, ``at_y_m`` (m), all in metres.

    ``f(s) = sum over incidents nearer than h of w 3 / (pi h²) (1 - d² / h²)²`` with h the bandwidth, d the distance
    and w the weight (default 1; parts of an incident as they come from aoristic times). Each incident adds up to its
    weight over the plane.

    Give all incidents there are, also those outside the area: without a ring of one bandwidth around the centres,
    densities near the edge are too low; nothing is made up for them. ``spacing_m`` is the distance from one centre to
    the next: `ParameterError` where the bandwidth is smaller, for then incidents between the centres would be missed.
    The same bits on any number of ``threads`` (default: one per processor); another order of the incidents moves the
    last bits at most.

    >>> import numpy as np
    >>> one = kernel_density(np.array([50.0]), np.zeros(1), np.array([50.0, 150.0, 250.0]), np.zeros(3),
    ...                      bandwidth_m=200, spacing_m=100)
    >>> one.per_km2.round(3).tolist()
    [23.873, 13.429, 0.0]
    """
    weights = np.ones(len(x_m)) if weights is None else weights
    _refuse(x_m, weights, bandwidth_m, spacing_m)
    sums = np.zeros(len(at_x_m))
    if len(at_x_m) == 0 or len(x_m) == 0:
        return KernelDensity(sums, bandwidth_m)
    grid = _Grid(np.stack((x_m, y_m, weights)), np.stack((at_x_m, at_y_m)), float(bandwidth_m))

    def part(begin: int) -> None:
        chosen = slice(begin, begin + CENTRES_AT_ONCE)
        _sums(grid.incidents, grid.ranges(chosen), grid.centres[:, chosen], 1 / bandwidth_m**2, sums[chosen])

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        list(pool.map(part, range(0, len(sums), CENTRES_AT_ONCE)))
    return KernelDensity(sums * (M2_PER_KM2 * 3 / (math.pi * bandwidth_m**2)), bandwidth_m)


def density_ratio(above: KernelDensity, below: KernelDensity, *, at_least_per_km2: float) -> DensityRatio:
    """``above`` / ``below`` at the same centres: period by period, or incidents by inhabitants.

    Defined where ``below`` is at least ``at_least_per_km2``, which must be above 0: under it a ratio is the noise of
    a few incidents. Both need the same bandwidth, or the ratio shows the difference of the kernels
    (`ParameterError`). Periods of unequal length: weight each incident by 1 / days first.

    >>> import numpy as np
    >>> a, b = KernelDensity(np.array([6.0, 1.0, 0.0]), 300), KernelDensity(np.array([4.0, 0.5, 0.0]), 300)
    >>> found = density_ratio(a, b, at_least_per_km2=2)
    >>> found.ratio.tolist(), [REASONS.get(int(why), "") for why in found.reason]
    ([1.5, nan, nan], ['', 'too little below to compare with', 'no incidents in reach, neither above nor below'])
    """
    require_number("at_least_per_km2", at_least_per_km2, above=0)
    if above.bandwidth_m != below.bandwidth_m:
        found = f"{above.bandwidth_m:g} and {below.bandwidth_m:g}"
        raise ParameterError(f"bandwidth_m must be the same in both densities of a ratio, found {found}")
    if len(above.per_km2) != len(below.per_km2):
        found = f"{len(above.per_km2)} and {len(below.per_km2)}"
        raise ParameterError(f"both densities of a ratio must have the same centres, found {found}")
    defined = below.per_km2 >= at_least_per_km2
    ratio = np.full(len(defined), np.nan)
    np.divide(above.per_km2, below.per_km2, out=ratio, where=defined)
    nothing = (above.per_km2 == 0) & (below.per_km2 == 0)
    reason = np.where(defined, DEFINED, np.where(nothing, NOTHING, TOO_LITTLE)).astype(np.int8)
    return DensityRatio(ratio, reason)


def _refuse(x_m: Floats, weights: Floats, bandwidth_m: float, spacing_m: float) -> None:
    require_number("spacing_m", spacing_m, above=0)
    require_number("bandwidth_m", bandwidth_m, above=0)
    if bandwidth_m < spacing_m:
        limit = f"at least the {spacing_m:g} m from one centre to the next"
        raise ParameterError(f"bandwidth_m must be {limit}, found {bandwidth_m:g}")
    if weights.shape != x_m.shape:
        raise ParameterError(f"weights must have shape {x_m.shape} as the incidents have, found {weights.shape}")
    if not np.all(np.isfinite(weights) & (weights >= 0)):
        raise ParameterError("weights must be finite numbers of at least 0")


class _Grid:
    """Incidents in reach of any centre, sorted by square cells: those around a centre are a few runs of memory."""

    def __init__(self, incidents: Floats, centres: Floats, bandwidth: float) -> None:
        (x, y, _), (at_x, at_y) = incidents, centres
        low_x, low_y = float(at_x.min()) - bandwidth, float(at_y.min()) - bandwidth
        span = max(float(np.ptp(at_x)), float(np.ptp(at_y))) + 2 * bandwidth
        side = max(bandwidth / CELLS_PER_BANDWIDTH, span / MOST_STRIPS) * (1 + HAIR)
        self.reach = math.ceil(bandwidth / side)
        near = (x >= low_x) & (x <= at_x.max() + bandwidth) & (y >= low_y) & (y <= at_y.max() + bandwidth)
        self.columns = int(span / side) + 1 + 2 * self.reach

        def cells(east: Floats, north: Floats) -> Counts:
            column, row = ((values / side).astype(np.int64) for values in (east - low_x, north - low_y))
            return (row + self.reach) * self.columns + column + self.reach

        cell = cells(x[near], y[near])
        order = np.argsort(cell, kind="stable")
        self.incidents = incidents[:, near][:, order]
        self.start = np.searchsorted(cell[order], np.arange(self.columns**2 + 1))
        self.centres = centres
        self.home = cells(at_x, at_y)

    def ranges(self, chosen: slice) -> Counts:
        """First incident and the one after the last, (centres, rows of cells in reach, 2)."""
        row = np.arange(-self.reach, self.reach + 1) * self.columns
        middle = self.home[chosen, None] + row
        return np.stack((self.start[middle - self.reach], self.start[middle + self.reach + 1]), axis=2)


@compiled
def _sums(incidents: Floats, ranges: Counts, centres: Floats, per_h2: float, out: Floats) -> None:
    x, y, weight = incidents[0], incidents[1], incidents[2]
    lanes = np.empty(LANES)
    for centre in range(len(out)):
        lanes[:] = 0.0
        at_x, at_y = centres[0, centre], centres[1, centre]
        for row in range(ranges.shape[1]):
            end = ranges[centre, row, 1]
            for begin in range(ranges[centre, row, 0], end, LANES):
                stop = min(begin + LANES, end)
                _add(x[begin:stop], y[begin:stop], weight[begin:stop], (at_x, at_y, per_h2), lanes)
        total = 0.0
        for lane in range(LANES):
            total += lanes[lane]
        out[centre] = total


@compiled
def _add(x: Floats, y: Floats, weight: Floats, centre: tuple[float, float, float], lanes: Floats) -> None:
    at_x, at_y, per_h2 = centre
    for k in range(len(x)):
        dx, dy = x[k] - at_x, y[k] - at_y
        share = 1.0 - (dx * dx + dy * dy) * per_h2
        share = share if share > 0.0 else 0.0
        lanes[k] += weight[k] * (share * share)
