"""Patrol plans over HTTP: the page of a shift for people, data for machines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Depends, FastAPI, Query
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api import problems
from api.alert_routes import form_of
from api.answers import PlanList, answers
from api.gate import Gate
from api.guard import GateOf
from api.interface import page_again, problems_of
from api.page_links import ROUTES
from api.plan_changes import Override, lift_rule, others_of, override, place_rule, rule_of, visit
from api.planning import ShiftPlan, names_of, shift_of, standing
from api.sketches import sketch_of
from data.plan_book import EventAction, NoPlanError, PlanStateError
from geo.grid import from_text
from maps.assets import linked
from maps.plan_json import feedback_as_json, plan_as_json, rules_as_json, zones_as_json
from maps.plans import BeatPlan, ShownRule, plans_page
from models.patrol_rule import (
    KeptRule,
    KeptZone,
    Outcome,
    PinReason,
    PlanRule,
    PlanRuleError,
    RuleKind,
    SuppressReason,
    Visit,
)
from models.viewer import Role

CELL = Field(pattern=r"^[0-9a-f]{15}$", description="An H3 cell")
NO_PLAN = problems_of(s404="There is no such plan, rule, stop, shift or beat")
CANNOT = problems_of(s409="The plan cannot take this step")
LISTED = answers(200, PlanList)
AGAIN = page_again("It cannot be done so; the page says why")
Form = Mapping[str, str]


class PlanStep(BaseModel):
    """Approve a version, or take that back."""

    action: Literal["approve", "withdraw"]


class PlanVisit(BaseModel):
    """What became of one visit to a stop; who was there is not asked."""

    cell: str = CELL
    number: int = Field(ge=1, le=24)
    outcome: Outcome


class NewRule(BaseModel):
    """A cell that must be in plans of a beat, or must not, on half-open days; in one shift or in all."""

    beat: str
    cell: str = CELL
    kind: RuleKind
    reason: PinReason | SuppressReason
    start: date
    stop: date
    shift: str | None = None

    def rule(self) -> PlanRule:
        return PlanRule(self.beat, self.cell, self.kind, self.reason, self.start, self.stop, self.shift)


def install(app: FastAPI) -> None:
    """Add the routes to ``app``."""
    _add_data(app)
    _add_page(app)
    app.add_exception_handler(NoPlanError, lambda _, error: problems.problem(404, str(error)))
    for kind in (PlanStateError, PlanRuleError):
        app.add_exception_handler(kind, lambda _, error: problems.problem(409, str(error)))


def _add_data(app: FastAPI) -> None:
    @app.get("/v1/plans/{day}/{shift}", responses=LISTED | NO_PLAN, response_class=JSONResponse)
    def plans(gate: GateOf, day: date, shift: str) -> Response:
        return JSONResponse(_data(gate, day, shift))

    @app.post("/v1/plans/{number}/steps", responses=LISTED | NO_PLAN | CANNOT, response_class=JSONResponse)
    def step(gate: GateOf, number: int, taken: PlanStep) -> Response:
        plan = gate.shift_plan(number).plan
        gate.step_plan(number, taken.action)
        return JSONResponse(_data(gate, plan.date, plan.shift))

    @app.post("/v1/plans/{number}/visits", responses=LISTED | NO_PLAN | CANNOT, response_class=JSONResponse)
    def note(gate: GateOf, number: int, done: PlanVisit) -> Response:
        visit(gate, number, Visit(done.cell, done.number, done.outcome))
        plan = gate.shift_plan(number).plan
        return JSONResponse(_data(gate, plan.date, plan.shift))

    @app.post("/v1/plan-rules", status_code=201, responses=answers(201, dict[str, int]) | NO_PLAN | CANNOT)
    def add_rule(gate: GateOf, new: NewRule) -> dict[str, int]:
        return {"id": place_rule(gate, new.rule())}

    @app.post("/v1/plan-rules/{number}/lift", responses=answers(200, dict[str, int]) | NO_PLAN | CANNOT)
    def lift(gate: GateOf, number: int) -> dict[str, int]:
        lift_rule(gate, number)
        return {"id": number}


def _data(gate: Gate, day: date, shift: str) -> dict[str, Any]:
    shift_of(gate.partnership, shift)
    found = gate.shift_plans(day, shift)
    noted = gate.plan_visits(found)
    rules = [kept for kept in gate.plan_rules(day) if kept.rule.holds(day, shift)]
    return {
        "partnership": gate.partnership.id,
        "date": day.isoformat(),
        "shift": shift,
        "plans": [plan_as_json(one.plan, one.kept.id, state=_state(one), visits=noted) for one in found],
        "rules": rules_as_json(rules),
        "feedback": feedback_as_json(gate.plan_feedback(day)),
        "zones": zones_as_json(_zones(gate, day, shift)),
    }


def _state(one: ShiftPlan) -> dict[str, Any]:
    kept = one.kept
    return {
        "version": kept.version,
        "made_for": kept.made_for,
        "made_at": kept.made_at.isoformat(),
        "approved_at": kept.approved_at.isoformat() if kept.approved_at else None,
        "approved_as": kept.approved_as,
        "newest": kept.newest,
    }


def _add_page(app: FastAPI) -> None:
    @app.get("/plans", response_class=HTMLResponse, responses=NO_PLAN)
    def page(
        gate: GateOf,
        day: Annotated[date | None, Query(alias="date", description="Of the shift; the latest where absent")] = None,
        shift: Annotated[str | None, Query(description="Id of the shift; the one that goes on where absent")] = None,
    ) -> str:
        return _page(gate, day, shift, "")

    @app.post("/plans", status_code=303, response_class=Response, responses=NO_PLAN | AGAIN)
    def change(gate: GateOf, form: Annotated[Form, Depends(form_of)]) -> Response:
        day, shift = None, form.get("shift")
        try:
            if form.get("action") == "lift":
                lift_rule(gate, _number(form, "rule"))
            else:
                found = gate.shift_plan(_number(form, "plan"))
                day, shift = found.plan.date, found.plan.shift
                _take(gate, found, form)
        except (PlanStateError, PlanRuleError, NoPlanError) as error:
            if shift not in gate.partnership.calendar.index:
                raise
            return HTMLResponse(_page(gate, day, shift, str(error)), status_code=409)
        asked = f"?date={day}&shift={shift}" if day else f"?shift={shift}" if shift else ""
        return RedirectResponse(f"/plans{asked}", status_code=303)


def _take(gate: Gate, found: ShiftPlan, form: Form) -> None:
    """What the form asks for."""
    action, plan, number = form.get("action"), found.plan, found.kept.id
    if action in ("approve", "withdraw"):
        gate.step_plan(number, _event(action))
    elif action in ("pin", "suppress"):
        kind: RuleKind = "pin" if action == "pin" else "suppress"
        place_rule(gate, rule_of({**form, "beat": plan.beat, "shift": ""}, kind, plan.date))
    elif action == "override":
        override(gate, found, Override(form.get("cell", ""), form.get("instead", ""), form.get("reason", "")))
    elif action == "visit":
        outcome: Any = form.get("outcome", "")
        visit(gate, number, Visit(form.get("cell", ""), _number(form, "number"), outcome))
    else:
        raise PlanRuleError("nothing was asked for: the form must say what to do")


def _event(action: str) -> EventAction:
    return "approve" if action == "approve" else "withdraw"


def _page(gate: Gate, day: date | None, shift: str | None, refused: str) -> str:
    partnership = gate.partnership
    dates = gate.run_dates()
    chosen = day or (dates[-1] if dates else datetime.now(partnership.calendar.timezone).date())
    name = shift or _shift_now(gate, chosen)
    shift_of(partnership, name)
    found = gate.shift_plans(chosen, name)
    newest = {one.kept.beat: one.kept.id for one in found if one.kept.newest}
    shown = standing(found)
    may_decide = gate.look.role is Role.PLANNER
    decided = [one for one in shown if may_decide and one.kept.newest]
    choices = others_of(gate, [one.plan for one in decided])
    others = {one.kept.id: choice for one, choice in zip(decided, choices, strict=True)}
    return plans_page(
        [
            BeatPlan(
                one.kept.id,
                one.plan,
                one.kept.version,
                one.kept.approved_as,
                one.kept.newest,
                newer=one.kept.approved and newest.get(one.kept.beat) != one.kept.id,
                others=others.get(one.kept.id, ()),
            )
            for one in shown
        ],
        partnership,
        sketch_of(partnership),
        day=chosen,
        shift=name,
        visits=gate.plan_visits(shown),
        rules=_with_places(gate, gate.plan_rules(chosen)),
        zones=_zones(gate, chosen, name),
        feedback=gate.plan_feedback(chosen),
        may_decide=may_decide,
        refused=refused,
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def _shift_now(gate: Gate, day: date) -> str:
    """The shift that goes on where ``day`` is today's shift-date, else the first."""
    calendar = gate.partnership.calendar
    today, position = calendar.shift_at(datetime.now(calendar.timezone))
    return calendar.shifts[position if today == day else 0].id


def _with_places(gate: Gate, rules: Sequence[KeptRule]) -> list[ShownRule]:
    cells = from_text([kept.rule.cell for kept in rules]) if rules else np.empty(0, np.int64)
    names = names_of(gate.partnership, sketch_of(gate.partnership))(cells) if rules else []
    return [ShownRule(kept, name) for kept, name in zip(rules, names, strict=True)]


def _zones(gate: Gate, day: date, shift: str) -> Sequence[KeptZone]:
    calendar = gate.partnership.calendar
    starts_s, ends_s = calendar.interval_s(day, shift_of(gate.partnership, shift))
    starts, ends = (datetime.fromtimestamp(at, calendar.timezone) for at in (starts_s, ends_s))
    return gate.zones(starts, ends)


def _number(form: Form, name: str) -> int:
    text = form.get(name, "")
    if not (text.isdecimal() and text.isascii() and len(text) <= 18):
        raise NoPlanError(f"'{name}' must be the number of one that is there")
    return int(text)
