"""What intake hands on: blocks of incidents, and for every row it could not use the reason."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.panel import IncidentColumns

Reason = Literal[
    "row-ragged",
    "row-unreadable",
    "person-data",
    "key-missing",
    "time-missing",
    "time-start-missing",
    "time-format",
    "time-no-such-date",
    "time-skipped-hour",
    "time-out-of-range",
    "time-future",
    "time-end-before-start",
    "time-too-long",
    "category-missing",
    "category-unknown",
    "basis-missing",
    "basis-unknown",
    "withdrawn-unknown",
    "coordinates-missing",
    "geometry-not-a-point",
    "coordinates-not-numbers",
    "coordinates-not-degrees",
    "coordinates-swapped",
    "outside",
    "accuracy-invalid",
    "address-missing",
    "address-unknown",
    "address-ambiguous",
]


class IntakeError(PlainError, ValueError):
    """The whole file cannot be used; one plain sentence says why, without any of its content that is personal."""


@dataclass(frozen=True)
class Reject:
    """A row that could not be used: the physical line it starts on (the first is 1), and why.

    ``detail`` is one plain sentence that never holds person data or free text.
    """

    line: int
    reason: Reason
    detail: str


@dataclass(frozen=True)
class Withdrawals:
    """Rows that take an incident back: the lines they stand in (n), ascending, and the keys (32 bytes each)."""

    line: NDArray[np.int64]
    key: tuple[bytes, ...]


NOTHING_WITHDRAWN = Withdrawals(np.empty(0, np.int64), ())


@dataclass(frozen=True)
class IntakeBlock:
    """Consecutive rows of a file: accepted ones as columns, the others as rejects in file order.

    ``read`` = ``len(incidents)`` + ``len(withdrawn.key)`` + ``len(rejects)``. ``line`` (ascending), ``key`` (32 bytes
    each), ``geocode_method`` and ``without_end`` (no end stood in the row) have one entry per incident.
    """

    read: int
    incidents: IncidentColumns
    line: NDArray[np.int64]
    key: tuple[bytes, ...]
    geocode_method: tuple[str, ...]
    without_end: NDArray[np.bool_]
    rejects: tuple[Reject, ...]
    withdrawn: Withdrawals = NOTHING_WITHDRAWN


class Faults:
    """The first fault found in each of a block's rows; later ones of the same row are not told."""

    def __init__(self, line: NDArray[np.int64]) -> None:
        self._line = line
        self._bad = np.zeros(len(line), dtype=np.bool_)
        self._rejects: list[Reject] = []

    @property
    def good(self) -> NDArray[np.bool_]:
        """Rows without a fault so far."""
        return ~self._bad

    @property
    def rejects(self) -> list[Reject]:
        return self._rejects

    def settle(self, rows: NDArray[np.intp]) -> None:
        """``rows`` have had their say: no fault found later is one of theirs, and they are not `good`."""
        self._bad[rows] = True

    def mark(self, rows: NDArray[np.bool_] | NDArray[np.intp], reason: Reason, detail: str) -> None:
        """Give ``rows`` (a mask or positions) the same fault where they have none yet."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        fresh = chosen[~self._bad[chosen]]
        self._rejects.extend(Reject(line, reason, detail) for line in self._line[fresh].tolist())
        self._bad[fresh] = True
