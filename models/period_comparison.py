"""Two periods compared: all together, and each area, category and shift, with one error rate for the whole table.

A row is a rise or a fall where its q is at most the partnership's own limit; q is Benjamini & Hochberg's (1995) over
all rows that are compared. Only days count of which nearly everything is known, in both periods; rates are per such
day.

Incidents come in bursts, so counts vary more than chance alone: before the exact test each count is divided by how much
the full weeks of the two periods vary around their own mean (`models.dispersion`), pooled over the rows of a kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.dispersion import DispersionError, dispersion
from models.explore_question import WEEK_DAYS, Period
from models.multiple_testing import benjamini_hochberg
from models.rate_ratio import RateRatio, rate_ratio
from models.trend import NOT_COVERED, TrendClass, trend_class

Floats = NDArray[np.float64]
Kind = Literal["all", "area", "category", "shift"]


@dataclass(frozen=True)
class ComparedRow:
    """``before`` and ``after`` are incidents; ``position`` is that of the area, category or shift, -1 for all.

    H0 of ``ratio.p``: the rate per day is the same in both periods, ``factor`` being the dispersion allowed for.
    """

    kind: Kind
    position: int
    before: float
    after: float
    ratio: RateRatio
    factor: float
    q: float
    found: TrendClass


@dataclass(frozen=True)
class PeriodComparison:
    """``before`` and ``after`` are the parts that could be compared, with the days asked for in each; without either
    ``rows`` is empty and ``why`` says which period has no such day."""

    before: Period | None
    after: Period | None
    before_days: int
    after_days: int
    rows: tuple[ComparedRow, ...]

    @property
    def possible(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True, eq=False)
class Counted:
    """Rows to be compared: daily counts (rows, days) in each of the two periods, of one kind."""

    kind: Kind
    positions: tuple[int, ...]
    before: Floats
    after: Floats


def compare_periods(
    counted: Sequence[Counted],
    periods: tuple[Period | None, Period | None],
    days: tuple[int, int],
    *,
    q: float,
    min_count: float,
) -> PeriodComparison:
    """Compare ``periods`` (before, after), whose days that were asked for number ``days``.

    >>> one = Counted("all", (-1,), np.full((1, 84), 0.5), np.full((1, 84), 1.0))
    >>> found = compare_periods([one], (Period(0, 84), Period(100, 184)), (84, 84), q=0.05, min_count=5)
    >>> found.rows[0].ratio.ratio, found.rows[0].found
    (2.0, 'stigning')
    """
    before, after = periods
    if before is None or after is None or not all(days):
        return PeriodComparison(before, after, *days, rows=())
    tested: list[tuple[Kind, int, float, float, RateRatio, float]] = []
    for part in counted:
        factor = weekly_factor(part.before, part.after)
        sums = zip(part.positions, part.before.sum(axis=1).tolist(), part.after.sum(axis=1).tolist(), strict=True)
        for position, was, is_now in sums:
            tested.append((part.kind, position, was, is_now, _ratio(was, is_now, factor, days), factor))
    q_values = benjamini_hochberg(np.array([row[4].p for row in tested]))
    rows = [
        ComparedRow(*row, q=value, found=trend_class(row[4], value, q) if max(row[2:4]) >= min_count else "for få data")
        for row, value in zip(tested, q_values.tolist(), strict=True)
    ]
    return PeriodComparison(before, after, *days, rows=tuple(rows))


def weekly_factor(before: Floats, after: Floats) -> float:
    """How much more the full weeks of the two periods vary than chance; 1 where there are too few of them.

    Each row has its own mean in each period, so that what is compared is no variation.
    """
    total, degrees = 0.0, 0
    for daily in (before, after):
        weeks = daily.shape[1] // WEEK_DAYS
        weekly = daily[:, : weeks * WEEK_DAYS].reshape(len(daily), weeks, WEEK_DAYS).sum(axis=2)
        try:
            found = dispersion(weekly)
        except DispersionError:
            continue
        total += found.factor * (found.degrees_of_freedom or 0)
        degrees += found.degrees_of_freedom or 0
    return max(1.0, total / degrees) if degrees else 1.0


def _ratio(before: float, after: float, factor: float, days: tuple[int, int]) -> RateRatio:
    # Uncertain times leave sums a rounding below nothing.
    was, is_now = max(before, 0.0) / factor, max(after, 0.0) / factor
    if was == is_now == 0:
        return NOT_COVERED
    return rate_ratio(was, is_now, before_exposure=days[0], after_exposure=days[1])
