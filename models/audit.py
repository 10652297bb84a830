"""A line of the log: who did what to what, why, for whom, and how it ended. Codes from closed lists, no free text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from geo.errors import PlainError

Action = Literal[
    "import",
    "run",
    "consultation",
    "alert",
    "effort",
    "change",
    "export",
    "disclosure",
    "combination",
    "deletion",
    "login",
    "account",
    "plan",
]
Purpose = Literal[
    "unstated",
    "patrol-planning",
    "analysis",
    "steering",
    "intake",
    "operation",
    "access",
    "administration",
    "erasure",
    "audit",
    "health",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
# What an action is usually for, where nobody says otherwise.
USUAL_PURPOSE: Mapping[Action, Purpose] = {
    "import": "intake",
    "run": "operation",
    "consultation": "analysis",
    "alert": "analysis",
    "effort": "patrol-planning",
    "change": "administration",
    "export": "analysis",
    "disclosure": "steering",
    "combination": "analysis",
    "deletion": "erasure",
    "login": "access",
    "account": "administration",
    "plan": "patrol-planning",
}
# By these figures reach somebody: the actor itself, where no other recipient is named.
REACHES: frozenset[Action] = frozenset({"consultation", "export", "disclosure"})
# Who tries to get in under an account that does not exist; what was typed may be a name or a password.
NOBODY = "unknown"
RECIPIENT = re.compile(r"[^\s\x00-\x1f\x7f]{0,200}")


class AuditCodeError(PlainError, ValueError):
    """A word that is not in the closed list of its field."""


@dataclass(frozen=True)
class AuditEntry:
    """What is to be logged; number, time and hash are the log's own. `audit_entry` fills in what is usual."""

    actor: str
    action: Action
    purpose: Purpose
    subject: str
    recipient: str
    outcome: str


@dataclass(frozen=True)
class AuditRow:
    """A line as it stands in the log: ``id`` counts from 1 without gaps, ``hash`` is of 32 bytes."""

    id: int
    at: datetime
    actor: str
    action: str
    purpose: str
    subject: str
    recipient: str
    outcome: str
    hash: bytes


def audit_entry(
    *,
    actor: str,
    action: Action,
    subject: str,
    outcome: str,
    purpose: Purpose | None = None,
    recipient: str | None = None,
) -> AuditEntry:
    """A line to be logged, with the usual purpose of its action and the actor as recipient where none is given.

    Raises `AuditCodeError` for a word outside the closed lists and for a recipient that is no handle.

    >>> audit_entry(actor="analyse", action="consultation", subject="nord/latest/alerts", outcome="released").purpose
    'analysis'
    """
    purpose = USUAL_PURPOSE.get(action, "unstated") if purpose is None else purpose
    for name, value, known in (("action", action, ACTIONS), ("purpose", purpose, PURPOSES)):
        if value not in known:
            raise AuditCodeError(f"{name} is '{value}'; it must be one of {', '.join(known)}")
    recipient = (actor if action in REACHES else "") if recipient is None else recipient
    if not RECIPIENT.fullmatch(recipient):
        raise AuditCodeError("recipient must be a handle of at most 200 characters without spaces")
    return AuditEntry(actor, action, purpose, subject, recipient, outcome)
