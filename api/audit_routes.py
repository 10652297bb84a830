"""The log over HTTP: a page for the auditor, and the same lines as data."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field, field_validator

from api.audit import AuditReader
from api.guard import GateOf
from api.page_links import ROUTES
from data.audit_log import AuditFilter
from maps.assets import linked
from maps.audit import audit_page
from maps.audit_json import row_as_json
from models.audit import Action, AuditRow
from models.partnership import Partnership

PAGE = 100
LARGEST_PAGE = 10_000
PROBLEM: dict[int | str, dict[str, Any]] = {
    503: {"description": "The database or its log cannot be used", "content": {"application/problem+json": {}}}
}
DATA: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}, "text/csv": {}}}}
COLUMNS = ("id", "at", "actor", "action", "purpose", "subject", "recipient", "outcome", "hash")


class AuditQuery(BaseModel):
    """Which lines; ``after`` is where the page before ended. What is left empty is any."""

    action: Action | None = Field(None, description="What was done")
    actor: str | None = Field(None, max_length=200, description="Who did it")
    first: date | None = Field(None, description="First day")
    last: date | None = Field(None, description="Last day")
    after: int | None = Field(None, ge=0, le=2**62, description="As the page before gave it in `next`")
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)
    format: Literal["json", "csv"] = "json"

    @field_validator("action", "actor", "first", "last", mode="before")
    @classmethod
    def _nothing_chosen(cls, value: object) -> object:
        return None if value == "" else value

    def filter(self, partnership: Partnership) -> AuditFilter:
        day = timedelta(days=1)
        return AuditFilter(
            self.action,
            self.actor,
            _start(self.first, partnership),
            _start(self.last + day if self.last else None, partnership),
            self.after,
        )

    def chosen(self) -> dict[str, str]:
        """What was chosen, as a form holds it."""
        values = {name: getattr(self, name) for name in ("action", "actor", "first", "last")}
        return {name: "" if value is None else str(value) for name, value in values.items()}


def install(app: FastAPI) -> None:
    """Add the routes to ``app``."""

    @app.get("/v1/audit", responses=PROBLEM | DATA)
    def rows(request: Request, gate: GateOf, query: Annotated[AuditQuery, Query()]) -> Response:
        reader = AuditReader(gate.store, gate.partnership, gate.actor)
        found = reader.rows(query.filter(reader.partnership), limit=query.limit)
        following = _next(request, found, query.limit)
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        if query.format == "csv":
            return Response(_csv(found), media_type="text/csv", headers=headers)
        return JSONResponse({"rows": [row_as_json(row) for row in found], "next": following}, headers=headers)

    @app.get("/audit", response_class=HTMLResponse, responses=PROBLEM)
    def page(request: Request, gate: GateOf, query: Annotated[AuditQuery, Query()]) -> str:
        reader = AuditReader(gate.store, gate.partnership, gate.actor)
        found = reader.rows(query.filter(reader.partnership), limit=query.limit)
        chosen = {name: value for name, value in query.chosen().items() if value}
        return audit_page(
            found,
            reader.unusual(now=datetime.now(UTC)),
            reader.partnership,
            actors=reader.actors(),
            chosen=query.chosen(),
            following=_next(request, found, query.limit),
            as_csv=f"/v1/audit?{urlencode({**chosen, 'limit': LARGEST_PAGE, 'format': 'csv'})}",
            assets=linked(),
            synthetic=reader.store.any_synthetic(reader.partnership),
            links=ROUTES,
        )


def _start(day: date | None, partnership: Partnership) -> datetime | None:
    return None if day is None else datetime.combine(day, datetime.min.time(), partnership.calendar.timezone)


def _next(request: Request, found: list[AuditRow], limit: int) -> str | None:
    if len(found) < limit:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after" and value]
    return f"{request.url.path}?{urlencode([*kept, ('after', str(found[-1].id))])}"


def _csv(found: list[AuditRow]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row_as_json(row) for row in found)
    return text.getvalue()
