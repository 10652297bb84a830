"""Variance of levels: how much of what an area's counts vary beside its controls lasts, and how much passes.

Empirical Bayes (`models.empirical_bayes`) draws a high count towards what was expected, the less so the more true
levels differ, and takes levels to last. Bursts that are over in a week make counts vary too, and nothing of them is
left in the weeks that follow. So the variance of lasting levels is taken from what neighbouring blocks of days have in
common, their autocovariance. The rest passes. It takes the place of the variance between like places in Hauer, E.
(1997), *Observational Before-After Studies in Road Safety*, Pergamon, chapter 11: areas are compared with their past.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.dispersion import DispersionError
from models.parameter_limits import require_whole

Floats = NDArray[np.float64]
LAGS = 3


@dataclass(frozen=True)
class LevelVariance:
    """``lasting`` variance of the area's level over its squared mean; ``passing`` variance of a count over its mean."""

    lasting: float
    passing: float

    def factor(self, expected: float) -> float:
        """Variance of a count of ``expected`` incidents over that of its passing part."""
        return 1 + self.lasting * expected / self.passing


def level_variance(area: Floats, controls: Floats, *, block_days: int, lags: int = LAGS) -> LevelVariance:
    """Variance of daily counts of an ``area`` beside its pooled ``controls``, each (days).

    The difference of a block is the area's count less the controls' count scaled to the area. The lasting variance is
    the mean product of differences up to ``lags`` blocks apart, made good for the mean that was taken from the same
    blocks, and at least 0; the passing variance is what is left, and at least that of Poisson counts. Blocks end with
    the last day.

    Raises `DispersionError` for fewer than ``lags + 2`` blocks, or where area or controls have no incident.

    >>> counts = np.repeat([9.0, 9, 9, 9, 3, 3, 3, 3], 7)
    >>> found = level_variance(counts, np.full(56, 20.0), block_days=7, lags=1)
    >>> round(found.lasting, 3)
    0.214
    """
    require_whole("block_days", block_days, at_least=1)
    require_whole("lags", lags, at_least=1)
    blocks = len(area) // block_days
    days = np.stack([area, controls])[:, len(area) - blocks * block_days :]
    table = days.reshape(2, blocks, block_days).sum(axis=2)
    rows = table.sum(axis=1)
    if blocks < lags + 2 or not rows.all():
        raise DispersionError(
            f"the variance of levels needs {lags + 2} blocks and incidents in the area and its controls; found "
            f"{blocks} blocks with {rows[0]:g} and {rows[1]:g} incidents"
        )
    mean, scale = float(rows[0] / blocks), float(rows[0] / rows[1])
    difference = table[0] - scale * table[1]
    variance = float((difference**2).sum()) / (blocks - 1)
    common = np.mean([float((difference[lag:] * difference[:-lag]).mean()) for lag in range(1, lags + 1)])
    lasting = max(float(common) + variance / blocks, 0.0)
    return LevelVariance(lasting / mean**2, max((variance - lasting) / mean, 1 + scale))
