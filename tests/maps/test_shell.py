import html
import json
import re

from maps.shell import map_shell, shell_of
from models.partnership import Partnership


def options(element: str) -> dict[str, object]:
    found = re.search(r'data-leaflet="([^"]*)"', element)
    assert found
    parsed: dict[str, object] = json.loads(html.unescape(found[1]))
    return parsed


def test_the_map_is_foliums_element_without_a_script_or_an_address() -> None:
    element = shell_of((12.5, 55.6, 12.6, 55.7), label="Kort")
    assert element.startswith('<div class="folium-map" id="map_trygkort"')
    assert "<script" not in element
    assert "http" not in element


def test_the_same_map_gives_the_same_bytes() -> None:
    bounds = (12.5, 55.6, 12.6, 55.7)
    assert shell_of(bounds, label="Kort") == shell_of(bounds, label="Kort")


def test_the_label_is_escaped() -> None:
    assert '"><b>' not in shell_of((0, 0, 1, 1), label='"><b>')


def test_the_map_opens_at_the_roles_in_focus_and_may_not_leave_the_areas(partnership: Partnership) -> None:
    found = options(map_shell(partnership.areas, label="Kort", focus=("treated",)))
    west, south, east, north = partnership.areas.treated.polygon.bounds
    assert found["fit"] == [[south, west], [north, east]]
    west, south, east, north = partnership.areas.bounds
    assert found["all"] == [[south, west], [north, east]]
    (min_lat, min_lon), (max_lat, max_lon) = found["maxBounds"]  # type: ignore[misc]
    assert min_lat < south < north < max_lat
    assert min_lon < west < east < max_lon
