"""At which hours of the day incidents came: aoristic counts by the clock on the wall.

An incident whose time is uncertain counts a share in every hour it may have come in (Ratcliffe 2002, see
`models.aoristic`). The hour that the autumn change repeats holds both.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.aoristic import ONE_PPM, aoristic_ppm

HOUR_S = 3600
HOURS = 24
Floats = NDArray[np.float64]


def clock_hours(
    from_s: NDArray[np.int64], to_s: NDArray[np.int64], group: NDArray[np.integer], groups: int, zone: ZoneInfo
) -> Floats:
    """Incidents per group and hour of the local day, shape (groups, 24).

    ``from_s`` and ``to_s`` (n) half-open intervals in seconds since the epoch, ``group`` (n) below ``groups``.

    >>> at = np.array([int(datetime(2026, 7, 1, 22, 15, tzinfo=ZoneInfo("Europe/Copenhagen")).timestamp())])
    >>> hours = clock_hours(at, at + 5400, np.array([0]), 1, ZoneInfo("Europe/Copenhagen"))
    >>> hours[0, 22:].tolist()
    [0.5, 0.5]
    """
    counts = np.zeros((groups, HOURS))
    if len(from_s) == 0:
        return counts
    first, last = int(from_s.min()) // HOUR_S, int(to_s.max()) // HOUR_S + 2
    edges = np.arange(first, last + 1, dtype=np.int64) * HOUR_S
    row, slot, weight = aoristic_ppm(from_s, to_s, edges)
    # Whole hours of the epoch are whole hours of every clock but those that stand half an hour off.
    used, place = np.unique(slot, return_inverse=True)
    hour = np.array([datetime.fromtimestamp(int(edges[one]), zone).hour for one in used.tolist()], dtype=np.int64)
    np.add.at(counts, (group[row], hour[place]), weight / ONE_PPM)
    return counts
