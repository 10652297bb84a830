"""Logging in and out over HTTP, and the page of one's own account."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import problems
from api.identify import (
    FORM,
    FormError,
    Identity,
    LoginNeededError,
    form_fields,
    form_token,
    from_here,
    login_answer,
    new_secret,
    require_form_token,
)
from api.page_links import ROUTES
from data.account_book import NoAccountError, digest
from data.password_hash import HashingBusyError
from maps.assets import linked
from maps.form_token import with_form_token
from maps.login import SessionLine, account_page, login_page, logout_page, one_time_page
from models.account import AccountError
from models.partnership import Partnership
from models.session import START, own_path
from models.viewer import Viewer

# One sentence for every reason, so that it tells nobody which accounts there are.
REFUSED = (
    "Kontoen eller adgangskoden passer ikke, eller kontoen venter: efter fem forkerte forsøg venter den et halvt minut, "
    "og længere for hvert forsøg, højst en time."
)
USED_UP = "Dette engangslogin er brugt eller udløbet. Bed jeres administrator om et nyt."
TOO_OLD = "Siden var for gammel. Prøv igen."
NO_STORE = {"Cache-Control": "no-store"}
PROBLEM: dict[int | str, dict[str, Any]] = {
    status: {"description": what, "content": {"application/problem+json": {}}}
    for status, what in (
        (403, "The form is of another site or session, or the login is refused"),
        (503, "The database or its log cannot be used, or too many log in at once"),
    )
}
Form = Mapping[str, str]


def install(app: FastAPI, partnership: Partnership, identity: Identity, *, openid_href: str | None = None) -> None:
    """Add login, logout and account to ``app``; ``openid_href`` leads to the organisation's own login.

    `Identity.require_own_form` is to be a dependency of the whole application.
    """
    _add_login(app, partnership, identity, openid_href)
    _add_logout(app, partnership, identity)
    _add_account(app, partnership, identity)
    app.add_exception_handler(FormError, lambda _, error: problems.problem(403, str(error)))
    app.add_exception_handler(LoginNeededError, lambda request, _: login_answer(request))
    app.add_exception_handler(HashingBusyError, lambda _, error: problems.problem(503, str(error)))
    app.add_exception_handler(NoAccountError, lambda _, error: problems.problem(404, str(error)))
    app.add_exception_handler(AccountError, lambda _, error: problems.problem(403, str(error)))


def _add_login(app: FastAPI, partnership: Partnership, identity: Identity, openid_href: str | None) -> None:
    def page(request: Request, *, next_path: str, refused: str = "", handle: str = "", code: str = "") -> Response:
        if code:
            text = one_time_page(partnership.name, code=code, assets=linked())
        else:
            text = login_page(
                partnership.name,
                next_path=next_path,
                refused=refused,
                handle=handle,
                openid_href=openid_href,
                assets=linked(),
            )
        secret = identity.cookie(request, FORM) or new_secret()
        filled = with_form_token(text.encode(), form_token(secret))
        answer = HTMLResponse(filled, status_code=403 if refused else 200, headers=NO_STORE)
        identity.set_cookie(request, answer, FORM, secret)
        return answer

    @app.get("/login", response_class=HTMLResponse)
    def login(
        request: Request,
        next_path: Annotated[str, Query(alias="next", max_length=2000)] = START,
        code: Annotated[str, Query(max_length=200, description="Of a one-time login")] = "",
    ) -> Response:
        return page(request, next_path=own_path(next_path), code=code)

    @app.post("/login", responses=PROBLEM)
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


def _add_logout(app: FastAPI, partnership: Partnership, identity: Identity) -> None:
    @app.post("/logout", responses=PROBLEM)
    def logout(request: Request) -> Response:
        answer = RedirectResponse("/login", status_code=303, headers=NO_STORE)
        identity.end(request, answer)
        return answer

    @app.get("/logout", response_class=HTMLResponse)
    def ask() -> Response:
        return HTMLResponse(logout_page(partnership.name, assets=linked()), headers=NO_STORE)


def _add_account(app: FastAPI, partnership: Partnership, identity: Identity) -> None:
    def viewer_of(request: Request) -> Viewer:
        viewer = identity.identify(request)
        if viewer is None or "authorization" in request.headers:
            raise LoginNeededError("this needs the session of a browser")
        return viewer

    OwnViewer = Annotated[Viewer, Depends(viewer_of)]  # noqa: N806 - a type

    @app.get("/account", response_class=HTMLResponse)
    def account(request: Request, viewer: OwnViewer) -> Response:
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

    @app.post("/account/sessions", responses=PROBLEM)
    def end_others(request: Request, viewer: OwnViewer) -> Response:
        identity.book.end_sessions(viewer.actor, viewer.actor, but=identity.session_secret(request))
        return RedirectResponse("/account", status_code=303)

    @app.post("/account/tokens", responses=PROBLEM)
    def revoke(viewer: OwnViewer, form: Annotated[Form, Depends(form_fields)]) -> Response:
        prefix = form.get("prefix", "")[:8]
        identity.book.revoke_token(prefix, now=identity.clock(), actor=viewer.actor, handle=viewer.actor)
        return RedirectResponse("/account", status_code=303)
