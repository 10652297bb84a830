"""Plans over HTTP, on the demonstration's own run: seen by planners and analysts, decided by planners."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.demo import DEMO_DATE
from api.planning import make_plans, shift_plans, standing
from data.audit_log import AuditFilter
from data.partnerships import load_sketch
from data.store import Store
from models.partnership import Partnership
from models.patrol_basis import PATROL_BASIS, unpacked
from models.patrol_feedback import PlanFeedback
from models.viewer import Role
from tests.demonstration import Loaded
from tests.viewers import as_viewer, client_of

NIGHT = f"/v1/plans/{DEMO_DATE}/nat"


@pytest.fixture(scope="module")
def demo_planner(demo: Loaded, partnership: Partnership) -> Iterator[TestClient]:
    with client_of(demo.store, partnership, (Role.PLANNER,), follow_redirects=False) as client:
        yield client


@pytest.fixture
def store_with_run(demo: Loaded, store: Store, partnership: Partnership) -> Store:
    """A store of its own with the demonstration's last run and the plans made of it."""
    from data.store import RunRecord

    basis = demo.store.product(partnership, PATROL_BASIS)
    assert basis is not None
    record = RunRecord(DEMO_DATE, partnership.calendar.start_of(DEMO_DATE), "1.0", {}, bytes(32))
    store.save_run(partnership, record, demo.store.products_of_run(demo.demonstration.runs[-1].run_id), "test")
    make_plans(store, partnership, load_sketch(None), unpacked(basis[1].body, partnership), "ab" * 32)
    return store


@pytest.fixture
def planner(store_with_run: Store, partnership: Partnership) -> Iterator[TestClient]:
    with client_of(store_with_run, partnership, (Role.PLANNER,), follow_redirects=False) as client:
        yield client


def night(client: TestClient) -> dict[str, object]:
    plans = client.get(NIGHT).json()["plans"]
    return next(plan for plan in plans if plan["newest"] and plan["beat"] == "indre-noerrebro")


def test_every_run_made_plans_of_every_shift(demo: Loaded, partnership: Partnership) -> None:
    for run in demo.demonstration.runs:
        made = {(one.kept.shift, one.kept.beat) for one in shift_plans(demo.store, partnership, run.result.date)}
        treated = {(shift.id, partnership.beats[0].id) for shift in partnership.calendar.shifts}
        assert treated <= made
    caps = partnership.patrol
    for shift in partnership.calendar.shifts:
        cells = [
            stop.cell
            for run in demo.demonstration.runs
            for one in standing(shift_plans(demo.store, partnership, run.result.date, shift.id))
            if one.kept.beat == partnership.beats[0].id
            for stop in one.plan.stops
        ]
        assert max(cells.count(cell) for cell in cells) <= caps.cap_plans


def test_the_plan_as_data(demo_planner: TestClient) -> None:
    found = demo_planner.get(NIGHT)
    assert found.status_code == 200
    plan = night(demo_planner)
    assert plan["approved_at"] is None
    for stop in plan["stops"]:  # type: ignore[attr-defined]  # a list of stops
        assert stop["place"]
        assert {"expected", "recent", "q", "categories", "hours"} == set(stop["evidence"])
    assert demo_planner.get(f"/v1/plans/{DEMO_DATE}/middag").status_code == 404
    assert demo_planner.get("/v1/plans/2020-01-01/nat").json()["plans"] == []


def test_a_planner_approves_and_a_new_run_leaves_it_alone(
    planner: TestClient, store_with_run: Store, partnership: Partnership
) -> None:
    number = night(planner)["id"]
    approved = planner.post(f"/v1/plans/{number}/steps", json={"action": "approve"})
    assert approved.status_code == 200
    assert planner.post(f"/v1/plans/{number}/steps", json={"action": "approve"}).status_code == 409
    basis = store_with_run.product(partnership, PATROL_BASIS)
    assert basis is not None
    make_plans(store_with_run, partnership, load_sketch(None), unpacked(basis[1].body, partnership), "cd" * 32)
    plans = [plan for plan in planner.get(NIGHT).json()["plans"] if plan["beat"] == "indre-noerrebro"]
    assert {(plan["id"] == number, plan["approved_as"], plan["newest"]) for plan in plans} == {
        (True, "planner", False),
        (False, None, True),
    }
    assert "Der er et nyere udkast" in planner.get("/plans?shift=nat").text


def test_a_rule_makes_the_plans_again(planner: TestClient) -> None:
    before = night(planner)
    first = before["stops"][0]["cell"]  # type: ignore[index]
    rule = {
        "beat": "indre-noerrebro",
        "cell": first,
        "kind": "suppress",
        "reason": "building-work",
        "start": str(DEMO_DATE),
        "stop": str(DEMO_DATE + timedelta(days=3)),
    }
    added = planner.post("/v1/plan-rules", json=rule)
    assert added.status_code == 201
    after = night(planner)
    assert first not in [stop["cell"] for stop in after["stops"]]  # type: ignore[attr-defined]
    assert (after["made_for"], after["version"]) == ("rules", before["version"] + 1)  # type: ignore[operator]
    assert (first, "suppressed") in [(one["cell"], one["why"]) for one in after["left_out"]]  # type: ignore[attr-defined]
    assert planner.post(f"/v1/plan-rules/{added.json()['id']}/lift").status_code == 200
    assert [stop["cell"] for stop in night(planner)["stops"]] == [stop["cell"] for stop in before["stops"]]  # type: ignore[attr-defined]
    assert planner.post(f"/v1/plan-rules/{added.json()['id']}/lift").status_code == 404
    assert planner.post("/v1/plan-rules", json={**rule, "cell": "8a1f05d9d4effff"}).status_code == 404
    assert planner.post("/v1/plan-rules", json={**rule, "reason": "we met Hansen"}).status_code == 422
    assert planner.post("/v1/plan-rules", json={**rule, "beat": "elsewhere"}).status_code == 404


def test_visits_are_noted_for_the_stop(planner: TestClient) -> None:
    plan = night(planner)
    cell = plan["stops"][0]["cell"]  # type: ignore[index]
    done = {"cell": cell, "number": 1, "outcome": "done"}
    noted = planner.post(f"/v1/plans/{plan['id']}/visits", json=done).json()["plans"]
    visits = next(one for one in noted if one["id"] == plan["id"])["stops"][0]["visits"]
    assert [visit["outcome"] for visit in visits[:2]] == ["done", None]
    assert planner.post(f"/v1/plans/{plan['id']}/visits", json={**done, "number": 20}).status_code == 404
    assert planner.post(f"/v1/plans/{plan['id']}/visits", json={**done, "cell": "8a1f05d9d4effff"}).status_code == 404
    assert planner.post("/v1/plans/999999/visits", json=done).status_code == 404


def test_the_page_does_the_same_by_forms(planner: TestClient) -> None:
    plan = night(planner)
    stops = plan["stops"]
    page = planner.get(f"/plans?date={DEMO_DATE}&shift=nat").text
    assert "udkast" in page
    assert stops[0]["place"] in page  # type: ignore[index]

    def post(**fields: object) -> int:
        return planner.post("/plans", data={"plan": plan["id"], **fields}).status_code

    assert post(action="approve") == 303
    assert "godkendt" in planner.get(f"/plans?date={DEMO_DATE}&shift=nat").text
    assert post(action="visit", cell=stops[0]["cell"], number=1, outcome="shortened") == 303  # type: ignore[index]
    assert "afkortet" in planner.get(f"/plans?date={DEMO_DATE}&shift=nat").text
    elsewhere = stops[-1]["cell"]  # type: ignore[index]
    assert post(action="suppress", cell=stops[0]["cell"], reason="no-access", days="3") == 303  # type: ignore[index]
    assert post(action="pin", cell=elsewhere, reason="follow-up", days="2") == 303
    assert post(action="override", cell=elsewhere, instead=elsewhere, reason="no-access") in {303, 409}
    assert post(action="pin", cell=elsewhere, reason="we met Hansen", days="2") == 409
    assert post(action="pin", cell=elsewhere, reason="follow-up", days="500") == 409
    assert post(action="dance") == 409
    assert planner.post("/plans", data={"action": "approve", "plan": "x"}).status_code == 404
    rules = planner.get(NIGHT).json()["rules"]
    assert planner.post("/plans", data={"action": "lift", "rule": rules[0]["id"], "shift": "nat"}).status_code == 303


def test_an_analyst_sees_and_does_not_decide(store_with_run: Store, partnership: Partnership) -> None:
    with client_of(store_with_run, partnership) as analyst:
        page = analyst.get("/plans?shift=nat").text
        assert "Godkend planen" not in page
        assert "Parolesedlen" in page
        number = analyst.get(NIGHT).json()["plans"][0]["id"]
        assert analyst.post(f"/v1/plans/{number}/steps", json={"action": "approve"}).status_code == 403


def test_others_see_no_plan(store_with_run: Store, partnership: Partnership) -> None:
    with client_of(store_with_run, partnership) as client:
        for role in (Role.STEERING, Role.GUEST, Role.INGEST, Role.AUDITOR, Role.ADMIN):
            assert client.get(NIGHT, headers=as_viewer(partnership.id, role)).status_code == 403


def test_every_look_and_step_is_logged(planner: TestClient, store_with_run: Store) -> None:
    plan = night(planner)
    planner.post(f"/v1/plans/{plan['id']}/steps", json={"action": "approve"})
    lines = store_with_run.audit.rows(AuditFilter(), limit=20)
    said = [(line.action, line.subject.partition("/")[2], line.outcome, line.purpose) for line in lines]
    assert ("plan", f"plan/{plan['id']}", "approve", "patrol-planning") in said
    assert ("consultation", f"{DEMO_DATE}/plans/nat", "released", "patrol-planning") in said


def test_without_a_run_there_is_nothing_to_plan(store: Store, partnership: Partnership) -> None:
    with client_of(store, partnership, (Role.PLANNER,)) as client:
        assert "Der er ingen planer for denne vagt" in client.get("/plans").text
        rule = {"beat": "indre-noerrebro", "cell": "8a1f05d9d4effff", "kind": "pin", "reason": "follow-up"}
        answer = client.post("/v1/plan-rules", json={**rule, "start": "2026-11-02", "stop": "2026-11-03"})
        assert answer.status_code == 409


def test_a_loop_is_told_to_planners(planner: TestClient, store_with_run: Store, partnership: Partnership) -> None:
    assert planner.get(NIGHT).json()["feedback"] is None
    store_with_run.plans.keep_feedback(partnership.id, DEMO_DATE, PlanFeedback(40, 20.0, 2.1, 0.0001))
    assert planner.get(NIGHT).json()["feedback"]["warns"] is True
    assert "Steder på planen fik 2,1 gange så mange anmeldelser" in planner.get("/plans?shift=nat").text


def test_the_demonstration_has_no_loop(demo: Loaded, partnership: Partnership) -> None:
    found = demo.store.plans.feedback(partnership.id, DEMO_DATE)
    assert found is not None
    assert not found.warns
