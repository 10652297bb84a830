"""Cells as the pages carry them: small whole numbers, only cells with something to show.

Outlines are steps of 0.00001 degrees from the map's south-west corner; expected counts are in units of
0.00001 incidents and counts in hundredths (by the hour in tenths), because whole numbers compress well and add up alike
in Python and in the browser.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.grid import Cells, outline, to_text
from maps.colours import LEVELS, class_breaks, count_breaks

EXPECTED_UNIT = 1e-5
COUNT_UNIT = 0.01
HOUR_UNIT = 0.1
DEGREE_UNIT = 1e-5
Q_UNIT = 1e-4
WHOLE_DAY = -1


@dataclass(frozen=True)
class CellTable:
    """Cells to draw, columns of length n; S shifts, K categories, G = K + 1 columns of significance.

    ``expected``, ``recent`` and ``observed`` have shape (n, S, K); ``q`` and ``hot`` (n, G), the last column
    for all categories together. ``ranked`` marks the cells that class limits and the ranking count in. ``hours``
    (n, 24) are reported incidents of the recent past by the hour of the clock. ``instead`` holds for choices whose
    expectations do not beat counting what their best count expects (n), by (shift, category), None for all of them.
    """

    cell: Cells
    area: NDArray[np.int16]
    place: Sequence[str]
    expected: NDArray[np.float64]
    recent: NDArray[np.float64]
    observed: NDArray[np.float64]
    q: NDArray[np.float64]
    hot: NDArray[np.bool_]
    ranked: NDArray[np.bool_]
    hours: NDArray[np.float64]
    instead: Mapping[tuple[int | None, int | None], NDArray[np.float64]] = field(default_factory=dict)

    def expected_in(self, shift: int, category: int) -> NDArray[np.float64]:
        """What is shown as expected for a choice (-1: all of them), (n)."""
        counted = self.instead.get((None if shift < 0 else shift, None if category < 0 else category))
        return _chosen(self.expected, shift, category) if counted is None else counted


def cell_payload(table: CellTable, origin: tuple[float, float]) -> dict[str, Any]:
    """``table`` for the page's script; ``origin`` is the lon, lat that outlines start from."""
    places = sorted(set(table.place))
    position = {place: i for i, place in enumerate(places)}
    return {
        "origin": list(origin),
        "places": places,
        "id": to_text(table.cell),
        "area": table.area.tolist(),
        "place": [position[place] for place in table.place],
        "ring": [_ring(int(cell), origin) for cell in table.cell],
        "expected": _sparse(table.expected, EXPECTED_UNIT),
        "instead": {
            _key(-1 if s is None else s, -1 if k is None else k): np.round(counted / EXPECTED_UNIT).astype(int).tolist()
            for (s, k), counted in table.instead.items()
        },
        "recent": _sparse(table.recent, COUNT_UNIT),
        "observed": _sparse(table.observed, COUNT_UNIT),
        "q": np.round(table.q / Q_UNIT).astype(int).tolist(),
        "hours": _sparse(table.hours[:, None, :], HOUR_UNIT),
        "hot": [int(sum(1 << k for k in np.flatnonzero(row))) for row in table.hot],
    }


def limits(table: CellTable) -> Mapping[str, Mapping[str, Sequence[float]]]:
    """Class limits of each layer for every choice, key ``shift:category`` (-1 all of them)."""
    recent = table.recent[table.ranked]
    shifts, categories = recent.shape[1:]
    choices = [(s, k) for s in range(WHOLE_DAY, shifts) for k in range(-1, categories)]
    return {
        "expected": {_key(s, k): class_breaks(table.expected_in(s, k)[table.ranked], LEVELS) for s, k in choices},
        "recent": {_key(s, k): count_breaks(np.round(_chosen(recent, s, k))) for s, k in choices},
    }


def _chosen(values: NDArray[np.float64], shift: int, category: int) -> NDArray[np.float64]:
    """Each cell's sum over the chosen shift and category, shape (n,)."""
    by_category = values.sum(axis=1) if shift == WHOLE_DAY else values[:, shift]
    chosen: NDArray[np.float64] = by_category.sum(axis=1) if category == -1 else by_category[:, category]
    return chosen


def _key(shift: int, category: int) -> str:
    return f"{shift}:{category}"


def _ring(cell: int, origin: tuple[float, float]) -> list[int]:
    """The open outline as whole steps: the first corner from ``origin``, each next from the one before."""
    corners = np.round((np.array(outline(cell)[:-1]) - np.array(origin)) / DEGREE_UNIT).astype(int)
    steps: list[int] = np.diff(corners, axis=0, prepend=0).ravel().tolist()
    return steps


def _sparse(counts: NDArray[np.float64], unit: float) -> list[list[int]]:
    """Each cell's (S, K) as position, value, position, value ... of what is not 0 in whole units."""
    whole = np.round(counts / unit).astype(int).reshape(len(counts), counts.shape[1] * counts.shape[2])
    return [np.column_stack([np.flatnonzero(row), row[row != 0]]).ravel().tolist() for row in whole]
