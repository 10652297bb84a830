"""Who looks while there are no logins: the operator at this machine. Real logins take its place."""

from api.gate import LOCAL_ACTOR
from api.guard import Identify
from geo.errors import PlainError
from models.partnership import Partnership
from models.viewer import Grant, Role, Viewer

LOOPBACK = "127.0.0.1"


class LocalOnlyError(PlainError, ValueError):
    """A service without logins that others could reach."""


def local_operator(partnership: Partnership, host: str) -> Identify:
    """Takes everybody for the operator, who plans and analyses.

    Raises `LocalOnlyError` unless ``host`` is this machine.
    """
    if host != LOOPBACK:
        raise LocalOnlyError(f"a service without logins binds to {LOOPBACK} only, found {host}")
    grants = frozenset(Grant(partnership.id, role) for role in (Role.PLANNER, Role.ANALYST))
    operator = Viewer(LOCAL_ACTOR, grants)
    return lambda _: operator
