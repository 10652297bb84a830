"""How long a session lasts, and where a login may lead to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.parameter_limits import ParameterError

LONGEST_PATH = 500
START = "/"
LOGIN, LOGOUT = "/login", "/logout"
NOT_AFTER_LOGIN = (LOGIN, LOGOUT, "/static")


@dataclass(frozen=True)
class SessionLimits:
    """A session ends ``idle`` after the last request, and ``absolute`` after the login whatever happens."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)

    def __post_init__(self) -> None:
        if not timedelta(minutes=1) <= self.idle <= self.absolute:
            raise ParameterError(f"idle must be 1 minute at least and {self.absolute} at most, found {self.idle}")

    def lives(self, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
        """Whether a session goes on at ``now``.

        >>> at = datetime(2026, 11, 25, 12)
        >>> [SessionLimits().lives(at, at, at + timedelta(minutes=passed)) for passed in (29, 30)]
        [True, False]
        """
        return now < min(seen_at + self.idle, created_at + self.absolute)


def own_path(text: str) -> str:
    """``text`` where it is a path of this service, the start page otherwise: a login must not lead elsewhere.

    >>> own_path("/alerts?alle=true"), own_path("//example.org"), own_path("https://example.org"), own_path("/\\\\a.dk")
    ('/alerts?alle=true', '/', '/', '/')
    """
    plain = text.isascii() and text.isprintable() and len(text) <= LONGEST_PATH and not set(text) & set('\\ "<>#;')
    if not plain or not text.startswith("/") or text.startswith("//"):
        return START
    path = text.partition("?")[0]
    return START if path.startswith(NOT_AFTER_LOGIN) else text
