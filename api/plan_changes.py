"""Use case: what people change about plans. A rule makes the plans it is about again, as new versions; what was
approved stays what it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from api.gate import Gate, NoRunError
from api.planning import ShiftPlan, beat_of, make_plan, names_of, shift_of
from api.sketches import sketch_of
from data.plan_book import NoPlanError, PlanStateError
from geo.grid import from_text, to_text
from models.patrol_basis import PATROL_BASIS, PatrolBasis, unpacked
from models.patrol_plan import PatrolPlan
from models.patrol_rule import PlanRule, RuleKind, Visit

OTHERS = 24  # places to choose from


@dataclass(frozen=True)
class Override:
    """In one plan, go to ``instead`` and not to ``cell``."""

    cell: str
    instead: str
    reason: str


def place_rule(gate: Gate, rule: PlanRule) -> int:
    """Keep a rule and make the plans it is about again; its number. Raises `NoPlanError`."""
    require_cell(gate, rule.beat, rule.cell)
    if rule.shift is not None:
        shift_of(gate.partnership, rule.shift)
    number = gate.place_plan_rule(rule)
    replan(gate, rule.beat)
    return number


def lift_rule(gate: Gate, number: int) -> None:
    """End a rule and make the plans of its beat again; raises `NoPlanError`."""
    replan(gate, gate.lift_plan_rule(number))


def override(gate: Gate, found: ShiftPlan, change: Override) -> None:
    """Go somewhere else in one shift: the place that was planned is suppressed there and the other pinned."""
    plan = found.plan
    require_stop(plan, change.cell)
    require_cell(gate, plan.beat, change.instead)
    start, stop = plan.date, plan.date + timedelta(days=1)
    for rule in (
        PlanRule(plan.beat, change.cell, "suppress", change.reason, start, stop, plan.shift),
        PlanRule(plan.beat, change.instead, "pin", "local-knowledge", start, stop, plan.shift),
    ):
        gate.place_plan_rule(rule)
    replan(gate, plan.beat)


def visit(gate: Gate, number: int, done: Visit) -> None:
    """Note what became of a visit; raises `NoPlanError` for a stop or visit that the plan has not."""
    plan = gate.shift_plan(number).plan
    stop = require_stop(plan, done.cell)
    if not 1 <= done.number <= len(plan.stops[stop].visits):
        raise NoPlanError(f"the stop has visits 1 to {len(plan.stops[stop].visits)}, found {done.number}")
    gate.plan_visit(number, done)


def replan(gate: Gate, beat: str) -> None:
    """Make again the plans of a beat on the latest date that has a run, by the rules that hold now."""
    partnership = gate.partnership
    dates = gate.store.run_dates(partnership)
    if not dates:
        return
    basis = _basis(gate, dates[-1])
    where = beat_of(partnership, beat)
    runs = {one.plan.shift: one.plan.run for one in gate.shift_plans(basis.date) if one.kept.newest}
    run = next(iter(runs.values()), "")
    for position, shift in enumerate(partnership.calendar.shifts):
        make_plan(
            gate.store,
            partnership,
            sketch_of(partnership),
            basis,
            run=runs.get(shift.id, run),
            shift=position,
            beat=where,
            made_for="rules",
            actor=gate.actor,
        )


def require_stop(plan: PatrolPlan, cell: str) -> int:
    """Position of the stop in ``cell``; raises `NoPlanError`."""
    for position, stop in enumerate(plan.stops):
        if stop.cell == cell:
            return position
    raise NoPlanError(f"the plan has no stop in the cell '{cell}'")


def require_cell(gate: Gate, beat: str, cell: str) -> None:
    """Raises `NoPlanError` unless ``cell`` is one that plans of the beat know."""
    where = beat_of(gate.partnership, beat)
    dates = gate.store.run_dates(gate.partnership)
    if not dates:
        raise PlanStateError("there is no run yet; make one with: trygkort daily")
    basis = _basis(gate, dates[-1])
    try:
        wanted = int(from_text([cell])[0])
    except ValueError:
        raise NoPlanError(f"'{cell}' is not a cell") from None
    inside = [gate.partnership.areas.index[area] for area in where.areas]
    if not any(found == wanted and area in inside for found, area in zip(basis.cell, basis.area, strict=True)):
        raise NoPlanError(f"the cell '{cell}' does not lie in the beat '{beat}'")


def others_of(gate: Gate, plan: PatrolPlan) -> list[tuple[str, str]]:
    """Cells of the plan's beat that are no stop of it, with their words; those where most is expected."""
    partnership = gate.partnership
    try:
        basis = _basis(gate, plan.date)
    except NoRunError:
        return []
    inside = [partnership.areas.index[area] for area in beat_of(partnership, plan.beat).areas]
    rows = np.flatnonzero(np.isin(basis.area, inside))
    expected = basis.expected[rows, shift_of(partnership, plan.shift)].sum(axis=1)
    stops = {stop.cell for stop in plan.stops}
    names = names_of(partnership, sketch_of(partnership))(basis.cell[rows])
    cells = to_text(basis.cell[rows].tolist())
    order = np.lexsort((basis.cell[rows], -expected)).tolist()
    return [(cells[i], names[i]) for i in order if cells[i] not in stops][:OTHERS]


def _basis(gate: Gate, day: date) -> PatrolBasis:
    return unpacked(gate.product(PATROL_BASIS, day).body, gate.partnership)


def rule_of(fields: Mapping[str, str], kind: RuleKind, day: date) -> PlanRule:
    """A rule from the fields of a form: for ``days`` from ``day`` on, 1 where it does not say."""
    text = fields.get("days", "1")
    days = int(text) if text.isdecimal() and len(text) <= 3 else 0
    return PlanRule(
        fields.get("beat", ""),
        fields.get("cell", ""),
        kind,
        fields.get("reason", ""),
        day,
        day + timedelta(days=days) if days else day,
        fields.get("shift") or None,
    )
