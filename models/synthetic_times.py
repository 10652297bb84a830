"""When synthetic incidents happen and are reported: rhythm, season, day effects, uncertain times, delay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.calendar import ShiftCalendar, to_date, to_day_number
from models.panel import BASES, REPORTED

DAYS_A_YEAR = 365.25
MIDSUMMER_DAY = 172
SHARED_EFFECT_SHAPE = 40.0  # variance 1/40
OWN_EFFECT_SHAPE = 10.0
FLOOR = 0.08  # height of the hours far from every peak
LATE_REPORT_SHARE = 0.07  # takes 1 to 21 days
LONGEST_INTERVAL_H = 96.0
INTERVAL_LOG_SD = 0.9
OBSERVED_DELAY_H = 3.0
MINUTE_S = 60
HOUR_S = 3_600

Floats = NDArray[np.float64]
Instants = NDArray[np.int64]


@dataclass(frozen=True)
class Pattern:
    """When and how incidents of one category happen.

    ``share`` of the reported total; ``peaks`` as (clock hour, width in hours, height) over a low floor;
    ``weekend`` factor of Friday and Saturday, the nights after them included; ``summer`` amplitude of the
    season; ``observed`` found by police per reported one; ``uncertain`` share with an interval instead of an
    instant, ``interval_h`` its median length; ``delay_h`` mean time from the end to a prompt report.
    """

    share: float
    peaks: tuple[tuple[float, float, float], ...]
    weekend: float
    summer: float
    observed: float
    uncertain: float
    interval_h: float
    delay_h: float


PATTERNS: Mapping[str, Pattern] = {
    "hash": Pattern(0.12, ((19, 4, 1.0), (14, 3, 0.5)), 1.15, 0.10, 0.60, 0.0, 0.0, 3.0),
    "vold": Pattern(0.16, ((23, 3, 1.0), (3, 2, 0.6), (16, 4, 0.4)), 1.6, 0.08, 0.06, 0.0, 0.0, 5.0),
    "roeveri": Pattern(0.05, ((21, 4, 1.0),), 1.3, -0.05, 0.02, 0.0, 0.0, 2.0),
    "indbrud": Pattern(0.14, ((11, 3, 1.0), (20, 3, 0.7)), 1.05, -0.15, 0.0, 0.95, 9.0, 12.0),
    "tyveri": Pattern(0.30, ((16, 5, 1.0), (0, 3, 0.4)), 1.2, 0.08, 0.02, 0.6, 2.0, 10.0),
    "haervaerk": Pattern(0.13, ((1, 4, 1.0),), 1.4, 0.0, 0.06, 0.9, 8.0, 14.0),
    "uro": Pattern(0.10, ((21, 4, 1.0),), 1.5, 0.15, 0.15, 0.0, 0.0, 2.0),
}
OTHER_PATTERN = Pattern(0.14, ((18, 6, 1.0),), 1.2, 0.0, 0.05, 0.3, 3.0, 8.0)


@dataclass(frozen=True)
class Days:
    """Shift-dates to draw for.

    ``first`` in days since 1970-01-01; ``edges_s`` (n + 1) the instants they start at; ``first_hour`` that
    start on the clock; ``shared_effect`` (n) the day effect all areas have in common, mean 1.
    """

    first: int
    edges_s: Instants
    first_hour: int
    shared_effect: Floats

    def __len__(self) -> int:
        return len(self.shared_effect)


@dataclass(frozen=True)
class Times:
    """Drawn incidents as columns: ``day`` position in `Days`, ``basis``, and instants in whole minutes."""

    day: NDArray[np.intp]
    basis: NDArray[np.int8]
    from_s: Instants
    to_s: Instants
    reported_s: Instants

    def __len__(self) -> int:
        return len(self.day)


def days_between(calendar: ShiftCalendar, first: date, last: date, rng: np.random.Generator) -> Days:
    """The shift-dates ``first`` to ``last``, both included, with their shared effect drawn."""
    edges_s = calendar.slots(first, last).edges_s[:: len(calendar.shifts)]
    effect = rng.gamma(SHARED_EFFECT_SHAPE, 1 / SHARED_EFFECT_SHAPE, len(edges_s) - 1)
    return Days(to_day_number(first), edges_s, calendar.shifts[0].start.hour, effect)


def own_effect(rng: np.random.Generator, days: Days) -> Floats:
    """A day effect of one area's own (n), mean 1."""
    return rng.gamma(OWN_EFFECT_SHAPE, 1 / OWN_EFFECT_SHAPE, len(days))


def draw_times(rng: np.random.Generator, per_day: Floats, pattern: Pattern, days: Days) -> Times:
    """Times of reported and observed incidents; ``per_day`` (n days) is the reported level before rhythm.

    A day is followed by the elapsed time since its start, so the hour that DST skips never occurs.
    """
    rate = per_day * days.shared_effect * calendar_effect(pattern, days)
    counts = rng.poisson(np.stack([rate, rate * pattern.observed]))
    day = np.concatenate([np.repeat(np.arange(len(days)), basis_counts) for basis_counts in counts])
    basis = np.repeat(np.arange(len(BASES), dtype=np.int8), counts.sum(axis=1))
    n, reported = len(day), basis == REPORTED
    elapsed = (rng.choice(24, size=n, p=hour_shares(pattern, days.first_hour)) + rng.random(n)) / 24
    event_s = days.edges_s[day] + elapsed * (days.edges_s[day + 1] - days.edges_s[day])
    interval_s = np.where(reported, _intervals_s(rng, pattern, n), 0.0)
    from_s = np.maximum(event_s - rng.random(n) * interval_s, days.edges_s[0])
    to_s = np.maximum(from_s + interval_s, event_s)
    delay_s = np.where(reported, _delays_s(rng, pattern, n), rng.uniform(0, OBSERVED_DELAY_H * HOUR_S, n))
    return Times(day, basis, *(_whole_minutes(s) for s in (from_s, to_s, to_s + delay_s)))


def calendar_effect(pattern: Pattern, days: Days) -> Floats:
    """Weekday and season of each day (n), mean 1 over whole weeks and years."""
    number = days.first + np.arange(len(days))
    weekday = (number + 3) % 7  # 1970-01-01 was a Thursday
    lively = np.where(np.isin(weekday, (4, 5)), pattern.weekend, 1.0) / ((5 + 2 * pattern.weekend) / 7)
    since_new_year = number - to_day_number(date(to_date(days.first).year, 1, 1))
    season = np.cos(2 * np.pi * (since_new_year - MIDSUMMER_DAY) / DAYS_A_YEAR)
    effect: Floats = lively * (1 + pattern.summer * season)
    return effect


def hour_shares(pattern: Pattern, first_hour: int) -> Floats:
    """Probability of each of the 24 hours of a day that starts at ``first_hour`` on the clock."""
    clock = (first_hour + np.arange(24)) % 24 + 0.5
    height = np.full(24, FLOOR)
    for hour, width, peak in pattern.peaks:
        distance = np.abs((clock - hour + 12) % 24 - 12)
        height += peak * np.exp(-0.5 * (distance / width) ** 2)
    share: Floats = height / height.sum()
    return share


def _intervals_s(rng: np.random.Generator, pattern: Pattern, n: int) -> Floats:
    hours = np.minimum(pattern.interval_h * rng.lognormal(0.0, INTERVAL_LOG_SD, n), LONGEST_INTERVAL_H)
    return np.where(rng.random(n) < pattern.uncertain, hours * HOUR_S, 0.0)


def _delays_s(rng: np.random.Generator, pattern: Pattern, n: int) -> Floats:
    prompt_h = rng.exponential(pattern.delay_h, n)
    late_h = 24 * (1 + 20 * rng.beta(1, 3, n))
    return np.where(rng.random(n) < LATE_REPORT_SHARE, late_h, prompt_h) * HOUR_S


def _whole_minutes(seconds: Floats) -> Instants:
    return (seconds // MINUTE_S).astype(np.int64) * MINUTE_S
