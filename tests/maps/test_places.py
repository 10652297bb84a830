from collections.abc import Mapping
from typing import Any

import numpy as np

from geo.areas import AreaSet
from geo.grid import cells_with_centre_inside, centres
from maps.places import place_names
from models.partnership import Partnership


def named(areas: AreaSet, sketch: Mapping[str, Any] | None, *points: tuple[float, float]) -> list[str]:
    lon, lat = np.array(points).T
    return place_names(lon, lat, areas.locate(lon, lat).area, areas=areas, sketch=sketch)


def test_a_square_gives_its_name_before_the_streets_around_it(
    partnership: Partnership, sketch: Mapping[str, Any]
) -> None:
    (name,) = named(partnership.areas, sketch, (12.55690, 55.68655))
    assert name.startswith("Blågårds Plads")


def test_a_street_is_named_with_the_next_one(partnership: Partnership, sketch: Mapping[str, Any]) -> None:
    (name,) = named(partnership.areas, sketch, (12.54931, 55.68668))
    assert "Rantzausgade" in name


def test_without_a_sketch_the_area_gives_the_name(partnership: Partnership) -> None:
    assert named(partnership.areas, None, (12.5535, 55.6880), (12.0, 55.0)) == [
        "Indre Nørrebro",
        "Uden for områderne",
    ]


def test_every_cell_of_an_area_without_a_sketch_has_a_name_of_its_own(partnership: Partnership) -> None:
    cells = cells_with_centre_inside(partnership.areas.treated.polygon, 10)
    names = named(partnership.areas, None, *zip(*centres(cells), strict=True))
    assert len(set(names)) > 0.9 * len(cells)
    assert all(name.startswith("Indre Nørrebro, ") for name in names)


def test_points_of_the_same_name_are_told_apart_by_direction(partnership: Partnership) -> None:
    street = {
        "type": "Feature",
        "properties": {"kind": "street", "name": "Langgade"},
        "geometry": {"type": "LineString", "coordinates": [[12.550, 55.688], [12.556, 55.688]]},
    }
    names = named(partnership.areas, {"features": [street]}, (12.551, 55.6881), (12.555, 55.6881))
    assert names == ["Langgade, vest", "Langgade, øst"]


def test_no_points() -> None:
    empty = np.empty(0)
    areas = AreaSet((), "EPSG:25832", "")
    assert place_names(empty, empty, np.empty(0, np.int16), areas=areas, sketch=None) == []
