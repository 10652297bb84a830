"""File mode: counts per period and area, one row per period."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.event_file import AS_WRITTEN, DAY_S, FORMATS
from data.intake.table import RawBlock, Table, TableOptions
from data.intake.table_file import open_table
from data.intake.times import MISSING, OK, parse_times
from data.point_file import PointFileError, numbers, whole_blocks
from models.calendar import to_date

Numbers = NDArray[np.float64]

DATE = "date"
AREAS = ("treated", "control", "displaced", "displaced_control")
NEEDED = 2
# Calendar months count as periods of one length.
LONGEST_OVER_SHORTEST = 31 / 28


@dataclass(frozen=True, eq=False)
class PeriodCounts:
    """Counts of equally long periods in the order of time: ``first_day`` of each, int64 (n), whole days since
    1970-01-01; counts float64 (n), None for an area that the file does not have."""

    first_day: NDArray[np.int64]
    treated: Numbers
    control: Numbers
    displaced: Numbers | None
    displaced_control: Numbers | None


def read_periods(path: Path) -> PeriodCounts:
    """A table with the columns date (the first day of a period), treated, control and, if there are such areas,
    displaced and displaced_control. Raises `PointFileError` or `IntakeError`: one sentence."""
    table = open_table(path, TableOptions())
    names = _columns(table)
    days: list[NDArray[np.int64]] = []
    columns: list[list[Numbers]] = []
    for block in whole_blocks(table, (DATE, *names)):
        days.append(_days(table, block))
        columns.append([_counts(table, block, name) for name in names])
    if not days:
        raise PointFileError(f"{table.name} has no rows")
    first_day = np.concatenate(days)
    order = np.argsort(first_day, kind="stable")
    _refuse_gaps(table, first_day[order])
    counts = {name: np.concatenate(parts)[order] for name, parts in zip(names, zip(*columns, strict=True), strict=True)}
    return PeriodCounts(
        first_day[order], counts["treated"], counts["control"], counts.get("displaced"), counts.get("displaced_control")
    )


def _columns(table: Table) -> list[str]:
    missing = [name for name in (DATE, *AREAS[:NEEDED]) if name not in table.header]
    if missing:
        raise PointFileError(f"{table.name} needs a column named {missing[0]}; it has {', '.join(table.header)}")
    return [name for name in AREAS if name in table.header]


def _days(table: Table, block: RawBlock) -> NDArray[np.int64]:
    found = parse_times(block.values[DATE], FORMATS, AS_WRITTEN)
    wrong = np.flatnonzero(found.problem != OK)
    if len(wrong):
        what = "is empty" if found.problem[wrong[0]] == MISSING else "is not a date"
        raise PointFileError(f"{table.name} line {block.line[wrong[0]]}: column {DATE} {what}")
    return np.floor_divide(found.start_s, DAY_S)


def _counts(table: Table, block: RawBlock, name: str) -> Numbers:
    found = numbers(table, block, name)
    wrong = np.flatnonzero(~((found >= 0) & np.isfinite(found)))
    if len(wrong):
        raise PointFileError(f"{table.name} line {block.line[wrong[0]]}: column {name} must not be negative")
    return found


def _refuse_gaps(table: Table, first_day: NDArray[np.int64]) -> None:
    lengths = np.diff(first_day)
    if len(lengths) == 0:
        raise PointFileError(f"{table.name} needs more than one period")
    if lengths.min() == 0:
        twice = to_date(int(first_day[int(lengths.argmin())]))
        raise PointFileError(f"{table.name} has the period {twice} more than once")
    if lengths.max() > LONGEST_OVER_SHORTEST * lengths.min():
        raise PointFileError(
            f"{table.name} needs periods of one length without gaps, found {lengths.min()} and {lengths.max()} days"
        )
