"""One small table from our errors to HTTP, and problem+json (RFC 9457) for every answer that is not the thing."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.gate import NoRunError
from data.alert_book import NoAlertError
from data.effort_book import EffortStateError, NoEffortError
from data.release_book import NoReleaseError
from data.store import StoreError
from models.alert_life import AlertStepError
from models.effort import EffortError

STATUS_OF: dict[type[Exception], HTTPStatus] = {
    NoRunError: HTTPStatus.NOT_FOUND,
    NoAlertError: HTTPStatus.NOT_FOUND,
    AlertStepError: HTTPStatus.CONFLICT,
    NoEffortError: HTTPStatus.NOT_FOUND,
    EffortStateError: HTTPStatus.CONFLICT,
    EffortError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoReleaseError: HTTPStatus.NOT_FOUND,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem(status: int, detail: str, **more: object) -> JSONResponse:
    """A problem+json answer."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body | more, status_code=status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem."""
    for kind, status in STATUS_OF.items():
        app.add_exception_handler(kind, _own(status))
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _own(status: HTTPStatus):  # type: ignore[no-untyped-def]  # the framework's handler type
    def handle(_: Request, error: Exception) -> Response:
        return problem(status, str(error))

    return handle


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    answer = problem(error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    # Only where and what: the value itself may be anything, and is not repeated.
    places = [{"where": ".".join(map(str, e["loc"])), "what": e["msg"]} for e in error.errors()]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has a parameter that cannot be used", errors=places)


def _unexpected(_: Request, __: Exception) -> Response:
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here; the log of the service says what")
