"""What people call the place a cell lies at: the nearest street or square of the sketched base map."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import AreaSet
from geo.projection import project
from maps.language import N_, _

NAMING_KINDS = ("street", "place", "park")
SQUARE_M = 75.0  # a square this near gives the cell its name before any street
NEAR_M = 130.0  # about one cell of resolution 10
FAR_M = 260.0
DIRECTIONS = (N_("øst"), N_("nordøst"), N_("nord"), N_("nordvest"), N_("vest"), N_("sydvest"), N_("syd"), N_("sydøst"))
OUTSIDE = N_("Uden for områderne")


def place_names(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    area: NDArray[np.int16],
    *,
    areas: AreaSet,
    sketch: Mapping[str, Any] | None,
) -> list[str]:
    """A name for each point: ``Blågårdsgade ved Stengade``, or its area's name where no street is near.

    Points that would get the same name are told apart by their direction from the middle of
    them: ``Blågårdsgade, nord``, and where needed by the distance too: ``Blågårdsgade, nord 240 m``.

    ``lon`` and ``lat`` in degrees; ``area`` indexes ``areas.areas`` (-1 outside all).
    """
    fallback = [areas.areas[a].name if a >= 0 else _(OUTSIDE) for a in area.tolist()]
    features = [f for f in (sketch or {}).get("features", []) if f["properties"].get("kind") in NAMING_KINDS]
    features = [f for f in features if f["properties"]["name"]]
    if len(lon) == 0:
        return []
    xy = np.column_stack(project(lon, lat, areas.metric_crs))
    if not features:
        return _told_apart(fallback, xy)
    names = [str(feature["properties"]["name"]) for feature in features]
    head_start = np.array([SQUARE_M if f["properties"]["kind"] == "place" else 0.0 for f in features])
    points = np.array(shapely.points(xy), dtype=object)
    shapes = np.array([_in_metres(feature, areas.metric_crs) for feature in features], dtype=object)
    distance = shapely.distance(points[:, None], shapes[None, :])
    rank = np.argsort(np.where(distance <= SQUARE_M, distance - head_start, distance), axis=1, kind="stable")
    found = [_name(row, order, names) or fallback[i] for i, (row, order) in enumerate(zip(distance, rank, strict=True))]
    return _told_apart(found, xy)


def _told_apart(names: Sequence[str], xy: NDArray[np.float64]) -> list[str]:
    """Points with the same name get the direction they lie in, seen from the middle of them all.

    Where that leaves two alike, the distance in metres as well.
    """
    told = list(names)
    for rows in _alike(names):
        for i, (east, north) in zip(rows, xy[rows] - xy[rows].mean(axis=0), strict=True):
            told[i] = f"{names[i]}, {_(DIRECTIONS[round(np.arctan2(north, east) / (np.pi / 4)) % 8])}"
    middle = {i: xy[rows].mean(axis=0) for rows in _alike(names) for i in rows}
    for rows in _alike(told):
        for i in rows:
            told[i] += f" {round(np.hypot(*(xy[i] - middle[i])), -1):.0f}\u00a0m"
    return told


def _alike(names: Sequence[str]) -> list[list[int]]:
    """Positions of each name that stands more than once."""
    members: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        members.setdefault(name, []).append(i)
    return [rows for rows in members.values() if len(rows) > 1]


def _name(distance: NDArray[np.float64], order: NDArray[np.intp], names: Sequence[str]) -> str:
    nearest = int(order[0])
    if distance[nearest] > FAR_M:
        return ""
    if distance[nearest] > NEAR_M:
        return _("Nær {nearest}").format(nearest=names[nearest])
    beside = next((names[i] for i in order[1:4] if names[i] != names[nearest] and distance[i] <= NEAR_M), "")
    return _("{nearest} ved {beside}").format(nearest=names[nearest], beside=beside) if beside else names[nearest]


def _in_metres(feature: Mapping[str, Any], metric_crs: str) -> shapely.Geometry:
    def to_metres(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(project(coordinates[:, 0], coordinates[:, 1], metric_crs))

    return shapely.transform(shapely.geometry.shape(feature["geometry"]), to_metres)
