from datetime import UTC, date, datetime, time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.partnerships import load_partnership
from models.calendar import CalendarError, Shift, shift_calendar, to_date, to_day_number

CALENDAR = load_partnership(None).calendar
HOUR = 3600


def seconds(*local: int) -> int:
    return int(datetime(*local, tzinfo=CALENDAR.timezone).timestamp())


def slot_at(instant_s: int) -> tuple[date, str]:
    slots = CALENDAR.slots_covering(instant_s, instant_s)
    slot = np.array([np.searchsorted(slots.edges_s, instant_s, side="right") - 1])
    return to_date(slots.day_number(slot)[0]), CALENDAR.shifts[slots.shift(slot)[0]].id


@pytest.mark.parametrize(
    ("instant_s", "expected"),
    [
        (seconds(2026, 11, 20, 23, 0), (date(2026, 11, 20), "nat")),
        (seconds(2026, 11, 21, 6, 59), (date(2026, 11, 20), "nat")),
        (seconds(2026, 11, 21, 7, 0), (date(2026, 11, 21), "dag")),
        (seconds(2026, 11, 21, 14, 59), (date(2026, 11, 21), "dag")),
        (seconds(2026, 11, 21, 15, 0), (date(2026, 11, 21), "aften")),
    ],
)
def test_the_night_belongs_to_the_date_it_starts_on(instant_s: int, expected: tuple[date, str]) -> None:
    assert slot_at(instant_s) == expected


@pytest.mark.parametrize(("night", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)])
def test_the_night_of_a_clock_change_is_an_hour_shorter_or_longer(night: date, hours: int) -> None:
    start, stop = CALENDAR.interval_s(night, CALENDAR.index["nat"])
    assert stop - start == hours * HOUR
    assert start == seconds(night.year, night.month, night.day, 23)


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(1, 40))
def test_slots_follow_each_other_and_days_split_anywhere(first: date, days: int) -> None:
    last = to_date(to_day_number(first) + days - 1)
    slots = CALENDAR.slots(first, last)
    assert len(slots) == 3 * days
    assert (np.diff(slots.edges_s) > 0).all()
    assert slots.edges_s[0] == CALENDAR.start_of(first).timestamp()
    assert slots.edges_s[3] == CALENDAR.slots(first, first).edges_s[-1]


def test_the_as_of_carries_its_offset() -> None:
    assert CALENDAR.start_of(date(2026, 7, 1)).isoformat() == "2026-07-01T07:00:00+02:00"
    assert CALENDAR.start_of(date(2026, 11, 23)).astimezone(UTC).hour == 6


def test_shifts_that_leave_a_gap_are_refused() -> None:
    day = Shift("dag", "Dag", time(7), time(15))
    with pytest.raises(CalendarError, match="'dag' stops at 15:00 but 'nat' starts at 23:00"):
        shift_calendar("Europe/Copenhagen", [day, Shift("nat", "Nat", time(23), time(7))])
    with pytest.raises(CalendarError, match="same id"):
        shift_calendar("Europe/Copenhagen", [day, Shift("dag", "Dag", time(15), time(7))])
    with pytest.raises(CalendarError, match="at least one"):
        shift_calendar("Europe/Copenhagen", [])
    with pytest.raises(CalendarError, match="Europe/Nowhere"):
        shift_calendar("Europe/Nowhere", [day])


def test_one_shift_may_fill_the_day() -> None:
    calendar = shift_calendar("Europe/Copenhagen", [Shift("døgn", "Døgn", time(7), time(7))])
    assert len(calendar.slots(date(2026, 1, 1), date(2026, 1, 3))) == 3
