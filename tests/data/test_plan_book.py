from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import psycopg
import pytest

from data.plan_book import NoPlanError, PlanStateError
from data.store import Store
from models.calendar import to_day_number
from models.partnership import Partnership
from models.patrol_feedback import ComparedPlan, PlanFeedback
from models.patrol_plan import LeftOut, PatrolPlan
from models.patrol_rule import LegalZone, PlanRule, PlanRuleError, Visit
from models.retention import Hold
from models.viewer import Role
from tests.patrol_example import some_plan

DAY = date(2026, 11, 2)


@pytest.fixture
def plan(partnership: Partnership) -> PatrolPlan:
    return some_plan(partnership, DAY)


def test_a_version_is_kept_once_and_another_beside_it(store: Store, partnership: Partnership, plan: PatrolPlan) -> None:
    first = store.plans.add(plan, "run", "test")
    assert store.plans.add(plan, "run", "test") == first
    second = store.plans.add(replace(plan, seed=2), "rules", "test")
    assert [kept.id for kept in store.plans.plans(partnership.id, DAY)] == [second]
    store.plans.step(partnership.id, second, "approve", role=Role.PLANNER, actor="vagtplan-1")
    third = store.plans.add(replace(plan, seed=3), "run", "test")
    found = store.plans.plans(partnership.id, DAY, shift=plan.shift)
    assert [(kept.id, kept.version, kept.approved, kept.newest) for kept in found] == [
        (third, 3, False, True),
        (second, 2, True, False),
    ]
    assert found[1].approved_as == "planner"
    assert store.plans.plan(partnership.id, first).newest is False


def test_two_writers_make_one_version(store: Store, partnership: Partnership, plan: PatrolPlan) -> None:
    numbers: list[int] = []
    writers = [Thread(target=lambda: numbers.append(store.plans.add(plan, "run", "test"))) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(set(numbers)) == 1
    assert len(numbers) == 6


def test_only_the_newest_is_approved_and_only_once(store: Store, partnership: Partnership, plan: PatrolPlan) -> None:
    first = store.plans.add(plan, "run", "test")
    second = store.plans.add(replace(plan, seed=2), "run", "test")

    def step(number: int, action: str) -> None:
        store.plans.step(partnership.id, number, action, role=Role.PLANNER, actor="vagtplan-1")

    with pytest.raises(PlanStateError, match=f"plan {first} is not the newest version"):
        step(first, "approve")
    with pytest.raises(PlanStateError, match=f"plan {second} is not approved"):
        step(second, "withdraw")
    step(second, "approve")
    with pytest.raises(PlanStateError, match=f"plan {second} is approved already"):
        step(second, "approve")
    step(second, "withdraw")
    assert [event.action for event in store.plans.events(second)] == ["approve", "withdraw"]
    assert not store.plans.plan(partnership.id, second).approved
    with pytest.raises(NoPlanError, match="there is no plan 999"):
        step(999, "approve")


def test_versions_and_their_life_cannot_be_changed(store: Store, database: str, plan: PatrolPlan) -> None:
    store.plans.add(plan, "run", "test")
    for statement in ("UPDATE plan SET version = 2", "DELETE FROM plan", "TRUNCATE plan CASCADE"):
        with psycopg.connect(database) as connection, pytest.raises(psycopg.Error, match="only ever added"):
            connection.execute(statement)


def test_what_stood_on_earlier_days(store: Store, partnership: Partnership, plan: PatrolPlan) -> None:
    key = {"partnership": partnership.id, "shift": plan.shift, "beat": plan.beat}
    approved = store.plans.add(replace(plan, date=DAY - timedelta(days=1), seed=1), "run", "test")
    store.plans.step(partnership.id, approved, "approve", role=Role.PLANNER, actor="vagtplan-1")
    store.plans.add(replace(plan, date=DAY - timedelta(days=1), seed=2), "run", "test")
    store.plans.add(replace(plan, date=DAY - timedelta(days=2), seed=3), "run", "test")
    store.plans.add(replace(plan, date=DAY - timedelta(days=9), seed=4), "run", "test")
    found = store.plans.earlier(key, DAY, days=7, zone=partnership.calendar.timezone)
    assert [one.seed for one in found] == [1, 3]


def test_rules_hold_for_their_days_and_are_lifted(store: Store, partnership: Partnership) -> None:
    rule = PlanRule("indre-noerrebro", "8a1f05835d4ffff", "pin", "local-knowledge", DAY, DAY + timedelta(days=3), "nat")
    number = store.plans.place_rule(partnership.id, rule, "vagtplan-1")
    assert [kept.rule for kept in store.plans.rules(partnership.id, DAY, "indre-noerrebro")] == [rule]
    assert store.plans.rules(partnership.id, DAY + timedelta(days=3)) == []
    assert rule.holds(DAY, "nat")
    assert not rule.holds(DAY, "dag")
    assert not rule.holds(DAY + timedelta(days=3), "nat")
    assert store.plans.lift_rule(partnership.id, number, "vagtplan-1") == "indre-noerrebro"
    assert store.plans.rules(partnership.id, DAY) == []
    with pytest.raises(NoPlanError, match=f"there is no rule {number} that could be lifted"):
        store.plans.lift_rule(partnership.id, number, "vagtplan-1")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "burn"}, "a rule must be one of pin, suppress, found 'burn'"),
        ({"reason": "we met Hansen"}, "the reason to pin a place must be one of partner-request, "),
        ({"stop": DAY}, "a rule must last 1 to 92 days"),
        ({"stop": DAY + timedelta(days=200)}, "a rule must last 1 to 92 days"),
    ],
)
def test_a_rule_that_cannot_be_is_one_sentence(change: dict[str, object], sentence: str) -> None:
    fields = {"kind": "pin", "reason": "follow-up", "start": DAY, "stop": DAY + timedelta(days=1), **change}
    with pytest.raises(PlanRuleError, match=sentence):
        PlanRule("b", "8a1f05835d4ffff", **fields)


def test_visits_are_of_stops(store: Store, partnership: Partnership, plan: PatrolPlan) -> None:
    number = store.plans.add(plan, "run", "test")
    cell = plan.stops[0].cell
    store.plans.visit(partnership.id, number, Visit(cell, 1, "done"), "vagtplan-1")
    store.plans.visit(partnership.id, number, Visit(cell, 1, "shortened"), "vagtplan-1")
    assert store.plans.visits([number]) == {(number, cell, 1): "shortened"}
    with pytest.raises(PlanRuleError, match="a visit must be one of done, shortened, not-possible"):
        Visit(cell, 1, "met somebody")  # type: ignore[arg-type]


def test_zones_are_found_by_their_time(store: Store, partnership: Partnership) -> None:
    starts = datetime(2026, 11, 2, 12, tzinfo=UTC)
    zone = LegalZone("search-zone", ("indre-noerrebro",), starts, starts + timedelta(days=2), DAY)
    number = store.plans.add_zone(partnership.id, zone, "vagtplan-1")
    found = store.plans.zones(partnership.id, starts + timedelta(days=1), starts + timedelta(days=3))
    assert [(kept.id, kept.zone.areas) for kept in found] == [(number, ("indre-noerrebro",))]
    assert store.plans.zones(partnership.id, starts + timedelta(days=2), starts + timedelta(days=3)) == []
    store.plans.withdraw_zone(partnership.id, number, "vagtplan-1")
    assert store.plans.zones(partnership.id, starts, starts + timedelta(days=1)) == []
    with pytest.raises(NoPlanError, match="there is no zone"):
        store.plans.withdraw_zone(partnership.id, number, "vagtplan-1")
    with pytest.raises(PlanRuleError, match="a zone must end after it starts"):
        replace(zone, ends=starts)


def test_plans_go_when_their_cells_do_unless_they_are_held(
    store: Store, partnership: Partnership, plan: PatrolPlan
) -> None:
    number = store.plans.add(plan, "run", "test")
    store.plans.visit(partnership.id, number, Visit(plan.stops[0].cell, 1, "done"), "vagtplan-1")
    store.plans.step(partnership.id, number, "approve", role=Role.PLANNER, actor="vagtplan-1")
    later = DAY + timedelta(days=partnership.retention.cells_days + 1)
    held = store.retention.hold(partnership.id, Hold(DAY, DAY + timedelta(days=1), "complaint"), "test")
    store.retention.apply(partnership, later, "test")
    assert store.plans.plan(partnership.id, number).approved
    store.retention.lift(partnership.id, held, "test")
    gone = {done.place: done.rows for done in store.retention.apply(partnership, later, "test")}
    assert (gone["plan"], gone["plan_event"], gone["plan_visit"]) == (1, 1, 1)
    with pytest.raises(NoPlanError):
        store.plans.plan(partnership.id, number)


def test_what_stood_is_found_for_the_monitor(store: Store, partnership: Partnership, plan: PatrolPlan) -> None:
    yesterday = replace(plan, date=DAY - timedelta(days=1))
    store.plans.add(yesterday, "run", "test")
    first = replace(plan.stops[0], reason="hot", here=0.25)
    others = [replace(plan.stops[1], reason=reason, here=0.5) for reason in ("exploration", "pinned")]
    left_out = (
        LeftOut("8a1f05831a67fff", "Korsgade", "capped", 0.125),
        LeftOut("8a1f05831a6ffff", "X", "suppressed", 1.0),
    )
    standing = replace(yesterday, stops=(first, *others), left_out=left_out)
    approved = store.plans.add(standing, "run", "test")
    store.plans.step(partnership.id, approved, "approve", role=Role.PLANNER, actor="vagtplan-1")
    store.plans.add(replace(yesterday, stops=plan.stops[:1]), "run", "test")
    (found,) = store.plans.compared_plans(partnership.id, DAY, days=7)
    assert found == (
        plan.shift,
        ComparedPlan(to_day_number(yesterday.date), {first.cell: 0.25}, {"8a1f05831a67fff": 0.125}),
    )
    assert store.plans.compared_plans(partnership.id, DAY - timedelta(days=1), days=7) == []


def test_what_the_monitor_found_is_kept(store: Store, partnership: Partnership) -> None:
    assert store.plans.feedback(partnership.id, DAY) is None
    store.plans.keep_feedback(partnership.id, DAY, PlanFeedback(4, 1.5, 3.2, 0.0001))
    found = store.plans.feedback(partnership.id, DAY + timedelta(days=3))
    assert found is not None
    assert (found.planned, found.warns) == (4, True)
    store.plans.keep_feedback(partnership.id, DAY, PlanFeedback(4, 4.0, 1.0, 0.5))
    again = store.plans.feedback(partnership.id, DAY)
    assert again is not None
    assert not again.warns
