"""The server under the service: uvicorn with an end to everything that a slow or greedy client could hold open."""

import asyncio
import ipaddress
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.headers import HEADERS
from api.limits import Limits
from api.rates import Hidden
from geo.errors import PlainError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
KEEP_ALIVE_S = 5
SHUTDOWN_S = 10


class ProxyError(PlainError, ValueError):
    """A proxy that is no address and no network."""


def server_config(app: ASGIApp, limits: Limits, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """uvicorn's settings: nothing of a request is logged, and only ``proxies`` say whom a request is from.

    Logging is left as it is (`api.plain_log`). Raises `ProxyError`.
    """
    return uvicorn.Config(
        app,
        http=guarded(limits, proxies),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=limits.connections,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
        h11_max_incomplete_event_size=limits.header_bytes + limits.target_bytes,
    )


def guarded(limits: Limits, proxies: Sequence[str] = ()) -> type[H11Protocol]:
    """The protocol of one server: `GuardedProtocol` with its limits and its count of connections."""
    held: dict[str, Any] = {
        "limits": limits,
        "trusted": trusted_proxies(proxies),
        "hidden": Hidden(),
        "open_of": Counter[bytes](),
    }
    return type("Guarded", (GuardedProtocol,), held)


def trusted_proxies(proxies: Sequence[str]) -> list[Network]:
    """Addresses and networks whose forwarded headers are believed. Raises `ProxyError`."""
    try:
        return [ipaddress.ip_network(text) for text in proxies]
    except ValueError as error:
        raise ProxyError(f"TRYGKORT_PROXIES holds what is no address and no network: {error}") from error


class GuardedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, which would wait for a request's head and for slow readers without end."""

    limits: Limits
    trusted: Sequence[Network]
    hidden: Hidden
    open_of: Counter[bytes]
    _from: bytes | None = None
    _head_end: asyncio.TimerHandle | None = None
    _answer_end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._await_head()
        host = self.client[0] if self.client else ""
        if self._is_trusted(host):
            return
        self._from = self.hidden.address(host)
        self.open_of[self._from] += 1
        if self.open_of[self._from] > self.limits.address_connections:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._cancel()
        if self._from is not None:
            self.open_of[self._from] -= 1
            if not self.open_of[self._from]:
                del self.open_of[self._from]

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._answer_end is not None:
            self._answer_end.cancel()
            self._answer_end = None
        if self._working():
            self._watch()
        elif self.transport.is_closing():
            self._close_at_last()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._close_at_last()

    def send_400_response(self, msg: str) -> None:
        body = json.dumps({"type": "about:blank", "title": "Bad Request", "status": 400, "detail": msg}).encode()
        headers = {
            **HEADERS,
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        events = (
            h11.Response(status_code=400, headers=list(headers.items()), reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self._close_at_last()

    def _working(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Whichever it is waiting for, a head or an answer, has an end."""
        if not self._working():
            self._await_head()
            return
        if self._head_end is not None:
            self._head_end.cancel()
            self._head_end = None
        if self._answer_end is None:
            end_s = self.limits.request_s + self.limits.transfer_s
            self._answer_end = self.loop.call_later(end_s, self.transport.abort)

    def _await_head(self) -> None:
        if self._head_end is None:
            self._head_end = self.loop.call_later(self.limits.head_s, self.transport.abort)

    def _close_at_last(self) -> None:
        # A transport that is closed still waits until its last bytes were taken.
        if self._head_end is not None:
            self._head_end.cancel()
        self._head_end = self.loop.call_later(self.limits.transfer_s, self.transport.abort)

    def _cancel(self) -> None:
        for timer in (self._head_end, self._answer_end):
            if timer is not None:
                timer.cancel()

    def _is_trusted(self, host: str) -> bool:
        try:
            return any(ipaddress.ip_address(host) in network for network in self.trusted)
        except ValueError:
            return False
