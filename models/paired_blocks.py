"""Which of two forecasts scored better, day by day: a sign-flip test over blocks of days, and its exact interval.

If two forecasts are equally good, exchanging their names in a block of days changes the sign of that block's
difference and nothing else. Flipping signs at random gives the null distribution (Fisher 1935; for forecasts Diebold &
Mariano 1995, sec. 1.3); blocks keep days that hang together. The test needs no variance estimate from a few weeks,
and flipping is as good as a studentised statistic, because the sum of squares is the same under every flip. Its
inversion is closed: the values that are not rejected lie between quantiles of the means of random subsets of the
blocks (Hartigan, J. A. 1969. Using subsample values as typical values. *JASA*, 64, 1303-1317).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.forecast_scores import block_sums
from models.parameter_limits import ParameterError, require_share, require_whole

Floats = NDArray[np.float64]
Verdict = Literal["beats", "no clear difference", "worse", "undecided"]

# With b blocks the smallest two-sided p is 2^(1 - b): with fewer than six it cannot reach 0.05.
MINIMUM_BLOCKS = 6


@dataclass(frozen=True)
class PairedComparison:
    """``difference`` per unit of ``weight`` with its interval, two-sided ``p``, and the ``verdict`` at ``level``.

    ``undecided`` with NaN numbers, and ``why``, where nothing can be said.
    """

    difference: float
    lower: float
    upper: float
    p: float
    verdict: Verdict
    blocks: int
    why: str = ""


@dataclass(frozen=True)
class DieboldMariano:
    """Statistic and two-sided p of equal expected score."""

    statistic: float
    p: float


def paired_comparison(
    gain: Floats,
    weight: Floats,
    *,
    block_length: int = 28,
    flips: int = 4999,
    level: float = 0.95,
    rng: np.random.Generator,
) -> PairedComparison:
    """Is ``sum(gain) / sum(weight)`` above or below 0? Both (T), in order of time; positive gain is better.

    ``weight`` is 1 for a mean per day, or the incidents for a difference in hit rates. ``block_length`` should be as
    long as an advantage lasts by chance: a map made from the past changes in weeks, and two maps that are equally
    good over the years are not in any one week. With blocks of 7 days where chance advantages lasted 28, a forecast
    was said to beat its equal in 4.5 % of simulations instead of 2.5 %. H0 of p: the gain of each
    block of ``block_length`` days is distributed symmetrically about 0, as it is where the two forecasts can be
    exchanged. With p = 2 min(tail), each tail ``(1 + #) / (1 + flips)`` over random subsets of the blocks. The
    interval holds the values m for which H0 with ``gain - m weight`` is not rejected at ``1 - level``: test and
    interval always agree. ``beats`` is said of an interval above 0.

    >>> gain = np.tile([0.5, 0.1, 0.3], 70)
    >>> paired_comparison(gain, np.ones(210), rng=np.random.default_rng(1)).verdict
    'beats'
    """
    require_whole("block_length", block_length, at_least=1)
    require_whole("flips", flips, at_least=1)
    require_share("level", level)
    if gain.shape != weight.shape or gain.ndim != 1:
        raise ParameterError(f"gain and weight must have one shape (T), found {gain.shape} and {weight.shape}")
    sums = block_sums(np.column_stack([gain, weight]), block_length) if len(gain) else np.empty((0, 2))
    sums = sums[(sums[:, 1] > 0) | (sums[:, 0] != 0)]
    why = _why_undecided(sums)
    if why:
        return PairedComparison(np.nan, np.nan, np.nan, np.nan, "undecided", len(sums), why)
    means, unflipped = _subset_means(sums, flips, rng)
    # A subset mean of exactly 0 counts in both tails, and rounding must not decide it.
    at_zero = 1e-12 * float(np.abs(sums[:, 0]).sum() / sums[:, 1].sum())
    tails = [1 + unflipped + int((means <= at_zero).sum()), 1 + unflipped + int((means >= -at_zero).sum())]
    p = min(1.0, 2 * min(tails) / (1 + flips))
    # The k-th mean from either end: 0 is rejected exactly where it lies beyond it.
    k = int(np.floor(round((1 - level) / 2 * (1 + flips), 6)))
    if k < 1:
        raise ParameterError(f"flips must be at least {2 / (1 - level):.0f} at level {level:g}, found {flips}")
    beyond, ordered = k - unflipped, np.sort(means)
    lower, upper = (float(ordered[beyond - 1]), float(ordered[-beyond])) if beyond >= 1 else (-np.inf, np.inf)
    verdict: Verdict = "no clear difference"
    if min(tails) <= k:
        verdict = "beats" if tails[0] < tails[1] else "worse"
    return PairedComparison(float(sums[:, 0].sum() / sums[:, 1].sum()), lower, upper, p, verdict, len(sums))


def diebold_mariano(gain: Floats, *, lags: int) -> DieboldMariano:
    """Diebold & Mariano (1995) with Bartlett weights up to ``lags`` (Newey & West 1987) and the small-sample factor
    and t distribution of Harvey, Leybourne & Newbold (1997), for ``lags + 1`` steps ahead.

    ``gain`` (T): differences of scores. H0 of p: their expectation is 0. Stands beside `paired_comparison` as the
    usual test; at a few dozen skewed days its normal theory is weaker than flipping. NaN where all are equal.
    """
    require_whole("lags", lags, at_least=0)
    n = len(gain)
    if n <= lags + 1:
        raise ParameterError(f"there must be more than {lags + 1} differences for {lags} lags, found {n}")
    centred = gain - gain.mean()
    variance = float(centred @ centred) / n
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag]) / n
    if variance <= 0:
        return DieboldMariano(np.nan, np.nan)
    steps = lags + 1
    small = np.sqrt((n + 1 - 2 * steps + steps * (steps - 1) / n) / n)
    statistic = float(small * gain.mean() / np.sqrt(variance / n))
    return DieboldMariano(statistic, float(2 * stats.t.sf(abs(statistic), n - 1)))


def _why_undecided(sums: Floats) -> str:
    if np.isnan(sums).any() or np.isinf(sums).any():
        return "a forecast gave no chance at all to where an incident fell"
    if len(sums) < MINIMUM_BLOCKS:
        return f"there are {len(sums)} blocks of days with something to compare; at least {MINIMUM_BLOCKS} are needed"
    if np.any(sums[:, 1] <= 0):
        return "a block of days has a difference but no incident to weigh it by"
    return ""


def _subset_means(sums: Floats, flips: int, rng: np.random.Generator) -> tuple[Floats, int]:
    """``sum(gain) / sum(weight)`` over random subsets of the blocks, and how many subsets were empty.

    An empty subset is the flip of no sign: as extreme as what was found, whatever the value tested.
    """
    chosen = rng.integers(0, 2, (flips, len(sums)), dtype=np.int8).astype(np.float64)
    totals: Floats = chosen @ sums
    some = totals[:, 1] > 0
    return totals[some, 0] / totals[some, 1], int(flips - some.sum())
