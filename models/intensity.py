"""Expected intensity: how many incidents to expect in each cell, shift and category of one day.

Discounted history: days count less the older they are (exponential smoothing; Brown, R. G. 1959, *Statistical
Forecasting for Inventory Control*), with a little smoothing over the ring of neighbours and a factor for the
weekday that is shrunk towards 1 where there is little history. Where a category's incidents lie in a shift is known
from few of them, so their distribution over the cells is drawn towards that of the category in all shifts, that towards
all incidents', and that towards an even spread: posterior means of a multinomial with a Dirichlet prior, level by level
(Gelman et al. 2013, *Bayesian Data Analysis*, 3rd ed., ch. 5).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.parameter_limits import ParameterError, require_number

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]
WEEK = 7


@dataclass(frozen=True)
class IntensityParameters:
    """``half_life_days``: age at which a day counts half. ``ring_share``: share of a cell's rate that may come
    from its ring. ``weekday_shrinkage``: incidents of prior evidence that a weekday is like any other.
    ``cell_shrinkage``: discounted incidents of prior evidence that cells are as on the level above."""

    half_life_days: float = 120.0
    ring_share: float = 0.25
    weekday_shrinkage: float = 28.0
    cell_shrinkage: float = 100.0

    def __post_init__(self) -> None:
        require_number("half_life_days", self.half_life_days, above=0)
        require_number("ring_share", self.ring_share, at_least=0)
        if self.ring_share >= 1:
            raise ParameterError(f"ring_share must be less than 1, found {self.ring_share!r}")
        require_number("weekday_shrinkage", self.weekday_shrinkage, at_least=0)
        require_number("cell_shrinkage", self.cell_shrinkage, at_least=0)


def expected_intensity(
    cell: Integers,
    day: Integers,
    shift: Integers,
    category: Integers,
    count: Floats,
    *,
    n_cells: int,
    n_shifts: int,
    n_categories: int,
    ring: sparse.csr_array,
    first_day: int,
    as_of_day: int,
    target_day: int,
    parameters: IntensityParameters,
) -> Floats:
    """Expected incidents on ``target_day``, float64 (n_cells, n_shifts, n_categories).

    The five columns are panel rows of equal length: ``cell`` is a position below ``n_cells``, days are days
    since 1970-01-01, ``count`` incidents (fractional). Only rows of the history [first_day, as_of_day) count.
    With discount d = 2^(-age / half_life_days), the rate of a shift and category is ``sum(d count) / sum(d)`` per
    day, summed over cells, which is unbiased for a constant level; `spread` says how it lies over the cells. ``ring``
    (n_cells, n_cells) is the binary adjacency without the cell itself.
    The weekday factor of each shift has mean 1 over the week. Days near the as-of lack what is not reported
    yet; against a half-life of months that loss is small, and it is not made up for here.

    Raises `ParameterError` for an empty history or a ring of the wrong shape, `ValueError` for a row outside
    the table.
    """
    if as_of_day <= first_day:
        raise ParameterError(f"as_of_day must be later than first_day {first_day}, found {as_of_day}")
    if ring.shape != (n_cells, n_cells):
        raise ParameterError(f"ring must have shape ({n_cells}, {n_cells}), found {ring.shape}")
    inside = (day >= first_day) & (day < as_of_day)
    weighted = count[inside] * _discount(as_of_day - day[inside], parameters.half_life_days)
    shape = (n_cells, n_shifts, n_categories)
    total = _sums((cell[inside], shift[inside], category[inside]), weighted, shape)
    history = np.arange(first_day, as_of_day)
    exposure = _discount(as_of_day - history, parameters.half_life_days)
    rate = spread(total, ring, parameters) / exposure.sum()
    seen = _sums((weekday(day[inside]), shift[inside]), weighted, (WEEK, n_shifts))
    days_seen = _sums((weekday(history),), exposure, (WEEK,))
    factor = weekday_factor(seen, days_seen, parameters.weekday_shrinkage)
    found: Floats = rate * factor[weekday(np.array(target_day)), :, None]
    return found


def spread(total: Floats, ring: sparse.csr_array, parameters: IntensityParameters) -> Floats:
    """Discounted counts ``total`` (cells, shifts, categories), smoothed over the ring and shrunk from level to level.

    The sum over the cells is kept for each shift and category.
    """
    n_cells = len(total)
    counts = smoothed(total.reshape(n_cells, -1), ring, parameters.ring_share).reshape(total.shape)
    even = np.full((n_cells, 1), 1 / n_cells)
    m = parameters.cell_shrinkage
    of_all = _shares(counts.sum(axis=(1, 2))[:, None], even, m)
    of_category = _shares(counts.sum(axis=1), of_all, m)
    of_shift = _shares(counts, of_category[:, None, :], m)
    found: Floats = of_shift * counts.sum(axis=0)
    return found


def _shares(counts: Floats, prior: Floats, m: float) -> Floats:
    """Each cell's share of the ``counts`` (cells first) with ``m`` incidents spread as ``prior``, which sums to 1."""
    weight = counts.sum(axis=0) + m
    shares: Floats = np.broadcast_to(prior, counts.shape).copy()
    np.divide(counts + m * prior, weight, out=shares, where=weight > 0)
    return shares


def smoothed(rate: Floats, ring: sparse.csr_array, share: float) -> Floats:
    """``rate`` (n, k) with each cell moved towards its ring: ``r_i + (share / d) sum_j ring_ij (r_j - r_i)``.

    d is the largest number of neighbours any cell has. Where all have d, this is ``(1 - share)`` of the cell
    plus ``share`` of the mean of its ring. At the edge of the map a cell exchanges less, so that the total is
    kept and an even surface stays even; a cell without neighbours keeps its own.
    """
    degree = np.asarray(ring.sum(axis=1), dtype=np.float64)
    most = degree.max(initial=0.0)
    if most == 0:
        return rate
    flow: Floats = ring @ rate - degree[:, None] * rate
    moved: Floats = rate + share / most * flow
    return moved


def weekday_factor(seen: Floats, days_seen: Floats, shrinkage: float) -> Floats:
    """Factor per weekday and shift (7, S) with mean 1 over the week, Monday first.

    ``seen`` (7, S) discounted incidents and ``days_seen`` (7) discounted days: ``(seen + shrinkage) / (evenly
    spread + shrinkage)``, then divided by its mean.
    """
    even = np.outer(days_seen / days_seen.sum(), seen.sum(axis=0))
    prior = even + shrinkage
    factor = np.divide(seen + shrinkage, prior, out=np.ones_like(prior), where=prior > 0)
    adjusted: Floats = factor / factor.mean(axis=0)
    return adjusted


def weekday(day: Integers) -> Integers:
    """Weekday of days since 1970-01-01 (a Thursday): Monday is 0."""
    return (day + 3) % WEEK


def _discount(age_days: Integers, half_life_days: float) -> Floats:
    return np.exp2(-age_days / half_life_days)


def _sums(key: tuple[Integers, ...], weight: Floats, shape: tuple[int, ...]) -> Floats:
    """Table of ``shape`` with the sum of ``weight`` over the rows of each key."""
    flat = np.ravel_multi_index(key, shape)
    table: Floats = np.bincount(flat, weights=weight, minlength=int(np.prod(shape))).astype(np.float64)
    return table.reshape(shape)
