"""Disclosure intervals: between which values a count may lie for all that somebody knows.

Whoever reads released tables knows sums of counts, and that counts are whole and not negative. What a count may still
be is found by linear programming over the atoms and, where its answer is not whole, by integer programming (Fischetti,
M. & Salazar, J. J. 2001, Solving the cell suppression problem on tabular data with linear constraints, *Management
Science*, 47(7), 1008-1027).

Everything is said as a change from the true counts. So two versions of a table may be looked at together, whoever
compares them knowing by how much every single count was corrected: the changes are the same in both.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_linprog: Any = linprog  # its types know no sparse matrices

SLACK = 1e-6
WHOLE = 1e-5
FEW = 2  # tables that settle no more targets than this are looked for one target at a time
MOST_TOGETHER = 20
FAR = 1e4


@dataclass(frozen=True, eq=False)
class Exposed:
    """A target that cannot get as far as it must: it is ``gap`` short, and ``weights`` (rows) says by how much at most
    each unit by which a known sum may change lets it get further: negative where it must rise, positive where fall."""

    target: int
    gap: float
    weights: Floats


def exposed_targets(
    rows: sparse.csr_array, floor: Floats, targets: sparse.csr_array, value: Floats, *, least_width: float
) -> list[Exposed]:
    """The ``targets`` (n, atoms), true values ``value`` (n), that cannot be both 0 and ``least_width``.

    ``rows`` (rows, atoms) are the sums that are known, ``floor`` (atoms) the true counts. First over the real numbers;
    where nothing is exposed there, over whole ones: then `Exposed.weights` are infinite, as no dual solution says what
    would help.
    """
    program = _Program(rows, floor)
    found, left = [], []
    for wanted, sign in ((0.0, 1.0), (least_width, -1.0)):
        search = _Search(program, targets, value, wanted, sign)
        search.together()
        found.extend(search.one_by_one())
        left.append(search)
    return found or [
        Exposed(target, 1.0, np.full(rows.shape[0], np.inf)) for search in left for target in search.not_over_whole()
    ]


class _Search:
    """Tables in which targets are ``wanted``: ``not_yet`` over the real numbers, ``not_whole`` over whole ones."""

    def __init__(
        self, program: "_Program", targets: sparse.csr_array, value: Floats, wanted: float, sign: float
    ) -> None:
        self._program, self._targets, self._value, self._wanted, self._sign = program, targets, value, wanted, sign
        self.not_whole: Bools = np.abs(value - wanted) > WHOLE
        self.not_yet: Bools = self.not_whole.copy()

    def together(self) -> None:
        """One table may show many at once to be safe; look for more while each shows some."""
        for _ in range(MOST_TOGETHER):
            open_ = np.flatnonzero(self.not_whole)
            if len(open_) <= FEW:
                return
            chosen = self._targets[open_]
            cost = np.asarray(self._sign * chosen.sum(axis=0), dtype=np.float64).ravel()
            # None may overshoot: a table that has it exactly says more.
            room = self._sign * (self._value[open_] - self._wanted)
            self._settle(self._program.least(cost, room, sparse.csr_array(-self._sign * chosen)).change)
            if len(open_) - self.not_whole.sum() <= FEW:
                return

    def one_by_one(self) -> list[Exposed]:
        """The targets that cannot get as far as wanted."""
        found = []
        for i in np.flatnonzero(self.not_yet):
            if not self.not_yet[i]:
                continue
            answer = self._program.least(np.asarray(self._sign * self._targets[[i]].toarray()[0], dtype=np.float64))
            gap = self._sign * (self._value[i] - self._wanted) + float(answer.cost @ answer.change)
            if gap > SLACK:
                found.append(Exposed(int(i), float(gap), self._program.weights(answer)))
            else:
                self._settle(answer.change)
        return found

    def not_over_whole(self) -> list[int]:
        """The targets that no table of whole numbers has where they are wanted."""
        found = []
        for i in np.flatnonzero(self.not_whole):
            if not self.not_whole[i]:
                continue
            table = self._program.whole_table(self._targets[[i]], self._wanted - self._value[i])
            if table is None:
                found.append(int(i))
            else:
                self._settle(table)
        return found

    def _settle(self, change: Floats) -> None:
        there = self._value + self._targets @ change - self._wanted
        self.not_yet &= self._sign * there > SLACK
        if np.abs(change - np.round(change)).max(initial=0) < WHOLE:
            self.not_whole &= np.abs(there) > WHOLE


class _Least(NamedTuple):
    """Where ``cost`` is least: ``change`` over all atoms, and the dual solution ``marginals`` per kept row."""

    cost: Floats
    change: Floats
    marginals: Floats


class _Program:
    """The linear programs over one knowledge, less the atoms that are known by themselves."""

    def __init__(self, rows: sparse.csr_array, floor: Floats) -> None:
        self._rows = rows.shape[0]
        self._single = np.flatnonzero(np.diff(rows.indptr) == 1)
        self._alone = np.zeros(rows.shape[1], dtype=bool)
        self._alone[rows[self._single].indices] = True
        self._free = np.flatnonzero(~self._alone)
        self._atom_of_single = rows[self._single].indices
        left = rows[:, self._free]
        self._kept = np.flatnonzero(np.diff(left.indptr) > 0)
        self._a_eq = left[self._kept]
        self._floor = floor[self._free]
        self._atoms = rows.shape[1]
        self._columns = rows[:, :].tocsc()

    def least(self, cost: Floats, upper: Floats | None = None, capped: sparse.csr_array | None = None) -> _Least:
        """The least of ``cost`` @ change where ``capped`` @ change is at most ``upper``."""
        answer = _linprog(
            cost[self._free],
            A_ub=None if capped is None else capped[:, self._free],
            b_ub=upper,
            A_eq=self._a_eq if len(self._kept) else None,
            b_eq=np.zeros(len(self._kept)) if len(self._kept) else None,
            bounds=np.column_stack([-self._floor, np.full(len(self._free), FAR)]),
            method="highs-ds",
        )
        if answer.status != 0:
            raise RuntimeError(f"the linear program ended with status {answer.status}")
        marginals = answer.eqlin.marginals if len(self._kept) else np.zeros(0)
        return _Least(cost, self._over_all(answer.x), marginals)

    def weights(self, answer: _Least) -> Floats:
        """The dual solution per row of the knowledge; that of an atom known by itself is its reduced cost."""
        found = np.zeros(self._rows)
        found[self._kept] = answer.marginals
        reduced = answer.cost - self._columns.T @ found
        # One row pays for an atom, however many say the same.
        for row, atom in zip(self._single, self._atom_of_single, strict=True):
            found[row] = reduced[atom]
        return found

    def whole_table(self, target: sparse.csr_array, change: float) -> Floats | None:
        """A change of whole numbers that changes ``target`` by exactly ``change``, or None."""
        rows = sparse.vstack([target[:, self._free], self._a_eq], format="csr")
        sums = np.concatenate([[change], np.zeros(len(self._kept))])
        answer = milp(
            np.zeros(len(self._free)),
            integrality=np.ones(len(self._free), dtype=np.int64),
            bounds=Bounds(-self._floor, FAR),
            constraints=LinearConstraint(rows, sums, sums),
        )
        return None if answer.x is None else self._over_all(np.round(answer.x))

    def _over_all(self, change: Floats) -> Floats:
        found = np.zeros(self._atoms)
        found[self._free] = change
        return found
