import numpy as np
import pytest
import shapely
from scipy import stats

from geo.grid import adjacency
from models.cell_hotspots import TooFewCellsError, cell_hotspots
from models.conditional_permutation import exact_conditional_p

AREA = shapely.box(12.53, 55.67, 12.58, 55.71)


def points(n: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(12.53, 12.58, n), rng.uniform(55.67, 55.71, n)


def test_a_dense_place_is_hot_and_all_points_are_counted() -> None:
    lon, lat = points(300)
    lon, lat = np.append(lon, np.full(80, 12.556)), np.append(lat, np.full(80, 55.6865))
    found = cell_hotspots(lon, lat, resolution=9, area=None, level=0.05, rng=np.random.default_rng(1))
    assert found.count.sum() == 380
    assert found.hot[found.count.argmax()]
    assert (found.q >= found.p).all()
    assert (found.count == 0).any()


def test_the_permutation_p_of_counts_is_the_exact_one() -> None:
    found = cell_hotspots(*points(300), resolution=9, area=None, level=0.05, rng=np.random.default_rng(1))
    expected = exact_conditional_p(found.count.astype(float), adjacency(found.cell, include_self=True))
    np.testing.assert_array_equal(found.permutation_p, expected.p)
    assert found.permutation_method == "exact permutation"


def test_an_area_bounds_the_grid_and_leaves_points_outside_out() -> None:
    lon, lat = points(300)
    inner = shapely.box(12.54, 55.68, 12.57, 55.70)
    found = cell_hotspots(lon, lat, resolution=9, area=inner, level=0.05, rng=np.random.default_rng(1))
    assert found.count.sum() < 300
    both = shapely.MultiPolygon([inner, shapely.box(12.3, 55.6, 12.4, 55.7)])
    assert len(cell_hotspots(lon, lat, resolution=9, area=both, level=0.05, rng=np.random.default_rng(1)).cell) > len(
        found.cell
    )


def test_points_strewn_at_random_are_rarely_called_hot() -> None:
    # Under complete randomness the rate of grids with any hot cell is at most the level, within Monte Carlo error.
    trials = 200
    any_hot = sum(
        cell_hotspots(*points(400, seed), resolution=9, area=AREA, level=0.05, rng=np.random.default_rng(1)).hot.any()
        for seed in range(trials)
    )
    assert any_hot <= stats.binom.ppf(0.999, trials, 0.05)


def test_too_small_a_grid_is_refused() -> None:
    with pytest.raises(TooFewCellsError, match="the grid has 7 cells at resolution 9; at least 14"):
        cell_hotspots(
            np.array([12.55]), np.array([55.68]), resolution=9, area=None, level=0.05, rng=np.random.default_rng(1)
        )
    with pytest.raises(TooFewCellsError, match="the grid has 0 cells"):
        cell_hotspots(
            np.array([12.55]), np.array([55.68]), resolution=3, area=AREA, level=0.05, rng=np.random.default_rng(1)
        )
