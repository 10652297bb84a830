"""The evidence that good effects spread, beside every onset of every hypothesis by itself."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.diffusion_parameters import DiffusionParameters
from models.displacement_watch import WatchCounts, WatchEvidence, alert_starts, standing, watch_evidence
from models.parameter_limits import ParameterError

SHORT = DiffusionParameters(baseline_days=60, guard_days=10, renew_days=5, min_history_days=30)


def drawn(seed: int, days: int = 70, neighbours: int = 2, categories: int = 2, controls: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(1.5, (days, neighbours + controls + 1, categories)).astype(float)


def evidence(counts: np.ndarray, neighbours: int, parameters: DiffusionParameters = SHORT) -> WatchEvidence:
    watched = WatchCounts.of(counts, neighbours)
    return watch_evidence(watched, np.linspace(1.0, 1.3, watched.total.shape[1]), parameters)


def probability_ratio(n: np.ndarray, usual: np.ndarray, change: dict[int, float]) -> float:
    """Of the split ``n`` (areas) where areas have changed by these factors, beside none."""
    factor = np.array([change.get(area, 1.0) for area in range(len(n))])
    return float(np.prod((factor / (usual * factor).sum()) ** n))


def by_all_onsets(counts: np.ndarray, neighbours: int, j: int, c: int, parameters: DiffusionParameters) -> list[float]:
    """From the definition: probabilities of the split of every day, no recursion."""
    columns = np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2)
    phi = np.linspace(1.0, 1.3, columns.shape[2])[c]
    first = parameters.min_history_days + parameters.guard_days
    both, alone, falls, moved = [], [], [], []
    path = []
    for day in range(first, len(counts)):
        base = day - (day - first) % parameters.renew_days
        past = columns[max(0, base - parameters.guard_days - parameters.baseline_days) : base - parameters.guard_days]
        overall = (past[:, :, -1].sum(axis=0) + 0.5) / (past[:, :, -1].sum() + 0.5 * (neighbours + 2))
        usual = (past[:, :, c].sum(axis=0) + 10 * overall) / (past[:, :, c].sum() + 10)
        usual[-1] = 1 - usual[:-1].sum()
        n = columns[day, :, c]
        pairs = [(f, s * f) for f in parameters.falls for s in parameters.shares]
        both.append([probability_ratio(n, usual, {0: 1 - f, 1 + j: 1 - g}) for f, g in pairs])
        alone.append([probability_ratio(n, usual, {0: 1 - f}) for f, _ in pairs])
        falls.append([probability_ratio(n, usual, {1 + j: 1 - g}) for _, g in pairs])
        moved.append(
            [
                probability_ratio(n, usual, {0: 1 - f, 1 + i: 1 + f * usual[0] / usual[1 + i]})
                for f in parameters.falls
                for i in range(neighbours)
            ]
        )
        sums = [
            sum(float((np.prod(np.array(of[o:]), axis=0) ** (1 / phi)).mean()) for o in range(len(of)))
            for of in (both, alone, falls, moved)
        ]
        beforehand = [(1 - parameters.together) / (columns.shape[2] - 1)] * (columns.shape[2] - 1)
        weight = [*beforehand, parameters.together][c] * columns.shape[2]
        path.append(math.log(weight * sums[0]) - math.log(1 + parameters.rival_odds * sum(sums[1:])))
    return path


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.01, 0.5]))
@settings(max_examples=4, deadline=None)
def test_recursion_is_the_sum_over_all_onsets(seed: int, odds: float) -> None:
    parameters = DiffusionParameters(
        rival_odds=odds, baseline_days=60, guard_days=10, renew_days=5, min_history_days=30
    )
    counts = drawn(seed)
    found = evidence(counts, 2, parameters)
    for j, c in ((0, 0), (1, 2)):
        np.testing.assert_allclose(found.log_odds[:, j, c], by_all_onsets(counts, 2, j, c, parameters), atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(45, 69))
@settings(max_examples=5, deadline=None)
def test_a_past_day_gives_the_same_bits_whatever_follows(seed: int, cut: int) -> None:
    counts = drawn(seed)
    whole, then = evidence(counts, 2), evidence(counts[:cut], 2)
    assert whole.log_odds[: len(then.log_odds)].tobytes() == then.log_odds.tobytes()


def changed(days: int = 60, **factors: float) -> WatchEvidence:
    """Evidence after T, its first and its second neighbour changed by factors (``t``, ``near``, ``far``), exactly."""
    counts = np.tile([[6.0], [6.0], [6.0], [20.0]], (400, 1, 1))
    for area, name in enumerate(("t", "near", "far")):
        counts[-days:, area] *= factors.get(name, 1.0)
    return evidence(counts, 2, DiffusionParameters())


def test_both_fallen_is_evidence_and_either_alone_or_displacement_is_none() -> None:
    both = changed(t=0.5, near=0.5).log_odds[-1, :, 0]
    assert both[0] > 15
    assert both[1] < 5
    for rival in ({"t": 0.5}, {"near": 0.5}, {"t": 0.5, "near": 1.5}, {"t": 0.5, "far": 1.5}):
        assert changed(**rival).log_odds[-1, :, 0].max() < 5, rival


def test_effects_that_reach_two_neighbours_are_a_signal_of_each() -> None:
    found = changed(t=0.5, near=0.4, far=0.6)
    assert found.log_odds[-1, 0, 0] > found.log_odds[-1, 1, 0] + DiffusionParameters().release
    assert sorted(start.neighbour for start in standing(found, 8.0, DiffusionParameters())) == [0, 1]
    starts = alert_starts(found, 8.0, DiffusionParameters())
    assert [start.neighbour for start in starts] == [0, 1]


def test_days_without_data_say_nothing() -> None:
    counts = drawn(3)
    gone = counts.copy()
    gone[50] = 0
    found = evidence(gone, 2)
    assert np.isfinite(found.log_odds).all()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"shares": (1.5,)}, "shares of a neighbour that falls too must be at most 1, found 1.5"),
        ({"alerts_per_year": 0.0}, "alerts_per_year must be a number greater than 0, found 0.0"),
        ({"years": 4}, "years must be a whole number"),
        ({"own_falls_per_year": -1.0}, "own_falls_per_year must be"),
        ({"falls": ()}, "falls must hold at least one number"),
    ],
)
def test_parameters_outside_their_limits_are_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        DiffusionParameters(**wrong)
