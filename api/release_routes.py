"""Releases over HTTP: what the steering group sees, as a page and as data."""

import json
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.guard import GateOf
from api.release_rows import release_row
from data.release_book import Release
from models.release_body import csv_of

PROBLEM: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such release", "content": {"application/problem+json": {}}},
    503: {"description": "The database or its log cannot be used", "content": {"application/problem+json": {}}},
}
DATA: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}, "text/csv": {}}}}
PAGE = 100
Format = Annotated[Literal["json", "csv"], Query(description="csv for a spreadsheet; a hidden figure is empty")]
LARGEST = 2**62
Number = Annotated[int, Path(ge=0, le=LARGEST)]
Chosen = Annotated[
    int | None, Query(ge=0, le=LARGEST, description="Number of a release; the latest half-year's areas where absent")
]


def install(app: FastAPI) -> None:
    """Add the routes to ``app``."""

    @app.get("/v1/releases", responses=PROBLEM)
    def releases(gate: GateOf, limit: Annotated[int, Query(ge=1, le=1000)] = PAGE) -> dict[str, Any]:
        return {"releases": [release_row(one) for one in gate.releases(limit=limit)]}

    @app.get("/v1/releases/{number}", responses=PROBLEM | DATA)
    def release(gate: GateOf, number: Number, format_: Annotated[Format, Query(alias="format")] = "json") -> Response:
        return _answer(gate.release(number), format_)

    @app.get("/maps/release", response_class=HTMLResponse, responses=PROBLEM)
    def page(gate: GateOf, release: Chosen = None) -> str:
        # folium takes seconds to load, and of all that the service does only pages need it.
        from api.release_pages import release_page_of  # noqa: PLC0415

        return release_page_of(gate, release)


def _answer(one: Release, format_: str) -> Response:
    headers = {"ETag": f'"{one.sha256.hex()[:32]}-{format_}"', "Cache-Control": "private, no-cache"}
    if format_ == "csv":
        headers["Content-Disposition"] = f'attachment; filename="release-{one.id}.csv"'
        return Response(csv_of(json.loads(one.body)), media_type="text/csv", headers=headers)
    return JSONResponse({**release_row(one), "release": json.loads(one.body)}, headers=headers)
