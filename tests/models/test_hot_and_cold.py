import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.hot_and_cold import COLD, HOT, NEITHER, hot_and_cold

columns = arrays(np.float64, (8,), elements=st.floats(-5, 5))
q_values = arrays(np.float64, (8,), elements=st.floats(0, 0.1))
expected_counts = arrays(np.float64, (8,), elements=st.floats(0, 3))


@given(score=columns, q=q_values, expected=expected_counts)
def test_nothing_is_cold_where_less_than_one_incident_is_expected(score, q, expected):
    claims = hot_and_cold(score, q, expected, level=0.05)
    assert not np.any((claims == COLD) & (expected < 1))
    assert np.all((claims == COLD) <= ((score < 0) & (q <= 0.05)))
    np.testing.assert_array_equal(claims == HOT, (score > 0) & (q <= 0.05))


def test_at_the_limits():
    claims = hot_and_cold(np.array([-2.0, -2, -2, 0, 2]), np.full(5, 0.05), np.array([1, 0.999, 5, 5, 0]), level=0.05)
    assert claims.tolist() == [COLD, NEITHER, COLD, NEITHER, HOT]
    assert hot_and_cold(np.array([-2.0, 2]), np.full(2, 0.051), np.ones(2), level=0.05).tolist() == [NEITHER] * 2


def test_one_expected_count_for_each_column():
    score = np.full((3, 2), -4.0)
    assert hot_and_cold(score, np.zeros((3, 2)), np.array([0.5, 2]), level=0.05).tolist() == [[NEITHER, COLD]] * 3
