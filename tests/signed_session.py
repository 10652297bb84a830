"""Sessions of the simplest kind, in place of those of the service: a signed cookie that says who looks."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from api import openid_routes
from api.openid import OpenId
from models.viewer import Grant, Role, Viewer

COOKIE = "test-session"
KEY = b"of the tests alone"


class SignedSessions:
    """What `api.openid_routes` needs of sessions."""

    def __init__(self) -> None:
        self.ended: set[str] = set()

    def begin(self, request: Request, response: Response, handle: str, grants: frozenset[Grant]) -> None:
        self.ended.discard(handle)
        body = urlsafe_b64encode(json.dumps([handle, sorted(grants)]).encode()).decode()
        # As strict as a session can be: it must be there on the first page all the same.
        response.set_cookie(COOKIE, f"{body}.{_signature(body)}", httponly=True, samesite="strict")

    def end(self, request: Request, response: Response) -> str | None:
        viewer = self.viewer(request)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return viewer.actor if viewer else None

    def end_all(self, handle: str) -> None:
        self.ended.add(handle)

    def viewer(self, request: Request) -> Viewer | None:
        body, _, signature = request.cookies.get(COOKIE, "").partition(".")
        if not hmac.compare_digest(_signature(body), signature):
            return None
        handle, grants = json.loads(urlsafe_b64decode(body))
        if handle in self.ended:
            return None
        return Viewer(handle, frozenset(Grant(partnership, Role(role)) for partnership, role in grants))


def _signature(body: str) -> str:
    return hmac.digest(KEY, body.encode(), "sha256").hex()


def add_logout(app: FastAPI, openid: OpenId, sessions: openid_routes.Sessions, log: openid_routes.Log) -> None:
    """Add ``POST /logout``, which ends the session here and leads to the provider to end its own."""

    @app.post("/logout", response_class=HTMLResponse)
    def logout(request: Request) -> Response:
        ending = Response()
        handle = sessions.end(request, ending)
        answer = openid_routes.logged_out(openid, handle, log)
        answer.raw_headers.extend(one for one in ending.raw_headers if one[0] == b"set-cookie")
        return answer
