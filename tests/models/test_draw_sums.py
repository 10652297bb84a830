from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.draw_sums import (
    SumsTooLargeError,
    at_least_and_at_most,
    distributions,
    distributions_without_one,
    fits,
    whole_units,
)
from models.parameter_limits import ParameterError

populations = st.lists(st.integers(0, 12), min_size=1, max_size=9)


def enumerated(values: list[int], k: int, width: int) -> np.ndarray:
    sums = [sum(chosen) for chosen in combinations(values, k)]
    return np.bincount(sums, minlength=width) / max(len(sums), 1) if sums else np.zeros(width)


@given(values=populations, most=st.integers(0, 6))
def test_equals_the_enumeration_of_every_draw(values, most):
    found = distributions(np.array(values), most)
    for k in range(most + 1):
        np.testing.assert_allclose(found[k], enumerated(values, k, found.shape[1]), rtol=1e-12, atol=0)


@given(values=populations, most=st.integers(0, 5))
def test_one_left_out_equals_the_enumeration_of_the_others(values, most):
    found = dict(distributions_without_one(np.array(values), most))
    assert sorted(found) == sorted(set(values))
    for value, chances in found.items():
        others = list(values)
        others.remove(value)
        for k in range(most + 1):
            np.testing.assert_allclose(chances[k], enumerated(others, k, chances.shape[1]), rtol=1e-12, atol=0)


@pytest.mark.parametrize("n", [60, 20_000, 1_000_000])
def test_zeros_and_ones_are_hypergeometric_to_the_far_tail(n):
    ones, k = n // 3, 18
    chances = distributions(np.repeat([0, 1], [n - ones, ones]), k)
    expected = stats.hypergeom.pmf(np.arange(k + 1), n, ones, k)
    # scipy's own logarithms of factorials lose digits where n is a million.
    np.testing.assert_allclose(chances[k], expected, rtol=1e-12 * n)
    assert chances[k][-1] == pytest.approx(comb(ones, k) / comb(n, k), rel=1e-12)


def test_large_neighbourhoods_stay_within_the_floats():
    chances = distributions(np.repeat([0, 1], [1_000, 1_000]), 500)
    np.testing.assert_allclose(chances[500], stats.hypergeom.pmf(np.arange(501), 2_000, 1_000, 500), rtol=1e-9)


def test_tails_hold_the_sum_itself_and_stay_exact_where_small():
    [upper], [lower] = at_least_and_at_most(np.array([[0.5, 0.5 - 1e-18, 1e-18]]))
    assert upper.tolist() == [1.0, 0.5, 1e-18]
    assert lower.tolist() == [0.5, 1.0, 1.0]


def test_no_values():
    assert distributions(np.empty(0, dtype=np.int64), 2).tolist() == [[1.0], [0.0], [0.0]]
    assert list(distributions_without_one(np.empty(0, dtype=np.int64), 2)) == []


def test_units():
    assert whole_units(np.array([0.0, 0.3, 1.2]), 0.1).tolist() == [0, 3, 12]
    with pytest.raises(ParameterError, match=r"whole multiples of 1, found 0\.5: name another unit"):
        whole_units(np.array([2.0, 0.5]), 1.0)
    with pytest.raises(ParameterError, match="found -2"):
        whole_units(np.array([-2.0]), 1.0)
    with pytest.raises(ParameterError, match="found nan"):
        whole_units(np.array([np.nan]), 1.0)
    with pytest.raises(ParameterError, match="unit must be a number greater than 0"):
        whole_units(np.ones(1), 0.0)


def test_refuses_what_would_be_too_large():
    wide = np.array([0, 1, 2_000_000])
    assert not fits(wide, 2, left_out=False)
    with pytest.raises(SumsTooLargeError, match=r"6,000,006 chances .* more than 4,000,000 .* larger unit"):
        distributions(wide, 2)
    with pytest.raises(SumsTooLargeError, match="at most 500 values, found neighbourhoods of 501"):
        distributions(np.zeros(600, dtype=np.int64), 501)
    many = np.arange(3_000)
    assert fits(many[:300], 6, left_out=True)
    with pytest.raises(SumsTooLargeError, match="of 3000 distinct values"):
        next(distributions_without_one(many, 6))
