from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.patrol_parameters import PatrolParameters
from models.patrol_times import best_stretch, fits, hour_shares, rounds_of, shift_hours, visit_times
from models.patrol_way import distances_m, round_m, round_trip

ZONE = ZoneInfo("Europe/Copenhagen")
PARAMETERS = PatrolParameters()
KMH = PARAMETERS.walking_kmh
NIGHTS = [
    (datetime(2026, 6, 1, 23, tzinfo=ZONE), datetime(2026, 6, 2, 7, tzinfo=ZONE), 480),
    (datetime(2026, 10, 24, 23, tzinfo=ZONE), datetime(2026, 10, 25, 7, tzinfo=ZONE), 540),  # the hour that comes twice
    (datetime(2026, 3, 28, 23, tzinfo=ZONE), datetime(2026, 3, 29, 7, tzinfo=ZONE), 420),  # the hour that is left out
]


@pytest.mark.parametrize(("starts", "ends", "minutes"), NIGHTS)
@given(seed=st.integers(0, 2**32 - 1), stops=st.integers(1, 5))
def test_visits_lie_in_the_shift_leave_slack_and_never_overlap(
    starts: datetime, ends: datetime, minutes: int, seed: int, stops: int
) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 700, (stops, 2))
    order = round_trip(xy, seed=seed)
    rounds = rounds_of(stops, round_m(xy, order), minutes, KMH, PARAMETERS)
    assert fits(rounds, PARAMETERS)
    assert rounds.slack_minutes >= PARAMETERS.slack_share * minutes - 1
    legs = distances_m(xy)
    arrivals = visit_times(order, legs, rounds, starts=starts, kmh=KMH, parameters=PARAMETERS, rng=rng)
    assert {len(visits) for visits in arrivals} == {rounds.number}
    ended = starts.timestamp()
    for number in range(rounds.number):
        visits = sorted((arrivals[stop][number].timestamp(), stop) for stop in range(stops))
        assert visits[0][0] >= ended - 60
        for (at, stop), (following, next_stop) in pairwise(visits):
            walk = legs[stop, next_stop] * PARAMETERS.detour / (KMH * 1000 / 60)
            assert following - at >= 60 * (PARAMETERS.minutes + walk - 1)
        ended = visits[-1][0] + 60 * PARAMETERS.minutes
    assert ended <= ends.timestamp()


def test_the_best_time_is_when_most_came() -> None:
    starts, ends, _ = NIGHTS[0]
    hours = shift_hours(starts, ends)
    place = np.zeros(24)
    place[[3, 4]] = 40
    shares = hour_shares(place, np.ones(24), hours)
    assert shares.sum() == pytest.approx(1)
    assert best_stretch(shares, starts, ends) == (starts + timedelta(hours=4), starts + timedelta(hours=6))
    # One incident of its own says little against the beat's hundred.
    place[:], place[6] = 0, 1
    beat = np.ones(24)
    beat[[23, 0]] = 100
    assert best_stretch(hour_shares(place, beat, hours), starts, ends)[0] == starts


def test_hours_of_a_place_without_any_are_even() -> None:
    starts, ends, _ = NIGHTS[1]
    shares = hour_shares(np.zeros(24), np.zeros(24), shift_hours(starts, ends))
    assert shares.tolist() == pytest.approx([1 / 9] * 9)


def test_a_far_way_means_fewer_rounds() -> None:
    near, far = (rounds_of(3, way, 480, KMH, PARAMETERS) for way in (500.0, 4000.0))
    assert near.number == 4
    assert far.number < near.number
    assert fits(far, PARAMETERS)
