import dataclasses

import numpy as np
import pytest
import shapely

from geo.grid import cells_at
from models.cell_scan import CellScan, GridSizeError, Method, cell_scan
from models.parameter_limits import ParameterError
from models.scan_permutation import TooFewCasesError, scan_permutation
from models.scan_statistic import ScanParameters
from models.scan_zones import nested_zones

LAST = 20_000  # days since 1970
CRS = "EPSG:25832"
FEW = ScanParameters(max_duration=14, replicates=99)
BOX = shapely.box(12.53, 55.68, 12.56, 55.70)


def strewn(n: int, days: int = 84, planted: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``n`` points over a box, and ``planted`` more on one spot in the last four days."""
    rng = np.random.default_rng(1)
    lon = np.append(rng.uniform(12.53, 12.56, n), np.full(planted, 12.545))
    lat = np.append(rng.uniform(55.68, 55.70, n), np.full(planted, 55.69))
    day = np.append(LAST - rng.integers(0, days, n), LAST - np.arange(planted) % 4)
    day[0] = LAST
    return lon, lat, day


def scan(points: tuple[np.ndarray, np.ndarray, np.ndarray], **changes: object) -> CellScan:
    settings: dict[str, object] = {
        "resolution": 9,
        "crs": CRS,
        "area": None,
        "method": "permutation",
        "days": 84,
        "until_day": None,
        "max_radius_m": None,
        "parameters": FEW,
        "rng": np.random.default_rng(2),
    }
    return cell_scan(*points, **(settings | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["permutation", "poisson"])
def test_what_was_planted_is_found(method: Method):
    found = scan(strewn(170, planted=8), method=method)
    best = found.result.clusters[0]
    assert best.p == 0.01
    assert cells_at(np.array([12.545]), np.array([55.69]), 9)[0] in found.cell[best.places]
    first, stop = found.dates_of(best)
    assert (first, stop) == (LAST + 1 - best.duration, LAST + 1)
    assert found.count[best.places, -best.duration :].sum() == best.observed
    np.testing.assert_allclose(found.expected[best.places, -best.duration :].sum(), best.expected)
    assert found.last_day == LAST


def test_it_is_the_permutation_scan_of_the_cells():
    points = strewn(170)
    found = scan(points)
    place = np.searchsorted(found.cell, cells_at(points[0], points[1], 9))
    weight = np.bincount(place, minlength=len(found.cell)).astype(np.float64)
    zones = nested_zones(found.x_m, found.y_m, max_share=0.5, weight=weight)
    day = points[2] - found.first_day
    days = found.count.shape[1]
    direct = scan_permutation(place, day, zones, days=days, parameters=FEW, rng=np.random.default_rng(2))
    assert [c.statistic for c in direct.clusters] == [c.statistic for c in found.result.clusters]
    assert direct.replicate_maxima.tobytes() == found.result.replicate_maxima.tobytes()


def test_the_period_does_not_begin_before_the_first_point():
    found = scan(strewn(100, days=40))
    assert found.count.shape[1] <= 40
    assert found.count.sum() == 100
    shorter = scan(strewn(100, days=40), days=30)
    assert (shorter.first_day, shorter.count.shape[1]) == (LAST - 29, 30)
    assert shorter.count.sum() < 100


def test_days_after_the_last_point_are_quiet_days():
    found = scan(strewn(100), until_day=LAST + 14)
    assert found.last_day == LAST + 14
    assert found.result.clusters == ()
    earlier = scan(strewn(100), until_day=LAST - 10)
    assert earlier.last_day == LAST - 10


def test_points_outside_the_area_are_left_out_and_counted():
    lon, lat, day = strewn(100)
    lon[:7] = 12.9
    found = scan((lon, lat, day), area=BOX)
    # Cells belong to the area by their centre, so that some points at its edge are outside too.
    assert found.outside >= 7
    assert found.outside + found.count.sum() == 100
    everything = scan(
        (lon, lat, day), area=shapely.union_all([BOX.buffer(0.01), shapely.box(12.89, 55.67, 12.91, 55.71)])
    )
    assert everything.outside == 0


def test_the_radius_is_a_limit():
    assert max(c.radius_m for c in scan(strewn(170), max_radius_m=300.0).result.clusters) <= 300


def test_too_little_says_so():
    with pytest.raises(TooFewCasesError, match="at least 10 incidents in the period, found 9"):
        scan(strewn(9))
    with pytest.raises(TooFewCasesError, match="in the area, found 0"):
        scan(strewn(50), area=shapely.box(10.0, 55, 10.1, 55.1))
    with pytest.raises(ParameterError, match="at most 10, half of the 20 days there are, found 14"):
        scan(strewn(50, days=84), days=20)
    with pytest.raises(ParameterError, match="half of the 0 days"):
        scan(strewn(50), until_day=LAST - 500)
    with pytest.raises(GridSizeError, match="0 cells at resolution 5; a scan takes 2 to 5000, so choose a finer"):
        scan(strewn(50), area=shapely.box(12.2, 55.55, 12.4, 55.65), resolution=5)
    with pytest.raises(GridSizeError, match="coarser resolution"):
        scan(strewn(50), area=BOX, resolution=13)
    with pytest.raises(ParameterError, match="max_duration"):
        dataclasses.replace(FEW, max_duration=0)
