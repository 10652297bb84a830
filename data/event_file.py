"""File mode: points with a time, from any file that intake reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.file_times import DAY_S, TIME_NAMES, named_column, times
from data.intake.table import GEOMETRY_LAT, GEOMETRY_LON, RawBlock, Table, TableOptions
from data.intake.table_file import open_table
from data.point_file import LAT_NAMES, LON_NAMES, PointFileError, degrees, numbers, whole_blocks
from geo.projection import project, utm_zone

X_NAMES = ("x", "x_m", "easting", "utm_x")
Y_NAMES = ("y", "y_m", "northing", "utm_y")

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Events:
    """Columns of length n, in the order of the file.

    ``x_m``, ``y_m`` in ``crs``, or as the file has them where it has metres (``crs`` is then empty and ``lon``,
    ``lat`` are NaN); ``time_s`` seconds since 1970-01-01 as the clock showed, ``day`` whole days of it.
    """

    x_m: Numbers
    y_m: Numbers
    lon: Numbers
    lat: Numbers
    time_s: NDArray[np.int64]
    crs: str

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def day(self) -> NDArray[np.int64]:
        return np.floor_divide(self.time_s, DAY_S)


def read_events(path: Path) -> Events:
    """Every row's place and time.

    Places are lon/lat, projected to the UTM zone of their middle, or else x/y in metres. Day stands before month
    where a date can be read both ways. Raises `PointFileError` or `IntakeError`: one sentence, naming line or column.
    """
    table = open_table(path, TableOptions())
    metric = _in_metres(table)
    names = [(X_NAMES, ""), (Y_NAMES, "")] if metric else [(LON_NAMES, GEOMETRY_LON), (LAT_NAMES, GEOMETRY_LAT)]
    places = tuple(_named(table, *pair) for pair in names)
    time = _named(table, TIME_NAMES, "")
    east: list[Numbers] = []
    north: list[Numbers] = []
    when: list[NDArray[np.int64]] = []
    for block in whole_blocks(table, (*places, time)):
        pair = _metres(table, block, places) if metric else degrees(table, block, (places[0], places[1]))
        east.append(pair[0])
        north.append(pair[1])
        when.append(times(table, block, time))
    if not when:
        raise PointFileError(f"{table.name} has no rows")
    first, second, time_s = np.concatenate(east), np.concatenate(north), np.concatenate(when)
    if metric:
        unknown = np.full(len(time_s), np.nan)
        return Events(first, second, unknown, unknown, time_s, "")
    crs = utm_zone(float(np.median(first)), float(np.median(second)))
    return Events(*project(first, second, crs), first, second, time_s, crs)


def _in_metres(table: Table) -> bool:
    lower = {column.lower() for column in table.header}
    in_degrees = GEOMETRY_LON in table.header or bool(lower.intersection(LON_NAMES))
    return not in_degrees and bool(lower.intersection(X_NAMES)) and bool(lower.intersection(Y_NAMES))


def _named(table: Table, names: tuple[str, ...], geometry: str) -> str:
    if geometry and geometry in table.header:
        return geometry
    return named_column(table, names)


def _metres(table: Table, block: RawBlock, places: tuple[str, ...]) -> tuple[Numbers, Numbers]:
    return numbers(table, block, places[0]), numbers(table, block, places[1])
