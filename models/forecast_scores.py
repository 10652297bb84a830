"""How good forecasts of counts per cell were: hit rate, PAI, PEI, concentration curve, and proper Poisson scores.

Chainey, S., Tompson, L. & Uhlig, S. (2008). The utility of hotspot mapping for predicting spatial patterns of crime.
*Security Journal*, 21, 4-28 (PAI). Levine, N. (2008). The "hottest" part of a hotspot. *Security Journal*, 21, 295-302
(RRI). Hunt, J. M. (2016). *Do crime hot spots move?* American University, and the NIJ Real-Time Crime Forecasting
Challenge (2017) (PEI). Czado, C., Gneiting, T. & Held, L. (2009). Predictive model assessment for count data.
*Biometrics*, 65, 1254-1261 (log score, ranked probability score).
"""

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from models.parameter_limits import ParameterError, require_number, require_share, require_whole

Floats = NDArray[np.float64]

# Densities this near to one another are ties: sums of the same numbers in another order differ in the last digits.
TIE = 1e-9
BLOCK_VALUES = 4_000_000


@dataclass(frozen=True)
class Captures:
    """Where the incidents fell in each forecast's order of places: columns, one row per forecast and cell with any.

    ``above`` is the share of the area that was ranked before the cell, ``tied`` the share ranked level with it, the
    cell included; ``incidents`` how many it had. ``forecast`` is the row of the forecast.
    """

    forecast: NDArray[np.intp]
    above: Floats
    tied: Floats
    incidents: Floats

    def within(self, share: float) -> Floats:
        """Incidents of each row that fall within the first ``share`` of the area.

        Of cells that tie at the limit, as much counts as there is room for: with cells of one size that is the
        expected value over all orders of the tied cells. No order of the array plays a part, and a limit inside a
        cell takes that part of it, so that every method is given exactly the same area.
        """
        taken: Floats = np.clip((share - self.above) / self.tied, 0, 1)
        return taken * self.incidents


@dataclass(frozen=True)
class Hindsight:
    """Incidents (T) within a share of the area that is chosen knowing what came: for ``each`` forecast anew, or
    ``once`` for all."""

    each: Floats
    once: Floats


@dataclass(frozen=True)
class ForecastParts:
    """What each forecast adds to the scores: columns of length T, sums of which are the scores' parts.

    ``incidents`` and ``expected`` totals; ``hits``, ``best_hits`` and ``fixed_hits`` the incidents within ``share`` of
    the area as ranked by the forecast, by hindsight anew for each forecast, and by the one order that would have been
    best over all; ``expected_hits`` what the forecast expected there; ``ranked`` incidents times the share of the
    area that ranks behind them; ``log_score`` and ``deviance`` summed over cells.
    """

    share: float
    incidents: Floats
    expected: Floats
    hits: Floats
    best_hits: Floats
    fixed_hits: Floats
    expected_hits: Floats
    ranked: Floats
    log_score: Floats
    deviance: Floats

    def __len__(self) -> int:
        return len(self.incidents)

    def columns(self) -> Floats:
        """The parts as (T, 9), in the order of the fields."""
        return np.column_stack([getattr(self, f.name) for f in fields(self) if f.name != "share"])


@dataclass(frozen=True)
class Score:
    """A score with its interval; all NaN and ``why`` says the reason where it is undefined."""

    value: float
    lower: float
    upper: float
    why: str = ""


@dataclass(frozen=True)
class ForecastScores:
    """Scores over all forecasts: ratios of sums, not means of daily ratios, so that a day weighs as its incidents do.

    ``hit_rate`` n/N within ``share`` of the area; ``pai`` = (n/N) / (a/A), 1 for chance; ``pei`` = PAI / PAI* = n/n*
    with the most that any choice of the same area, made anew in hindsight for each forecast, would have caught;
    ``of_best_map`` = n/n* with the most that one choice for all forecasts would have caught; ``rri`` = (n/N) / (m/M)
    with m of M expected there, 1 where the chosen places held what was expected of them; ``curve_area`` the area under
    the concentration curve, 0.5 for chance: how often a place drawn at random ranks behind the place of an incident;
    ``level`` observed by expected; ``log_score`` and ``deviance`` means per forecast, less is better.
    """

    hit_rate: Score
    pai: Score
    pei: Score
    of_best_map: Score
    rri: Score
    curve_area: Score
    level: Score
    log_score: Score
    deviance: Score


def captures(expected: Floats, observed: Floats, area: Floats) -> Captures:
    """Rank the cells of each forecast by ``expected / area``, densest first, and find the incidents in that order.

    ``expected`` and ``observed`` (T, n) are counts, fractional where times are uncertain; ``area`` (n) in any unit,
    ones to count cells. Work is proportional to the cells with incidents, not to T n log n: only their ranks count.

    >>> found = captures(np.array([[8.0, 4, 4, 2]]), np.array([[6.0, 7, 3, 0]]), np.ones(4))
    >>> found.within(0.5).tolist()
    [6.0, 3.5, 1.5]
    """
    _refuse_shapes(expected, observed, area)
    density, part = expected / area, area / area.sum()
    forecast, cell = np.nonzero(observed)
    above, tied = np.empty(len(forecast)), np.empty(len(forecast))
    step = max(1, BLOCK_VALUES // max(1, len(area)))
    for start in range(0, len(forecast), step):
        rows = slice(start, start + step)
        others, own = density[forecast[rows]], density[forecast[rows], cell[rows], None]
        higher = others > own * (1 + TIE)
        above[rows] = higher @ part
        tied[rows] = ((others >= own * (1 - TIE)) & ~higher) @ part
    return Captures(forecast, above, tied, observed[forecast, cell])


def hindsight(observed: Floats, area: Floats, *, share: float) -> Hindsight:
    """The most that choices of ``share`` of the area would have caught of ``observed`` (T, n)."""
    require_share("share", share)
    each = captures(observed, observed, area)
    total = observed.sum(axis=0, keepdims=True)
    once = captures(total, total, area)
    taken = np.zeros(observed.shape[1])
    taken[np.flatnonzero(total[0])] = once.within(share) / once.incidents
    return Hindsight(_per_forecast(each.forecast, each.within(share), len(observed)), observed @ taken)


def forecast_parts(
    expected: Floats, observed: Floats, area: Floats, *, share: float, best: Hindsight | None = None
) -> ForecastParts:
    """Every forecast's parts of the scores, from ``expected`` and ``observed`` (T, n) and ``area`` (n).

    ``share`` of the area, between 0 and 1, is what can be covered. ``best`` is `hindsight` of the same, where several
    methods are scored on it. Raises `ParameterError` for shapes that do not fit, a number that is negative or not
    finite, or an area that is not positive.
    """
    require_share("share", share)
    found = captures(expected, observed, area)
    best = best or hindsight(observed, area, share=share)
    per_forecast = partial(_per_forecast, n_forecasts=len(observed))
    return ForecastParts(
        share=share,
        incidents=observed.sum(axis=1),
        expected=expected.sum(axis=1),
        hits=per_forecast(found.forecast, found.within(share)),
        best_hits=best.each,
        fixed_hits=best.once,
        expected_hits=_expected_within(expected, area, share),
        ranked=per_forecast(found.forecast, found.incidents * (1 - found.above - found.tied / 2)),
        log_score=poisson_log_score(expected, observed),
        deviance=poisson_deviance(expected, observed),
    )


def forecast_scores(
    parts: ForecastParts,
    *,
    block_length: int = 7,
    resamples: int = 1999,
    level: float = 0.95,
    rng: np.random.Generator,
) -> ForecastScores:
    """The scores with percentile intervals from resampling blocks of ``block_length`` successive forecasts.

    Blocks keep what neighbouring days have in common (Künsch 1989, non-overlapping as Carlstein 1986). A score is
    NaN with its reason where its denominator is zero, as without a single incident.
    """
    require_whole("block_length", block_length, at_least=1)
    require_whole("resamples", resamples, at_least=1)
    require_share("level", level)
    if len(parts) == 0:
        raise ParameterError("there must be at least 1 forecast to score, found 0")
    blocks = block_sums(np.column_stack([parts.columns(), np.ones(len(parts))]), block_length)
    drawn = rng.multinomial(len(blocks), np.full(len(blocks), 1 / len(blocks)), size=resamples)
    values = _ratios(blocks.sum(axis=0), parts.share)
    with np.errstate(invalid="ignore"):
        spread = _ratios(_weighted(drawn.astype(np.float64), blocks), parts.share)
    found = []
    for i, why in enumerate(_WHY):
        known = spread[~np.isnan(spread[:, i]), i]
        if np.isnan(values[i]):
            found.append(Score(np.nan, np.nan, np.nan, why))
        else:
            # The nearest resample, not between two: an infinite score must not make the interval undefined.
            lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2], method="closest_observation")
            found.append(Score(float(values[i]), float(lower), float(upper)))
    return ForecastScores(*found)


def concentration_curve(expected: Floats, observed: Floats, area: Floats, shares: Floats) -> Floats:
    """Hit rate at each of ``shares`` (k) of the area, over all forecasts: (k), NaN without an incident.

    >>> concentration_curve(np.array([[3.0, 1]]), np.array([[1.0, 3]]), np.ones(2), np.array([0.25, 0.5, 1])).tolist()
    [0.125, 0.25, 1.0]
    """
    found = captures(expected, observed, area)
    hits = np.array([found.within(share).sum() for share in shares])
    total = observed.sum()
    return hits / total if total > 0 else np.full(len(shares), np.nan)


def poisson_log_score(expected: Floats, observed: Floats) -> Floats:
    """Minus the log probability of each row's counts (T) under independent Poisson counts; infinite where an incident
    fell where none was expected. Fractional counts take the gamma function in place of the factorial."""
    row, cell = np.nonzero(observed)
    count, rate = observed[row, cell], expected[row, cell]
    with np.errstate(divide="ignore"):
        surprise: Floats = gammaln(count + 1) - xlogy(count, rate)
    score: Floats = expected.sum(axis=1) + _per_forecast(row, surprise, len(observed))
    return score


def poisson_deviance(expected: Floats, observed: Floats) -> Floats:
    """``2 sum(o log(o / e) - (o - e))`` over each row's cells (T): twice the distance to the perfect forecast."""
    row, cell = np.nonzero(observed)
    count, rate = observed[row, cell], expected[row, cell]
    with np.errstate(divide="ignore"):
        gain: Floats = np.asarray(xlogy(count, count) - xlogy(count, rate), dtype=np.float64)
    deviance: Floats = 2 * (_per_forecast(row, gain, len(observed)) - observed.sum(axis=1) + expected.sum(axis=1))
    return deviance


def ranked_probability_score(expected: Floats, observed: Floats) -> Floats:
    """``sum_k (P(X <= k) - [x <= k])²`` of each whole count x under Poisson(expected), the shape of both.

    Summed until P(X > k) is below 1e-16, in one pass over k. Raises `ParameterError` for a count that is not whole.
    """
    if np.any(observed != np.round(observed)):
        raise ParameterError("observed must be whole counts for the ranked probability score, found a fraction")
    _refuse_numbers("expected", expected)
    term = np.exp(-expected)
    below, score = term.copy(), np.zeros_like(expected)
    top = float(expected.max(initial=0.0))
    last = int(max(observed.max(initial=0), top + 9 * np.sqrt(top) + 20))
    for k in range(last + 1):
        score += (np.minimum(below, 1) - (observed <= k)) ** 2
        term = term * expected / (k + 1)
        below += term
    return score


def block_sums(columns: Floats, block_length: int) -> Floats:
    """Sums of ``columns`` (T, k) over successive blocks (B, k); a last block may be shorter."""
    sums: Floats = np.add.reduceat(columns, np.arange(0, len(columns), block_length), axis=0)
    return sums


_NO_INCIDENT = "no incident fell into the area in the days scored"
_NONE_EXPECTED = "no incident was expected in the chosen part of the area"
_WHY = (*[_NO_INCIDENT] * 4, _NONE_EXPECTED, _NO_INCIDENT, "no incident was expected at all", "", "")


def _ratios(totals: Floats, share: float) -> Floats:
    """The nine scores of `ForecastScores` from sums of the parts and the number of forecasts (…, 10)."""
    incidents, expected, hits, best, fixed, expected_hits, ranked, log, deviance, forecasts = np.moveaxis(totals, -1, 0)
    rate = _ratio(hits, incidents)
    return np.stack(
        [
            rate,
            rate / share,
            _ratio(hits, best),
            _ratio(hits, fixed),
            _ratio(rate, _ratio(expected_hits, expected)),
            _ratio(ranked, incidents),
            _ratio(incidents, expected),
            log / forecasts,
            deviance / forecasts,
        ],
        axis=-1,
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio: Floats = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return ratio


def _weighted(drawn: Floats, blocks: Floats) -> Floats:
    """Sums of ``blocks`` (B, k) as often as drawn (R, B): an infinite block not drawn adds nothing."""
    finite = np.isfinite(blocks)
    totals: Floats = drawn @ np.where(finite, blocks, 0)
    return np.where(drawn @ ~finite > 0, np.inf, totals)


def _expected_within(expected: Floats, area: Floats, share: float) -> Floats:
    order = np.argsort(-expected / area, axis=1)
    part = (area / area.sum())[order]
    before = np.cumsum(part, axis=1) - part
    taken = np.clip((share - before) / part, 0, 1)
    inside: Floats = (taken * np.take_along_axis(expected, order, axis=1)).sum(axis=1)
    return inside


def _per_forecast(forecast: NDArray[np.intp], value: Floats, n_forecasts: int) -> Floats:
    return np.bincount(forecast, weights=value, minlength=n_forecasts).astype(np.float64)


def _refuse_shapes(expected: Floats, observed: Floats, area: Floats) -> None:
    if expected.ndim != 2 or expected.shape != observed.shape or area.shape != expected.shape[1:]:
        raise ParameterError(
            "expected and observed must have one shape (T, n) and area (n), found "
            f"{expected.shape}, {observed.shape} and {area.shape}"
        )
    _refuse_numbers("expected", expected)
    _refuse_numbers("observed", observed)
    require_number("the smallest area", float(area.min(initial=1.0)), above=0)


def _refuse_numbers(name: str, values: Floats) -> None:
    if not np.isfinite(values).all() or values.min(initial=0.0) < 0:
        raise ParameterError(f"{name} must be finite and not negative, found {values.min():g} to {values.max():g}")
