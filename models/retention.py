"""Retention: how long places stay how exact. Coarser tiers last longer; each count lies in one tier at a time.

A point becomes its cell, a cell its area, an area's day the area's month, and then nothing. Storage limitation is
Article 5(1)(e) of Regulation (EU) 2016/679; the periods are the partnership's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.calendar import ShiftCalendar, to_day_number
from models.panel import IncidentColumns, Panel, aggregate
from models.parameter_limits import ParameterError, require_whole

Tier = Literal["cells", "area-days", "area-months", "points", "maps"]
TIERS: tuple[Tier, ...] = get_args(Tier)
"""In the order they are applied: what one tier moves on may be due in the next."""

HoldReason = Literal["court-case", "complaint", "access-request", "supervisory-authority", "public-archive"]
HOLD_REASONS: tuple[HoldReason, ...] = get_args(HoldReason)

NAMELESS = 1 << 40
"""Cells below it are no places: they only keep apart what lay in different cells. Every H3 cell is above."""


class RetentionError(PlainError, ValueError):
    """Retention that was asked for and cannot be; the sentence says why."""


@dataclass(frozen=True)
class RetentionParameters:
    """Days after which an incident loses its point (``points_days``) and goes, its panel losing its cells
    (``cells_days``); days of maps and other products that show cells or points (``maps_days``) and of counts per area
    and day (``area_days``); months of counts per area and month (``area_months``).
    """

    points_days: int = 90
    maps_days: int = 90
    cells_days: int = 1096
    area_days: int = 1827
    area_months: int = 120

    def __post_init__(self) -> None:
        require_whole("points_days", self.points_days, at_least=1)
        require_whole("maps_days", self.maps_days, at_least=1)
        require_whole("cells_days", self.cells_days, at_least=self.points_days)
        require_whole("area_days", self.area_days, at_least=self.cells_days)
        if self.area_months * 28 < self.area_days:
            raise ParameterError(
                f"area_months must be at least {-(-self.area_days // 28)}, no less than area_days, "
                f"found {self.area_months}"
            )


@dataclass(frozen=True)
class Hold:
    """What must not be deleted: half-open days [start, stop), one area and category or, where None, all."""

    start: date
    stop: date
    reason: HoldReason
    area: str | None = None
    category: str | None = None
    expires_on: date | None = None

    def __post_init__(self) -> None:
        if self.stop <= self.start:
            raise RetentionError(f"a hold's end must be after its start {self.start}, found {self.stop}")
        if self.reason not in HOLD_REASONS:
            raise RetentionError(f"a hold's reason must be one of {', '.join(HOLD_REASONS)}, found '{self.reason}'")
        if self.expires_on is not None and self.expires_on <= self.start:
            raise RetentionError(f"a hold must expire after its start {self.start}, found {self.expires_on}")


def cut_offs(parameters: RetentionParameters, today: date) -> Mapping[Tier, date]:
    """Per tier the first date that stays on ``today``; what is before it goes.

    >>> cut_offs(RetentionParameters(), date(2026, 11, 25))["points"]
    datetime.date(2026, 8, 27)
    >>> cut_offs(RetentionParameters(), date(2026, 11, 25))["area-months"]
    datetime.date(2016, 11, 1)
    """
    months = today.year * 12 + today.month - 1 - parameters.area_months
    return {
        "cells": today - timedelta(days=parameters.cells_days),
        # Whole months only: a month is kept by days or as one number, never half of each.
        "area-days": (today - timedelta(days=parameters.area_days)).replace(day=1),
        "area-months": date(months // 12, months % 12 + 1, 1),
        "points": today - timedelta(days=parameters.points_days),
        "maps": today - timedelta(days=parameters.maps_days),
    }


def without_points(incidents: IncidentColumns, before_s: int) -> IncidentColumns:
    """The same incidents; those that ended before ``before_s`` (seconds since the epoch) have NaN for degrees."""
    old = incidents.to_s < before_s
    return replace(incidents, lon=np.where(old, np.nan, incidents.lon), lat=np.where(old, np.nan, incidents.lat))


def without_cells(panel: Panel, before_day: int) -> Panel:
    """The same panel; rows before ``before_day`` (since 1970-01-01) in nameless cells, numbered by weight."""
    old = panel.day < before_day
    rows = panel.take(old)
    if len(rows) == 0:
        return panel
    group: list[NDArray[Any]] = [rows.area, rows.day, rows.shift, rows.category, rows.basis]
    order = np.lexsort([-rows.weight_ppm, *reversed(group)])
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any([column[order][1:] != column[order][:-1] for column in group], axis=0)
    at = np.arange(len(order))
    cell = np.empty(len(order), dtype=np.int64)
    cell[order] = at - np.maximum.accumulate(np.where(first, at, 0)) + 1
    return aggregate([panel.take(~old), replace(rows, cell=cell)])


def as_kept(
    panel: Panel, recent: IncidentColumns, parameters: RetentionParameters, calendar: ShiftCalendar, day: date
) -> tuple[Panel, IncidentColumns]:
    """Inputs of ``day`` as retention leaves them on it, whether or not it has been there: so its run stays the same."""
    cut = cut_offs(parameters, day)
    points_s = int(calendar.start_of(cut["points"]).timestamp())
    counted = panel.take(panel.day >= to_day_number(cut["area-days"]))
    return without_cells(counted, to_day_number(cut["cells"])), without_points(recent, points_s)


def named(panel: Panel) -> Panel:
    """The rows that have a cell."""
    return panel.take(panel.cell >= NAMELESS)
