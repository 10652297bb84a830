"""Use case: patrol plans, made from a run for every shift and beat of its date, and made again when people decide.

The seed follows from the run, the shift and the beat: a plan can be made again by anybody who has the run, and cannot
be told beforehand by anybody who has not.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from data.plan_book import KeptPlan, MadeFor, NoPlanError
from data.store import Store
from geo.grid import Cells, centres, from_text, parents, to_text
from maps.places import place_names
from models.beat import Beat
from models.calendar import to_day_number
from models.panel import REPORTED, Panel
from models.partnership import Partnership
from models.patrol_basis import PatrolBasis
from models.patrol_feedback import PlanFeedback, plan_feedback
from models.patrol_plan import PatrolPlan
from models.patrol_planning import Names, PlanRules, plan_of
from models.patrol_record import plan_read
from models.retention import named

PLANNER = "planning"
FEEDBACK_DAYS = 182
Sketch = Mapping[str, Any] | None


@dataclass(frozen=True)
class ShiftPlan:
    """A version of a plan with what it says."""

    kept: KeptPlan
    plan: PatrolPlan


def make_plans(store: Store, partnership: Partnership, sketch: Sketch, basis: PatrolBasis, run: str) -> list[int]:
    """Plans of every shift and beat of the date of ``basis``; their numbers. Again, the same are there already."""
    return [
        number
        for position in range(len(partnership.calendar.shifts))
        for beat in partnership.beats
        if (number := make_plan(store, partnership, sketch, basis, run=run, shift=position, beat=beat)) is not None
    ]


def watch_feedback(store: Store, partnership: Partnership, panel: Panel, day: date) -> PlanFeedback:
    """Whether plans of the last half year seem to feed on themselves; kept as of ``day``."""
    today = to_day_number(day)
    window = range(today - FEEDBACK_DAYS, today)
    rows = panel.take((panel.basis == REPORTED) & (panel.day >= window.start) & (panel.day < today))
    rows = named(rows)
    home = to_text(parents(rows.cell, partnership.resolutions.map).tolist()) if len(rows) else []
    reports: dict[str, dict[tuple[str, int], float]] = {shift.id: {} for shift in partnership.calendar.shifts}
    names = [shift.id for shift in partnership.calendar.shifts]
    for cell, at, shift, count in zip(home, rows.day.tolist(), rows.shift.tolist(), rows.count.tolist(), strict=True):
        found = reports[names[shift]]
        found[cell, at] = found.get((cell, at), 0.0) + count
    compared = store.plans.compared_plans(partnership.id, day, days=FEEDBACK_DAYS)
    feedback = plan_feedback((plan, reports.get(shift, {})) for shift, plan in compared)
    store.plans.keep_feedback(partnership.id, day, feedback)
    return feedback


def make_plan(
    store: Store,
    partnership: Partnership,
    sketch: Sketch,
    basis: PatrolBasis,
    *,
    run: str,
    shift: int,
    beat: Beat,
    made_for: MadeFor = "run",
    actor: str = PLANNER,
) -> int | None:
    """The plan of one shift and beat by the rules that hold; its number, None where nothing is expected there."""
    name = partnership.calendar.shifts[shift].id
    key = {"partnership": partnership.id, "shift": name, "beat": beat.id}
    earlier = store.plans.earlier(
        key, basis.date, days=partnership.patrol.cap_window - 1, zone=partnership.calendar.timezone
    )
    held = [kept.rule for kept in store.plans.rules(partnership.id, basis.date, beat.id)]
    rules = PlanRules(
        earlier=[_cells([stop.cell for stop in plan.stops]) for plan in earlier],
        pinned=_cells([rule.cell for rule in held if rule.kind == "pin" and rule.holds(basis.date, name)]),
        suppressed=_cells([rule.cell for rule in held if rule.kind == "suppress" and rule.holds(basis.date, name)]),
    )
    plan = plan_of(
        basis,
        partnership,
        shift,
        beat,
        run=run,
        seed=seed_of(run, partnership.id, name, beat.id),
        names=names_of(partnership, sketch),
        rules=rules,
    )
    return None if plan is None else store.plans.add(plan, made_for, actor)


def seed_of(run: str, partnership: str, shift: str, beat: str) -> int:
    """The seed of a plan: 63 bits.

    >>> seed_of("ab", "p", "nat", "b") == seed_of("ab", "p", "nat", "b") != seed_of("ab", "p", "dag", "b")
    True
    """
    text = "/".join((run, partnership, shift, beat)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") >> 1


def names_of(partnership: Partnership, sketch: Sketch) -> Names:
    """Words for cells, by the streets of the sketch."""

    def names(cells: Cells) -> list[str]:
        lon, lat = centres(cells)
        area = partnership.areas.locate(lon, lat).area if len(cells) else np.empty(0, np.int16)
        return place_names(lon, lat, area, areas=partnership.areas, sketch=sketch)

    return names


def shift_plans(store: Store, partnership: Partnership, day: date, shift: str | None = None) -> list[ShiftPlan]:
    """Of every shift and beat of ``day`` what stands, in the order of the shifts and beats: the newest version, and
    before it the approved one where that is another."""
    zone = partnership.calendar.timezone
    found = [
        ShiftPlan(kept, plan_read(kept.body, zone)) for kept in store.plans.plans(partnership.id, day, shift=shift)
    ]
    beats = [beat.id for beat in partnership.beats]
    shifts = [one.id for one in partnership.calendar.shifts]

    def place(one: ShiftPlan) -> tuple[int, int, int]:
        known = one.kept.shift in shifts and one.kept.beat in beats
        return (
            (shifts.index(one.kept.shift), beats.index(one.kept.beat), one.kept.version)
            if known
            else (len(shifts), 0, one.kept.id)
        )

    return sorted(found, key=place)


def standing(plans: Sequence[ShiftPlan]) -> list[ShiftPlan]:
    """Of each shift and beat the one to go by: the approved version, else the newest."""
    chosen: dict[tuple[str, str], ShiftPlan] = {}
    for one in plans:
        key = one.kept.shift, one.kept.beat
        if key not in chosen or one.kept.approved or not chosen[key].kept.approved:
            chosen[key] = one
    return list(chosen.values())


def shift_of(partnership: Partnership, shift: str) -> int:
    """Position of a shift; raises `NoPlanError`."""
    if shift not in partnership.calendar.index:
        raise NoPlanError(f"there is no shift '{shift}'; there are {', '.join(partnership.calendar.index)}")
    return partnership.calendar.index[shift]


def beat_of(partnership: Partnership, beat: str) -> Beat:
    """A beat by its id; raises `NoPlanError`."""
    for one in partnership.beats:
        if one.id == beat:
            return one
    raise NoPlanError(f"there is no beat '{beat}'; there are {', '.join(one.id for one in partnership.beats)}")


def _cells(names: Sequence[str]) -> list[int]:
    return from_text(names).tolist() if names else []
