import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.parameter_limits import ParameterError
from models.wdd import wdd, wdd_shared_control

counts = st.tuples(st.integers(0, 500), st.integers(0, 500))


def test_published_example():
    """Wheeler & Ratcliffe (2018), table 2."""
    found = wdd((207, 110), (308, 318), (178, 157), (150, 140))
    assert found.estimate == -118
    assert found.standard_error == pytest.approx(39.598, abs=5e-4)
    assert (round(found.lower), round(found.upper)) == (-196, -40)
    assert found.z == pytest.approx(-2.98, abs=5e-3)
    assert found.p == pytest.approx(0.00288, abs=5e-6)


def test_a_narrower_confidence_is_a_narrower_interval():
    found = wdd((207, 110), (308, 318), confidence=0.9)
    assert found.upper - found.estimate == pytest.approx(1.6448536269514722 * found.standard_error)


def test_weights_scale_counts_and_their_variance():
    found = wdd((20, 10), (30, 30), (10, 15), (5, 5), weights=(3, 1, 2, 1))
    assert found.estimate == 3 * -10 + 2 * 5
    assert found.standard_error == pytest.approx(np.sqrt(9 * 30 + 60 + 4 * 25 + 10))


def test_no_incidents_at_all():
    found = wdd((0, 0), (0, 0))
    assert (found.estimate, found.standard_error, found.z, found.p) == (0, 0, 0, 1)


@given(treated=counts, displaced=counts, control=counts, a=st.floats(0, 3), b=st.floats(0, 3))
def test_a_shared_control_is_one_control_of_both_weights(treated, displaced, control, a, b):
    shared = wdd_shared_control(treated, displaced, control, treated_scale=a, displaced_scale=b)
    plain = wdd(treated, control, displaced, weights=(1, a + b, 1, 1))
    assert shared.estimate == pytest.approx(plain.estimate, abs=1e-9)
    assert shared.standard_error == pytest.approx(plain.standard_error)
    assert shared.lower <= shared.estimate <= shared.upper


@given(treated=counts, displaced=counts, control=counts)
def test_without_scale_the_control_plays_no_part(treated, displaced, control):
    found = wdd_shared_control(treated, displaced, control, treated_scale=0, displaced_scale=0)
    assert found == wdd(treated, (0, 0), displaced)


def test_interval_of_a_shared_control_covers_as_it_says():
    rng = np.random.default_rng(8)
    treated_rate, displaced_rate, control_rate, periods = 16.0, 5.0, 12.0, 4
    scales = {"treated_scale": treated_rate / control_rate, "displaced_scale": displaced_rate / control_rate}
    covered = 0
    for _ in range(4_000):
        before = rng.poisson(np.array([treated_rate, displaced_rate, control_rate]) * periods)
        after = rng.poisson([treated_rate - 10, displaced_rate + 10, control_rate])
        pairs = [(int(b), int(a)) for b, a in zip(before, after, strict=True)]
        found = wdd_shared_control(*pairs, **scales, before_periods=periods)
        covered += found.lower <= 0 <= found.upper
    assert 0.94 < covered / 4_000 < 0.965


def test_refuses_what_cannot_be_counted():
    with pytest.raises(ParameterError, match="counts must not be negative, found -3"):
        wdd((10, 5), (7, -3))
    with pytest.raises(ParameterError, match="confidence must be between 0 and 1, found 95"):
        wdd((10, 5), (7, 3), confidence=95)
    with pytest.raises(ParameterError, match="before_periods must be a whole number of at least 1, found 0"):
        wdd_shared_control((1, 1), (1, 1), (1, 1), treated_scale=1, displaced_scale=1, before_periods=0)
