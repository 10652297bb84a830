"""The service: prepared pages and data over HTTP. Nothing is computed in a request."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from api import (
    alert_routes,
    audit_routes,
    effort_routes,
    explore_routes,
    languages,
    parole_routes,
    plan_routes,
    problems,
    release_routes,
    report_routes,
    tile_routes,
)
from api.answers import (
    Answers,
    CellCollection,
    Comparisons,
    DayCells,
    GeoJSONResponse,
    Health,
    Quality,
    Run,
    Scorecard,
    Trends,
    answers,
)
from api.form_tokens import FormTokens
from api.guard import GateOf, Guard, Identify, require_rules
from api.headers import SecurityHeaders
from api.interface import document, problems_of
from api.logins import Logins
from api.map_tiles import MapTiles
from api.packed_files import PackedFiles
from api.prepared import prepared
from api.viewer_menu import ViewerMenus, start_page_of
from data.store import Store
from models.partnership import Partnership
from models.viewer import Role

RunDate = Annotated[
    date | None, Query(alias="date", description="Date of the run, YYYY-MM-DD; the latest where absent")
]
START = {Role.ANALYST: "index.html", Role.PLANNER: "index-planner.html"}
PAGES = {
    "/maps/daily": "daily.html",
    "/maps/displacement": "displacement.html",
    "/maps/trend": "trend.html",
    "/maps/quality": "quality.html",
    "/maps/scorecard": "scorecard.html",
}
DATA = {
    "/v1/cells": "cells.geojson",
    "/v1/daily-cells": "daily-cells.json",
    "/v1/displacement": "displacement.json",
    "/v1/trends": "trends.json",
    "/v1/quality": "quality.json",
    "/v1/scorecard": "scorecard.json",
}
MODELS: dict[str, type[BaseModel]] = {
    "cells.geojson": CellCollection,
    "daily-cells.json": DayCells,
    "displacement.json": Comparisons,
    "trends.json": Trends,
    "quality.json": Quality,
    "scorecard.json": Scorecard,
}
NOT_CHANGED: Answers = {304: {"description": "As the browser has it already"}}
NO_RUN = problems_of(s404="There is no such run")


def create_app(
    store: Store,
    partnership: Partnership,
    *,
    logins: Logins,
    identify: Identify | None = None,
    tiles: MapTiles | None = None,
) -> FastAPI:
    """The service for one partnership, on an open ``store``; ``logins`` say who looks, or ``identify`` in their place.
    Maps have ``tiles`` under them where there are some.

    Raises `api.guard.AccessError` where a route has no rule in `api.access`.
    """
    identity = logins.identity
    app = FastAPI(
        title="Trygkort",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        dependencies=[Depends(identity.require_own_form)],
    )
    problems.install(app)
    app.openapi = document(app)  # type: ignore[method-assign]  # the framework's own way to say more
    _add_start(app)
    for path, name in (PAGES | DATA).items():
        _add_product(app, path, name)
    app.mount("/static", PackedFiles(packages=[("maps", "static")]), name="static")
    alert_routes.install(app, partnership)
    effort_routes.install(app)
    release_routes.install(app)
    report_routes.install(app)
    explore_routes.install(app)
    plan_routes.install(app)
    parole_routes.install(app)
    audit_routes.install(app)
    tile_routes.install(app, tiles)
    logins.install(app, partnership)
    languages.install(app)
    _add_runs(app)
    _add_health(app, store)
    require_rules(app.routes, partnership)

    app.add_middleware(ViewerMenus, partnership=partnership)
    app.add_middleware(
        Guard, router=app.router, store=store, partnership=partnership, identify=identify or identity.identify
    )
    app.add_middleware(FormTokens, identity=identity)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(languages.Languages)
    return app


def _add_start(app: FastAPI) -> None:
    def start(request: Request, gate: GateOf, run_date: RunDate = None) -> Response:
        name = START.get(gate.look.role) if gate.look.role else None
        if name is None:
            page = start_page_of(request.state.viewer, gate.partnership, synthetic=gate.start())
            return HTMLResponse(page)
        return prepared(request, gate.product(name, run_date), gate.partnership.id)

    _add_read(app, "/", start, name="start", kind=HTMLResponse)


def _add_product(app: FastAPI, path: str, name: str) -> None:
    def read(request: Request, gate: GateOf, run_date: RunDate = None) -> Response:
        return prepared(request, gate.product(name, run_date), gate.partnership.id)

    kinds = {"html": HTMLResponse, "geojson": GeoJSONResponse, "json": JSONResponse}
    _add_read(app, path, read, name=name, kind=kinds[name.rpartition(".")[2]])


def _add_read(app: FastAPI, path: str, read: Callable[..., Response], *, name: str, kind: type[Response]) -> None:
    found = NOT_CHANGED | NO_RUN | (answers(200, MODELS[name]) if name in MODELS else {})
    app.add_api_route(path, read, methods=["GET"], name=name, response_class=kind, responses=found)
    app.add_api_route(path, read, methods=["HEAD"], include_in_schema=False)


def _add_runs(app: FastAPI) -> None:
    @app.get("/v1/runs", responses=answers(200, list[Run]))
    def runs(gate: GateOf, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> JSONResponse:
        return JSONResponse(jsonable_encoder(gate.runs(limit=limit)))


def _add_health(app: FastAPI, store: Store) -> None:
    @app.get("/livez", responses=answers(200, Health))
    def livez() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @app.get("/readyz", responses=answers(200, Health) | problems_of(s503="Not ready"), response_class=JSONResponse)
    def readyz() -> Response:
        if not store.ready():
            return problems.problem(503, "the database's schema is not up to date")
        return JSONResponse({"status": "ready"})
