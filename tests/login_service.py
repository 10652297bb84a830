"""A small service with logins: the real login routes, one page with a form and one route of data."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from argon2 import Parameters
from argon2.profiles import CHEAPEST
from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from api import login_routes, problems
from api.form_tokens import FormTokens
from api.headers import SecurityHeaders
from api.identify import Identity, LoginNeededError, form_fields
from data.password_hash import Passwords
from data.store import Store
from models.partnership import Partnership
from models.viewer import Grant, Role

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
HANDLE = "vagtplan-1"
PASSWORD = "fire grønne cykler ved havnen"
GRANT = Grant("indre-noerrebro", Role.PLANNER)
FORM = (
    '<!doctype html><title>S</title><form method="post" action="/change"><!--form-token--><button>Gem</button></form>'
)


@dataclass
class Clock:
    """A time that tests move."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **parts: int) -> None:
        self.now += timedelta(**parts)


class CountedPasswords(Passwords):
    """Cheap hashes, and how often one was compared or made."""

    def __init__(self, parameters: Parameters = CHEAPEST) -> None:
        super().__init__(parameters)
        self.compared = self.made = 0

    def matches(self, kept: str | None, password: str) -> bool:
        self.compared += 1
        return super().matches(kept, password)

    def hashed(self, password: str) -> str:
        self.made += 1
        return super().hashed(password)


@dataclass
class LoginService:
    """The service, its identity, and the time it goes by."""

    store: Store
    partnership: Partnership
    openid_href: str | None = None
    clock: Clock = field(default_factory=Clock)
    passwords: CountedPasswords = field(default_factory=CountedPasswords)

    def __post_init__(self) -> None:
        self.changes: list[str] = []
        self.identity = Identity(self.store, clock=self.clock, passwords=self.passwords)
        self.app = self._made()

    def add_account(self, handle: str = HANDLE, password: str | None = PASSWORD) -> None:
        hashed = Passwords(CHEAPEST).hashed(password) if password else None
        self.store.accounts.add(handle, hashed, "test")
        self.store.accounts.grant(handle, GRANT, "test")

    def _made(self) -> FastAPI:
        identity = self.identity

        def viewer(request: Request) -> str:
            found = identity.identify(request)
            if found is None:
                raise LoginNeededError("this needs a login")
            return found.actor

        app = FastAPI(dependencies=[Depends(identity.require_own_form)])
        problems.install(app)
        login_routes.install(app, self.partnership, identity, openid_href=self.openid_href)
        app.mount("/static", StaticFiles(packages=[("maps", "static")]))

        @app.get("/")
        def start(actor: Annotated[str, Depends(viewer)]) -> Response:
            return HTMLResponse(f"{FORM}<p>{actor}</p>")

        @app.post("/change")
        def change(
            actor: Annotated[str, Depends(viewer)], _: Annotated[object, Depends(form_fields)]
        ) -> dict[str, str]:
            self.changes.append(actor)
            return {"by": actor}

        @app.post("/v1/things")
        def things(actor: Annotated[str, Depends(viewer)], what: dict[str, str]) -> dict[str, str]:
            self.changes.append(actor)
            return what

        @app.get("/v1/things")
        def read(actor: Annotated[str, Depends(viewer)]) -> dict[str, str]:
            return {"by": actor}

        app.add_middleware(FormTokens, identity=identity)
        app.add_middleware(SecurityHeaders)
        return app
