"""Alerts of the displacement watch: what one says, in the partnership's terms, where it stands, how it got there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from models.alert_life import Action, AlertState, Status

Kind = Literal["displacement", "diffusion-of-benefit", "general-rise", "general-fall", "unclear"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MovedTo = Literal["neighbour", "shift", "category"]
MOVED_TO: tuple[MovedTo, ...] = get_args(MovedTo)
ALL = ""  # every category together


@dataclass(frozen=True)
class AlertSignal:
    """``neighbour`` and ``category`` are ids, `ALL` for every category together.

    ``raised_on`` is the day on which the signal began, ``last_on`` the day of which this is said. Counts and expected
    counts are those from ``onset``, the first day of the change, to ``last_on``; ``onset_from`` to ``onset_to`` is the
    interval of the onset. ``share`` of what the treated area lost went to the neighbour, with its interval; where good
    effects spread, it is of the neighbour's own usual incidents, which it lost.
    ``p`` and ``recurrence_days``: how often chance alone gives as much evidence, over all neighbours and categories.

    ``moved_to``: where to. To another shift or category of the treated area itself, ``neighbour`` is that area,
    ``from_stratum`` and ``to_stratum`` are ids of the shifts or categories, and the figures of the treated area and the
    neighbour are those of the one and the other stratum; chance is over all pairs of them.
    """

    neighbour: str
    category: str
    kind: Kind
    raised_on: date
    last_on: date
    onset: date
    onset_from: date
    onset_to: date
    treated_observed: float
    treated_expected: float
    neighbour_observed: float
    neighbour_expected: float
    share: float
    share_lower: float
    share_upper: float
    p: float
    recurrence_days: float
    moved_to: MovedTo = "neighbour"
    from_stratum: str = ""
    to_stratum: str = ""


@dataclass(frozen=True)
class Alert:
    """An alert as it stands: the signal's last figures, and what people made of it."""

    id: int
    signal: AlertSignal
    state: AlertState


@dataclass(frozen=True)
class AlertEvent:
    """One line of an alert's history; ``reason``, ``until`` and ``other`` alert where the action has them."""

    at: datetime
    actor: str
    action: Action | Literal["raise"]
    reason: str | None
    status: Status
    until: date | None
    other: int | None
