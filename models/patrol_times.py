"""When a patrol is at its stops: short visits, about every two hours, at times nobody can know beforehand.

A visit of 10 to 15 minutes keeps a place quiet longest for the time it takes, and longer ones add little (Koper, C. S.
1995, *Justice Quarterly* 12(4), 649-672). Rounds start at a random moment of their part of the shift and go either way
round, from any stop. The best time of a place is the stretch of two hours in which most of its incidents came, its own
hours beside those of the whole beat, as few places have enough of their own.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.patrol_parameters import PatrolParameters

Floats = NDArray[np.float64]
PRIOR_INCIDENTS = 10.0  # of a place's hours: so much do those of the beat weigh
BEST_HOURS = 2


@dataclass(frozen=True)
class Rounds:
    """How a shift of ``minutes`` is parted: ``number`` rounds, one in each part of ``part_minutes``, each taking
    ``busy_minutes`` for ``stops`` visits and the ways between them."""

    stops: int
    number: int
    part_minutes: float
    busy_minutes: float
    minutes: int

    @property
    def slack_minutes(self) -> int:
        """What is free of stops and ways in the whole shift."""
        return int(self.minutes - self.number * self.busy_minutes)


def rounds_of(stops: int, way_m: float, minutes: int, kmh: float, parameters: PatrolParameters) -> Rounds:
    """The rounds through ``stops`` places on a way of ``way_m`` (as the crow flies) in a shift of ``minutes``.

    Where a round leaves less than the slack within ``every_minutes``, rounds are fewer.
    """
    busy = stops * parameters.minutes + way_m * parameters.detour / (kmh * 1000 / 60)
    part = max(float(parameters.every_minutes), busy / (1 - parameters.slack_share))
    number = max(int(minutes / part), 1)
    return Rounds(stops, number, minutes / number, busy, minutes)


def fits(rounds: Rounds, parameters: PatrolParameters) -> bool:
    """Whether the slack is left."""
    return rounds.slack_minutes >= parameters.slack_share * rounds.minutes


def shift_hours(starts: datetime, ends: datetime) -> list[int]:
    """The clock hours of a shift, in order; one that the autumn change repeats stands twice.

    >>> from zoneinfo import ZoneInfo
    >>> from models.calendar import Shift, shift_calendar
    >>> zone = ZoneInfo("Europe/Copenhagen")
    >>> shift_hours(datetime(2026, 10, 24, 23, tzinfo=zone), datetime(2026, 10, 25, 7, tzinfo=zone))
    [23, 0, 1, 2, 2, 3, 4, 5, 6]
    """
    first, stop = starts.timestamp(), ends.timestamp()
    return [datetime.fromtimestamp(at, starts.tzinfo).hour for at in np.arange(first, stop, 3600).tolist()]


def hour_shares(place: Floats, beat: Floats, hours: list[int]) -> Floats:
    """Share of a place's incidents in each of the ``hours`` of the shift, from counts by clock hour (24) of the place
    and of its whole ``beat``; an even spread where there is nothing."""
    own, whole = place[hours], beat[hours]
    prior = whole / whole.sum() if whole.sum() > 0 else np.full(len(hours), 1 / len(hours))
    shares: Floats = (own + PRIOR_INCIDENTS * prior) / (own.sum() + PRIOR_INCIDENTS)
    return shares


def best_stretch(shares: Floats, starts: datetime, ends: datetime) -> tuple[datetime, datetime]:
    """The two hours with most of ``shares``, the first of equals; shorter where the shift is."""
    length = min(BEST_HOURS, len(shares))
    sums = np.convolve(shares, np.ones(length), mode="valid")
    first = int(np.argmax(np.round(sums, 9)))
    begins = _later(starts, 60.0 * first)
    return begins, min(_later(begins, 60.0 * length), ends)


def visit_times(
    order: list[int],
    legs_m: Floats,
    rounds: Rounds,
    *,
    starts: datetime,
    kmh: float,
    parameters: PatrolParameters,
    rng: np.random.Generator,
) -> list[list[datetime]]:
    """Arrivals at each stop (a list per position), one in each round, in whole minutes.

    ``legs_m`` (n, n) between stops. A round begins anywhere on the closed way ``order`` and goes either way.
    """
    arrivals: list[list[datetime]] = [[] for _ in order]
    free = max(rounds.part_minutes - rounds.busy_minutes, 0.0)
    for number in range(rounds.number):
        turned = np.roll(order, -int(rng.integers(len(order)))).tolist()
        if rng.random() < 0.5:
            turned.reverse()
        at = number * rounds.part_minutes + free * rng.random()
        for position, following in zip(turned, [*turned[1:], turned[0]], strict=True):
            arrivals[position].append(_later(starts, float(int(at))))
            at += parameters.minutes + legs_m[position, following] * parameters.detour / (kmh * 1000 / 60)
    return arrivals


def _later(moment: datetime, minutes: float) -> datetime:
    """So many real minutes later, whatever the clocks do meanwhile."""
    return datetime.fromtimestamp(moment.timestamp() + 60 * minutes, moment.tzinfo)
