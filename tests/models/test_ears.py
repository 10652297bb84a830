import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm

from models.ears import EarsError, EarsParameters, ears, false_alarm_rate
from models.parameter_limits import ParameterError

NEWPORT = Path(__file__).parents[3] / "shared/data/reference/weekly-counts/salmNewport_weekly.csv"
here = pytest.mark.skipif(
    not NEWPORT.exists(), reason="the weekly counts of R's surveillance lie beside the repository"
)

series = st.lists(st.integers(0, 9), min_size=14, max_size=60)
methods = st.sampled_from(["C1", "C2", "C3"])

# Upper bounds of earsC of R's surveillance 1.20.3 with 0.001 for weeks 21 to 60 of its Salmonella Newport, from the 8th
# of them (C1) and the 10th on (C2).
UPPER_FROM_R = """
5.159525 4.090232 4.090232 4.090232 4.932566 4.932566 4.090232 4.932566 5.588097 5.989473 6.159525 5.897445 6.503496
4.989606 4.989606 7.550640 7.666494 7.666494 7.666494 7.380780 7.370248 7.669682 4.523164 5.152779 6.014078 6.014078
5.979211 5.979211 5.979211 6.014078 5.446454 4.050282 4.002810
"""


def floats(values):
    return np.array(list(values), dtype=np.float64)


def newport():
    with NEWPORT.open(newline="", encoding="utf-8") as file:
        return floats(row["observed"] for row in csv.DictReader(file))[20:60]


@here
@pytest.mark.parametrize(("method", "first"), [("C1", 7), ("C2", 9)])
def test_c1_and_c2_equal_surveillance(method, first):
    counts, upper = newport(), floats(UPPER_FROM_R.split())[: 40 - first]
    found = ears(counts, EarsParameters(method))
    # Its upper bound is mean + z sd; what it says about the count is the statistic.
    deviation = (upper - found.expected[first:]) / norm.isf(0.001)
    np.testing.assert_allclose(
        found.statistic[first:], (counts[first:] - found.expected[first:]) / deviation, atol=1e-5
    )
    assert found.published_alarm[first:].tolist() == (counts[first:] > upper).tolist()
    assert np.flatnonzero(found.published_alarm).tolist() == ([21] if method == "C1" else [])


@settings(deadline=None, max_examples=40)
@given(counts=series, method=methods, baseline=st.sampled_from([3, 7]))
def test_is_the_definition_period_by_period(counts, method, baseline):
    x = floats(counts)
    found = ears(x, EarsParameters(method, baseline=baseline))
    gap = 0 if method == "C1" else 2

    def before(t):
        return x[t - gap - baseline : t - gap]

    def above(t):
        m, s = before(t).mean(), before(t).std(ddof=1)
        return (x[t] - m) / s if s > 0 else (0.0 if x[t] == m else np.copysign(np.inf, x[t] - m))

    first = baseline + gap + (2 if method == "C3" else 0)
    assert np.isnan(found.statistic[:first]).all()
    assert (found.p[:first] == 1).all()
    for t in range(first, len(x)):
        days = [t - 2, t - 1, t] if method == "C3" else [t]
        expected = sum(max(0, above(d) - 1) for d in days) if method == "C3" else above(t)
        assert found.statistic[t] == pytest.approx(expected, abs=1e-9)
        here, there = x[days].sum(), before(t).sum()
        p = binom.sf(here - 1, here + there, len(days) / (len(days) + baseline))
        assert found.p[t] == pytest.approx(p if here else 1, abs=1e-9)


@pytest.mark.parametrize("mean", [0.1, 2.0])
@pytest.mark.parametrize("level", [0.001, 0.025])
def test_false_alarm_rate_is_that_of_simulated_counts(mean, level):
    counts = np.random.default_rng(4).poisson(mean, (200_000, 8))
    before = counts[:, :7]
    limit = before.mean(axis=1) + norm.isf(level) * before.std(axis=1, ddof=1)
    simulated = np.mean(counts[:, 7] > limit + 1e-9)
    assert false_alarm_rate(mean, level=level) == pytest.approx(simulated, abs=4 * (simulated / 200_000) ** 0.5)


def test_published_threshold_is_wrong_at_small_counts_and_the_exact_one_is_not():
    counts = floats(np.random.default_rng(6).poisson(0.3, 20_000))
    found = ears(counts, EarsParameters("C1", level=0.001))
    assert np.mean(found.published_alarm) > 20 * 0.001
    assert np.mean(found.alarm) <= 0.001


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: ears(np.ones(11), EarsParameters("C3")), EarsError, "C3 needs at least 12 periods, found 11"),
        (lambda: ears(np.ones(7)), EarsError, "C1 needs at least 8 periods, found 7"),
        (lambda: ears(floats([1] * 9 + [-1])), ParameterError, "counts must not be negative, found -1"),
        (lambda: EarsParameters("C4"), ParameterError, "method must be C1, C2 or C3, found 'C4'"),
        (lambda: EarsParameters(baseline=2), ParameterError, "baseline must be a whole number of at least 3"),
        (lambda: false_alarm_rate(11), ParameterError, "mean must be at most 10, found 11"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
