"""Use case: what people change about plans. A rule makes the plans it is about again, as new versions; what was
approved stays what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from api.gate import Gate, NoRunError
from api.planning import ShiftPlan, beat_of, make_plan, names_of, shift_of
from api.sketches import sketch_of
from data.plan_book import NoPlanError, PlanStateError
from geo.grid import from_text, to_text
from models.beat import Beat
from models.partnership import Partnership
from models.patrol_basis import PATROL_BASIS, PatrolBasis, unpacked
from models.patrol_plan import PatrolPlan
from models.patrol_planning import Names
from models.patrol_rule import PlanRule, RuleKind, Visit

OTHERS = 24  # places to choose from


@dataclass(frozen=True)
class Override:
    """In one plan, go to ``instead`` and not to ``cell``."""

    cell: str
    instead: str
    reason: str


def place_rule(gate: Gate, rule: PlanRule) -> int:
    """Keep a rule and make the plans it is about again; its number. Raises `NoPlanError`, and `PlanStateError` where
    there is no run yet."""
    beat = beat_of(gate.partnership, rule.beat)
    basis = _basis_with(gate, beat, rule.cell)
    if rule.shift is not None:
        shift_of(gate.partnership, rule.shift)
    number = gate.place_plan_rule(rule)
    _replan(gate, basis, beat)
    return number


def lift_rule(gate: Gate, number: int) -> None:
    """End a rule and make the plans of its beat again; raises `NoPlanError`."""
    beat = gate.lift_plan_rule(number)
    basis = _latest_basis(gate)
    if basis is not None:
        _replan(gate, basis, beat_of(gate.partnership, beat))


def override(gate: Gate, found: ShiftPlan, change: Override) -> None:
    """Go somewhere else in one shift: the place that was planned is suppressed there and the other pinned."""
    plan = found.plan
    require_stop(plan, change.cell)
    beat = beat_of(gate.partnership, plan.beat)
    basis = _basis_with(gate, beat, change.instead)
    start, stop = plan.date, plan.date + timedelta(days=1)
    for rule in (
        PlanRule(plan.beat, change.cell, "suppress", change.reason, start, stop, plan.shift),
        PlanRule(plan.beat, change.instead, "pin", "local-knowledge", start, stop, plan.shift),
    ):
        gate.place_plan_rule(rule)
    _replan(gate, basis, beat)


def visit(gate: Gate, number: int, done: Visit) -> None:
    """Note what became of a visit; raises `NoPlanError` for a stop or visit that the plan has not."""
    plan = gate.shift_plan(number).plan
    stop = require_stop(plan, done.cell)
    if not 1 <= done.number <= len(plan.stops[stop].visits):
        raise NoPlanError(f"the stop has visits 1 to {len(plan.stops[stop].visits)}, found {done.number}")
    gate.plan_visit(number, done)


def _replan(gate: Gate, basis: PatrolBasis, beat: Beat) -> None:
    """Make again the plans of a beat on the date of ``basis``, by the rules that hold now."""
    partnership = gate.partnership
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
            beat=beat,
            made_for="rules",
            actor=gate.actor,
        )


def require_stop(plan: PatrolPlan, cell: str) -> int:
    """Position of the stop in ``cell``; raises `NoPlanError`."""
    for position, stop in enumerate(plan.stops):
        if stop.cell == cell:
            return position
    raise NoPlanError(f"the plan has no stop in the cell '{cell}'")


def _basis_with(gate: Gate, beat: Beat, cell: str) -> PatrolBasis:
    """What the latest plans rest on; raises `NoPlanError` unless ``cell`` is one that those of ``beat`` know."""
    basis = _latest_basis(gate)
    if basis is None:
        raise PlanStateError("there is no run yet; make one with: trygkort daily")
    try:
        wanted = int(from_text([cell])[0])
    except ValueError:
        raise NoPlanError(f"'{cell}' is not a cell") from None
    if wanted not in basis.cell[basis.rows_in(beat, gate.partnership.areas)]:
        raise NoPlanError(f"the cell '{cell}' does not lie in the beat '{beat.id}'")
    return basis


def others_of(gate: Gate, plans: Sequence[PatrolPlan]) -> list[list[tuple[str, str]]]:
    """For each of the ``plans`` of one date the cells of its beat that are no stop of it, with their words; those where
    most is expected."""
    partnership = gate.partnership
    try:
        basis = basis_on(gate, plans[0].date) if plans else None
    except NoRunError:
        basis = None
    if basis is None:
        return [[] for _ in plans]
    names = names_of(partnership, sketch_of(partnership))
    return [_others(basis, plan, partnership, names) for plan in plans]


def _others(basis: PatrolBasis, plan: PatrolPlan, partnership: Partnership, names: Names) -> list[tuple[str, str]]:
    rows = basis.rows_in(beat_of(partnership, plan.beat), partnership.areas)
    expected = basis.expected[rows, shift_of(partnership, plan.shift)].sum(axis=1)
    stops = {stop.cell for stop in plan.stops}
    words, cells = names(basis.cell[rows]), to_text(basis.cell[rows].tolist())
    order = np.lexsort((basis.cell[rows], -expected)).tolist()
    return [(cells[i], words[i]) for i in order if cells[i] not in stops][:OTHERS]


def basis_on(gate: Gate, day: date) -> PatrolBasis:
    """What the plans of ``day`` rest on; raises `api.gate.NoRunError`."""
    return unpacked(gate.product(PATROL_BASIS, day).body, gate.partnership)


def _latest_basis(gate: Gate) -> PatrolBasis | None:
    dates = gate.run_dates()
    return basis_on(gate, dates[-1]) if dates else None


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
