"""Do two sets of points lie over the same areas in the same shares?

Two versions, which answer different questions; a result says which it is. `proportion_differences`: Wheeler, A. P.,
Steenbeek, W. & Andresen, M. A. (2018). Testing for similarity in area-based spatial patterns: alternative methods to
Andresen's spatial point pattern test. *Transactions in GIS*, 22(3), 760-774. `resampled_similarity`: Andresen, M. A.
(2009). Testing for similarity in area-based spatial patterns: a nonparametric Monte Carlo approach. *Applied
Geography*, 29(3), 333-345; with the robust index of Andresen, M. A. (2016). An area-based nonparametric spatial
point pattern test: the test, its applications, and the future. *Methodological Innovations*, 9.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from geo.errors import PlainError
from models.multiple_testing import benjamini_hochberg
from models.parameter_limits import ParameterError, require_share, require_whole

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Signs = NDArray[np.int8]

# Tables whose probabilities agree to this share are equally likely, as in R's fisher.test.
EQUALLY_LIKELY = 1e-7


class PointPatternError(PlainError, ValueError):
    """Too few points to compare two patterns."""


@dataclass(frozen=True, eq=False)
class Similarity:
    """Per area (n): shares of the points, and where they differ.

    ``local`` int8: +1 where the test points have a larger share than the base points, -1 where a smaller one, 0 where
    no difference is found. ``s`` is the share of areas with 0, ``s_robust`` the same without the areas that hold no
    point of either set (NaN where there is no other), which would make any two sparse patterns look alike.
    """

    base_share: Floats
    test_share: Floats
    local: Signs
    s: float
    s_robust: float


@dataclass(frozen=True, eq=False)
class ProportionDifferences(Similarity):
    """With ``p`` and ``q`` (n) of each area; both NaN in areas without a point, which test nothing."""

    p: Floats
    q: Floats


@dataclass(frozen=True, eq=False)
class ResampledSimilarity(Similarity):
    """With the ``lower`` and ``upper`` (n) share of the resampled test points."""

    lower: Floats
    upper: Floats


def proportion_differences(base: Counts, test: Counts, *, q: float = 0.05) -> ProportionDifferences:
    """Areas in which the share of points differs between ``base`` and ``test``, whole counts (n areas).

    Fisher's exact test of each area against all others, two-sided (all tables no likelier than the one seen), then
    Benjamini-Hochberg over the areas that hold a point; ``local`` is not 0 where q <= ``q``. H0 of an area's p: a
    point of either set falls into the area with the same probability. Exact at any count, so below the nominal rate
    at small ones. Areas share two totals and so hang together a little, negatively, which Benjamini & Hochberg do not
    cover; where both patterns are alike, no more than ``q`` of simulated maps name any area (`docs/statistics.md`).

    The share in one area falls when that of another rises: the test is about where, never about how many.

    >>> import numpy as np
    >>> found = proportion_differences(np.array([40, 30, 30, 0]), np.array([18, 40, 42, 0]))
    >>> found.local.tolist(), found.s, round(found.s_robust, 3)
    ([-1, 0, 0, 0], 0.75, 0.667)
    """
    require_share("q", q)
    _refuse(base, test)
    held = base + test > 0
    p, adjusted = np.full(len(base), np.nan), np.full(len(base), np.nan)
    p[held] = _fisher(base[held], test[held], int(base.sum()), int(test.sum()))
    adjusted[held] = benjamini_hochberg(p[held])
    base_share, test_share = base / base.sum(), test / test.sum()
    named = held & (adjusted <= q)
    local = np.where(named, np.sign(test_share - base_share), 0).astype(np.int8)
    return ProportionDifferences(base_share, test_share, local, *_indices(local, held), p, adjusted)


def resampled_similarity(
    base: Counts,
    test: Counts,
    rng: np.random.Generator,
    *,
    resamples: int = 200,
    share: float = 0.85,
    level: float = 0.95,
) -> ResampledSimilarity:
    """Andresen's index: is the base points' share of an area within what resamples of the test points give?

    ``resamples`` times a ``share`` of the test points is drawn without replacement; an area's interval leaves out
    (1 - ``level``) / 2 of the resamples on either side. Whole counts (n areas).

    Descriptive: it compares an index between pairs of maps and carries no p. Subsets of 85 % differ far less from one
    another than two samples of the same process do, and the base points count as certain, so of two patterns that
    are alike more than half of the well filled areas fall outside the interval. To claim a difference, use
    `proportion_differences`.

    >>> import numpy as np
    >>> found = resampled_similarity(np.array([40, 30, 30]), np.array([10, 45, 45]), np.random.default_rng(1))
    >>> found.local.tolist(), found.s
    ([-1, 1, 1], 0.0)
    """
    require_share("share", share)
    require_share("level", level)
    require_whole("resamples", resamples, at_least=20)
    _refuse(base, test)
    size = round(share * int(test.sum()))
    if size < 1:
        raise PointPatternError(f"a share of {share:g} of {int(test.sum())} test points leaves none to draw")
    drawn = np.sort(rng.multivariate_hypergeometric(test, size, resamples) / size, axis=0)
    cut = math.floor((1 - level) / 2 * resamples + 1e-9)
    lower, upper = drawn[cut], drawn[resamples - 1 - cut]
    base_share, test_share = base / base.sum(), test / test.sum()
    local = np.where(base_share < lower, 1, np.where(base_share > upper, -1, 0)).astype(np.int8)
    indices = _indices(local, base + test > 0)
    return ResampledSimilarity(base_share, test_share, local, *indices, lower, upper)


def _refuse(base: Counts, test: Counts) -> None:
    for name, counts in (("base", base), ("test", test)):
        if not np.issubdtype(counts.dtype, np.integer) or counts.min(initial=0) < 0:
            raise ParameterError(f"{name} must be whole counts of at least 0")
        if counts.sum() == 0:
            raise PointPatternError(f"there are no {name} points to compare")
    if base.shape != test.shape:
        raise ParameterError(f"base and test must have the same areas, found {len(base)} and {len(test)}")


def _indices(local: Signs, held: NDArray[np.bool_]) -> tuple[float, float]:
    alike = local == 0
    return float(alike.mean()), float(alike[held].mean()) if held.any() else math.nan


def _fisher(base: Counts, test: Counts, all_base: int, all_test: int) -> Floats:
    """Two-sided p of each 2 x 2 table [[base, all_base - base], [test, all_test - test]]."""
    pairs, where = np.unique(np.stack((base, test)), axis=1, return_inverse=True)
    return np.array([_fisher_p(int(a), int(b), all_base, all_test) for a, b in pairs.T])[where.ravel()]


def _fisher_p(base: int, test: int, all_base: int, all_test: int) -> float:
    together = base + test
    possible = np.arange(max(0, together - all_test), min(together, all_base) + 1)
    logs = _log_choose(all_base, possible) + _log_choose(all_test, together - possible)
    likely = np.exp(logs - logs.max())
    seen = likely[base - possible[0]]
    return float(min(likely[likely <= seen * (1 + EQUALLY_LIKELY)].sum() / likely.sum(), 1.0))


def _log_choose(n: int, k: Counts) -> Floats:
    logs: Floats = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return logs
