import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import calibration
from models.parameter_limits import ParameterError

amounts = st.lists(st.floats(0.001, 20), min_size=1, max_size=60)


def test_intervals_equal_r():
    # R 4.2.2: poisson.test(x)$conf.int for x = 0, 1, 7, 30
    limits = {
        0: (0, 3.688879454),
        1: (0.02531780798, 5.571643390),
        7: (2.814363052, 14.422675362),
        30: (20.24087402, 42.82686539),
    }
    for count, (lower, upper) in limits.items():
        found = calibration(np.array([2.0]), np.array([float(count)]))
        assert found.lower[0] * 2 == pytest.approx(lower, rel=1e-6, abs=1e-12)
        assert found.upper[0] * 2 == pytest.approx(upper, rel=1e-6)


@given(expected=amounts, seed=st.integers(0, 999), groups=st.integers(1, 12))
def test_totals_are_kept_groups_rise_and_order_plays_no_part(expected, seed, groups):
    expected = np.array(expected)
    observed = np.random.default_rng(seed).poisson(expected).astype(float)
    found = calibration(expected, observed, groups=groups)
    assert found.expected.sum() == pytest.approx(expected.sum())
    assert found.observed.sum() == observed.sum()
    assert found.values.sum() == len(expected)
    assert np.all(np.diff(found.expected / found.values) > 0)
    order = np.random.default_rng(seed).permutation(len(expected))
    np.testing.assert_array_equal(calibration(expected[order], observed[order], groups=groups).values, found.values)


def test_groups_expect_about_the_same_each():
    rng = np.random.default_rng(1)
    expected = rng.gamma(0.3, 0.05, (365, 449))
    found = calibration(expected, rng.poisson(expected).astype(float))
    assert len(found.expected) == 10
    np.testing.assert_allclose(found.expected, expected.sum() / 10, rtol=0.01)
    assert np.all((found.lower < 1) & (found.upper > 1))


def test_too_sure_a_forecast_shows_in_its_outer_groups():
    rng = np.random.default_rng(2)
    truth = np.full((200, 100), 0.05)
    found = calibration(truth * rng.gamma(0.5, 2, 100), rng.poisson(truth).astype(float), groups=5)
    assert found.lower[0] > 1
    assert found.upper[-1] < 1


def test_equal_expectations_stay_together():
    found = calibration(np.full((30, 4), 0.1), np.eye(30, 4))
    assert found.values.tolist() == [120]
    assert found.ratio[0] == pytest.approx(4 / 12)


def test_refuses_what_says_nothing():
    with pytest.raises(ParameterError, match="expected total must be greater than 0, found 0"):
        calibration(np.zeros(3), np.ones(3))
    with pytest.raises(ParameterError, match="one shape"):
        calibration(np.ones(3), np.ones(2))
