from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.conditional_permutation import (
    conditional_p,
    distinct_draws,
    exact_conditional_p,
    sampled_conditional_p,
)
from models.draw_sums import SumsTooLargeError
from models.parameter_limits import ParameterError

small_counts = st.lists(st.integers(0, 5), min_size=2, max_size=9)


def line(n: int, *, include_self: bool = False) -> sparse.csr_array:
    return sparse.csr_array(np.eye(n, k=1) + np.eye(n, k=-1) + include_self * np.eye(n))


def grid(side: int) -> sparse.csr_array:
    row, column = np.divmod(np.arange(side * side), side)
    apart = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    return sparse.csr_array((apart == 1).astype(np.float64))


def enumerated_tails(x: np.ndarray, weights: sparse.csr_array, i: int) -> tuple[float, float]:
    near = [j for j in weights.indices[weights.indptr[i] : weights.indptr[i + 1]] if j != i]
    others = [x[j] for j in range(len(x)) if j != i]
    sums = np.array([sum(chosen) for chosen in combinations(others, len(near))])
    return float(np.mean(sums >= x[near].sum())), float(np.mean(sums <= x[near].sum()))


@given(values=small_counts, include_self=st.booleans())
def test_exact_equals_the_enumeration_of_every_arrangement(values, include_self):
    x = np.array(values, dtype=np.float64)
    weights = line(len(x), include_self=include_self)
    found = exact_conditional_p(x, weights)
    expected = np.array([enumerated_tails(x, weights, i) for i in range(len(x))])
    np.testing.assert_allclose(np.column_stack([found.at_least, found.at_most]), expected, rtol=1e-12)


@given(tenths=st.lists(st.integers(-30, 30), min_size=4, max_size=7), seed=st.integers(0, 99))
def test_sampled_fractions_are_within_monte_carlo_error_of_the_enumeration(tenths, seed):
    # Few cells: every other draw holds the cell itself, so that a wrong replacement would show. Enumerated in whole
    # tenths, as sums of fractions that should tie may differ in the last digit.
    x, permutations = np.array(tenths) / 10, 4_000
    found = sampled_conditional_p(x, line(len(x)), permutations=permutations, rng=np.random.default_rng(seed))
    expected = np.array([enumerated_tails(np.array(tenths), line(len(x)), i) for i in range(len(x))])
    drawn = np.column_stack([found.at_least, found.at_most])
    error = 5.5 * np.sqrt(expected * (1 - expected) / permutations) + 2 / permutations
    assert np.all(np.abs(drawn - expected) <= error)


def test_sampled_is_within_monte_carlo_error_of_exact_on_a_map():
    x = np.random.default_rng(3).poisson(0.4, 400).astype(np.float64)
    exact = exact_conditional_p(x, grid(20))
    drawn = sampled_conditional_p(x, grid(20), permutations=9_999, rng=np.random.default_rng(4))
    for found, expected in ((drawn.at_least, exact.at_least), (drawn.at_most, exact.at_most)):
        error = 5 * np.sqrt(expected * (1 - expected) / 9_999) + 2e-4
        assert np.all(np.abs(found - expected) <= error)


def test_tails_are_those_of_esda_within_its_monte_carlo_error():
    # esda 2.9.0, G_Local(x, lat2W(5, 5), transform="B", permutations=99_999, seed=1), star True and False alike:
    # arrangements of at least and at most the observed sum, in cells 0, 6, 7, 12 and 16.
    x = np.array([0, 1, 0, 2, 0, 1, 3, 2, 0, 0, 0, 4, 7, 2, 1, 0, 1, 3, 0, 0, 2, 0, 0, 1, 0.0])
    drawn = np.array([[60165, 59295], [17644, 87315], [9037, 94393], [199, 99957], [26941, 80455]]) / 99_999
    for weights in (grid(5), sparse.csr_array(grid(5) + sparse.eye_array(25))):
        found = exact_conditional_p(x, weights)
        expected = np.column_stack([found.at_least, found.at_most])[[0, 6, 7, 12, 16]]
        assert np.all(np.abs(drawn - expected) <= 3.5 * np.sqrt(expected * (1 - expected) / 99_999))


def test_gi_and_gi_star_have_the_same_p_where_something_is_near():
    x = np.array([0.0, 0, 0, 2, 0, 0, 5, 1])
    without, within = (exact_conditional_p(x, line(8, include_self=own)) for own in (False, True))
    np.testing.assert_array_equal(without.at_least, within.at_least)
    # Cell 3 holds incidents and its neighbours none: the neighbourhood of Gi is empty, that of Gi* is not.
    assert without.empty.tolist() == [True, True, False, True, False, False, False, False]
    assert within.empty.tolist() == [True, True, False, False, False, False, False, False]


def test_a_neighbourhood_of_zeros_is_not_significant():
    x = np.array([0.0] * 5 + [7] * 40)
    for found in (
        exact_conditional_p(x, line(45, include_self=True)),
        sampled_conditional_p(x, line(45, include_self=True), permutations=999, rng=np.random.default_rng(1)),
    ):
        assert found.at_most[1] < 0.02
        assert found.p[:4].tolist() == [1.0] * 4


def test_p_is_twice_the_smaller_tail_and_ties_are_in_both():
    found = exact_conditional_p(np.array([1.0, 1, 0, 0, 0, 0]), line(6))
    assert found.at_least[0] == pytest.approx(1 / 5)
    assert found.at_most[0] == pytest.approx(1)
    assert found.p[0] == pytest.approx(2 / 5)
    assert exact_conditional_p(np.ones(6), line(6)).p.tolist() == [1.0] * 6


@pytest.mark.parametrize("x", [np.full(6, 0.1), np.array([0.1, 0.2, 0.3, 0.3, 0.2, 0.1])])
def test_sums_that_differ_by_rounding_are_ties(x):
    # 0.1 + 0.2 and 0.2 + 0.1 + 0 differ from 0.3 in the last digit; scaled to whole numbers they cannot.
    scaled = sampled_conditional_p(np.rint(x * 10), line(6), permutations=500, rng=np.random.default_rng(2))
    drawn = sampled_conditional_p(x, line(6), permutations=500, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(drawn.p, scaled.p)


def test_whole_counts_are_exact_and_the_rest_is_drawn():
    rng = np.random.default_rng(1)
    assert conditional_p(np.arange(30.0), line(30), rng=rng).method == "exact permutation"
    assert conditional_p(np.arange(30.0) / 7, line(30), rng=rng).method == "9,999 random permutations"
    large = np.random.default_rng(1).integers(0, 10**7, 400).astype(np.float64)
    found = conditional_p(large, grid(20), rng=rng)
    assert found.method == "16,000 random permutations"
    assert 2 / (found.permutations + 1) < 0.05 / 400
    with pytest.raises(SumsTooLargeError, match="draw random permutations"):
        exact_conditional_p(large, grid(20))


def test_fractions_need_their_unit():
    x = np.array([0.5, 0, 1.5, 0, 0.25, 2])
    with pytest.raises(ParameterError, match=r"whole multiples of 1, found 0\.5"):
        exact_conditional_p(x, line(6))
    np.testing.assert_array_equal(exact_conditional_p(x, line(6), unit=0.25).p, exact_conditional_p(4 * x, line(6)).p)


@given(values=small_counts, data=st.data())
def test_order_of_cells_does_not_matter(values, data):
    x = np.array(values, dtype=np.float64)
    order = np.array(data.draw(st.permutations(range(len(x)))))
    moved = exact_conditional_p(x[order], sparse.csr_array(line(len(x))[order][:, order]))
    np.testing.assert_allclose(moved.p, exact_conditional_p(x, line(len(x))).p[order], rtol=1e-12)


@given(values=st.lists(st.integers(0, 5), min_size=5, max_size=12))
def test_an_incident_moved_into_a_neighbourhood_never_makes_it_less_hot(values):
    # From the far end to the neighbour of cell 0; the values of all other cells stay.
    x = np.array(values, dtype=np.float64)
    x[-1] += 1
    swapped = x.copy()
    swapped[[1, -1]] = max(x[1], x[-1]), min(x[1], x[-1])
    before, after = (exact_conditional_p(v, line(len(x))).at_least[0] for v in (x, swapped))
    assert after <= before + 1e-12


@given(n=st.integers(1, 8), data=st.data())
def test_draws_hold_distinct_positions(n, data):
    size = data.draw(st.integers(0, n))
    draws = distinct_draws(np.random.default_rng(n), n, size, 50)
    assert draws.shape == (50, size)
    assert all(len(set(row)) == size and set(row) <= set(range(n)) for row in draws.tolist())


def test_all_ordered_draws_are_equally_likely():
    draws = distinct_draws(np.random.default_rng(8), 4, 3, 48_000)
    _, counts = np.unique(draws @ [16, 4, 1], return_counts=True)
    assert len(counts) == 24
    assert np.abs(counts - 2_000).max() < 5 * np.sqrt(2_000)


def test_cells_without_neighbours_and_next_to_all_others():
    x = np.array([5.0, 0, 1, 2])
    alone = sparse.csr_array((4, 4))
    everyone = sparse.csr_array(1 - np.eye(4))
    rng = np.random.default_rng(1)
    for weights in (alone, everyone):
        assert exact_conditional_p(x, weights).p.tolist() == [1.0] * 4
        assert sampled_conditional_p(x, weights, permutations=99, rng=rng).p.tolist() == [1.0] * 4


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_cells(n):
    rng = np.random.default_rng(1)
    assert exact_conditional_p(np.ones(n), sparse.csr_array((n, n))).p.tolist() == [1.0] * n
    assert sampled_conditional_p(np.ones(n), sparse.csr_array((n, n)), permutations=9, rng=rng).p.tolist() == [1.0] * n


def test_refuses_what_does_not_fit():
    mixed = line(4, include_self=True)
    mixed[0, 0] = 0
    mixed.eliminate_zeros()
    rng = np.random.default_rng(1)
    with pytest.raises(ParameterError, match="all ones or all zeros on the diagonal"):
        exact_conditional_p(np.ones(4), mixed)
    with pytest.raises(ParameterError, match="permutations must be a whole number of at least 1, found 0"):
        sampled_conditional_p(np.ones(4), line(4), permutations=0, rng=rng)
    with pytest.raises(ParameterError, match="x must hold finite numbers, found nan"):
        sampled_conditional_p(np.array([1, np.nan, 2, 3]), line(4), permutations=9, rng=rng)
