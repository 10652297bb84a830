import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.projection import project
from models.parameter_limits import ParameterError
from models.scan_zones import NoZoneError, Zones, listed_zones, nested_zones

MEXICO = Path(__file__).parents[3] / "shared/data/reference/new-mexico-scan"

points = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12)


def sets(zones: Zones) -> list[list[int]]:
    return [zones.members(zone).tolist() for zone in np.flatnonzero(zones.complete)]


def metres(grid: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.array(grid, dtype=np.float64).T * 100
    return x, y


@given(grid=points)
def test_places_enter_one_at_a_time_in_the_stated_order(grid):
    x, y = metres(grid)
    zones = nested_zones(x, y)
    expected = []
    for centre in range(len(x)):
        far = {i: round(float(np.hypot(x[i] - x[centre], y[i] - y[centre])), 3) for i in range(len(x))}
        order = sorted(far, key=lambda i: (i != centre, far[i], x[i], y[i], i))
        expected += [order[:k] for k in range(1, len(x) + 1)]
    assert sets(zones) == expected
    assert zones.size().tolist() == [len(zone) for zone in expected]


def test_equidistant_places_enter_west_first_then_south():
    x, y = np.array([0.0, 100, 0, -100, 0]), np.array([0.0, 0, 100, 0, -100])
    assert nested_zones(x, y).members(4).tolist() == [0, 3, 4, 2, 1]


def test_rounding_errors_of_a_projection_order_nothing():
    x, y = np.array([0.0, 100, -100 - 1e-9]), np.zeros(3)
    assert nested_zones(x, y).members(2).tolist() == nested_zones(x.round(), y).members(2).tolist() == [0, 2, 1]


@given(grid=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12), data=st.data())
def test_names_and_origin_do_not_matter(grid, data):
    x, y = metres(sorted(grid))
    order = np.array(data.draw(st.permutations(range(len(x)))))
    moved = nested_zones(x[order] + 7000, y[order] - 300, max_places=5)
    renamed = {tuple(order[zone]) for zone in sets(moved)}
    assert renamed == {tuple(zone) for zone in sets(nested_zones(x, y, max_places=5))}


def test_limits():
    x, y = np.array([0.0, 100, 200, 300]), np.zeros(4)
    assert sets(nested_zones(x, y, max_places=1)) == [[0], [1], [2], [3]]
    assert sets(nested_zones(x, y, max_radius_m=100))[:2] == [[0], [0, 1]]
    assert nested_zones(x, y, max_radius_m=100).radius_m.max() == 100
    assert sets(nested_zones(x, y, max_radius_m=0)) == [[0], [1], [2], [3]]
    half = nested_zones(x, y, max_share=0.5, weight=np.array([1.0, 1, 3, 1]))
    assert sets(half) == [[0], [0, 1], [1], [1, 0], [2], [3]]
    assert max(len(zone) for zone in sets(nested_zones(x, y, max_share=1, weight=np.ones(4)))) == 4


def test_places_on_one_spot_are_both_centres():
    assert sets(nested_zones(np.zeros(2), np.zeros(2))) == [[0], [0, 1], [1], [1, 0]]


@given(lists=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True), min_size=1, max_size=12))
def test_listed_zones_are_what_was_listed(lists):
    assert [set(zone) for zone in sets(listed_zones(lists, 6))] == [set(zone) for zone in lists]


@given(
    lists=st.lists(st.lists(st.integers(0, 5), min_size=1, unique=True), min_size=1), marked=st.sets(st.integers(0, 5))
)
def test_touching(lists, marked):
    zones = listed_zones(lists, 6)
    found = zones.touching(np.isin(np.arange(6), list(marked)))
    assert [bool(hit) for hit in found[zones.complete]] == [bool(marked & set(zone)) for zone in lists]


@pytest.mark.skipif(not MEXICO.exists(), reason="the New Mexico reference data lie beside the repository")
def test_the_415_zones_of_new_mexico():
    lines = (MEXICO / "NM_zones_k15.txt").read_text(encoding="utf-8").splitlines()
    lists = [[int(place) - 1 for place in line.split()] for line in lines]
    zones = listed_zones(lists, 32)
    assert len(zones) == 415
    assert [sorted(zone) for zone in sets(zones)] == lists
    # The list holds each county's 15 nearest seats on the sphere. UTM zone 13 stretches the state's edges a little, so
    # that one of the 415 sets differs.
    with (MEXICO / "NM_geo.csv").open(newline="", encoding="utf-8") as file:
        seats = [(float(r["seat_long"]), float(r["seat_lat"])) for r in csv.DictReader(file) if r["county"] != "cibola"]
    nested = nested_zones(*project(*np.array(seats).T, "EPSG:32613"), max_places=15)
    assert len({frozenset(zone) for zone in sets(nested)} & {frozenset(zone) for zone in lists}) == 414


def test_refusals():
    x = np.array([0.0, 1.0])
    with pytest.raises(NoZoneError, match="largest share"):
        nested_zones(x, x, max_share=0.1, weight=np.ones(2))
    with pytest.raises(NoZoneError):
        nested_zones(np.empty(0), np.empty(0))
    with pytest.raises(ParameterError, match="weight for each of the 2 places"):
        nested_zones(x, x, max_share=0.5)
    with pytest.raises(ParameterError, match="max_places"):
        nested_zones(x, x, max_places=0)
    with pytest.raises(ParameterError, match="max_radius_m"):
        nested_zones(x, x, max_radius_m=-1)
    with pytest.raises(ParameterError, match="zone 2 must hold positions 0 to 1"):
        listed_zones([[0], [2]], 2)
    with pytest.raises(ParameterError, match="each once"):
        listed_zones([[0, 0]], 2)
    with pytest.raises(NoZoneError, match="empty"):
        listed_zones([], 2)
