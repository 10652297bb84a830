"""EARS C1, C2 and C3: is today's count high beside the days just before it?

Hutwagner, L., Thompson, W., Seeman, G. M. & Treadwell, T. (2003). The bioterrorism preparedness and response Early
Aberration Reporting System (EARS). *Journal of Urban Health*, 80(2, suppl. 1), i89-i96. With m and s the mean and
standard deviation (n - 1) of a baseline of seven periods:

- C1: ``(x - m) / s``, the baseline just before the period;
- C2: the same with a gap of two periods between baseline and period;
- C3: the sum of ``max(0, C2 - 1)`` over the period and the two before it.

C1 and C2 alarm above a normal quantile, C3 above 1.96. At no mean is the rate of false alarms the one that the
quantile stands for: s of seven periods is itself uncertain, and with normal variables a quantile of 0.001 gives 0.014.
At small counts it is worse: with no incident in the baseline a single one is an alarm (`false_alarm_rate` says how
often). The published alarm is therefore given under its name, and what decides here is an exact test: given the sum of
period and baseline, the period's part is binomial where both have one rate. For C3 the three periods together are held
against the baseline before them, that of C2.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import poisson

from geo.errors import PlainError
from models.parameter_limits import ParameterError, require_finite, require_number, require_share, require_whole
from models.rate_ratio import count_tails

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
EarsMethod = Literal["C1", "C2", "C3"]

GAP = {"C1": 0, "C2": 2, "C3": 2}
C3_PERIODS = 3
C3_LIMIT = 1.96
# Chance of the largest counts left out, and the mean up to which sums of squares can be enumerated.
LEFT_OUT = 1e-9
MOST_MEAN = 10.0


class EarsError(PlainError, ValueError):
    """Too few periods for a baseline."""


@dataclass(frozen=True)
class EarsParameters:
    """Periods of the ``baseline``, and the one-sided ``level`` of an alarm in one period."""

    method: EarsMethod = "C1"
    baseline: int = 7
    level: float = 0.001

    def __post_init__(self) -> None:
        if self.method not in GAP:
            raise ParameterError(f"method must be C1, C2 or C3, found {self.method!r}")
        require_whole("baseline", self.baseline, at_least=3)
        require_share("level", self.level)


@dataclass(frozen=True, eq=False)
class Ears:
    """Per period (n); NaN, 1 and False where there is no baseline yet.

    ``expected``: mean of the baseline. ``statistic``: C1, C2 or C3, infinite where a baseline without any variation is
    left. ``published_alarm``: by the normal quantile (C3: above 1.96). H0 of the one-sided ``p``: the period (C3:
    the last three) has the rate of its baseline or a lower one; ``alarm`` where it is at most the level.
    """

    expected: Floats
    statistic: Floats
    published_alarm: Flags
    p: Floats
    alarm: Flags


def ears(counts: Floats, parameters: EarsParameters | None = None) -> Ears:
    """EARS of ``counts`` (n), oldest first, one for every period; parts of incidents are taken.

    Raises `EarsError` where no period has a baseline, `ParameterError` for counts that are no finite numbers or
    negative.

    >>> found = ears(np.array([2.0, 3, 1, 2, 0, 2, 4, 9]))
    >>> print(f"C1 {found.statistic[7]:.3f} {found.published_alarm[7]}, p {found.p[7]:.4f} {found.alarm[7]}")
    C1 5.422 True, p 0.0012 False
    """
    chosen = parameters or EarsParameters()
    require_finite("counts", counts)
    needed = chosen.baseline + GAP[chosen.method] + (C3_PERIODS - 1 if chosen.method == "C3" else 0) + 1
    if len(counts) < needed:
        raise EarsError(f"{chosen.method} needs at least {needed} periods, found {len(counts)}")
    if counts.min() < 0:
        raise ParameterError(f"counts must not be negative, found {counts.min():g}")
    mean, deviation = _baseline(counts, chosen.baseline, GAP[chosen.method])
    above = np.divide(counts - mean, deviation, out=np.full(len(counts), np.nan), where=deviation > 0)
    for value, side in ((0.0, counts == mean), (np.inf, counts > mean), (-np.inf, counts < mean)):
        above[(deviation == 0) & side] = value
    if chosen.method == "C3":
        statistic, limit, tested, periods = _last(np.maximum(above - 1, 0)), C3_LIMIT, _last(counts), C3_PERIODS
    else:
        statistic, limit, tested, periods = above, float(ndtri(1 - chosen.level)), counts, 1
    p = _exact_p(np.where(np.isnan(statistic), np.nan, mean), tested, chosen.baseline, periods)
    return Ears(mean, statistic, statistic > limit, p, p <= chosen.level)


def false_alarm_rate(mean: float, *, level: float = 0.001, baseline: int = 7) -> float:
    """Chance of a published alarm of C1 or C2 in one period where all counts are Poisson with one ``mean``.

    Summed over all baselines, by their sum and sum of squares. For means up to 10.

    >>> round(false_alarm_rate(0.3), 4), round(false_alarm_rate(2.0), 4), round(false_alarm_rate(5.0), 4)
    (0.0508, 0.0264, 0.0217)
    """
    require_number("mean", mean, above=0)
    require_share("level", level)
    if mean > MOST_MEAN:
        raise ParameterError(f"mean must be at most {MOST_MEAN:g}, found {mean:g}")
    most = int(poisson.isf(LEFT_OUT, mean))
    chance = poisson.pmf(np.arange(most + 1), mean)
    baselines = np.ones((1, 1))
    for _ in range(baseline):
        grown = np.zeros((baselines.shape[0] + most, baselines.shape[1] + most * most))
        for count, share in enumerate(chance.tolist()):
            grown[count : count + baselines.shape[0], count**2 : count**2 + baselines.shape[1]] += share * baselines
        baselines = grown[:, : int(np.flatnonzero(grown.any(axis=0))[-1]) + 1]
    total, squares = np.nonzero(baselines > LEFT_OUT**2)
    deviation = np.sqrt(np.maximum(squares - total**2 / baseline, 0) / (baseline - 1))
    limit = total / baseline + float(ndtri(1 - level)) * deviation
    # Rounding must not make an alarm of a count that is its limit.
    return float(baselines[total, squares] @ poisson.sf(np.floor(limit + LEFT_OUT), mean))


def _baseline(counts: Floats, length: int, gap: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the baseline of each period, NaN where there is none."""
    windows = np.lib.stride_tricks.sliding_window_view(counts, length)[: len(counts) - length - gap]
    lead = np.full(length + gap, np.nan)
    return np.concatenate([lead, windows.mean(axis=1)]), np.concatenate([lead, windows.std(axis=1, ddof=1)])


def _last(values: Floats) -> Floats:
    """Sum of each value and the two before it, NaN for the first two."""
    summed = np.full(len(values), np.nan)
    summed[C3_PERIODS - 1 :] = np.lib.stride_tricks.sliding_window_view(values, C3_PERIODS).sum(axis=1)
    return summed


def _exact_p(mean: Floats, tested: Floats, baseline: int, periods: int) -> Floats:
    p = np.ones(len(mean))
    known = ~np.isnan(mean)
    p[known] = count_tails(mean[known] * baseline, tested[known], periods / baseline)[1]
    return p
