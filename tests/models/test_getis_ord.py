import csv
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from esda import G_Local
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import W
from scipy import sparse, stats

from geo.grid import adjacency, cells_at, fill_between
from models.getis_ord import LARGEST_SKEWNESS, HotspotParameters, NormalTailError, gi, gi_star
from models.multiple_testing import benjamini_hochberg
from models.parameter_limits import ParameterError

MEMPHIS = Path(__file__).parents[3] / "shared/data/reference/memphis-robberies/memphis_points.csv"

counts = st.lists(st.integers(0, 30), min_size=3, max_size=40)


def esda_z(x: np.ndarray, weights: sparse.csr_array) -> np.ndarray:
    near = {i: weights.indices[weights.indptr[i] : weights.indptr[i + 1]].tolist() for i in range(len(x))}
    return G_Local(x, W(near, silence_warnings=True), transform="B", permutations=0, star=True).Zs


def counts_around(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, sparse.csr_array]:
    home = cells_at(lon, lat, 8)
    cells = fill_between(home)
    x = np.bincount(np.searchsorted(cells, home), minlength=len(cells)).astype(np.float64)
    return x, adjacency(cells, include_self=True)


def line(n: int) -> sparse.csr_array:
    return sparse.csr_array(np.eye(n) + np.eye(n, k=1) + np.eye(n, k=-1))


def neighbours_alone(n: int) -> sparse.csr_array:
    return sparse.csr_array(np.eye(n, k=1) + np.eye(n, k=-1))


def rook(side: int, *, include_self: bool) -> sparse.csr_array:
    row, column = np.divmod(np.arange(side * side), side)
    apart = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    return sparse.csr_array((apart <= 1).astype(np.float64) - (not include_self) * np.eye(side * side))


@pytest.mark.skipif(not MEMPHIS.exists(), reason="the Memphis reference points lie beside the repository")
def test_equals_esda_on_memphis_robberies_with_empty_cells():
    with MEMPHIS.open(newline="", encoding="utf-8") as file:
        rows = [(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)]
    x, weights = counts_around(*np.array(rows).T)
    assert x.sum() == len(rows)
    assert (x == 0).sum() > 50
    np.testing.assert_allclose(gi_star(x, weights).z, esda_z(x, weights), rtol=0, atol=1e-9)


def test_equals_esda_on_synthetic_points_with_empty_cells():
    rng = np.random.default_rng(20150401)
    centre = np.repeat([[12.55, 55.69], [12.62, 55.66]], [400, 150], axis=0)
    lon, lat = (centre + rng.normal(0, [0.03, 0.02], centre.shape)).T
    x, weights = counts_around(lon, lat)
    assert (x == 0).sum() > 20
    np.testing.assert_allclose(gi_star(x, weights).z, esda_z(x, weights), rtol=0, atol=1e-9)


def test_p_is_two_sided_normal():
    x = np.random.default_rng(1).poisson(2.0, 40).astype(np.float64)
    star = gi_star(x, line(40))
    near = {i: [j for j in (i - 1, i, i + 1) if 0 <= j < 40] for i in range(40)}
    one_sided = G_Local(x, W(near, silence_warnings=True), transform="B", permutations=0, star=True).p_norm
    np.testing.assert_allclose(star.normal_p, 2 * one_sided, rtol=1e-12)


def test_equals_spdep():
    # spdep 1.2-7, localG(x, nb2listw(cell2nb(5, 5), style="B")) and the same with include.self: cells 1, 7, 13, 22.
    x = np.array([0, 1, 0, 2, 0, 1, 3, 2, 0, 0, 0, 4, 7, 2, 1, 0, 1, 3, 0, 0, 2, 0, 0, 1, 0.0])
    cells = [0, 6, 12, 21]
    without = [-0.2171712756163592, 1.1436478336904397, 3.2791337390203830, -0.2722386013568672]
    within = [-0.5850179393017043, 1.4852213144650113, 3.5645311547160272, -0.5833833511969478]
    np.testing.assert_allclose(gi(x, rook(5, include_self=False)).z[cells], without, rtol=1e-12)
    np.testing.assert_allclose(gi_star(x, rook(5, include_self=True)).z[cells], within, rtol=1e-12)


def test_gi_equals_esda_on_synthetic_points_with_empty_cells():
    rng = np.random.default_rng(20150402)
    lon, lat = (np.array([[12.55, 55.69]]) + rng.normal(0, [0.03, 0.02], (500, 2))).T
    cells = fill_between(cells_at(lon, lat, 8))
    x = np.bincount(np.searchsorted(cells, cells_at(lon, lat, 8)), minlength=len(cells)).astype(np.float64)
    weights = adjacency(cells)
    near = {i: weights.indices[weights.indptr[i] : weights.indptr[i + 1]].tolist() for i in range(len(x))}
    peer = G_Local(x, W(near, silence_warnings=True), transform="B", permutations=0, star=False)
    np.testing.assert_allclose(gi(x, weights).z, peer.Zs, rtol=0, atol=1e-9)


@given(values=st.lists(st.integers(0, 9), min_size=5, max_size=9))
def test_skewness_is_that_of_all_arrangements(values):
    x = np.array(values, dtype=np.float64)
    for found, population, size in (
        (gi_star(x, line(len(x))).skewness[1], values, 3),
        (gi(x, neighbours_alone(len(x))).skewness[1], values[:1] + values[2:], 2),
    ):
        sums = np.array([sum(chosen) for chosen in combinations(population, size)], dtype=np.float64)
        expected = stats.skew(sums) if np.ptp(sums) > 0 else 0.0
        assert found == pytest.approx(expected, abs=1e-9)


def test_a_normal_tail_is_refused_where_sums_are_skewed():
    sparse_map = np.random.default_rng(6).poisson(0.35, 400).astype(np.float64)
    with pytest.raises(
        NormalTailError, match=r"skewed by at most 0\.15 .* found \d\.\d\d: take the exact permutation p"
    ):
        _ = gi_star(sparse_map, line(400)).p
    with pytest.raises(NormalTailError):
        _ = gi(sparse_map, neighbours_alone(400)).p
    busy = gi_star(np.random.default_rng(6).poisson(400, 400).astype(np.float64), line(400))
    np.testing.assert_array_equal(busy.p, busy.normal_p)


def test_the_rule_for_the_normal_tail_holds_the_rate_of_maps_with_a_hot_cell():
    rng = np.random.default_rng(11)
    ring = sparse.csr_array(sum(np.roll(np.eye(400), shift, axis=1) for shift in range(-3, 4)))
    taken = hot = 0
    for _ in range(1_000):
        star = gi_star(rng.poisson(50 / 7, 400).astype(np.float64), ring)
        if np.abs(star.skewness).max() <= LARGEST_SKEWNESS:
            taken += 1
            hot += np.any((benjamini_hochberg(star.p) <= 0.05) & (star.z > 0))
    assert taken > 300
    assert hot <= stats.binom.ppf(0.999, taken, 0.05)


@pytest.mark.parametrize("value", [0.0, 3.0, 0.1])
def test_equal_values_are_neither_hot_nor_cold(value):
    star = gi_star(np.full(9, value), line(9))
    assert star.z.tolist() == [0.0] * 9
    assert star.p.tolist() == [1.0] * 9
    assert gi(np.full(9, value), neighbours_alone(9)).p.tolist() == [1.0] * 9


def test_a_neighbourhood_of_all_cells_says_nothing():
    star = gi_star(np.array([5.0, 0.0, 1.0]), sparse.csr_array(np.ones((3, 3))))
    assert star.z.tolist() == [0.0] * 3


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_cells(n):
    assert gi_star(np.ones(n), sparse.csr_array(np.eye(n))).p.tolist() == [1.0] * n
    assert gi(np.ones(n), sparse.csr_array((n, n))).p.tolist() == [1.0] * n


@given(values=counts, data=st.data())
def test_order_of_cells_does_not_matter(values, data):
    x = np.array(values, dtype=np.float64)
    order = np.array(data.draw(st.permutations(range(len(x)))))
    weights = line(len(x))
    moved = gi_star(x[order], sparse.csr_array(weights[order][:, order]))
    np.testing.assert_allclose(moved.z, gi_star(x, weights).z[order], atol=1e-12)


@given(values=counts, factor=st.floats(0.1, 50), shift=st.integers(0, 9))
def test_units_do_not_matter(values, factor, shift):
    x = np.array(values, dtype=np.float64)
    alone = neighbours_alone(len(x))
    np.testing.assert_allclose(gi(x * factor + shift, alone).z, gi(x, alone).z, atol=1e-6)
    np.testing.assert_allclose(gi_star(x * factor + shift, line(len(x))).z, gi_star(x, line(len(x))).z, atol=1e-6)


def test_refuses_what_is_not_a_number():
    for score, weights in ((gi_star, line(3)), (gi, neighbours_alone(3))):
        with pytest.raises(ParameterError, match="x must hold finite numbers, found inf"):
            score(np.array([1.0, np.inf, 2]), weights)


def test_refuses_weights_that_do_not_fit():
    with pytest.raises(ParameterError, match=r"shape \(3, 3\)"):
        gi_star(np.ones(3), line(4))
    with pytest.raises(ParameterError, match="diagonal"):
        gi_star(np.ones(3), sparse.csr_array(line(3) - sparse.eye_array(3)))
    with pytest.raises(ParameterError, match="zeros on the diagonal"):
        gi(np.ones(3), line(3))
    with pytest.raises(ParameterError, match="binary"):
        gi_star(np.ones(3), sparse.csr_array(line(3) / 3))


def test_parameters_name_what_is_wrong():
    with pytest.raises(ParameterError, match="q must be between 0 and 1, found 5"):
        HotspotParameters(q=5)
    with pytest.raises(ParameterError, match="window_days"):
        HotspotParameters(window_days="84")
