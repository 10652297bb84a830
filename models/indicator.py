"""Indicators: series from outside the incidents, such as perceived safety or what professionals judge of an area.

Which series there are stands in ``partnership.toml``; a value carries the id of its series and no text of its own, so
that nothing that is imported can name a person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal, get_args

from geo.areas import AreaSet
from geo.errors import PlainError

IndicatorKind = Literal["fact", "assessment"]
KINDS: tuple[IndicatorKind, ...] = get_args(IndicatorKind)
Better = Literal["higher", "lower"]
# The city's five categories of action, from the least to the most: what an assessment of an area may say.
ACTION_CATEGORIES = ("minimal", "reduceret", "ordinær", "intensiveret", "markant")
CATEGORY_UNIT = "category"
ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
LONGEST_DAYS = 3 * 366


class IndicatorError(PlainError, ValueError):
    """A series or a value that cannot be used; the sentence says why."""


@dataclass(frozen=True)
class IndicatorSeries:
    """One series. A ``fact`` was counted or measured, an ``assessment`` is what somebody judged; they are never mixed.

    ``unit`` is `CATEGORY_UNIT` for one of `ACTION_CATEGORIES`, whose value is its place among them from 0. ``better``
    says which way is good, None where neither is.
    """

    id: str
    label: str
    unit: str
    kind: IndicatorKind
    source: str
    better: Better | None = None

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise IndicatorError(f"the id of an indicator must be lower case, digits and hyphens, found '{self.id}'")
        if self.kind not in KINDS:
            raise IndicatorError(f"kind of indicator '{self.id}' must be one of {', '.join(KINDS)}")
        if self.better not in {None, *get_args(Better)}:
            raise IndicatorError(f"better of indicator '{self.id}' must be higher or lower")
        if self.unit == CATEGORY_UNIT and self.kind != "assessment":
            raise IndicatorError(f"indicator '{self.id}' is in categories of action, so its kind must be assessment")


@dataclass(frozen=True)
class IndicatorValue:
    """The ``value`` of a series in ``area`` (None: the whole partnership) over the half-open days from ``start`` to
    ``stop``, with the interval its source gives (None: none given)."""

    series: str
    area: str | None
    start: date
    stop: date
    value: float
    lower: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        if not self.start < self.stop or (self.stop - self.start).days > LONGEST_DAYS:
            raise IndicatorError(f"a value must be of 1 to {LONGEST_DAYS} days, found {self.start} to {self.stop}")
        given = [x for x in (self.value, self.lower, self.upper) if x is not None]
        if not all(map(isfinite, given)):
            raise IndicatorError("a value and its interval must be finite numbers")
        if (self.lower is None) != (self.upper is None):
            raise IndicatorError("an interval needs both its ends")
        if self.lower is not None and self.upper is not None and not self.lower <= self.value <= self.upper:
            raise IndicatorError(f"the value {self.value:g} must lie in its interval {self.lower:g} to {self.upper:g}")


def require_known(value: IndicatorValue, series: Sequence[IndicatorSeries], areas: AreaSet) -> None:
    """Raises `IndicatorError` unless ``value`` is of a known series and area, and a category where it must be one."""
    found = next((one for one in series if one.id == value.series), None)
    if found is None:
        known = ", ".join(one.id for one in series) or "none"
        raise IndicatorError(f"there is no such indicator in partnership.toml; there are: {known}")
    if value.area is not None and value.area not in areas.index:
        raise IndicatorError("there is no such area; areas go by their id or name")
    if found.unit == CATEGORY_UNIT and value.value not in range(len(ACTION_CATEGORIES)):
        raise IndicatorError(f"a value of '{found.id}' must be one of {', '.join(ACTION_CATEGORIES)}")
