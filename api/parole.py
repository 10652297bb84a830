"""Use case: the parole sheets of a shift, from the plans that stand; their PDF laid out before it is asked for."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Literal, get_args

from api.gate import Gate, NoRunError
from api.plan_changes import basis_on
from api.planning import ShiftPlan, Sketch, beat_of, standing
from data.plan_book import NoPlanError
from maps.parole import MAP_HEIGHTS, Changes, Freshness, Sheet, sheet_html, sheet_text, sheet_title
from maps.parole_pdf import sheet_pdf
from maps.plan_gpx import plan_gpx
from maps.plan_ical import plan_ical
from models.panel import REPORTED
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
DAY_S = 86_400


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
    kept = gate.store.plans.document(sheet.number, digest)
    if kept is None:
        versions = (html(height=height) for height in MAP_HEIGHTS)
        kept = sheet_pdf(versions, title=sheet_title(sheet, gate.partnership))
        gate.store.plans.keep_document(sheet.number, digest, kept)
    return kept


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
    partnership = gate.partnership
    key = {"partnership": partnership.id, "shift": plan.shift, "beat": plan.beat}
    earlier = gate.store.plans.earlier(key, plan.date, days=1, zone=partnership.calendar.timezone)
    if not earlier:
        return Changes(frozenset(), (), None, {})
    before, now = ({stop.cell: stop.place for stop in one.stops} for one in (earlier[0], plan))
    return Changes(
        came=frozenset(now.keys() - before.keys()),
        left=tuple(place for cell, place in before.items() if cell not in now),
        since=earlier[0].as_of,
        reports=_reports(gate, plan, earlier[0].as_of),
    )


def _reports(gate: Gate, plan: PatrolPlan, since: datetime) -> dict[str, int]:
    """Incidents that citizens reported between two looks, in the areas of the beat, by category; the most first."""
    partnership = gate.partnership
    since_s, until_s = int(since.timestamp()), int(plan.as_of.timestamp())
    found = gate.store.incidents_ended_since(partnership, since_s=since_s - 30 * DAY_S, known_before_s=until_s)
    inside = [partnership.areas.index[area] for area in beat_of(partnership, plan.beat).areas]
    new = [
        partnership.categories[category].label
        for area, category, basis, known in _rows(found)
        if area in inside and basis == REPORTED and known >= since_s
    ]
    return dict(Counter(new).most_common())


def _rows(found: Any) -> Sequence[tuple[int, int, int, int]]:
    columns = (found.area, found.category, found.basis, found.known_s)
    return list(zip(*(column.tolist() for column in columns), strict=True))
