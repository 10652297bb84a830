"""An indicator: a series from outside the incidents, such as perceived safety or the professionals' assessment."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

IndicatorKind = Literal["fact", "assessment"]
# The city's five categories of action, from the least to the most: what an assessment of an area may say.
ACTION_CATEGORIES = ("minimal", "reduceret", "ordinær", "intensiveret", "markant")


@dataclass(frozen=True)
class Indicator:
    """One value of the series ``name``: of ``area`` (None: the whole partnership) over the half-open days from
    ``start`` to ``stop``, in ``unit``, with the interval that its source gives (None: none given).

    A ``fact`` was counted or measured, an ``assessment`` is what somebody judged; they are never mixed in one table.
    ``value`` of an assessment in words is its place in `ACTION_CATEGORIES`, from 0, with the unit ``category``.
    """

    name: str
    area: str | None
    start: date
    stop: date
    value: float
    lower: float | None
    upper: float | None
    unit: str
    kind: IndicatorKind
    source: str
