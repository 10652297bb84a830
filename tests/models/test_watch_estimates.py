import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.displacement_watch import WatchCounts, WatchEvidence, watch_evidence
from models.parameter_limits import ParameterError
from models.watch_estimates import Interval, WatchEstimates, watch_estimates
from models.watch_parameters import WatchParameters

PARAMETERS = WatchParameters(baseline_days=300, guard_days=28)
RATE = np.array([3.0, 3.0, 3.0, 9.0])
SHARES = RATE / RATE.sum()


def estimated(counts: np.ndarray, day: int, *, raised: bool = True, **options: float) -> WatchEstimates:
    watched = WatchCounts.of(counts[:, :, np.newaxis], counts.shape[1] - 2)
    evidence = watch_evidence(watched, np.ones(1), PARAMETERS)
    return watch_estimates(watched, evidence, np.ones(1), day=day, neighbour=0, column=0, raised=raised, **options)


def steady(days: int = 420) -> np.ndarray:
    return np.tile(RATE, (days, 1))


def known_shares(days: int) -> WatchEvidence:
    nothing = np.zeros((days, 2, 1))
    return WatchEvidence(0, nothing, np.full((days, 1), SHARES[0]), nothing + SHARES[1])


def held(interval: Interval, truth: float) -> bool:
    return interval.lower <= truth <= interval.upper


def test_a_clear_change_is_found_as_it_was():
    counts = steady()
    counts[380:, 0], counts[380:, 1] = 1.0, 4.0
    found = estimated(counts, 419)
    assert held(found.onset, 380)
    assert found.onset.estimate == pytest.approx(380, abs=10)
    assert held(found.displaced_share, 0.5)
    assert held(found.fall, 2 / 3)
    since = 420 - found.onset.estimate
    assert found.treated.expected == pytest.approx(3 * since, rel=0.01)
    assert found.neighbour.observed > found.neighbour.expected
    assert found.kind == "displacement"


def test_the_onset_of_a_ramp_is_its_first_day():
    size = np.clip((np.arange(420) - 359) / 28, 0, 1)
    counts = steady()
    counts[:, 0] -= 2.7 * size
    counts[:, 1] += 2.7 * size
    assert held(estimated(counts, 400).onset, 360)


@pytest.mark.parametrize(
    ("trials", "ramps", "within"),
    [(400, (0, 14, 28, 56), 0.04), (150, (0,), 0.07), (150, (28,), 0.07)],
)
def test_intervals_cover_the_truth_at_their_rate(trials, ramps, within):
    """Changes drawn as the prior has them, of every length, at once alone and over 28 days alone; 90 % intervals."""
    rng = np.random.default_rng([11, *ramps])
    window = 60
    covered = np.zeros(3)
    evidence = known_shares(window)
    for _ in range(trials):
        fall, share = rng.uniform(0.15, 0.95), rng.uniform(0.0, 1.0)
        onset, ramp = int(rng.integers(window)), max(int(rng.choice(ramps)), 1)
        size = np.clip((np.arange(window) - onset + 1) / ramp, 0, 1)[:, np.newaxis] * fall * 9
        mean = 3 * steady(window) + size * np.array([-1.0, share, 0.0, 0.0])
        counts = WatchCounts.of(rng.poisson(mean)[:, :, np.newaxis].astype(float), 2)
        about = {"day": window - 1, "neighbour": 0, "column": 0}
        found = watch_estimates(counts, evidence, np.ones(1), raised=True, confidence=0.9, **about)
        truth = ((found.onset, onset), (found.displaced_share, share), (found.fall, fall))
        covered += [held(interval, true) for interval, true in truth]
    assert covered / trials == pytest.approx(np.full(3, 0.9), abs=within)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), busy=st.floats(0.0, 20.0), confidence=st.floats(0.01, 0.99))
def test_intervals_hold_their_estimate_and_stay_within_the_prior(seed, busy, confidence):
    mean = np.array([busy / 3, busy, busy, busy])
    counts = WatchCounts.of(np.random.default_rng(seed).poisson(mean, (50, 4))[:, :, np.newaxis].astype(float), 2)
    about = {"day": 49, "neighbour": 1, "column": 0, "raised": True}
    found = watch_estimates(counts, known_shares(50), np.ones(1), confidence=confidence, **about)
    for interval, (lowest, highest) in (
        (found.onset, (0, 49)),
        (found.displaced_share, (0, 1)),
        (found.fall, (0.15, 0.95)),
    ):
        assert lowest <= interval.lower <= interval.estimate <= interval.upper <= highest
    wide = watch_estimates(counts, known_shares(50), np.ones(1), confidence=0.995, **about)
    for name in ("onset", "displaced_share", "fall"):
        narrower, wider = getattr(found, name), getattr(wide, name)
        assert wider.upper - wider.lower >= narrower.upper - narrower.lower


def test_where_all_went_to_the_neighbour_the_interval_reaches_one():
    counts = 4 * steady()
    counts[350:, 0], counts[350:, 1] = 2.0, 22.0
    found = estimated(counts, 419)
    assert found.displaced_share.upper == 1.0
    assert found.displaced_share.lower > 0.5


def test_below_the_threshold_it_says_what_else_there_was():
    counts = np.random.default_rng(3).poisson(steady(800)).astype(float)
    counts[740:] = np.random.default_rng(4).poisson([5.0, 5.0, 5.0, 15.0], (60, 4))
    assert estimated(counts, 799, raised=False).kind == "general-rise"
    assert estimated(counts, 799, raised=True).kind == "displacement"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"day": 5}, "day must be one that was judged, 112 to 419, found 5"),
        ({"neighbour": 2}, "neighbour and column must be below 2 and 1, found 2 and 0"),
        ({"confidence": 1.0}, "confidence must be between 0 and 1, found 1.0"),
        ({"window_days": 0}, "window_days must be a whole number of at least 1, found 0"),
    ],
)
def test_what_cannot_be_estimated_is_refused(wrong, sentence):
    watched = WatchCounts.of(steady()[:, :, np.newaxis], 2)
    evidence = watch_evidence(watched, np.ones(1), PARAMETERS)
    asked = {"day": 300, "neighbour": 0, "column": 0, "raised": True} | wrong
    with pytest.raises(ParameterError, match=sentence):
        watch_estimates(watched, evidence, np.ones(1), **asked)
