import math

import numpy as np
import pytest

from models.displacement_watch import WatchCounts, watch_evidence
from models.parameter_limits import ParameterError
from models.watch_estimates import FALLS, SHARES, WatchEstimates, watch_estimates
from models.watch_parameters import WatchParameters

PARAMETERS = WatchParameters(baseline_days=300, guard_days=28)
RATE = np.array([3.0, 3.0, 3.0, 9.0])


def estimated(counts: np.ndarray, day: int, *, raised: bool = True, **options: float) -> WatchEstimates:
    watched = WatchCounts.of(counts[:, :, np.newaxis], counts.shape[1] - 2)
    evidence = watch_evidence(watched, np.ones(1), PARAMETERS)
    return watch_estimates(watched, evidence, np.ones(1), day=day, neighbour=0, column=0, raised=raised, **options)


def steady(days: int = 420) -> np.ndarray:
    return np.tile(RATE, (days, 1))


def test_posterior_is_the_likelihood_of_every_onset_fall_and_share():
    """By loops over the definition, on drawn counts."""
    counts = np.random.default_rng(1).poisson(RATE, (420, 4)).astype(float)
    counts[400:, 0] //= 2
    watched = WatchCounts.of(counts[:, :, np.newaxis], 2)
    evidence = watch_evidence(watched, np.array([1.2]), PARAMETERS)
    found = watch_estimates(
        watched,
        evidence,
        np.array([1.2]),
        day=419,
        neighbour=0,
        column=0,
        raised=True,
        window_days=30,
        confidence=0.9,
    )
    weight = np.zeros((30, len(FALLS), len(SHARES)))
    for o in range(30):
        for a, f in enumerate(FALLS):
            for b, s in enumerate(SHARES):
                for day in range(390 + o, 420):
                    t = evidence.treated_share[day - evidence.first, 0]
                    d = evidence.neighbour_share[day - evidence.first, 0, 0]
                    gained = max(s * f * t, -0.95 * d)
                    n = counts[day]
                    weight[o, a, b] += (
                        n[0] * math.log(1 - f)
                        + n[1] * math.log(1 + gained / d)
                        - n.sum() * math.log(1 - f * t + gained)
                    ) / 1.2
    weight = np.exp(weight - weight.max())
    of_fall = np.cumsum(weight.sum(axis=(0, 2))) / weight.sum()
    of_onset = np.cumsum(weight.sum(axis=(1, 2))) / weight.sum()
    assert found.fall.lower == FALLS[np.searchsorted(of_fall, 0.05)]
    assert found.fall.upper == FALLS[np.searchsorted(of_fall, 0.95)]
    assert found.onset.estimate == 390 + np.searchsorted(of_onset, 0.5)
    assert found.onset.lower == 390 + np.searchsorted(of_onset, 0.05)


def test_a_clear_change_is_found_as_it_was():
    counts = steady()
    counts[380:, 0], counts[380:, 1] = 1.0, 4.0
    found = estimated(counts, 419)
    assert found.onset.lower <= 380 <= found.onset.upper
    assert found.onset.upper - found.onset.lower < 15
    assert found.displaced_share.estimate == pytest.approx(0.5, abs=0.1)
    assert found.fall.estimate == pytest.approx(2 / 3, abs=0.05)
    since = 420 - found.onset.estimate
    assert found.treated.expected == pytest.approx(3 * since, rel=0.01)
    assert found.neighbour.observed > found.neighbour.expected
    assert found.chance_risen > 0.9


def test_intervals_cover_the_truth():
    """200 drawn changes, fall and share drawn as the posterior assumes, estimated 40 days after their onset."""
    rng = np.random.default_rng(11)
    covered = np.zeros(3)
    trials = 200
    for _ in range(trials):
        fall, share, onset = rng.uniform(0.3, 0.9), rng.uniform(0.0, 1.0), int(rng.integers(370, 400))
        mean = steady(onset + 40)
        mean[onset:, 0] *= 1 - fall
        mean[onset:, 1] += share * fall * 3.0
        found = estimated(rng.poisson(mean).astype(float), onset + 39, confidence=0.9, window_days=90)
        truth = (onset, share, fall)
        bounds = (found.onset, found.displaced_share, found.fall)
        covered += [part.lower - 0.026 <= true <= part.upper + 0.026 for part, true in zip(bounds, truth, strict=True)]
    assert covered / trials == pytest.approx(np.array([0.9, 0.9, 0.9]), abs=0.06)


def test_a_wider_confidence_gives_wider_intervals():
    counts = np.random.default_rng(5).poisson(steady()).astype(float)
    counts[390:, 0] //= 3
    narrow, wide = (estimated(counts, 419, confidence=level) for level in (0.5, 0.99))
    for name in ("onset", "displaced_share", "fall"):
        assert getattr(wide, name).lower <= getattr(narrow, name).lower
        assert getattr(wide, name).upper >= getattr(narrow, name).upper
    assert wide.onset.upper - wide.onset.lower > narrow.onset.upper - narrow.onset.lower


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ([1.0, 1.0, 3.0, 9.0], "diffusion-of-benefit"),
        ([5.0, 5.0, 5.0, 15.0], "general-rise"),
        ([1.0, 1.0, 1.0, 3.0], "general-fall"),
        ([3.0, 3.0, 3.0, 9.0], "unclear"),
        ([1.0, 3.0, 3.0, 9.0], "unclear"),
    ],
)
def test_kinds_below_the_threshold(after, kind):
    counts = np.random.default_rng(3).poisson(steady(800)).astype(float)
    counts[740:] = np.random.default_rng(4).poisson(after, (60, 4))
    if kind == "unclear" and after[0] == 1.0:
        assert estimated(counts, 799, raised=False).kind in {"unclear", "general-fall"}
    else:
        assert estimated(counts, 799, raised=False).kind == kind
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
