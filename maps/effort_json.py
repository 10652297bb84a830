"""Efforts and their evaluations as data."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from maps.effort_text import claim, effort_line
from models.effort import Effort, EffortEvent
from models.effort_evaluation import Days, EffortChange, EffortEvaluation
from models.effort_result import EffortResult, EffortRow
from models.effort_weeks import EffortWeeks
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
from models.placebo import Placebo


def effort_as_json(effort: Effort, partnership: Partnership) -> dict[str, Any]:
    """One effort as it was entered; ``stop`` is the first day without it, null while it goes on."""
    entry = effort.entry
    return {
        "id": effort.id,
        "text": effort_line(effort, partnership),
        "area": entry.area,
        "kind": entry.kind,
        "start": entry.start.isoformat(),
        "stop": entry.stop.isoformat() if entry.stop else None,
        "categories": list(entry.categories),
        "withdrawn": effort.withdrawn,
        "entered_at": effort.entered_at.isoformat(),
        "entered_by": effort.entered_by,
    }


def effort_event_as_json(event: EffortEvent) -> dict[str, Any]:
    """One step of an effort's history."""
    return {
        "at": event.at.isoformat(),
        "actor": event.actor,
        "action": event.action,
        "stop": event.stop.isoformat() if event.stop else None,
    }


def result_as_json(effort: Effort, result: EffortResult, partnership: Partnership) -> dict[str, Any]:
    """The evaluation; null where there is too little data, and ``why`` says of what. Days are half-open."""
    evaluation = result.evaluation
    return {
        "data": [result.first_day.isoformat(), result.last_day.isoformat()],
        "lack": result.lack,
        "why": result.why or None,
        "class": result.found,
        "text": claim(effort, result, partnership),
        "overlapping": list(result.overlapping),
        "evaluation": None if evaluation is None else _evaluation(evaluation, result, partnership),
        "rows": [_row(row, partnership) for row in result.rows],
        "weeks": [] if result.weeks is None else _weeks(result.weeks, result),
    }


def _evaluation(found: EffortEvaluation, result: EffortResult, partnership: Partnership) -> dict[str, Any]:
    areas = partnership.areas.areas
    return {
        **{name: _days(days, result) for name, days in vars(found.windows).items()},
        "controls": [areas[position].id for position in found.controls],
        "change": _change(found.change),
        "regression_to_mean": {
            **asdict(found.regression),
            "share": found.regression.share(found.change.observed),
        },
        "placebo_in_time": _placebo(
            found.in_time, "dates", [result.date_of(position).isoformat() for position in found.dates]
        ),
        "placebo_in_space": _placebo(found.in_space, "areas", [areas[position].id for position in found.areas]),
    }


def _days(days: Days, result: EffortResult) -> list[str]:
    return [result.date_of(position).isoformat() for position in days]


def _change(change: EffortChange) -> dict[str, Any]:
    ratio = {name: value if isfinite(value) else None for name, value in asdict(change.ratio).items()}
    return {
        "observed": change.observed,
        "expected": change.expected,
        **ratio,
        "z": change.z,
        "dispersion": change.dispersion.factor,
    }


def _placebo(found: Placebo | None, name: str, labels: list[str]) -> dict[str, Any] | None:
    return None if found is None else {"p": found.p, name: labels, "z": found.placebos.tolist()}


def _row(row: EffortRow, partnership: Partnership) -> dict[str, Any]:
    every = row.category == ALL_CATEGORIES
    return {
        "category": None if every else partnership.categories[row.category].id,
        "class": row.found,
        "lack": row.lack,
        "q": row.q,
        "change": None if row.change is None else _change(row.change),
    }


def _weeks(weeks: EffortWeeks, result: EffortResult) -> list[dict[str, Any]]:
    columns = zip(weeks.starts.tolist(), weeks.observed, weeks.expected, weeks.lower, weeks.upper, strict=True)
    names = ("observed", "expected", "lower", "upper")
    return [
        {"start": result.date_of(start).isoformat(), **dict(zip(names, map(float, values), strict=True))}
        for start, *values in columns
    ]
