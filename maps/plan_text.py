"""A patrol plan in words: why a place, when, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from maps import danish
from maps.language import N_, _, n_
from models.partnership import Partnership
from models.patrol_feedback import PlanFeedback
from models.patrol_plan import PatrolPlan, PlanStop, Presence
from models.patrol_rule import KeptRule, KeptZone, Outcome, RuleKind, ZoneKind

PRESENCE_TEXT: Mapping[Presence, str] = {"dialogue": N_("dialog"), "visibility": N_("synlighed")}
OUTCOME_TEXT: Mapping[Outcome, str] = {
    "done": N_("gjort"),
    "shortened": N_("afkortet"),
    "not-possible": N_("ikke muligt"),
}
RULE_TEXT: Mapping[RuleKind, str] = {"pin": N_("skal med"), "suppress": N_("udeladt")}
RULE_REASON_TEXT: Mapping[str, str] = {
    "partner-request": N_("ønsket af en partner"),
    "known-event": N_("en kendt begivenhed"),
    "local-knowledge": N_("lokalt kendskab"),
    "follow-up": N_("opfølgning"),
    "building-work": N_("byggearbejde"),
    "effort-running": N_("en indsats er i gang"),
    "institution": N_("skole eller institution"),
    "no-access": N_("ingen adgang"),
    "wrong-data": N_("forkerte data"),
}
ZONE_TEXT: Mapping[ZoneKind, str] = {
    "search-zone": N_("Visitationszone"),
    "stricter-penalty-zone": N_("Skærpet strafzone"),
    "nightlife-zone": N_("Nattelivszone"),
    "presence-ban": N_("Opholdsforbud"),
}
LEFT_OUT_TEXT: Mapping[str, str] = {
    "capped": N_("har været med for tit"),
    "suppressed": N_("er udeladt"),
}


def shift_label(partnership: Partnership, shift: str) -> str:
    """The label of a shift; its id where the settings no longer have it."""
    labels = {one.id: one.label for one in partnership.calendar.shifts}
    return _(labels.get(shift, shift))


def stop_words(at: int, stop: PlanStop, partnership: Partnership) -> dict[str, Any]:
    """What page and sheet say of the stop that is number ``at``."""
    return {
        "at": at,
        "place": stop.place,
        "why": why_text(stop, partnership),
        "best": span_text(stop.best),
        "presence": _(PRESENCE_TEXT[stop.presence]),
        "minutes": stop.minutes,
    }


def why_text(stop: PlanStop, partnership: Partnership) -> str:
    """``Påvist hotspot: 7 anmeldelser på 28 dage, mod 4 ventet; mest hash og narkotika``: of the place and those
    around it, in this shift."""
    days = partnership.hotspots.window_days
    # Shares of incidents whose time is uncertain are of no use here: whole ones.
    recent, usual = round(stop.evidence.recent), danish.number(days * stop.evidence.expected)
    counted = n_(
        "{recent} anmeldelse på {days} dage i denne vagt, mod {usual} ventet",
        "{recent} anmeldelser på {days} dage i denne vagt, mod {usual} ventet",
        recent,
    ).format(recent=danish.number(recent), days=days, usual=usual)
    labels = {category.id: category.label for category in partnership.categories}
    mostly = _(" og ").join(_(labels.get(one, one)).lower() for one in stop.evidence.categories)
    reason = {
        "hot": _("Påvist hotspot"),
        "recent": _("Mere end ventet på det seneste"),
        "expected": _("Her ventes mest"),
        "exploration": _("Trukket ved lod, så planen også lærer nye steder at kende"),
        "pinned": _("Fastgjort af planlæggeren"),
    }[stop.reason]
    text = f"{reason}: {counted}"
    return f"{text}; {_('mest {categories}').format(categories=mostly)}" if mostly else text


def span_text(span: tuple[datetime, datetime]) -> str:
    """``23.00–01.00``."""
    return "–".join(map(time_text, span))


def time_text(at: datetime) -> str:
    """``23.17``."""
    return _("{hour}.{minute}").format(hour=f"{at:%H}", minute=f"{at:%M}")


def way_text(plan: PatrolPlan) -> str:
    """``Rundens vej er 1,5 km til fods; 3 timer og 32 min af vagten er fri``."""
    hours, minutes = divmod(plan.slack_minutes, 60)
    free = _("{hours} t {minutes} min").format(hours=hours, minutes=minutes)
    by = _("til fods") if plan.travel == "walking" else _("på cykel")
    return _("En runde er {km} km {by}; {free} af vagten er fri.").format(
        km=danish.number(plan.way_m / 1000, 1), by=by, free=free
    )


def feedback_text(found: PlanFeedback | None) -> str:
    """What planners are told where plans seem to feed on themselves; empty where they do not."""
    if found is None or not found.warns:
        return ""
    return _(
        "Steder på planen fik {ratio} gange så mange anmeldelser, målt mod det forventede, som steder, der var lige så "
        "høje, men blev sprunget over efter mange besøg ({p}). Tilstedeværelse kan selv give anmeldelser: lad flere "
        "steder trække ved lod, eller udelad dem en tid."
    ).format(ratio=danish.number(found.ratio, 1), p=danish.p_equation(found.p))


def left_out_text(plan: PatrolPlan) -> list[str]:
    """A line for each place that was left out."""
    return [f"{one.place}: {_(LEFT_OUT_TEXT[one.why])}" for one in plan.left_out]


def rule_line(kept: KeptRule, place: str, partnership: Partnership) -> str:
    """``Blågårds Plads: skal med, opfølgning, til og med 4. nov., kun nat``."""
    rule = kept.rule
    last = danish.day_and_month(rule.stop.fromordinal(rule.stop.toordinal() - 1))
    parts = [
        _(RULE_TEXT[rule.kind]),
        _(RULE_REASON_TEXT[rule.reason]),
        _("til og med {day}").format(day=last),
    ]
    if rule.shift is not None:
        parts.append(_("kun {shift}").format(shift=shift_label(partnership, rule.shift)))
    return f"{place}: {', '.join(parts)}"


def zone_line(kept: KeptZone, partnership: Partnership) -> str:
    """``Visitationszone i Indre Nørrebro til 4. nov. kl. 12.00``."""
    zone, areas = kept.zone, partnership.areas
    names = [areas.areas[areas.index[area]].name if area in areas.index else area for area in zone.areas]
    ends = zone.ends.astimezone(partnership.calendar.timezone)
    until = f"{danish.day_and_month(ends.date())} {danish.clock(ends)}"
    return _("{zone} i {areas} til {until}").format(
        zone=_(ZONE_TEXT[zone.kind]), areas=_(" og ").join(names), until=until
    )


def stops_text(number: int) -> str:
    """``tre steder``."""
    return n_("{number} sted", "{number} steder", number).format(number=danish.number(number))
