"""Everything that is said of one effort: its evaluation, the same for each category, and the weeks around it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.calendar import to_date, to_day_number
from models.effort import Effort
from models.effort_evaluation import (
    EffortChange,
    EffortClass,
    EffortCounts,
    EffortEvaluation,
    Lack,
    TooLittleForEffortError,
    effort_change,
    evaluate_effort,
)
from models.effort_parameters import EffortParameters
from models.effort_weeks import EffortWeeks, effort_weeks
from models.multiple_testing import benjamini_hochberg
from models.panel import ALL_CATEGORIES
from models.run_counts import RunCounts

Floats = NDArray[np.float64]
NO_AREA = "the area of the effort is none of the partnership's any more"


@dataclass(frozen=True)
class EffortRow:
    """One category (position, or `ALL_CATEGORIES`); ``lack`` says what is missing where there is no change.

    ``q`` is the p of the change adjusted over the rows (`benjamini_hochberg`); ``found`` goes by it.
    """

    category: int
    change: EffortChange | None
    q: float | None
    found: EffortClass | None
    lack: Lack | None


@dataclass(frozen=True, eq=False)
class EffortResult:
    """``evaluation`` and ``found`` are of the categories the effort aims at, together: one test, by its own p.

    ``first_day`` and ``last_day`` are the complete days the counts reach over; ``overlapping`` other efforts in the
    same area at the same time (their ids). Where there is too little data, ``lack`` and ``why`` say of what.
    """

    first_day: date
    last_day: date
    evaluation: EffortEvaluation | None
    found: EffortClass | None
    rows: tuple[EffortRow, ...]
    weeks: EffortWeeks | None
    overlapping: tuple[int, ...]
    lack: Lack | None = None
    why: str = ""

    def date_of(self, position: int) -> date:
        return to_date(to_day_number(self.first_day) + position)


def effort_result(
    effort: Effort,
    efforts: tuple[Effort, ...],
    run: RunCounts,
    *,
    controls: tuple[str, ...],
    parameters: EffortParameters,
) -> EffortResult:
    """The result of ``effort`` among all ``efforts`` of the register, from the counts of a run.

    ``controls`` are the ids of the areas that may serve as such. The classes of the rows are those of a table: about
    one in twenty of those called a change is none.
    """
    aimed = [run.categories.index(category) for category in effort.entry.categories if category in run.categories]
    first, last = to_date(run.first_day), to_date(run.first_day + run.days - 1)
    overlapping = _overlapping(effort, efforts)
    if effort.entry.area not in run.areas:
        return EffortResult(first, last, None, None, (), None, overlapping, "area", NO_AREA)
    site = _site(effort, efforts, run, controls)
    main = site.of(run.counts[:, :, aimed].sum(axis=2) if aimed else run.counts.sum(axis=2))
    try:
        evaluation = evaluate_effort(main, parameters)
    except TooLittleForEffortError as error:
        return EffortResult(first, last, None, None, (), None, overlapping, error.lack, str(error))
    return EffortResult(
        first,
        last,
        evaluation,
        evaluation.change.judged(evaluation.change.ratio.p, parameters.level),
        _rows(site, run, parameters),
        effort_weeks(main, evaluation.windows, evaluation.controls),
        overlapping,
    )


@dataclass(frozen=True, eq=False)
class _Site:
    """Where and when, for counts of any category."""

    treated: NDArray[np.bool_]
    area: int
    controls: tuple[int, ...]
    start: int
    stop: int

    def of(self, counts: Floats) -> EffortCounts:
        return EffortCounts(counts, self.treated, self.area, self.controls, self.start, self.stop)


def _site(effort: Effort, efforts: tuple[Effort, ...], run: RunCounts, controls: tuple[str, ...]) -> _Site:
    treated = np.zeros(run.counts.shape[:2], dtype=bool)
    for other in {*efforts, effort}:
        if not other.withdrawn and other.entry.area in run.areas:
            start, stop = _positions(other, run)
            treated[run.areas.index(other.entry.area), max(start, 0) : max(stop, 0)] = True
    start, stop = _positions(effort, run)
    chosen = tuple(run.areas.index(area) for area in controls if area in run.areas)
    return _Site(treated, run.areas.index(effort.entry.area), chosen, start, stop)


def _positions(effort: Effort, run: RunCounts) -> tuple[int, int]:
    stop = effort.entry.stop
    last = run.days if stop is None else min(to_day_number(stop) - run.first_day, run.days)
    return to_day_number(effort.entry.start) - run.first_day, last


def _rows(site: _Site, run: RunCounts, parameters: EffortParameters) -> tuple[EffortRow, ...]:
    found: list[tuple[int, EffortChange | None, Lack | None]] = []
    for category in (ALL_CATEGORIES, *range(len(run.categories))):
        counts = run.counts.sum(axis=2) if category == ALL_CATEGORIES else run.counts[:, :, category]
        try:
            found.append((category, effort_change(site.of(counts), parameters)[2], None))
        except TooLittleForEffortError as error:
            found.append((category, None, error.lack))
    adjusted = iter(benjamini_hochberg(np.array([change.ratio.p for _, change, _ in found if change])).tolist())
    rows = []
    for category, change, lack in found:
        q = float(next(adjusted)) if change else None
        judged = change.judged(q, parameters.level) if change and q is not None else None
        rows.append(EffortRow(category, change, q, judged, lack))
    return tuple(rows)


def _overlapping(effort: Effort, efforts: tuple[Effort, ...]) -> tuple[int, ...]:
    mine = effort.entry
    return tuple(
        other.id
        for other in efforts
        if other.id != effort.id
        and not other.withdrawn
        and other.entry.area == mine.area
        and (mine.stop is None or other.entry.start < mine.stop)
        and (other.entry.stop is None or mine.start < other.entry.stop)
    )
