"""Incidents per cell in two periods, at the resolution that was asked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.grid import Cells, parents
from models.retention import NAMELESS

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CellCounts:
    """Columns of length n in parts per million of an incident, the most in the period first.

    ``nameless_ppm`` are the counts of the two periods whose cells are past their time (`models.retention`).
    """

    cell: Cells
    area: NDArray[np.int16]
    period_ppm: Whole
    compared_ppm: Whole
    nameless_ppm: tuple[int, int]

    def __len__(self) -> int:
        return len(self.cell)


def cell_counts(
    cell: Cells, area: NDArray[np.int16], period_ppm: Whole, compared_ppm: Whole, *, resolution: int
) -> CellCounts:
    """Sums over rows ``cell`` (of the stored resolution, each area its own), ``area`` and the counts of both periods.

    The area of a cell is that of most of its incidents; a cell in which nothing is left is not among them.
    """
    placed = cell >= NAMELESS
    sums = (period_ppm, compared_ppm)
    above = parents(cell[placed], resolution) if placed.any() else np.empty(0, np.int64)
    found, position = np.unique(above, return_inverse=True)
    totals = [np.zeros(len(found), dtype=np.int64) for _ in sums]
    for total, values in zip(totals, sums, strict=True):
        np.add.at(total, position, values[placed])
    main = _main_area(position, area[placed], (period_ppm + compared_ppm)[placed], len(found))
    order = np.lexsort([found, -totals[1], -totals[0]])
    order = order[(totals[0][order] != 0) | (totals[1][order] != 0)]
    nameless = (int(period_ppm[~placed].sum()), int(compared_ppm[~placed].sum()))
    return CellCounts(found[order], main[order], totals[0][order], totals[1][order], nameless)


def _main_area(position: NDArray[np.intp], area: NDArray[np.int16], weight_ppm: Whole, cells: int) -> NDArray[np.int16]:
    """The area with the most weight in each cell, of equal ones the first."""
    areas = int(area.max(initial=0)) + 1
    weight = np.zeros(cells * areas, dtype=np.int64)
    np.add.at(weight, position * areas + area, weight_ppm)
    most: NDArray[np.int16] = weight.reshape(cells, areas).argmax(axis=1).astype(np.int16)
    return most
