from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from models.hour_profile import clock_hours

ZONE = ZoneInfo("Europe/Copenhagen")


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=ZONE).timestamp())


def test_incidents_count_where_they_may_have_been() -> None:
    starts = np.array([at(2026, 7, 1, 22), at(2026, 1, 5, 8, 30), at(2026, 7, 3, 12)])
    stops = np.array([at(2026, 7, 2, 2), at(2026, 1, 5, 9, 30), at(2026, 7, 3, 12)])
    hours = clock_hours(starts, stops, np.array([0, 1, 1]), 3, ZONE)
    assert hours[0, [22, 23, 0, 1]].tolist() == [0.25] * 4
    assert hours[1, [8, 9, 12]].tolist() == [0.5, 0.5, 1.0]
    assert hours.sum(axis=1).tolist() == [1.0, 2.0, 0.0]


def test_the_hour_that_comes_twice_holds_both() -> None:
    first = at(2026, 10, 25, 2)
    hours = clock_hours(np.array([first]), np.array([first + 7200]), np.array([0]), 1, ZONE)
    assert hours[0, 2] == 1.0


def test_nothing_is_nothing() -> None:
    empty = np.empty(0, np.int64)
    assert clock_hours(empty, empty, empty, 2, ZONE).tolist() == np.zeros((2, 24)).tolist()
