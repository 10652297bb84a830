"""A file of indicator values: CSV, Excel or Parquet, with Danish or English names of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import numpy as np

from data.file_times import days
from data.intake.numbers import parse_numbers
from data.intake.person_data import may_be_repeated
from data.intake.personal_columns import SAMPLE_ROWS, personal_columns
from data.intake.table import RawBlock, Table, TableOptions
from data.intake.table_file import open_table
from data.point_file import whole_blocks
from geo.areas import AreaSet
from geo.errors import PlainError
from models.calendar import to_date
from models.indicator import (
    ACTION_CATEGORIES,
    CATEGORY_UNIT,
    IndicatorError,
    IndicatorSeries,
    IndicatorValue,
    require_known,
)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "series": ("series", "serie", "indikator", "indicator"),
    "area": ("area", "område", "omraade"),
    "start": ("from", "fra", "start"),
    "stop": ("to", "til", "stop"),
    "value": ("value", "værdi", "vaerdi"),
    "lower": ("lower", "nedre"),
    "upper": ("upper", "øvre", "oevre"),
}
NEEDED = ("series", "start", "stop", "value")


class IndicatorFileError(PlainError, ValueError):
    """A file of indicators that cannot be used; one sentence, with the line."""


def read_indicators(path: Path, series: Sequence[IndicatorSeries], areas: AreaSet) -> list[IndicatorValue]:
    """Every value of the file; ``til`` is its last day. All rows must be right.

    An area goes by id or name, an empty one is the whole partnership; a value of a series in categories is its word or
    number. Raises `IndicatorFileError`, `data.point_file.PointFileError` or `data.intake.block.IntakeError`.
    """
    table = open_table(path, TableOptions())
    if personal := personal_columns(table.sample(SAMPLE_ROWS)):
        kinds = ", ".join(sorted(set(personal.values())))
        raise IndicatorFileError(f"{table.name} has columns that look like person data ({kinds}); nothing was taken in")
    columns, known = _columns(table), _Known(series, areas)
    found = [
        value
        for block in whole_blocks(table, tuple(columns.values()))
        for value in _values(table, block, columns, known)
    ]
    if not found:
        raise IndicatorFileError(f"{table.name} has no rows")
    return found


def _columns(table: Table) -> dict[str, str]:
    found = {}
    for field, names in COLUMNS.items():
        named = [column for column in table.header if column.casefold() in names]
        if len(named) > 1 or (not named and field in NEEDED):
            has = ", ".join(map(_said, table.header))
            raise IndicatorFileError(f"{table.name} needs one column named {names[0]} or {names[1]}; it has {has}")
        if named:
            found[field] = named[0]
    if ("lower" in found) != ("upper" in found):
        raise IndicatorFileError(f"{table.name} has one end of the interval; it needs both, lower and upper, or none")
    return found


@dataclass(frozen=True)
class _Known:
    """The series and areas there are."""

    series: Sequence[IndicatorSeries]
    areas: AreaSet

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """Ids of areas by id, and by name without regard to case."""
        areas = self.areas.areas
        return {area.id: area.id for area in areas} | {area.name.casefold(): area.id for area in areas}

    @cached_property
    def worded(self) -> frozenset[str]:
        """Ids of the series whose values are words."""
        return frozenset(one.id for one in self.series if one.unit == CATEGORY_UNIT)


def _values(table: Table, block: RawBlock, columns: Mapping[str, str], known: _Known) -> list[IndicatorValue]:
    start, last = (days(table, block, columns[field]) for field in ("start", "stop"))
    texts = {field: block.values[column].to_pylist() for field, column in columns.items()}
    number: dict[str, list[float]] = {
        field: _numbers(texts[field]) for field in ("value", "lower", "upper") if field in texts
    }
    values = []
    for i, line in enumerate(block.line.tolist()):
        named = texts["series"][i].casefold()
        area = texts["area"][i] if "area" in texts else ""
        value = number["value"][i]
        if named in known.worded and texts["value"][i].casefold() in ACTION_CATEGORIES:
            value = float(ACTION_CATEGORIES.index(texts["value"][i].casefold()))
        try:
            one = IndicatorValue(
                series=named,
                area=known.ids.get(area.casefold(), area) or None,
                start=to_date(int(start[i])),
                stop=to_date(int(last[i])) + timedelta(days=1),
                value=_given(value, "value"),
                lower=_end(number, texts, "lower", i),
                upper=_end(number, texts, "upper", i),
            )
            require_known(one, known.series, known.areas)
        except IndicatorError as error:
            raise IndicatorFileError(f"{table.name} line {line}: {error}") from error
        values.append(one)
    return values


def _numbers(texts: Sequence[str]) -> list[float]:
    """With a decimal point or comma, a percent sign or none; NaN where it is no number."""
    plain = [text.rstrip("% ").replace("−", "-") for text in texts]
    found = parse_numbers(plain)
    numbers: list[float] = np.where(np.isnan(found), parse_numbers(plain, ","), found).tolist()
    return numbers


def _given(value: float, field: str) -> float:
    if np.isnan(value):
        raise IndicatorError(f"the {field} is not a number")
    return value


def _end(
    number: Mapping[str, Sequence[float]], texts: Mapping[str, Sequence[str]], field: str, row: int
) -> float | None:
    if field not in number or not texts[field][row]:
        return None
    return _given(number[field][row], field)


def _said(name: str) -> str:
    return name if may_be_repeated(name) else "…"
