import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.completeness import CompletenessParameters, estimate_completeness
from models.parameter_limits import ParameterError

DAY_S = 86_400
AS_OF_DAY = 20_000
AS_OF_S = AS_OF_DAY * DAY_S + 6 * 3_600  # 07:00 in Copenhagen in winter


def history(delay_days, *, known_at_as_of=True):
    """One incident an hour over 500 days with the delays repeated over and over."""
    to_s = AS_OF_S - 3_600 * np.arange(1, 500 * 24 + 1)
    delay_s = np.resize(np.array(delay_days) * DAY_S, len(to_s)).astype(np.int64)
    known_s = to_s + delay_s
    kept = known_s <= AS_OF_S if known_at_as_of else np.ones(len(to_s), bool)
    return to_s[kept], known_s[kept]


def estimate(to_s, known_s, **parameters):
    return estimate_completeness(
        to_s, known_s, as_of_s=AS_OF_S, as_of_day=AS_OF_DAY, parameters=CompletenessParameters(**parameters)
    )


def test_reported_at_once_is_complete_to_the_last_day():
    found = estimate(*history([0]))
    assert found.complete_until_day == AS_OF_DAY
    assert found.estimated
    assert found.share_by_age.tolist() == [1.0] * 61


def test_the_share_known_by_age_is_the_share_of_shorter_delays():
    found = estimate(*history([0.1] * 5 + [1.5] * 4 + [3.0]))
    assert found.share_by_age[:5].tolist() == pytest.approx([0, 0.5, 0.9, 1, 1], abs=2e-3)
    assert found.complete_until_day == AS_OF_DAY - 3
    assert estimate(*history([0.1] * 5 + [1.5] * 4 + [3.0]), share=0.85).complete_until_day == AS_OF_DAY - 2


def test_a_day_called_complete_is():
    rng = np.random.default_rng(11)
    to_s = AS_OF_S - (rng.random(60_000) * 500 * DAY_S).astype(np.int64)
    known_s = to_s + (rng.exponential(0.9, len(to_s)) * DAY_S).astype(np.int64)
    known = known_s <= AS_OF_S
    found = estimate(to_s[known], known_s[known])
    age = (AS_OF_S - to_s) // DAY_S
    last_complete = AS_OF_DAY - found.complete_until_day
    assert last_complete == 3  # exp(-3 / 0.9) = 0.036 are missing, exp(-2 / 0.9) = 0.108 a day earlier
    assert known[age == last_complete].mean() >= 0.95


def test_only_mature_incidents_count():
    to_s, known_s = history([0])
    young = to_s >= AS_OF_S - 60 * DAY_S
    known_s = np.where(young, known_s + 20 * DAY_S, known_s)
    assert estimate(to_s, known_s).complete_until_day == AS_OF_DAY


def test_what_became_known_after_the_as_of_is_left_out():
    to_s, known_s = history([0, 900], known_at_as_of=False)
    assert estimate(to_s, known_s).complete_until_day == AS_OF_DAY


def test_delays_longer_than_anything_mature():
    found = estimate(*history([70] * 3 + [0]), history_days=200)
    assert found.complete_until_day == AS_OF_DAY - 60
    assert found.share_by_age.max() < 0.95


def test_too_little_history_falls_back():
    to_s, known_s = history([0])
    few = slice(65 * 24, 65 * 24 + 49)
    found = estimate(to_s[few], known_s[few])
    assert not found.estimated
    assert found.complete_until_day == AS_OF_DAY - 3
    assert len(found.share_by_age) == 0
    assert estimate(np.empty(0, np.int64), np.empty(0, np.int64)).complete_until_day == AS_OF_DAY - 3


@given(delays=st.lists(st.floats(0, 40), min_size=1, max_size=30), share=st.floats(0.05, 0.99))
def test_shares_grow_with_age_and_a_stricter_share_is_never_later(delays, share):
    to_s, known_s = history(delays)
    found = estimate(to_s, known_s, share=share)
    assert np.all(np.diff(found.share_by_age) >= 0)
    assert estimate(to_s, known_s, share=0.995).complete_until_day <= found.complete_until_day <= AS_OF_DAY


def test_parameters_name_what_is_wrong():
    with pytest.raises(ParameterError, match=r"share must be between 0 and 1, found 95"):
        CompletenessParameters(share=95)
    with pytest.raises(ParameterError, match="fallback_days must be a whole number of at least 0, found -1"):
        CompletenessParameters(fallback_days=-1)
