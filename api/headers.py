"""Security headers on every answer."""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maps.assets import linked

DENIED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip
PAGE_POLICY = f"{linked().policy}; form-action {{targets}}; frame-ancestors 'none'"
# Data are read by programs: opened as a page they may load and do nothing.
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
HEADERS = {
    "Content-Security-Policy": DATA_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
HSTS = "max-age=31536000"
STATIC = "/static/"
NOT_MODIFIED = 304


class SecurityHeaders:
    """Adds `HEADERS` to what the application answers; ``form_targets`` are origins that a form here may end at."""

    def __init__(self, app: ASGIApp, form_targets: Sequence[str] = ()) -> None:
        self._app = app
        self._page_policy = PAGE_POLICY.format(targets=" ".join(["'self'", *form_targets]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(scope, MutableHeaders(scope=message), self._page_policy)
                if message["status"] == NOT_MODIFIED:
                    # It has no content type, and the browser would take its policy for the page that it has.
                    del MutableHeaders(scope=message)["Content-Security-Policy"]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def secure(scope: Scope, headers: MutableHeaders, page_policy: str = PAGE_POLICY.format(targets="'self'")) -> None:
    """Put the security headers into the ``headers`` of an answer to ``scope``."""
    headers.update(HEADERS)
    page = headers.get("content-type", "").startswith("text/html")
    if page:
        headers["Content-Security-Policy"] = page_policy
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = HSTS
    if scope["path"].startswith(STATIC):
        headers.setdefault("Cache-Control", "public, no-cache")
    # What is shown to somebody who logged in must not be found again by who uses the browser next. Prepared pages say
    # themselves that the browser may keep them and must ask each time; logging out clears them.
    else:
        headers.setdefault("Cache-Control", "no-store")
