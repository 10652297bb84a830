"""The language in which somebody reads: Danish, or what they chose, which a cookie of the browser keeps."""

from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from maps.language import LANGUAGES, Language, speaking
from models.session import LOGIN, START, own_path

COOKIE = "language"
KEPT_S = 365 * 24 * 3600
PATH = "/language/{language}"


def chosen(request: Request) -> Language:
    """The language of ``request``. What the browser says it likes is not asked: most are set up in English, and the
    pages are for a Danish partnership."""
    wanted = request.cookies.get(COOKIE)
    return next((one for one in LANGUAGES if one == wanted), LANGUAGES[0])


def way_to(language: Language, back: str) -> str:
    """Where ``language`` is chosen, to come back to the page ``back``.

    >>> way_to("en", "/maps/daily?date=2026-11-02")
    '/language/en?next=/maps/daily%3Fdate%3D2026-11-02'
    """
    return f"{PATH.format(language=language)}?next={quote(back, safe='/')}"


def page_of(request: Request) -> str:
    """The page asked for, to come back to; the start where it came from a form."""
    if request.method not in ("GET", "HEAD"):
        return START
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def install(app: FastAPI) -> None:
    """Add the choice of a language to ``app``."""

    @app.get(PATH, response_class=RedirectResponse, status_code=303)
    def choose(
        request: Request,
        language: Language,
        next_path: Annotated[str, Query(alias="next", max_length=2000)] = START,
    ) -> Response:
        to = LOGIN if next_path.partition("?")[0] == LOGIN else own_path(next_path)
        answer = RedirectResponse(to, status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(
            COOKIE,
            language,
            max_age=KEPT_S,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return answer


class Languages:
    """Lets ``app`` answer in the language of each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(chosen(Request(scope))):
            await self._app(scope, receive, send)
