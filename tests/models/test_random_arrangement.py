from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.draw_sums import SumsTooLargeError
from models.getis_ord import gi_star
from models.parameter_limits import ParameterError
from models.random_arrangement import arrangement_p


def line(n: int) -> sparse.csr_array:
    return sparse.csr_array(np.eye(n) + np.eye(n, k=1) + np.eye(n, k=-1))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_equals_the_enumeration_of_every_arrangement(values):
    x = np.array(values, dtype=np.float64)
    sums = np.array(list(permutations(values)), dtype=np.float64) @ line(len(x))
    found = arrangement_p(x, line(len(x)))
    np.testing.assert_allclose(found.at_least, np.mean(sums >= line(len(x)) @ x, axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.at_most, np.mean(sums <= line(len(x)) @ x, axis=0), rtol=1e-12)


def test_approaches_the_normal_p_of_gi_star_where_counts_are_large():
    x = np.random.default_rng(7).normal(1_000, 100, 2_000).round()
    star, exact = gi_star(x, line(2_000)), arrangement_p(x[:300], line(300))
    assert star.p.min() > 0
    # Both tails hold the observed sum: against sums of hundreds that is hardly anything.
    np.testing.assert_allclose(exact.p, gi_star(x[:300], line(300)).normal_p, atol=0.02)


def test_a_lone_cell_is_no_evidence_in_an_arrangement():
    x = np.zeros(50)
    x[20] = 30
    assert gi_star(x, line(50)).normal_p[20] < 1e-4
    assert arrangement_p(x, line(50)).at_least[20] == pytest.approx(3 / 50)


def test_a_neighbourhood_of_zeros_is_not_significant():
    assert arrangement_p(np.array([0.0] * 4 + [5] * 60), line(64)).p[1] == 1.0


def test_refusals():
    with pytest.raises(ParameterError, match="ones on the diagonal"):
        arrangement_p(np.ones(3), sparse.csr_array(line(3) - sparse.eye_array(3)))
    with pytest.raises(ParameterError, match="whole multiples of 1"):
        arrangement_p(np.array([0.5, 1, 1]), line(3))
    with pytest.raises(SumsTooLargeError):
        arrangement_p(np.arange(3.0) * 10_000_000, line(3))
