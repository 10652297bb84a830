import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from models.parameter_limits import ParameterError
from models.within_estimates import FALLS, SHARES, WithinEstimates, within_estimates
from models.within_parameters import WithinParameters
from models.within_watch import Pair, WithinCounts, within_evidence

SHORT = WithinParameters(baseline_days=60, guard_days=10, renew_days=5, min_history_days=30)


def estimates(counts: np.ndarray, **asked: object) -> WithinEstimates:
    within = WithinCounts.of(counts)
    ones = np.ones(within.strata)
    found = within_evidence(within, ones, SHORT)
    settings: dict[str, object] = {"day": within.days - 1, "pair": Pair(0, 1)} | asked
    return within_estimates(within, found, ones, **settings)


def planted(fall: float, share: float, *, seed: int, days: int = 200, onset: int = 150) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mean = np.tile([[2.0, 1.0, 1.0], [6.0, 3.0, 3.0]], (days, 1, 1))
    mean[onset:, 0, 0] -= 2 * fall
    mean[onset:, 0, 1] += 2 * fall * share
    return rng.poisson(mean).astype(float)


def test_the_posterior_is_that_of_the_binomial():
    """By scipy's probabilities, one day, on the grid."""
    counts = np.tile([[2.0, 1.0], [6.0, 5.0]], (41, 1, 1))
    counts[40] = [[1.0, 3.0], [6.0, 5.0]]
    found = estimates(counts)
    usual, per_day = [], []
    for t, n in ((60.0, 240.0), (30.0, 180.0)):
        usual.append((t + 10 * (90.5 / 421.0)) / (n + 10))
        per_day.append(usual[-1] * (n + 0.5))
    gained = SHARES > 0
    weight = np.zeros((len(FALLS), len(SHARES)))
    for i, f in enumerate(FALLS):
        for j, s in enumerate(SHARES):
            changed = []
            for share, factor in (
                (usual[0], 1 - f),
                (usual[1], 1 + max(s * f * per_day[0] / per_day[1], -0.95)),
            ):
                changed.append(factor * share / (factor * share + 1 - share))
            weight[i, j] = binom.pmf(1, 7, changed[0]) * binom.pmf(3, 8, changed[1])
    weight /= weight.sum()
    fall = FALLS[np.searchsorted(np.cumsum(weight.sum(axis=1)), [0.5, 0.025, 0.975])]
    of_share = weight.sum(axis=0)[gained]
    share = np.minimum(SHARES[gained][np.searchsorted(np.cumsum(of_share / of_share.sum()), [0.5, 0.025, 0.975])], 1)
    assert (found.fall.estimate, found.fall.lower, found.fall.upper) == tuple(fall)
    assert (found.moved_share.estimate, found.moved_share.lower, found.moved_share.upper) == tuple(share)


def test_intervals_hold_what_was_planted():
    held = []
    for seed in range(40):
        fall, share = (0.5, 0.5) if seed % 2 else (0.75, 1.0)
        found = estimates(planted(fall, share, seed=seed))
        held.append(
            [
                found.onset.lower <= 150 <= found.onset.upper,
                found.fall.lower <= fall <= found.fall.upper,
                found.moved_share.lower <= share <= found.moved_share.upper,
            ]
        )
    assert (np.mean(held, axis=0) >= 0.85).all()


def test_observed_and_expected_are_counted_from_the_onset():
    counts = planted(0.75, 1.0, seed=3)
    found = estimates(counts)
    since = int(found.onset.estimate)
    assert found.source.observed == counts[since:, 0, 0].sum()
    assert found.target.observed == counts[since:, 0, 1].sum()
    assert found.source.expected == pytest.approx(2 * (200 - since), rel=0.25)
    assert found.target.expected == pytest.approx(1 * (200 - since), rel=0.3)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 500))
def test_bounds_enclose_their_estimate(seed):
    found = estimates(planted(0.5, 0.5, seed=seed), confidence=0.8)
    for part in (found.onset, found.fall, found.moved_share):
        assert part.lower <= part.estimate <= part.upper
    assert 0 < found.moved_share.lower <= found.moved_share.upper <= 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"day": 39}, "day must be one that was judged, 40 to 199, found 39"),
        ({"pair": Pair(1, 1)}, r"two different strata below 3, found \(1, 1\)"),
        ({"pair": Pair(0, 3)}, r"two different strata below 3, found \(0, 3\)"),
        ({"window_days": 0}, "window_days must be a whole number of at least 1, found 0"),
        ({"confidence": 1.0}, "confidence must be between 0 and 1, found 1.0"),
    ],
)
def test_what_was_not_judged_is_refused(asked, sentence):
    with pytest.raises(ParameterError, match=sentence):
        estimates(planted(0.5, 1.0, seed=1), **asked)
