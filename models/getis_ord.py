"""Gi*: where counts are higher, in a cell and around it, than a random arrangement would give.

Ord, J. K. & Getis, A. (1995). Local spatial autocorrelation statistics: distributional issues and an
application. *Geographical Analysis*, 27(4), 286-306, equation 14.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

from models.parameter_limits import ParameterError, require_share, require_whole

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HotspotParameters:
    """``window_days`` of counts; false discovery rate ``q``; a cell's surroundings reach ``neighbour_steps``."""

    window_days: int = 84
    q: float = 0.05
    neighbour_steps: int = 1

    def __post_init__(self) -> None:
        require_whole("window_days", self.window_days, at_least=1)
        require_share("q", self.q)
        require_whole("neighbour_steps", self.neighbour_steps, at_least=1)


@dataclass(frozen=True)
class GiStar:
    """``z`` and two-sided ``p``, float64 (n): positive z is hot, negative is cold."""

    z: Floats
    p: Floats


def gi_star(x: Floats, weights: sparse.csr_array) -> GiStar:
    """Gi* of the values ``x`` (n) with binary ``weights`` (n, n) that contain each cell itself.

    ``z_i = (sum_j w_ij x_j - W_i m) / (s sqrt(W_i (n - W_i) / (n - 1)))`` with W_i the number of cells in the
    neighbourhood, m the mean and s² the population variance of x. H0 of p: the n values are arranged at random
    over the n cells; normal approximation. Empty cells belong in x. Where nothing can be said (all values
    equal, or a neighbourhood of all cells) z is 0 and p is 1.

    Raises `ParameterError` where ``weights`` does not fit ``x``, is not binary or lacks a cell itself.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> line = sparse.csr_array(np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1.0]]))
    >>> gi_star(np.array([4.0, 3, 0, 1]), line).z.round(3).tolist()
    [1.643, 0.632, -1.265, -1.643]
    """
    n = len(x)
    _refuse_weights(n, weights)
    if n < 2 or np.ptp(x) == 0:
        return GiStar(np.zeros(n), np.ones(n))
    size = np.asarray(weights.sum(axis=1), dtype=np.float64)
    deviation = weights @ x - size * x.mean()
    spread = np.sqrt(x.var() * size * (n - size) / (n - 1))
    z = np.divide(deviation, spread, out=np.zeros(n), where=spread > 0)
    return GiStar(z, 2 * ndtr(-np.abs(z)))


def _refuse_weights(n: int, weights: sparse.csr_array) -> None:
    if weights.shape != (n, n):
        raise ParameterError(f"weights must have shape ({n}, {n}) as x has {n} values, found {weights.shape}")
    if np.any(weights.data != 1) or np.any(weights.diagonal() != 1):
        raise ParameterError("weights must be binary with ones on the diagonal")
