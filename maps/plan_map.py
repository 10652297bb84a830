"""The map of a patrol plan as a drawing inside the page: streets, areas, the places with their numbers and the way.

No tiles, no script, no colour that grey would lose: it is the same on a phone, on paper and in a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from markupsafe import Markup, escape
from numpy.typing import NDArray

from geo.areas import AreaSet
from geo.grid import from_text, outline
from geo.projection import project
from maps.language import _
from models.beat import Beat
from models.patrol_plan import PlanStop

Floats = NDArray[np.float64]
MARGIN_M = 70.0
WIDTH = 1000.0  # units of the drawing
STREET_M, NAME_SIZE = 7.0, 20.0
BADGE = 21.0


def plan_map(
    stops: Sequence[PlanStop],
    beat: Beat,
    areas: AreaSet,
    sketch: Mapping[str, Any] | None,
    *,
    label: str,
    tallest: float = 0.8,
) -> Markup:
    """The beat with ``stops`` numbered in their order; at most ``tallest`` times as high as wide."""
    walked = shapely.union_all([areas.areas[areas.index[area]].polygon for area in beat.areas])
    drawing = _Drawing(_corners(walked, stops, areas.metric_crs), areas.metric_crs, tallest)
    features = (sketch or {}).get("features", [])
    parts = [
        *drawing.shapes(features, "water", "#c9dbe8"),
        *drawing.shapes(features, "park", "#dfe6d6"),
        *(drawing.polygon(area.polygon, fill="none", stroke="#8a97a3", width=1.5) for area in areas.areas),
        drawing.polygon(walked, fill="#ffffff", stroke="#12344d", width=4, opacity=0.55),
        *drawing.streets(features),
        *drawing.way(stops),
        *(drawing.cell(stop) for stop in stops),
        *(drawing.badge(number, stop) for number, stop in enumerate(stops, 1)),
    ]
    height = drawing.height
    return Markup(  # noqa: S704 - numbers made here, and names that are escaped
        f'<svg class="planmap" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{escape(label)}">'
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#eef0ee"/>{"".join(parts)}</svg>'
    )


def map_label(stops: Sequence[PlanStop]) -> str:
    """What is read out in place of the drawing."""
    places = "; ".join(f"{number}: {stop.place}" for number, stop in enumerate(stops, 1))
    return _("Kort over stederne. {places}").format(places=places)


class _Drawing:
    """From degrees to the units of one drawing."""

    def __init__(self, bounds_m: tuple[float, float, float, float], crs: str, tallest: float) -> None:
        west, south, east, north = bounds_m
        self._crs = crs
        # A tall beat gets more of what lies beside it, so that the drawing fits its place on the paper.
        wide = max(east - west, (north - south) / tallest)
        self._west = (west + east - wide) / 2
        self._north = north
        self.scale = WIDTH / wide
        self.height = (north - south) * self.scale

    def points(self, degrees: Floats) -> Floats:
        x, y = project(degrees[:, 0], degrees[:, 1], self._crs)
        return np.column_stack([(x - self._west) * self.scale, (self._north - y) * self.scale])

    def polygon(self, shape: shapely.Geometry, *, fill: str, stroke: str, width: float, opacity: float = 1.0) -> str:
        rings = [
            ring
            for part in shapely.get_parts(shape)
            if isinstance(part, shapely.Polygon)
            for ring in (part.exterior, *part.interiors)
        ]
        path = "".join(_path(self.points(shapely.get_coordinates(ring)), closed=True) for ring in rings)
        return (
            f'<path d="{path}" fill="{fill}" fill-opacity="{opacity}" fill-rule="evenodd" stroke="{stroke}" '
            f'stroke-width="{width}"/>'
        )

    def shapes(self, features: Iterable[Mapping[str, Any]], kind: str, fill: str) -> list[str]:
        found = [f for f in features if f["properties"].get("kind") == kind]
        return [self.polygon(shapely.geometry.shape(f["geometry"]), fill=fill, stroke="none", width=0) for f in found]

    def streets(self, features: Iterable[Mapping[str, Any]]) -> list[str]:
        lines, names = [], []
        for feature in features:
            if feature["properties"].get("kind") != "street":
                continue
            shape = shapely.geometry.shape(feature["geometry"])
            for part in shapely.get_parts(shape):
                at = self.points(shapely.get_coordinates(part))
                lines.append(f'<path d="{_path(at)}" fill="none" stroke="#c3c9cf" stroke-width="{STREET_M}"/>')
                names += self._name(at, str(feature["properties"].get("name", "")))
        return [*lines, *names]

    def _name(self, at: Floats, name: str) -> list[str]:
        """The street's name along its longest straight piece, where that is long enough and in the drawing."""
        steps = np.diff(at, axis=0)
        lengths = np.hypot(*steps.T)
        longest = int(lengths.argmax()) if len(lengths) else 0
        if not name or not len(lengths) or lengths[longest] < 0.5 * NAME_SIZE * len(name):
            return []
        x, y = at[longest] + steps[longest] / 2
        if not (60 < x < WIDTH - 60 and 20 < y < self.height - 20):
            return []
        angle = float(np.degrees(np.arctan2(*steps[longest][::-1])))
        angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
        place = f'x="{x:.0f}" y="{y:.0f}" transform="rotate({angle:.0f} {x:.0f} {y:.0f})" text-anchor="middle"'
        look = f'dominant-baseline="central" font-size="{NAME_SIZE:.0f}"'
        # The halo is a text of its own: not every program that draws puts the stroke below the letters.
        halo = 'fill="none" stroke="#ffffff" stroke-width="4" stroke-linejoin="round"'
        return [f"<text {place} {look} {paint}>{escape(name)}</text>" for paint in (halo, 'fill="#39434c"')]

    def way(self, stops: Sequence[PlanStop]) -> list[str]:
        if len(stops) < 2:
            return []
        at = self.points(np.array([(stop.lon, stop.lat) for stop in stops]))
        return [
            (
                f'<path d="{_path(at, closed=True)}" fill="none" stroke="#17212b" stroke-width="3.5" '
                'stroke-dasharray="9 8" stroke-linejoin="round"/>'
            )
        ]

    def cell(self, stop: PlanStop) -> str:
        shape = shapely.Polygon(outline(int(from_text([stop.cell])[0])))
        dashed = ' stroke-dasharray="10 6"' if stop.reason == "exploration" else ""
        drawn = self.polygon(shape, fill="#5b6b7a", stroke="#17212b", width=3.5, opacity=0.35)
        return drawn.replace("/>", f"{dashed}/>")

    def badge(self, number: int, stop: PlanStop) -> str:
        x, y = self.points(np.array([(stop.lon, stop.lat)]))[0]
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{BADGE:.0f}" fill="#17212b" stroke="#ffffff" stroke-width="4"/>'
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" dominant-baseline="central" font-size="25" '
            f'font-weight="700" fill="#ffffff">{number}</text>'
        )


def _corners(walked: shapely.Geometry, stops: Sequence[PlanStop], crs: str) -> tuple[float, float, float, float]:
    degrees = shapely.get_coordinates(walked)
    if stops:
        degrees = np.concatenate([degrees, [(stop.lon, stop.lat) for stop in stops]])
    x, y = project(degrees[:, 0], degrees[:, 1], crs)
    return (
        float(x.min()) - MARGIN_M,
        float(y.min()) - MARGIN_M,
        float(x.max()) + MARGIN_M,
        float(y.max()) + MARGIN_M,
    )


def _path(at: Floats, *, closed: bool = False) -> str:
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in at.tolist())
    return f"M{steps}{'Z' if closed else ''}"
