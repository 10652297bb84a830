"""A report of the steering group as plain values: a function of released figures, indicators and the agreement alone.

No figure of incidents comes from anywhere but the releases it cites, so a report tells nothing that they do not tell.
It is kept as it was published; what is said of it later is another report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.agreement import Goal, SeriesBreak, goal_state
from models.indicator import IndicatorSeries, IndicatorValue
from models.partnership import Partnership
from models.rate_ratio import RateRatio, rate_ratio
from models.release_body import Body, period_of
from models.release_displacement import ReleasedDisplacement, released_displacement
from models.release_period import ReleasePeriod
from models.release_trend import comparable, days_of, released_changes

REPORT_VERSION = 1
EARLIER_VALUES = 3


@dataclass(frozen=True)
class CitedRelease:
    """A release in force, and its number."""

    id: int
    body: Body


@dataclass(frozen=True)
class ReportSources:
    """What a report is made of: the period's release, that of the year ``before``, and the ``baselines`` of goals by
    their year; ``values`` of indicators, the newest version of each."""

    now: CitedRelease
    before: CitedRelease | None
    baselines: Mapping[int, CitedRelease]
    values: Sequence[IndicatorValue]

    @property
    def cited(self) -> tuple[int, ...]:
        """Numbers of the releases, each once."""
        found = [self.now, *([self.before] if self.before else []), *self.baselines.values()]
        return tuple(sorted({one.id for one in found}))


def report_body(sources: ReportSources, partnership: Partnership) -> dict[str, Any]:
    """The report as it is kept and shown: JSON values, no number that is not in or computed from ``sources``."""
    now, before = sources.now.body, sources.before.body if sources.before else None
    period = period_of(now)
    breaks = _breaks_between(partnership.breaks, before or now, now)
    return {
        "version": REPORT_VERSION,
        "partnership": {"id": partnership.id, "name": partnership.name},
        "period": str(period),
        "kind": period.kind,
        "before": None if before is None else before["period"],
        "synthetic": bool(now["synthetic"]),
        "as_of": now["as_of"],
        "releases": list(sources.cited),
        "rule": now["rule"],
        "areas": _areas(now, partnership),
        "categories": now["categories"],
        "rows": _rows(now, before, breaks),
        "displacement": _displacement(now, before, breaks, partnership),
        "goals": [_goal(goal, sources, partnership.breaks, period) for goal in partnership.goals],
        "indicators": [_indicator(series, sources.values, period) for series in partnership.indicators],
        "breaks": [{**asdict(one), "on": one.on.isoformat()} for one in breaks],
        "quality": _quality(now, before),
    }


def _areas(now: Body, partnership: Partnership) -> list[dict[str, Any]]:
    role = {area.id: area.role for area in partnership.areas.areas}
    return [{**area, "role": role.get(area["id"])} for area in now["areas"]]


def _breaks_between(breaks: Sequence[SeriesBreak], before: Body, now: Body) -> list[SeriesBreak]:
    """Those after which ``now`` counts something else than ``before`` did."""
    start, stop = period_of(before).start, period_of(now).stop
    return [one for one in breaks if start < one.on < stop]


def _rows(now: Body, before: Body | None, breaks: Sequence[SeriesBreak]) -> list[list[dict[str, Any]]]:
    """A row for each area, all areas last, a figure for each category, all of them last."""
    areas, categories = _ids(now["areas"]), _ids(now["categories"])
    changes = released_changes(now, before)
    earlier = before["figures"] if before is not None and comparable(now, before) else None
    rows: list[list[dict[str, Any]]] = []
    for a, figures in enumerate(now["figures"]):
        row = []
        for c, figure in enumerate(figures):
            change = changes[a][c]
            broken = any(one.concerns(areas[a], categories[c]) for one in breaks)
            said = None if change is None or broken else change
            row.append(
                {
                    "now": figure,
                    "before": earlier[a][c] if earlier else None,
                    "broken": broken,
                    "trend": said.trend if said else None,
                    **_ratio(said.ratio if said else None),
                }
            )
        rows.append(row)
    return rows


def _ratio(ratio: RateRatio | None) -> dict[str, float | None]:
    if ratio is None:
        return {"ratio": None, "lower": None, "upper": None}
    return {"ratio": _finite(ratio.ratio), "lower": _finite(ratio.lower), "upper": _finite(ratio.upper)}


def _finite(value: float) -> float | None:
    # Figures that are shown are 5 or more, so a ratio is a number; its ends are four decimals here and in the evidence.
    return round(value, 4) if abs(value) != float("inf") else None


def _displacement(
    now: Body, before: Body | None, breaks: Sequence[SeriesBreak], partnership: Partnership
) -> list[dict[str, Any]]:
    """For each neighbour what moved there, and what would have been seen of all categories together."""
    areas = partnership.areas
    categories = _ids(now["categories"])
    found = released_displacement(
        now, before, treated=areas.treated.id, neighbours=[area.id for area in areas.neighbours]
    )
    told = []
    for area in areas.neighbours:
        mine = [
            one
            for one in found
            if one.neighbour == area.id
            and not any(
                b.concerns(place, categories[one.column]) for b in breaks for place in (areas.treated.id, area.id)
            )
        ]
        easiest = _easiest(mine, categories)
        claims = [
            {
                "category": categories[one.column],
                "treated": list(one.treated),
                "gained": list(one.gained),
                "p": round(one.p, 4),
            }
            for one in mine
            if one.claimed
        ]
        told.append(
            {
                "neighbour": area.id,
                "name": area.name,
                "judged": len(mine),
                "claims": claims,
                "detectable": easiest.detectable if easiest else None,
                "detectable_in": categories[easiest.column] if easiest else None,
            }
        )
    return told


def _easiest(mine: Sequence[ReleasedDisplacement], categories: Sequence[str | None]) -> ReleasedDisplacement | None:
    """All categories together where a move could be seen, else the one in which the smallest would be."""
    seen = [one for one in mine if one.detectable is not None]
    overall = next((one for one in seen if categories[one.column] is None), None)
    return overall or min(seen, key=lambda one: one.detectable or 0, default=None)


def _goal(goal: Goal, sources: ReportSources, breaks: Sequence[SeriesBreak], period: ReleasePeriod) -> dict[str, Any]:
    """A goal with what can be said of it, which is nothing where a figure is hidden or a break lies between."""
    said: dict[str, Any] = {**asdict(goal), "before": None, "now": None, "state": "not shown", **_ratio(None)}
    said["due"] = period.start.year >= goal.by_year
    baseline = sources.baselines.get(goal.baseline_year)
    if baseline is None or not comparable(sources.now.body, baseline.body):
        return said | {"state": "no baseline"}
    between = _breaks_between(breaks, baseline.body, sources.now.body)
    if any(one.concerns(goal.area, goal.category) for one in between):
        return said | {"state": "broken"}
    old, new = (_figure(body, goal.area, goal.category) for body in (baseline.body, sources.now.body))
    if old is None or new is None:
        return said
    days = {"before_exposure": days_of(baseline.body), "after_exposure": days_of(sources.now.body)}
    ratio = rate_ratio(old, new, **days)
    return said | {"before": old, "now": new, "state": goal_state(goal, ratio), **_ratio(ratio)}


def _figure(body: Body, area: str, category: str | None) -> int | None:
    areas, categories = _ids(body["areas"]), _ids(body["categories"])
    if area not in areas or category not in categories:
        return None
    figure: int | None = body["figures"][areas.index(area)][categories.index(category)]
    return figure


def _ids(entries: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """The ids, and None for all of them."""
    return [*(str(entry["id"]) for entry in entries), None]


def _indicator(series: IndicatorSeries, values: Sequence[IndicatorValue], period: ReleasePeriod) -> dict[str, Any]:
    """A series with its values that were known by the period's end, the newest first, of each area."""
    mine = [one for one in values if one.series == series.id and one.start < period.stop]
    areas = sorted({one.area for one in mine}, key=lambda area: area or "")
    rows = []
    for area in areas:
        newest = sorted((one for one in mine if one.area == area), key=lambda one: (one.stop, one.start), reverse=True)
        rows.append({"area": area, "values": [_value(one) for one in newest[: 1 + EARLIER_VALUES]]})
    return {**asdict(series), "rows": rows}


def _value(one: IndicatorValue) -> dict[str, Any]:
    return {
        "start": one.start.isoformat(),
        "stop": one.stop.isoformat(),
        "value": one.value,
        "lower": one.lower,
        "upper": one.upper,
    }


def _quality(now: Body, before: Body | None) -> dict[str, Any]:
    figures = [x for row in now["figures"] for x in row]
    return {
        "figures": len(figures),
        "hidden": figures.count(None),
        "as_of": now["as_of"],
        "as_of_before": None if before is None else before["as_of"],
        "rule_changed": before is not None and before["rule"]["version"] != now["rule"]["version"],
        "areas_changed": before is not None and not comparable(now, before),
    }
