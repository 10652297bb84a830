import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.displacement_watch import TooLittleHistoryError, alert_starts
from models.parameter_limits import ParameterError
from models.within_parameters import WithinParameters
from models.within_watch import Pair, WithinCounts, WithinEvidence, pairs_of, within_evidence

SHORT = WithinParameters(
    falls=(0.4, 0.7), shares=(0.5, 1.0), baseline_days=60, guard_days=10, renew_days=5, min_history_days=30
)
PHI = np.array([1.0, 1.2, 1.3])


def drawn(seed: int, days: int = 60, areas: int = 3, strata: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).poisson(1.5, (days, areas, strata)).astype(float)


def evidence(counts: np.ndarray, parameters: WithinParameters = SHORT) -> WithinEvidence:
    return within_evidence(WithinCounts.of(counts), PHI[: counts.shape[2]], parameters)


def binomial_ratio(n_t: float, n: float, usual: float, factor: float) -> float:
    """Probability of n_t of n when T's rate is ``factor`` of what it was, over that when it is as it was."""
    changed = factor * usual / (factor * usual + 1 - usual)
    return float((changed / usual) ** n_t * ((1 - changed) / (1 - usual)) ** (n - n_t))


def by_all_onsets(counts: np.ndarray, pair: Pair, parameters: WithinParameters) -> list[float]:
    """Every onset of every hypothesis by itself, from the binomial probabilities, no recursion."""
    a, b = pair
    treated, total = counts[:, 0], counts.sum(axis=1)
    first = parameters.min_history_days + parameters.guard_days
    ratios, path = [], []
    for day in range(first, len(counts)):
        base = day - (day - first) % parameters.renew_days
        past = slice(max(0, base - parameters.guard_days - parameters.baseline_days), base - parameters.guard_days)
        t, n = treated[past].sum(axis=0), total[past].sum(axis=0)
        usual = (t + 10 * (t.sum() + 0.5) / (n.sum() + 1)) / (n + 10)
        per_day = usual * (n + 0.5)
        of_day = []
        for f in parameters.falls:
            for s in parameters.shares:
                ratio = [
                    [
                        binomial_ratio(treated[day, c], total[day, c], usual[c], factor) ** (1 / PHI[c])
                        for factor in (1 - f, 1 + f, 1 + s * f * per_day[a] / per_day[b])
                    ]
                    for c in range(counts.shape[2])
                ]
                fell, rose = (math.prod(of_stratum[i] for of_stratum in ratio) for i in (0, 1))
                of_day.append([ratio[a][0] * ratio[b][2], ratio[a][0], ratio[b][2], fell, rose])
        ratios.append(of_day)
        onsets = [np.prod(np.array(ratios[onset:]), axis=0).mean(axis=0) for onset in range(len(ratios))]
        sums = np.sum(onsets, axis=0)
        path.append(math.log(sums[0]) - math.log(1 + parameters.rival_odds * sums[1:].sum()))
    return path


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1_000), odds=st.sampled_from([0.0, 1e-3, 0.3]))
def test_recursion_is_the_sum_over_all_onsets(seed, odds):
    parameters = WithinParameters(
        falls=(0.4, 0.7), rival_odds=odds, baseline_days=20, guard_days=8, renew_days=7, min_history_days=30
    )
    counts = drawn(seed, days=55)
    found = evidence(counts, parameters)
    for pair in (Pair(0, 1), Pair(2, 0), Pair(1, 2)):
        expected = by_all_onsets(counts, pair, parameters)
        assert found.log_odds[:, pairs_of(3).index(pair)] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), cut=st.integers(41, 59))
def test_a_past_day_gives_the_same_bits_whatever_follows(seed, cut):
    counts = drawn(seed)
    whole, then = evidence(counts), evidence(counts[:cut])
    assert whole.log_odds[: cut - whole.first].tobytes() == then.log_odds.tobytes()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_order_of_strata_and_split_of_the_others_change_nothing(seed):
    counts = drawn(seed, areas=4)
    usual = within_evidence(WithinCounts.of(counts), np.ones(3), SHORT).log_odds
    turned = within_evidence(WithinCounts.of(counts[:, :, [2, 0, 1]]), np.ones(3), SHORT).log_odds
    back = [pairs_of(3).index(Pair((a + 1) % 3, (b + 1) % 3)) for a, b in pairs_of(3)]
    assert turned[:, back] == pytest.approx(usual, abs=1e-9)
    together = np.concatenate([counts[:, :1], counts[:, 1:].sum(axis=1, keepdims=True)], axis=1)
    assert within_evidence(WithinCounts.of(together), np.ones(3), SHORT).log_odds.tobytes() == usual.tobytes()


@settings(max_examples=15, deadline=None)
@given(
    factors=st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=60, max_size=60).filter(
        lambda found: np.array(found)[:30].sum(axis=0).min() > 0
    )
)
def test_what_moves_a_stratum_everywhere_is_no_evidence(factors):
    """The hours of the whole city, the season of a category, gaps in the data: evidence stays at its prior."""
    counts = np.array(factors, dtype=float)[:, np.newaxis] * np.array([2.0, 3.0, 5.0])[:, np.newaxis]
    parameters = WithinParameters(
        rival_odds=0.0, baseline_days=60, guard_days=10, renew_days=5, min_history_days=30, prior_incidents=1e-9
    )
    assert evidence(counts, parameters).log_odds.max() < math.log(30 + 1)


def test_falls_and_rises_without_the_other_side_are_held_back():
    usual = np.tile([[6.0, 6.0, 6.0], [18.0, 18.0, 18.0]], (500, 1, 1))
    changes = {
        "moved": [2.0, 10.0, 6.0],
        "a alone": [2.0, 6.0, 6.0],
        "b alone": [6.0, 10.0, 6.0],
        "T fell": [2.0, 2.0, 2.0],
        "T rose": [10.0, 10.0, 10.0],
    }
    highest = {}
    for name, changed in changes.items():
        counts = usual.copy()
        counts[400:440, 0] = changed
        found = within_evidence(WithinCounts.of(counts), np.ones(3), WithinParameters())
        highest[name] = found.log_odds.max(axis=0)
    assert highest.pop("moved").argmax() == pairs_of(3).index(Pair(0, 1))
    assert all(found.max() < 5 for found in highest.values()), highest


def test_only_the_stronger_of_two_explanations_is_an_alert():
    usual = np.tile([[6.0, 6.0, 6.0], [18.0, 18.0, 18.0]], (500, 1, 1))
    usual[400:, 0, :2] = 2.0, 10.0
    found = within_evidence(WithinCounts.of(usual), np.ones(3), WithinParameters())
    assert [pairs_of(3)[start.neighbour] for start in alert_starts(found.paths, 6.0, WithinParameters())] == [
        Pair(0, 1)
    ]


def test_spread_incidents_are_no_evidence_but_against():
    """An incident spread evenly over the shifts says nothing about where crime went."""
    usual = np.tile([[2.0, 2.0, 2.0], [6.0, 6.0, 6.0]], (400, 1, 1))
    spread = usual.copy()
    spread[340:, 0] += 1 / 3
    spread[340:, 1] += 1
    before, after = evidence(usual), evidence(spread)
    assert (after.log_odds <= before.log_odds + 1e-9).all()


def test_long_certainty_stays_a_number():
    counts = np.tile([[40.0, 40.0], [80.0, 80.0]], (2_000, 1, 1))
    counts[800:, 0] = 0.0, 80.0
    assert np.isfinite(evidence(counts).log_odds).all()


@pytest.mark.parametrize(
    ("days", "first", "sentence"),
    [
        (40, 1.0, "needs more than 40 days of counts, found 40"),
        (41, 0.0, "incidents there in its first 30 days, found none"),
    ],
)
def test_too_little_history_is_refused(days, first, sentence):
    counts = np.ones((days, 3, 3))
    counts[:, 0] = first
    with pytest.raises(TooLittleHistoryError, match=sentence):
        evidence(counts)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (np.ones((9, 1, 3)), "at least 1 other area, found 0"),
        (np.ones((9, 3, 1)), "at least 2 strata, found 1"),
        (-np.ones((9, 3, 2)), "counts must not be negative, found -1"),
        (np.full((9, 3, 2), np.inf), "counts must hold finite numbers, found inf"),
    ],
)
def test_counts_that_are_no_counts_are_refused(counts, sentence):
    with pytest.raises(ParameterError, match=sentence):
        WithinCounts.of(counts)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"falls": (1.0,)}, "falls must be between 0 and 1, found 1.0"),
        ({"alerts_per_year": 0}, "alerts_per_year must be a number greater than 0, found 0"),
        ({"years": 1}, "years must be a whole number of at least 5, found 1"),
        ({"own_changes_per_year": -1}, "own_changes_per_year must be a number at least 0, found -1"),
        ({"certain_share": 1}, "certain_share must be between 0 and 1, found 1"),
    ],
)
def test_parameters_outside_their_limits_are_refused(wrong, sentence):
    with pytest.raises(ParameterError, match=sentence):
        WithinParameters(**wrong)


def test_a_dispersion_per_stratum_is_needed():
    with pytest.raises(ParameterError, match=r"at least 1 per stratum, found \[1.0, 0.5, 1.0\]"):
        within_evidence(WithinCounts.of(drawn(1)), np.array([1.0, 0.5, 1.0]), SHORT)
