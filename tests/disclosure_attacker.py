"""The attacker: knows the rule and every figure of every release, and solves for the counts that are not shown.

Written apart from what protects: it reads released bodies alone, writes down an equation for each figure it sees in
them, and asks an integer program for the least and the greatest value of a count. A correction is a second unknown
for each count of its month; ``changes`` is what somebody outside may know of how the counts were corrected.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Body = Mapping[str, Any]
Unknown = tuple[Any, ...]
Sum = dict[Unknown, float]
FAR = 5000.0


def months_of(period: str) -> list[str]:
    year, _, part = period.partition("-")
    if part.startswith("H"):
        first = 1 if part == "H1" else 7
        return [f"{year}-{first + i:02d}" for i in range(6)]
    return [period] if part else [f"{year}-{i:02d}" for i in range(1, 13)]


def sum_of(body: Body, area: int | None, category: int | None, version: Callable[[str], int]) -> Sum:
    """The unknowns that a figure of an areas' table adds up; None is all of them."""
    areas = range(len(body["areas"])) if area is None else [area]
    categories = range(len(body["categories"])) if category is None else [category]
    return {("n", m, version(m), a, c): 1.0 for m in months_of(body["period"]) for a in areas for c in categories}


class Attacker:
    """Everything that follows from ``bodies``; ``versions`` (per body) says which count of a month each is about."""

    def __init__(
        self,
        bodies: Sequence[Body],
        versions: Sequence[Callable[[str], int]] | None = None,
        changes: Mapping[tuple[Unknown, Unknown], int] | None = None,
        *,
        categories: int,
    ) -> None:
        self.equations: list[tuple[Sum, float]] = []
        chosen = versions or [lambda _month: 0] * len(bodies)
        for body, version in zip(bodies, chosen, strict=True):
            if body["table"] == "areas":
                self._read_areas(body, version)
            else:
                self._read_cells(body, version, categories)
        for (old, new), change in (changes or {}).items():
            self.equations.append(({new: 1.0, old: -1.0}, float(change)))
        self._solve_for: dict[Unknown, int] = {}
        for terms, _ in self.equations:
            for unknown in terms:
                self._solve_for.setdefault(unknown, len(self._solve_for))
        self._tables: list[np.ndarray] = []

    def _read_areas(self, body: Body, version: Callable[[str], int]) -> None:
        lasts = len(body["areas"]), len(body["categories"])
        for a, row in enumerate(body["figures"]):
            for c, figure in enumerate(row):
                if figure is not None:
                    assert figure >= 5, "a small figure is shown"
                    area, category = (None if i == last else i for i, last in zip((a, c), lasts, strict=True))
                    self.equations.append((sum_of(body, area, category, version), float(figure)))

    def _read_cells(self, body: Body, version: Callable[[str], int], categories: int) -> None:
        """Cells that are shown, and that those of an area are the area."""
        half = body["period"]
        about = tuple(version(month) for month in months_of(half))
        for i, cell in enumerate(body["cells"]):
            if cell["count"] is not None:
                assert cell["count"] >= 5, "a small figure is shown"
                self.equations.append(({("cell", half, about, i): 1.0}, float(cell["count"])))
        for a, area in enumerate(body["areas"]):
            terms: Sum = {
                ("cell", half, about, i): 1.0 for i, cell in enumerate(body["cells"]) if cell["area"] == area["id"]
            }
            inside = {("n", m, version(m), a, c): -1.0 for m in months_of(half) for c in range(categories)}
            self.equations.append((terms | inside, 0.0))

    def seen(self, wanted: Sum) -> tuple[float, float]:
        """The least and greatest value of a sum in the tables found so far; what no equation holds is free."""
        held = {unknown: factor for unknown, factor in wanted.items() if unknown in self._solve_for}
        values = [sum(factor * table[self._solve_for[u]] for u, factor in held.items()) for table in self._tables]
        greatest = FAR if len(held) < len(wanted) else max(values, default=-FAR)
        return min(values, default=FAR) if held else 0.0, greatest

    def interval(self, wanted: Sum) -> tuple[float, float]:
        """The least and the greatest whole value of a sum; `FAR` or more is as good as unlimited."""
        where = dict(self._solve_for)
        for unknown in wanted:
            where.setdefault(unknown, len(where))
        matrix, known = self._written_out(where)
        cost = np.zeros(len(where))
        for unknown, factor in wanted.items():
            cost[where[unknown]] = factor
        ends = []
        for sign in (1.0, -1.0):
            answer = milp(
                sign * cost,
                integrality=np.ones(len(where)),
                bounds=Bounds(0, FAR),
                constraints=LinearConstraint(matrix, known, known) if len(known) else (),
            )
            assert answer.x is not None, answer.message
            ends.append(sign * answer.fun)
            self._tables.append(np.round(answer.x[: len(self._solve_for)]))
        return round(ends[0], 6), round(ends[1], 6)

    def _written_out(self, where: Mapping[Unknown, int]) -> tuple[np.ndarray, np.ndarray]:
        matrix = np.zeros((len(self.equations), len(where)))
        for i, (terms, _) in enumerate(self.equations):
            for unknown, factor in terms.items():
                matrix[i, where[unknown]] = factor
        return matrix, np.array([known for _, known in self.equations])
