"""Where two streets meet: lines that cross or nearly do, and streets known by their houses only."""

import numpy as np
import pytest

from geo.corners import corners
from geo.streets import House, Street, streets_of

LAT = 55.69
EAST, NORTH = 1 / 62_700, 1 / 111_195  # one metre in degrees at 55.69°


def line(*points: tuple[float, float], name: str = "A") -> Street:
    """A street whose line goes through points given in metres."""
    degrees = np.array([(12.55 + x * EAST, LAT + y * NORTH) for x, y in points])
    return streets_of(name, [degrees], [])[0]


def houses(*points: tuple[float, float], name: str = "B") -> Street:
    known = [House((12.55 + x * EAST, LAT + y * NORTH), i) for i, (x, y) in enumerate(points, 1)]
    return streets_of(name, [], known)[0]


def in_metres(found: list[tuple[tuple[float, float], float]]) -> list[tuple[float, float]]:
    return [(round((lon - 12.55) / EAST), round((lat - LAT) / NORTH)) for (lon, lat), _ in found]


def test_lines_that_cross_meet_there() -> None:
    found = corners(line((0, 0), (200, 0)), line((100, -50), (100, 80)))
    assert in_metres(found) == [(100, 0)]
    assert found[0][1] == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize(("gap_m", "meets"), [(10, True), (24, True), (27, False), (200, False)])
def test_lines_that_stop_short_meet_only_within_reach(gap_m: float, meets: bool) -> None:
    found = corners(line((0, 0), (200, 0)), line((100, gap_m), (100, 150)))
    assert bool(found) is meets
    if meets:
        assert in_metres(found) == [(100, round(gap_m / 2))]
        assert found[0][1] == pytest.approx(20 + gap_m / 2, abs=0.5)


def test_two_crossings_close_together_are_one_corner() -> None:
    found = corners(line((0, 0), (200, 0)), line((90, -50), (90, 20), (120, 20), (120, -50)))
    assert in_metres(found) == [(105, 0)]
    assert found[0][1] == pytest.approx(35, abs=0.5)


def test_crossings_apart_are_several_corners() -> None:
    found = corners(line((0, 0), (200, 0)), line((20, -50), (20, 60), (180, 60), (180, -50)))
    assert in_metres(found) == [(20, 0), (180, 0)]


def test_a_street_of_houses_meets_a_line_at_its_nearest_house() -> None:
    found = corners(line((0, 0), (200, 0)), houses((100, 30), (100, 60), (100, 90)))
    assert in_metres(found) == [(100, 15)]
    assert found[0][1] == pytest.approx(55, abs=0.5)


def test_a_street_of_houses_beside_a_line_meets_it_nowhere() -> None:
    assert corners(line((0, 0), (400, 0)), houses((50, 30), (150, 30), (250, 30), (350, 30))) == []
