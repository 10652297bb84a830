"""One attempt to tell the receiver: signed as Standard Webhooks 1.0 says, so that receivers verify with its libraries.

Specification: https://www.standardwebhooks.com. Nothing is followed, retried or read here beyond the answer's head.
"""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Timer
from urllib.parse import urlsplit

from models.alert_announcement import Answer

TIMEOUT_S = 10.0
LONGEST_NAMED_WAIT_S = 24 * 3600.0
GONE = 410


@dataclass(frozen=True)
class Webhook:
    """Who is told, and the ``keys`` that prove who tells: two while one takes over from the other."""

    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)

    @property
    def host(self) -> str:
        """What of the address may be shown."""
        return urlsplit(self.url).hostname or ""


def signatures(keys: Sequence[bytes], message: str, timestamp_s: int, body: bytes) -> str:
    """The header ``webhook-signature``: HMAC-SHA256 of ``message.timestamp.body`` with each key, base64.

    >>> key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    >>> signatures([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = b".".join((message.encode(), str(timestamp_s).encode(), body))
    made = (hmac.digest(key, signed, hashlib.sha256) for key in keys)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)


def post(webhook: Webhook, message: str, body: bytes, *, now: datetime, timeout_s: float = TIMEOUT_S) -> Answer:
    """Send ``body`` once, under the id ``message``. Every failure is an answer; none of them holds what was sent."""
    at = urlsplit(webhook.url)
    timestamp_s = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Trygkort",
        "Connection": "close",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": signatures(webhook.keys, message, timestamp_s, body),
    }
    path = (at.path or "/") + (f"?{at.query}" if at.query else "")
    with closing(_Connection(at.hostname or "", at.port, secure=at.scheme == "https", timeout_s=timeout_s)) as to:
        try:
            to.request("POST", path, body, headers)
            with to.getresponse() as response:
                # A head that was cut off looks like one that ended.
                return Answer("timeout") if to.cut_off else _answer(response)
        except (OSError, http.client.HTTPException) as error:
            return Answer("timeout" if to.cut_off else _failure(error))


class _Connection(http.client.HTTPConnection):
    """A connection that is over after ``timeout_s``, also with a receiver that sends a byte now and then."""

    def __init__(self, host: str, port: int | None, *, secure: bool, timeout_s: float) -> None:
        super().__init__(host, port or (443 if secure else 80), timeout=timeout_s)
        self.cut_off = False
        self._context = ssl.create_default_context() if secure else None
        self._end = Timer(timeout_s, self._cut)
        self._end.daemon = True

    def connect(self) -> None:
        super().connect()
        if self._context is None:
            self._end.start()
            return
        # The handshake only once its end is set.
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        self._end.start()
        self.sock.do_handshake()

    def close(self) -> None:
        self._end.cancel()
        super().close()

    def _cut(self) -> None:
        self.cut_off = True
        with suppress(OSError):
            # Not SSLSocket's own, which would forget the session that another thread is reading from.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _answer(response: http.client.HTTPResponse) -> Answer:
    named = response.headers.get("Retry-After", "")
    return Answer(
        f"answered {response.status}",
        accepted=200 <= response.status < 300,
        final=response.status == GONE,
        wait_s=min(float(named), LONGEST_NAMED_WAIT_S) if named.isdecimal() else 0.0,
    )


def _failure(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate not trusted"
    if isinstance(error, ssl.SSLError):
        return "no secure connection"
    if isinstance(error, (ConnectionResetError, BrokenPipeError, http.client.HTTPException)):
        return "no answer"
    return "not reached"
