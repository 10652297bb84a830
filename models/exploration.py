"""The answer to an analyst's question: everything the page shows and every export carries, from the same arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.aoristic import ONE_PPM
from models.calendar import ShiftCalendar
from models.explore_cells import CellCounts, cell_counts
from models.explore_question import Period, Question
from models.explore_series import PeriodSeries, period_series, step_days
from models.hour_weekday import hour_weekday
from models.partnership import Partnership
from models.period_comparison import Counted, PeriodComparison, compare_periods

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
DayKind = Literal["area", "category", "shift"]


@dataclass(frozen=True, eq=False)
class DayCounts:
    """Columns of equal length: ``day`` since 1970-01-01, ``position`` of the area, category or shift, and the count."""

    day: NDArray[np.int32]
    position: NDArray[np.int16]
    weight_ppm: Whole


@dataclass(frozen=True, eq=False)
class ExploreInputs:
    """What a question is answered from, already only what it asks for; counts in parts per million of an incident.

    By cell of the stored resolution and area (n): ``cell`` (below `NAMELESS`: no place any more), ``area`` and the sums
    of both periods, of all cells. ``by_day``: sums by day and area, day and category, day and shift, of the chosen
    cell. By time (m), of the chosen cell and of all shifts and weekdays: ``from_s`` and ``to_s``, a half-open interval
    in seconds since the epoch, with the ``count`` of incidents. ``imported_s``: the newest import.
    """

    cell: Whole
    area: NDArray[np.int16]
    period_ppm: Whole
    compared_ppm: Whole
    by_day: Mapping[DayKind, DayCounts]
    from_s: Whole
    to_s: Whole
    count: Whole
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
    cells = cell_counts(
        inputs.cell, inputs.area, inputs.period_ppm, inputs.compared_ppm, resolution=question.resolution
    )
    counted = inputs.by_day["shift"]
    step = step_days(question.period, question.compared)
    series = [
        period_series(
            counted.day, counted.weight_ppm, p, step=step, known=reach.known, complete_until=reach.complete_until
        )
        for p in (question.period, question.compared)
    ]
    hours = hour_weekday(inputs.from_s, inputs.to_s, inputs.count, question, partnership.calendar)
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
        _comparison(partnership, question, inputs, reach),
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


def _comparison(
    partnership: Partnership, question: Question, inputs: ExploreInputs, reach: DataReach
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
        sizes: Sequence[tuple[DayKind, int, tuple[int, ...]]] = (
            ("area", len(partnership.areas.areas), question.areas),
            ("category", len(partnership.categories), question.categories),
            ("shift", len(partnership.calendar.shifts), question.shifts),
        )
        both = [_daily(inputs.by_day["shift"], len(partnership.calendar.shifts), part) for part in (before, after)]
        counted.append(Counted("all", (-1,), *(daily.sum(axis=0, keepdims=True) for daily in both)))
        for kind, size, chosen in sizes:
            positions = chosen or tuple(range(size))
            if len(positions) > 1 and not (kind == "area" and question.cell is not None):
                both = [_daily(inputs.by_day[kind], size, part)[list(positions)] for part in (before, after)]
                counted.append(Counted(kind, positions, *both))
    return compare_periods(
        counted,
        (before, after),
        (days[0], days[1]),
        q=partnership.trend.q,
        min_count=partnership.trend.min_count,
    )


def _daily(counts: DayCounts, size: int, period: Period) -> Floats:
    """Incidents by position and day of ``period``, shape (size, days)."""
    inside = (counts.day >= period.start) & (counts.day < period.stop)
    key = counts.position[inside].astype(np.int64) * period.days + (counts.day[inside] - period.start)
    total = np.zeros(size * period.days, dtype=np.int64)
    np.add.at(total, key, counts.weight_ppm[inside])
    return total.reshape(size, period.days) / ONE_PPM
