"""The panel: incidents counted per cell, area, shift-date, shift, category and basis.

The area is part of the key because an incident's area follows from its point: a cell on the boundary holds
incidents of both sides. Counts are in parts per million of an incident (see `models.aoristic`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from models.aoristic import ONE_PPM, aoristic_ppm
from models.calendar import ShiftCalendar

Basis = Literal["reported", "observed"]
BASES: tuple[Basis, ...] = ("reported", "observed")
REPORTED = BASES.index("reported")

ALL_CATEGORIES = -1
"""In place of a category's position: all categories together."""


@dataclass(frozen=True)
class IncidentColumns:
    """Incidents as columns of equal length n.

    ``lon``, ``lat`` degrees (WGS84); ``accuracy_m`` metres; ``cell`` H3 at the finest resolution; ``area``
    index into the area set (-1 outside); ``edge`` nearer to a boundary than the accuracy; ``category`` and
    ``basis`` positions in the partnership's categories and in `BASES`; ``from_s``, ``to_s`` the half-open
    interval it happened in; ``known_s`` the instant it was known, all in seconds since the epoch.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    cell: NDArray[np.int64]
    area: NDArray[np.int16]
    edge: NDArray[np.bool_]
    category: NDArray[np.int16]
    basis: NDArray[np.int8]
    from_s: NDArray[np.int64]
    to_s: NDArray[np.int64]
    known_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cell)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """The incidents that ``which`` selects."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


@dataclass(frozen=True)
class Panel:
    """Panel rows as columns of equal length, unique and sorted by key; ``day`` in days since 1970-01-01."""

    cell: NDArray[np.int64]
    area: NDArray[np.int16]
    day: NDArray[np.int32]
    shift: NDArray[np.int16]
    category: NDArray[np.int16]
    basis: NDArray[np.int8]
    weight_ppm: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def count(self) -> NDArray[np.float64]:
        """Number of incidents per row, fractional where times are uncertain."""
        return self.weight_ppm / ONE_PPM

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """The rows that ``which`` selects."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


KEY = ("cell", "area", "day", "shift", "category", "basis")


def panel_of(incidents: IncidentColumns, calendar: ShiftCalendar) -> Panel:
    """Count ``incidents`` into panel rows: the one function every path into the panel uses."""
    if len(incidents) == 0:
        return aggregate([])
    slots = calendar.slots_covering(int(incidents.from_s.min()), int(incidents.to_s.max()))
    row, slot, weight = aoristic_ppm(incidents.from_s, incidents.to_s, slots.edges_s)
    return aggregate(
        [
            Panel(
                cell=incidents.cell[row],
                area=incidents.area[row],
                day=slots.day_number(slot),
                shift=slots.shift(slot),
                category=incidents.category[row],
                basis=incidents.basis[row],
                weight_ppm=weight,
            )
        ]
    )


def negated(panel: Panel) -> Panel:
    """The same rows with the opposite sign, to take incidents out of a panel by adding."""
    return Panel(**{name: getattr(panel, name) for name in KEY}, weight_ppm=-panel.weight_ppm)


def aggregate(parts: Sequence[Panel]) -> Panel:
    """One panel with the sum of all ``parts``: sorted by key, rows that add up to nothing left out."""
    if not parts:
        return _empty()
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in KEY}
    weight = np.concatenate([part.weight_ppm for part in parts])
    if len(weight) == 0:
        return _empty()
    order = np.lexsort([columns[name] for name in reversed(KEY)])
    columns = {name: column[order] for name, column in columns.items()}
    new = np.zeros(len(order), dtype=bool)
    new[0] = True
    for column in columns.values():
        new[1:] |= column[1:] != column[:-1]
    starts = np.flatnonzero(new)
    total = np.add.reduceat(weight[order], starts)
    kept = total != 0
    return Panel(**{name: column[starts][kept] for name, column in columns.items()}, weight_ppm=total[kept])


def _empty() -> Panel:
    return Panel(
        cell=np.empty(0, np.int64),
        area=np.empty(0, np.int16),
        day=np.empty(0, np.int32),
        shift=np.empty(0, np.int16),
        category=np.empty(0, np.int16),
        basis=np.empty(0, np.int8),
        weight_ppm=np.empty(0, np.int64),
    )
