"""Log in at an OpenID Connect provider over HTTP, and out again.

Every page leads on by itself, by a header ``Refresh`` instead of a redirect: the next page is then asked for by ours,
so that a strict cookie goes along, and no form of ours leads to another site.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Protocol

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import problems
from api.alert_routes import Form, form_of
from api.openid import OpenId
from api.openid_pending import VALID_S, new_browser
from api.openid_refusal import OpenIdRefusedError, Reason
from api.openid_settings import CALLBACK, ENDED
from maps.assets import linked
from maps.notice import notice
from models.viewer import Grant

LOGIN = "/login/openid"
TOLD = "/login/openid/backchannel"
PROVIDER_FAILED = {Reason.PROVIDER_UNREACHABLE, Reason.PROVIDER_ANSWER, Reason.PROVIDER_HOST, Reason.BUSY}
NO_STORE = {"Cache-Control": "no-store"}
BROWSER_LENGTH = len(new_browser())
PROBLEM: dict[int | str, dict[str, Any]] = {
    status: {"description": what, "content": {"application/problem+json": {}}}
    for status, what in ((403, "The login was refused"), (503, "The provider cannot be asked"))
}
Log = Callable[[Reason], None]


class Sessions(Protocol):
    """What a login needs of the sessions of this service."""

    def begin(self, request: Request, response: Response, handle: str, grants: frozenset[Grant]) -> None:
        """Begin a new session of the account ``handle`` with ``grants`` and put its cookie on ``response``."""

    def end(self, request: Request, response: Response) -> str | None:
        """End the session of ``request`` and take its cookie away; the account it had, None where there was none."""

    def end_all(self, handle: str) -> None:
        """End every session of the account ``handle``."""


def install(app: FastAPI, openid: OpenId, sessions: Sessions, log: Log) -> None:
    """Add the routes of logging in; ``log`` is told why one was refused."""
    _add_login(app, openid, log)
    _add_callback(app, openid, sessions, log)
    _add_told(app, openid, sessions, log)

    @app.get(ENDED, response_class=HTMLResponse)
    def ended() -> Response:
        return _page("Du er logget ud", "Du er logget ud her og hos jeres loginudbyder.", "Log ind igen", LOGIN)


def logged_out(openid: OpenId, handle: str | None, log: Log) -> Response:
    """The page after a session of the account ``handle`` has ended here: it leads to the provider to log out there."""
    try:
        there = openid.end(handle) if handle else None
    except OpenIdRefusedError as error:
        log(error.reason)
        there = None
    if there is None:
        return _page("Du er logget ud", "Din session her er slut.", "Log ind igen", LOGIN)
    text = "Din session her er slut. Nu logges du også ud hos jeres loginudbyder."
    return _page("Du er logget ud", text, "Log ud hos loginudbyderen", there, at_once=True)


def _add_login(app: FastAPI, openid: OpenId, log: Log) -> None:
    @app.get(LOGIN, responses=PROBLEM)
    def login(request: Request, next_path: Annotated[str, Query(alias="next", max_length=2000)] = "/") -> Response:
        browser = _browser(request, openid) or new_browser()
        try:
            there = openid.begin(next_path, browser)
        except OpenIdRefusedError as error:
            return _refused(request, error.reason, log)
        answer = RedirectResponse(there, status_code=303, headers=NO_STORE)
        # Lax: the provider's redirect is to bring it back.
        answer.set_cookie(
            _cookie(openid),
            browser,
            max_age=VALID_S,
            path="/",
            secure=openid.settings.secure,
            httponly=True,
            samesite="lax",
        )
        return answer


def _add_callback(app: FastAPI, openid: OpenId, sessions: Sessions, log: Log) -> None:
    @app.get(CALLBACK, responses=PROBLEM)
    def callback(request: Request) -> Response:
        try:
            login = openid.finish(_once(request), _browser(request, openid) or "")
        except OpenIdRefusedError as error:
            return _refused(request, error.reason, log)
        answer = _page("Du er logget ind", "Siden åbner af sig selv.", "Fortsæt", login.next_path, at_once=True)
        answer.delete_cookie(_cookie(openid), path="/", secure=openid.settings.secure, httponly=True, samesite="lax")
        sessions.begin(request, answer, login.handle, login.grants)
        return answer


def _add_told(app: FastAPI, openid: OpenId, sessions: Sessions, log: Log) -> None:
    # The provider itself posts this, and there is no browser: its signed token proves it.
    @app.post(TOLD)
    def told(form: Annotated[Form, Depends(form_of)]) -> Response:
        try:
            for handle in openid.told_to_end(form.get("logout_token")):
                sessions.end_all(handle)
        except OpenIdRefusedError as error:
            log(error.reason)
            return problems.problem(400, "the logout token cannot be used")
        return Response(status_code=200, headers=NO_STORE)


def _once(request: Request) -> Mapping[str, str]:
    """The answer in the address; a name that stands there twice makes it none."""
    names = [name for name, _ in request.query_params.multi_items()]
    return dict(request.query_params) if len(names) == len(set(names)) else {}


def _cookie(openid: OpenId) -> str:
    # By this prefix a browser holds it to this host alone, which needs https.
    return "__Host-trygkort-login" if openid.settings.secure else "trygkort-login"


def _browser(request: Request, openid: OpenId) -> str | None:
    found = request.cookies.get(_cookie(openid), "")
    return found if len(found) == BROWSER_LENGTH else None


def _refused(request: Request, reason: Reason, log: Log) -> Response:
    log(reason)
    failed = reason in PROVIDER_FAILED
    status = 503 if failed else 403
    if "text/html" not in request.headers.get("accept", ""):
        return problems.problem(status, "the provider cannot be asked" if failed else "the login was refused")
    text = (
        "Jeres loginudbyder svarer ikke, som den skal. Prøv igen om lidt."
        if failed
        else "Du er ikke logget ind. Prøv igen, og spørg jeres administrator, hvis det sker hver gang."
    )
    return _page("Login mislykkedes", text, "Prøv igen", LOGIN, status=status)


def _page(title: str, text: str, go: str, href: str, *, at_once: bool = False, status: int = 200) -> HTMLResponse:
    headers = {**NO_STORE, **({"Refresh": f"0; url={href}"} if at_once else {})}
    return HTMLResponse(notice(title, text, linked(), go=go, href=href), status_code=status, headers=headers)
