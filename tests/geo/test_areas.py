import copy
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import NO_AREA, AreaError, AreaSet, parse_areas
from geo.projection import project
from models.partnership import Partnership

AREAS = json.loads(
    files("data").joinpath("partnerships", "indre-noerrebro", "areas.geojson").read_text(encoding="utf-8")
)
ADDRESSES = Path(__file__).parents[3] / "shared" / "data" / "noerrebro" / "addresses.csv"


def parsed() -> AreaSet:
    return parse_areas(AREAS, metric_crs="EPSG:25832")


def test_the_partnership_has_one_treated_area_nine_neighbours_and_two_controls() -> None:
    areas = parsed()
    assert areas.treated.id == "indre-noerrebro"
    assert len(areas.neighbours) == 9
    assert [area.id for area in areas.controls] == ["haraldsgade", "metropolzonen"]
    assert "Københavns Kommune" in areas.attribution


def test_the_treated_area_has_the_size_of_the_agreement() -> None:
    areas = parsed()
    polygon = areas._projected[areas.index["indre-noerrebro"]]
    assert polygon.area == pytest.approx(801_000, rel=1e-3)  # 80.1 ha
    assert polygon.length == pytest.approx(3_940, rel=1e-3)


@pytest.mark.parametrize(
    ("lon", "lat", "area"),
    [(12.55787, 55.68650, "indre-noerrebro"), (12.56072, 55.69068, "sankt-hans-torv")],
)
def test_known_places_lie_where_they_lie(lon: float, lat: float, area: str) -> None:
    areas = parsed()
    located = areas.locate(np.array([lon]), np.array([lat]))
    assert areas.areas[located.area[0]].id == area
    assert located.boundary_distance_m[0] > 100


@pytest.mark.parametrize(("lon", "lat"), [(12.54884, 55.69434), (12.56246, 55.68725)])
def test_corners_of_the_boundary_are_edge_cases_at_any_accuracy(lon: float, lat: float) -> None:
    assert parsed().locate(np.array([lon]), np.array([lat])).boundary_distance_m[0] < 1.0


def test_odd_numbers_of_noerrebrogade_up_to_63_are_inside_and_even_ones_outside() -> None:
    if not ADDRESSES.exists():
        pytest.skip("the development data is not beside this checkout")
    rows = [line.split(",") for line in ADDRESSES.read_text(encoding="utf-8").splitlines()[1:]]
    rows = [row for row in rows if row[0] == "Nørrebrogade"]
    located = parsed().locate(np.array([float(r[2]) for r in rows]), np.array([float(r[3]) for r in rows]))
    numbers = np.array([int("".join(filter(str.isdigit, r[1]))) for r in rows])
    assert len(rows) > 50
    assert ((located.area == 0) == ((numbers % 2 == 1) & (numbers <= 63))).all()


def test_a_point_outside_everything_has_no_area_but_a_distance() -> None:
    located = parsed().locate(np.array([12.60]), np.array([55.70]))
    assert located.area[0] == NO_AREA
    assert located.boundary_distance_m[0] > 1_000


@given(st.lists(st.tuples(st.floats(12.53, 12.585), st.floats(55.665, 55.712)), min_size=1, max_size=30))
def test_location_and_distance_agree_with_asking_each_polygon(points: list[tuple[float, float]]) -> None:
    areas = parsed()
    lon, lat = np.array(points).T
    located = areas.locate(lon, lat)
    x, y = project(lon, lat, "EPSG:25832")
    for i, point in enumerate(shapely.points(x, y)):
        holders = [k for k, polygon in enumerate(areas._projected) if polygon.intersects(point)]
        assert located.area[i] == (holders[0] if holders else NO_AREA)
        nearest = min(polygon.boundary.distance(point) for polygon in areas._projected)
        assert located.boundary_distance_m[i] == pytest.approx(nearest, abs=1e-6)


def changed(**feature: object) -> dict:
    areas = copy.deepcopy(AREAS)
    target = areas["features"][1]
    for name, value in feature.items():
        if name == "coordinates":
            target["geometry"]["coordinates"] = value
        elif name == "geometry":
            target["geometry"] = value
        else:
            target["properties"][name] = value
    return areas


RING = AREAS["features"][1]["geometry"]["coordinates"][0]
BOW_TIE = [[12.0, 55.0], [12.1, 55.1], [12.1, 55.0], [12.0, 55.1], [12.0, 55.0]]


@pytest.mark.parametrize(
    ("areas", "sentence"),
    [
        (changed(coordinates=[RING[:-1]]), "'sankt-hans-torv' has an unclosed ring"),
        (changed(coordinates=[BOW_TIE]), "'sankt-hans-torv' is not a valid polygon: Self-intersection"),
        (changed(coordinates=[RING[:2]]), "'sankt-hans-torv' has a ring of 2 points"),
        (changed(coordinates=[]), "'sankt-hans-torv' has no coordinates"),
        (
            changed(coordinates=[[[725e3, 6e6]] * 4]),
            "'sankt-hans-torv' has a point 725000.0, 6000000.0 that is not",
        ),
        (changed(role="friend"), "'sankt-hans-torv' has role 'friend'"),
        (changed(id=""), "no 'id' property"),
        (changed(id="mimersgade"), "'mimersgade' stands twice"),
        (changed(role="treated"), "exactly one treated area, found 2"),
        (changed(geometry={"type": "Point", "coordinates": [12, 55]}), "'sankt-hans-torv' is a Point"),
        (
            changed(coordinates=AREAS["features"][0]["geometry"]["coordinates"]),
            r"'indre-noerrebro' \(treated\) and 'sankt-hans-torv' \(neighbour\) overlap by 80\d+ m² at 12\.5",
        ),
        ({"type": "FeatureCollection", "features": []}, "not a GeoJSON FeatureCollection"),
    ],
)
def test_areas_that_cannot_be_used_are_refused_by_name(areas: dict, sentence: str) -> None:
    with pytest.raises(AreaError, match=sentence):
        parse_areas(areas, metric_crs="EPSG:25832")


def test_areas_in_metres_are_those_in_degrees(partnership: Partnership) -> None:
    areas = partnership.areas
    west, south, east, north = areas.bounds
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(west, east, 300), rng.uniform(south, north, 300)
    x_m, y_m = project(lon, lat, areas.metric_crs)
    found = areas.area_in_metres(x_m, y_m)
    assert (found == areas.locate(lon, lat).area).all()
    treated = areas.index[areas.treated.id]
    assert (shapely.contains_xy(areas.treated_in_metres, x_m, y_m) == (found == treated)).all()
    assert areas.in_metres(treated) == areas.treated_in_metres
