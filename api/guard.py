"""The guard: no request reaches a route but by its rule in `api.access`. It stands before the router and denies.

Who looks comes from ``identify``. Without a login, data are refused and pages lead to the login; without a role in this
partnership both are refused, and the log says so.
"""

from collections.abc import Callable, Iterable
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.access import FINEST, FINEST_MAP, Precision, Rule, is_page, rule_of
from api.gate import Gate, Look
from api.languages import page_of
from api.viewer_menu import refused_page
from data.store import Store, StoreError
from geo.errors import PlainError
from models.partnership import Partnership
from models.session import LOGIN, START
from models.viewer import Role, Viewer

Identify = Callable[[Request], Viewer | None]
POLICY_VIOLATION = 1008  # the code by which a websocket is closed (RFC 6455)


class AccessError(PlainError, RuntimeError):
    """A route that nobody may use, or a rule that gives a role more than it may see: the service must not start."""


def require_rules(routes: Iterable[BaseRoute], partnership: Partnership) -> None:
    """Raises `AccessError` unless every route has a rule that gives no role more than it may see."""
    for method, path in route_keys(routes):
        rule = rule_of(method, path)
        if rule is None:
            raise AccessError(f"{method} {path} has no rule in api/access.py: nobody may use it")
        for role, precision in rule.released.items():
            if precision > FINEST[role]:
                raise AccessError(
                    f"{method} {path} releases {precision.name.lower()} to the role {role}, which may see "
                    f"{FINEST[role].name.lower()} at the finest"
                )
    if partnership.resolutions.map > FINEST_MAP:
        raise AccessError(
            f"[resolutions] map of '{partnership.id}' is {partnership.resolutions.map}; planners see cells of "
            f"resolution {FINEST_MAP} at the finest"
        )


def route_keys(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    """Method and path of every route; raises `AccessError` for one that has none, such as a websocket."""
    keys = []
    for route in routes:
        if isinstance(route, Mount):
            keys.append(("GET", route.path))
        elif isinstance(route, Route) and route.methods:
            keys.extend((method, route.path) for method in sorted(route.methods))
        else:
            raise AccessError(f"a {type(route).__name__} has no method and path that a rule could be about")
    return keys


async def gate_of(request: Request) -> Gate:
    """The gate for who looks; there is none unless the guard let the request through by a rule with roles."""
    gate: Gate = request.state.gate
    return gate


GateOf = Annotated[Gate, Depends(gate_of)]


class Guard:
    """Lets a request through to ``app`` as its rule says; ``router`` is the application's own."""

    def __init__(
        self, app: ASGIApp, *, router: Router, store: Store, partnership: Partnership, identify: Identify
    ) -> None:
        self._app = app
        self._router = router
        self._store = store
        self._partnership = partnership
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        refusal = await self._refusal(Request(scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        """What is answered in place of the route; None where the request may go on."""
        path = _path_of(self._router.routes, request.scope)
        rule = None if path is None else rule_of(request.method, path)
        if rule is not None and rule.needs == "nothing":
            return None
        try:
            viewer = await run_in_threadpool(self._identify, request)
            if viewer is None:
                return login_answer(request, path)
            request.state.viewer = viewer
            if path is None or (rule is not None and rule.needs == "login"):
                return None
            return await run_in_threadpool(self._judge, request, path, rule, viewer)
        except StoreError:
            return problems.problem(503, "the database or its log cannot be used now")

    def _judge(self, request: Request, path: str, rule: Rule | None, viewer: Viewer) -> Response | None:
        roles = viewer.roles_in(self._partnership.id)
        role = None if rule is None else rule.role_used(roles)
        if rule is None or role is None:
            self._gate(viewer, None, Rule()).refused(request.method, path)
            return _refused(request, viewer, self._partnership)
        request.state.gate = self._gate(viewer, role, rule)
        return None

    def _gate(self, viewer: Viewer, role: Role | None, rule: Rule) -> Gate:
        finest = rule.released[role] if role else Precision.NONE
        purpose = rule.purpose_of(role)
        recipient = f"{role}:{viewer.actor}" if role else viewer.actor
        return Gate(self._store, self._partnership, Look(viewer.actor, role, purpose, finest, recipient))


def _path_of(routes: Iterable[BaseRoute], scope: Scope) -> str | None:
    """The path, as the router has it, of the route that would answer; None where none would."""
    for route in routes:
        if route.matches(scope)[0] is Match.FULL:
            return route.path if isinstance(route, Route | Mount) else ""
    return None


def login_answer(request: Request, path: str | None) -> Response:
    """What somebody unknown gets for the route ``path``: pages lead to the login and back, data are a problem."""
    if not is_page(request.url.path):
        answer = problems.problem(401, "this needs a login: a token as a bearer, or the session of a browser")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    # Only ways that are our own, and only what can be asked for again: a form's address may not be a page.
    back = START if path is None else page_of(request)
    return RedirectResponse(
        f"{LOGIN}?next={quote(back, safe='/')}", status_code=303, headers={"Cache-Control": "no-store"}
    )


def _refused(request: Request, viewer: Viewer, partnership: Partnership) -> Response:
    if is_page(request.url.path):
        return HTMLResponse(refused_page(viewer, partnership), status_code=403)
    return problems.problem(403, "none of your roles in this partnership may use this")
