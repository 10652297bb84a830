import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from models.patrol_feedback import ComparedPlan, PlanFeedback, plan_feedback
from models.patrol_parameters import PatrolParameters
from models.patrol_places import Candidates, choose_places

PARAMETERS = PatrolParameters()
CELLS, BEATS, HALF_LIFE = 60, 6, 120.0
Compared = list[tuple[ComparedPlan, dict[tuple[str, int], float]]]


def half_a_year(effect: float, seed: int) -> PlanFeedback:
    """Plans by the real rules from a discounted history; a report is 1 + ``effect`` times as likely where they go."""
    rng = np.random.default_rng(seed)
    compared: Compared = []
    for _ in range(BEATS):
        rate = rng.gamma(0.35, 1, CELLS)
        rate *= 0.35 / rate.sum()
        seen = rng.poisson(rate * HALF_LIFE / np.log(2)).astype(float)
        xy_m = rng.uniform(0, 1000, (CELLS, 2))
        plans: list[list[int]] = []
        for day in range(182):
            expected = seen * np.log(2) / HALF_LIFE
            cells = np.arange(CELLS, dtype=np.int64)
            candidates = Candidates(cells, xy_m, expected, expected, expected, np.zeros(CELLS, dtype=bool))
            choice = choose_places(candidates, 3, parameters=PARAMETERS, rng=rng, earlier=plans[::-1])
            plans.append([one.position for one in choice.stops])
            now = rate.copy()
            now[plans[-1]] *= 1 + effect
            reports = rng.poisson(now)
            seen = seen * 2 ** (-1 / HALF_LIFE) + reports
            ranked = [one.position for one in choice.stops if one.reason != "exploration"]
            sides = [{str(i): float(expected[i]) for i in side} for side in (ranked, choice.capped)]
            came = {(str(i), day): float(reports[i]) for i in np.flatnonzero(reports)}
            compared.append((ComparedPlan(day, *sides), came))
    return plan_feedback(compared)


def test_reports_are_weighed_by_what_was_expected() -> None:
    plans: Compared = [
        (ComparedPlan(1, {"a": 0.3}, {"b": 0.1}), {("a", 1): 2.0, ("b", 1): 1.0, ("c", 1): 7.0, ("a", 2): 7.0}),
        (ComparedPlan(2, {"b": 0.2}, {}), {("b", 2): 1.0}),
    ]
    found = plan_feedback(plans)
    assert (found.planned, found.expected) == (3, pytest.approx(4 * 5 / 6, abs=1e-4))
    assert found.p == pytest.approx(binomtest(3, 4, 5 / 6, alternative="greater").pvalue)


def test_nothing_to_compare_says_nothing() -> None:
    plan = ComparedPlan(1, {"a": 0.3}, {})
    for plans in ([], [(plan, {("a", 1): 5.0})]):
        found = plan_feedback(plans)
        assert (found.ratio, found.p, found.warns) == (1.0, 1.0, False)


@settings(max_examples=50)
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.05, 20))
def test_ratio_and_p_agree_and_have_an_end(planned: int, capped: int, times: float) -> None:
    plan = ComparedPlan(1, {"a": times}, {"b": 1.0})
    found = plan_feedback([(plan, {("a", 1): float(planned), ("b", 1): float(capped)})])
    assert 0 < found.ratio < 1e6
    assert 0 <= found.p <= 1
    if planned > found.expected + 1:
        assert found.ratio > 1
    if found.warns:
        assert planned > found.expected


def test_a_runaway_loop_is_found() -> None:
    assert all(half_a_year(2.0, seed).warns for seed in range(3))


def test_plans_without_a_loop_are_quiet_and_their_ratio_is_about_one() -> None:
    """A place is planned because it had reports: that alone is no loop."""
    found = [half_a_year(0.0, seed) for seed in range(8)]
    assert not any(one.warns for one in found)
    assert sum(one.planned for one in found) == pytest.approx(sum(one.expected for one in found), rel=0.08)
