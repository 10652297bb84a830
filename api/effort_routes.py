"""The register of efforts over HTTP: list and pages for people, data for machines."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.alert_routes import Form, form_of
from api.answers import EffortDetail, EffortList, answers
from api.efforts import enter
from api.gate import Gate
from api.guard import GateOf
from api.interface import page_again, problems_of
from data.effort_book import EffortFilter
from models.effort import Effort, EffortEntry, EffortError, EffortKind, Fault, effort_kind

PAGE = 50
LARGEST_PAGE = 500
CATEGORY = "category-"  # before the id of a category, the name of its box in the form
ONE_DAY = timedelta(days=1)
NO_EFFORT = problems_of(s404="There is no such effort")
CANNOT = problems_of(s409="The effort is there already, or withdrawn")
ONE = answers(200, EffortDetail)
AGAIN = page_again("The effort cannot be entered or changed so; the page says why")


class NewEffort(BaseModel):
    """What somebody enters; ``stop`` is the first day without the effort, absent while it goes on."""

    area: str
    kind: EffortKind
    start: date
    stop: date | None = None
    categories: list[str] = Field([], description="Those it aims at; none for all of them")

    def entry(self) -> EffortEntry:
        return EffortEntry(self.area, self.kind, self.start, self.stop, tuple(self.categories))


class EffortStep(BaseModel):
    """An end before ``stop``, or a mistake taken back."""

    action: Literal["end", "withdraw"]
    stop: date | None = None


class EffortQuery(BaseModel):
    """Which efforts; ``after`` is where the page before ended."""

    area: str | None = Field(None, description="Id of an area")
    kind: EffortKind | None = Field(None, description="What was done")
    withdrawn: bool = Field(default=False, description="Those too that were taken back")
    after: int | None = Field(None, ge=0, le=2**62, description="As the page before gave it in `next`")
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)

    def filter(self) -> EffortFilter:
        return EffortFilter(self.area, self.kind, self.withdrawn, self.after)


def install(app: FastAPI) -> None:
    """Add the routes to ``app``."""
    _add_data(app)
    _add_pages(app)


def _add_data(app: FastAPI) -> None:
    @app.get("/v1/efforts", responses=answers(200, EffortList), response_class=JSONResponse)
    def efforts(request: Request, gate: GateOf, query: Annotated[EffortQuery, Query()]) -> Response:
        found = gate.efforts(query.filter(), limit=query.limit)
        following = _next(request, found, query.limit)
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return JSONResponse({"efforts": _rows(gate, found), "next": following}, headers=headers)

    @app.get("/v1/efforts/{number}", responses=ONE | NO_EFFORT)
    def one_effort(gate: GateOf, number: int) -> dict[str, Any]:
        return _data(gate, number)

    @app.post("/v1/efforts", status_code=201, responses=answers(201, EffortDetail) | CANNOT)
    def add(gate: GateOf, new: NewEffort) -> dict[str, Any]:
        return one_effort(gate, enter(gate, new.entry()))

    @app.post("/v1/efforts/{number}/steps", responses=ONE | NO_EFFORT | CANNOT)
    def step(gate: GateOf, number: int, taken: EffortStep) -> dict[str, Any]:
        _take(gate, number, taken.action, taken.stop)
        return one_effort(gate, number)


def _add_pages(app: FastAPI) -> None:
    @app.get("/efforts", response_class=HTMLResponse)
    def register(gate: GateOf) -> str:
        return _register(gate, {}, None)

    @app.post("/efforts", status_code=303, response_class=Response, responses=AGAIN)
    def add(gate: GateOf, form: Annotated[Form, Depends(form_of)]) -> Response:
        try:
            number = enter(gate, _entry_of(form))
        except EffortError as error:
            return HTMLResponse(_register(gate, form, error.fault), status_code=409)
        return RedirectResponse(f"/efforts/{number}", status_code=303)

    @app.get("/efforts/{number}", response_class=HTMLResponse, responses=NO_EFFORT)
    def page(gate: GateOf, number: int) -> str:
        return _page(gate, number, None)

    @app.post("/efforts/{number}", status_code=303, response_class=Response, responses=NO_EFFORT | AGAIN)
    def change(gate: GateOf, number: int, form: Annotated[Form, Depends(form_of)]) -> Response:
        try:
            last = _day(form, "last")
            _take(gate, number, form.get("action", ""), last + ONE_DAY if last else None)
        except EffortError as error:
            return HTMLResponse(_page(gate, number, error.fault), status_code=409)
        return RedirectResponse(f"/efforts/{number}", status_code=303)


def _take(gate: Gate, number: int, action: str, stop: date | None) -> None:
    if action == "withdraw":
        gate.withdraw_effort(number)
    elif action == "end" and stop is not None:
        gate.end_effort(number, stop)
    else:
        raise EffortError("a step is a withdrawal, or an end with the first day without the effort", "form")


# Charts and the evaluation take seconds to load, and of all that the service does only these need them.


def _register(gate: Gate, form: Form, refused: Fault | None) -> str:
    from api.effort_pages import register  # noqa: PLC0415

    return register(gate, {name: form.get(name, "") for name in _fields(gate)}, refused=refused)


def _page(gate: Gate, number: int, refused: Fault | None) -> str:
    from api.effort_pages import page  # noqa: PLC0415

    return page(gate, number, refused=refused)


def _rows(gate: Gate, found: Sequence[Effort]) -> list[dict[str, Any]]:
    from api.effort_results import effort_rows  # noqa: PLC0415

    return effort_rows(gate, found)


def _data(gate: Gate, number: int) -> dict[str, Any]:
    from api.effort_results import effort_data  # noqa: PLC0415

    return effort_data(gate, number)


def _fields(gate: Gate) -> list[str]:
    return ["area", "kind", "first", "last", *(CATEGORY + category.id for category in gate.partnership.categories)]


def _entry_of(form: Form) -> EffortEntry:
    first, last = _day(form, "first"), _day(form, "last")
    if first is None or not form.get("area") or not form.get("kind"):
        raise EffortError("an effort needs an area, a kind and a first day", "form")
    chosen = tuple(name.removeprefix(CATEGORY) for name in form if name.startswith(CATEGORY))
    return EffortEntry(form["area"], effort_kind(form["kind"]), first, last + ONE_DAY if last else None, chosen)


def _day(form: Form, name: str) -> date | None:
    text = form.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise EffortError(f"'{name}' is not a date such as 2026-11-23", "form") from error


def _next(request: Request, found: list[Effort], limit: int) -> str | None:
    if len(found) < limit:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{request.url.path}?{urlencode([*kept, ('after', str(found[-1].id))])}"
