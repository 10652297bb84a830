"""What one series of counts says: the last periods beside earlier ones, a steady trend, shifts and single high weeks.

Nothing new is computed here; which statistic is asked, with which history, is:

- the last periods beside as many just before, and beside the same of a year earlier: `models.rate_ratio`, its counts
  divided by the dispersion of the history, so that bursts do not count as news; the E-test beside it;
- `models.mann_kendall`, by season from two years on, with dependent seasons from ten complete years on;
- `models.cusum` over the last periods, its limit from the history, three years before them at most;
- `models.farrington` over the last weeks, where at least three years lie before them.

What a series is too short or too sparse for is left out, and a sentence says why.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from geo.errors import PlainError
from models.calendar import to_date, to_day_number
from models.count_periods import PER_YEAR, CountSeries, Period
from models.cusum import Cusum, CusumError, Side, poisson_cusum, reference_value, window_limit
from models.dispersion import POISSON, Dispersion, DispersionError, dispersion
from models.farrington import Farrington, FarringtonError, FarringtonParameters, farrington, weeks_needed
from models.mann_kendall import (
    FEWEST_YEARS,
    FEWEST_YEARS_SERIAL,
    MannKendall,
    MannKendallError,
    mann_kendall,
    seasonal_mann_kendall,
)
from models.parameter_limits import ParameterError, require_share, require_whole
from models.poisson_e_test import PoissonETest, poisson_e_test
from models.rate_ratio import RateRatio, rate_ratio
from models.trend import TrendClass

Floats = NDArray[np.float64]

LAST: dict[Period, int] = {"day": 28, "week": 13, "month": 3}
# As in models.trend: fewer than five incidents in both periods say nothing.
LEAST_COUNT = 5.0
# Blocks as long as the compared periods show runs of good and bad ones that single periods hide. They are few, so that
# their dispersion is taken only where it is larger than that of single periods by more than chance.
LEAST_BLOCKS = 6
BLOCK_LEVEL = 0.05
LEAST_HISTORY = 8
# What counts as history of today: older years have another level.
HISTORY_YEARS = 3
FARRINGTON_YEARS = (3, 5)


class SeriesTrendError(PlainError, ValueError):
    """A series too short to compare anything."""


@dataclass(frozen=True)
class SeriesTrendParameters:
    """``last`` periods that are judged (by default 28 days, 13 weeks or 3 months), ``confidence`` of intervals and
    classes, ``level`` of any CUSUM alarm within the last periods."""

    last: int | None = None
    confidence: float = 0.95
    level: float = 0.05

    def __post_init__(self) -> None:
        if self.last is not None:
            require_whole("last", self.last, at_least=1)
        require_share("confidence", self.confidence)
        require_share("level", self.level)


@dataclass(frozen=True)
class PeriodComparison:
    """The last periods beside earlier ones, ``periods_back`` before them, over ``before_days`` and ``after_days``.

    H0 of ``ratio.p`` and of ``e_test``: the rates are equal; the first allows for the dispersion, the second takes
    counts as Poisson and is None for parts of incidents. ``trend`` goes by the interval of the ratio.
    """

    periods_back: int
    before: float
    after: float
    before_days: int
    after_days: int
    ratio: RateRatio
    e_test: PoissonETest | None
    trend: TrendClass


@dataclass(frozen=True, eq=False)
class CusumWatch:
    """CUSUM for a rise or a fall over the last periods. ``mean`` per period of the history of ``history`` periods."""

    side: Side
    mean: float
    history: int
    k: float
    h: float
    cusum: Cusum


@dataclass(frozen=True, eq=False)
class SeriesTrend:
    """All that could be asked of ``series``; ``reasons`` say why something is None or empty.

    ``spread`` is the dispersion of the periods compared, ``period_spread`` that of single periods. ``seasons`` of the
    Mann-Kendall test, 1 for none.
    """

    series: CountSeries
    last: int
    spread: Dispersion
    period_spread: Dispersion
    comparisons: tuple[PeriodComparison, ...]
    mann_kendall: MannKendall | None
    seasons: int
    watches: tuple[CusumWatch, ...]
    farrington: Farrington | None
    reasons: tuple[str, ...]


def series_trend(series: CountSeries, parameters: SeriesTrendParameters | None = None) -> SeriesTrend:
    """Judge the last periods of ``series``.

    Raises `SeriesTrendError` where there are not even as many periods before the last ones.

    >>> days = np.arange(0, 7 * 60, 7)
    >>> found = series_trend(CountSeries("week", days, np.where(days < 7 * 47, 10.0, 17.0)))
    >>> found.comparisons[0].trend, round(found.comparisons[0].ratio.ratio, 2), found.watches[0].cusum.alarm.any()
    ('stigning', 1.7, np.True_)
    """
    chosen = parameters or SeriesTrendParameters()
    last = chosen.last or LAST[series.period]
    if len(series) < 2 * last:
        raise SeriesTrendError(
            f"comparing the last {last} {series.period}s needs as many before them, found {len(series)} in all"
        )
    reasons: list[str] = []
    history = _history(series, last)
    period_spread = _period_spread(history, reasons)
    spread = _block_spread(history, last, period_spread)
    seasons, trend = _steady(series, reasons)
    return SeriesTrend(
        series,
        last,
        spread,
        period_spread,
        _comparisons(series, last, spread.factor, chosen.confidence, reasons),
        trend,
        seasons,
        _watches(series, last, period_spread.factor, chosen.level, reasons),
        _farrington(series, last, reasons),
        tuple(reasons),
    )


def days_of(series: CountSeries) -> NDArray[np.int64]:
    """Length of each period in days."""
    if series.period != "month":
        return np.full(len(series), 1 if series.period == "day" else 7, dtype=np.int64)
    last = to_date(int(series.first_day[-1]))
    after = last.replace(year=last.year + last.month // 12, month=last.month % 12 + 1)
    return np.diff(series.first_day, append=np.int64(to_day_number(after)))


def _history(series: CountSeries, last: int) -> Floats:
    return series.counts[:-last][-HISTORY_YEARS * PER_YEAR[series.period] :]


def _comparisons(
    series: CountSeries, last: int, factor: float, confidence: float, reasons: list[str]
) -> tuple[PeriodComparison, ...]:
    year = PER_YEAR[series.period]
    backs = [last] if last < year else []
    # Longer than a year: as many years back as keep the two apart.
    back = year * -(-last // year)
    if len(series) >= back + last:
        backs.append(back)
    else:
        reasons.append(
            f"no comparison with a year earlier: it needs {back + last} {series.period}s, found {len(series)}"
        )
    return tuple(_comparison(series, last, back, factor, confidence) for back in backs)


def _comparison(series: CountSeries, last: int, back: int, factor: float, confidence: float) -> PeriodComparison:
    end = len(series)
    spans = slice(end - last - back, end - back), slice(end - last, end)
    before, after = (float(series.counts[span].sum()) for span in spans)
    days = days_of(series)
    before_days, after_days = (int(days[span].sum()) for span in spans)
    ratio = rate_ratio(
        before / factor,
        after / factor,
        before_exposure=before_days,
        after_exposure=after_days,
        confidence=confidence,
    )
    whole = before.is_integer() and after.is_integer()
    e_test = poisson_e_test(before, after, before_exposure=before_days, after_exposure=after_days) if whole else None
    trend: TrendClass = "ingen klar ændring"
    if max(before, after) < LEAST_COUNT:
        trend = "for få data"
    elif ratio.upper < 1:
        trend = "fald"
    elif ratio.lower > 1:
        trend = "stigning"
    return PeriodComparison(back, before, after, before_days, after_days, ratio, e_test, trend)


def _period_spread(history: Floats, reasons: list[str]) -> Dispersion:
    try:
        return dispersion(history[None])
    except DispersionError as error:
        reasons.append(f"taken as Poisson counts: {error}")
        return POISSON


def _block_spread(history: Floats, last: int, otherwise: Dispersion) -> Dispersion:
    """Dispersion of blocks of ``last`` periods where it is clearly larger, or else of single ones."""
    blocks = len(history) // last
    if blocks < LEAST_BLOCKS or otherwise.degrees_of_freedom is None:
        return otherwise
    sums = history[len(history) - blocks * last :].reshape(blocks, last).sum(axis=1)
    found = dispersion(sums[None])
    larger = chdtrc(blocks - 1, (blocks - 1) * found.factor / otherwise.factor) <= BLOCK_LEVEL
    return found if larger else otherwise


def _steady(series: CountSeries, reasons: list[str]) -> tuple[int, MannKendall | None]:
    year = PER_YEAR[series.period]
    years = len(series) // year
    try:
        if years < FEWEST_YEARS:
            return 1, mann_kendall(series.counts)
        serial = years >= FEWEST_YEARS_SERIAL
        counts = series.counts[len(series) - years * year :] if serial else series.counts
        return year, seasonal_mann_kendall(counts, seasons=year, serial=serial)
    except (MannKendallError, ParameterError) as error:
        reasons.append(f"no Mann-Kendall test: {error}")
        return 1, None


def _watches(series: CountSeries, last: int, factor: float, level: float, reasons: list[str]) -> tuple[CusumWatch, ...]:
    history = _history(series, last)
    if len(history) < LEAST_HISTORY:
        reasons.append(f"no CUSUM: it needs {LEAST_HISTORY} {series.period}s of history, found {len(history)}")
        return ()
    sides: tuple[Side, ...] = ("rise", "fall")
    try:
        return tuple(_watch(series.counts[-last:], history, side, factor, level / len(sides)) for side in sides)
    except CusumError as error:
        reasons.append(f"no CUSUM: {error}")
        return ()


def _watch(counts: Floats, history: Floats, side: Side, factor: float, level: float) -> CusumWatch:
    mean = float(history.mean())
    if mean == 0:
        raise CusumError(f"a CUSUM needs a history with an incident, found none in {len(history)} periods")
    # Twice as many is little where few are usual, much where many are.
    changed = mean / 2 if side == "fall" else mean * (2.0 if mean < LEAST_COUNT else 1.5)
    k = reference_value(mean, changed)
    h = window_limit(history, watched=len(counts), k=k, level=level, side=side, variance=factor)
    return CusumWatch(side, mean, len(history), k, h, poisson_cusum(counts, k=k, h=h, side=side))


def _farrington(series: CountSeries, last: int, reasons: list[str]) -> Farrington | None:
    if series.period != "week":
        reasons.append(f"no Farrington test: it needs counts per week, found them per {series.period}")
        return None
    fewest, most = FARRINGTON_YEARS
    for years in range(most, fewest - 1, -1):
        parameters = FarringtonParameters(years=years)
        if len(series) >= last + weeks_needed(parameters):
            found = farrington(series.counts, judged=last, first_day=int(series.first_day[0]), parameters=parameters)
            if not np.isfinite(found.upper).any():
                reasons.append("no Farrington test: no week had five incidents in it and the three before")
            return found
    try:
        farrington(series.counts, judged=last, parameters=FarringtonParameters(years=fewest))
    except FarringtonError as error:
        reasons.append(f"no Farrington test: {error}")
    return None
