from itertools import permutations

import numpy as np
import pymannkendall
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, theilslopes

from models import mann_kendall as module
from models.mann_kendall import MannKendallError, mann_kendall, mann_kendall_z, seasonal_mann_kendall
from models.parameter_limits import ParameterError

counts = st.lists(st.integers(0, 4), min_size=10, max_size=30)
distinct = st.lists(st.integers(-1_000, 1_000), min_size=5, max_size=30, unique=True)


def floats(values):
    return np.array(values, dtype=np.float64)


@given(values=counts)
@settings(deadline=None, max_examples=40)
def test_z_equals_pymannkendall_with_ties(values):
    row = floats(values)
    assume(np.ptp(row) > 0)
    expected = pymannkendall.original_test(row)
    found = mann_kendall(row)
    assert mann_kendall_z(row[np.newaxis])[0] == found.z == pytest.approx(expected.z, abs=1e-9)
    assert (found.s, found.variance) == (expected.s, pytest.approx(expected.var_s, abs=1e-6))
    assert found.slope == pytest.approx(expected.slope, abs=1e-9)
    assert found.tau == pytest.approx(kendalltau(np.arange(len(row)), row).statistic, abs=1e-9)


def test_long_series_have_the_normal_p_of_pymannkendall():
    row = np.random.default_rng(1).poisson(3, 400) + np.linspace(0, 0.6, 400).round(1)
    found, expected = mann_kendall(row), pymannkendall.original_test(row)
    assert not found.exact
    assert found.p == pytest.approx(expected.p, abs=1e-9)


@given(values=distinct)
@settings(deadline=None, max_examples=40)
def test_exact_p_without_ties_equals_scipy(values):
    row = floats(values)
    found = mann_kendall(row)
    assert found.exact
    expected = kendalltau(np.arange(len(row)), row, method="exact").pvalue
    assert found.p == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("values", [(0, 0, 1, 1, 2), (3, 1, 1, 1, 0, 2), (0, 0, 0, 1, 0, 2, 2), (5, 4, 4, 3, 3, 3)])
def test_exact_p_with_ties_is_that_of_all_orders(values):
    found = mann_kendall(floats(values))
    later, earlier = np.tril_indices(len(values), -1)
    orders = floats(list(permutations(values)))
    s = np.sign(orders[:, later] - orders[:, earlier]).sum(axis=1)
    tails = np.mean(s >= abs(found.s)), np.mean(s <= -abs(found.s))
    assert tails[0] == pytest.approx(tails[1])
    assert found.p == pytest.approx(min(1, 2 * tails[0]), abs=1e-12)


def test_exact_p_of_seasons_is_that_of_all_orders_within_them():
    values = floats([2, 0, 1, 1, 1, 0, 3, 3])
    found = seasonal_mann_kendall(values, seasons=2)
    later, earlier = np.tril_indices(4, -1)
    each = []
    for season in (values[::2], values[1::2]):
        orders = floats(list(permutations(season)))
        each.append(np.sign(orders[:, later] - orders[:, earlier]).sum(axis=1))
    s = np.add.outer(*each)
    assert found.p == pytest.approx(min(1, 2 * np.mean(s >= abs(found.s))), abs=1e-12)


@given(values=st.lists(st.integers(0, 6), min_size=24, max_size=60), seasons=st.sampled_from([2, 4, 12]))
@settings(deadline=None, max_examples=40)
def test_seasonal_equals_pymannkendall(values, seasons):
    row = floats(values)
    expected = pymannkendall.seasonal_test(row, period=seasons)
    found = seasonal_mann_kendall(row, seasons=seasons)
    assume(found.variance > 0)
    assert found.s == expected.s
    assert found.variance == pytest.approx(expected.var_s, abs=1e-6)
    assert found.z == pytest.approx(expected.z, abs=1e-9)
    assert found.slope == pytest.approx(expected.slope, abs=1e-9)


def test_dependent_seasons_have_the_variance_of_the_multivariate_test():
    # pymannkendall's "correlated multivariate" sums the same covariance matrix.
    rng = np.random.default_rng(2)
    years = floats(rng.poisson(6 * rng.gamma(10, 0.1, (11, 1)), (11, 12)))  # good and bad years
    expected = pymannkendall.correlated_multivariate_test(years)
    found = seasonal_mann_kendall(years.ravel(), seasons=12, serial=True)
    assert (found.s, found.exact) == (expected.s, False)
    assert found.variance == pytest.approx(expected.var_s, abs=1e-6)
    plain = seasonal_mann_kendall(years.ravel(), seasons=12)
    assert found.variance > plain.variance
    assert found.p > plain.p


@given(values=counts, confidence=st.sampled_from([0.8, 0.95]))
@settings(deadline=None, max_examples=40)
def test_slope_and_bounds_equal_scipy(values, confidence):
    row = floats(values)
    assume(np.ptp(row) > 0)
    found = mann_kendall(row, confidence=confidence)
    slope, _, lower, upper = theilslopes(row, alpha=confidence)
    assert (found.slope, found.lower, found.upper) == pytest.approx((slope, lower, upper), abs=1e-12)


@given(values=counts)
@settings(deadline=None, max_examples=40)
def test_turns_with_time_and_ignores_units(values):
    row = floats([values])
    assert mann_kendall_z(row[:, ::-1])[0] == -mann_kendall_z(row)[0]
    assert mann_kendall_z(3 * row + 7)[0] == mann_kendall_z(row)[0]
    forth, back = mann_kendall(row[0]), mann_kendall(row[0, ::-1])
    assert (forth.s, forth.p, forth.slope) == (-back.s, back.p, -back.slope)


def test_equal_values_have_no_trend():
    found = mann_kendall(np.ones(8))
    assert (found.s, found.z, found.p, found.tau, found.slope) == (0, 0.0, 1.0, 0.0, 0.0)


def test_normal_p_takes_over_where_it_is_close_to_the_exact_one(monkeypatch):
    rng = np.random.default_rng(3)
    rows = [floats(rng.poisson(mean, n)) for mean, n in ((60, 170), (3, 170), (0.5, 200))]
    exact = [mann_kendall(row) for row in rows]
    assert all(found.exact for found in exact)
    monkeypatch.setattr(module, "MOST_STEPS_EXACT", 0)
    normal = [mann_kendall(row) for row in rows]
    assert max(abs(a.p - b.p) for a, b in zip(exact, normal, strict=True)) < 0.001


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: mann_kendall(np.ones(4)), MannKendallError, "a trend needs at least 5 periods, found 4"),
        (lambda: mann_kendall(floats([1, 2, np.nan, 4, 5])), ParameterError, "series must hold finite numbers"),
        (
            lambda: seasonal_mann_kendall(np.ones(23), seasons=12),
            MannKendallError,
            "at least 2 years of 12 periods, found 23 periods",
        ),
        (
            lambda: seasonal_mann_kendall(np.ones(27), seasons=12, serial=True),
            MannKendallError,
            "at least 10 complete years of 12 periods, found 2 years and 3 periods",
        ),
        (lambda: seasonal_mann_kendall(np.ones(9), seasons=1), ParameterError, "seasons must be a whole number of at"),
        (lambda: mann_kendall(np.ones(9), confidence=1.0), ParameterError, "confidence must be between 0 and 1"),
        (lambda: mann_kendall(np.ones(5_001)), ParameterError, "at most 5,000 periods, found 5,001"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
