"""Logins that have begun: kept here and not in the browser, few, for ten minutes, each good for one answer."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from threading import Lock

from api.openid_refusal import OpenIdRefusedError, Reason

VALID_S = 600
MOST = 10_000
RANDOM_BYTES = 32


@dataclass
class Pending:
    """A login under way in the browser that holds ``browser``; ``next_path`` is the page that was asked for."""

    browser: str = field(repr=False)
    next_path: str
    until_s: float
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    used: bool = False


class PendingLogins:
    """Logins that have begun, by a digest of their ``state``.

    Where there are `MOST` the oldest is forgotten: whoever begins many delays others less so than by a refusal.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._pending: dict[bytes, Pending] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def begin(self, browser: str, next_path: str, *, now_s: float) -> tuple[str, Pending]:
        """A new login and its ``state``."""
        state = secrets.token_urlsafe(RANDOM_BYTES)
        nonce, verifier = secrets.token_urlsafe(RANDOM_BYTES), secrets.token_urlsafe(RANDOM_BYTES)
        pending = Pending(_digest(browser).hex(), next_path, now_s + VALID_S, nonce, verifier)
        with self._lock:
            self._forget(now_s)
            self._pending[_digest(state)] = pending
        return state, pending

    def take(self, state: str, browser: str, *, now_s: float) -> Pending:
        """The login of ``state``, once. Raises `OpenIdRefusedError`."""
        with self._lock:
            pending = self._pending.get(_digest(state))
            if pending is None:
                raise OpenIdRefusedError(Reason.UNKNOWN_LOGIN)
            if pending.used:
                raise OpenIdRefusedError(Reason.REPLAYED)
            pending.used = True
        if now_s >= pending.until_s:
            raise OpenIdRefusedError(Reason.LOGIN_EXPIRED)
        if not hmac.compare_digest(pending.browser, _digest(browser).hex()):
            raise OpenIdRefusedError(Reason.OTHER_BROWSER)
        return pending

    def _forget(self, now_s: float) -> None:
        # The oldest stand first; used ones stay until their time is over, so that a second answer is known as one.
        while self._pending:
            oldest = next(iter(self._pending))
            if len(self._pending) < MOST and now_s < self._pending[oldest].until_s + VALID_S:
                return
            del self._pending[oldest]


def new_browser() -> str:
    """A name for a browser that has none yet."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
