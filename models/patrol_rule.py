"""What people decide about plans: cells that must be in or not, visits, zones of the law. Codes, never free text."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from geo.errors import PlainError

RuleKind = Literal["pin", "suppress"]
PinReason = Literal["partner-request", "known-event", "local-knowledge", "follow-up"]
SuppressReason = Literal["building-work", "effort-running", "institution", "no-access", "wrong-data"]
REASONS: dict[RuleKind, tuple[str, ...]] = {"pin": get_args(PinReason), "suppress": get_args(SuppressReason)}
Outcome = Literal["done", "shortened", "not-possible"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ZoneKind = Literal["search-zone", "stricter-penalty-zone", "nightlife-zone", "presence-ban"]
ZONE_KINDS: tuple[ZoneKind, ...] = get_args(ZoneKind)
LONGEST_RULE_DAYS = 92


class PlanRuleError(PlainError, ValueError):
    """Something decided about plans that cannot be; the sentence says why."""


@dataclass(frozen=True)
class PlanRule:
    """A cell (H3 text) of a beat that is pinned or suppressed on half-open days, in one ``shift`` or in all (None)."""

    beat: str
    cell: str
    kind: RuleKind
    reason: str
    start: date
    stop: date
    shift: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in REASONS:
            raise PlanRuleError(f"a rule must be one of {', '.join(REASONS)}, found '{self.kind}'")
        if self.reason not in REASONS[self.kind]:
            # What was written in place of a code may name somebody: it is not said again.
            raise PlanRuleError(f"the reason to {self.kind} a place must be one of {', '.join(REASONS[self.kind])}")
        if not 0 < (self.stop - self.start).days <= LONGEST_RULE_DAYS:
            raise PlanRuleError(f"a rule must last 1 to {LONGEST_RULE_DAYS} days, found {self.start} to {self.stop}")

    def holds(self, day: date, shift: str) -> bool:
        """Whether it is about plans of that day and shift."""
        return self.start <= day < self.stop and self.shift in {None, shift}


@dataclass(frozen=True)
class KeptRule:
    """A rule as it stands, with its number."""

    id: int
    rule: PlanRule


@dataclass(frozen=True)
class Visit:
    """What became of the visit of that ``number`` (from 1) to the stop in ``cell``; who was there is not asked."""

    cell: str
    number: int
    outcome: Outcome

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise PlanRuleError(f"a visit must be one of {', '.join(OUTCOMES)}, found '{self.outcome}'")


@dataclass(frozen=True)
class LegalZone:
    """Areas (ids) in which the law gives other powers between two moments; decided on a date."""

    kind: ZoneKind
    areas: tuple[str, ...]
    starts: datetime
    ends: datetime
    decided_on: date

    def __post_init__(self) -> None:
        if self.kind not in ZONE_KINDS:
            raise PlanRuleError(f"a zone must be one of {', '.join(ZONE_KINDS)}, found '{self.kind}'")
        if self.ends <= self.starts:
            raise PlanRuleError(f"a zone must end after it starts, found {self.starts} to {self.ends}")
        if self.decided_on > self.starts.date():
            raise PlanRuleError(f"a zone must be decided before it starts, found {self.decided_on}")


@dataclass(frozen=True)
class KeptZone:
    """A zone as it was entered, with its number."""

    id: int
    zone: LegalZone
