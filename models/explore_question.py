"""What an analyst asks: which incidents, in which two periods, on cells of which size.

Every choice is a set of positions in the partnership's own lists; an empty one means all of them. Periods are half-open
in shift-dates, days since 1970-01-01: the hours after midnight belong to the day whose last shift they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.parameter_limits import ParameterError

RESOLUTIONS = (9, 10, 11)
WEEK_DAYS = 7
YEAR_DAYS = 364  # whole weeks, so that weekdays match
THURSDAY = 3  # 1970-01-01


@dataclass(frozen=True)
class Period:
    """Half-open days [``start``, ``stop``) since 1970-01-01."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.stop <= self.start:
            raise ParameterError(f"a period must end after its start {self.start}, found {self.stop}")

    @property
    def days(self) -> int:
        return self.stop - self.start

    def overlaps(self, other: "Period") -> bool:
        return self.start < other.stop and other.start < self.stop

    def within(self, first: int, stop: int) -> "Period | None":
        """The part that lies in [``first``, ``stop``); None where there is none."""
        start, end = max(self.start, first), min(self.stop, stop)
        return Period(start, end) if start < end else None

    def same_before(self) -> "Period":
        """As many days, so many whole years of 52 weeks before that the two do not overlap."""
        shift = YEAR_DAYS * -(-self.days // YEAR_DAYS)
        return Period(self.start - shift, self.stop - shift)


@dataclass(frozen=True)
class Question:
    """``areas``, ``categories``, ``bases`` and ``shifts`` are positions, ``weekdays`` 0 (Monday) to 6.

    ``cell`` is an H3 cell of ``resolution`` to which everything but the map is narrowed, or None. Raises
    `ParameterError` where the two periods share a day: nothing can be compared with itself.
    """

    period: Period
    compared: Period
    areas: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    bases: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    resolution: int = 10
    cell: int | None = None

    def __post_init__(self) -> None:
        if self.period.overlaps(self.compared):
            raise ParameterError("the two periods of a question must not share a day")
        if self.resolution not in RESOLUTIONS:
            raise ParameterError(f"resolution must be one of {RESOLUTIONS}, found {self.resolution}")

    def asks_weekday(self, day: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether each day (since 1970-01-01) is of a weekday that was asked for."""
        return np.isin(weekday_of(day), self.weekdays) if self.weekdays else np.ones(len(day), dtype=np.bool_)

    def asked_days(self, period: Period) -> int:
        """How many days of ``period`` are of the weekdays that were asked for."""
        return int(self.asks_weekday(np.arange(period.start, period.stop)).sum())


def weekday_of(day: NDArray[np.integer]) -> NDArray[np.int64]:
    """The weekday of days since 1970-01-01, 0 for Monday.

    >>> weekday_of(np.array([20_759, 20_760])).tolist()
    [0, 1]
    """
    found: NDArray[np.int64] = (np.asarray(day, dtype=np.int64) + THURSDAY) % WEEK_DAYS
    return found
