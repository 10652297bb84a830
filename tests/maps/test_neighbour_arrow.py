import numpy as np
import pytest
import shapely

from geo.projection import project
from maps.neighbour_arrow import arrow
from models.partnership import Partnership


@pytest.mark.parametrize("neighbour", range(1, 10))
def test_an_arrow_points_from_the_treated_area_into_the_neighbour(neighbour: int, partnership: Partnership) -> None:
    areas = partnership.areas
    ring = np.array(arrow(areas, neighbour))
    x, y = project(ring[:, 0], ring[:, 1], areas.metric_crs)
    polygon = shapely.Polygon(np.column_stack([x, y]))
    assert polygon.is_valid
    tip = shapely.Point(ring[3])
    to_neighbour = areas.areas[neighbour].polygon.distance(tip)
    assert to_neighbour <= areas.treated.polygon.distance(shapely.Point(ring[3])) + 0.002
    tail = shapely.Point((ring[0] + ring[-1]) / 2)
    assert areas.treated.polygon.distance(tail) < areas.areas[neighbour].polygon.distance(tail)
