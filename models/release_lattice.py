"""Every figure that may be released about some months, and which counts each of them is the sum of.

The smallest counts, the *atoms*, are those of a month, area and category, and those of a half-year and cell. Areas add
up to all areas, categories to all categories, months to half-years and years, and the cells of an area to the area's
half-year: sums run in every direction, and an attacker may use all of them at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.release_period import ReleasePeriod, periods_of

Ints = NDArray[np.int64]
Positions = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ReleaseLattice:
    """``sums`` (figures, atoms) says with ones which atoms a figure adds up; ``ties`` (ties, atoms) are differences
    that are zero whatever happened: cells of an area against the area."""

    months: range
    periods: tuple[ReleasePeriod, ...]
    areas: int
    categories: int
    cells: int
    sums: sparse.csr_array
    ties: sparse.csr_array

    def area_figures(self, period: ReleasePeriod) -> Positions:
        """Positions (areas + 1, categories + 1) of a period's figures; all areas and all categories come last."""
        size = (self.areas + 1) * (self.categories + 1)
        first = self.periods.index(period) * size
        return np.arange(first, first + size).reshape(self.areas + 1, self.categories + 1)

    def cell_figures(self, period: ReleasePeriod) -> Positions:
        """Positions (cells) of a half-year's figures."""
        half_years = [p for p in self.periods if p.kind == "half-year"]
        first = len(self.periods) * (self.areas + 1) * (self.categories + 1) + half_years.index(period) * self.cells
        return np.arange(first, first + self.cells)

    def atoms(self, counts: Ints, cell_counts: Ints) -> Ints:
        """The atoms in one row: ``counts`` (months, areas, categories), ``cell_counts`` (months, cells)."""
        halves = [p for p in self.periods if p.kind == "half-year"]
        by_half = [cell_counts[p.first_month - self.months.start :][:6].sum(axis=0) for p in halves]
        return np.concatenate([counts.ravel(), *by_half]).astype(np.int64)


def release_lattice(months: range, *, areas: int, categories: int, cell_area: Sequence[int]) -> ReleaseLattice:
    """The figures of ``months``, a fixed period; ``cell_area`` (cells) is the position of each cell's area.

    >>> lattice = release_lattice(range(24312, 24318), areas=2, categories=2, cell_area=[0, 1])
    >>> lattice.sums.shape  # seven periods of nine figures, and two cells; 24 atoms of areas, and two of cells
    (65, 26)
    """
    periods = periods_of(months)
    halves = [period for period in periods if period.kind == "half-year"]
    in_period = _members([[m - months.start for m in period.months] for period in periods], len(months))
    tables = sparse.kron(in_period, sparse.kron(_with_total(areas), _with_total(categories)))
    cells = sparse.eye_array(len(halves) * len(cell_area))
    sums = sparse.block_diag([tables, cells], format="csr")
    whole_area = sparse.kron(sparse.eye_array(areas), np.ones((1, categories)))
    in_half = in_period[[periods.index(half) for half in halves]] if halves else sparse.csr_array((0, len(months)))
    of_area = _members([[c for c, a in enumerate(cell_area) if a == area] for area in range(areas)], len(cell_area))
    ties = sparse.hstack(
        [sparse.kron(in_half, whole_area), -sparse.kron(sparse.eye_array(len(halves)), of_area)], format="csr"
    )
    return ReleaseLattice(months, periods, areas, categories, len(cell_area), sparse.csr_array(sums), ties)


def _with_total(size: int) -> sparse.csr_array:
    """(size + 1, size): each by itself, then all together."""
    return sparse.csr_array(np.vstack([np.eye(size), np.ones((1, size))]))


def _members(groups: Sequence[Sequence[int]], size: int) -> sparse.csr_array:
    found = np.zeros((len(groups), size))
    for row, group in enumerate(groups):
        found[row, list(group)] = 1
    return sparse.csr_array(found)
