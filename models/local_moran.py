"""Local Moran: cells that are like their neighbours (high among high, low among low), and cells that stand out.

Anselin, L. (1995). Local indicators of spatial association - LISA. *Geographical Analysis*, 27(2), 93-115; moments
under conditional randomisation: Sokal, R. R., Oden, N. L. & Thomson, B. A. (1998). Local spatial autocorrelation in a
biological model. *Geographical Analysis*, 30(4), 331-354, equations A7 and A8.

A cell's p is `models.conditional_permutation.conditional_p` of the binary weights. Given its own value, I_i rises or
falls with the sum of its neighbours, and by the same draws as Gi: the two-tailed p of local Moran with binary or
row-standardised weights is that of Gi, and so is z but for its sign. It has no normal p for the reason Gi has none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.hot_and_cold import LOWEST_EXPECTED
from models.moran import refuse

Floats = NDArray[np.float64]
Quadrants = NDArray[np.str_]


@dataclass(frozen=True)
class LocalMoran:
    """``i``, ``expected``, ``variance`` and ``z``, float64 (n), and ``quadrant`` (n).

    H0 of the moments: given its own value, the other values are arranged at random over the other cells.
    ``quadrant`` is HH, LL, HL or LH: first the cell, then its neighbours' mean or sum, H where above the mean.
    """

    i: Floats
    expected: Floats
    variance: Floats
    z: Floats
    quadrant: Quadrants


def local_moran(x: Floats, weights: sparse.csr_array) -> LocalMoran:
    """Local Moran of ``x`` (n, any numbers) with ``weights`` (n, n), not negative, zeros on the diagonal.

    ``I_i = z_i sum_j w_ij z_j / m2`` with z the deviations from the mean and ``m2 = sum_i z_i² / n``. The I_i add up to
    S0 I, S0 the sum of all weights and I as in `models.moran`. Where nothing can be said (all values equal, a cell at
    the mean, without neighbours, or next to all others) z is 0. Raises `ParameterError` for values that are no
    numbers and weights that do not fit.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> line = sparse.csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0.0]]))
    >>> found = local_moran(np.array([4.0, 3, 1, 0]), line)
    >>> found.i.round(2).tolist(), found.quadrant.tolist()
    ([0.8, 0.4, 0.4, 0.8], ['HH', 'HH', 'LL', 'LL'])
    """
    n = len(x)
    refuse(x, weights)
    z = x - x.mean() if n else x
    lag = weights @ z
    quadrant = np.char.add(np.where(z > 0, "H", "L"), np.where(lag > 0, "H", "L"))
    if n <= 2 or np.ptp(x) == 0:
        return LocalMoran(np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), quadrant)
    m2 = float(z @ z) / n
    total, squares = np.asarray(weights.sum(axis=1)), np.asarray(weights.power(2).sum(axis=1))
    i = z * lag / m2
    expected = -z * z * total / ((n - 1) * m2)
    variance = (z / m2) ** 2 * n / (n - 2) * (squares - total**2 / (n - 1)) * (m2 - z * z / (n - 1))
    told = variance > 1e-13 * variance.max()
    score = np.divide(i - expected, np.sqrt(np.maximum(variance, 0)), out=np.zeros(n), where=told)
    return LocalMoran(i, expected, variance, score, quadrant)


def claimed_quadrants(quadrant: Quadrants, q: Floats, expected: Floats, *, level: float) -> Quadrants:
    """``quadrant`` where ``q`` is at most ``level``, and otherwise an empty text; all of shape (n).

    LL, HL and LH call a cell or its neighbours low. They are claimed only where a cell's ``expected`` count is at
    least 1: below it, empty cells are what chance gives.

    >>> import numpy as np
    >>> claimed_quadrants(np.array(["HH", "LL", "LL"]), np.full(3, 0.01), np.array([0.3, 0.3, 2]), level=0.05).tolist()
    ['HH', '', 'LL']
    """
    claimed = (q <= level) & ((quadrant == "HH") | (expected >= LOWEST_EXPECTED))
    return np.where(claimed, quadrant, "")
