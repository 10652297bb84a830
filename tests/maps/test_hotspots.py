import numpy as np
import shapely
from numpy.typing import NDArray

from geo.grid import cells_with_centre_inside, centres
from maps.assets import inlined
from maps.hotspots import hotspots_page
from models.cell_hotspots import cell_hotspots
from tests.maps.test_daily import embedded

AREA = shapely.union_all([shapely.box(-90.1, 35.0, -90.0, 35.1), shapely.box(-89.9, 35.1, -89.85, 35.15)])


def page(lon: NDArray[np.float64], lat: NDArray[np.float64], area: shapely.Geometry | None) -> str:
    found = cell_hotspots(lon, lat, resolution=8, area=area, level=0.05, rng=np.random.default_rng(1))
    columns = (found.cell, found.count.astype(np.float64), found.z, found.p, found.q, found.hot)
    return hotspots_page(*columns, title="a & b", resolution=8, assets=inlined(), outline=area)


def scattered(points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(5)
    return rng.uniform(-90.1, -89.85, points), rng.uniform(35.0, 35.15, points)


def test_another_city_in_two_parts_has_its_outline() -> None:
    text = page(*scattered(300), AREA)
    (area,) = embedded(text, "basemap-data")["areas"]
    assert len(area["rings"]) == 2
    assert "<h1>Hotspots: a &amp; b</h1>" in text


def test_where_nothing_is_hot_the_page_opens_at_the_counts() -> None:
    one_in_each = centres(np.unique(np.concatenate([cells_with_centre_inside(p, 8) for p in AREA.geoms])))
    text = page(*one_in_each, AREA)
    assert not any(embedded(text)["cells"]["hot"])
    assert 'value="seneste" checked' in text


def test_empty_cells_are_not_drawn() -> None:
    payload = embedded(page(*scattered(40), None))
    assert 0 < len(payload["cells"]["id"]) <= 40


def test_no_points_in_the_area() -> None:
    text = page(*scattered(0), AREA)
    assert embedded(text)["cells"]["id"] == []
    assert "0 hændelser" in text
