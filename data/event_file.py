"""File mode: points with a time, from any file that intake reads."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.intake.table import GEOMETRY_LAT, GEOMETRY_LON, RawBlock, Table, TableOptions
from data.intake.table_file import open_table
from data.intake.times import FORMAT, ISO_FORMATS, MISSING, OK, PROBLEMS, parse_times, time_format
from data.point_file import LAT_NAMES, LON_NAMES, PointFileError, degrees, numbers, whole_blocks
from geo.projection import project, utm_zone

TIME_NAMES = ("date", "dato", "day", "dag", "time", "tid", "tidspunkt", "datetime", "occurred_from", "fra")
X_NAMES = ("x", "x_m", "easting", "utm_x")
Y_NAMES = ("y", "y_m", "northing", "utm_y")
FORMATS = (
    *ISO_FORMATS,
    *map(time_format, ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d %H:%M", "%Y/%m/%d")),
    *map(time_format, ("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y")),
    *map(time_format, ("%d/%m/%Y %H:%M", "%d/%m/%Y")),
)
# What a clock showed stands for itself: no zone moves an event to another day.
AS_WRITTEN = ZoneInfo("UTC")
DAY_S = 86_400

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
    times: list[NDArray[np.int64]] = []
    for block in whole_blocks(table, (*places, time)):
        pair = _metres(table, block, places) if metric else degrees(table, block, (places[0], places[1]))
        east.append(pair[0])
        north.append(pair[1])
        times.append(_times(table, block, time))
    if not times:
        raise PointFileError(f"{table.name} has no rows")
    first, second, time_s = np.concatenate(east), np.concatenate(north), np.concatenate(times)
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
    found = [column for column in table.header if column.lower() in names]
    if not found:
        raise PointFileError(f"{table.name} needs a column named {names[0]}; it has {', '.join(table.header)}")
    # The list of names is in order of preference: a file with both date and fra has the day in date.
    return min(found, key=lambda column: names.index(column.lower()))


def _metres(table: Table, block: RawBlock, places: tuple[str, ...]) -> tuple[Numbers, Numbers]:
    return numbers(table, block, places[0]), numbers(table, block, places[1])


def _times(table: Table, block: RawBlock, column: str) -> NDArray[np.int64]:
    found = parse_times(block.values[column], FORMATS, AS_WRITTEN)
    wrong = np.flatnonzero(found.problem != OK)
    if len(wrong):
        row = int(wrong[0])
        problem = int(found.problem[row])
        what = {MISSING: "is empty", FORMAT: "is not a date"}.get(problem, f"is a {PROBLEMS[problem]}")
        raise PointFileError(f"{table.name} line {block.line[row]}: column {column} {what}")
    return found.start_s
