import csv
from pathlib import Path

import numpy as np
import pytest
from esda import G_Local
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import W
from scipy import sparse

from geo.grid import adjacency, cells_at, fill_between
from models.getis_ord import HotspotParameters, gi_star
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
    np.testing.assert_allclose(star.p, 2 * one_sided, rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 3.0, 0.1])
def test_equal_values_are_neither_hot_nor_cold(value):
    star = gi_star(np.full(9, value), line(9))
    assert star.z.tolist() == [0.0] * 9
    assert star.p.tolist() == [1.0] * 9


def test_a_neighbourhood_of_all_cells_says_nothing():
    star = gi_star(np.array([5.0, 0.0, 1.0]), sparse.csr_array(np.ones((3, 3))))
    assert star.z.tolist() == [0.0] * 3


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_cells(n):
    assert gi_star(np.ones(n), sparse.csr_array(np.eye(n))).p.tolist() == [1.0] * n


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
    np.testing.assert_allclose(gi_star(x * factor + shift, line(len(x))).z, gi_star(x, line(len(x))).z, atol=1e-6)


def test_refuses_weights_that_do_not_fit():
    with pytest.raises(ParameterError, match=r"shape \(3, 3\)"):
        gi_star(np.ones(3), line(4))
    with pytest.raises(ParameterError, match="diagonal"):
        gi_star(np.ones(3), sparse.csr_array(line(3) - sparse.eye_array(3)))
    with pytest.raises(ParameterError, match="binary"):
        gi_star(np.ones(3), sparse.csr_array(line(3) / 3))


def test_parameters_name_what_is_wrong():
    with pytest.raises(ParameterError, match="q must be between 0 and 1, found 5"):
        HotspotParameters(q=5)
    with pytest.raises(ParameterError, match="window_days"):
        HotspotParameters(window_days="84")
