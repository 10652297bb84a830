import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from models.patrol_feedback import PlannedDays, plan_feedback, planned_days


def some_places(rng: np.random.Generator, effect: float, places: int = 40, days: int = 182) -> list[PlannedDays]:
    """Places of different levels, each planned in some two thirds of the shifts."""
    found = []
    for _ in range(places):
        was = rng.random(days) < 0.65
        rate = rng.gamma(1.0, 0.05) * np.where(was, 1 + effect, 1.0)
        found.append(PlannedDays(was, rng.poisson(rate).astype(float)))
    return found


def test_one_stretch_is_a_binomial() -> None:
    was = np.arange(28) < 21
    reports = np.zeros(28)
    reports[[0, 3, 9, 22]] = [2, 1, 1, 1]
    found = plan_feedback([PlannedDays(was, reports)])
    assert (found.planned, found.expected) == (4, 5 * 0.75)
    assert found.p == pytest.approx(binom.sf(3, 5, 0.75))
    assert found.ratio == pytest.approx((4 / 21) / (1 / 7))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_p_is_that_of_drawing_the_reports_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = some_places(rng, 0.0, places=4, days=56)
    found = plan_feedback(places)
    draws = np.zeros(4000, dtype=int)
    for place in places:
        for first in (0, 28):
            was, reports = place.was[first : first + 28], place.reports[first : first + 28]
            draws += rng.binomial(int(reports.sum()), was.mean(), len(draws))
    assert found.p == pytest.approx((draws >= found.planned).mean(), abs=0.05)


def test_a_place_planned_always_or_never_says_nothing() -> None:
    always, never = np.ones(56, dtype=bool), np.zeros(56, dtype=bool)
    found = plan_feedback([PlannedDays(always, np.ones(56)), PlannedDays(never, np.ones(56))])
    assert (found.planned, found.expected, found.ratio, found.p) == (0, 0.0, 1.0, 1.0)
    assert not found.warns


def test_a_runaway_loop_is_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(5)
    assert plan_feedback(some_places(rng, 1.0)).warns
    assert sum(plan_feedback(some_places(rng, 0.0)).warns for _ in range(200)) <= 2


def test_levels_and_seasons_fall_out() -> None:
    """Busy places are planned more, and everything doubles in summer; neither is a loop."""
    rng = np.random.default_rng(6)
    warned = 0
    for _ in range(100):
        places = []
        for level in rng.gamma(1.0, 0.08, 30):
            was = rng.random(182) < np.clip(0.3 + 4 * level, 0.1, 0.9)
            rate = level * np.where(np.arange(182) < 84, 1.0, 2.0)
            places.append(PlannedDays(was, rng.poisson(rate).astype(float)))
        warned += plan_feedback(places).warns
    assert warned <= 2


def test_places_come_from_plans_and_reports() -> None:
    plans = {10: ["a", "b"], 11: ["a"], 13: ["c"]}
    found = planned_days(plans, {("a", 11): 2.0, ("b", 13): 1.0, ("b", 12): 5.0}, range(9, 14))
    assert [(place.was.tolist(), place.reports.tolist()) for place in found] == [
        ([True, True, False], [0.0, 2.0, 0.0]),
        ([True, False, False], [0.0, 0.0, 1.0]),
        ([False, False, True], [0.0, 0.0, 0.0]),
    ]
