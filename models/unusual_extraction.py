"""Unusual extraction: days on which somebody took out far more than they and everybody else usually do.

Rules, not a test: each compares one plain count of a day with a limit. For an actor and a date (by the wall clock)

- ``hour``: the most extractions within any 3,600 seconds that end on the date;
- ``day``: all of the date;
- ``exports``: those by which figures left as a file, to another system or to others;
- ``night``: those from ``night_from_h`` to ``night_to_h`` o'clock;
- ``breadth``: how many different dates were asked for.

A count is unusual when it exceeds limit = max(floor, ``times`` · usual), usual = max(the median of the actor's own
active days, the ``others_quantile`` of everybody else's), both over the ``history_days`` before the date; what is not
there counts as 0. A day is active where the actor took anything out. So a new actor is measured by the others, a lone
one by itself, and nobody by a day that is still to come. An actor's own usual is a median, so that one who takes a
little more every day does not raise the limit as fast as the count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from models.parameter_limits import require_number, require_share, require_whole

Ints = NDArray[np.int64]
Rule = Literal["hour", "day", "exports", "night", "breadth"]
RULES: tuple[Rule, ...] = get_args(Rule)
HOUR_S, DAY_S = 3_600, 86_400
NO_DAY = -1


@dataclass(frozen=True)
class UnusualParameters:
    """The floors are extractions (``breadth_floor`` dates): less is never unusual. The night may span midnight."""

    hour_floor: int = 60
    day_floor: int = 200
    exports_floor: int = 20
    night_floor: int = 30
    breadth_floor: int = 60
    times: float = 3.0
    history_days: int = 28
    others_quantile: float = 0.95
    night_from_h: int = 22
    night_to_h: int = 6

    def __post_init__(self) -> None:
        for name in ("hour_floor", "day_floor", "exports_floor", "night_floor", "breadth_floor", "history_days"):
            require_whole(name, getattr(self, name), at_least=1)
        for name in ("night_from_h", "night_to_h"):
            require_whole(name, getattr(self, name), at_least=0)
        require_number("times", self.times, at_least=1)
        require_share("others_quantile", self.others_quantile)

    @property
    def floors(self) -> tuple[int, ...]:
        """In the order of `RULES`."""
        return (self.hour_floor, self.day_floor, self.exports_floor, self.night_floor, self.breadth_floor)


@dataclass(frozen=True)
class Extractions:
    """One element per extraction, in any order.

    ``local_s`` (n,) int64: seconds since 1970 by the wall clock. ``actor`` (n,) int64: who, numbered from 0.
    ``export`` (n,) bool. ``asked_day`` (n,) int64: the date asked for as days since 1970, `NO_DAY` where none.
    """

    local_s: Ints
    actor: Ints
    export: NDArray[np.bool_]
    asked_day: Ints


@dataclass(frozen=True)
class ActorDays:
    """Counts of each actor on each of its active days: ``actor`` and ``day`` (m,), ``counts`` (m, 5) as `RULES`."""

    actor: Ints
    day: Ints
    counts: Ints


@dataclass(frozen=True)
class UnusualDay:
    """``count`` exceeds ``limit``; ``day`` is days since 1970."""

    actor: int
    day: int
    rule: Rule
    count: int
    usual: float
    limit: float


def unusual_days(found: ActorDays, parameters: UnusualParameters | None = None) -> list[UnusualDay]:
    """Every count above its limit, by day, actor and rule.

    >>> scraped = Extractions(np.arange(100) * 20, np.zeros(100, int), np.zeros(100, bool), np.arange(100))
    >>> [(one.rule, one.count, one.limit) for one in unusual_days(actor_days(scraped))]
    [('hour', 100, 60.0), ('night', 100, 30.0), ('breadth', 100, 60.0)]
    """
    p = parameters or UnusualParameters()
    # Where no floor is passed nothing needs to be compared.
    passed = np.flatnonzero((found.counts > np.array(p.floors)).any(axis=1))
    unusual = [one for i in passed for one in _above(found, int(i), p)]
    return sorted(unusual, key=lambda one: (one.day, one.actor, RULES.index(one.rule)))


def _above(found: ActorDays, i: int, p: UnusualParameters) -> Iterator[UnusualDay]:
    """The counts of row ``i`` above their limits."""
    actor, day, usual = int(found.actor[i]), int(found.day[i]), _usual(found, i, p)
    for rule, count, floor, expected in zip(RULES, found.counts[i], p.floors, usual, strict=True):
        limit = max(float(floor), p.times * float(expected))
        if count > limit:
            yield UnusualDay(actor, day, rule, int(count), float(expected), limit)


def actor_days(extractions: Extractions, parameters: UnusualParameters | None = None) -> ActorDays:
    """The counts that the rules compare, one row per actor and active day."""
    p = parameters or UnusualParameters()
    order = np.lexsort((extractions.local_s, extractions.actor))
    at, actor = extractions.local_s[order], extractions.actor[order]
    day = at // DAY_S
    keys, row = np.unique(np.stack([actor, day], axis=1), axis=0, return_inverse=True)
    row = row.reshape(-1)
    counts = np.zeros((len(keys), len(RULES)), dtype=np.int64)
    np.maximum.at(counts[:, 0], row, _in_the_hour(at, actor))
    for k, taken in ((1, np.ones(len(at), bool)), (2, extractions.export[order]), (3, _at_night(at, p))):
        counts[:, k] = np.bincount(row[taken], minlength=len(keys))
    counts[:, 4] = _different(row, extractions.asked_day[order], len(keys))
    return ActorDays(keys[:, 0], keys[:, 1], counts)


def _in_the_hour(at: Ints, actor: Ints) -> Ints:
    """Of each extraction, how many its actor made in the hour that ends with it; sorted by actor and time."""
    found = np.empty(len(at), dtype=np.int64)
    for start, stop in _stretches(actor):
        times = at[start:stop]
        found[start:stop] = np.arange(1, len(times) + 1) - np.searchsorted(times, times - HOUR_S, side="right")
    return found


def _stretches(actor: Ints) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(actor)) + 1
    return list(pairwise([0, *edges.tolist(), len(actor)]))


def _at_night(at: Ints, p: UnusualParameters) -> NDArray[np.bool_]:
    hour = at % DAY_S // HOUR_S
    if p.night_from_h <= p.night_to_h:
        return (hour >= p.night_from_h) & (hour < p.night_to_h)
    return (hour >= p.night_from_h) | (hour < p.night_to_h)


def _different(row: Ints, asked: Ints, rows: int) -> Ints:
    pairs = np.unique(np.stack([row, asked], axis=1)[asked != NO_DAY], axis=0)
    return np.bincount(pairs[:, 0], minlength=rows)


def _usual(found: ActorDays, i: int, p: UnusualParameters) -> NDArray[np.float64]:
    """What was usual before row ``i``, of each rule."""
    before = (found.day < found.day[i]) & (found.day >= found.day[i] - p.history_days)
    mine = found.actor == found.actor[i]
    own = _quantile(found.counts[before & mine], 0.5)
    return np.maximum(own, _quantile(found.counts[before & ~mine], p.others_quantile))


def _quantile(counts: Ints, share: float) -> NDArray[np.float64]:
    if not len(counts):
        return np.zeros(len(RULES))
    return np.quantile(counts, share, axis=0, method="higher").astype(np.float64)
