"""The life of an alert: which step may follow which, and the closed list of reasons.

    new → acknowledged → investigating → confirmed | dismissed → closed

Every reason is a code: free text could name a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from geo.errors import PlainError

Status = Literal["new", "acknowledged", "investigating", "confirmed", "dismissed", "closed"]
Action = Literal["acknowledge", "investigate", "confirm", "dismiss", "close", "reopen", "snooze", "wake", "link"]

STATUSES: tuple[Status, ...] = get_args(Status)
ACTIONS: tuple[Action, ...] = get_args(Action)
OPEN: tuple[Status, ...] = ("new", "acknowledged", "investigating")
SETTLED: tuple[Status, ...] = ("confirmed", "dismissed")

# From which statuses an action leads to which.
STEPS: Mapping[Action, tuple[tuple[Status, ...], Status]] = {
    "acknowledge": (("new",), "acknowledged"),
    "investigate": (("new", "acknowledged"), "investigating"),
    "confirm": (("acknowledged", "investigating"), "confirmed"),
    "dismiss": (OPEN, "dismissed"),
    "close": (SETTLED, "closed"),
    "reopen": ((*SETTLED, "closed"), "investigating"),
}
REASONS: Mapping[Action, tuple[str, ...]] = {
    "confirm": ("seen-on-the-spot", "partners-agree", "later-data-agree"),
    "dismiss": ("reporting", "known-event", "other-cause", "data-error", "did-not-last"),
    "reopen": ("new-data", "mistake"),
}
LONGEST_SNOOZE_DAYS = 28


class AlertStepError(PlainError, ValueError):
    """A step that an alert cannot take."""


@dataclass(frozen=True)
class AlertState:
    """Where an alert stands; ``snoozed_until`` is the day it comes back to the inbox."""

    status: Status = "new"
    snoozed_until: date | None = None

    def in_inbox(self, today: date) -> bool:
        """Whether somebody should look at it ``today``."""
        return self.status in OPEN and (self.snoozed_until is None or self.snoozed_until <= today)


@dataclass(frozen=True)
class AlertStep:
    """What somebody does: ``reason`` where the action has reasons, ``until`` of a snooze, ``other`` alert of a link."""

    action: Action
    reason: str | None = None
    until: date | None = None
    other: int | None = None


def after(state: AlertState, step: AlertStep, *, today: date) -> AlertState:
    """The state after ``step``; raises `AlertStepError` where it cannot be taken.

    >>> from datetime import date
    >>> day = date(2026, 11, 2)
    >>> after(AlertState(), AlertStep("acknowledge"), today=day).status
    'acknowledged'
    >>> after(AlertState("investigating"), AlertStep("dismiss", "known-event"), today=day).status
    'dismissed'
    """
    _require_reason(step)
    if step.action in STEPS:
        allowed, status = STEPS[step.action]
        _require_status(state, step.action, allowed)
        return AlertState(status)
    if step.action == "snooze":
        _require_status(state, step.action, OPEN)
        _require_until(step.until, today)
        return replace(state, snoozed_until=step.until)
    if step.action == "wake":
        return replace(state, snoozed_until=None)
    if step.other is None:
        raise AlertStepError("a link needs the number of another alert")
    return state


def next_actions(state: AlertState) -> list[Action]:
    """The actions that lead on from ``state``, in the order of the life."""
    return [action for action, (allowed, _) in STEPS.items() if state.status in allowed]


def _require_reason(step: AlertStep) -> None:
    reasons = REASONS.get(step.action, ())
    if reasons and step.reason not in reasons:
        given = f"found '{step.reason}'" if step.reason else "none was given"
        raise AlertStepError(f"'{step.action}' needs a reason, one of {', '.join(reasons)}; {given}")
    if not reasons and step.reason:
        raise AlertStepError(f"'{step.action}' takes no reason, found '{step.reason}'")


def _require_status(state: AlertState, action: Action, allowed: tuple[Status, ...]) -> None:
    if state.status not in allowed:
        raise AlertStepError(f"'{action}' needs an alert that is {' or '.join(allowed)}; this one is {state.status}")


def _require_until(until: date | None, today: date) -> None:
    days = (until - today).days if until else 0
    if not 1 <= days <= LONGEST_SNOOZE_DAYS:
        raise AlertStepError(f"a snooze ends 1 to {LONGEST_SNOOZE_DAYS} days ahead, found {days}")
