"""Who looks, in tests: a header says it, so that one service can be asked as everybody."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from api.app import create_app
from api.guard import Identify
from api.identify import Identity
from api.logins import Logins
from data.store import Store
from models.partnership import Partnership
from models.viewer import Grant, Role, Viewer

HEADER = "x-test-viewer"


def identify(request: Request) -> Viewer | None:
    """Of ``handle partnership:role …``; None without the header."""
    handle, *grants = request.headers.get(HEADER, "").split(" ")
    return Viewer(handle, frozenset(_grant(text) for text in grants)) if handle else None


def _grant(text: str) -> Grant:
    partnership, _, role = text.partition(":")
    return Grant(partnership, Role(role))


def as_viewer(partnership: str, *roles: Role, handle: str = "proeve-1") -> dict[str, str]:
    """The header of a viewer with ``roles`` in one partnership."""
    return {HEADER: " ".join([handle, *(f"{partnership}:{role}" for role in roles)])}


def viewer_in(partnership: Partnership, *roles: Role, handle: str = "proeve-1") -> Viewer:
    return Viewer(handle, frozenset(Grant(partnership.id, role) for role in roles))


def everybody(partnership: Partnership) -> Identify:
    """Who has every role there is."""
    return lambda _: viewer_in(partnership, *Role)


def app_of(store: Store, partnership: Partnership, identify: Identify = identify) -> FastAPI:
    """The whole service with its logins, in which ``identify`` says who looks."""
    return create_app(store, partnership, logins=Logins(Identity(store)), identify=identify)


@contextmanager
def client_of(
    store: Store, partnership: Partnership, roles: Iterable[Role] = (Role.ANALYST,), **options: Any
) -> Iterator[TestClient]:
    """A client that has logged in with ``roles``, by default as an analyst."""
    headers = as_viewer(partnership.id, *roles)
    with TestClient(app_of(store, partnership), headers=headers, **options) as client:
        yield client
