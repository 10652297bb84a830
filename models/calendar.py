"""Shifts on the calendar: which shift an instant falls in, right across daylight saving time.

A *shift-date* is the date a shift starts on: the night 23-07 that begins on Friday belongs to Friday to its
end on Saturday morning. Shifts follow each other without a gap, so a run of days is a run of *slots*: slot
``i`` is shift ``i % len(shifts)`` of day ``i // len(shifts)``. Instants are whole seconds since
1970-01-01T00:00Z; local times become instants once, here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError

EPOCH = date(1970, 1, 1)
DAY = timedelta(days=1)


class CalendarError(PlainError, ValueError):
    """Shifts or a time zone that cannot be used."""


@dataclass(frozen=True)
class Shift:
    """One configured part of a day, half-open [start, stop) in local time; ``stop`` <= ``start`` crosses midnight."""

    id: str
    label: str
    start: time
    stop: time


@dataclass(frozen=True)
class Slots:
    """Consecutive shifts from ``first`` on: ``edges_s`` int64 (n + 1) instants; slot i is [edges[i], edges[i+1])."""

    first: date
    shifts_per_day: int
    edges_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.edges_s) - 1

    def day_number(self, slot: NDArray[np.int64]) -> NDArray[np.int32]:
        """Shift-date of each slot, in days since 1970-01-01."""
        return (slot // self.shifts_per_day + to_day_number(self.first)).astype(np.int32)

    def shift(self, slot: NDArray[np.int64]) -> NDArray[np.int16]:
        """Position of each slot's shift in the calendar."""
        return (slot % self.shifts_per_day).astype(np.int16)


@dataclass(frozen=True)
class ShiftCalendar:
    """The shifts of a partnership in order of their start, filling the 24 hours, in one time zone."""

    timezone: ZoneInfo
    shifts: tuple[Shift, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        """From shift id to position."""
        return {shift.id: i for i, shift in enumerate(self.shifts)}

    def slots(self, first: date, last: date) -> Slots:
        """All shifts of the shift-dates ``first`` to ``last``, both included."""
        days = (last - first).days + 1
        edges = [instant(first + i * DAY, shift.start, self.timezone) for i in range(days) for shift in self.shifts]
        edges.append(instant(first + days * DAY, self.shifts[0].start, self.timezone))
        return Slots(first, len(self.shifts), np.array(edges, dtype=np.int64))

    def slots_covering(self, from_s: int, to_s: int) -> Slots:
        """Slots that cover the instants from ``from_s`` to ``to_s``."""
        first = datetime.fromtimestamp(from_s, self.timezone).date() - DAY
        last = datetime.fromtimestamp(to_s, self.timezone).date()
        return self.slots(first, last)

    def interval_s(self, day: date, shift: int) -> tuple[int, int]:
        """Start and stop instants of one shift of one shift-date."""
        slots = self.slots(day, day)
        return int(slots.edges_s[shift]), int(slots.edges_s[shift + 1])

    def shift_at(self, moment: datetime) -> tuple[date, int]:
        """The shift-date, and the position of the shift, that ``moment`` falls in.

        >>> from zoneinfo import ZoneInfo
        >>> shifts = (Shift("dag", "Dag", time(7), time(23)), Shift("nat", "Nat", time(23), time(7)))
        >>> ShiftCalendar(ZoneInfo("UTC"), shifts).shift_at(datetime(2026, 11, 2, 3, tzinfo=ZoneInfo("UTC")))
        (datetime.date(2026, 11, 1), 1)
        """
        at_s = int(moment.timestamp())
        slots = self.slots_covering(at_s, at_s)
        slot = np.searchsorted(slots.edges_s, [at_s], side="right") - 1
        return to_date(slots.day_number(slot)[0]), int(slots.shift(slot)[0])

    def start_of(self, day: date) -> datetime:
        """The instant the first shift of ``day`` starts, with its offset."""
        return datetime.fromtimestamp(instant(day, self.shifts[0].start, self.timezone), self.timezone)


def shift_calendar(timezone: str, shifts: Sequence[Shift]) -> ShiftCalendar:
    """A calendar of ``shifts`` in time zone ``timezone`` (IANA name).

    Raises `CalendarError` for an unknown zone, or for shifts that leave a gap, overlap or repeat an id.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalendarError(f"unknown time zone '{timezone}'") from error
    if not shifts:
        raise CalendarError("there must be at least one shift")
    ordered = tuple(sorted(shifts, key=lambda shift: shift.start))
    if len({shift.id for shift in ordered}) != len(ordered):
        raise CalendarError("two shifts have the same id")
    for shift, following in zip(ordered, (*ordered[1:], ordered[0]), strict=True):
        if shift.stop != following.start:
            raise CalendarError(
                f"shift '{shift.id}' stops at {shift.stop:%H:%M} but '{following.id}' starts at "
                f"{following.start:%H:%M}; shifts must fill the day without gap or overlap"
            )
    return ShiftCalendar(zone, ordered)


def instant(day: date, clock: time, zone: ZoneInfo) -> int:
    """Seconds since the epoch of a local date and time.

    A time that the spring change skips is taken as the instant of the change's far side; of one that the
    autumn change repeats, the first.
    """
    return int(datetime.combine(day, clock, zone).timestamp())


def to_day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def to_date(day_number: int) -> date:
    """The date ``day_number`` days after 1970-01-01."""
    return EPOCH + timedelta(days=int(day_number))
