"""Mann-Kendall: does a series rise or fall steadily, whatever its shape and distribution?

Mann, H. B. (1945). Nonparametric tests against trend. *Econometrica*, 13(3), 245-259. Kendall, M. G. (1975). *Rank
Correlation Methods*, 4th ed. Seasons: Hirsch, R. M., Slack, J. R. & Smith, R. A. (1982). *Water Resources Research*,
18(1), 107-121; dependent ones: Hirsch, R. M. & Slack, J. R. (1984), 20(6), 727-732. Slope: Theil, H. (1950) and Sen,
P. K. (1968), *Journal of the American Statistical Association*, 63, 1379-1389.

Over all pairs of periods ``i < j`` of one season (of the whole series without seasons):

- ``S = sum sign(x_j - x_i)``;
- ``var S = sum over seasons (n (n-1) (2n+5) - sum over tied groups t (t-1) (2t+5)) / 18``;
- ``z = (S - sign S) / sd S``;
- tau-b: S over the root of (pairs × pairs without a tie);
- Sen's slope: the median of ``(x_j - x_i) / (j - i)``.

S counts inversions. Given the values of a season, ties included, the numbers of orders with 0, 1, 2 … inversions are
the coefficients of the Gaussian multinomial (MacMahon, P. A. 1915, *Combinatory Analysis*, I), so that p is exact for
short series also where counts tie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from geo.errors import PlainError
from models.parameter_limits import ParameterError, require_finite, require_share, require_whole

Floats = NDArray[np.float64]

# With four periods the smallest two-sided p there is, 2 / 4!, lies above 0.05.
FEWEST_PERIODS = 5
FEWEST_YEARS = 2
# Simulated, five years gave a p below 0.05 in 1 % of series without a trend, ten years in 3 to 5 %.
FEWEST_YEARS_SERIAL = 10
# Periods × pairs without a tie, a fifth of a second: passed from about 180 periods of unlike values on. Beyond, the
# normal p differs from the exact one by less than 0.001.
MOST_STEPS_EXACT = 3_000_000
MOST_PERIODS = 5_000


class MannKendallError(PlainError, ValueError):
    """Too short a series for a trend."""


@dataclass(frozen=True)
class MannKendall:
    """The trend of one series, by the formulas of the module.

    H0 of the two-sided ``p``: within each season all orders of the values are equally likely, which also means that no
    period resembles the one before it. ``exact`` or else normal, of ``z``. ``slope`` with its bounds (those of Sen) is
    the change per period, with seasons the change per year.
    """

    s: int
    tau: float
    variance: float
    z: float
    p: float
    exact: bool
    slope: float
    lower: float
    upper: float


def mann_kendall(series: Floats, *, confidence: float = 0.95) -> MannKendall:
    """Trend of ``series`` (n), oldest first, one value for every period.

    Raises `MannKendallError` below five periods, `ParameterError` for values that are no finite numbers.

    >>> found = mann_kendall(np.array([3.0, 4, 4, 6, 5, 8]))
    >>> found.s, round(found.z, 4), round(found.p, 4), found.exact, found.slope
    (12, 2.104, 0.0278, True, 1.0)
    """
    if len(series) < FEWEST_PERIODS:
        raise MannKendallError(f"a trend needs at least {FEWEST_PERIODS} periods, found {len(series)}")
    return _trend(series, 1, confidence, serial=False)


def seasonal_mann_kendall(
    series: Floats, *, seasons: int, serial: bool = False, confidence: float = 0.95
) -> MannKendall:
    """Trend of ``series`` (n), each period compared only with those of the same season in other years.

    ``seasons`` per year: 12 for months, 52 for weeks; the last year may be incomplete. With ``serial`` the seasons of
    a year may depend on one another: their covariances are estimated (Hirsch & Slack 1984), for which years must be
    complete, and p is always normal.

    Raises `MannKendallError` below two years or, with ``serial``, below ten and for an incomplete year.

    >>> found = seasonal_mann_kendall(np.array([3.0, 9, 1, 4, 12, 2, 6, 12, 1]), seasons=3)
    >>> found.s, round(found.z, 4), round(found.p, 4), found.slope
    (5, 1.3333, 0.1852, 1.0)
    """
    require_whole("seasons", seasons, at_least=2)
    if len(series) < FEWEST_YEARS * seasons:
        raise MannKendallError(
            f"a seasonal trend needs at least {FEWEST_YEARS} years of {seasons} periods, found {len(series)} periods"
        )
    years, left_over = divmod(len(series), seasons)
    if serial and (left_over or years < FEWEST_YEARS_SERIAL):
        raise MannKendallError(
            f"a trend over dependent seasons needs at least {FEWEST_YEARS_SERIAL} complete years of {seasons} periods, "
            f"found {years} years and {left_over} periods"
        )
    return _trend(series, seasons, confidence, serial=serial)


def mann_kendall_z(series: Floats) -> Floats:
    """z of every row of ``series`` (n, T) without seasons; 0 where all values of a row are equal.

    >>> mann_kendall_z(np.array([[1.0, 2, 3, 4], [5, 5, 5, 5]])).round(4).tolist()
    [1.6984, 0.0]
    """
    s, variance = _s_and_variance(series)
    corrected = s - np.sign(s)
    z: Floats = np.divide(corrected, np.sqrt(variance), out=np.zeros(len(s)), where=variance > 0)
    return z


def _trend(series: Floats, seasons: int, confidence: float, *, serial: bool) -> MannKendall:
    require_share("confidence", confidence)
    require_finite("series", series)
    if len(series) > MOST_PERIODS:
        raise ParameterError(f"series must have at most {MOST_PERIODS:,} periods, found {len(series):,}")
    parts = [series[season::seasons] for season in range(seasons)]
    each = [_s_and_variance(part[np.newaxis]) for part in parts]
    s = round(sum(float(found[0][0]) for found in each))
    variance = sum(float(found[1][0]) for found in each)
    if serial:
        variance += _covariances(series.reshape(-1, seasons))
    z = (s - np.sign(s)) / sqrt(variance) if variance > 0 else 0.0
    pairs = sum(len(part) * (len(part) - 1) // 2 for part in parts)
    untied = sum(_untied_pairs(part) for part in parts)
    exact = not serial and sum(len(part) * _untied_pairs(part) for part in parts) <= MOST_STEPS_EXACT
    p = _exact_p(s, parts) if exact else 2 * float(ndtr(-abs(z)))
    slopes = np.sort(np.concatenate([_slopes(part) for part in parts]))
    lower, upper = _slope_bounds(slopes, variance, confidence)
    tau = s / sqrt(pairs * untied) if untied else 0.0
    return MannKendall(s, tau, variance, float(z), p, exact, float(np.median(slopes)), lower, upper)


def _s_and_variance(series: Floats) -> tuple[Floats, Floats]:
    """S and its variance under H0 of every row of ``series`` (n, T)."""
    n, t = series.shape
    s = np.zeros(n)
    for lag in range(1, t):
        s += np.sign(series[:, lag:] - series[:, :-lag]).sum(axis=1)
    return s, (t * (t - 1) * (2 * t + 5) - _ties(series)) / 18


def _ties(series: Floats) -> Floats:
    """Sum of t (t - 1) (2 t + 5) over the groups of equal values of each row."""
    n, t = series.shape
    ordered = np.sort(series, axis=1)
    starts = np.ones((n, t), dtype=np.bool_)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.flatnonzero(starts)
    size = np.diff(np.append(first, n * t))
    return np.bincount(first // t, weights=size * (size - 1) * (2 * size + 5.0), minlength=n).astype(np.float64)


def _covariances(years: Floats) -> float:
    """Sum of the covariances of S of all pairs of seasons; ``years`` (years, seasons)."""
    n = len(years)
    first, second = np.triu_indices(n, 1)
    signs = np.sign(years[second] - years[first])
    ranks = rankdata(years, axis=0)
    covariance = (signs.T @ signs + 4 * ranks.T @ ranks - n * (n + 1) ** 2) / 3
    return float(covariance.sum() - np.trace(covariance))


def _untied_pairs(values: Floats) -> int:
    sizes = np.unique(values, return_counts=True)[1]
    return int(len(values) * (len(values) - 1) // 2 - (sizes * (sizes - 1) // 2).sum())


def _exact_p(s: int, parts: Sequence[Floats]) -> float:
    """Two-sided p; with D pairs without a tie, S = D - 2 inversions, and its distribution is symmetric."""
    chance = np.ones(1)
    for part in parts:
        chance = np.convolve(chance, _inversions(part))
    untied = len(chance) - 1
    at_most = (untied - abs(s)) // 2
    return min(1.0, 2 * float(chance[: at_most + 1].sum()))


def _inversions(values: Floats) -> Floats:
    """Chance of 0, 1, 2 … inversions of ``values`` in random order.

    The product over the values of ``(1 - q^i) / (1 - q^j)``, the i-th value being the j-th of its equals, as a power
    series in whole numbers.
    """
    orders = np.zeros(_untied_pairs(values) + 1, dtype=object)
    orders[0] = 1
    i = 0
    for size in np.unique(values, return_counts=True)[1].tolist():
        for j in range(1, size + 1):
            i += 1
            if i == j:
                continue
            orders[i:] = orders[i:] - orders[:-i]
            for start in range(min(j, len(orders))):
                orders[start::j] = np.cumsum(orders[start::j])
    total = int(orders.sum())
    return np.array([int(count) / total for count in orders])


def _slopes(values: Floats) -> Floats:
    first, second = np.triu_indices(len(values), 1)
    slopes: Floats = (values[second] - values[first]) / (second - first)
    return slopes


def _slope_bounds(slopes: Floats, variance: float, confidence: float) -> tuple[float, float]:
    """The slopes whose ranks lie z sd(S) / 2 below and above the middle (Sen 1968)."""
    reach = float(ndtri((1 + confidence) / 2)) * sqrt(max(variance, 0.0))
    low = max(round((len(slopes) - reach) / 2) - 1, 0)
    high = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    return float(slopes[low]), float(slopes[high])
