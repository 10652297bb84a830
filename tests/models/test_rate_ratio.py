from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from models.parameter_limits import ParameterError
from models.rate_ratio import count_tails, rate_ratio

whole = st.integers(0, 300)
amount = st.one_of(st.just(0.0), st.floats(0.001, 300))
exposure = st.floats(0.05, 20)


@given(before=whole, after=whole, exposure=exposure)
def test_equals_the_binomial_test_of_scipy(before, after, exposure):
    if before + after == 0:
        return
    share = exposure / (1 + exposure)
    found = rate_ratio(before, after, after_exposure=exposure)
    tails = [binomtest(after, before + after, share, alternative=side).pvalue for side in ("less", "greater")]
    assert found.p == pytest.approx(min(1, 2 * min(tails)), rel=1e-9)
    interval = binomtest(after, before + after, share).proportion_ci(0.95, method="exact")
    odds = [inf if bound == 1 else bound / (1 - bound) / exposure for bound in interval]
    assert found.lower == pytest.approx(odds[0], rel=1e-6, abs=1e-12)
    assert found.upper == pytest.approx(odds[1], rel=1e-6)


def test_published_breast_cancer_example():
    """Boice & Monson (1977): 41 cases in 28,010 person-years with fluoroscopy, 15 in 19,017 without; as worked
    in Rothman & Greenland, *Modern Epidemiology*: 1.86, exact interval 1.01 to 3.61."""
    found = rate_ratio(15, 41, before_exposure=19_017, after_exposure=28_010)
    assert found.ratio == pytest.approx(1.86, abs=5e-3)
    assert (round(found.lower, 2), round(found.upper, 2)) == (1.01, 3.61)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@given(before=amount, after=amount, exposure=exposure)
def test_p_and_interval_agree_about_no_change(confidence, before, after, exposure):
    found = rate_ratio(before, after, after_exposure=exposure, confidence=confidence)
    if abs(found.p - (1 - confidence)) > 1e-9:
        assert (found.p < 1 - confidence) == (not found.lower <= 1 <= found.upper)


@given(before=amount, after=amount)
def test_looking_backwards_turns_the_ratio_over(before, after):
    forward, back = rate_ratio(before, after), rate_ratio(after, before)
    assert forward.p == pytest.approx(back.p)
    if before > 0 and after > 0:
        assert forward.ratio == pytest.approx(1 / back.ratio)
        assert forward.lower == pytest.approx(1 / back.upper, rel=1e-6)


@given(before=st.floats(0.5, 200), after=st.floats(0.5, 200), more=st.floats(0.1, 20))
def test_more_incidents_after_move_everything_up(before, after, more):
    low, high = rate_ratio(before, after), rate_ratio(before, after + more)
    assert low.ratio < high.ratio
    assert low.lower < high.lower
    assert low.upper < high.upper


def test_ends_at_zero_counts():
    none_after = rate_ratio(8, 0)
    assert (none_after.ratio, none_after.lower) == (0, 0)
    assert none_after.p == pytest.approx(2 / 2**8)
    assert none_after.upper == pytest.approx(0.025 ** (-1 / 8) - 1)
    none_before = rate_ratio(0, 8)
    assert (none_before.ratio, none_before.upper) == (inf, inf)
    nothing = rate_ratio(0, 0)
    assert isnan(nothing.ratio)
    assert (nothing.lower, nothing.upper, nothing.p) == (0, inf, 1)


def test_tails_hold_their_level_at_small_counts():
    rng = np.random.default_rng(5)
    for rate in (0.5, 2.0, 5.0, 15.0):
        before = rng.poisson(4 * rate, 40_000).astype(np.float64)
        after = rng.poisson(rate, 40_000).astype(np.float64)
        for tail in count_tails(before, after, 1 / 4):
            assert (tail <= 0.05).mean() <= 0.052


def test_refuses_what_cannot_be_counted():
    with pytest.raises(ParameterError, match="before must be a number at least 0, found -1"):
        rate_ratio(-1, 3)
    with pytest.raises(ParameterError, match="after_exposure must be a number greater than 0, found 0"):
        rate_ratio(1, 3, after_exposure=0)
    with pytest.raises(ParameterError, match=r"counts must not be negative, found -2\.0"):
        count_tails(np.array([1.0, -2.0]), np.array([1.0, 1.0]), 1.0)
