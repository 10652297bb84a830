"""The menu of who looks, put into pages as they leave."""

from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import allowed
from api.languages import page_of, way_to
from api.map_tiles import told_in
from api.page_links import ROUTES
from maps import plain_pages
from maps.language import Language, language, other_language
from maps.viewer_menu import split_at_mark, viewer_menu
from models.partnership import Partnership
from models.session import LOGOUT, START
from models.viewer import Role, Viewer


def menu_for(viewer: Viewer, partnership: str, here: str, page: str) -> bytes:
    """The menu on the page ``here``, at the address ``page``, for ``viewer`` in the language of the moment."""
    return _menu(viewer, partnership, here, page, language())


@lru_cache(maxsize=512)
def _menu(viewer: Viewer, partnership: str, here: str, page: str, _: Language) -> bytes:
    roles = viewer.roles_in(partnership)
    return viewer_menu(
        ROUTES,
        here,
        viewer.actor,
        roles,
        may_open=lambda href: allowed("GET", href, roles),
        logout=LOGOUT,
        other_language=way_to(other_language(), page),
    ).encode()


def start_page_of(viewer: Viewer, partnership: Partnership, *, synthetic: bool) -> str:
    """The start page of ``viewer``, whose roles see no figure."""
    roles = viewer.roles_in(partnership.id)
    entries = [entry for entry in ROUTES.entries() if allowed("GET", entry[2], roles)]
    return plain_pages.plain_start_page(roles, partnership.name, entries, ROUTES, synthetic=synthetic)


def refused_page(viewer: Viewer, partnership: Partnership) -> bytes:
    """What ``viewer`` is told where a page is not for them."""
    roles: frozenset[Role] = viewer.roles_in(partnership.id)
    page = plain_pages.refused_page(roles, partnership.name, ROUTES).encode()
    return with_menu(page, viewer, partnership.id, START)


def with_menu(page: bytes, viewer: Viewer, partnership: str, address: str, *, behind: bytes = b"") -> bytes:
    """``page``, which stands at ``address``, with the menu of ``viewer`` and what goes ``behind`` it; one without a
    mark as it is."""
    found = split_at_mark(page)
    if found is None:
        return page
    head, here, tail = found
    return head + menu_for(viewer, partnership, here, address) + behind + tail


class ViewerMenus:
    """Puts the menu into the pages that ``app`` renders; prepared ones, which have a tag, come with theirs."""

    def __init__(self, app: ASGIApp, *, partnership: Partnership) -> None:
        self._app = app
        self._partnership = partnership.id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer = scope.get("state", {}).get("viewer")
        if viewer is None:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _WithMenu(send, viewer, self._partnership, scope))


class _WithMenu:
    """Holds back the start of a page until its length is known."""

    def __init__(self, send: Send, viewer: Viewer, partnership: str, scope: Scope) -> None:
        self._send = send
        self._viewer = viewer
        self._partnership = partnership
        self._scope = scope
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_rendered_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        behind = told_in(self._scope, self._body)
        body = with_menu(self._body, self._viewer, self._partnership, page_of(Request(self._scope)), behind=behind)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_rendered_page(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return headers.get("content-type", "").startswith("text/html") and "etag" not in headers
