"""Farrington flexible: is this week's count above what the same season of earlier years lets expect?

Noufaily, A., Enki, D. G., Farrington, P., Garthwaite, P., Andrews, N. & Charlett, A. (2013). An improved algorithm for
outbreak detection in multiple surveillance systems. *Statistics in Medicine*, 32(7), 1206-1222; after Farrington, C. P.
et al. (1996), *Journal of the Royal Statistical Society A*, 159, 547-563.

For each week judged, a quasi-Poisson regression with log link of the years before it:

- a factor of the season with ten levels, one of them the seven weeks around the same week of each year;
- a linear trend, left out where fewer than three years are there, where it is not significant at ``trend_p``, or where
  it expects more than was ever seen;
- the last 26 weeks left out, so that a rise that is under way does not raise what is expected;
- weeks with an Anscombe residual above 2.58 weigh less, by its square, so that earlier outbreaks do not either;
- dispersion phi, Pearson's chi-square over its degrees of freedom and at least 1.

The threshold is the 1 - ``level`` quantile of the negative binomial distribution with the expected mean and variance
phi times the mean. As published (``estimation_error`` false) it takes the mean for certain; with ``estimation_error``
the variance of the mean is added, ``phi m + (m se)²``.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr
from scipy.stats import nbinom, poisson

from geo.errors import PlainError
from models.calendar import to_date, to_day_number
from models.parameter_limits import ParameterError, require_finite, require_number, require_share, require_whole

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

WEEK = 7
WEEKS_PER_YEAR = 52
YEARS_FOR_A_TREND = 3
# Relative change of the deviance at which the fit stands still, and the most steps to it.
STILL = 1e-11
MOST_STEPS = 50


class FarringtonError(PlainError, ValueError):
    """Too few weeks before the ones to be judged."""


@dataclass(frozen=True)
class FarringtonParameters:
    """``years`` looked back; ``half_window`` weeks on either side of the same week; ``seasons`` levels of the factor;
    ``weeks_left_out`` before the week judged; ``weights_above`` the residual from which weeks weigh less; ``trend_p``;
    one-sided ``level`` of an alarm; at least ``least_cases`` in the last ``case_weeks``, or no week is judged."""

    years: int = 5
    half_window: int = 3
    seasons: int = 10
    weeks_left_out: int = 26
    weights_above: float = 2.58
    trend_p: float = 1.0
    level: float = 0.01
    estimation_error: bool = True
    least_cases: float = 5.0
    case_weeks: int = 4

    def __post_init__(self) -> None:
        for name in ("years", "half_window", "seasons", "case_weeks"):
            require_whole(name, getattr(self, name), at_least=1)
        require_whole("weeks_left_out", self.weeks_left_out, at_least=0)
        require_number("weights_above", self.weights_above, above=0)
        require_number("trend_p", self.trend_p, at_least=0)
        require_share("level", self.level)
        most = WEEKS_PER_YEAR - 2 * self.half_window
        if self.seasons > most:
            raise ParameterError(f"seasons must be at most {most} with this half_window, found {self.seasons}")


@dataclass(frozen=True, eq=False)
class Farrington:
    """Per week judged (m): ``week`` its position in the counts; ``expected``; ``dispersion`` phi; ``slope`` of the log
    per week, NaN without a trend; ``upper``, the largest count that is no alarm; ``p``; ``alarm``.

    H0 of the one-sided ``p``: the count has the expected mean and dispersion. Where there were too few cases, or the
    regression did not converge, upper is NaN, p 1 and there is no alarm.
    """

    week: Whole
    expected: Floats
    dispersion: Floats
    slope: Floats
    upper: Floats
    p: Floats
    alarm: Flags


@dataclass(frozen=True)
class _Fit:
    """``prediction`` of the week judged: mean, standard error of its log, dispersion; ``slope`` and its p."""

    mean: float
    error: float
    dispersion: float
    slope: float
    slope_p: float


def farrington(
    counts: Floats, *, judged: int, first_day: int | None = None, parameters: FarringtonParameters | None = None
) -> Farrington:
    """Judge the last ``judged`` weeks of ``counts`` (n), oldest first.

    ``first_day`` of the first week (days since 1970-01-01) makes the same week of other years that of the calendar;
    without it, it lies 52 weeks back. Raises `FarringtonError` where the first week to be judged has too short a
    history, `ParameterError` for counts that are no finite numbers or negative.

    >>> counts = np.random.default_rng(1).poisson(5, 400).astype(np.float64)
    >>> counts[398] = 20
    >>> found = farrington(counts, judged=3)
    >>> found.upper.tolist(), found.alarm.tolist()
    ([10.0, 10.0, 10.0], [False, True, False])
    """
    chosen = parameters or FarringtonParameters()
    require_finite("counts", counts)
    require_whole("judged", judged, at_least=1)
    if len(counts) and counts.min() < 0:
        raise ParameterError(f"counts must not be negative, found {counts.min():g}")
    needed = judged + weeks_needed(chosen)
    if len(counts) < needed:
        raise FarringtonError(
            f"{chosen.years} years back from {judged} weeks need at least {needed} weeks of counts, found {len(counts)}"
        )
    weeks = np.arange(len(counts) - judged, len(counts), dtype=np.int64)
    columns = np.array([_judge(counts, int(week), first_day, chosen) for week in weeks]).T
    expected, dispersion, slope, upper, p = columns
    return Farrington(weeks, expected, dispersion, slope, upper, p, counts[weeks] > np.nan_to_num(upper, nan=np.inf))


def weeks_needed(parameters: FarringtonParameters) -> int:
    """Weeks before the first one judged; the calendar's years are up to a week longer than 52 weeks, five of them."""
    return parameters.years * WEEKS_PER_YEAR + parameters.half_window + -(-parameters.years * 9 // (4 * WEEK)) + 1


def _judge(counts: Floats, week: int, first_day: int | None, chosen: FarringtonParameters) -> tuple[float, ...]:
    """Expected, dispersion, slope, upper and p of one week."""
    level = _seasons(_same_weeks(week, first_day, chosen.years), week, chosen)
    past = np.flatnonzero(level[: week - chosen.weeks_left_out])
    fit = _fit(counts[past], past, level[past], week, chosen, trend=True)
    plausible = fit is not None and fit.mean <= counts[past].max() and fit.slope_p < chosen.trend_p
    if not (plausible and chosen.years >= YEARS_FOR_A_TREND):
        fit = _fit(counts[past], past, level[past], week, chosen, trend=False)
    if fit is None or not np.isfinite(fit.mean):
        return np.nan, np.nan, np.nan, np.nan, 1.0
    if counts[week - chosen.case_weeks + 1 : week + 1].sum() < chosen.least_cases:
        return fit.mean, fit.dispersion, fit.slope, np.nan, 1.0
    added = fit.mean * fit.error**2 if chosen.estimation_error else 0.0
    return (
        fit.mean,
        fit.dispersion,
        fit.slope,
        *_threshold(fit.mean, fit.dispersion + added, counts[week], chosen.level),
    )


def _threshold(mean: float, variance: float, count: float, level: float) -> tuple[float, float]:
    """The quantile of 1 - level, and the chance of a count as high; ``variance`` over the mean."""
    if variance > 1:
        shape = mean / (variance - 1), 1 / variance
        return float(nbinom.ppf(1 - level, *shape)), float(nbinom.sf(np.ceil(count) - 1, *shape))
    return float(poisson.ppf(1 - level, mean)), float(poisson.sf(np.ceil(count) - 1, mean))


def _same_weeks(week: int, first_day: int | None, years: int) -> list[int]:
    """Position of the week itself and of the same week in each year before it."""
    if first_day is None:
        return [week - WEEKS_PER_YEAR * back for back in range(years + 1)]
    day = first_day + WEEK * week
    return [(_nearest(day, back) - first_day) // WEEK for back in range(years + 1)]


def _nearest(day: int, years_back: int) -> int:
    """The day with the weekday of ``day`` that is nearest to its date so many years before."""
    at = to_date(day)
    leap_day = (at.month, at.day) == (2, 29)
    same = date(at.year - years_back, 3, 1) if leap_day and years_back else at.replace(year=at.year - years_back)
    then = to_day_number(same)
    return then + (day - then + WEEK // 2) % WEEK - WEEK // 2


def _seasons(same: list[int], week: int, chosen: FarringtonParameters) -> Whole:
    """Level of the season of each week before ``week``, 1 to ``seasons``, of which the last is around the same week;
    0 where a week takes no part."""
    w, last = chosen.half_window, chosen.seasons
    level = np.zeros(week, dtype=np.int64)
    for later, earlier in pairwise(same):
        level[max(earlier - w, 0) : min(earlier + w + 1, week)] = last
        if last > 1:
            between = np.array_split(np.arange(earlier + w + 1, later - w), last - 1)
            for number, part in enumerate(between, start=1):
                level[part] = number
    return level


def _fit(
    counts: Floats, week: Whole, level: Whole, now: int, chosen: FarringtonParameters, *, trend: bool
) -> _Fit | None:
    """The reweighted regression; None where it does not converge."""
    seasons = [(level == number).astype(np.float64) for number in range(2, chosen.seasons + 1)]
    columns = [np.ones(len(counts)), *([(week - week[0]).astype(np.float64)] if trend else []), *seasons]
    design = np.stack(columns, axis=1)
    plain = _regression(design, counts, np.ones(len(counts)))
    if plain is None:
        return None
    weights = _weights(_anscombe(design, counts, plain), chosen.weights_above)
    coefficients = _regression(design, counts, weights)
    if coefficients is None:
        return None
    dispersion = _pearson(design, counts, coefficients, weights)
    covariance = np.linalg.pinv(_information(design, coefficients, weights))
    at = np.concatenate([[1.0], [float(now - week[0])] if trend else [], np.eye(chosen.seasons)[-1][1:]])
    bounded = max(dispersion, 1.0)
    slope, slope_p = np.nan, 1.0
    if trend:
        slope = float(coefficients[1])
        t = slope / np.sqrt(dispersion * covariance[1, 1])
        slope_p = 2 * float(stdtr(len(counts) - design.shape[1], -abs(t)))
    return _Fit(
        float(np.exp(at @ coefficients)), float(np.sqrt(bounded * (at @ covariance @ at))), bounded, slope, slope_p
    )


def _regression(design: Floats, counts: Floats, weights: Floats) -> Floats | None:
    """Coefficients of the Poisson regression by iterated weighted least squares."""
    mean = counts + 0.1
    before = np.inf
    for _ in range(MOST_STEPS):
        root = np.sqrt(weights * mean)
        target = np.log(mean) + (counts - mean) / mean
        coefficients, *_ = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)
        mean = np.exp(design @ coefficients)
        deviance = 2 * float(weights @ (_times_log(counts, mean) - counts + mean))
        if abs(deviance - before) / (abs(deviance) + 0.1) < STILL:
            return np.asarray(coefficients, dtype=np.float64)
        before = deviance
    return None


def _times_log(counts: Floats, mean: Floats) -> Floats:
    logs: Floats = np.log(np.divide(counts, mean, out=np.ones_like(mean), where=counts > 0))
    return counts * logs


def _information(design: Floats, coefficients: Floats, weights: Floats) -> Floats:
    information: Floats = (design.T * (weights * np.exp(design @ coefficients))) @ design
    return information


def _pearson(design: Floats, counts: Floats, coefficients: Floats, weights: Floats) -> float:
    mean: Floats = np.exp(design @ coefficients)
    chi_square = float(np.sum(weights * (counts - mean) ** 2 / mean))
    return float(chi_square / (len(counts) - design.shape[1]))


def _anscombe(design: Floats, counts: Floats, coefficients: Floats) -> Floats:
    """Standardised Anscombe residuals ``1.5 (y^(2/3) m^(-1/6) - m^(1/2)) / sqrt(phi (1 - h))``."""
    mean = np.exp(design @ coefficients)
    rooted = design * np.sqrt(mean)[:, None]
    leverage = np.einsum("ij,ij->i", rooted @ np.linalg.pinv(rooted.T @ rooted), rooted)
    phi = max(1.0, _pearson(design, counts, coefficients, np.ones(len(counts))))
    left = np.maximum(1 - leverage, np.finfo(np.float64).eps)
    residuals: Floats = 1.5 * (counts ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean)) / np.sqrt(phi * left)
    return residuals


def _weights(residuals: Floats, above: float) -> Floats:
    """Weights that add up to their number: 1 / residual² where a residual is too large, 1 where it is not."""
    large = residuals > above
    weights: Floats = np.where(large, 1 / np.where(large, residuals, 1.0) ** 2, 1.0)
    weights *= len(weights) / float(weights.sum())
    return weights
