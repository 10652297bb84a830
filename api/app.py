"""The service: prepared pages and data over HTTP. Nothing is computed in a request."""

import gzip
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from api import alert_routes, effort_routes, problems, release_routes
from api.gate import Gate
from api.headers import SecurityHeaders
from data.store import Product, Store
from models.partnership import Partnership

RunDate = Annotated[
    date | None, Query(alias="date", description="Date of the run, YYYY-MM-DD; the latest where absent")
]
PAGES = {
    "/": "index.html",
    "/maps/daily": "daily.html",
    "/maps/displacement": "displacement.html",
    "/maps/trend": "trend.html",
    "/maps/quality": "quality.html",
}
DATA = {
    "/v1/cells": "cells.geojson",
    "/v1/displacement": "displacement.json",
    "/v1/trends": "trends.json",
    "/v1/quality": "quality.json",
}
PROBLEM: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such run", "content": {"application/problem+json": {}}},
    503: {
        "description": "The database or its log cannot be used",
        "content": {"application/problem+json": {}},
    },
}


def create_app(store: Store, partnership: Partnership) -> FastAPI:
    """The service for one partnership, on an open ``store``."""
    app = FastAPI(title="Trygkort", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    gate = Gate(store, partnership)
    problems.install(app)
    for path, name in (PAGES | DATA).items():
        _add_product(app, gate, path, name)
    app.mount("/static", StaticFiles(packages=[("maps", "static")]), name="static")
    alert_routes.install(app, gate)
    effort_routes.install(app, gate)
    release_routes.install(app, gate)
    _add_runs(app, gate)
    _add_health(app, store)

    app.add_middleware(SecurityHeaders)
    return app


def _add_product(app: FastAPI, gate: Gate, path: str, name: str) -> None:
    def read(request: Request, run_date: RunDate = None) -> Response:
        return _answer(request, gate.product(name, run_date))

    app.add_api_route(path, read, methods=["GET"], name=name, response_class=Response, responses=PROBLEM)
    app.add_api_route(path, read, methods=["HEAD"], include_in_schema=False)


def _add_runs(app: FastAPI, gate: Gate) -> None:
    @app.get("/v1/runs", responses=PROBLEM)
    def runs(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[dict[str, object]]:
        return gate.runs(limit=limit)


def _add_health(app: FastAPI, store: Store) -> None:
    @app.get("/livez")
    def livez() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @app.get("/readyz", responses=PROBLEM)
    def readyz() -> Response:
        if not store.ready():
            return problems.problem(503, "the database's schema is not up to date")
        return JSONResponse({"status": "ready"})


def _answer(request: Request, product: Product) -> Response:
    packed = "gzip" in request.headers.get("accept-encoding", "")
    # The two encodings are different bytes, so their strong tags differ.
    etag = f'"{product.etag}{"-gz" if packed else ""}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = _packed(product.body) if packed else product.body
    return Response(body, media_type=product.media_type, headers=headers)


@lru_cache(maxsize=64)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
