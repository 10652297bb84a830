"""A patrol plan: the few places to be seen at in one shift and beat, each with its reason.

It is about places: nothing in it says who goes there, and it is made from what citizens report.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from models.beat import Travel

Reason = Literal["hot", "expected", "recent", "exploration", "pinned"]
Presence = Literal["dialogue", "visibility"]


@dataclass(frozen=True)
class StopEvidence:
    """What speaks for a stop, over its cell and those around it: ``expected`` incidents in this shift, ``recent`` in
    the window of the hotspots and in this shift, ``q`` of the hot cell (None where it is none), the ids of the
    ``categories`` that weigh most, and in which ``hours`` of the shift they came (share per hour from its start)."""

    expected: float
    recent: float
    q: float | None
    categories: tuple[str, ...]
    hours: tuple[float, ...]


@dataclass(frozen=True)
class PlanStop:
    """A place of about 150 × 150 m: an H3 cell of resolution 10, ``lon`` and ``lat`` its centre in degrees.

    ``area`` and ``place`` say where in words. ``best`` is the half-open part of the shift in which presence matters
    most, ``visits`` are the arrivals that the plan proposes, ``minutes`` how long each lasts. ``chance`` is how likely
    the lot was to give a place that was drawn; None where none was. ``here`` are the incidents expected in the cell
    alone.
    """

    cell: str
    lon: float
    lat: float
    area: str
    place: str
    reason: Reason
    evidence: StopEvidence
    presence: Presence
    minutes: int
    best: tuple[datetime, datetime]
    visits: tuple[datetime, ...]
    chance: float | None = None
    here: float | None = None


@dataclass(frozen=True)
class LeftOut:
    """A place that would have been chosen and was not: ``capped`` (chosen too often lately) or ``suppressed``; ``here``
    are the incidents expected in the cell alone."""

    cell: str
    place: str
    why: Literal["capped", "suppressed"]
    here: float | None = None


@dataclass(frozen=True)
class PatrolPlan:
    """The plan of one shift and beat, the stops in the order of the way; ``starts`` and ``ends`` of the shift carry
    offsets. ``run`` is the digest of the run it rests on and ``as_of`` what that knew; ``seed`` gives the same plan
    again. ``way_m`` is one round in metres, ``slack_minutes`` what the shift leaves free of stops and ways."""

    partnership: str
    date: date
    shift: str
    beat: str
    starts: datetime
    ends: datetime
    as_of: datetime
    run: str
    seed: int
    travel: Travel
    stops: tuple[PlanStop, ...]
    left_out: tuple[LeftOut, ...]
    way_m: float
    slack_minutes: int
