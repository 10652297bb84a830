"""The alerts over HTTP: inbox and pages for people, data for machines, a feed that carries no figure."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlencode
from xml.etree import ElementTree as ET

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api import problems
from api.answers import AlertDetail, AlertList, Answers, AtomResponse, Power, answers
from api.gate import Gate
from api.guard import GateOf
from api.interface import IN_DOCUMENT, page_again, problems_of
from data.alert_book import AlertFilter
from geo.errors import PlainError
from maps.alert_json import alert_as_json, alert_feature, event_as_json
from models.alert import Alert, Kind, MovedTo
from models.alert_life import OPEN, Action, AlertStep, AlertStepError, Status
from models.partnership import Partnership

PAGE = 50
LARGEST_PAGE = 500
ATOM = "http://www.w3.org/2005/Atom"
NO_ALERT = problems_of(s404="There is no such alert")
CANNOT = problems_of(s409="The alert cannot take this step")
LISTED: Answers = {
    200: {
        "model": AlertList,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/geo+json": {"schema": {"$ref": IN_DOCUMENT.format(model="FeatureCollection")}},
        },
    }
}
Form = Mapping[str, str]


class CrossSiteError(PlainError, PermissionError):
    """A page of another site tried to change something here."""


class StepError(PlainError, ValueError):
    """A form that holds no step."""


class Step(BaseModel):
    """What somebody does with an alert."""

    action: Action
    reason: str | None = None
    until: date | None = None
    other: int | None = None

    def taken(self) -> AlertStep:
        return AlertStep(self.action, self.reason, self.until, self.other)


class AlertQuery(BaseModel):
    """Which alerts, and in which form; ``after`` is where the page before ended."""

    status: list[Status] = Field([], description="Only those that are one of these")
    neighbour: str | None = Field(None, description="Id of an area")
    category: str | None = Field(None, description="Id of a category; empty for all of them together")
    kind: Kind | None = Field(None, description="Class of the claim")
    to: MovedTo | None = Field(None, description="Where to: a neighbour, or within the treated area")
    since: date | None = Field(None, description="First day; signals that lasted until then or longer")
    until: date | None = Field(None, description="Day after the last; signals that began before it")
    after: int | None = Field(None, ge=0, le=2**62, description="As the page before gave it in `next`")
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)
    format: Literal["json", "csv", "geojson"] = "json"

    def filter(self) -> AlertFilter:
        return AlertFilter(
            tuple(self.status) or None,
            self.neighbour,
            self.category,
            self.kind,
            self.since,
            self.until,
            self.after,
            moved_to=self.to,
        )


async def form_of(request: Request) -> Form:
    """The fields of a posted form, the last of each name; refuses forms of other sites."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise CrossSiteError("this form belongs to another site; open the page here and try again")
    body = await request.body()
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def install(app: FastAPI, partnership: Partnership) -> None:
    """Add the routes to ``app``."""
    _add_data(app, partnership)
    _add_pages(app)


def _add_data(app: FastAPI, partnership: Partnership) -> None:
    @app.get("/v1/alerts", responses=LISTED, response_class=JSONResponse)
    def alerts(request: Request, gate: GateOf, query: Annotated[AlertQuery, Query()]) -> Response:
        found = gate.alerts(query.filter(), limit=query.limit)
        following = _next(request, found, query.limit)
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        rows = [alert_as_json(alert, partnership) for alert in found]
        if query.format == "csv":
            return Response(_csv(rows), media_type="text/csv", headers=headers)
        if query.format == "geojson":
            body = {"type": "FeatureCollection", "features": [alert_feature(a, partnership) for a in found]}
            return JSONResponse(body, media_type="application/geo+json", headers=headers)
        return JSONResponse({"alerts": rows, "next": following}, headers=headers)

    @app.get("/v1/alerts/{number}", responses=answers(200, AlertDetail) | NO_ALERT)
    def one_alert(gate: GateOf, number: int) -> dict[str, Any]:
        alert, history = gate.alert(number)
        return {
            **alert_as_json(alert, partnership),
            **_beside(gate, number),
            "clusters": _clusters(gate, alert),
            "history": [event_as_json(event) for event in history],
        }

    @app.get("/v1/alerts/{number}/evidence", responses=NO_ALERT, response_class=JSONResponse)
    def evidence(gate: GateOf, number: int, day: date | None = None) -> Response:
        return Response(gate.evidence(number, day).body, media_type="application/json")

    @app.get("/v1/watch", responses=answers(200, Power) | problems_of(s404="There is no run that watched"))
    def watch(gate: GateOf) -> dict[str, Any]:
        return _power(gate)

    @app.post("/v1/alerts/{number}/steps", responses=answers(200, AlertDetail) | NO_ALERT | CANNOT)
    def step(gate: GateOf, number: int, taken: Step) -> dict[str, Any]:
        gate.step(number, taken.taken(), today=_today(gate))
        return one_alert(gate, number)


def _add_pages(app: FastAPI) -> None:
    @app.get("/alerts", response_class=HTMLResponse)
    def inbox(gate: GateOf, *, everything: Annotated[bool, Query(alias="alle")] = False) -> str:
        today = _today(gate)
        found = gate.alerts(AlertFilter(statuses=None if everything else OPEN), limit=LARGEST_PAGE)
        shown = [alert for alert in found if everything or alert.state.in_inbox(today)]
        return _inbox(gate, shown, everything=everything)

    @app.get("/alerts/{number}", response_class=HTMLResponse, responses=NO_ALERT)
    def page(gate: GateOf, number: int) -> str:
        return _page(gate, number, "")

    @app.post(
        "/alerts/{number}",
        status_code=303,
        response_class=Response,
        responses=NO_ALERT | page_again("The alert cannot take this step; the page says why"),
    )
    def take_step(gate: GateOf, number: int, form: Annotated[Form, Depends(form_of)]) -> Response:
        try:
            gate.step(number, _step_of(form), today=_today(gate))
        except (AlertStepError, StepError) as error:
            return HTMLResponse(_page(gate, number, str(error)), status_code=409)
        return RedirectResponse(f"/alerts/{number}", status_code=303)

    @app.get("/alerts.atom", response_class=AtomResponse)
    def feed(request: Request, gate: GateOf) -> Response:
        found = gate.alerts(AlertFilter(), limit=PAGE)
        return AtomResponse(_atom(found, str(request.base_url)))

    app.add_exception_handler(CrossSiteError, lambda _, error: problems.problem(403, str(error)))


# Charts, maps and the watch take seconds to load, and of all that the service does only these need them.


def _beside(gate: Gate, number: int) -> dict[str, Any]:
    from api.alert_beside import beside_json  # noqa: PLC0415

    return beside_json(gate, number)


def _clusters(gate: Gate, alert: Alert) -> dict[str, Any]:
    from api.crossings import crossings_json  # noqa: PLC0415

    return crossings_json(gate, alert.signal)


def _power(gate: Gate) -> dict[str, Any]:
    from api.alert_beside import power_json  # noqa: PLC0415

    return power_json(gate)


def _inbox(gate: Gate, shown: Sequence[Alert], *, everything: bool) -> str:
    from api.alert_pages import inbox  # noqa: PLC0415

    return inbox(gate, shown, everything=everything)


def _page(gate: Gate, number: int, refused: str) -> str:
    from api.alert_pages import page  # noqa: PLC0415

    return page(gate, number, refused=refused)


def _step_of(form: Form) -> AlertStep:
    try:
        return Step.model_validate({name: value for name, value in form.items() if value}).taken()
    except ValueError as error:
        raise StepError("the form holds no step that an alert knows") from error


def _next(request: Request, found: list[Alert], limit: int) -> str | None:
    if len(found) < limit:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{request.url.path}?{urlencode([*kept, ('after', str(found[-1].id))])}"


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    names = [name for name in rows[0] if name != "next"] if rows else ["id"]
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _atom(found: list[Alert], base: str) -> bytes:
    """No figure and no place: readers of feeds keep what they fetch."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    updated = max((alert.signal.last_on for alert in found), default=date(1970, 1, 1))
    for name, text in (("id", f"{base}alerts"), ("title", "Trygkort: alarmer"), ("updated", f"{updated}T00:00:00Z")):
        ET.SubElement(feed, f"{{{ATOM}}}{name}").text = text
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    ET.SubElement(author, f"{{{ATOM}}}name").text = "Trygkort"
    for alert in found:
        entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
        address = f"{base}alerts/{alert.id}"
        for name, text in (
            ("id", address),
            ("title", f"Alarm {alert.id}"),
            ("updated", f"{alert.signal.last_on}T00:00:00Z"),
            ("summary", "Åbn Trygkort for at se alarmen."),
        ):
            ET.SubElement(entry, f"{{{ATOM}}}{name}").text = text
        ET.SubElement(entry, f"{{{ATOM}}}link", href=address)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _today(gate: Gate) -> date:
    return datetime.now(gate.partnership.calendar.timezone).date()
