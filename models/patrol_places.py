"""Which places a patrol plan takes: those where most is expected, and some that are drawn.

Few places visited often do more than many visited once (hot spots policing: Braga, A. A., Turchan, B., Papachristos,
A. V. & Hureau, D. M. 2019, *Campbell Systematic Reviews* 15, e1046). But plans that follow their own past only learn
about places they go to: a share of the stops is drawn at random over the whole beat, as a bandit explores. What police
themselves observed takes no part, nor does anything about who lives or stays there: a place has a cell, what citizens
reported there, and how often plans were there.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.patrol_parameters import PatrolParameters
from models.patrol_plan import Reason

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
OFTEN = 2.0  # times what was expected: then the reason is what came lately


@dataclass(frozen=True, eq=False)
class Candidates:
    """The cells of a beat as columns of length n: place in metres (n, 2), incidents ``expected`` in the shift,
    ``recent`` ones in it and how many are ``usual`` in that time, and whether the cell is a proven ``hot`` one."""

    cell: Integers
    xy_m: Floats
    expected: Floats
    recent: Floats
    usual: Floats
    hot: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True)
class Chosen:
    """A candidate by its position, why, and of a drawn one the chance of the first draw."""

    position: int
    reason: Reason
    chance: float | None = None


@dataclass(frozen=True)
class Choice:
    """The stops chosen, and positions of those that were left out although they would have been: ``capped`` because of
    earlier plans, ``suppressed`` because somebody said so."""

    stops: tuple[Chosen, ...]
    capped: tuple[int, ...]
    suppressed: tuple[int, ...]


def choose_places(
    candidates: Candidates,
    stops: int,
    *,
    parameters: PatrolParameters,
    rng: np.random.Generator,
    earlier: Sequence[Collection[int]] = (),
    pinned: Collection[int] = (),
    suppressed: Collection[int] = (),
) -> Choice:
    """At most ``stops`` places. ``earlier`` are the cells of earlier plans of the same shift and beat, the latest
    first; ``pinned`` cells are taken whatever is expected, ``suppressed`` ones never.

    The number drawn is ``stops * exploration_share`` rounded up or down at random, so that it holds on average, and
    leaves one stop that is chosen. A place is drawn with a chance that rises with what is expected there and falls
    with the plans that were there.
    """
    wanted = _pinned(candidates, pinned, suppressed, stops)
    drawn = min(int(stops * parameters.exploration_share + rng.random()), max(stops - 1, 0), stops - len(wanted))
    visits = Counter(cell for plan in earlier[: parameters.cap_window - 1] for cell in plan)
    often = np.array([visits[int(cell)] for cell in candidates.cell], dtype=np.float64)
    banned = np.isin(candidates.cell, list(suppressed))
    capped = often >= parameters.cap_plans
    taken = [one.position for one in wanted]
    left: dict[str, list[int]] = {"capped": [], "suppressed": []}
    chosen = list(wanted)
    for position in np.lexsort((candidates.cell, -candidates.expected)).tolist():
        if len(chosen) >= stops - drawn or candidates.expected[position] <= 0:
            break
        if position in taken or not _apart(candidates, position, taken, parameters.least_apart_m):
            continue
        if banned[position] or capped[position]:
            left["suppressed" if banned[position] else "capped"].append(position)
            continue
        chosen.append(Chosen(position, _reason(candidates, position)))
        taken.append(position)
    free = ~banned & ~capped
    for _ in range(drawn):
        apart = [_apart(candidates, i, taken, parameters.least_apart_m) for i in range(len(candidates))]
        found = _draw(candidates, often, free & np.array(apart, dtype=bool), rng)
        if found is None:
            break
        chosen.append(found)
        taken.append(found.position)
    return Choice(tuple(chosen), tuple(left["capped"]), tuple(left["suppressed"]))


def _pinned(candidates: Candidates, pinned: Collection[int], suppressed: Collection[int], stops: int) -> list[Chosen]:
    inside = np.flatnonzero(np.isin(candidates.cell, list(pinned)) & ~np.isin(candidates.cell, list(suppressed)))
    by_expected = inside[np.lexsort((candidates.cell[inside], -candidates.expected[inside]))]
    return [Chosen(int(position), "pinned") for position in by_expected[:stops]]


def _draw(candidates: Candidates, often: Floats, allowed: NDArray[np.bool_], rng: np.random.Generator) -> Chosen | None:
    if not allowed.any():
        return None
    # Half the weight is the same for all: a place where nothing was ever reported is drawn too.
    mean = candidates.expected.mean() or 1.0
    weight = np.where(allowed, (candidates.expected + mean) / (1 + often), 0.0)
    chance = weight / weight.sum()
    position = int(rng.choice(len(chance), p=chance))
    return Chosen(position, "exploration", float(chance[position]))


def _apart(candidates: Candidates, position: int, taken: Sequence[int], least_m: float) -> bool:
    if position in taken:
        return False
    away = candidates.xy_m[list(taken)] - candidates.xy_m[position]
    return bool((np.hypot(away[:, 0], away[:, 1]) >= least_m).all()) if len(taken) else True


def _reason(candidates: Candidates, position: int) -> Reason:
    if candidates.hot[position]:
        return "hot"
    recent, usual = candidates.recent[position], candidates.usual[position]
    return "recent" if recent >= 2 and recent > OFTEN * usual else "expected"
