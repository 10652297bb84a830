import numpy as np
import pytest
import shapely

from geo.grid import centres
from geo.projection import project
from models.cell_density import DensityGridError, cell_density, fitting_resolution
from models.parameter_limits import ParameterError

AREA = shapely.box(12.54, 55.68, 12.57, 55.70)


def test_equals_the_definition_at_the_centres_with_points_outside():
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(12.52, 12.59, 500), rng.uniform(55.67, 55.71, 500)
    found = cell_density(lon, lat, resolution=10, area=AREA, bandwidth_m=300)
    x, y = project(lon, lat, found.crs)
    at_x, at_y = project(*centres(found.cell), found.crs)
    u2 = ((x - at_x[:, None]) ** 2 + (y - at_y[:, None]) ** 2) / 300**2
    expected = np.where(u2 < 1, 3 / (np.pi * 0.3**2) * (1 - u2) ** 2, 0).sum(axis=1)
    np.testing.assert_allclose(found.per_km2, expected, rtol=1e-9, atol=1e-9)
    inside = shapely.contains_xy(AREA, lon, lat)
    assert 0.9 * inside.sum() < found.count.sum() < 500
    assert found.crs == "EPSG:32633"


def test_without_an_area_the_grid_holds_the_whole_kernel():
    lon, lat = np.full(4, 12.55), np.full(4, 55.69)
    found = cell_density(lon, lat, resolution=12, area=None, bandwidth_m=100)
    cell_km2 = np.sqrt(3) / 2 * found.spacing_m**2 / 1e6
    assert (found.per_km2 * cell_km2).sum() == pytest.approx(4, rel=0.02)
    assert found.count.sum() == 4


def test_two_parts_of_an_area():
    parts = shapely.union_all([AREA, shapely.box(12.6, 55.68, 12.61, 55.69)])
    whole = cell_density(np.array([12.55]), np.array([55.69]), resolution=10, area=parts, bandwidth_m=200)
    one = cell_density(np.array([12.55]), np.array([55.69]), resolution=10, area=AREA, bandwidth_m=200)
    assert len(whole.cell) > len(one.cell)


def test_grids_that_cannot_show_a_density():
    lon, lat = np.array([12.55]), np.array([55.69])
    with pytest.raises(DensityGridError, match="at least one point, found none"):
        cell_density(lon[:0], lat[:0], resolution=10, area=None, bandwidth_m=200)
    with pytest.raises(DensityGridError, match="more than 30 cells of 45 m; choose a coarser resolution"):
        cell_density(lon, lat, resolution=11, area=None, bandwidth_m=5_000)
    with pytest.raises(DensityGridError, match="holds no cell at resolution 5"):
        cell_density(lon, lat, resolution=5, area=shapely.box(12.55, 55.69, 12.5501, 55.6901), bandwidth_m=50_000)
    with pytest.raises(ParameterError, match="bandwidth_m must be at least the 45"):
        cell_density(lon, lat, resolution=11, area=None, bandwidth_m=20)


@pytest.mark.parametrize("bandwidth_m", [30, 200, 600, 5_000])
def test_the_resolution_that_fits_is_the_coarsest_with_four_cells_to_the_bandwidth(bandwidth_m):
    lon, lat = np.array([12.55]), np.array([55.69])
    fitting = fitting_resolution(lon, lat, bandwidth_m=bandwidth_m)
    fine, coarse = (
        cell_density(lon, lat, resolution=r, area=None, bandwidth_m=bandwidth_m).spacing_m
        for r in (fitting, fitting - 1)
    )
    assert fine <= bandwidth_m / 4 < coarse


def test_no_resolution_fits_no_points():
    with pytest.raises(DensityGridError, match="at least one point, found none"):
        fitting_resolution(np.empty(0), np.empty(0), bandwidth_m=200)
