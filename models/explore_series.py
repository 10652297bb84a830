"""Two series on one axis: the same step of both periods stands above each other.

Steps are days in short periods and blocks of seven days, counted from each period's start, in longer ones; the last
block may be shorter. Counts are whole parts per million of an incident, so that sums of them are exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.explore_question import WEEK_DAYS, Period

Whole = NDArray[np.int64]
LONGEST_BY_DAY = 62


@dataclass(frozen=True, eq=False)
class PeriodSeries:
    """Steps of one period: step i is days [``start[i]``, ``stop[i]``) with ``weight_ppm[i]``; all of length n.

    ``covered`` is False where there are no data of any of its days, ``complete`` where there are none of one of them,
    or reports of one may still be missing.
    """

    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    weight_ppm: Whole
    complete: NDArray[np.bool_]
    covered: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)


def step_days(period: Period, compared: Period) -> int:
    """Days per step, the same for both periods.

    >>> step_days(Period(0, 28), Period(100, 128)), step_days(Period(0, 84), Period(100, 184))
    (1, 7)
    """
    return 1 if max(period.days, compared.days) <= LONGEST_BY_DAY else WEEK_DAYS


def period_series(
    day: NDArray[np.integer],
    weight_ppm: Whole,
    period: Period,
    *,
    step: int,
    known: Period | None,
    complete_until: int,
) -> PeriodSeries:
    """The steps of ``period`` over rows ``day`` and ``weight_ppm`` (n), of which only those in the period count.

    ``known`` are the days there are data of, None for none; days from ``complete_until`` on are incomplete.

    >>> found = period_series(
    ...     np.array([3, 4, 11]), np.array([5, 6, 7]), Period(3, 12), step=7, known=Period(0, 11), complete_until=10
    ... )
    >>> found.weight_ppm.tolist(), found.stop.tolist(), found.complete.tolist(), found.covered.tolist()
    ([11, 7], [10, 12], [True, False], [True, True])
    """
    start = np.arange(period.start, period.stop, step, dtype=np.int32)
    stop = np.minimum(start + step, period.stop).astype(np.int32)
    inside = (day >= period.start) & (day < period.stop)
    weight = np.zeros(len(start), dtype=np.int64)
    np.add.at(weight, (day[inside] - period.start) // step, weight_ppm[inside])
    first, last = (0, 0) if known is None else (known.start, known.stop)
    covered = (stop > first) & (start < last)
    complete = (start >= first) & (stop <= min(last, complete_until))
    return PeriodSeries(start, stop, weight, complete, covered)
