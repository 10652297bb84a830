"""Plans as data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from models.patrol_feedback import PlanFeedback
from models.patrol_plan import PatrolPlan
from models.patrol_rule import KeptRule, KeptZone, Outcome

Visits = Mapping[tuple[int, str, int], Outcome]


def plan_as_json(plan: PatrolPlan, number: int, *, state: Mapping[str, Any], visits: Visits) -> dict[str, Any]:
    """One version of a plan under its ``number``; ``state`` says whether it is approved, and the like."""
    stops = []
    for stop in plan.stops:
        row = asdict(stop)
        row["visits"] = [
            {"number": at, "arrive": moment.isoformat(), "outcome": visits.get((number, stop.cell, at))}
            for at, moment in enumerate(stop.visits, 1)
        ]
        row["best"] = [moment.isoformat() for moment in stop.best]
        stops.append(row)
    return {
        "id": number,
        **state,
        "beat": plan.beat,
        "starts": plan.starts.isoformat(),
        "ends": plan.ends.isoformat(),
        "as_of": plan.as_of.isoformat(),
        "run": plan.run,
        "seed": plan.seed,
        "travel": plan.travel,
        "way_m": plan.way_m,
        "slack_minutes": plan.slack_minutes,
        "stops": stops,
        "left_out": [asdict(one) for one in plan.left_out],
    }


def feedback_as_json(found: PlanFeedback | None) -> dict[str, Any] | None:
    """What the feedback monitor found; None where it has not looked yet."""
    return None if found is None else {**asdict(found), "warns": found.warns}


def rules_as_json(rules: Sequence[KeptRule]) -> list[dict[str, Any]]:
    return [
        {
            "id": kept.id,
            **asdict(kept.rule),
            "start": kept.rule.start.isoformat(),
            "stop": kept.rule.stop.isoformat(),
        }
        for kept in rules
    ]


def zones_as_json(zones: Sequence[KeptZone]) -> list[dict[str, Any]]:
    return [
        {
            "id": kept.id,
            "kind": kept.zone.kind,
            "areas": list(kept.zone.areas),
            "starts": kept.zone.starts.isoformat(),
            "ends": kept.zone.ends.isoformat(),
            "decided_on": kept.zone.decided_on.isoformat(),
        }
        for kept in zones
    ]
