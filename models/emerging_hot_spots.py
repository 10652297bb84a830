"""Emerging hot spots: where incidents are dense now, and since when: Gi* per cell and time bin, then its history.

The classes of Esri's tool *Emerging Hot Spot Analysis* (ArcGIS Pro, "How Emerging Hot Spot Analysis works"), in our
words. A bin is hot where Gi* over cells and time is significantly high. Of T bins, H are hot:

===============  =========  ==============  ==============================================================
class            last bin   hot bins        and
===============  =========  ==============  ==============================================================
*historical*     not hot    H >= 0.9 T
*intensifying*   hot        H >= 0.9 T      z rises (Mann-Kendall)
*diminishing*    hot        H >= 0.9 T      z falls
*persistent*     hot        H >= 0.9 T      neither
*new*            hot        1
*consecutive*    hot        2 to < 0.9 T    all of them in one run that ends with the last bin
*oscillating*    hot        < 0.9 T         some earlier bin is cold
*sporadic*       hot        < 0.9 T         no bin is cold
===============  =========  ==============  ==============================================================

The first line that fits counts, so *historical* comes before *persistent*, whose published wording alone would fit
both, and *new* and *consecutive* before *oscillating*, as in Esri's order. Cold classes are the mirror image
(*intensifying* where z falls). What the last bin is decides: a cell that is hot now has a hot class, whatever it was.

Gi* (Getis, A. & Ord, J. K. 1992; Ord & Getis 1995, as in `models.getis_ord`) is taken over all n × T bins of the cube:
mean and variance are those of the whole cube (Esri's default, *entire cube*), and the neighbourhood of a bin is the
cell's spatial neighbourhood in that bin and in the ``bins_back`` bins before it.

What differs from Esri, because our counts are small:

- A bin's p is the larger of Gi*'s and that of an exact test against an even spread over cells and bins, as in
  `models.hot_cells`: the normal tail of Gi* alone calls chance hot.
- Adjustment is Benjamini-Hochberg over all cells × bins, as Esri's "FDR correction" is.
- Among the hot bins of a map up to ``level`` may be false, and one of those in the last bin makes a *new* hot spot. So
  the four classes that rest on the last bin (below 0.9 T) are given only where that bin stands by itself: Holm over
  the cells of the last bin. The chance that a map has even one false class of these is then at most ``level``.
- Bins are not called cold where fewer than one incident is expected in the neighbourhood: there, none is no news.
- The trend is taken over z without the look-back. Neighbourhoods that overlap in time make successive z alike, and
  Mann-Kendall then finds trends in noise far more often than its level.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

from geo.errors import PlainError
from models.even_spread import binomial_p
from models.mann_kendall import mann_kendall_z
from models.multiple_testing import benjamini_hochberg, holm
from models.parameter_limits import ParameterError, require_share, require_whole

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]

MINIMUM_BINS = 10  # Esri's limit too; with fewer, "90 % of the bins" means all of them
HISTORY_TENTHS = 9
COLD_FROM_EXPECTED = 1.0


class TooFewBinsError(PlainError, ValueError):
    """A history too short to tell classes apart."""


class Pattern(IntEnum):
    """The classes; numbers in Esri's order."""

    NONE = 0
    NEW = 1
    CONSECUTIVE = 2
    INTENSIFYING = 3
    PERSISTENT = 4
    DIMINISHING = 5
    SPORADIC = 6
    OSCILLATING = 7
    HISTORICAL = 8


RESTS_ON_LAST_BIN = (Pattern.NEW, Pattern.CONSECUTIVE, Pattern.SPORADIC, Pattern.OSCILLATING)


@dataclass(frozen=True)
class EmergingParameters:
    """``bins_back`` of the neighbourhood in time; false discovery rate ``level`` of bins; ``trend_level`` of trends.

    Both levels are 0.1 in Esri's tool.
    """

    bins_back: int = 1
    level: float = 0.1
    trend_level: float = 0.1

    def __post_init__(self) -> None:
        require_whole("bins_back", self.bins_back, at_least=0)
        require_share("level", self.level)
        require_share("trend_level", self.trend_level)


@dataclass(frozen=True, eq=False)
class SpaceTimeGiStar:
    """Gi* over cells and bins, shape (n, T): the score ``z`` and its two-sided normal ``p``."""

    z: Floats
    p: Floats


@dataclass(frozen=True, eq=False)
class EmergingHotSpots:
    """Per cell (n): ``pattern`` (`Pattern`) and ``side``, 1 hot, -1 cold, 0 none; ``trend_z`` and ``trend_p``.

    Per cell and bin (n, T): Gi* ``z``; ``p`` of both tests together, two-sided; ``q``; ``hot``; ``cold``;
    ``expected`` incidents of the neighbourhood under an even spread.

    H0 of p: the counts are a random rearrangement over cells and bins, or an even spread of the incidents over them.
    H0 of trend_p: all orders of the cell's bins are equally likely.
    """

    pattern: Codes
    side: Codes
    trend_z: Floats
    trend_p: Floats
    z: Floats
    p: Floats
    q: Floats
    hot: Flags
    cold: Flags
    expected: Floats


def emerging_hot_spots(
    counts: Floats, weights: sparse.csr_array, parameters: EmergingParameters | None = None
) -> EmergingHotSpots:
    """Class of each cell from its ``counts`` (n cells, T bins of equal length, oldest first).

    ``weights`` (n, n): binary neighbours that contain each cell itself; empty cells and bins belong in the counts,
    which may be fractions in parts per million. Raises `TooFewBinsError` below ten bins, `ParameterError` for counts
    that are negative or weights that do not fit.

    >>> from scipy import sparse
    >>> counts = np.ones((40, 12))
    >>> counts[20, -1] = 30
    >>> line = sparse.diags_array([np.ones(39), np.ones(40), np.ones(39)], offsets=[-1, 0, 1]).tocsr()
    >>> found = emerging_hot_spots(counts, line)
    >>> [(int(i), Pattern(found.pattern[i]).name) for i in np.flatnonzero(found.side)]
    [(19, 'NEW'), (20, 'NEW'), (21, 'NEW')]
    """
    chosen = parameters or EmergingParameters()
    _refuse(counts, weights)
    star = space_time_gi_star(counts, weights, bins_back=chosen.bins_back)
    inside, bins = _neighbourhood(counts, weights, chosen.bins_back)
    total, share = float(counts.sum()), bins / counts.size
    p = np.maximum(star.p, binomial_p(inside, total, share))
    q = benjamini_hochberg(p)
    hot = (star.z > 0) & (q <= chosen.level)
    cold = (star.z < 0) & (q <= chosen.level) & (total * share >= COLD_FROM_EXPECTED)
    trend_z = mann_kendall_z(space_time_gi_star(counts, weights, bins_back=0).z)
    trend_p = 2 * ndtr(-np.abs(trend_z))
    trend = np.where(trend_p <= chosen.trend_level, np.sign(trend_z), 0).astype(np.int8)
    pattern, side = emerging_classes(hot, cold, trend)
    alone = holm(p[:, -1]) <= chosen.level
    unsure = np.isin(pattern, RESTS_ON_LAST_BIN) & ~alone
    pattern[unsure], side[unsure] = Pattern.NONE, 0
    return EmergingHotSpots(pattern, side, trend_z, trend_p, star.z, p, q, hot, cold, total * share)


def least_hot_count(total: float, share: float, *, tests: int, level: float) -> int:
    """Incidents a neighbourhood must hold for its bin to be hot by itself, no other bin helping: the method's sight.

    The smallest count whose exact two-sided p is at most ``level / tests``, of ``total`` incidents that fall there
    with chance ``share``; ``tests`` is the number of bins.

    >>> least_hot_count(728.0, 14 / (449 * 52), tests=449 * 52, level=0.1)
    7
    """
    counts = np.arange(total * share, total + 1)
    enough = binomial_p(np.ceil(counts), total, np.full(len(counts), share)) <= level / tests
    return int(np.ceil(counts[np.argmax(enough)])) if enough.any() else int(total) + 1


def space_time_gi_star(counts: Floats, weights: sparse.csr_array, *, bins_back: int) -> SpaceTimeGiStar:
    """Gi* of every cell and bin, z and two-sided p of shape (n, T): `models.getis_ord.gi_star` over all n × T bins.

    ``z = (sum - W m) / (s sqrt(W (N - W) / (N - 1)))`` with the sum over the W bins of the neighbourhood (spatial
    neighbours in this bin and the ``bins_back`` before it, fewer at the beginning), N = n T, m the mean and s² the
    population variance of all N counts. Any values, not only counts. Where all are equal z is 0 and p is 1.
    """
    inside, bins = _neighbourhood(counts, weights, bins_back)
    n = counts.size
    if n < 2 or np.ptp(counts) == 0:
        return SpaceTimeGiStar(np.zeros(counts.shape), np.ones(counts.shape))
    spread = np.sqrt(counts.var() * bins * (n - bins) / (n - 1))
    z = np.divide(inside - bins * counts.mean(), spread, out=np.zeros(counts.shape), where=spread > 0)
    return SpaceTimeGiStar(z, 2 * ndtr(-np.abs(z)))


def _neighbourhood(counts: Floats, weights: sparse.csr_array, bins_back: int) -> tuple[Floats, Floats]:
    """Sum of the counts in each bin's neighbourhood, and its number of bins; both (n, T)."""
    in_bin = np.asarray(weights @ counts, dtype=np.float64)
    cells = np.asarray(weights.sum(axis=1), dtype=np.float64)[:, np.newaxis]
    inside = in_bin.copy()
    for back in range(1, min(bins_back, counts.shape[1] - 1) + 1):
        inside[:, back:] += in_bin[:, :-back]
    # Equal counts added in another order must stay equal: Mann-Kendall counts ties.
    return np.round(inside, 9), cells * np.minimum(np.arange(counts.shape[1]) + 1, bins_back + 1)


def emerging_classes(hot: Flags, cold: Flags, trend: Codes) -> tuple[Codes, Codes]:
    """The table of the module: ``pattern`` and ``side`` (n) from ``hot`` and ``cold`` bins (n, T).

    ``trend`` (n) of z: 1 rising, -1 falling, 0 neither.

    >>> hot = np.array([[False] * 11 + [True], [True] * 11 + [False]])
    >>> pattern, side = emerging_classes(hot, np.zeros_like(hot), np.zeros(2, dtype=np.int8))
    >>> [Pattern(p).name for p in pattern], side.tolist()
    (['NEW', 'HISTORICAL'], [1, 1])
    """
    as_hot, as_cold = _one_side(hot, cold, trend), _one_side(cold, hot, -trend)
    # Both can fit only where the last bin is hot and nine tenths are cold, or the other way round.
    is_cold = (as_cold > 0) & ((as_hot == 0) | cold[:, -1])
    pattern = np.where(is_cold, as_cold, as_hot)
    side = np.where(is_cold, -1, (as_hot > 0).astype(np.int8))
    return pattern.astype(np.int8), side.astype(np.int8)


def _one_side(hot: Flags, cold: Flags, trend: Codes) -> Codes:
    """The class as a hot spot, line by line of the table."""
    t = hot.shape[1]
    number = hot.sum(axis=1)
    now, mostly = hot[:, -1], 10 * number >= HISTORY_TENTHS * t
    # Length of the run of hot bins that ends with the last bin.
    run = np.where(hot.all(axis=1), t, np.argmin(hot[:, ::-1], axis=1))
    lines = [
        (mostly & ~now, Pattern.HISTORICAL),
        (mostly & (trend > 0), Pattern.INTENSIFYING),
        (mostly & (trend < 0), Pattern.DIMINISHING),
        (mostly, Pattern.PERSISTENT),
        (now & (number == 1), Pattern.NEW),
        (now & (number == run), Pattern.CONSECUTIVE),
        (now & cold.any(axis=1), Pattern.OSCILLATING),
        (now, Pattern.SPORADIC),
    ]
    fits, classes = zip(*lines, strict=True)
    return np.select(fits, [int(c) for c in classes], default=int(Pattern.NONE)).astype(np.int8)


def _refuse(counts: Floats, weights: sparse.csr_array) -> None:
    n, bins = counts.shape
    if bins < MINIMUM_BINS:
        raise TooFewBinsError(f"emerging hot spots need at least {MINIMUM_BINS} time bins, found {bins}")
    if weights.shape != (n, n):
        raise ParameterError(f"weights must have shape ({n}, {n}) as counts have {n} cells, found {weights.shape}")
    if np.any(weights.data != 1) or np.any(weights.diagonal() != 1):
        raise ParameterError("weights must be binary with ones on the diagonal")
    if not np.all(np.isfinite(counts)) or np.any(counts < 0):
        raise ParameterError("counts must be finite and not negative")
