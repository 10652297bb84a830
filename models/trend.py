"""Trend: is an area going up, down, or is there no clear change?"""

from dataclasses import dataclass
from math import inf, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.multiple_testing import benjamini_hochberg
from models.panel import ALL_CATEGORIES
from models.parameter_limits import ParameterError, require_number, require_share, require_whole
from models.rate_ratio import RateRatio, rate_ratio

TrendClass = Literal["fald", "ingen klar ændring", "stigning", "for få data"]
Window = tuple[int, int]
Floats = NDArray[np.float64]

YEAR_DAYS = 364  # whole weeks, so that weekdays match
NOT_COVERED = RateRatio(nan, 0.0, inf, 1.0)


@dataclass(frozen=True)
class TrendParameters:
    """Lengths of the compared periods, false discovery rate ``q``, and the count below which nothing is said."""

    windows_days: tuple[int, ...] = (91, 364)
    q: float = 0.05
    min_count: float = 5.0

    def __post_init__(self) -> None:
        if not isinstance(self.windows_days, tuple) or not self.windows_days:
            raise ParameterError(f"windows_days must be a list of whole numbers, found {self.windows_days!r}")
        for days in self.windows_days:
            require_whole("windows_days", days, at_least=1)
        require_share("q", self.q)
        require_number("min_count", self.min_count, at_least=0)


@dataclass(frozen=True)
class AreaTrend:
    """One area (index) and category over one window length.

    ``before`` and ``after`` are counts; H0 of ``ratio.p``: the rate is the same in both periods; ``q`` is that
    p adjusted over all areas and categories of the window length.
    """

    area: int
    category: int
    window_days: int
    before: float
    after: float
    ratio: RateRatio
    q: float
    trend: TrendClass


@dataclass(frozen=True)
class TrendTable:
    """``windows``: (before, after) per window length, half-open day numbers; ``trends``: per window length, area
    and category, all categories together first."""

    windows: tuple[tuple[Window, Window], ...]
    trends: tuple[AreaTrend, ...]


def trend_table(counts: Floats, *, first_day: int, complete_until_day: int, parameters: TrendParameters) -> TrendTable:
    """Trends of ``counts`` (areas, days, categories), whose first day is ``first_day``.

    Each window ends at ``complete_until_day`` (half-open) and is compared with the same weeks a year before,
    one of more than 364 days with as many years before as keep the two apart. A row is 'fald' or 'stigning'
    where its q-value (`benjamini_hochberg` over the rows of that window length) is at most ``parameters.q``;
    'for få data' where both counts are below ``min_count`` or the data do not reach back far enough.

    Raises `ParameterError` where ``complete_until_day`` lies beyond the data.
    """
    last_day = first_day + counts.shape[1]
    if complete_until_day > last_day:
        raise ParameterError(f"complete_until_day must be at most {last_day}, found {complete_until_day}")
    with_all = np.concatenate([counts.sum(axis=2, keepdims=True), counts], axis=2)
    total = np.concatenate([np.zeros_like(with_all[:, :1]), with_all.cumsum(axis=1)], axis=1)
    windows = tuple(_windows(days, complete_until_day) for days in parameters.windows_days)
    trends: list[AreaTrend] = []
    for before, after in windows:
        covered = before[0] >= first_day
        earlier, later = (_between(total, window, first_day) for window in (before, after))
        trends.extend(_trends(earlier, later, after[1] - after[0], parameters, covered=covered))
    return TrendTable(windows, tuple(trends))


def _windows(days: int, until: int) -> tuple[Window, Window]:
    shift = YEAR_DAYS * -(-days // YEAR_DAYS)
    return (until - days - shift, until - shift), (until - days, until)


def _between(total: Floats, window: Window, first_day: int) -> Floats:
    """Counts (areas, categories) in the part of ``window`` that the running ``total`` covers."""
    start, stop = (max(day - first_day, 0) for day in window)
    counted: Floats = total[:, stop] - total[:, start]
    return counted


def _trends(before: Floats, after: Floats, days: int, parameters: TrendParameters, *, covered: bool) -> list[AreaTrend]:
    rows = [(area, column) for area in range(before.shape[0]) for column in range(before.shape[1])]
    ratios = [rate_ratio(before[row], after[row]) if covered else NOT_COVERED for row in rows]
    q = benjamini_hochberg(np.array([ratio.p for ratio in ratios]))
    trends = []
    for (area, column), ratio, q_value in zip(rows, ratios, q.tolist(), strict=True):
        counts = float(before[area, column]), float(after[area, column])
        enough = covered and max(counts) >= parameters.min_count
        trend = trend_class(ratio, q_value, parameters.q) if enough else "for få data"
        category = column - 1 if column else ALL_CATEGORIES
        trends.append(AreaTrend(area, category, days, *counts, ratio, q_value, trend))
    return trends


def trend_class(ratio: RateRatio, q: float, limit: float) -> TrendClass:
    """What may be said of a ``ratio`` whose p has that ``q``."""
    if q > limit:
        return "ingen klar ændring"
    return "fald" if ratio.ratio < 1 else "stigning"
