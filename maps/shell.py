"""The map element of a page: folium's Leaflet map with only its own, vendored Leaflet.

folium would start the map from an inline script, which the pages' content security policy forbids. So the
map's template is replaced: the element carries folium's options as data and `static/map.js` starts it.
"""

import json
from collections.abc import Sequence
from typing import Any, cast

import folium
import shapely
from branca.element import Figure
from folium.template import Template
from folium.utilities import camelize
from markupsafe import Markup

from geo.areas import AreaSet, Role

Bounds = tuple[float, float, float, float]
Corners = list[list[float]]  # south-west and north-east as lat, lon


class Shell(folium.Map):
    """folium's map as an element that carries its options as JSON in ``data-leaflet``."""

    _template = Template(
        "{% macro html(this, kwargs) %}"
        '<div class="folium-map" id="{{ this.get_name() }}" role="application" aria-label="{{ this.label|e }}"'
        ' data-leaflet="{{ this.leaflet|e }}"></div>'
        "{% endmacro %}"
    )

    def __init__(self, label: str, fit: Corners, whole: Corners, **options: Any) -> None:
        super().__init__(tiles=None, zoom_control=False, **options)
        self.default_js, self.default_css = [], []
        self.label = label
        self._name, self._id = "map", "trygkort"  # folium's random id would change the page every time
        known = {camelize(name): value for name, value in self.options.items()}
        self.leaflet = json.dumps({"center": self.location, "fit": fit, "all": whole, **known})


def map_shell(areas: AreaSet, *, label: str, focus: Sequence[Role]) -> Markup:
    """The element of a map that opens at the areas with a role in ``focus`` and can show all.

    ``label`` is read out in place of the drawing.
    """
    shown = [area.polygon for area in areas.areas if area.role in focus]
    west, south, east, north = (float(x) for x in shapely.total_bounds(shown))
    return shell_of(areas.bounds, label=label, focus=(west, south, east, north))


def shell_of(bounds: Bounds, *, label: str, focus: Bounds | None = None) -> Markup:
    """The element of a map of ``bounds`` that opens at ``focus``; west, south, east, north in degrees."""
    west, south, east, north = bounds
    margin = 0.5 * max(east - west, north - south, 1e-3)
    shown = Shell(
        label,
        _corners(focus or bounds),
        _corners(bounds),
        location=[round((south + north) / 2, 5), round((west + east) / 2, 5)],
        max_bounds=True,
        min_lat=south - margin,
        max_lat=north + margin,
        min_lon=west - margin,
        max_lon=east + margin,
        zoom_snap=0.25,
        zoom_delta=0.5,
    )
    figure = cast("Figure", shown.get_root())
    figure.render()
    return Markup(figure.html.render().strip())  # noqa: S704 - the template escapes its two values


def _corners(bounds: Bounds) -> Corners:
    west, south, east, north = (round(x, 5) for x in bounds)
    return [[south, west], [north, east]]
