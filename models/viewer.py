"""Who looks: an actor with roles in partnerships. Accounts are functions, never names of people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What somebody does in a partnership.

    A ``guest`` of the working group sees published releases only.
    """

    PLANNER = "planner"
    ANALYST = "analyst"
    STEERING = "steering"
    GUEST = "guest"
    INGEST = "ingest"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Grant(NamedTuple):
    """One role in one partnership."""

    partnership: str
    role: Role


@dataclass(frozen=True)
class Viewer:
    """An ``actor``, the name of a function as the log keeps it, and what was granted to it.

    >>> Viewer("analyse", frozenset({Grant("nord", Role.ANALYST)})).roles_in("syd")
    frozenset()
    """

    actor: str
    grants: frozenset[Grant]

    def roles_in(self, partnership: str) -> frozenset[Role]:
        """The roles in one partnership."""
        return frozenset(grant.role for grant in self.grants if grant.partnership == partnership)
