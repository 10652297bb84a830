"""How often somebody may ask: a rate per key, in memory alone, that forgets nobody who still has to wait."""

import hashlib
import ipaddress
import secrets
from time import monotonic

WINDOW_S = 60.0
MOST_KEYS = 10_000
SWEEP_EVERY_S = 1.0


class Rate:
    """So many requests a minute for each key, by the generic cell rate algorithm (ITU-T I.371): one number a key.

    A key may spend its ``per_minute`` at once and then gets one back every ``60 / per_minute`` seconds. Its number is
    when it will have all of them again; one in the past says nothing, so only those are ever dropped. Where more
    than ``most_keys`` are waiting at once, further ones share what one key may, so memory has an end and flooding the
    table makes nobody forgotten.

    >>> rate = Rate(2)
    >>> [rate.wait_s(b"a", now_s=0.0) for _ in range(3)], rate.wait_s(b"a", now_s=30.0)
    ([0.0, 0.0, 30.0], 0.0)
    """

    def __init__(self, per_minute: int, *, most_keys: int = MOST_KEYS) -> None:
        self._interval_s = WINDOW_S / per_minute
        self._most_keys = most_keys
        self._full_at: dict[bytes, float] = {}
        self._swept_s = float("-inf")

    def __len__(self) -> int:
        return len(self._full_at)

    def wait_s(self, key: bytes, now_s: float | None = None) -> float:
        """0 where the request may go on, which is counted; otherwise how long until the next one may."""
        now = monotonic() if now_s is None else now_s
        key = self._kept(key, now)
        full_at = max(self._full_at.get(key, now), now)
        wait = full_at + self._interval_s - WINDOW_S - now
        # A millionth of a second lies below what adding the intervals up costs in exactness.
        if wait > 1e-6:
            return wait
        self._full_at[key] = full_at + self._interval_s
        return 0.0

    def _kept(self, key: bytes, now: float) -> bytes:
        if key in self._full_at or len(self._full_at) < self._most_keys:
            return key
        if now - self._swept_s >= SWEEP_EVERY_S:
            self._swept_s = now
            self._full_at = {known: at for known, at in self._full_at.items() if at > now}
        return key if len(self._full_at) < self._most_keys else b""


class Hidden:
    """Turns addresses and credentials into keys that mean nothing outside this process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def address(self, host: str) -> bytes:
        """The key of a network address; of IPv6 the first 64 bits count, for whoever has one has all behind them."""
        return self.of(_network(host).encode())

    def of(self, value: bytes) -> bytes:
        """The key of a value."""
        return hashlib.blake2b(value, key=self._key, digest_size=16).digest()


def _network(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
