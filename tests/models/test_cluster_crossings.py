from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.cluster_crossings import BoundaryCrossing, boundary_crossings
from models.cluster_tracking import ClusterDay, track_clusters
from models.clusters import Cluster
from models.crossing_parameters import CrossingParameters
from models.parameter_limits import ParameterError

INSIDE, BEYOND, NOWHERE = 0, 1, -1
SQUARE = shapely.box(0, 0, 100, 100)
Group = tuple[Sequence[int], float, float]


def area_of(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.int16]:
    """The square, another area east of it to 200 m, nothing elsewhere."""
    inside = (x_m >= 0) & (x_m <= 100) & (y_m >= 0) & (y_m <= 100)
    beyond = (x_m > 100) & (x_m <= 200) & (y_m >= 0) & (y_m <= 100)
    return np.where(inside, INSIDE, np.where(beyond, BEYOND, NOWHERE)).astype(np.int16)


def day_of(day: int, *groups: Group) -> ClusterDay:
    """A day whose clusters hold the given incidents and have their centre at x, y."""
    identity = np.array(sorted({i for group, _, _ in groups for i in group}), dtype=np.int64)
    clusters = tuple(
        Cluster(x_m, y_m, len(group), 0.0, np.zeros((1, 2)), np.searchsorted(identity, sorted(group)))
        for group, x_m, y_m in groups
    )
    return ClusterDay(day, identity, clusters)


def crossings(days: Sequence[ClusterDay], settled_days: int = 3) -> list[BoundaryCrossing]:
    parameters = CrossingParameters(settled_days=settled_days, moved_m=10.0)
    return list(boundary_crossings(track_clusters(days), area_of, SQUARE, parameters))


def along(*places: tuple[float, float], settled_days: int = 3) -> list[tuple[str, int, int, int]]:
    """The crossings of one cluster that lies at a place a day, from day 1 on."""
    days = [day_of(day, (range(5), x_m, y_m)) for day, (x_m, y_m) in enumerate(places, start=1)]
    found = crossings(days, settled_days)
    return [(c.direction.value, c.day, c.from_area, c.to_area) for c in found]


def row(*x_m: float) -> list[tuple[float, float]]:
    return [(x, 50.0) for x in x_m]


def test_outwards() -> None:
    assert along(*row(70, 80, 90, 110, 120, 130)) == [("outward", 4, INSIDE, BEYOND)]


def test_inwards() -> None:
    assert along(*row(130, 120, 110, 90, 80, 70)) == [("inward", 4, BEYOND, INSIDE)]


def test_out_and_back_are_two() -> None:
    there_and_back = row(70, 80, 90, 110, 120, 130, 90, 80, 70)
    assert along(*there_and_back) == [("outward", 4, INSIDE, BEYOND), ("inward", 7, BEYOND, INSIDE)]


def test_along_the_edge_is_none() -> None:
    assert along(*[(98.0, y) for y in (5, 20, 40, 60, 80, 95)]) == []
    assert along(*[(103.0, y) for y in (5, 20, 40, 60, 80, 95)]) == []


def test_wavering_over_the_edge_is_none_until_it_has_settled() -> None:
    wavering = row(80, 90, 93, 107, 93, 107, 106, 93, 107)
    assert along(*wavering) == []
    assert [c[0] for c in along(*wavering, settled_days=1)] == ["outward", "inward"] * 2 + ["outward"]
    assert along(*wavering, *row(110, 115)) == [("outward", 9, INSIDE, BEYOND)]


def test_a_way_that_is_too_short_is_none() -> None:
    assert along(*row(97, 97, 97, 103, 103, 103)) == []
    assert along(*row(92, 97, 97, 103, 103, 103)) == [("outward", 4, INSIDE, BEYOND)]


def test_into_no_area_is_said_as_that() -> None:
    assert along(*[(50.0, y) for y in (70, 80, 90, 110, 120, 130)]) == [("outward", 4, INSIDE, NOWHERE)]


def test_between_two_areas_outside_nothing_is_crossed() -> None:
    assert along(*row(180, 185, 190, 205, 210, 220)) == []


def test_over_ground_that_is_no_area() -> None:
    def gap(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.int16]:
        return np.where((x_m > 100) & (x_m < 115), NOWHERE, area_of(x_m, y_m)).astype(np.int16)

    days = [day_of(i, (range(5), x, 50.0)) for i, x in enumerate([70, 80, 90, 105, 110, 120, 130, 140])]
    (found,) = boundary_crossings(track_clusters(days), gap, SQUARE, CrossingParameters(settled_days=3))
    assert (found.day, found.to_area) == (5, BEYOND)


def test_a_cluster_that_took_in_another_has_not_crossed() -> None:
    inner, outer = range(10), range(20, 29)
    apart = [day_of(day, (inner, 90.0, 50.0), (outer, 130.0, 50.0)) for day in (1, 2, 3)]
    together = [day_of(day, ([*inner, *outer], 109.0, 50.0)) for day in (4, 5, 6)]
    assert crossings([*apart, *together]) == []
    # Where it takes in another long before, it does cross.
    inside = [day_of(day, ([*inner, *outer], 90.0, 50.0)) for day in (4, 5, 6)]
    beyond = [day_of(day, ([*inner, *outer], 120.0, 50.0)) for day in (7, 8, 9)]
    assert [c.day for c in crossings([*apart, *inside, *beyond])] == [7]


def test_a_cluster_that_lost_a_part_has_not_crossed() -> None:
    whole = [day_of(day, (range(20), 95.0, 50.0)) for day in (1, 2, 3)]
    parts = [day_of(day, (range(8, 20), 110.0, 50.0), (range(8), 60.0, 50.0)) for day in (4, 5, 6)]
    assert crossings([*whole, *parts]) == []


def test_one_that_ends_while_another_begins_beyond_has_not_crossed() -> None:
    days = [day_of(day, (range(5), 90.0, 50.0)) for day in (1, 2, 3)]
    days += [day_of(day, (range(10, 15), 120.0, 50.0)) for day in (4, 5, 6)]
    assert crossings(days) == []


def test_the_path_runs_from_the_stay_before_to_the_end_of_the_stay_after() -> None:
    days = [day_of(i, (range(5 + i), x, 50.0)) for i, x in enumerate([70.0, 80, 90, 101, 99, 110, 120, 130, 140])]
    (found,) = crossings(days)
    assert [centre.x_m for centre in found.path] == [70.0, 80, 90, 101, 99, 110, 120, 130, 140]
    assert (found.day, found.path[0].incidents, found.path[-1].incidents) == (5, 5, 13)


def test_long_stays_are_looked_at_as_far_as_the_reach() -> None:
    days = [day_of(i, (range(5), 90.0 - i, 50.0)) for i in range(40)]
    days += [day_of(i, (range(5), 70.0 + i, 50.0)) for i in range(40, 80)]
    (found,) = crossings(days)
    assert (found.path[0].day, found.day, found.path[-1].day) == (12, 40, 67)


@given(st.lists(st.floats(0, 199), min_size=1, max_size=30), st.integers(1, 4))
def test_crossings_take_turns_and_the_way_back_is_the_mirror(x_m: list[float], settled_days: int) -> None:
    there = along(*row(*x_m), settled_days=settled_days)
    assert all(a[0] != b[0] for a, b in pairwise(there) if a[3] == b[2])
    back = along(*row(*x_m[::-1]), settled_days=settled_days)
    turned = {"outward": "inward", "inward": "outward"}
    assert [c[0] for c in there] == [turned[c[0]] for c in back[::-1]]


@pytest.mark.parametrize(
    ("name", "value"),
    [("followed_days", 0), ("settled_days", 0), ("reach_days", 0), ("moved_m", 0.0), ("chance_per_year", 0.0)],
)
def test_limits(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=f"{name} must be"):
        CrossingParameters(**{name: value})  # type: ignore[arg-type]
