"""Efforts (indsatser): what was done in which area from when to when, as a partnership registers it.

A kind is a code from a closed list: free text could name a person. Mistakes are withdrawn and entered again.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from geo.errors import PlainError

EffortKind = Literal[
    "presence",
    "dialogue",
    "lighting",
    "rebuilding",
    "access",
    "clean-up",
    "opening-hours",
    "inspection",
    "activities",
    "camera",
    "zone",
]
EffortAction = Literal["add", "end", "withdraw"]
KINDS: tuple[EffortKind, ...] = get_args(EffortKind)
EARLIEST = date(2000, 1, 1)
LONGEST_AHEAD = timedelta(days=366)


Fault = Literal["area", "kind", "category", "start", "stop", "form", "same", "withdrawn"]


class EffortError(PlainError, ValueError):
    """An effort that cannot be entered or changed so; ``fault`` says what is wrong with it."""

    def __init__(self, sentence: str, fault: Fault) -> None:
        super().__init__(sentence)
        self.fault = fault


@dataclass(frozen=True)
class EffortEntry:
    """What somebody enters: ``start`` to ``stop``, half-open, None while it goes on; ``area`` and ``categories`` are
    ids, no category for all of them."""

    area: str
    kind: EffortKind
    start: date
    stop: date | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effort:
    """An effort in the register."""

    id: int
    entry: EffortEntry
    withdrawn: bool
    entered_at: datetime
    entered_by: str

    def goes_on(self, day: date) -> bool:
        """Whether it went on at ``day``."""
        entry = self.entry
        return not self.withdrawn and entry.start <= day and (entry.stop is None or day < entry.stop)


@dataclass(frozen=True)
class EffortEvent:
    """One line of an effort's history; ``stop`` where the action has one."""

    at: datetime
    actor: str
    action: EffortAction
    stop: date | None


def effort_kind(text: str) -> EffortKind:
    """The kind of that code; raises `EffortError`."""
    if text not in KINDS:
        raise EffortError(f"the kind must be one of {', '.join(KINDS)}, found '{text}'", "kind")
    return text


def checked(entry: EffortEntry, *, areas: Container[str], categories: tuple[str, ...], today: date) -> EffortEntry:
    """``entry`` with its categories in the order of the partnership's, each once; raises `EffortError`.

    >>> entry = EffortEntry("a", "lighting", date(2026, 5, 1), categories=("y", "x", "y"))
    >>> checked(entry, areas={"a"}, categories=("x", "y", "z"), today=date(2026, 5, 1)).categories
    ('x', 'y')
    """
    effort_kind(entry.kind)
    if entry.area not in areas:
        raise EffortError(f"'{entry.area}' is not an area of the partnership", "area")
    unknown = sorted(set(entry.categories) - set(categories))
    if unknown:
        raise EffortError(f"'{unknown[0]}' is not a category; they are {', '.join(categories)}", "category")
    if not EARLIEST <= entry.start <= today + LONGEST_AHEAD:
        raise EffortError(f"the start must lie between {EARLIEST} and a year from today, found {entry.start}", "start")
    if entry.stop is not None:
        require_stop(entry.start, entry.stop)
    chosen = tuple(category for category in categories if category in entry.categories)
    return EffortEntry(entry.area, entry.kind, entry.start, entry.stop, chosen)


def require_stop(start: date, stop: date) -> None:
    """An effort lasts a day at least; raises `EffortError`."""
    if stop <= start:
        raise EffortError(f"the first day without the effort must come after its start {start}, found {stop}", "stop")
