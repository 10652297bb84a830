import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.displacement_watch import (
    TooLittleHistoryError,
    WatchCounts,
    WatchEvidence,
    alert_starts,
    standing,
    watch_evidence,
)
from models.parameter_limits import ParameterError
from models.watch_parameters import WatchParameters

SHORT = WatchParameters(baseline_days=60, guard_days=10, renew_days=5, min_history_days=30)


def drawn(seed: int, days: int = 70, neighbours: int = 2, categories: int = 2, controls: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(1.5, (days, neighbours + controls + 1, categories)).astype(float)


def evidence(counts: np.ndarray, neighbours: int, parameters: WatchParameters = SHORT) -> WatchEvidence:
    watched = WatchCounts.of(counts, neighbours)
    return watch_evidence(watched, np.linspace(1.0, 1.3, watched.total.shape[1]), parameters)


def of_day(n: np.ndarray, usual: np.ndarray, j: int, pair: tuple[float, float]) -> list[float]:
    """Likelihood ratios of one day's split ``n`` (areas): T to j, T alone, j alone."""
    f, s = pair
    gained = s * f * usual[0]
    fallen, risen = {0: 1 - f}, {1 + j: 1 + gained / usual[1 + j]}
    found = []
    for change in (fallen | risen, fallen, risen):
        factor = np.array([change.get(area, 1.0) for area in range(len(n))])
        found.append(float(np.prod((factor / (usual * factor).sum()) ** n)))
    return found


def by_all_onsets(counts: np.ndarray, neighbours: int, j: int, c: int, parameters: WatchParameters) -> list[float]:
    """Every onset of every hypothesis by itself, from the definition: probabilities of the split, no recursion."""
    columns = np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2)
    phi = np.linspace(1.0, 1.3, columns.shape[2])[c]
    first = parameters.min_history_days + parameters.guard_days
    ratios, path = [], []
    for day in range(first, len(counts)):
        base = day - (day - first) % parameters.renew_days
        past = columns[max(0, base - parameters.guard_days - parameters.baseline_days) : base - parameters.guard_days]
        overall = (past[:, :, -1].sum(axis=0) + 0.5) / (past[:, :, -1].sum() + 0.5 * (neighbours + 2))
        usual = (past[:, :, c].sum(axis=0) + 10 * overall) / (past[:, :, c].sum() + 10)
        usual[-1] = 1 - usual[:-1].sum()
        pairs = [(f, s) for f in parameters.falls for s in parameters.shares]
        ratios.append([of_day(columns[day, :, c], usual, j, pair) for pair in pairs])
        onsets = [np.prod(np.array(ratios[onset:]) ** (1 / phi), axis=0).mean(axis=0) for onset in range(len(ratios))]
        sums = np.sum(onsets, axis=0)
        beforehand = [(1 - parameters.together) / (columns.shape[2] - 1)] * (columns.shape[2] - 1)
        weight = [*beforehand, parameters.together][c] * columns.shape[2]
        path.append(math.log(weight * sums[0]) - math.log(1 + parameters.rival_odds * sums[1:].sum()))
    return path


def test_one_day_by_hand():
    """100 days with 2, 2 and 6 incidents, then one with 1, 4 and 5: one hypothesis, one onset."""
    parameters = WatchParameters(
        falls=(0.5,), shares=(1.0,), rival_odds=0.0, baseline_days=90, guard_days=10, min_history_days=90
    )
    counts = np.tile([2.0, 2.0, 6.0], (101, 1))
    counts[100] = [1.0, 4.0, 5.0]
    found = evidence(counts[:, :, np.newaxis], 1, parameters)
    past = 900.0
    overall = (180.5) / (past + 1.5)
    share = (180 + 10 * overall) / (past + 10)
    expected = 1 * math.log(0.5) + 4 * math.log(1 + 0.5 * share / share) - 10 * math.log(1 - 0.5 * share + 0.5 * share)
    assert found.log_odds.shape == (1, 1, 1)
    assert found.log_odds[0, 0, 0] == pytest.approx(expected, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1_000), odds=st.sampled_from([0.0, 1e-3, 0.3]))
def test_recursion_is_the_sum_over_all_onsets(seed, odds):
    parameters = WatchParameters(
        falls=(0.4, 0.7),
        shares=(0.5, 1.0),
        rival_odds=odds,
        together=0.7,
        baseline_days=40,
        guard_days=8,
        min_history_days=30,
    )
    counts = drawn(seed, days=55)
    found = evidence(counts, 2, parameters).log_odds
    for j, c in ((0, 0), (1, 1), (1, 2)):
        assert found[:, j, c] == pytest.approx(by_all_onsets(counts, 2, j, c, parameters), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), cut=st.integers(41, 69))
def test_a_past_day_gives_the_same_bits_whatever_follows(seed, cut):
    counts = drawn(seed)
    whole, then = evidence(counts, 2), evidence(counts[:cut], 2)
    assert whole.log_odds[: cut - whole.first].tobytes() == then.log_odds.tobytes()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_order_of_areas_and_categories_and_split_of_controls_change_nothing(seed):
    counts = drawn(seed, neighbours=3, categories=2, controls=2)
    usual = watch_evidence(WatchCounts.of(counts, 3), np.ones(3), SHORT).log_odds
    turned = watch_evidence(WatchCounts.of(counts[:, [0, 3, 1, 2, 5, 4]], 3), np.ones(3), SHORT).log_odds
    assert turned.tobytes() == usual[:, [2, 0, 1]].tobytes()
    swapped = watch_evidence(WatchCounts.of(counts[:, :, ::-1], 3), np.ones(3), SHORT).log_odds
    assert swapped.tobytes() == usual[:, :, [1, 0, 2]].tobytes()
    one_control = np.concatenate([counts[:, :4], counts[:, 4:].sum(axis=1, keepdims=True)], axis=1)
    assert watch_evidence(WatchCounts.of(one_control, 3), np.ones(3), SHORT).log_odds.tobytes() == usual.tobytes()


@settings(max_examples=20, deadline=None)
@given(factors=st.lists(st.integers(0, 6), min_size=70, max_size=70).filter(lambda found: sum(found[:30]) > 0))
def test_what_moves_all_areas_alike_is_no_evidence(factors):
    """Days, seasons, growth and gaps in the data that all areas share: the split is as usual, so evidence stays low."""
    counts = np.array(factors, dtype=float)[:, np.newaxis, np.newaxis] * np.array([2.0, 3.0, 5.0])[:, np.newaxis]
    parameters = WatchParameters(
        rival_odds=0.0, baseline_days=60, guard_days=10, renew_days=5, min_history_days=30, prior_incidents=1e-9
    )
    found = watch_evidence(WatchCounts.of(counts, 1), np.ones(1), parameters)
    assert found.log_odds.max() < math.log(30 + 1)


def test_days_without_data_change_nothing_but_the_number_of_onsets():
    counts = drawn(3)
    counts[55:] = 0
    alike = WatchParameters(rival_odds=0, together=1 / 3, baseline_days=60, guard_days=10, min_history_days=30)
    found = evidence(counts, 2, alike)
    rise = np.diff(np.exp(found.log_odds[14:]), axis=0)
    assert rise == pytest.approx(np.ones_like(rise), abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), day=st.integers(40, 69), moved=st.integers(1, 3))
def test_more_moved_is_more_evidence(seed, day, moved):
    counts = drawn(seed) + np.array([3.0, 0, 0, 0])[:, np.newaxis]
    parameters = WatchParameters(rival_odds=0, baseline_days=30, guard_days=30, renew_days=5, min_history_days=10)
    more = counts.copy()
    more[day, 0, 0] -= moved
    more[day, 1, 0] += moved
    before, after = evidence(counts, 2, parameters), evidence(more, 2, parameters)
    at = day - before.first
    assert after.log_odds[at, 0, 0] > before.log_odds[at, 0, 0]
    assert (after.log_odds[at : at + 30, 0, 0] >= before.log_odds[at : at + 30, 0, 0] - 1e-12).all()
    assert after.log_odds[:at].tobytes() == before.log_odds[:at].tobytes()


def test_a_fall_alone_and_a_rise_alone_are_held_back():
    usual = np.tile([6.0, 6.0, 12.0], (500, 1))[:, :, np.newaxis]
    fall, rise, both = usual.copy(), usual.copy(), usual.copy()
    fall[400:440, 0] = both[400:440, 0] = 2.0
    rise[400:440, 1] = both[400:440, 1] = 10.0
    highest = [
        watch_evidence(WatchCounts.of(counts, 1), np.ones(1), WatchParameters()).log_odds.max()
        for counts in (fall, rise, both)
    ]
    # The threshold of a partnership with six neighbours lies at about 8.7.
    assert highest[0] < 8.6
    assert highest[1] < 8.6
    assert highest[2] > 12


def test_long_certainty_stays_a_number():
    counts = np.tile([40.0, 40.0, 80.0], (2_000, 1))[:, :, np.newaxis]
    counts[800:, 0], counts[800:, 1] = 0.0, 80.0
    found = watch_evidence(WatchCounts.of(counts, 1), np.ones(1), WatchParameters())
    assert np.isfinite(found.log_odds).all()


RULE = WatchParameters(release=4.0, tie=0.5)


def starts(path: list[object], neighbours: int, **since: int) -> list[tuple[int, int, int]]:
    odds = np.array(path, dtype=float).reshape(len(path), neighbours, -1)
    found = alert_starts(WatchEvidence(100, odds, odds[:, 0], odds), 9.0, RULE, **since)
    assert all(start.log_odds == odds[start.day - 100, start.neighbour, start.column] for start in found)
    return [(start.day - 100, start.neighbour, start.column) for start in found]


def test_one_signal_is_one_alert():
    path = [5.0, 9.1, 9.5, 5.2, 9.9, 4.9, 9.0, 8.9]
    assert starts(path, 1) == [(1, 0, 0), (6, 0, 0)]
    assert starts(path, 1, since=102) == [(2, 0, 0), (6, 0, 0)]
    assert starts([8.9, 8.99], 1) == []


def test_a_neighbour_has_one_signal_whatever_its_columns():
    """It begins with the strongest column and lasts while any column holds it."""
    assert starts([[[9, 10]], [[12, 4]], [[4, 6]], [[9, 4]], [[4, 4]], [[9, 1]]], 1) == [(0, 0, 1), (5, 0, 0)]


def test_another_neighbour_must_explain_as_much():
    """The second is raised on the day it comes within 0.5 of what the first has had at most."""
    assert starts([[9, 2], [11, 9.5], [10, 10.4], [9.5, 10.5], [4, 12], [9.1, 12]], 2) == [(0, 0, 0), (3, 1, 0)]
    # A signal that is over holds nobody back.
    assert starts([[9, 2], [11, 2], [4, 2.0], [2, 9.5]], 2) == [(0, 0, 0), (3, 1, 0)]
    # Nor does what stands in another column free anyone: T has fallen once.
    assert starts([[[9.0, 0], [0, 0]], [[12, 1], [0, 9]], [[12, 1], [0, 11.5]]], 2) == [(0, 0, 0), (2, 1, 1)]


def test_two_neighbours_may_begin_on_one_day_where_neither_explains_more():
    assert starts([[1, 1], [10, 9.5]], 2) == [(1, 0, 0), (1, 1, 0)]
    assert starts([[1, 1], [10, 9.4]], 2) == [(1, 0, 0)]


def test_a_signal_is_over_where_another_explains_far_more():
    """From 4 less than what the other neighbour has; and it does not begin again beside that."""
    path = [[9, 9], [10, 12], [8.1, 12], [7.9, 12], [9.5, 12], [9.5, 9.9]]
    assert starts(path, 2) == [(0, 0, 0), (0, 1, 0)]
    odds = np.array(path).reshape(-1, 2, 1)
    for days, still in ((3, [0, 1]), (4, [1]), (6, [1])):
        found = WatchEvidence(100, odds[:days], odds[:days, 0], odds[:days])
        assert [start.neighbour for start in standing(found, 9.0, RULE)] == still


def in_words(path):
    """The rule day by day: the starts, and the day on which the signal of each neighbour that still has one began."""
    begun, on, peak = [], {}, {}
    for day, odds in enumerate(path):
        explained = max([9.0, *(odds[j] for j in on)])
        on = {j: start for j, start in on.items() if odds[j] >= explained - 4.0}
        peak = {j: max(peak[j], odds[j]) for j in on}
        enough = max([9.0, *(o - 0.5 for o in odds), *(p - 0.5 for p in peak.values())])
        for j, o in enumerate(odds):
            if j not in on and o >= enough:
                begun.append((day, j, 0))
                on[j], peak[j] = day, o
    return begun, on


@given(st.lists(st.lists(st.floats(-2, 20), min_size=3, max_size=3), min_size=1, max_size=40))
def test_signals_follow_their_rule(path):
    odds = np.array(path).reshape(-1, 3, 1)
    begun, on = in_words(path)
    assert starts(path, 3) == begun
    stand = standing(WatchEvidence(100, odds, odds[:, 0], odds), 9.0, RULE)
    assert {start.neighbour: start.day - 100 for start in stand} == on
    for day, j, _ in begun:
        assert odds[day, j] >= max(9.0, odds[day].max() - 0.5)


@pytest.mark.parametrize(
    ("days", "first", "sentence"),
    [
        (40, 1.0, "needs more than 40 days of counts .30 to know .* 10 between .*, found 40"),
        (41, 0.0, "incidents in the treated area in its first 30 days, found none"),
    ],
)
def test_too_little_history_is_refused(days, first, sentence):
    counts = np.ones((days, 3, 1))
    counts[:, 0] = first
    with pytest.raises(TooLittleHistoryError, match=sentence):
        watch_evidence(WatchCounts.of(counts, 1), np.ones(1), SHORT)


@pytest.mark.parametrize(
    ("counts", "neighbours", "sentence"),
    [
        (np.ones((9, 3, 1)), 2, "at least 1 control area, found 0"),
        (np.ones((9, 3, 1)), 0, "neighbours must be a whole number of at least 1, found 0"),
        (np.ones((9, 3, 0)), 1, "at least 1 category, found 0"),
        (-np.ones((9, 3, 1)), 1, "counts must not be negative, found -1"),
        (np.full((9, 3, 1), np.nan), 1, "counts must hold finite numbers, found nan"),
    ],
)
def test_counts_that_are_no_counts_are_refused(counts, neighbours, sentence):
    with pytest.raises(ParameterError, match=sentence):
        WatchCounts.of(counts, neighbours)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"falls": ()}, "falls must hold at least one number, found none"),
        ({"falls": (1.0,)}, "falls must be between 0 and 1, found 1.0"),
        ({"shares": (0.0,)}, "shares must be a number greater than 0, found 0.0"),
        ({"rival_odds": -1}, "rival_odds must be a number at least 0, found -1"),
        ({"guard_days": 0}, "guard_days must be a whole number of at least 1, found 0"),
        ({"release": 0}, "release must be a number greater than 0, found 0"),
        ({"together": 1}, "together must be between 0 and 1, found 1"),
        ({"tie": -0.1}, "tie must be a number at least 0, found -0.1"),
    ],
)
def test_parameters_outside_their_limits_are_refused(wrong, sentence):
    with pytest.raises(ParameterError, match=sentence):
        WatchParameters(**wrong)


def test_dispersion_below_one_or_of_other_length_is_refused():
    for dispersion in (np.array([0.9, 1, 1]), np.ones(2)):
        with pytest.raises(ParameterError, match="dispersion must hold a number of at least 1 per column"):
            watch_evidence(WatchCounts.of(drawn(1), 2), dispersion, SHORT)
