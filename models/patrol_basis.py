"""What plans rest on: the cells of a run that lie in a beat, kept with it so that a plan can be made again at once."""

import datetime as dt
import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo.areas import AreaSet
from geo.errors import PlainError
from geo.grid import Cells
from models.beat import Beat
from models.calendar import to_date
from models.partnership import Partnership

if TYPE_CHECKING:  # what computes a run loads much that reading a plan does not need
    from models.daily import DailyResult

PATROL_BASIS = "patrol-basis.bin"  # the product of a run; no route hands it out
COLUMNS = ("cell", "area", "expected", "recent", "q", "hot", "hours")


class PatrolBasisError(PlainError, ValueError):
    """Bytes that are no basis of plans."""


@dataclass(frozen=True, eq=False)
class PatrolBasis:
    """Cells as columns of length n (sorted); S shifts, K categories.

    ``area`` positions in the partnership's areas; ``expected`` incidents on the date and ``recent`` ones in the window
    of the hotspots (n, S, K), ``q`` and ``hot`` over all categories, ``hours`` (n, 24) recent incidents by clock hour.
    Reported incidents only. ``shifts`` and ``categories`` are the ids that the columns were made for,
    ``last_event`` when the data end, ``complete_until`` the first day that is not complete.
    """

    date: dt.date
    as_of: datetime
    last_event: datetime
    complete_until: dt.date
    shifts: tuple[str, ...]
    categories: tuple[str, ...]
    cell: Cells
    area: NDArray[np.int16]
    expected: NDArray[np.float64]
    recent: NDArray[np.float64]
    q: NDArray[np.float64]
    hot: NDArray[np.bool_]
    hours: NDArray[np.float64]

    def rows_in(self, beat: Beat, areas: AreaSet) -> NDArray[np.intp]:
        """Positions of the cells whose centre lies in an area of ``beat``."""
        return np.flatnonzero(np.isin(self.area, [areas.index[area] for area in beat.areas]))


def basis_of(result: "DailyResult", partnership: Partnership) -> PatrolBasis:
    """The cells of ``result`` whose centre lies in an area of a beat."""
    cells = result.cells
    walked = {area for beat in partnership.beats for area in beat.areas}
    rows = np.isin(cells.area, [partnership.areas.index[area] for area in walked])
    return PatrolBasis(
        date=result.date,
        as_of=result.as_of,
        last_event=datetime.fromtimestamp(result.status.last_event_s, partnership.calendar.timezone),
        complete_until=to_date(result.status.completeness.complete_until_day),
        shifts=tuple(shift.id for shift in partnership.calendar.shifts),
        categories=tuple(category.id for category in partnership.categories),
        cell=cells.cell[rows],
        area=cells.area[rows],
        expected=_as_scored(result)[rows],
        recent=cells.recent[rows],
        q=cells.gi_q[rows, -1],
        hot=cells.hot[rows, -1],
        hours=cells.hours[rows],
    )


def _as_scored(result: "DailyResult") -> NDArray[np.float64]:
    """Expected incidents (n, S, K); in a shift whose expectations do not beat counting, each place has what its best
    count says, parted among the categories as expected there."""
    expected = result.cells.expected.copy()
    for shift in range(expected.shape[1]):
        naive = result.scorecard.naive.get((shift, None))
        if naive is not None:
            total = expected[:, shift].sum(axis=1)
            scale = np.divide(naive, total, out=np.zeros_like(total), where=total > 0)
            expected[:, shift] *= scale[:, None]
    return expected


def packed(basis: PatrolBasis) -> bytes:
    """The basis as bytes that read back as it was."""
    head = {
        "date": basis.date.isoformat(),
        "as_of": basis.as_of.isoformat(),
        "last_event": basis.last_event.isoformat(),
        "complete_until": basis.complete_until.isoformat(),
        "shifts": basis.shifts,
        "categories": basis.categories,
    }
    body = io.BytesIO()
    np.savez_compressed(
        body,
        allow_pickle=False,
        head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8),
        **{name: getattr(basis, name) for name in COLUMNS},
    )
    return body.getvalue()


def unpacked(body: bytes, partnership: Partnership) -> PatrolBasis:
    """What `packed` was given; raises `PatrolBasisError`, also where shifts or categories are others by now."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            head: dict[str, Any] = json.loads(kept["head"].tobytes())
            columns = {name: kept[name] for name in COLUMNS}
            basis = PatrolBasis(
                date=dt.date.fromisoformat(head["date"]),
                as_of=datetime.fromisoformat(head["as_of"]).astimezone(partnership.calendar.timezone),
                last_event=datetime.fromisoformat(head["last_event"]).astimezone(partnership.calendar.timezone),
                complete_until=dt.date.fromisoformat(head["complete_until"]),
                shifts=tuple(head["shifts"]),
                categories=tuple(head["categories"]),
                **columns,
            )
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise PatrolBasisError("these bytes are no basis of plans") from error
    shifts = tuple(shift.id for shift in partnership.calendar.shifts)
    if (basis.shifts, basis.categories) != (shifts, tuple(category.id for category in partnership.categories)):
        raise PatrolBasisError(f"shifts or categories were others on {basis.date}; run the date again")
    return basis
