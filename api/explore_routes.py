"""The analyst's desk over HTTP: the desk, the page on which they ask, its files, and the questions they keep."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api import problems
from api.alert_routes import form_of
from api.answers import Answers
from api.explore_address import Filters, QuestionError, gathered
from api.gate import Gate
from api.guard import GateOf
from api.interface import INVALID, page_again, problems_of
from data.question_book import NoQuestionError

Form = Mapping[str, str]
DAY = "A day, YYYY-MM-DD"
NOT_ANSWERED: Answers = {422: {"description": INVALID}}
AGAIN = page_again("The question cannot be kept; the page says why")
BYTES = {"schema": {"type": "string", "format": "binary"}}
FILES: Answers = {
    200: {
        "description": "The answer with what was asked and the data's cut-off inside",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/geopackage+sqlite3": BYTES,
            "application/vnd.apache.parquet": BYTES,
        },
    }
}


class ExploreQuery(BaseModel):
    """Filters as `api.explore_address` reads them; here they are only named."""

    model_config = ConfigDict(extra="allow")

    first: str = Field("", alias="from", description=f"{DAY}: the first of the period")
    last: str = Field("", alias="to", description=f"{DAY}: the last of the period")
    compare_from: str = Field("", description=f"{DAY}: the first of the period it is compared with")
    compare_to: str = Field("", description=f"{DAY}: the last of that period")
    resolution: str = Field("", description="H3 resolution of the cells: 9, 10 or 11")
    cell: str = Field("", description="An H3 cell that everything but the map is narrowed to")
    area: list[str] = Field([], description="Ids of areas; none for all")
    category: list[str] = Field([], description="Ids of categories; none for all")
    basis: list[str] = Field([], description="reported, observed; none for both")
    shift: list[str] = Field([], description="Ids of shifts; none for all")
    weekday: list[str] = Field([], description="1 (Monday) to 7, of the date the shift started on; none for all")


def install(app: FastAPI) -> None:
    """Add the routes to ``app``."""
    _add_explore(app)
    _add_desk(app)
    app.add_exception_handler(QuestionError, lambda _, error: problems.problem(422, str(error)))
    app.add_exception_handler(NoQuestionError, lambda _, error: problems.problem(404, str(error)))


def _add_explore(app: FastAPI) -> None:
    @app.get("/explore", response_class=HTMLResponse, responses=NOT_ANSWERED)
    def explore(request: Request, gate: GateOf, _: Annotated[ExploreQuery, Query()]) -> Response:
        filters = gathered(request.query_params.multi_items())
        try:
            page, whole = _explored(gate, filters)
        except QuestionError as error:
            return HTMLResponse(_refused(gate, filters, str(error)), status_code=422)
        return RedirectResponse(whole, status_code=303) if whole else HTMLResponse(page)

    @app.get("/v1/explore.{form}", response_class=Response, responses=FILES | NOT_ANSWERED)
    def export(
        request: Request, gate: GateOf, form: Literal["csv", "gpkg", "parquet"], _: Annotated[ExploreQuery, Query()]
    ) -> Response:
        from api.explore_pages import exported  # noqa: PLC0415

        file = exported(gate, gathered(request.query_params.multi_items()), form)
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
        return Response(file.body, media_type=file.media_type, headers=headers)


def _add_desk(app: FastAPI) -> None:
    @app.get("/desk", response_class=HTMLResponse)
    def desk(gate: GateOf) -> str:
        return _desk(gate, "")

    @app.post("/desk/questions", status_code=303, response_class=Response, responses=AGAIN)
    def keep(gate: GateOf, form: Annotated[Form, Depends(form_of)]) -> Response:
        from api.explore_pages import keep_question  # noqa: PLC0415

        try:
            keep_question(gate, form)
        except QuestionError as error:
            return HTMLResponse(_desk(gate, str(error)), status_code=409)
        return RedirectResponse("/desk", status_code=303)

    @app.post(
        "/desk/questions/{number}",
        status_code=303,
        response_class=Response,
        responses=problems_of(s404="There is no such question of this account"),
    )
    def delete(gate: GateOf, number: Annotated[int, Path(ge=1, le=2**62)]) -> Response:
        gate.delete_question(number)
        return RedirectResponse("/desk", status_code=303)


# Charts and maps take seconds to load, and of all that the service does only these need them.


def _explored(gate: Gate, filters: Filters) -> tuple[str, str | None]:
    from api.explore_pages import explored  # noqa: PLC0415

    return explored(gate, filters)


def _refused(gate: Gate, filters: Filters, why: str) -> str:
    from api.explore_pages import refused_question  # noqa: PLC0415

    return refused_question(gate, filters, why)


def _desk(gate: Gate, refused: str) -> str:
    from api.explore_pages import desk  # noqa: PLC0415

    return desk(gate, refused=refused)
