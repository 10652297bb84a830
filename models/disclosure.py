"""Small numbers are not published: which figures of a trend table may be shown to a wider circle.

Primary suppression: a figure below the minimum count, in either period, is hidden; zero counts as small, so
that zero and suppressed look alike. Complementary suppression: categories add up to the total of their area,
so one hidden category could be found by subtraction; then the smallest shown category is hidden as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from models.panel import ALL_CATEGORIES
from models.rate_ratio import RateRatio
from models.trend import AreaTrend, TrendClass

MINIMUM_COUNT = 5


@dataclass(frozen=True)
class ReleasedTrend:
    """One row of a trend table as it may be shown: None everywhere where it is hidden."""

    area: int
    category: int
    window_days: int
    before: int | None
    after: int | None
    ratio: RateRatio | None
    trend: TrendClass | None


def released_trends(trends: Sequence[AreaTrend], *, minimum_count: int = MINIMUM_COUNT) -> tuple[ReleasedTrend, ...]:
    """The rows in the order given, small ones and what would reveal them hidden."""
    keep = {id(trend) for table in _tables(trends) for trend in _shown(table, minimum_count)}
    return tuple(_released(trend, shown=id(trend) in keep) for trend in trends)


def _tables(trends: Sequence[AreaTrend]) -> list[list[AreaTrend]]:
    """One list per area and window: a total and the categories that add up to it."""

    def key(trend: AreaTrend) -> tuple[int, int]:
        return trend.area, trend.window_days

    return [list(rows) for _, rows in groupby(sorted(trends, key=key), key=key)]


def _shown(table: list[AreaTrend], minimum_count: int) -> list[AreaTrend]:
    total = [trend for trend in table if trend.category == ALL_CATEGORIES]
    categories = [trend for trend in table if trend.category != ALL_CATEGORIES]
    large = [trend for trend in categories if _size(trend) >= minimum_count]
    shown_total = [trend for trend in total if _size(trend) >= minimum_count]
    hidden_sum_is_small = _hidden_sum(categories, large) < minimum_count
    if shown_total and len(large) < len(categories) and (len(categories) - len(large) == 1 or hidden_sum_is_small):
        large = sorted(large, key=_size)[1:]
    return shown_total + large


def _size(trend: AreaTrend) -> int:
    return min(round(trend.before), round(trend.after))


def _hidden_sum(categories: list[AreaTrend], shown: list[AreaTrend]) -> int:
    hidden = [trend for trend in categories if trend not in shown]
    return min(sum(round(t.before) for t in hidden), sum(round(t.after) for t in hidden)) if hidden else 0


def _released(trend: AreaTrend, *, shown: bool) -> ReleasedTrend:
    if not shown:
        return ReleasedTrend(trend.area, trend.category, trend.window_days, None, None, None, None)
    return ReleasedTrend(
        trend.area,
        trend.category,
        trend.window_days,
        round(trend.before),
        round(trend.after),
        trend.ratio,
        trend.trend,
    )
