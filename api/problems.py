"""One small table from our errors to HTTP, and problem+json (RFC 9457) for every answer that is not the thing."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.gate import NoRunError
from api.plain_log import log_error
from data.alert_book import NoAlertError
from data.effort_book import EffortStateError, NoEffortError
from data.release_book import NoReleaseError
from data.report_book import NoReportError
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
    NoReportError: HTTPStatus.NOT_FOUND,
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
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(Unexpected)


def _own(status: HTTPStatus):  # type: ignore[no-untyped-def]  # the framework's handler type
    def handle(_: Request, error: Exception) -> Response:
        return problem(status, str(error))

    return handle


def _store(_: Request, error: Exception) -> Response:
    # The database's own words name its host and may repeat values; they are for the log's reader, and not even there.
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database or its log cannot be used now", id=log_error(error))


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


class Unexpected:
    """Answers what nobody expected with a problem that has an id; the log has the same id, the type and the place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting if scope["type"] == "http" else send)
        except ClientDisconnect:
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            error_id = log_error(error)
            if started:
                # Half an answer cannot be taken back: the server ends the connection, and nobody takes it for whole.
                raise BrokenAnswerError from None
            answer = problem(500, "something went wrong here; the log of the service says what", id=error_id)
            await answer(scope, receive, send)


class BrokenAnswerError(RuntimeError):
    """An answer had begun when it failed; the line before says what."""
