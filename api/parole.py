"""Use case: the parole sheets of a shift, from the plans that stand; their PDF laid out before it is asked for."""

import hashlib
from datetime import date
from functools import partial
from typing import Literal, get_args

from api.gate import Gate, NoRunError
from api.plan_changes import basis_on
from api.planning import ShiftPlan, Sketch, beat_of, standing
from data.plan_book import NoPlanError
from maps.parole import MAP_HEIGHTS, Changes, Freshness, Sheet, sheet_html, sheet_text, sheet_title
from maps.parole_pdf import sheet_pdf
from maps.plan_gpx import plan_gpx
from maps.plan_ical import plan_ical
from models.patrol_plan import PatrolPlan
from models.viewer import Role

Form = Literal["pdf", "gpx", "ics", "txt"]
FORMS: tuple[Form, ...] = get_args(Form)
MEDIA: dict[Form, str] = {
    "pdf": "application/pdf",
    "gpx": "application/gpx+xml",
    "ics": "text/calendar; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


def sheets_of(gate: Gate, day: date, shift: str) -> list[Sheet]:
    """The sheets of a shift, one per beat, of what stands: the approved version, else the newest."""
    found = standing(gate.shift_plans(day, shift))
    if not found:
        return []
    try:
        basis = basis_on(gate, day)
        fresh = Freshness(basis.as_of, basis.last_event, basis.complete_until)
    except NoRunError:
        fresh = None
    synthetic = gate.synthetic()
    return [_sheet(gate, one, fresh, synthetic=synthetic) for one in found if _known(gate, one)]


def sheet_of(gate: Gate, day: date, shift: str, beat: str | None) -> Sheet:
    """One of them, the first where ``beat`` is None; raises `NoPlanError`."""
    found = [sheet for sheet in sheets_of(gate, day, shift) if beat in {None, sheet.beat.id}]
    if not found:
        raise NoPlanError(f"there is no plan of the shift '{shift}' on {day}")
    return found[0]


def sheet_file(gate: Gate, sheet: Sheet, form: Form, sketch: Sketch) -> bytes:
    """A sheet in one of `FORMS`."""
    partnership = gate.partnership
    if form == "pdf":
        return laid_out(gate, sheet, sketch)
    if form == "gpx":
        return plan_gpx(sheet, partnership)
    if form == "ics":
        return plan_ical(sheet, partnership)
    return sheet_text(sheet, partnership).encode()


def laid_out(gate: Gate, sheet: Sheet, sketch: Sketch) -> bytes:
    """The PDF of a sheet: as it was laid out from the same words before, else now."""
    html = partial(sheet_html, sheet, gate.partnership, sketch)
    digest = hashlib.sha256(html().encode()).digest()

    def lay_out() -> bytes:
        return sheet_pdf((html(height=height) for height in MAP_HEIGHTS), title=sheet_title(sheet, gate.partnership))

    return gate.plan_document(sheet.number, digest, lay_out)


def prepare_sheets(gate: Gate, day: date, sketch: Sketch) -> int:
    """Lay out every sheet of a day, so that it is there when it is asked for; how many there are."""
    sheets = [sheet for shift in gate.partnership.calendar.shifts for sheet in sheets_of(gate, day, shift.id)]
    for sheet in sheets:
        laid_out(gate, sheet, sketch)
    return len(sheets)


def _known(gate: Gate, one: ShiftPlan) -> bool:
    return any(beat.id == one.plan.beat for beat in gate.partnership.beats)


def _sheet(gate: Gate, one: ShiftPlan, fresh: Freshness | None, *, synthetic: bool) -> Sheet:
    plan = one.plan
    return Sheet(
        plan=plan,
        number=one.kept.id,
        version=one.kept.version,
        approved=Role(one.kept.approved_as) if one.kept.approved_as else None,
        beat=beat_of(gate.partnership, plan.beat),
        zones=gate.zones(plan.starts, plan.ends),
        changes=_changes(gate, plan),
        fresh=fresh,
        synthetic=synthetic,
    )


def _changes(gate: Gate, plan: PatrolPlan) -> Changes:
    earlier = gate.plan_before(plan)
    if earlier is None:
        return Changes(frozenset(), (), None, {})
    before, now = ({stop.cell: stop.place for stop in one.stops} for one in (earlier, plan))
    return Changes(
        came=frozenset(now.keys() - before.keys()),
        left=tuple(place for cell, place in before.items() if cell not in now),
        since=earlier.as_of,
        reports=gate.new_reports(beat_of(gate.partnership, plan.beat).areas, earlier.as_of, plan.as_of),
    )
