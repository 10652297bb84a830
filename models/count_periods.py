"""Series of counts per day, week or month: which of them it is, whether it has gaps, and days summed to longer ones."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.calendar import to_date

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Period = Literal["day", "week", "month"]

PERIODS: tuple[Period, ...] = ("day", "week", "month")
# Periods of a year that are compared with each other: whole weeks, so that weekdays match.
PER_YEAR: dict[Period, int] = {"day": 364, "week": 52, "month": 12}
WEEK = 7


class CountPeriodsError(PlainError, ValueError):
    """Periods that are no days, weeks or months, or with a gap between them."""


@dataclass(frozen=True, eq=False)
class CountSeries:
    """``counts`` (n) of consecutive periods, oldest first; ``first_day`` (n) of each, days since 1970-01-01."""

    period: Period
    first_day: Days
    counts: Floats

    def __len__(self) -> int:
        return len(self.counts)


def count_series(first_day: Days, counts: Floats, *, missing_as_zero: bool = False) -> CountSeries:
    """The series of ``counts`` (n) in the periods that begin on ``first_day`` (n), in any order, each once.

    Months begin on the first of a month; else the smallest step decides, one day or seven. With ``missing_as_zero``
    periods without a count are 0; otherwise the first of them raises `CountPeriodsError`.

    >>> count_series(np.array([14, 0, 7]), np.array([3.0, 1, 2])).counts.tolist()
    [1.0, 2.0, 3.0]
    """
    order = np.argsort(first_day, kind="stable")
    found, values = first_day[order].astype(np.int64), counts[order]
    period = _period(found)
    every = _every(period, int(found[0]), int(found[-1]))
    if len(every) == len(found):
        return CountSeries(period, every, values)
    if not missing_as_zero:
        missing = to_date(int(np.setdiff1d(every, found)[0]))
        raise CountPeriodsError(
            f"the counts per {period} have no row for {missing}; --missing-as-zero if nothing happened then"
        )
    filled = np.zeros(len(every))
    filled[np.searchsorted(every, found)] = values
    return CountSeries(period, every, filled)


def summed(series: CountSeries, period: Period) -> CountSeries:
    """A series of days as one of weeks (from Monday) or months, whole ones only; of its own period, as it is.

    Raises `CountPeriodsError` where the series does not consist of days, or holds no whole period.

    >>> days = CountSeries("day", np.arange(0, 21), np.ones(21))  # 1970-01-01 was a Thursday
    >>> summed(days, "week").first_day.tolist(), summed(days, "week").counts.tolist()
    ([4, 11], [7.0, 7.0])
    """
    if series.period == period:
        return series
    if series.period != "day":
        raise CountPeriodsError(f"counts per {series.period} cannot be counted per {period}")
    first, after = int(series.first_day[0]), int(series.first_day[-1]) + 1
    starts = _starts(period, first, after)
    if len(starts) < 2:
        raise CountPeriodsError(f"the {len(series)} days from {to_date(first)} on hold no whole {period}")
    total = np.concatenate([[0.0], series.counts.cumsum()])
    # Sums of parts of incidents must not differ by how they were added up.
    sums = np.round(np.diff(total[starts - first]), 6).astype(np.float64)
    return CountSeries(period, starts[:-1], sums)


def _period(first_day: Days) -> Period:
    if len(first_day) < 2:
        raise CountPeriodsError(f"counts need more than one period, found {len(first_day)}")
    steps = np.diff(first_day)
    if steps.min() >= 28 and all(to_date(int(day)).day == 1 for day in first_day):
        return "month"
    if steps.min() == 1:
        return "day"
    if steps.min() == WEEK and not np.any(steps % WEEK):
        return "week"
    raise CountPeriodsError(
        f"counts must be per day, per week, or per month from its first day; found periods {steps.min()} days apart"
    )


def _every(period: Period, first: int, last: int) -> Days:
    """First days of all periods from ``first`` to ``last``, both included."""
    if period == "month":
        return _starts(period, first, last)
    return np.arange(first, last + 1, 1 if period == "day" else WEEK, dtype=np.int64)


def _starts(period: Period, first: int, after: int) -> Days:
    """First days of weeks (Mondays) or months in ``first`` to ``after``, both included."""
    if period == "week":
        monday = first + (4 - first) % WEEK
        return np.arange(monday, after + 1, WEEK, dtype=np.int64)
    edges = np.array([first, after], dtype="datetime64[D]").astype("datetime64[M]")
    starts: Days = np.arange(edges[0], edges[1] + 1).astype("datetime64[D]").astype(np.int64)
    return starts[(starts >= first) & (starts <= after)]
