"""Who looks, in tests: a header says it, so that one service can be asked as everybody."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from fastapi.testclient import TestClient

from api.app import create_app
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


@contextmanager
def client_of(
    store: Store, partnership: Partnership, roles: Iterable[Role] = (Role.ANALYST,), **options: Any
) -> Iterator[TestClient]:
    """A client that has logged in with ``roles``, by default as an analyst."""
    headers = as_viewer(partnership.id, *roles)
    with TestClient(create_app(store, partnership, identify=identify), headers=headers, **options) as client:
        yield client
