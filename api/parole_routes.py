"""The parole sheet over HTTP: a page for the phone, and files to print and to carry along."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.answers import Answers
from api.gate import Gate
from api.guard import GateOf
from api.interface import problems_of
from api.page_links import ROUTES
from api.planning import shift_of
from api.sketches import sketch_of
from data.plan_book import NoPlanError
from maps.assets import linked

BeatOf = Annotated[str | None, Query(max_length=60, description="Id of a beat; the first where absent")]
NO_SHEET = problems_of(s404="There is no such shift, beat or plan")
FILE: Answers = {
    200: {
        "description": "The sheet",
        "content": {kind: {} for kind in ("application/pdf", "application/gpx+xml", "text/calendar", "text/plain")},
    }
}


def install(app: FastAPI) -> None:
    """Add the routes to ``app``."""

    @app.get("/parole", response_class=RedirectResponse, status_code=303)
    def next_sheet(gate: GateOf) -> Response:
        day, shift = _next_shift(gate)
        return RedirectResponse(f"/parole/{day}/{shift}", status_code=303)

    # Before the page: a shift's id has no dot.
    @app.get("/parole/{day}/{shift}.{form}", response_class=Response, responses=FILE | NO_SHEET)
    def file(gate: GateOf, day: date, shift: str, form: str, beat: BeatOf = None) -> Response:
        # Loaded here, as in what makes other pages on demand: laying out is for few requests.
        from api.parole import FORMS, MEDIA, sheet_file, sheet_of  # noqa: PLC0415

        shift_of(gate.partnership, shift)
        known = next((one for one in FORMS if one == form), None)
        if known is None:
            raise NoPlanError(f"a sheet is one of {', '.join(FORMS)}, not '{form}'")
        sheet = sheet_of(gate, day, shift, beat)
        body = sheet_file(gate, sheet, known, sketch_of(gate.partnership))
        name = f"parole-{day}-{shift}-{sheet.beat.id}.{known}"
        # As a page of its own a PDF is shown by a plug-in that the policy of data forbids.
        shown = "inline" if known == "txt" else "attachment"
        headers = {"Content-Disposition": f'{shown}; filename="{name}"', "Cache-Control": "no-store"}
        return Response(body, media_type=MEDIA[known], headers=headers)

    @app.get("/parole/{day}/{shift}", response_class=HTMLResponse, responses=NO_SHEET)
    def sheets(gate: GateOf, day: date, shift: str) -> str:
        from api.parole import sheets_of  # noqa: PLC0415
        from maps.parole import parole_page  # noqa: PLC0415

        shift_of(gate.partnership, shift)
        return parole_page(
            sheets_of(gate, day, shift),
            gate.partnership,
            sketch_of(gate.partnership),
            day=day,
            shift=shift,
            assets=linked(),
            links=ROUTES,
        )


def _next_shift(gate: Gate) -> tuple[date, str]:
    """The shift that goes on, or the one after it in its last hour, when it is briefed; of the latest run's date where
    that is another."""
    calendar = gate.partnership.calendar
    dates = gate.run_dates()
    now = datetime.now(calendar.timezone)
    # An hour that passes, not one on the wall.
    day, position = calendar.shift_at(now.astimezone(UTC) + timedelta(hours=1))
    if day in dates:
        return day, calendar.shifts[position].id
    return (dates[-1] if dates else now.date()), calendar.shifts[0].id
