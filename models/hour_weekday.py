"""At which hours of which weekdays incidents came: aoristic counts, hour by the clock, weekday by the shift-date.

The weekday is that of the date the shift started on, as everywhere: one o'clock in the night to Saturday stands with
Friday, which is the night people mean. So the rows of the matrix add up to the days of the panel exactly: slots end at
every whole hour and at every change of shift, and the parts of an incident are cut from the same running total
(`models.aoristic`). The hour that the autumn change repeats holds both.
"""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.aoristic import aoristic_ppm
from models.calendar import ShiftCalendar, to_date
from models.explore_question import WEEK_DAYS, Question, weekday_of

Whole = NDArray[np.int64]
HOUR_S, HOURS = 3600, 24


def hour_weekday(from_s: Whole, to_s: Whole, count: Whole, question: Question, calendar: ShiftCalendar) -> Whole:
    """Parts per million of an incident by weekday and hour of the clock in the period of ``question``, shape (7, 24).

    ``from_s`` and ``to_s`` (n): half-open intervals in seconds since the epoch, ``count`` (n) how many incidents have
    each; what lies outside the period, or in shifts and weekdays that are not asked for, does not count.
    """
    period = question.period
    matrix = np.zeros((WEEK_DAYS, HOURS), dtype=np.int64)
    if len(from_s) == 0:
        return matrix
    shifts = calendar.slots(to_date(period.start), to_date(period.stop - 1))
    inner = _edges(shifts.edges_s)
    # What lies before and after the period is one slot each.
    before, after = min(int(from_s.min()), int(inner[0]) - 1), max(int(to_s.max()), int(inner[-1])) + 1
    row, slot, weight = aoristic_ppm(from_s, to_s, np.concatenate([[before], inner, [after]]))
    by_slot = np.zeros(len(inner) + 1, dtype=np.int64)
    np.add.at(by_slot, slot, weight * count[row])
    of_shift = np.searchsorted(shifts.edges_s, inner[:-1], side="right") - 1
    day, shift = shifts.day_number(of_shift), shifts.shift(of_shift)
    asked = question.asks_weekday(day)
    if question.shifts:
        asked &= np.isin(shift, question.shifts)
    hour = np.array([datetime.fromtimestamp(at, calendar.timezone).hour for at in inner[:-1].tolist()])
    np.add.at(matrix, (weekday_of(day[asked]), hour[asked]), by_slot[1:-1][asked])
    return matrix


def hours_in_order(calendar: ShiftCalendar) -> list[int]:
    """The hours of the clock from the start of a shift-date on: 7, 8, … 6.

    >>> from datetime import time
    >>> from zoneinfo import ZoneInfo
    >>> from models.calendar import Shift
    >>> shifts = (Shift("dag", "Dag", time(7), time(23)), Shift("nat", "Nat", time(23), time(7)))
    >>> hours_in_order(ShiftCalendar(ZoneInfo("UTC"), shifts))[:3]
    [7, 8, 9]
    """
    first = calendar.shifts[0].start.hour
    return [(first + i) % HOURS for i in range(HOURS)]


def _edges(shift_edges_s: Whole) -> Whole:
    """Every change of shift and every whole hour between the first and the last."""
    first, last = int(shift_edges_s[0]), int(shift_edges_s[-1])
    hours = np.arange(-(-first // HOUR_S), last // HOUR_S + 1, dtype=np.int64) * HOUR_S
    return np.unique(np.concatenate([shift_edges_s, hours]))
