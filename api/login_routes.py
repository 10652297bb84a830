"""Logging in and out over HTTP, and the page of one's own account."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import problems
from api.guard import login_answer
from api.identify import (
    FORM,
    FormError,
    Identity,
    LoginNeededError,
    form_fields,
    form_token,
    from_here,
    new_secret,
    require_form_token,
)
from api.languages import way_to
from api.page_links import ROUTES
from data.account_book import NoAccountError, digest
from data.password_hash import HashingBusyError
from maps.assets import linked
from maps.form_token import with_form_token
from maps.language import N_, _, other_language
from maps.login import SessionLine, account_page, login_page, logout_page, one_time_page
from models.account import AccountError
from models.partnership import Partnership
from models.session import LOGIN, LOGOUT, START, own_path
from models.viewer import Viewer

# One sentence for every reason, so that it tells nobody which accounts there are.
REFUSED = N_(
    "Kontoen eller adgangskoden passer ikke, eller kontoen venter: efter fem forkerte forsøg venter den et halvt "
    "minut, og længere for hvert forsøg, højst en time."
)
USED_UP = N_("Dette engangslogin er brugt eller udløbet. Bed jeres administrator om et nyt.")
TOO_OLD = N_("Siden var for gammel. Prøv igen.")
NO_STORE = {"Cache-Control": "no-store"}
PROBLEM: dict[int | str, dict[str, Any]] = {
    status: {"description": what, "content": {"application/problem+json": {}, "text/html": {}}}
    for status, what in (
        (403, "The form is of another site or session, or the login is refused"),
        (503, "The database or its log cannot be used, or too many log in at once"),
    )
}
ANSWERS = PROBLEM | {303: {"description": "Another page: the start, or the login"}}
Form = Mapping[str, str]
AfterLogout = Callable[[str | None], Response]


def to_login(_: str | None) -> Response:
    """What follows a logout where nobody else is to be told of it."""
    return RedirectResponse(LOGIN, status_code=303, headers=NO_STORE)


def install(
    app: FastAPI,
    partnership: Partnership,
    identity: Identity,
    *,
    openid_href: str | None = None,
    after_logout: AfterLogout = to_login,
) -> None:
    """Add login, logout and account to ``app``; ``openid_href`` leads to the organisation's own login, and
    ``after_logout`` answers when the session of the account it is given has ended.

    `Identity.require_own_form` is to be a dependency of the whole application, and `api.form_tokens.FormTokens` around
    it.
    """
    _add_login(app, partnership, identity, openid_href)
    _add_logout(app, partnership, identity, after_logout)
    _add_account(app, partnership, identity)
    app.add_exception_handler(FormError, _form_answer)
    app.add_exception_handler(LoginNeededError, lambda request, _: login_answer(request, request.url.path))
    app.add_exception_handler(HashingBusyError, lambda _, error: problems.problem(503, str(error)))
    app.add_exception_handler(NoAccountError, lambda _, error: problems.problem(404, str(error)))
    app.add_exception_handler(AccountError, lambda _, error: problems.problem(403, str(error)))


def _add_login(app: FastAPI, partnership: Partnership, identity: Identity, openid_href: str | None) -> None:
    def page(request: Request, *, next_path: str, refused: str = "", code: str = "") -> Response:
        if code:
            text = one_time_page(partnership.name, code=code, assets=linked())
        else:
            text = login_page(
                partnership.name,
                next_path=next_path,
                refused=_(refused) if refused else "",
                openid_href=openid_href,
                other_language=way_to(other_language(), LOGIN),
                assets=linked(),
            )
        secret = identity.cookie(request, FORM) or new_secret()
        filled = with_form_token(text.encode(), form_token(secret))
        answer = HTMLResponse(filled, status_code=403 if refused else 200, headers=NO_STORE)
        identity.set_cookie(request, answer, FORM, secret)
        return answer

    @app.get(LOGIN, response_class=HTMLResponse)
    def login(
        request: Request,
        next_path: Annotated[str, Query(alias="next", max_length=2000)] = START,
        code: Annotated[str, Query(max_length=200, description="Of a one-time login")] = "",
    ) -> Response:
        return page(request, next_path=own_path(next_path), code=code)

    @app.post(LOGIN, responses=ANSWERS)
    def log_in(request: Request, form: Annotated[Form | None, Depends(_login_form(identity))]) -> Response:
        if form is None:
            return page(request, next_path=START, refused=TOO_OLD)
        next_path, code = own_path(form.get("next", START)), form.get("code", "")
        if code:
            handle, refused = identity.log_in_once(code), USED_UP
        else:
            handle, refused = identity.log_in(form.get("handle", ""), form.get("password", "")), REFUSED
        if handle is None:
            # What was typed as an account may be a password: it is not shown again.
            return page(request, next_path=next_path, refused=refused)
        answer = RedirectResponse(next_path, status_code=303, headers=NO_STORE)
        identity.begin_session(request, answer, handle, way="one-time" if code else "password")
        return answer


def _login_form(identity: Identity) -> Any:
    async def read(request: Request) -> Form | None:
        """The fields; None where the page was too old, so that its token is no more."""
        if not from_here(request):
            raise FormError("this was sent by a page of another site; open the page here and try again")
        secret = identity.cookie(request, FORM)
        try:
            await require_form_token(request, secret or "")
        except FormError:
            return None
        return await form_fields(request) if secret else None

    return read


def _add_logout(app: FastAPI, partnership: Partnership, identity: Identity, after_logout: AfterLogout) -> None:
    @app.post(LOGOUT, responses=ANSWERS)
    def logout(request: Request) -> Response:
        ending = Response()
        answer = after_logout(identity.end(request, ending))
        answer.raw_headers.extend(one for one in ending.raw_headers if one[0] == b"set-cookie")
        return answer

    @app.get(LOGOUT, response_class=HTMLResponse)
    def ask() -> Response:
        return HTMLResponse(logout_page(partnership.name, assets=linked()), headers=NO_STORE)


def _add_account(app: FastAPI, partnership: Partnership, identity: Identity) -> None:
    def viewer_of(request: Request) -> Viewer:
        viewer = identity.identify(request)
        if viewer is None or "authorization" in request.headers:
            raise LoginNeededError("this needs the session of a browser")
        return viewer

    @app.get("/account", response_class=HTMLResponse)
    def account(request: Request, viewer: Annotated[Viewer, Depends(viewer_of)]) -> Response:
        now = identity.clock()
        here = digest(identity.session_secret(request) or "")
        sessions = identity.book.sessions(viewer.actor, limits=identity.limits, now=now)
        text = account_page(
            viewer.actor,
            sorted(viewer.grants),
            [SessionLine(one.key.hex()[:8], one.created_at, one.seen_at, here=one.key == here) for one in sessions],
            identity.book.tokens(viewer.actor),
            partnership.name,
            now=now,
            timezone=partnership.calendar.timezone,
            assets=linked(),
            links=ROUTES,
        )
        return HTMLResponse(text, headers=NO_STORE)

    @app.post("/account/sessions", responses=ANSWERS)
    def end_others(request: Request, viewer: Annotated[Viewer, Depends(viewer_of)]) -> Response:
        identity.book.end_sessions(viewer.actor, viewer.actor, but=identity.session_secret(request))
        return RedirectResponse("/account", status_code=303)

    @app.post("/account/tokens", responses=ANSWERS)
    def revoke(viewer: Annotated[Viewer, Depends(viewer_of)], form: Annotated[Form, Depends(form_fields)]) -> Response:
        prefix = form.get("prefix", "")[:8]
        identity.book.revoke_token(prefix, now=identity.clock(), actor=viewer.actor, handle=viewer.actor)
        return RedirectResponse("/account", status_code=303)


def _form_answer(request: Request, error: Exception) -> Response:
    if request.url.path == LOGOUT and from_here(request):
        return RedirectResponse(LOGOUT, status_code=303, headers=NO_STORE)
    return problems.problem(403, str(error))
