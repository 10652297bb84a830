"""Displacement in released figures: did the treated area fall and a neighbour rise, and what could have been seen?

Everything follows from two released tables, so that whoever holds them can compute it. The rule is that of the map
(`models.displacement_claim`): two halves, both exact, both Holm-adjusted. What differs is the rest: with hidden areas
it is what the totals over all areas leave beside the two, which needs no figure of any other area.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.multiple_testing import holm
from models.net_rate_ratio import Tables, net_tails
from models.rate_ratio import count_tails
from models.release_body import Body
from models.release_trend import comparable, days_of

ALPHA = 0.05


@dataclass(frozen=True)
class ReleasedDisplacement:
    """One neighbour and column (a category, or all of them as the last).

    ``claimed``: the treated area fell and the neighbour rose beside everywhere else; a whole report holds a false claim
    with a chance of at most 0.05 where nobody rose, and of at most 0.05 where the treated area did not fall. H0 of
    ``p``: one of the two did not happen. ``detectable``: the smallest number of the treated area's incidents whose move
    to the neighbour would have been claimed, all else as it changed everywhere; None where none would.
    """

    neighbour: str
    column: int
    treated: tuple[int, int]
    gained: tuple[int, int]
    p: float
    claimed: bool
    detectable: int | None


@dataclass(frozen=True)
class _Case:
    """Counts (before, now) of the treated area T, a neighbour and the rest."""

    neighbour: str
    column: int
    treated: tuple[int, int]
    gained: tuple[int, int]
    rest: tuple[int, int]


@dataclass(frozen=True)
class _Tails:
    """One-sided p-values of a case."""

    fall: float
    rise: float
    fall_beside_rest: float
    rise_of_own: float


def released_displacement(
    now: Body, before: Body | None, *, treated: str, neighbours: Sequence[str]
) -> list[ReleasedDisplacement]:
    """Every neighbour and column that both tables show with the treated area and the total over all areas."""
    if before is None or not comparable(now, before):
        return []
    exposure = days_of(now) / days_of(before)
    cases = list(_cases(now, before, treated, neighbours))
    tails = [_tails(case, exposure) for case in cases]
    falls = {case.column: found.fall for case, found in zip(cases, tails, strict=True)}
    adjusted = _adjusted(falls)
    open_cases = [i for i, case in enumerate(cases) if adjusted[case.column] <= ALPHA]
    rises = _adjusted({i: tails[i].rise for i in open_cases})
    fallen = {column for column, p in adjusted.items() if p <= ALPHA}
    return [
        ReleasedDisplacement(
            case.neighbour,
            case.column,
            case.treated,
            case.gained,
            p=max(adjusted[case.column], rises.get(i, found.rise)),
            claimed=i in rises and rises[i] <= ALPHA and _sound(found),
            detectable=_detectable(case, exposure, falls=len(falls), rises=max(1, len(neighbours) * len(fallen))),
        )
        for i, (case, found) in enumerate(zip(cases, tails, strict=True))
    ]


def _cases(now: Body, before: Body, treated: str, neighbours: Sequence[str]) -> Iterator[_Case]:
    position = {area["id"]: i for i, area in enumerate(now["areas"])}
    for neighbour in neighbours:
        if treated not in position or neighbour not in position:
            continue
        rows = (position[treated], position[neighbour], -1)
        for column in range(len(now["figures"][-1])):
            pairs = [(before["figures"][row][column], now["figures"][row][column]) for row in rows]
            if not any(None in pair for pair in pairs):
                t, j, total = pairs
                yield _Case(neighbour, column, t, j, (total[0] - t[0] - j[0], total[1] - t[1] - j[1]))


def _tails(case: _Case, exposure: float) -> _Tails:
    fall, _ = count_tails(*_columns(case.treated), exposure)
    _, rise_of_own = count_tails(*_columns(case.gained), exposure)
    if not sum(case.rest):
        return _Tails(float(fall[0]), float(rise_of_own[0]), float(fall[0]), float(rise_of_own[0]))
    rest = _columns(case.rest)
    return _Tails(
        fall=float(fall[0]),
        rise=float(net_tails(Tables(*_columns(case.gained), *rest))[1][0]),
        fall_beside_rest=float(net_tails(Tables(*_columns(case.treated), *rest))[0][0]),
        rise_of_own=float(rise_of_own[0]),
    )


def _columns(pair: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([float(pair[0])]), np.array([float(pair[1])])


def _sound(found: _Tails) -> bool:
    """Neither half is an artefact of what it is held against."""
    return max(found.fall_beside_rest, found.rise_of_own) <= ALPHA


def _adjusted(p: dict[int, float]) -> dict[int, float]:
    return dict(zip(p, holm(np.array(list(p.values()))).tolist(), strict=True)) if p else {}


def _detectable(case: _Case, exposure: float, *, falls: int, rises: int) -> int | None:
    """By halving: more moved is never harder to see. Judged as the only change, at the strictest step of Holm."""
    growth = case.rest[1] / case.rest[0] if case.rest[0] else exposure
    usual_t, usual_j = (round(pair[0] * growth) for pair in (case.treated, case.gained))

    def seen(moved: int) -> bool:
        shifted = _Case("", 0, (case.treated[0], usual_t - moved), (case.gained[0], usual_j + moved), case.rest)
        found = _tails(shifted, exposure)
        return found.fall * falls <= ALPHA and found.rise * rises <= ALPHA and _sound(found)

    if usual_t < 1 or not seen(usual_t):
        return None
    low, high = 0, usual_t
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high
