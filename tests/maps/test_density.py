import numpy as np
import shapely

from maps.assets import inlined
from maps.density import density_geojson, density_page
from models.cell_density import CellDensity, cell_density

AREA = shapely.box(12.54, 55.68, 12.57, 55.70)


def some(lon: float = 12.55) -> CellDensity:
    return cell_density(np.full(3, lon), np.full(3, 55.69), resolution=10, area=AREA, bandwidth_m=300)


def test_the_page_names_the_densest_cell_and_the_bandwidth() -> None:
    found = some()
    text = density_page(found, title="a & b", points=3, area=AREA, assets=inlined())
    top = found.per_km2.max()
    assert f"Tættest er der {top:.0f} hændelser pr. km² med en båndbredde på 300 m." in text
    assert "<h1>Tæthed: a &amp; b</h1>" in text
    assert text.count('<td class="num">3</td>') == 1


def test_an_area_without_incidents_near_says_so() -> None:
    text = density_page(some(13.5), title="tom", points=3, area=None, assets=inlined())
    assert "Ingen hændelser med en båndbredde på 300 m." in text


def test_every_cell_is_in_the_geojson() -> None:
    found = some()
    collection = density_geojson(found)
    assert len(collection["features"]) == len(found.cell)
    assert sum(f["properties"]["count"] for f in collection["features"]) == 3
    ring = collection["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert shapely.LinearRing(ring).is_ccw
