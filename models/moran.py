"""Moran's I: do cells that are near one another have like values, over the whole map?

Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. *Biometrika*, 37(1/2), 17-23; moments: Cliff, A. D. &
Ord, J. K. (1981). *Spatial processes: models and applications*. Pion, chapters 1 and 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

from geo.errors import PlainError
from models.parameter_limits import ParameterError, require_finite, require_whole

Floats = NDArray[np.float64]

FEWEST_CELLS = 4
# As many arrangements as are held in memory at a time.
AT_ONCE = 64
# Cross products that should be equal differ in their last digits: nearer than this share of their size is a tie.
TIE = 1e-9


class NoMoranError(PlainError, ValueError):
    """Too few cells, no neighbours, or nothing that varies."""


@dataclass(frozen=True)
class Moran:
    """I, and its moments under both of Cliff and Ord's H0: values drawn from one normal distribution, or
    ("randomised") these very values arranged at random over the cells."""

    i: float
    expected: float
    variance_normal: float
    variance_randomised: float

    @property
    def z_normal(self) -> float:
        return float((self.i - self.expected) / np.sqrt(self.variance_normal))

    @property
    def z_randomised(self) -> float:
        return float((self.i - self.expected) / np.sqrt(self.variance_randomised))

    @property
    def p_normal(self) -> float:
        """Two-sided; H0: the values are draws from one normal distribution. Counts are not."""
        return float(2 * ndtr(-abs(self.z_normal)))

    @property
    def p_randomised(self) -> float:
        """Two-sided normal approximation; H0: the values are arranged at random over the cells."""
        return float(2 * ndtr(-abs(self.z_randomised)))


@dataclass(frozen=True)
class MoranPermutation:
    """Monte Carlo p of Moran's I; H0: the values are arranged at random over the cells.

    Both one-sided tails hold the observed I, ``(count + 1) / (permutations + 1)``; p is twice the smaller, at most 1.
    """

    at_least: float
    at_most: float
    permutations: int

    @property
    def p(self) -> float:
        return min(1.0, 2 * min(self.at_least, self.at_most))


def moran(x: Floats, weights: sparse.csr_array) -> Moran:
    """Moran's I of ``x`` (n, any numbers) with ``weights`` (n, n), not negative, zeros on the diagonal.

    ``I = (n / S0) sum_ij w_ij z_i z_j / sum_i z_i²`` with z the deviations from the mean and S0 the sum of all weights.
    Weights may be binary or row-standardised (`row_standardised`), symmetric or not. A cell without neighbours counts
    in n. Raises `ParameterError` for weights that do not fit, and `NoMoranError` with fewer than four cells, no
    neighbours, or values that are all equal.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> line = sparse.csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0.0]]))
    >>> found = moran(np.array([4.0, 3, 1, 0]), line)
    >>> round(found.i, 3), round(found.z_randomised, 3)
    (0.4, 1.53)
    """
    _refuse_silent(x, weights)
    n = len(x)
    z = x - x.mean()
    squared = z * z
    s0, s1, s2 = _weight_sums(weights)
    expected = -1 / (n - 1)
    normal = (n * n * s1 - n * s2 + 3 * s0**2) / ((n * n - 1) * s0**2)
    kurtosis = float(np.mean(squared * squared) / np.mean(squared) ** 2)
    of_weights = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    of_values = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    randomised = (of_weights - of_values) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    i = n / s0 * float(z @ (weights @ z)) / float(squared.sum())
    return Moran(i, expected, normal - expected**2, randomised - expected**2)


def moran_permutation(
    x: Floats, weights: sparse.csr_array, *, permutations: int, rng: np.random.Generator
) -> MoranPermutation:
    """Compare Moran's I of ``x`` (n) with that of ``permutations`` random arrangements; arguments as in `moran`.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> line = sparse.csr_array(np.eye(8, k=1) + np.eye(8, k=-1))
    >>> rng = np.random.default_rng(1)
    >>> moran_permutation(np.array([9.0, 8, 7, 6, 4, 3, 2, 0]), line, permutations=999, rng=rng).p
    0.014
    """
    require_whole("permutations", permutations, at_least=1)
    _refuse_silent(x, weights)
    z = x - x.mean()
    tie = TIE * float(z @ z) * float(weights.sum()) / len(x)
    observed = float(z @ (weights @ z))
    at_least = at_most = 1
    for start in range(0, permutations, AT_ONCE):
        arranged = np.empty((len(x), min(AT_ONCE, permutations - start)))
        for column in range(arranged.shape[1]):
            arranged[:, column] = rng.permutation(z)
        product = np.einsum("ij,ij->j", arranged, weights @ arranged)
        at_least += int((product >= observed - tie).sum())
        at_most += int((product <= observed + tie).sum())
    return MoranPermutation(at_least / (permutations + 1), at_most / (permutations + 1), permutations)


def row_standardised(weights: sparse.csr_array) -> sparse.csr_array:
    """``weights`` (n, n) with every row divided by its sum; rows of zeros stay."""
    sums = np.asarray(weights.sum(axis=1), dtype=np.float64)
    share = np.divide(1.0, sums, out=np.zeros(len(sums)), where=sums > 0)
    return sparse.csr_array(sparse.diags_array(share) @ weights)


def refuse(x: Floats, weights: sparse.csr_array) -> None:
    """``x`` (n) must be finite, ``weights`` (n, n) finite and not negative, with zeros on the diagonal."""
    require_finite("x", x)
    n = len(x)
    if weights.shape != (n, n):
        raise ParameterError(f"weights must have shape ({n}, {n}) as x has {n} values, found {weights.shape}")
    if not np.all((weights.data >= 0) & np.isfinite(weights.data)):
        raise ParameterError("weights must be finite and not negative")
    if np.any(weights.diagonal() != 0):
        raise ParameterError("weights must have zeros on the diagonal: no cell is its own neighbour")


def _refuse_silent(x: Floats, weights: sparse.csr_array) -> None:
    refuse(x, weights)
    if len(x) < FEWEST_CELLS:
        raise NoMoranError(f"Moran's I needs at least {FEWEST_CELLS} cells, found {len(x)}")
    if weights.sum() == 0:
        raise NoMoranError(f"Moran's I needs neighbours, found none among {len(x)} cells")
    if np.ptp(x) == 0:
        raise NoMoranError(f"Moran's I needs values that differ, found {x[0]:g} in all {len(x)} cells")


def _weight_sums(weights: sparse.csr_array) -> tuple[float, float, float]:
    """Cliff and Ord's S0, S1 and S2."""
    both = weights + weights.T
    line = np.asarray(weights.sum(axis=1)) + np.asarray(weights.sum(axis=0))
    return float(weights.sum()), float(both.power(2).sum()) / 2, float(line @ line)
