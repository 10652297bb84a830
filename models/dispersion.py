"""Dispersion: how much more counts of like periods vary than Poisson counts would.

The quasi-Poisson factor, Pearson's chi-square over its degrees of freedom (McCullagh, P. & Nelder, J. A. 1989,
*Generalized Linear Models*, 2nd ed., section 6.2.3): 1 for Poisson counts, more where incidents come in bursts or
rates drift. Standard errors grow by its square root.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError

Floats = NDArray[np.float64]

# A mean of fewer incidents per period and the statistic is far from chi-square.
MIN_MEAN = 1.0


class DispersionError(PlainError, ValueError):
    """Too little history to tell how much counts vary."""


@dataclass(frozen=True)
class Dispersion:
    """``factor`` of the variance, at least 1: counts that vary less than chance are a lucky history.

    ``degrees_of_freedom`` of Student's t in place of the normal distribution; None where the factor is known.
    """

    factor: float
    degrees_of_freedom: int | None


POISSON = Dispersion(1.0, None)


def dispersion(counts: Floats) -> Dispersion:
    """Dispersion of ``counts`` (areas, periods) of history, each area around its own mean.

    ``sum (n - mean)² / mean / (areas (periods - 1))`` over the areas with at least one incident per period on
    average. The periods must be as long as those the factor is used for: days may vary as chance does where months
    do not. What moves all areas alike counts as variation too, which is cautious.

    Raises `DispersionError` for fewer than three periods, or where no area has one incident per period.

    >>> found = dispersion(np.array([[8, 2, 5, 9.0], [6, 6, 5, 7]]))
    >>> round(found.factor, 6), found.degrees_of_freedom
    (1.0, 6)
    """
    periods = counts.shape[1]
    if periods < 3:
        raise DispersionError(f"the dispersion needs at least 3 periods of history, found {periods}")
    mean = counts.mean(axis=1, keepdims=True)
    busy = mean[:, 0] >= MIN_MEAN
    if not busy.any():
        raise DispersionError(
            f"the dispersion needs an area with {MIN_MEAN:g} incident per period, found at most {mean.max():.2g}"
        )
    degrees = int(busy.sum()) * (periods - 1)
    chi_square = float(((counts[busy] - mean[busy]) ** 2 / mean[busy]).sum())
    return Dispersion(max(1.0, chi_square / degrees), degrees)
