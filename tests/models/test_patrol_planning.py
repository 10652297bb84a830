from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.grid import Cells, from_text, to_text
from models.daily import DailyResult
from models.patrol_basis import PatrolBasis, PatrolBasisError, basis_of, packed, unpacked
from models.patrol_plan import PatrolPlan
from models.patrol_planning import PlanRules, plan_of
from models.patrol_record import PlanRecordError, plan_body, plan_read
from tests.models.test_daily import PARTNERSHIP, incidents, result_of

__all__ = ["incidents"]
BEAT = PARTNERSHIP.beats[0]


@pytest.fixture(scope="module")
def result(incidents: object) -> DailyResult:
    return result_of(incidents)


def names(cells: Cells) -> list[str]:
    return [f"sted {cell}" for cell in to_text(cells.tolist())]


def planned(result: DailyResult, shift: int = 2, seed: int = 1, rules: PlanRules | None = None) -> PatrolPlan:
    basis = basis_of(result, PARTNERSHIP)
    found = plan_of(basis, PARTNERSHIP, shift, BEAT, run="ab", seed=seed, names=names, rules=rules)
    assert found is not None
    return found


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_plan_says_where_when_and_why(result: DailyResult, shift: int) -> None:
    plan = planned(result, shift)
    parameters = PARTNERSHIP.patrol
    assert parameters.least_stops <= len(plan.stops) <= parameters.most_stops
    assert plan == planned(result, shift)
    assert plan != planned(result, shift, seed=2)
    minutes = (plan.ends - plan.starts) / timedelta(minutes=1)
    assert plan.slack_minutes >= parameters.slack_share * minutes - 1
    for stop in plan.stops:
        assert stop.area in BEAT.areas
        assert stop.place == f"sted {stop.cell}"
        assert all(plan.starts <= at < plan.ends for at in stop.visits)
        assert plan.starts <= stop.best[0] < stop.best[1] <= plan.ends
        assert 10 <= stop.minutes <= 15
        assert stop.here is not None  # or the feedback monitor would not see it
        assert 0 <= stop.here <= stop.evidence.expected + 1e-4
        assert sum(stop.evidence.hours) == pytest.approx(1, abs=0.01)
        assert (stop.evidence.q is not None) == (stop.reason == "hot") or stop.reason in {"pinned", "exploration"}
    firsts = [stop.visits[0] for stop in plan.stops]
    assert firsts == sorted(firsts)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**63 - 1))
def test_what_police_observed_changes_nothing(result: DailyResult, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = replace(result.cells, observed=rng.uniform(0, 100, result.cells.observed.shape))
    assert planned(replace(result, cells=cells), seed=seed) == planned(result, seed=seed)


def test_rules_are_followed(result: DailyResult) -> None:
    first = planned(result)
    best = from_text([first.stops[0].cell])[0]
    without = planned(result, rules=PlanRules(suppressed=[int(best)]))
    assert first.stops[0].cell not in [stop.cell for stop in without.stops]
    somewhere = int(result.cells.cell[result.cells.area == PARTNERSHIP.areas.index[BEAT.areas[0]]][0])
    pinned = planned(result, rules=PlanRules(pinned=[somewhere]))
    assert "pinned" in [stop.reason for stop in pinned.stops]


def test_the_reasons_have_their_evidence(result: DailyResult) -> None:
    for seed in range(20):
        for stop in planned(result, seed=seed).stops:
            assert stop.evidence.expected >= 0
            assert set(stop.evidence.categories) <= {category.id for category in PARTNERSHIP.categories}
            assert (stop.chance is not None) == (stop.reason == "exploration")
            talk = stop.evidence.categories[:1] and stop.evidence.categories[0] in PARTNERSHIP.patrol.dialogue
            assert (stop.presence == "dialogue") <= bool(talk)


def test_a_beat_without_incidents_has_no_plan(result: DailyResult) -> None:
    quiet = replace(result.cells, expected=np.zeros_like(result.cells.expected))
    basis = basis_of(replace(result, cells=quiet), PARTNERSHIP)
    assert plan_of(basis, PARTNERSHIP, 0, BEAT, run="ab", seed=1, names=names) is None


def test_a_basis_reads_back_as_it_was(result: DailyResult) -> None:
    basis = basis_of(result, PARTNERSHIP)
    again = unpacked(packed(basis), PARTNERSHIP)
    assert packed(again) == packed(basis)
    assert again.as_of == basis.as_of
    assert all((getattr(again, name) == getattr(basis, name)).all() for name in ("cell", "expected", "hours"))
    with pytest.raises(PatrolBasisError, match="no basis of plans"):
        unpacked(b"something else", PARTNERSHIP)
    others = replace(PARTNERSHIP, categories=PARTNERSHIP.categories[:2])
    with pytest.raises(PatrolBasisError, match="were others on 2026-06-01"):
        unpacked(packed(basis), others)
    assert isinstance(again, PatrolBasis)


def test_a_plan_reads_back_as_it_was(result: DailyResult) -> None:
    for seed in range(5):
        plan = planned(result, seed=seed)
        again = plan_read(plan_body(plan), PARTNERSHIP.calendar.timezone)
        assert again == plan
        assert plan_body(again) == plan_body(plan)
    with pytest.raises(PlanRecordError, match="these bytes are no plan"):
        plan_read(b"{}", PARTNERSHIP.calendar.timezone)
