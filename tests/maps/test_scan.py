import json

import numpy as np
import pytest
import shapely

from maps.assets import inlined
from maps.scan import recurrence, scan_page
from maps.scan_geojson import scan_geojson
from models.cell_scan import CellScan
from tests.models.test_cell_scan import CRS, strewn
from tests.models.test_cell_scan import scan as scanned


@pytest.fixture(scope="module")
def planted() -> CellScan:
    return scanned(strewn(170, planted=8))


def page(scan: CellScan) -> str:
    return scan_page(scan, title="a & b", crs=CRS, resolution=9, level=0.05, assets=inlined())


def test_the_page_says_what_was_found_and_how_often_it_would_be_by_chance(planted: CellScan) -> None:
    text = page(planted)
    best = planted.result.clusters[0]
    assert "<h1>Klynger: a &amp; b</h1>" in text
    assert "1 påvist klynge; den stærkeste har" in text
    assert "ses tilfældigt én gang pr. 100 dage ved daglig scanning" in text
    assert f'<td class="num">{best.observed}</td>' in text
    assert text.count('class="chart"') == 2
    assert text.count('class="marked"') == 1
    assert page(planted) == text


def test_no_cluster_is_no_finding() -> None:
    quiet = page(scanned(strewn(100), until_day=20_014))
    assert "Ingen celler har flere hændelser end ventet de seneste dage." in quiet
    assert "<table" not in quiet
    weak = page(scanned(strewn(170)))
    assert "Ingen påvist klynge; den stærkeste har" in weak
    assert 'class="marked"' not in weak


def test_geojson_is_rfc_7946(planted: CellScan) -> None:
    collection = json.loads(json.dumps(scan_geojson(planted, crs=CRS, level=0.05), allow_nan=False))
    assert len(collection["features"]) == len(planted.result.clusters)
    for feature, cluster in zip(collection["features"], planted.result.clusters, strict=True):
        shape = shapely.geometry.shape(feature["geometry"])
        assert len(shape.geoms) == len(cluster.places) == len(feature["properties"]["cells"])
        assert all(part.exterior.is_ccw and part.is_valid for part in shape.geoms)
        assert shape.buffer(1e-4).covers(shapely.Point(feature["properties"]["centre"]))
        west, south, east, north = shape.bounds
        assert 12.4 < west < east < 12.7
        assert 55.6 < south < north < 55.8
    first = collection["features"][0]["properties"]
    assert first["detected"]
    assert first["recurrence_days"] == 100
    assert np.isclose(first["p"], 0.01)
    assert first["stop"] == "2024-10-05"  # the day after the last


def test_recurrence_in_words() -> None:
    assert [recurrence(days) for days in (1.0, 1.2, 4.13, 20, 365.25)] == [
        "1 dag",
        "1,2 dage",
        "4,1 dage",
        "20 dage",
        "1,0 år",
    ]
