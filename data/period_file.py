"""File mode: counts per period and area, one row per period."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.file_times import days
from data.intake.table import Table, TableOptions
from data.intake.table_file import open_table
from data.point_file import PointFileError, counts, whole_blocks
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
    starts: list[NDArray[np.int64]] = []
    columns: list[list[Numbers]] = []
    for block in whole_blocks(table, (DATE, *names)):
        starts.append(days(table, block, DATE))
        columns.append([counts(table, block, name) for name in names])
    if not starts:
        raise PointFileError(f"{table.name} has no rows")
    first_day = np.concatenate(starts)
    order = np.argsort(first_day, kind="stable")
    _refuse_gaps(table, first_day[order])
    by_name = {
        name: np.concatenate(parts)[order] for name, parts in zip(names, zip(*columns, strict=True), strict=True)
    }
    return PeriodCounts(
        first_day[order],
        by_name["treated"],
        by_name["control"],
        by_name.get("displaced"),
        by_name.get("displaced_control"),
    )


def _columns(table: Table) -> list[str]:
    missing = [name for name in (DATE, *AREAS[:NEEDED]) if name not in table.header]
    if missing:
        raise PointFileError(f"{table.name} needs a column named {missing[0]}; it has {', '.join(table.header)}")
    return [name for name in AREAS if name in table.header]


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
