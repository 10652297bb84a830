"""Rhythm, season, uncertain times and reporting delay of synthetic incidents."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.calendar import Shift, shift_calendar
from models.panel import REPORTED
from models.synthetic_times import (
    OTHER_PATTERN,
    PATTERNS,
    Days,
    Pattern,
    calendar_effect,
    days_between,
    draw_times,
    hour_shares,
)

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
CALENDAR = shift_calendar(
    "Europe/Copenhagen",
    [
        Shift("dag", "Dag", time(7), time(15)),
        Shift("aften", "Aften", time(15), time(23)),
        Shift("nat", "Nat", time(23), time(7)),
    ],
)
EVERY_PATTERN = [*PATTERNS.values(), OTHER_PATTERN]


def days(first: date, last: date) -> Days:
    return days_between(CALENDAR, first, last, np.random.default_rng(5))


@pytest.mark.parametrize("pattern", EVERY_PATTERN)
def test_weekday_and_season_do_not_change_the_level(pattern: Pattern) -> None:
    effect = calendar_effect(pattern, days(date(2021, 1, 1), date(2024, 12, 31)))
    assert effect.mean() == pytest.approx(1, abs=0.005)


def test_friday_and_saturday_are_lively_and_burglary_is_a_winter_crime() -> None:
    july = days(date(2024, 7, 1), date(2024, 7, 7))  # Monday to Sunday
    effect = calendar_effect(PATTERNS["vold"], july)
    assert sorted(np.argsort(effect)[-2:].tolist()) == [4, 5]
    january = days(date(2024, 1, 1), date(2024, 1, 7))
    burglary = PATTERNS["indbrud"]
    assert calendar_effect(burglary, january).sum() > 1.2 * calendar_effect(burglary, july).sum()


def test_category_shares_add_up_to_one() -> None:
    assert sum(pattern.share for pattern in PATTERNS.values()) == pytest.approx(1)


@pytest.mark.parametrize("first_hour", [0, 7])
def test_hours_of_a_day_that_starts_in_the_morning_follow_the_clock(first_hour: int) -> None:
    share = hour_shares(PATTERNS["roeveri"], first_hour)
    assert share.sum() == pytest.approx(1)
    assert (first_hour + int(np.argmax(share))) % 24 in {20, 21}


def test_incidents_peak_at_the_local_hour_of_their_category_in_summer_and_in_winter() -> None:
    for first, last in ((date(2024, 1, 1), date(2024, 2, 29)), (date(2024, 7, 1), date(2024, 8, 31))):
        span = days(first, last)
        times = draw_times(np.random.default_rng(1), np.full(len(span), 100.0), PATTERNS["roeveri"], span)
        hours = [datetime.fromtimestamp(s, COPENHAGEN).hour for s in times.from_s.tolist()]
        assert 19 <= int(np.argmax(np.bincount(hours, minlength=24))) <= 22


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 29), 23), (date(2025, 10, 25), 25), (date(2025, 6, 1), 24)])
def test_a_day_of_the_clock_change_is_filled_from_end_to_end(day: date, hours: int) -> None:
    span = days(day, day)
    flat = Pattern(1.0, (), 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    times = draw_times(np.random.default_rng(1), np.array([20_000.0]), flat, span)
    counts = np.bincount((times.from_s - span.edges_s[0]) // 3_600)
    assert len(counts) == hours
    assert counts.min() > 0.8 * counts.mean()


def test_burglary_is_found_later_and_robbery_is_not() -> None:
    span = days(date(2024, 1, 1), date(2024, 12, 31))
    rate = np.full(len(span), 20.0)
    burglary = draw_times(np.random.default_rng(1), rate, PATTERNS["indbrud"], span)
    robbery = draw_times(np.random.default_rng(1), rate, PATTERNS["roeveri"], span)
    length_h = (burglary.to_s - burglary.from_s) / 3_600
    assert 4 < np.median(length_h) < 12
    assert length_h.max() <= 96
    assert np.array_equal(robbery.from_s, robbery.to_s)


@pytest.mark.parametrize("pattern", EVERY_PATTERN)
def test_reports_come_within_days_with_a_tail_to_three_weeks(pattern: Pattern) -> None:
    span = days(date(2024, 1, 1), date(2024, 12, 31))
    times = draw_times(np.random.default_rng(1), np.full(len(span), 30.0), pattern, span)
    delay_days = (times.reported_s - times.to_s) / 86_400
    reported = times.basis == REPORTED
    assert np.mean(delay_days[reported] <= 1) > 0.7
    assert np.mean(delay_days[reported] <= 5) > 0.95
    assert 10 < delay_days[reported].max() <= 21.1
    assert np.all(delay_days[~reported] <= 0.13)


def test_police_know_when_they_found_something() -> None:
    span = days(date(2024, 1, 1), date(2024, 12, 31))
    times = draw_times(np.random.default_rng(1), np.full(len(span), 30.0), PATTERNS["haervaerk"], span)
    found = times.basis != REPORTED
    assert found.any()
    assert np.array_equal(times.from_s[found], times.to_s[found])
