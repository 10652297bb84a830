"""The arrow from the treated area to a neighbour."""

import numpy as np
import shapely

from geo.areas import AreaSet
from geo.projection import project, to_degrees
from maps.arrow import arrow_outline
from maps.basemap import label_point
from maps.page import rounded

# The arrow: shares of the way between the middles of the two areas, and half widths in metres.
ARROW_FROM, ARROW_TO = -0.3, 0.8
SHAFT_M, HEAD_M = 30.0, 92.0


def arrow(areas: AreaSet, neighbour: int) -> list[list[float]]:
    """The open outline (lon, lat) of an arrow from the treated area to the area at ``neighbour``."""
    ends = np.array([_heart(areas.treated.polygon), label_point(areas.areas[neighbour].polygon)])
    a, b = np.column_stack(project(ends[:, 0], ends[:, 1], areas.metric_crs))
    way = b - a
    corners = arrow_outline(a + ARROW_FROM * way, a + ARROW_TO * way, shaft_m=SHAFT_M, head_m=HEAD_M)
    lon, lat = to_degrees(corners[:, 0], corners[:, 1], areas.metric_crs)
    return [[rounded(x), rounded(y)] for x, y in zip(lon, lat, strict=True)]


def _heart(polygon: shapely.Polygon) -> tuple[float, float]:
    """The centroid, where it lies inside: the area's name stands elsewhere and stays readable."""
    centroid = polygon.centroid
    return (centroid.x, centroid.y) if polygon.contains(centroid) else label_point(polygon)
