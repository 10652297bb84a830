from collections.abc import Mapping
from typing import Any

import shapely

from maps.basemap import KINDS, basemap, label_point
from models.partnership import Partnership


def test_every_feature_of_the_sketch_is_drawn(partnership: Partnership, sketch: Mapping[str, Any]) -> None:
    drawn = basemap(partnership.areas, sketch)["features"]
    assert len(drawn) == len(sketch["features"])
    assert {feature["kind"] for feature in drawn} == set(KINDS)


def test_both_sources_are_credited(partnership: Partnership, sketch: Mapping[str, Any]) -> None:
    credit = basemap(partnership.areas, sketch)["attribution"]
    assert partnership.areas.attribution in credit
    assert sketch["attribution"] in credit


def test_without_a_sketch_the_areas_remain(partnership: Partnership) -> None:
    for empty in (None, {}, {"type": "FeatureCollection", "features": []}):
        base = basemap(partnership.areas, empty)
        assert base["features"] == []
        assert [area["name"] for area in base["areas"]] == [area.name for area in partnership.areas.areas]


def test_a_feature_of_unknown_kind_is_left_out(partnership: Partnership) -> None:
    odd = {
        "properties": {"kind": "person", "name": "x"},
        "geometry": {"type": "Point", "coordinates": [12.5, 55.7]},
    }
    assert basemap(partnership.areas, {"features": [odd]})["features"] == []


def test_a_name_stands_inside_its_area(partnership: Partnership) -> None:
    for area in partnership.areas.areas:
        assert area.polygon.contains(shapely.Point(label_point(area.polygon))), area.id
