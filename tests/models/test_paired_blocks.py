from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.api import OLS

from models.paired_blocks import diebold_mariano, paired_comparison
from models.parameter_limits import ParameterError


def compare(gain, weight=None, *, block_length=7, **more):
    gain = np.asarray(gain, dtype=float)
    weight = np.ones(len(gain)) if weight is None else np.asarray(weight, dtype=float)
    return paired_comparison(gain, weight, block_length=block_length, rng=np.random.default_rng(1), **more)


def exact_p(blocks):
    """Two-sided p of the sum over all 2^B sign flips."""
    sums = np.array(list(product((-1, 1), repeat=len(blocks)))) @ blocks
    return min(1, 2 * min(np.mean(sums >= blocks.sum() - 1e-12), np.mean(sums <= blocks.sum() + 1e-12)))


@pytest.mark.parametrize(("shift", "blocks"), [(0.0, 12), (0.3, 12), (0.7, 12), (-0.6, 12), (3.0, 6), (-3.0, 7)])
def test_p_equals_all_sign_flips_and_scipy(shift, blocks):
    gain = np.random.default_rng(2).normal(shift, 1, blocks)
    found = compare(gain, block_length=1, flips=99_999)
    exact = exact_p(gain)
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 99_999) + 1e-4)
    peer = stats.permutation_test((gain,), np.sum, permutation_type="samples", n_resamples=10_000)
    assert exact == pytest.approx(peer.pvalue, abs=1e-9)


def test_the_interval_is_the_inversion_of_the_test():
    gain = np.random.default_rng(3).gamma(2, 1, 11) - 1
    found = compare(gain, block_length=1, flips=99_999)
    # All 2^11 - 1 subset means (Hartigan 1969); the empty subset lies beyond either end.
    chosen = np.array(list(product((0, 1), repeat=11))[1:])
    means = (chosen @ gain) / chosen.sum(axis=1)
    lower = np.quantile(np.append(means, -99), 0.025)
    upper = np.quantile(np.append(means, 99), 0.975)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=0.01), pytest.approx(upper, abs=0.01))
    step = 0.02
    assert exact_p(gain - (found.lower - step)) < 0.05 < exact_p(gain - (found.lower + step))
    assert exact_p(gain - (found.upper + step)) < 0.05 < exact_p(gain - (found.upper - step))


@given(seed=st.integers(0, 5000), level=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_verdict_p_and_interval_always_agree(seed, level):
    rng = np.random.default_rng(seed)
    found = compare(rng.normal(0.3, 1, 84), flips=999, level=level)
    assert (found.verdict == "beats") == (found.lower > 0)
    assert (found.verdict == "worse") == (found.upper < 0)
    assert (found.verdict == "no clear difference") == (found.p > 1 - level + 1e-12)
    assert found.lower <= found.difference <= found.upper


@given(seed=st.integers(0, 5000), factor=st.floats(0.01, 100))
def test_exchanging_the_forecasts_turns_the_sign_and_units_play_no_part(seed, factor):
    gain = np.random.default_rng(seed).normal(0.2, 1, 70)
    first, turned, scaled = compare(gain), compare(-gain), compare(gain * factor)
    assert turned.difference == -first.difference
    assert (turned.lower, turned.upper) == (pytest.approx(-first.upper), pytest.approx(-first.lower))
    assert turned.p == first.p == scaled.p
    assert scaled.lower == pytest.approx(factor * first.lower)


def test_weights_make_a_ratio_of_sums():
    rng = np.random.default_rng(4)
    incidents = rng.poisson(2, 84).astype(float)
    found = compare(incidents * 0.1, incidents)
    assert (found.difference, found.lower, found.upper) == pytest.approx((0.1, 0.1, 0.1))
    assert found.verdict == "beats"


def test_equal_forecasts_differ_in_nothing():
    found = compare(np.zeros(84))
    assert (found.difference, found.lower, found.upper, found.p) == (0, 0, 0, 1)
    assert found.verdict == "no clear difference"


def test_days_that_hang_together_are_one_piece_of_evidence():
    weekly = np.random.default_rng(5).normal(0, 1, 12)
    gain = np.repeat(weekly - weekly.mean() + 0.45, 7)
    assert compare(gain, block_length=1).verdict == "beats"
    assert compare(gain, block_length=7).verdict == "no clear difference"


@pytest.mark.parametrize("blocks", [7, 12])
def test_symmetric_differences_are_called_at_most_at_the_nominal_rate(blocks):
    found = []
    for stream in np.random.default_rng(6).spawn(1500):
        gain = stream.standard_t(3, 7 * blocks) * np.repeat(stream.gamma(1, 1, blocks), 7)
        found.append(paired_comparison(gain, np.ones(7 * blocks), block_length=7, flips=199, rng=stream).verdict)
    # 0.025 on either side, less where few blocks leave few values of p; 3 standard errors of 1500 trials.
    error = 3 * np.sqrt(0.025 * 0.975 / 1500)
    for verdict in ("beats", "worse"):
        assert 0.006 < found.count(verdict) / 1500 < 0.025 + error


def test_the_flip_of_no_sign_counts_in_both_tails():
    # Six blocks, all better: only the empty subset and none else is as extreme, 1 of 64 in either tail.
    found = compare(np.repeat([1.0, 1.2, 0.8, 1.1, 0.9, 1.05], 7), flips=99_999)
    assert found.p == pytest.approx(2 / 64, abs=0.002)
    assert compare(np.ones(42), level=0.99).verdict == "no clear difference"
    assert compare(np.ones(42), level=0.99).lower == -np.inf


@pytest.mark.parametrize("lags", [0, 1, 6])
def test_diebold_mariano_equals_statsmodels_newey_west(lags):
    rng = np.random.default_rng(7)
    gain = np.convolve(rng.normal(0.1, 1, 150), np.ones(lags + 1))[:120]
    peer = OLS(gain, np.ones(120)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
    steps = lags + 1
    factor = np.sqrt((120 + 1 - 2 * steps + steps * (steps - 1) / 120) / 120)
    found = diebold_mariano(gain, lags=lags)
    assert found.statistic == pytest.approx(float(peer.tvalues[0]) * factor, rel=1e-9)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.statistic), 119))


def test_diebold_mariano_without_variation_says_nothing():
    assert np.isnan(diebold_mariano(np.zeros(20), lags=1).p)


def test_too_little_is_said_and_not_judged():
    found = compare(np.ones(35))
    assert found.verdict == "undecided"
    assert found.why == "there are 5 blocks of days with something to compare; at least 6 are needed"
    assert np.isnan(found.p)
    assert compare([]).verdict == "undecided"
    quiet = np.zeros(84)
    assert "0 blocks" in compare(quiet, quiet).why
    assert "no chance at all" in compare(np.full(84, np.inf)).why
    assert "no chance at all" in compare(np.full(84, np.nan)).why
    assert "no incident to weigh it by" in compare(np.ones(84), np.repeat([1, 0], 42)).why


def test_refuses_what_does_not_fit():
    with pytest.raises(ParameterError, match=r"one shape \(T\), found \(3,\) and \(2,\)"):
        compare(np.ones(3), np.ones(2))
    with pytest.raises(ParameterError, match=r"flips must be at least 40 at level 0\.95, found 9"):
        compare(np.ones(84), flips=9)
    with pytest.raises(ParameterError, match="more than 2 differences for 1 lags, found 2"):
        diebold_mariano(np.ones(2), lags=1)
