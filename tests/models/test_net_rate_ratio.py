from math import inf, isnan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio

from models.net_rate_ratio import Tables, net_rate_ratios, net_tails
from models.parameter_limits import ParameterError

count = st.integers(0, 60)
table = st.tuples(count, count, count, count)
amount = st.integers(0, 40_000_000).map(lambda ppm: ppm / 1_000_000)
amounts = st.tuples(amount, amount, amount, amount)


def tables(*rows):
    return Tables(*np.array(rows, dtype=np.float64).T)


def ratio_of(row, **confidence):
    (found,) = net_rate_ratios(tables(row), **confidence)
    return found


def as_contingency(row):
    before, after, control_before, control_after = row
    return [[after, before], [control_after, control_before]]


@given(rows=st.lists(table, min_size=1, max_size=5))
def test_tails_equal_fishers_exact_test_of_scipy(rows):
    falls, rises = net_tails(tables(*rows))
    for row, fall, rise in zip(rows, falls, rises, strict=True):
        assert fall == pytest.approx(fisher_exact(as_contingency(row), "less").pvalue, rel=1e-8)
        assert rise == pytest.approx(fisher_exact(as_contingency(row), "greater").pvalue, rel=1e-8)


@pytest.mark.parametrize("row", [(7, 2, 5, 15), (20, 12, 44, 11), (64, 2, 45, 11), (3, 30, 250, 240)])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_interval_equals_scipys_conditional_odds_ratio(row, confidence):
    expected = odds_ratio(as_contingency(row), kind="conditional").confidence_interval(confidence)
    found = ratio_of(row, confidence=confidence)
    assert found.lower == pytest.approx(expected.low, rel=1e-6)
    assert found.upper == pytest.approx(expected.high, rel=1e-6)


def test_ratio_is_the_ratio_of_the_two_changes():
    assert ratio_of((20, 10, 40, 50)).ratio == pytest.approx((10 / 20) / (50 / 40))


@given(row=amounts, confidence=st.sampled_from([0.8, 0.95]))
def test_p_and_interval_agree_about_no_change(row, confidence):
    found = ratio_of(row, confidence=confidence)
    assume(abs(found.p - (1 - confidence)) > 1e-6)
    assert (found.p < 1 - confidence) == (not found.lower <= 1 <= found.upper)


@given(row=amounts)
def test_swapping_area_and_controls_turns_the_ratio_over(row):
    before, after, control_before, control_after = row
    found, turned = ratio_of(row), ratio_of((control_before, control_after, before, after))
    assert found.p == pytest.approx(turned.p)
    if found.lower > 0 and found.upper < inf:
        assert found.lower == pytest.approx(1 / turned.upper, rel=1e-6)
        assert found.lower <= found.ratio <= found.upper


@given(row=amounts, more=st.integers(1, 20))
def test_more_incidents_in_the_area_after_make_a_rise_likelier(row, more):
    before, after, control_before, control_after = row
    falls, rises = net_tails(tables(row, (before, after + more, control_before, control_after)))
    assert rises[1] <= rises[0] + 1e-9
    assert falls[1] >= falls[0] - 1e-9


def test_fractions_lie_between_the_whole_counts():
    rises = net_tails(tables(*[(20, 6 + step / 10, 44, 11) for step in range(11)]))[1]
    assert np.all(np.diff(rises) < 0)


def test_zero_counts():
    assert ratio_of((5, 0, 9, 9)).ratio == ratio_of((5, 0, 9, 9)).lower == 0
    assert ratio_of((0, 5, 9, 9)).ratio == ratio_of((0, 5, 9, 9)).upper == inf
    for nothing in ((0, 0, 9, 9), (5, 5, 0, 0), (0, 0, 0, 0)):
        found = ratio_of(nothing)
        assert isnan(found.ratio)
        assert (found.lower, found.upper, found.p) == (0, inf, 1)
    assert net_rate_ratios(Tables(*np.empty((4, 0)))) == ()


def test_a_large_city():
    found = ratio_of((9_000, 8_000, 40_000, 41_000))
    half_width = 1.96 * np.sqrt(1 / 9_000 + 1 / 8_000 + 1 / 40_000 + 1 / 41_000)
    assert np.log([found.lower, found.upper]) - np.log(found.ratio) == pytest.approx(
        [-half_width, half_width], abs=2e-4
    )
    exact = 2 * fisher_exact([[8_000, 9_000], [41_000, 40_000]], "less").pvalue
    assert exact * 0.999 <= found.p < 10 * exact


def test_tails_hold_their_level_at_small_counts():
    rng = np.random.default_rng(9)
    for rate in (0.5, 2.0, 5.0, 15.0):
        columns = rng.poisson([4 * rate, rate, 8 * rate, 2 * rate], (20_000, 4)).T.astype(np.float64)
        for tail in net_tails(Tables(*columns)):
            assert (tail <= 0.05).mean() <= 0.0525


def test_refuses_negative_counts():
    with pytest.raises(ParameterError, match=r"counts must not be negative, found -1\.0"):
        tables((3, -1, 4, 4))
