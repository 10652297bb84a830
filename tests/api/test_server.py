"""The server as slow, greedy and lying clients meet it: real sockets."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from api.headers import SecurityHeaders
from api.limited import Limited
from api.limits import Limits
from api.server import ProxyError, guarded, server_config, trusted_proxies

SHORT = Limits(head_s=1, request_s=1, transfer_s=1, connections=50, address_connections=12)
BODY = b"x" * 10_000_000  # more than a socket holds


def asked() -> FastAPI:
    app = FastAPI()

    @app.get("/who")
    def who(request: Request) -> JSONResponse:
        return JSONResponse([request.client.host if request.client else "", request.url.scheme])

    @app.get("/large")
    def large() -> Response:
        return Response(BODY)

    @app.post("/forms")
    async def forms(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(SecurityHeaders)
    return app


@contextmanager
def serving(proxies: tuple[str, ...] = ()) -> Iterator[tuple[uvicorn.Server, int]]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(server_config(Limited(asked(), SHORT), SHORT, proxies))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield server, int(listening.getsockname()[1])
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as (_, found):
        yield found


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        yield one


def read_all(one: socket.socket) -> bytes:
    parts = []
    with suppress(ConnectionResetError):
        while part := one.recv(65536):
            parts.append(part)
    return b"".join(parts)


def ask(port: int, *lines: str) -> tuple[int, dict[str, str], bytes]:
    with connected(port) as one:
        one.sendall("\r\n".join((*lines, "Host: localhost", "Connection: close", "", "")).encode())
        head, _, body = read_all(one).partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, _, v in (line.partition(": ") for line in rest)}, body


@pytest.mark.parametrize("drop", [b"", b"GET /who HTTP/1.1\r\n", b"X"])
def test_a_head_that_never_ends_is_cut_off(port: int, drop: bytes) -> None:
    began = time.monotonic()
    with connected(port) as loris:
        with suppress(OSError):
            for _ in range(60):
                loris.sendall(drop or b"")
                drop = b"a: b\r\n" if drop else b""
                loris.settimeout(0.1)
                with suppress(TimeoutError):
                    if not loris.recv(1):
                        break
        assert 0.7 < time.monotonic() - began < 4


def test_a_second_head_on_a_connection_is_held_to_the_same(port: int) -> None:
    with connected(port) as loris:
        loris.sendall(b"GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = loris.recv(10_000)
        while not answer.endswith(b'"http"]'):
            answer += loris.recv(10_000)
        began = time.monotonic()
        loris.sendall(b"GET /who HT")
        assert read_all(loris) == b""
        assert 0.7 < time.monotonic() - began < 4


def test_a_body_that_never_ends_is_answered_and_cut_off(port: int) -> None:
    with connected(port) as loris:
        loris.sendall(b"POST /forms HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab")
        answer = read_all(loris)
    assert answer.startswith(b"HTTP/1.1 504")
    assert b"application/problem+json" in answer


def test_an_answer_that_nobody_takes_is_dropped() -> None:
    with serving() as (server, port), connected(port) as slow:
        slow.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 200")
        assert len(server.server_state.connections) == 1
        deadline = time.monotonic() + 10
        while server.server_state.connections and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not server.server_state.connections
    with serving() as (_, port):
        assert ask(port, "GET /large HTTP/1.1")[2] == BODY


def test_slow_clients_leave_room_for_others(port: int) -> None:
    """A dozen of one address at most; more are turned away at once, and all of them in a second."""
    held = []
    for _ in range(30):
        one = socket.create_connection(("127.0.0.1", port), timeout=20)
        one.sendall(b"GET /who HTTP/1.1\r\n")
        held.append(one)
    time.sleep(1.6)
    assert ask(port, "GET /who HTTP/1.1")[0] == 200
    for one in held:
        assert read_all(one) == b""
        one.close()


def test_a_large_body_is_refused_before_it_comes(port: int) -> None:
    with connected(port) as one:
        one.sendall(b"POST /forms HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
        assert one.recv(10_000).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("sent", "status"),
    [("GET /who HTTP/1.1\r\nx: " + "a" * 20_000, 431), ("GET /" + "a" * 5000 + " HTTP/1.1", 414), ("NONSENSE", 400)],
)
def test_what_is_no_request_gets_a_problem_with_every_header(port: int, sent: str, status: int) -> None:
    found, headers, body = ask(port, sent)
    assert found == status
    assert json.loads(body)["status"] == status
    assert headers["content-type"] == "application/problem+json"
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_the_server_does_not_say_what_it_is(port: int) -> None:
    assert "server" not in ask(port, "GET /who HTTP/1.1")[1]


def test_forwarded_headers_are_believed_of_known_proxies_only(port: int) -> None:
    said = ("GET /who HTTP/1.1", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https")
    _, headers, body = ask(port, *said)
    assert json.loads(body) == ["127.0.0.1", "http"]
    assert "strict-transport-security" not in headers
    with serving(proxies=("127.0.0.0/8",)) as (_, behind):
        _, headers, body = ask(behind, *said)
        assert json.loads(body) == ["203.0.113.9", "https"]
        assert headers["strict-transport-security"] == "max-age=31536000"


def test_a_proxy_is_an_address_or_a_network() -> None:
    assert guarded(SHORT, ["10.0.0.1", "fd00::/8"]).trusted == trusted_proxies(["10.0.0.1/32", "fd00::/8"])  # type: ignore[attr-defined]
    with pytest.raises(ProxyError, match="TRYGKORT_PROXIES holds what is no address and no network: 'proxy'"):
        trusted_proxies(["proxy"])
