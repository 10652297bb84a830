"""Placebo in time and in space: how often a change as large is found where nothing was done.

The statistic of the true area and date is ranked among those of earlier dates, or of untreated areas (Abadie, A.,
Diamond, A. & Hainmueller, J. 2010, *Journal of the American Statistical Association*, 105, 493-505). It needs no
distribution of the counts: where an area drifts or counts come in bursts, so do the placebos.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.parameter_limits import ParameterError, require_whole

Floats = NDArray[np.float64]
# Of the sums before and after, each (areas), the first area treated and the others its controls.
Statistic = Callable[[Floats, Floats], float]


class PlaceboError(PlainError, ValueError):
    """No earlier date or other area to compare with."""


@dataclass(frozen=True, eq=False)
class Placebo:
    """The ``observed`` statistic and its ``placebos``, float64 (n).

    H0 of the two-sided ``p``: the true one was drawn as the placebos were. It is the share, the true one among
    them, of those at least as far from zero, so it cannot be below ``1 / (n + 1)``: 19 placebos for 5 %.
    """

    observed: float
    placebos: Floats
    p: float


def placebo_in_time(counts: Floats, statistic: Statistic, *, periods_before: int, periods_after: int) -> Placebo:
    """Rank of the last date among all earlier ones, each with as many periods before and after.

    ``counts`` (areas, periods): the first area treated, the others its controls; the last ``periods_after``
    periods lie after the true date. The windows after follow one another without overlap, back to the beginning.

    Raises `PlaceboError` where no earlier date has enough periods.

    >>> counts = np.array([[5, 5, 6, 5, 1.0], [4, 5, 5, 5, 5]])
    >>> found = placebo_in_time(counts, lambda b, a: a[0] - b[0] - a[1] + b[1], periods_before=1, periods_after=1)
    >>> found.observed, found.placebos.tolist(), found.p
    (-4.0, [-1.0, 1.0, -1.0], 0.25)
    """
    require_whole("periods_before", periods_before, at_least=1)
    require_whole("periods_after", periods_after, at_least=1)
    total = np.pad(counts.cumsum(axis=1), ((0, 0), (1, 0)))
    starts = np.arange(counts.shape[1] - periods_after, periods_before - 1, -periods_after)
    if len(starts) < 2:
        needed = periods_before + 2 * periods_after
        raise PlaceboError(f"a placebo in time needs at least {needed} periods, found {counts.shape[1]}")
    values = [
        statistic(total[:, s] - total[:, s - periods_before], total[:, s + periods_after] - total[:, s])
        for s in starts.tolist()
    ]
    return _ranked(values)


def placebo_in_space(before: Floats, after: Floats, statistic: Statistic) -> Placebo:
    """Rank of the treated area, the first of ``before`` and ``after`` (areas), among its controls.

    Each control in turn takes the treated area's place beside the other controls; the treated area itself, which
    may have changed, is left out. Areas of unequal size need a statistic in standard errors.

    Raises `PlaceboError` for fewer than two controls.

    >>> before, after = np.array([20, 9, 10, 11.0]), np.array([5, 9, 11, 10.0])
    >>> placebo_in_space(before, after, lambda b, a: (a[0] - b[0]) / np.sqrt(a[0] + b[0])).p
    0.25
    """
    if before.shape != after.shape:
        raise ParameterError(f"before and after must be as many areas, found {before.shape} and {after.shape}")
    if len(before) < 3:
        raise PlaceboError(f"a placebo in space needs at least 2 control areas, found {max(len(before) - 1, 0)}")
    values = [statistic(before, after)]
    for area in range(1, len(before)):
        order = [area, *(other for other in range(1, len(before)) if other != area)]
        values.append(statistic(before[order], after[order]))
    return _ranked(values)


def _ranked(values: list[float]) -> Placebo:
    """``values[0]`` among all."""
    found = np.array(values, dtype=np.float64)
    as_far = np.count_nonzero(np.abs(found) >= abs(found[0]) - 1e-12)
    return Placebo(float(found[0]), found[1:], float(as_far / len(found)))
