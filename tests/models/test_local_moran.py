import numpy as np
import pytest
from esda import Moran_Local
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import lat2W
from scipy import sparse

from models.conditional_permutation import exact_conditional_p
from models.getis_ord import gi
from models.local_moran import claimed_quadrants, local_moran
from models.moran import moran, row_standardised
from models.parameter_limits import ParameterError
from tests.models.test_moran import COUNTS, line, rook

QUADRANTS = np.array(["", "HH", "LH", "LL", "HL"])  # in the order of esda's numbers

counts = st.lists(st.integers(0, 9), min_size=4, max_size=20).filter(lambda v: len(set(v)) > 1)


def test_equals_spdep():
    # spdep 1.2-7: localmoran(x, nb2listw(cell2nb(5, 5), style = "W"), conditional = TRUE), cells 1, 2, 7, 8, 13, 22.
    cells = [0, 1, 6, 7, 12, 21]
    found = local_moran(COUNTS, row_standardised(rook(5)))
    np.testing.assert_allclose(
        np.column_stack([found.i, found.expected, found.variance, found.z])[cells],
        [
            [0.0882352941176470, -0.022058823529411763, 0.25792885888370681, 0.217171275616359],
            [0.0147058823529412, -0.000612745098039215, 0.00465933422868294, 0.224418121007863],
            [0.5294117647058824, -0.049632352941176475, 0.25635316566684219, 1.143647833690440],
            [0.3823529411764706, -0.009803921568627453, 0.05275981010056333, 1.707293614217694],
            [3.3051470588235290, -0.515318627450980338, 1.35742032420118552, 3.279133739020382],
            [0.0882352941176470, -0.022058823529411763, 0.16413654656235888, 0.272238601356867],
        ],
        rtol=1e-7,
    )
    assert found.quadrant[cells].tolist() == ["LL", "LL", "HH", "HH", "HH", "LL"]
    binary = local_moran(COUNTS, rook(5))
    np.testing.assert_allclose(binary.i[[0, 6, 12]], [0.1764705882352940, 2.1176470588235294, 13.2205882352941160])
    np.testing.assert_allclose(
        binary.variance[[0, 6, 12]], [1.0317154355348273, 4.1016506506694750, 21.7187251872189684]
    )


@pytest.mark.parametrize("transformation", ["b", "r"])
def test_equals_esda(transformation):
    x = np.random.default_rng(2).poisson(0.8, 100).astype(np.float64)
    weights = row_standardised(rook(10)) if transformation == "r" else rook(10)
    peer = Moran_Local(x, lat2W(10, 10), transformation=transformation, permutations=0)
    found = local_moran(x, weights)
    # esda's I divides by the variance over n - 1; Anselin (1995), we, and esda's moments by that over n.
    np.testing.assert_allclose(found.i, peer.Is * 100 / 99, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.expected, peer.EIc, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.variance, peer.VIc, rtol=0, atol=1e-9)
    assert found.quadrant.tolist() == QUADRANTS[peer.q].tolist()


def test_exact_p_is_that_of_esda_within_its_monte_carlo_error():
    # esda 2.9.0, Moran_Local(COUNTS, lat2W(5, 5), permutations=99_999, seed=1): arrangements with at least and at most
    # the observed I, in cells 0, 6, 7, 12 and 16. Low cells (0, 16) have I fall as the neighbours' sum rises.
    drawn = np.array([[59295, 60165], [17644, 87315], [9037, 94393], [199, 99957], [80455, 26941]]) / 99_999
    found = exact_conditional_p(COUNTS, rook(5))
    for tails, i in zip(drawn, (0, 6, 7, 12, 16), strict=True):
        expected = min(found.at_least[i], found.at_most[i])
        assert abs(tails.min() - expected) <= 3.5 * np.sqrt(expected * (1 - expected) / 99_999)
        assert found.p[i] == min(1, 2 * expected)


@given(counts)
def test_local_values_add_up_to_the_global_one(values):
    x = np.array(values, dtype=np.float64)
    for weights in (line(len(x)), row_standardised(line(len(x)))):
        assert local_moran(x, weights).i.sum() == pytest.approx(moran(x, weights).i * weights.sum(), abs=1e-9)


@given(counts)
def test_z_is_that_of_gi_but_for_the_sign(values):
    x = np.array(values, dtype=np.float64)
    side = np.sign(x - x.mean())
    away = np.abs(x - x.mean()) > 1e-9
    for weights in (line(len(x)), row_standardised(line(len(x)))):
        found = local_moran(x, weights).z
        np.testing.assert_allclose(found[away], (side * gi(x, line(len(x))).z)[away], atol=1e-6)


@given(values=counts, factor=st.floats(0.1, 50), shift=st.integers(-9, 9), data=st.data())
def test_units_and_the_order_of_cells_do_not_matter(values, factor, shift, data):
    x = np.array(values, dtype=np.float64)
    order = np.array(data.draw(st.permutations(range(len(x)))))
    moved = local_moran(x[order] * factor + shift, sparse.csr_array(line(len(x))[order][:, order]))
    np.testing.assert_allclose(moved.i, local_moran(x, line(len(x))).i[order], atol=1e-7)


def test_a_cell_that_stands_out_and_a_hole():
    x = np.full(49, 3.0)
    x[8], x[40] = 9, 0
    x[[22, 23, 24, 29, 30, 31]] = 8
    found = local_moran(x, rook(7))
    assert found.quadrant[8] == "HL"
    assert found.quadrant[40] == "LL"
    assert found.quadrant[30] == "HH"
    assert found.quadrant[37] == "LH"


def test_low_is_claimed_only_where_an_incident_is_expected():
    quadrant = np.array(["HH", "LL", "HL", "LH"] * 3)
    q = np.repeat([0.05, 0.05, 0.06], 4)
    expected = np.repeat([0.99, 1.0, 9.0], 4)
    claimed = claimed_quadrants(quadrant, q, expected, level=0.05)
    assert claimed.tolist() == ["HH", "", "", "", "HH", "LL", "HL", "LH", "", "", "", ""]


@pytest.mark.parametrize("x", [np.empty(0), np.ones(1), np.array([1.0, 2]), np.full(6, 0.1)])
def test_nothing_to_say(x):
    assert local_moran(x, line(len(x))).z.tolist() == [0.0] * len(x)


def test_a_cell_without_neighbours_says_nothing():
    weights = line(5)
    weights[[0, 1], [1, 0]] = 0
    found = local_moran(np.array([9.0, 1, 2, 0, 4]), weights)
    assert (found.i[0], found.variance[0], found.z[0]) == (0, 0, 0)


def test_refuses_weights_that_do_not_fit():
    with pytest.raises(ParameterError, match=r"shape \(4, 4\)"):
        local_moran(np.arange(4.0), line(3))
    with pytest.raises(ParameterError, match="own neighbour"):
        local_moran(np.arange(3.0), sparse.csr_array(np.ones((3, 3))))
