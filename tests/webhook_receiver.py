"""A receiver of the webhook: a real HTTP server on this machine that answers as a test says."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = bytes(range(32))
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


def answering(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer without a body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@dataclass
class Receiver:
    """Requests so far. ``answer`` writes the next answer; by default 204."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] = field(default=answering(204))
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that listens while the block runs, on ``localhost`` with ``tls``."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(
                Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            )
            receiver.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A sender that hung up, as some tests want."""

    with Server(("127.0.0.1", 0), Handler) as server:
        host, path = f"127.0.0.1:{server.server_address[1]}", "/hook?from=trygkort"
        receiver.url = f"http://{host}{path}"
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
            receiver.url = f"https://{host.replace('127.0.0.1', 'localhost')}{path}"
        listening = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        listening.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            server.shutdown()
            listening.join()
