"""Cell suppression: which figures of a table stay hidden, so that no small count can be computed from what is shown.

Primary suppression hides every figure below the minimum, zero among them. Complementary suppression hides others with
them, as few and as light as can be, so that each count below the minimum, shown in this table or in none, may for all
that is known be 0 and may be `minimum` - 1, over whole numbers, whatever else was released before: with it the reader
knows no more of it than that it is small. Both values are below the minimum, so that knowing that the figure itself
is a small one, and not hidden for another's sake, says nothing more.

The choice is the optimum of an integer program with a cut for each figure still exposed (Benders' decomposition after
Fischetti & Salazar 2001, see `models.disclosure_interval`). Hiding the whole table always suffices, as it adds nothing
to what is known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from models.disclosure import MINIMUM_COUNT
from models.disclosure_interval import SLACK, Exposed, exposed_targets
from models.release_lattice import ReleaseLattice

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Positions = NDArray[np.intp]
Bools = NDArray[np.bool_]

# After so many rounds the optimum is given up for a good choice: cuts are then met one by one, the lightest first.
EXACT_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Suppression:
    """``shown`` (n) of the new figures; ``rounds`` of cuts it took, ``optimal`` where no lighter choice exists."""

    shown: Bools
    rounds: int
    optimal: bool


def suppression(
    lattice: ReleaseLattice,
    *,
    new: Positions,
    values: Ints,
    floor: Ints,
    protected: Positions,
    before: Positions,
    weight: Floats,
    minimum: int = MINIMUM_COUNT,
) -> Suppression:
    """Which of the figures ``new`` (n) with the true ``values`` (n) may be shown.

    ``before`` (any) are the figures that earlier releases show, ``protected`` (any) those that are small in a version
    released so far or now; ``floor`` (atoms) is each atom's least count in any of them; ``weight`` (n) what hiding a
    figure costs. Figures with a value below ``minimum`` are hidden; what is complementary costs the least. What the
    earlier releases expose by themselves, as a count may that a correction made small, no choice can protect.

    >>> from models.release_lattice import release_lattice
    >>> lattice = release_lattice(range(24312, 24313), areas=2, categories=2, cell_area=[])
    >>> counts = np.array([[[9, 2], [8, 30]]])
    >>> atoms = lattice.atoms(counts, np.zeros((1, 0), int))
    >>> new, none = lattice.area_figures(lattice.periods[0]).ravel(), np.array([], int)
    >>> values = lattice.sums[new] @ atoms
    >>> small, weight = new[values < 5], np.log(1.0 + values)
    >>> found = suppression(
    ...     lattice, new=new, values=values, floor=atoms, protected=small, before=none, weight=weight
    ... )
    >>> [int(value) if shown else "-" for value, shown in zip(values, found.shown)]
    ['-', '-', 11, '-', '-', 38, 17, 32, 49]
    """
    case = _Case(lattice, new, floor, protected, before, minimum=minimum)
    hidden = values < minimum
    if len(before):
        case.leave_out(case.exposed(np.ones(len(new), dtype=bool)))
    cuts: list[Floats] = []
    for turn in range(1, EXACT_ROUNDS + len(new)):
        exposed = case.exposed(hidden)
        if not exposed:
            return Suppression(~hidden, turn, turn <= EXACT_ROUNDS)
        if hidden.all():
            break
        cuts.extend(case.cut(one, hidden) for one in exposed)
        hidden = _lightest(cuts, weight, values < minimum) if turn < EXACT_ROUNDS else _met(cuts[-1], hidden, weight)
    return Suppression(np.zeros(len(new), dtype=bool), turn, optimal=False)


class _Case:
    """One choice to be made: what is protected, and what is known given what is hidden."""

    def __init__(
        self,
        lattice: ReleaseLattice,
        new: Positions,
        floor: Ints,
        *known: Positions,
        minimum: int,
    ) -> None:
        protected, before = known
        sums = lattice.sums
        self._floor, self._room = floor.astype(np.float64), (sums[new] @ floor).astype(np.float64)
        self._targets, self._width = sums[protected], float(minimum - 1)
        self._value = (self._targets @ floor).astype(np.float64)
        self._rows = sparse.vstack([lattice.ties, sums[before], sums[new]], format="csr")
        self._earlier = lattice.ties.shape[0] + len(before)

    def leave_out(self, exposed: list[Exposed]) -> None:
        """Protect no longer what is exposed whatever is chosen."""
        kept = np.setdiff1d(np.arange(len(self._value)), [one.target for one in exposed])
        self._targets, self._value = self._targets[kept], self._value[kept]

    def exposed(self, hidden: Bools) -> list[Exposed]:
        """What ``hidden`` leaves exposed."""
        kept = np.concatenate([np.ones(self._earlier, dtype=bool), ~hidden])
        return exposed_targets(self._rows[kept], self._floor, self._targets, self._value, least_width=self._width)

    def cut(self, exposed: Exposed, hidden: Bools) -> Floats:
        """What hiding each figure gives at most of what the exposed one lacks: the sum over the hidden must be 1."""
        weights = np.zeros(len(hidden))
        weights[~hidden] = exposed.weights[self._earlier :]
        fall = np.maximum(weights, 0.0) * self._room / exposed.gap if np.isfinite(weights).all() else weights
        share = np.where(weights < -SLACK, 1.0, np.minimum(fall, 1.0))
        found: Floats = np.where(share < SLACK, 0.0, share)
        return found


def _lightest(cuts: list[Floats], weight: Floats, primary: Bools) -> Bools:
    """The lightest choice that meets every cut."""
    answer = milp(
        np.where(primary, 0.0, weight),
        integrality=np.ones(len(weight), dtype=np.int64),
        bounds=Bounds(primary.astype(float), 1.0),
        constraints=LinearConstraint(np.array(cuts), 1 - 1e-7, np.inf),
    )
    if answer.x is None:
        return np.ones(len(weight), dtype=bool)
    chosen: Bools = np.round(answer.x).astype(bool)
    return chosen


def _met(cut: Floats, hidden: Bools, weight: Floats) -> Bools:
    """``hidden`` and, the lightest for what they give first, figures until the cut is met."""
    more = hidden.copy()
    order = np.argsort(np.where(cut > 0, weight / np.maximum(cut, 1e-9), np.inf), kind="stable")
    reached = 0.0
    for i in order:
        if reached >= 1 - 1e-7 or cut[i] <= 0:
            break
        more[i] = True
        reached += cut[i]
    return more
