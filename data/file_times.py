"""File mode: the column of a table that says when, and the times in it."""

from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.intake.table import RawBlock, Table
from data.intake.times import FORMAT, ISO_FORMATS, MISSING, OK, PROBLEMS, parse_times, time_format
from data.point_file import PointFileError

TIME_NAMES = ("date", "dato", "day", "dag", "time", "tid", "tidspunkt", "datetime", "occurred_from", "fra")
FORMATS = (
    *ISO_FORMATS,
    *map(time_format, ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d %H:%M", "%Y/%m/%d")),
    *map(time_format, ("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y")),
    *map(time_format, ("%d/%m/%Y %H:%M", "%d/%m/%Y")),
)
# What a clock showed stands for itself: no zone moves an event to another day.
AS_WRITTEN = ZoneInfo("UTC")
DAY_S = 86_400


def named_column(table: Table, names: tuple[str, ...]) -> str:
    """The table's column of one of ``names``, earlier ones preferred; raises `PointFileError`."""
    found = [column for column in table.header if column.lower() in names]
    if not found:
        raise PointFileError(f"{table.name} needs a column named {names[0]}; it has {', '.join(table.header)}")
    # A file with both date and fra has the day in date.
    return min(found, key=lambda column: names.index(column.lower()))


def times(table: Table, block: RawBlock, column: str) -> NDArray[np.int64]:
    """Seconds since 1970-01-01 as the clock showed, of a block's rows; raises `PointFileError` for the first wrong one.

    Day stands before month where a date can be read both ways.
    """
    found = parse_times(block.values[column], FORMATS, AS_WRITTEN)
    wrong = np.flatnonzero(found.problem != OK)
    if len(wrong):
        row = int(wrong[0])
        problem = int(found.problem[row])
        what = {MISSING: "is empty", FORMAT: "is not a date"}.get(problem, f"is a {PROBLEMS[problem]}")
        raise PointFileError(f"{table.name} line {block.line[row]}: column {column} {what}")
    return found.start_s


def days(table: Table, block: RawBlock, column: str) -> NDArray[np.int64]:
    """Whole days since 1970-01-01 of `times`."""
    return np.floor_divide(times(table, block, column), DAY_S)
