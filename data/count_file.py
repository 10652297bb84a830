"""File mode: counts per period, counts per area and category, or the dates of events to be counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.file_times import TIME_NAMES, days, named_column
from data.intake.table import RawBlock, Table, TableOptions
from data.intake.table_file import open_table
from data.point_file import PointFileError, counts, whole_blocks
from models.calendar import to_date
from models.count_periods import CountSeries, count_series

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

COUNT_NAMES = ("count", "antal", "counts", "incidents", "hændelser")
AREA_NAMES = ("area", "område", "omraade")
CATEGORY_NAMES = ("category", "kategori")


@dataclass(frozen=True, eq=False)
class AreaCounts:
    """``counts`` (areas, days, categories) of all days from ``first_day`` (days since 1970-01-01) to the last in the
    file; a day without a row has 0. Names in the order of the alphabet; one of them, empty, where there is no such
    column."""

    areas: tuple[str, ...]
    categories: tuple[str, ...]
    first_day: int
    counts: Numbers


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of a file: line, day, count, and the name of area and category."""

    line: Whole
    day: Whole
    count: Numbers
    names: Mapping[str, NDArray[np.str_]]


def read_area_counts(path: Path) -> AreaCounts:
    """A table with date, area, category, count (or dato, område, kategori, antal), one row per day and combination.

    Area, category or both may be absent. Raises `PointFileError` or `IntakeError`: one sentence, naming line or column;
    also for a combination that comes twice.
    """
    table = open_table(path, TableOptions())
    rows = _rows(table, named_column(table, COUNT_NAMES))
    areas, area = np.unique(rows.names["area"], return_inverse=True)
    categories, category = np.unique(rows.names["category"], return_inverse=True)
    day = rows.day - rows.day.min()
    shape = len(areas), int(day.max()) + 1, len(categories)
    place = np.ravel_multi_index((area, day, category), shape)
    _refuse_twice(table, rows, place)
    filled = np.zeros(shape)
    filled.ravel()[place] = rows.count
    return AreaCounts(tuple(map(str, areas)), tuple(map(str, categories)), int(rows.day.min()), filled)


def read_count_series(
    path: Path, *, area: str | None = None, category: str | None = None, missing_as_zero: bool = False
) -> CountSeries:
    """One series from a file of counts or of events.

    With a column count and neither area nor category, each row is a period and none may be missing
    (``missing_as_zero``: they are 0). With area or category, rows are days, those without a row are 0, and the series
    is that of ``area`` and ``category`` or the sum over all. Without a column count each row is one event of its day.
    Raises `PointFileError`, `CountPeriodsError` or `IntakeError`: one sentence.
    """
    table = open_table(path, TableOptions())
    lower = {column.lower() for column in table.header}
    counted = bool(lower.intersection(COUNT_NAMES))
    parted = bool(lower.intersection((*AREA_NAMES, *CATEGORY_NAMES)))
    if counted and not parted:
        _refuse_unknown(table, area, category, ("",), ("",))
        rows = _rows(table, named_column(table, COUNT_NAMES))
        _refuse_twice(table, rows, rows.day)
        return count_series(rows.day, rows.count, missing_as_zero=missing_as_zero)
    if counted:
        return _one_series(table, read_area_counts(path), area, category)
    rows = _rows(table, None)
    _refuse_unknown(table, area, category, rows.names["area"], rows.names["category"])
    chosen = np.ones(len(rows.day), dtype=np.bool_)
    for name, wanted in (("area", area), ("category", category)):
        if wanted is not None:
            chosen &= rows.names[name] == wanted
    per_day: Numbers = np.bincount(rows.day - rows.day.min(), weights=chosen.astype(np.float64)).astype(np.float64)
    return _daily(int(rows.day.min()), per_day)


def _one_series(table: Table, found: AreaCounts, area: str | None, category: str | None) -> CountSeries:
    _refuse_unknown(table, area, category, found.areas, found.categories)
    rows = slice(None) if area is None else [found.areas.index(area)]
    columns = slice(None) if category is None else [found.categories.index(category)]
    return _daily(found.first_day, found.counts[rows][:, :, columns].sum(axis=(0, 2)))


def _daily(first: int, per_day: Numbers) -> CountSeries:
    return CountSeries("day", first + np.arange(len(per_day), dtype=np.int64), per_day)


def _rows(table: Table, count: str | None) -> _Rows:
    date = named_column(table, TIME_NAMES)
    lower = {column.lower() for column in table.header}
    named = {
        name: named_column(table, names) if lower.intersection(names) else None
        for name, names in (("area", AREA_NAMES), ("category", CATEGORY_NAMES))
    }
    columns = [column for column in (date, count, *named.values()) if column]
    parts = [
        _Rows(
            block.line,
            days(table, block, date),
            counts(table, block, count) if count else np.ones(len(block.line)),
            {name: _texts(block, column) for name, column in named.items()},
        )
        for block in whole_blocks(table, columns)
    ]
    if not parts:
        raise PointFileError(f"{table.name} has no rows")
    return _Rows(
        np.concatenate([part.line for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.count for part in parts]),
        {name: np.concatenate([part.names[name] for part in parts]) for name in named},
    )


def _texts(block: RawBlock, column: str | None) -> NDArray[np.str_]:
    return np.array(block.values[column].to_pylist() if column else [""] * len(block.line), dtype=np.str_)


def _refuse_twice(table: Table, rows: _Rows, place: Whole) -> None:
    order = np.argsort(place, kind="stable")
    again = np.flatnonzero(np.diff(place[order]) == 0)
    if len(again) == 0:
        return
    row = int(order[again + 1].min())
    what = ", ".join([str(to_date(int(rows.day[row]))), *filter(None, (str(rows.names[n][row]) for n in rows.names))])
    raise PointFileError(f"{table.name} line {rows.line[row]}: there is an earlier row for {what}")


def _refuse_unknown(
    table: Table,
    area: str | None,
    category: str | None,
    areas: tuple[str, ...] | NDArray[np.str_],
    categories: tuple[str, ...] | NDArray[np.str_],
) -> None:
    for option, wanted, known in (("area", area, areas), ("category", category, categories)):
        if wanted is None or wanted in known:
            continue
        names = sorted({str(name) for name in known} - {""})
        there = f"it has {', '.join(names[:10])}{' …' if len(names) > 10 else ''}" if names else "it names none"
        raise PointFileError(f"{table.name} has no {option} '{wanted}'; {there}")
