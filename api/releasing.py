"""Use case: a release, from the panel through snapshots and the disclosure rule into the book."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import numpy as np

from api.gate import Gate
from data.release_book import ReleaseWriter, Snapshot
from models.calendar import to_date, to_day_number
from models.completeness import estimate_completeness
from models.daily import DAY_S, recent_days
from models.release_body import release_body
from models.release_cells import ReleaseCell, addresses_of, release_cells
from models.release_period import PeriodError, ReleasePeriod
from models.release_snapshot import MonthCounts, month_counts
from models.release_state import ReleaseError
from models.release_table import AUDIENCES, Audience, TableKind, release_table

Point = tuple[float, float]


@dataclass(frozen=True)
class ReleaseRequest:
    """What is to be released; ``replaces`` is the release that a correction stands for."""

    period: ReleasePeriod
    table: TableKind = "areas"
    audience: Audience = "partner"
    replaces: int | None = None


@dataclass(frozen=True)
class Made:
    """A release that was made: how many of its figures are shown, and whether none could be hidden less."""

    id: int
    shown: int
    figures: int
    optimal: bool


def make_release(gate: Gate, request: ReleaseRequest, *, now: datetime, addresses: Iterable[Point]) -> Made:
    """Make and keep one release; ``addresses`` (lon, lat) are those of a register, none where there is none.

    Months that have no snapshot get one from what is known ``now``; a correction takes new ones for its months.
    Raises `PeriodError` where the period is not over and reported, `ReleaseError` and what else hinders it.
    """
    require_complete(gate, request.period, now)
    year = request.period.within("year")
    with gate.releasing() as book:
        _require_replaced(gate, request)
        newest = _snapshots(gate, book, request, now, addresses)
        mine = [newest[month] for month in request.period.months]
        months = {month: found.counted for month, found in newest.items()}
        made = release_table(request.period, request.table, months, book.earlier(year))
        body = release_body(
            made,
            mine[0].counted,
            gate.partnership,
            audience=request.audience,
            as_of=max(found.as_of for found in mine),
            synthetic=gate.synthetic(),
        )
        number = book.add(body, mine, as_of=max(found.as_of for found in mine), replaces=request.replaces)
    return Made(number, int(made.shown.sum()), made.shown.size, made.optimal)


def require_complete(gate: Gate, period: ReleasePeriod, now: datetime) -> None:
    """Raises `PeriodError` where days of ``period`` are to come or not reported yet."""
    until = complete_until(gate, now)
    if period.stop > until:
        raise PeriodError(f"{period} cannot be released: days from {until} on are not complete yet")


def complete_until(gate: Gate, now: datetime) -> date:
    """The first day that is not complete ``now``; data that end earlier end earlier.

    Raises `PeriodError` where there are no recent data.
    """
    settings = gate.partnership.completeness
    as_of_s = int(now.timestamp())
    recent = gate.store.incidents_ended_since(
        gate.partnership, since_s=as_of_s - recent_days(gate.partnership) * DAY_S, known_before_s=as_of_s
    )
    if len(recent) == 0:
        raise PeriodError("nothing can be released: there are no incidents of the last half year")
    heard_s = min(as_of_s, int(recent.known_s.max(initial=0)) + DAY_S)
    day = datetime.fromtimestamp(heard_s, gate.partnership.calendar.timezone).date()
    found = estimate_completeness(
        recent.to_s, recent.known_s, as_of_s=heard_s, as_of_day=to_day_number(day), parameters=settings
    )
    return to_date(found.complete_until_day)


def _require_replaced(gate: Gate, request: ReleaseRequest) -> None:
    if request.replaces is None:
        return
    old = gate.store.releases.release(gate.partnership.id, request.replaces, AUDIENCES)
    if (old.period, old.table, old.audience) != (request.period, request.table, request.audience):
        raise ReleaseError(
            f"release {old.id} is about the {old.table} of {old.period} for {old.audience}; "
            "a correction is about the same"
        )


def _snapshots(
    gate: Gate, book: ReleaseWriter, request: ReleaseRequest, now: datetime, addresses: Iterable[Point]
) -> dict[int, Snapshot]:
    """The newest snapshot of each month of the year that has one, or needs one now."""
    newest = book.newest(request.period.within("year"))
    wanted = [month for month in request.period.months if month not in newest or request.replaces is not None]
    if not wanted:
        return newest
    count = partial(
        month_counts,
        gate.store.panel_known_before(gate.partnership, int(now.timestamp())),
        areas=tuple(area.id for area in gate.partnership.areas.areas),
        categories=tuple(category.id for category in gate.partnership.categories),
        # The cells of a year stay what they were when its first month was released.
        cells=_cells(gate, newest, addresses),
    )
    for month in wanted:
        counted = count(month=month)
        if month not in newest or not _same(counted, newest[month].counted):
            newest[month] = book.add_snapshot(counted, now)
    return newest


def _cells(gate: Gate, newest: dict[int, Snapshot], addresses: Iterable[Point]) -> tuple[ReleaseCell, ...]:
    for found in newest.values():
        return found.counted.cells
    return release_cells(gate.partnership.areas, addresses_of(addresses))


def _same(one: MonthCounts, other: MonthCounts) -> bool:
    return np.array_equal(one.counts, other.counts) and np.array_equal(one.cell_counts, other.cell_counts)
