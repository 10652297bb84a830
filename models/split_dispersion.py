"""Dispersion of a split: how much more an area's part of its own and its controls' incidents varies than by chance.

Pearson's chi-square of the table (area, controls) x blocks of days over its degrees of freedom (McCullagh, P. & Nelder,
J. A. 1989, *Generalized Linear Models*, 2nd ed., section 6.2.3). What moves the area and its controls alike is no
variation of the split.
"""

import numpy as np
from numpy.typing import NDArray

from models.dispersion import Dispersion, DispersionError
from models.parameter_limits import ParameterError, require_whole

Floats = NDArray[np.float64]
LEAST_BLOCKS = 4


def split_dispersion(area: Floats, controls: Floats, *, block_days: int) -> Dispersion:
    """Dispersion of daily counts of an ``area`` and its pooled ``controls``, each (days), in blocks of ``block_days``.

    Blocks end with the last day; days too few for a block at the beginning are left out. Given the sums of a table,
    chi-square has on average ``n / (n - 1)`` times its degrees of freedom in a table of n incidents, however thin it
    is: no block needs incidents. At least 1; the degrees of freedom are the blocks with incidents less one.

    Raises `DispersionError` for fewer than four blocks with incidents, or where area or controls have none.

    >>> found = split_dispersion(np.array([8, 2, 5, 9.0]), np.array([4, 9, 6, 5.0]), block_days=1)
    >>> round(found.factor, 6), found.degrees_of_freedom
    (2.340548, 3)
    """
    require_whole("block_days", block_days, at_least=1)
    if area.shape != controls.shape:
        raise ParameterError(f"area and controls must be as many days, found {len(area)} and {len(controls)}")
    blocks = len(area) // block_days
    days = np.stack([area, controls])[:, len(area) - blocks * block_days :]
    table = days.reshape(2, blocks, block_days).sum(axis=2)
    table = table[:, table.sum(axis=0) > 0]
    degrees = table.shape[1] - 1
    rows = table.sum(axis=1, keepdims=True)
    if degrees + 1 < LEAST_BLOCKS or not rows.all():
        raise DispersionError(
            f"the dispersion of a split needs {LEAST_BLOCKS} blocks with incidents, and some in the area and in its "
            f"controls; found {degrees + 1} blocks with {rows[0, 0]:g} and {rows[1, 0]:g} incidents"
        )
    fitted = rows * table.sum(axis=0) / rows.sum()
    chi_square = float(((table - fitted) ** 2 / fitted).sum())
    return Dispersion(max(1.0, chi_square / degrees), degrees)
