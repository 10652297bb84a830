"""The page of the patrol plans of one shift: each beat's places with reason, time and visits, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from maps.assets import Assets
from maps.language import _
from maps.page import Frame, PageLinks, render
from maps.plan_map import map_label, plan_map
from maps.plan_text import (
    OUTCOME_TEXT,
    RULE_REASON_TEXT,
    feedback_text,
    left_out_text,
    rule_line,
    shift_label,
    stop_words,
    stops_text,
    time_text,
    way_text,
    zone_line,
)
from models.partnership import Partnership
from models.patrol_feedback import PlanFeedback
from models.patrol_plan import PatrolPlan, PlanStop
from models.patrol_rule import OUTCOMES, REASONS, KeptRule, KeptZone, Outcome, RuleKind

Visits = Mapping[tuple[int, str, int], Outcome]


@dataclass(frozen=True)
class BeatPlan:
    """One beat's plan as it is shown: its number, the version, the role that ``approved`` it, whether a ``newer`` draft
    waits, and whether it is the newest; ``others`` are cells of the beat and their words, to choose from."""

    number: int
    plan: PatrolPlan
    version: int
    approved: str | None
    newest: bool
    newer: bool
    others: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class ShownRule:
    """A rule with the words for its place."""

    kept: KeptRule
    place: str


def plans_page(
    beats: Sequence[BeatPlan],
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    day: date,
    shift: str,
    visits: Visits,
    rules: Sequence[ShownRule],
    zones: Sequence[KeptZone],
    feedback: PlanFeedback | None,
    may_decide: bool,
    refused: str,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The plans of one shift; ``may_decide`` shows the buttons, ``refused`` says why something was not done."""
    return render(
        "plans",
        Frame(_("Planer"), partnership.name, "plans", assets, synthetic, links),
        day=day,
        shift=shift,
        shifts=[(one.id, _(one.label)) for one in partnership.calendar.shifts],
        shift_label=shift_label(partnership, shift),
        beats=[_beat(one, partnership, sketch, visits) for one in beats],
        rules=[(one.kept.id, rule_line(one.kept, one.place, partnership)) for one in rules],
        zones=[zone_line(kept, partnership) for kept in zones],
        warning=feedback_text(feedback),
        may_decide=may_decide,
        refused=refused,
        pin_reasons=_reasons("pin"),
        suppress_reasons=_reasons("suppress"),
        outcomes=[(outcome, _(OUTCOME_TEXT[outcome])) for outcome in OUTCOMES],
    )


def _beat(one: BeatPlan, partnership: Partnership, sketch: Mapping[str, Any] | None, visits: Visits) -> dict[str, Any]:
    plan = one.plan
    beat = next((beat for beat in partnership.beats if beat.id == plan.beat), None)
    drawing: Markup | str = ""
    if beat is not None:
        drawing = plan_map(plan.stops, beat, partnership.areas, sketch, label=map_label(plan.stops))
    return {
        "number": one.number,
        "version": one.version,
        "id": plan.beat,
        "label": plan.beat if beat is None else beat.label,
        "approved": one.approved,
        "newest": one.newest,
        "newer": one.newer,
        "lead": stops_text(len(plan.stops)),
        "way": way_text(plan),
        "map": drawing,
        "stops": [_stop(one.number, at, stop, partnership, visits) for at, stop in enumerate(plan.stops, 1)],
        "left_out": left_out_text(plan),
        "others": one.others,
        "parole": f"/parole/{plan.date}/{plan.shift}?beat={plan.beat}",
    }


def _stop(number: int, at: int, stop: PlanStop, partnership: Partnership, visits: Visits) -> dict[str, Any]:
    noted = [visits.get((number, stop.cell, visit)) for visit in range(1, len(stop.visits) + 1)]
    return {
        **stop_words(at, stop, partnership),
        "cell": stop.cell,
        "visits": [
            (visit, time_text(arrive), _(OUTCOME_TEXT[said]) if (said := noted[visit - 1]) else "")
            for visit, arrive in enumerate(stop.visits, 1)
        ],
        "next": next((visit for visit, said in enumerate(noted, 1) if said is None), None),
    }


def _reasons(kind: RuleKind) -> list[tuple[str, str]]:
    return [(reason, _(RULE_REASON_TEXT[reason])) for reason in REASONS[kind]]
