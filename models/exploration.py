"""The answer to an analyst's question: everything the page shows and every export carries, from the same arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from geo.grid import parents
from models.aoristic import ONE_PPM
from models.calendar import ShiftCalendar
from models.explore_cells import CellCounts, cell_counts
from models.explore_question import Period, Question
from models.explore_series import PeriodSeries, period_series, step_days
from models.hour_weekday import hour_weekday
from models.partnership import Partnership
from models.period_comparison import Counted, PeriodComparison, compare_periods
from models.retention import NAMELESS

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ExploreInputs:
    """What a question is answered from: already only the areas, categories, bases and shifts it asks for.

    Rows of the panel (n): ``cell`` at the stored resolution (below `NAMELESS`: no place any more), ``day`` since
    1970-01-01 in one of the two periods, ``area``, ``shift`` and ``category`` positions, ``weight_ppm`` parts per
    million of an incident; the same key may stand more than once. Incidents of the period (m), of all shifts:
    ``time_cell``, ``from_s`` and ``to_s``, a half-open interval in seconds since the epoch. ``imported_s``: the newest
    import.
    """

    cell: Whole
    day: NDArray[np.int32]
    area: NDArray[np.int16]
    shift: NDArray[np.int16]
    category: NDArray[np.int16]
    weight_ppm: Whole
    time_cell: Whole
    from_s: Whole
    to_s: Whole
    imported_s: int | None


@dataclass(frozen=True)
class RunFacts:
    """What the newest run says of the data: the ``date`` and instant it was made for, and the first incomplete day."""

    date: date
    as_of: datetime
    complete_until: int


@dataclass(frozen=True)
class DataReach:
    """``known``: days with data, None where there are none; days from ``complete_until`` on may miss reports."""

    known: Period | None
    complete_until: int
    run: RunFacts | None


@dataclass(frozen=True, eq=False)
class Exploration:
    """``cells`` are of all cells; ``period``, ``compared`` (series on one axis of ``step_days``), ``hours``
    (7 weekdays, 24 hours, parts per million of an incident) and ``comparison`` of the chosen cell where there is one.

    ``hourless_ppm`` is what the period counts whose times are past their keeping, so that ``hours`` lacks it.
    """

    question: Question
    reach: DataReach
    imported_s: int | None
    cells: CellCounts
    step_days: int
    period: PeriodSeries
    compared: PeriodSeries
    hours: Whole
    hourless_ppm: int
    comparison: PeriodComparison

    @property
    def total(self) -> float:
        """Incidents in the period."""
        return int(self.period.weight_ppm.sum()) / ONE_PPM

    @property
    def compared_total(self) -> float:
        return int(self.compared.weight_ppm.sum()) / ONE_PPM


def explore(partnership: Partnership, question: Question, inputs: ExploreInputs, reach: DataReach) -> Exploration:
    """Answer ``question`` from ``inputs``; the same inputs give the same numbers, in whatever order they come."""
    asked = question.asks_weekday(inputs.day)
    cells = cell_counts(
        inputs.cell[asked],
        inputs.area[asked],
        inputs.day[asked],
        inputs.weight_ppm[asked],
        periods=(question.period, question.compared),
        resolution=question.resolution,
    )
    used = asked & _in_cell(inputs.cell, question)
    day, weight = inputs.day[used], inputs.weight_ppm[used]
    step = step_days(question.period, question.compared)
    series = [
        period_series(day, weight, p, step=step, known=reach.known, complete_until=reach.complete_until)
        for p in (question.period, question.compared)
    ]
    here = _in_cell(inputs.time_cell, question)
    hours = hour_weekday(inputs.from_s[here], inputs.to_s[here], question.period, question, partnership.calendar)
    return Exploration(
        question,
        reach,
        inputs.imported_s,
        cells,
        step,
        series[0],
        series[1],
        hours,
        int(series[0].weight_ppm.sum() - hours.sum()),
        _comparison(partnership, question, inputs, used, reach),
    )


def usual_period(reach: DataReach, *, days: int = 84) -> Period | None:
    """What is shown where nobody says: the last complete ``days``; None without data."""
    if reach.known is None:
        return None
    stop = max(min(reach.complete_until, reach.known.stop), reach.known.start + 1)
    return Period(max(stop - days, reach.known.start), stop)


def usual_compared(period: Period, reach: DataReach) -> Period:
    """What ``period`` is compared with where nobody says: the same weeks a year before where there are data of all of
    them, else as many days just before."""
    before = period.same_before()
    if reach.known is not None and before.start < reach.known.start:
        return Period(period.start - period.days, period.start)
    return before


def today_in(calendar: ShiftCalendar, now: datetime) -> date:
    """The shift-date of ``now``."""
    return calendar.shift_at(now)[0]


def _in_cell(cell: Whole, question: Question) -> NDArray[np.bool_]:
    if question.cell is None:
        return np.ones(len(cell), dtype=np.bool_)
    found = np.zeros(len(cell), dtype=np.bool_)
    placed = cell >= NAMELESS
    if placed.any():
        found[placed] = parents(cell[placed], question.resolution) == question.cell
    return found


def _comparison(
    partnership: Partnership, question: Question, inputs: ExploreInputs, used: NDArray[np.bool_], reach: DataReach
) -> PeriodComparison:
    """Of the days of both periods that are known and complete."""
    known = reach.known
    parts = [
        p.within(known.start, min(known.stop, reach.complete_until)) if known else None
        for p in (question.compared, question.period)
    ]
    before, after = parts
    days = tuple(0 if part is None else question.asked_days(part) for part in parts)
    counted: list[Counted] = []
    if before is not None and after is not None:
        columns: Sequence[tuple[str, NDArray[np.int16], int, tuple[int, ...]]] = (
            ("all", np.zeros_like(inputs.area), 1, (0,)),
            ("area", inputs.area, len(partnership.areas.areas), question.areas),
            ("category", inputs.category, len(partnership.categories), question.categories),
            ("shift", inputs.shift, len(partnership.calendar.shifts), question.shifts),
        )
        for kind, column, size, chosen in columns:
            positions = chosen or tuple(range(size))
            if kind == "all" or (len(positions) > 1 and not (kind == "area" and question.cell is not None)):
                daily = [_daily(inputs, used, column, size, part)[list(positions)] for part in (before, after)]
                shown = (-1,) if kind == "all" else positions
                counted.append(Counted(kind, shown, *daily))  # type: ignore[arg-type]  # the four kinds above
    return compare_periods(
        counted,
        (before, after),
        (days[0], days[1]),
        q=partnership.trend.q,
        min_count=partnership.trend.min_count,
    )


def _daily(
    inputs: ExploreInputs, used: NDArray[np.bool_], column: NDArray[np.int16], size: int, period: Period
) -> Floats:
    """Incidents by position of ``column`` and day of ``period``, shape (size, days)."""
    inside = used & (inputs.day >= period.start) & (inputs.day < period.stop)
    key = column[inside].astype(np.int64) * period.days + (inputs.day[inside] - period.start)
    total = np.zeros(size * period.days, dtype=np.int64)
    np.add.at(total, key, inputs.weight_ppm[inside])
    return total.reshape(size, period.days) / ONE_PPM
