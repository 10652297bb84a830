"""What one request may cost: size, time, how often, how many at once. Refusals are problems, and change nothing."""

import asyncio
import math
from collections.abc import Mapping
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.headers import secure
from api.limits import Limits
from api.problems import problem
from api.rates import Hidden, Rate
from models.session import LOGIN

TILES = "/basemap/"
HEALTH = frozenset({"/livez", "/readyz"})
CLOSE = {"Connection": "close"}


class Refusal(NamedTuple):
    """A problem to answer with; ``wait_s`` until another try makes sense, 0 where none does."""

    status: int
    detail: str
    wait_s: float = 0.0


class Limited:
    """An application within ``limits``, asked under one of ``hosts`` (any where there are none).

    Addresses and credentials are kept as keyed hashes in memory and nowhere else; the counts are of this process.
    """

    def __init__(self, app: ASGIApp, limits: Limits, hosts: frozenset[str] = frozenset()) -> None:
        self._app, self._limits, self._hosts = app, limits, hosts
        self._hidden = Hidden()
        self._addresses = Rate(limits.address_per_minute)
        self._actors = Rate(limits.actor_per_minute)
        self._logins = Rate(limits.logins_per_minute)
        self._tiles = Rate(limits.tiles_per_minute)
        self._working = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._limits.body_bytes)
        if refusal := self._refusal(scope, dict(scope["headers"])):
            await exchange.refuse(refusal)
            return
        if scope["path"] in HEALTH:
            await self._within_time(exchange, scope)
            return
        self._working += 1
        try:
            await self._within_time(exchange, scope)
        finally:
            self._working -= 1

    def _refusal(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Refusal | None:
        """Why the request's head alone is enough to refuse it; None where it is not."""
        too_large = self._too_large(scope, headers)
        if too_large or scope["path"] in HEALTH:
            return too_large
        if self._hosts and _host(headers) not in self._hosts:
            return Refusal(421, "the service does not answer under this name")
        if wait_s := self._wait_s(scope, headers):
            return Refusal(429, "too many requests; wait a little", wait_s)
        if self._working >= self._limits.at_once:
            return Refusal(503, "the service is busy; try again in a moment", 1.0)
        return None

    def _too_large(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Refusal | None:
        limits = self._limits
        if len(scope["raw_path"]) + len(scope["query_string"]) + 1 > limits.target_bytes:
            return Refusal(414, f"the address is longer than {limits.target_bytes} bytes")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.header_bytes:
            return Refusal(431, f"the headers are larger than {limits.header_bytes} bytes")
        return _body_too_large(limits.body_bytes) if _length(headers) > limits.body_bytes else None

    def _wait_s(self, scope: Scope, headers: Mapping[bytes, bytes]) -> float:
        client = scope.get("client")
        address = self._hidden.address(client[0] if client else "")
        if scope["path"].startswith(TILES):
            # One look at a map is dozens of them: they must not use up what the figures on it may ask for.
            return self._tiles.wait_s(address)
        waits = [self._addresses.wait_s(address)]
        if scope["method"] == "POST" and (scope["path"] == LOGIN or scope["path"].startswith(LOGIN + "/")):
            waits.append(self._logins.wait_s(address))
        # A credential that nobody has yet looked at: whoever sends false ones is held by the address.
        credential = headers.get(b"authorization") or headers.get(b"cookie")
        if credential and not any(waits):
            waits.append(self._actors.wait_s(self._hidden.of(credential)))
        return max(waits)

    async def _within_time(self, exchange: "_Exchange", scope: Scope) -> None:
        late: list[asyncio.Task[None]] = []

        def stop() -> None:
            refusal = Refusal(504, f"the answer took longer than {self._limits.request_s} seconds")
            late.append(loop.create_task(exchange.refuse(refusal)))

        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._limits.request_s, stop)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception:
            # What was refused here has had its answer; nobody is left to tell.
            if not exchange.refused:
                raise
        finally:
            timer.cancel()
            for task in late:
                await task


class _Exchange:
    """One request and its answer, which is the application's or, once refused, ours alone."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most_bytes: int) -> None:
        self.refused = False
        self._started = False
        self._scope, self._receive, self._send = scope, receive, send
        self._left_bytes = most_bytes
        self._most_bytes = most_bytes

    async def receive(self) -> Message:
        message: Message = {"type": "http.disconnect"} if self.refused else await self._receive()
        # What is counted is what comes: a length that the sender names may be missing or wrong.
        self._left_bytes -= len(message.get("body", b""))
        if self._left_bytes < 0:
            await self.refuse(_body_too_large(self._most_bytes))
        return {"type": "http.disconnect"} if self.refused else message

    async def send(self, message: Message) -> None:
        if not self.refused:
            self._started = True
            await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with a problem unless an answer has begun."""
        if self._started or self.refused:
            return
        self.refused = True
        answer = problem(refusal.status, refusal.detail)
        wait = {"Retry-After": str(math.ceil(refusal.wait_s))} if refusal.wait_s else {}
        # What may still come of the request is not read.
        answer.headers.update(CLOSE | wait)
        secure(self._scope, answer.headers)
        await answer(self._scope, self._receive, self._send)


def _length(headers: Mapping[bytes, bytes]) -> int:
    named = headers.get(b"content-length", b"0")
    return int(named) if named.isdigit() else 0


def _host(headers: Mapping[bytes, bytes]) -> str:
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _body_too_large(most_bytes: int) -> Refusal:
    return Refusal(413, f"the request's body is larger than {most_bytes} bytes")
