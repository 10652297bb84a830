"""Between the positions statistics count with and the ids the database keeps.

A partnership's settings may be reordered or extended; ids in the database stay what they are.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.binary_copy import Texts
from geo.areas import NO_AREA
from geo.errors import PlainError
from models.panel import BASES, IncidentColumns, Panel
from models.partnership import Partnership

Row = tuple[Any, ...]


class UnknownIdError(PlainError, ValueError):
    """The database holds an id that the partnership's settings no longer have."""


class Coding:
    """Ids to positions and back for one partnership."""

    def __init__(self, partnership: Partnership) -> None:
        self._areas = [area.id for area in partnership.areas.areas]
        self._categories = [category.id for category in partnership.categories]
        self._shifts = [shift.id for shift in partnership.calendar.shifts]

    def incident_texts(self, incidents: IncidentColumns) -> list[Texts]:
        """The columns category, basis, area."""
        return [
            Texts(self._categories, incidents.category),
            Texts(BASES, incidents.basis),
            Texts([None, *self._areas], incidents.area - NO_AREA),
        ]

    def incidents(self, rows: Sequence[Row]) -> IncidentColumns:
        """Columns from rows as ``data/sql/incidents.sql`` selects them."""
        lon, lat, accuracy, cell, area, edge, category, basis, from_s, to_s, known_s = _columns(rows, 11)
        return IncidentColumns(
            lon=np.array(lon, dtype=np.float64),
            lat=np.array(lat, dtype=np.float64),
            accuracy_m=np.array(accuracy, dtype=np.float64),
            cell=np.array(cell, dtype=np.int64),
            area=self._area_positions(area).astype(np.int16),
            edge=np.array(edge, dtype=np.bool_),
            category=_positions("category", self._categories, category).astype(np.int16),
            basis=_positions("basis", BASES, basis).astype(np.int8),
            from_s=np.array(from_s, dtype=np.int64),
            to_s=np.array(to_s, dtype=np.int64),
            known_s=np.array(known_s, dtype=np.int64),
        )

    def panel_texts(self, panel: Panel) -> list[Texts]:
        """The columns area, shift, category, basis."""
        return [
            Texts(["", *self._areas], panel.area - NO_AREA),
            Texts(self._shifts, panel.shift),
            Texts(self._categories, panel.category),
            Texts(BASES, panel.basis),
        ]

    def panel(self, rows: Sequence[Row]) -> Panel:
        """Columns from rows as ``data/sql/panel.sql`` selects them."""
        cell, area, day, shift, category, basis, weight = _columns(rows, 7)
        return Panel(
            cell=np.array(cell, dtype=np.int64),
            area=self._area_positions(area).astype(np.int16),
            day=np.array(day, dtype=np.int32),
            shift=_positions("shift", self._shifts, shift).astype(np.int16),
            category=_positions("category", self._categories, category).astype(np.int16),
            basis=_positions("basis", BASES, basis).astype(np.int8),
            weight_ppm=np.array(weight, dtype=np.int64),
        )

    def _area_positions(self, ids: Sequence[str | None]) -> NDArray[np.int64]:
        return _positions("area", ["", *self._areas], [i or "" for i in ids]) - 1


def _columns(rows: Sequence[Row], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _positions(what: str, names: Sequence[str], ids: Sequence[str]) -> NDArray[np.int64]:
    position = {name: i for i, name in enumerate(names)}
    try:
        return np.array([position[i] for i in ids], dtype=np.int64)
    except KeyError as error:
        raise UnknownIdError(
            f"the database holds {what} {error.args[0]!r}, which the partnership's settings do not have"
        ) from error
