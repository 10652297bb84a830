from itertools import permutations

import numpy as np
import pytest
from esda import Moran as EsdaMoran
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import W, lat2W
from scipy import sparse

from models.moran import NoMoranError, moran, moran_permutation, row_standardised
from models.parameter_limits import ParameterError

# A 5 x 5 grid of counts, and spdep 1.2-7: moran.test(x, nb2listw(cell2nb(5, 5), style = S), randomisation = R,
# alternative = "two.sided") for S = "B" and "W", R = TRUE and FALSE.
COUNTS = np.array([0, 1, 0, 2, 0, 1, 3, 2, 0, 0, 0, 4, 7, 2, 1, 0, 1, 3, 0, 0, 2, 0, 0, 1, 0.0])


def rook(side: int) -> sparse.csr_array:
    row, column = np.divmod(np.arange(side * side), side)
    apart = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    return sparse.csr_array((apart == 1).astype(np.float64))


def line(n: int) -> sparse.csr_array:
    return sparse.csr_array(np.eye(n, k=1) + np.eye(n, k=-1))


def test_equals_spdep_with_binary_weights():
    found = moran(COUNTS, rook(5))
    assert found.i == pytest.approx(0.327205882352941, rel=1e-12)
    assert found.expected == pytest.approx(-0.0416666666666667, rel=1e-12)
    assert found.variance_randomised == pytest.approx(0.0173065348649729, rel=1e-12)
    assert found.variance_normal == pytest.approx(0.0214009081196581, rel=1e-12)
    assert found.z_randomised == pytest.approx(2.80395652735728, rel=1e-12)
    assert found.z_normal == pytest.approx(2.521507333613, rel=1e-12)
    assert found.p_randomised == pytest.approx(0.0050479710899572, rel=1e-12)
    assert found.p_normal == pytest.approx(0.0116853239682142, rel=1e-12)


def test_equals_spdep_with_row_standardised_weights():
    found = moran(COUNTS, row_standardised(rook(5)))
    assert found.i == pytest.approx(0.267156862745098, rel=1e-12)
    assert found.variance_randomised == pytest.approx(0.0181952454184288, rel=1e-12)
    assert found.variance_normal == pytest.approx(0.0225712250712251, rel=1e-12)
    assert found.p_randomised == pytest.approx(0.0220531403440514, rel=1e-12)
    assert found.p_normal == pytest.approx(0.0398237328321141, rel=1e-12)


@pytest.mark.parametrize("transformation", ["b", "r"])
def test_equals_esda_with_a_cell_that_has_no_neighbours(transformation):
    x = np.random.default_rng(1).poisson(1.3, 50).astype(np.float64)
    near = {i: [j for j in (i - 1, i + 1, i + 7) if 0 <= j < 49] for i in range(49)} | {49: []}
    dense = np.zeros((50, 50))
    for i, js in near.items():
        dense[i, js] = 1
    weights = sparse.csr_array(dense)
    peer = EsdaMoran(x, W(near, silence_warnings=True), transformation=transformation, permutations=0)
    found = moran(x, row_standardised(weights) if transformation == "r" else weights)
    ours = [found.i, found.expected, found.variance_normal, found.variance_randomised, found.p_randomised]
    np.testing.assert_allclose(ours, [peer.I, peer.EI, peer.VI_norm, peer.VI_rand, peer.p_rand], rtol=1e-9)


@given(st.lists(st.integers(0, 4), min_size=5, max_size=6).filter(lambda v: len(set(v)) > 1))
def test_randomised_moments_are_those_of_all_arrangements(values):
    weights = line(len(values))
    z = np.array(list(permutations(values)), dtype=np.float64) - np.mean(values)
    every = len(values) / weights.sum() * np.sum(z * (z @ weights), axis=1) / np.sum(z[0] ** 2)
    found = moran(np.array(values, dtype=np.float64), weights)
    np.testing.assert_allclose([found.expected, found.variance_randomised], [every.mean(), every.var()], atol=1e-12)


def test_permutation_p_is_that_of_all_arrangements_within_monte_carlo_error():
    values = [4, 0, 1, 1, 0, 0, 2]
    weights = line(7)
    z = np.array(list(permutations(values)), dtype=np.float64) - np.mean(values)
    every = np.sum(z * (z @ weights), axis=1)
    found = moran_permutation(np.array(values, float), weights, permutations=9_999, rng=np.random.default_rng(3))
    for tail, expected in (
        (found.at_least, np.mean(every >= every[0] - 1e-9)),
        (found.at_most, np.mean(every <= every[0] + 1e-9)),
    ):
        assert abs(tail - expected) < 5 * np.sqrt(expected * (1 - expected) / 9_999)
    # Counts tie often: both tails hold the ties.
    assert found.at_least + found.at_most > 1.005
    assert found.p == pytest.approx(min(1, 2 * min(found.at_least, found.at_most)))


def test_permutation_p_is_that_of_esda_within_monte_carlo_error():
    # esda draws from numpy's global state; its generator stands where it stood before.
    state = np.random.get_state()
    np.random.seed(7)
    peer = EsdaMoran(COUNTS, lat2W(5, 5), transformation="b", permutations=4_999)
    np.random.set_state(state)
    found = moran_permutation(COUNTS, rook(5), permutations=4_999, rng=np.random.default_rng(8))
    tail = np.mean(peer.sim >= peer.I - 1e-12)
    assert abs(found.at_least - tail) < 5 * np.sqrt(2 * tail * (1 - tail) / 4_999)


def test_the_same_seed_gives_the_same_p():
    first, second = (
        moran_permutation(COUNTS, rook(5), permutations=200, rng=np.random.default_rng(4)) for _ in range(2)
    )
    assert first == second


@given(
    values=st.lists(st.integers(0, 20), min_size=4, max_size=20).filter(lambda v: len(set(v)) > 1),
    factor=st.floats(0.1, 50),
    shift=st.integers(-9, 9),
    data=st.data(),
)
def test_units_and_the_order_of_cells_do_not_matter(values, factor, shift, data):
    x = np.array(values, dtype=np.float64)
    order = np.array(data.draw(st.permutations(range(len(x)))))
    moved = moran(x[order] * factor + shift, sparse.csr_array(line(len(x))[order][:, order]))
    assert moved.z_randomised == pytest.approx(moran(x, line(len(x))).z_randomised, abs=1e-6)


def test_refuses_what_says_nothing():
    with pytest.raises(NoMoranError, match="at least 4 cells, found 3"):
        moran(np.arange(3.0), line(3))
    with pytest.raises(NoMoranError, match="values that differ, found 0 in all 9 cells"):
        moran(np.zeros(9), line(9))
    with pytest.raises(NoMoranError, match="needs neighbours, found none among 9 cells"):
        moran_permutation(np.arange(9.0), sparse.csr_array((9, 9)), permutations=9, rng=np.random.default_rng(1))


def test_refuses_weights_that_do_not_fit():
    with pytest.raises(ParameterError, match=r"shape \(9, 9\)"):
        moran(np.arange(9.0), line(8))
    with pytest.raises(ParameterError, match="finite numbers, found nan"):
        moran(np.array([1, 2, np.nan, 3, 4]), line(5))
    with pytest.raises(ParameterError, match="not negative"):
        moran(np.arange(9.0), sparse.csr_array(-line(9)))
    with pytest.raises(ParameterError, match="no cell is its own neighbour"):
        moran(np.arange(9.0), sparse.csr_array(line(9) + sparse.eye_array(9)))
    with pytest.raises(ParameterError, match="permutations must be a whole number"):
        moran_permutation(COUNTS, rook(5), permutations=0, rng=np.random.default_rng(1))
