"""Puts the token of the session into the forms of pages, as they leave."""

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.identify import Identity, form_token
from maps.form_token import with_form_token


class FormTokens:
    """Fills the marks in what ``app`` renders for a session; prepared pages, which have a tag, hold no form."""

    def __init__(self, app: ASGIApp, *, identity: Identity) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = self._identity.session_secret(Request(scope)) if scope["type"] == "http" else None
        if secret is None:
            await self._app(scope, receive, send)
            return
        started: Message | None = None
        body = b""

        async def send_filled(message: Message) -> None:
            nonlocal started, body
            if message["type"] == "http.response.start" and _is_rendered(MutableHeaders(scope=message)):
                started = message
            elif message["type"] == "http.response.body" and started is not None:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = with_form_token(body, form_token(secret))
                    MutableHeaders(scope=started)["content-length"] = str(len(page))
                    await send(started)
                    await send({"type": "http.response.body", "body": page})
            else:
                await send(message)

        await self._app(scope, receive, send_filled)


def _is_rendered(headers: MutableHeaders) -> bool:
    html = headers.get("content-type", "").startswith("text/html")
    return html and "etag" not in headers and "content-encoding" not in headers
