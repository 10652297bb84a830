"""The parole sheet: one beat's plan of one shift on one page, for a briefing of five minutes, on screen and paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from maps import danish
from maps.assets import Assets, static_text
from maps.language import _, language
from maps.page import PURPOSE, SYNTHETIC, Frame, PageLinks, render, rendered_part
from maps.plan_map import map_label, plan_map
from maps.plan_text import shift_label, span_text, stop_words, time_text, way_text, zone_line
from maps.viewer_menu import roles_text
from models.beat import Beat
from models.partnership import Partnership
from models.patrol_plan import PatrolPlan, PlanStop
from models.patrol_rule import KeptZone
from models.viewer import Role

NAMED = 3  # categories of what is new
MAP_HEIGHTS = (0.78, 0.6, 0.45)  # of its width: the largest with which the sheet is one page


@dataclass(frozen=True)
class Freshness:
    """How fresh the data are: what was known when, when they end, and the first day that is not complete."""

    as_of: datetime
    last_event: datetime
    complete_until: date


@dataclass(frozen=True)
class Changes:
    """What is new since the day before: cells that ``came`` into the plan, places that left it, and reports ``since``
    then by the label of their category, the most first."""

    came: frozenset[str]
    left: tuple[str, ...]
    since: datetime | None
    reports: Mapping[str, int]


@dataclass(frozen=True)
class Sheet:
    """Everything on the sheet of one beat; ``approved`` is the role that answers for the plan."""

    plan: PatrolPlan
    number: int
    version: int
    approved: Role | None
    beat: Beat
    zones: Sequence[KeptZone]
    changes: Changes
    fresh: Freshness | None
    synthetic: bool


def parole_page(
    sheets: Sequence[Sheet],
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    day: date,
    shift: str,
    assets: Assets,
    links: PageLinks,
) -> str:
    """The sheets of a shift on the screen, with the files of each."""
    return render(
        "parole",
        Frame(_("Parole"), partnership.name, "plans", assets, any(s.synthetic for s in sheets), links),
        day=day,
        shift=shift,
        shift_label=shift_label(partnership, shift),
        sheets=[_shown(sheet, partnership, sketch) for sheet in sheets],
    )


def sheet_html(
    sheet: Sheet, partnership: Partnership, sketch: Mapping[str, Any] | None, *, height: float = MAP_HEIGHTS[0]
) -> str:
    """One sheet as a page of its own, complete in itself, to be made a PDF; its map has that ``height``."""
    return rendered_part(
        "parole_sheet",
        style=_style(),
        dense=height < MAP_HEIGHTS[0],
        language=language,
        purpose=_(PURPOSE),
        synthetic=_(SYNTHETIC) if sheet.synthetic else "",
        partnership=partnership.name,
        sheet=_shown(sheet, partnership, sketch, height=height),
    )


def sheet_text(sheet: Sheet, partnership: Partnership) -> str:
    """The same as plain text, no line longer than 72 characters."""
    import textwrap  # noqa: PLC0415 - of this form alone

    shown = _shown(sheet, partnership, None, height=None)
    lines = [
        f"TRYGKORT {shown['title']}",
        f"{shown['when']} · {shown['state']}, {shown['version']}",
        *([_(SYNTHETIC)] if sheet.synthetic else []),
        _(PURPOSE),
        "",
        *shown["zones"],
        *shown["changes"],
        *shown["fresh"],
        "",
    ]
    for stop in shown["stops"]:
        lines += [
            f"{stop['at']}. {stop['place']}",
            f"   {stop['best']} · {stop['presence']} · {stop['minutes']} min",
            f"   {stop['why']}.",
            f"   {_('Besøg')}: {', '.join(at for _number, at in stop['visits'])}",
        ]
    lines += ["", shown["way"], shown["expires"]]
    wrapped = [textwrap.fill(line, 72, subsequent_indent=" " * (len(line) - len(line.lstrip()))) for line in lines]
    return "\n".join(wrapped) + "\n"


def sheet_title(sheet: Sheet, partnership: Partnership) -> str:
    """``Indre Nørrebro, Nat 23-07, mandag den 2. november 2026``."""
    plan = sheet.plan
    return f"{sheet.beat.label}, {shift_label(partnership, plan.shift)}, {danish.long_date(plan.date)}"


def _shown(
    sheet: Sheet, partnership: Partnership, sketch: Mapping[str, Any] | None, *, height: float | None = MAP_HEIGHTS[0]
) -> dict[str, Any]:
    plan = sheet.plan
    state = (
        _("godkendt af {role}").format(role=roles_text([sheet.approved]))
        if sheet.approved
        else _("udkast, ikke godkendt")
    )
    return {
        "title": sheet_title(sheet, partnership),
        "beat": sheet.beat.id,
        "label": sheet.beat.label,
        "shift": shift_label(partnership, plan.shift),
        "date": danish.long_date(plan.date),
        "when": f"{danish.long_date(plan.starts.date())} {span_text((plan.starts, plan.ends))}",
        "draft": sheet.approved is None,
        "state": state,
        "version": _("udgave {version}").format(version=sheet.version),
        "way": way_text(plan),
        "map": "" if height is None else _drawn(sheet, partnership, sketch, height),
        "zones": [zone_line(kept, partnership) for kept in sheet.zones],
        "changes": changes_text(sheet.changes),
        "fresh": fresh_text(sheet.fresh, plan),
        "stops": [_stop(at, stop, sheet, partnership) for at, stop in enumerate(plan.stops, 1)],
        "expires": _("Gælder til {day} {clock}. Kassér derefter.").format(
            day=danish.long_date(plan.ends.date()), clock=danish.clock(plan.ends)
        ),
        "files": f"/parole/{plan.date}/{plan.shift}",
    }


def _drawn(sheet: Sheet, partnership: Partnership, sketch: Mapping[str, Any] | None, height: float) -> Markup:
    stops = sheet.plan.stops
    return plan_map(stops, sheet.beat, partnership.areas, sketch, label=map_label(stops), tallest=height)


def _stop(at: int, stop: PlanStop, sheet: Sheet, partnership: Partnership) -> dict[str, Any]:
    return {
        **stop_words(at, stop, partnership),
        "new": stop.cell in sheet.changes.came,
        "visits": [(number, time_text(arrive)) for number, arrive in enumerate(stop.visits, 1)],
    }


def changes_text(changes: Changes) -> list[str]:
    """What is new since the day before, a sentence each."""
    said = []
    if changes.since is not None:
        total = sum(changes.reports.values())
        since = f"{danish.day_and_month(changes.since.date())} {danish.clock(changes.since)}"
        listed = ", ".join(_most(changes.reports))
        said.append(
            _("Siden {since}: {total} nye anmeldelser på runden ({listed}).").format(
                since=since, total=danish.number(total), listed=listed
            )
            if total
            else _("Siden {since}: ingen nye anmeldelser på runden.").format(since=since)
        )
    if changes.left:
        said.append(_("Ikke længere på planen: {places}.").format(places="; ".join(changes.left)))
    return said or [_("Første plan: intet at sammenligne med.")]


def _most(reports: Mapping[str, int]) -> list[str]:
    """The categories with most, and all others together."""
    rows = [(_(label).lower(), number) for label, number in reports.items()]
    others = sum(number for _label, number in rows[NAMED:])
    named = [f"{label} {danish.number(number)}" for label, number in rows[:NAMED]]
    return [*named, _("andet {number}").format(number=danish.number(others))] if others else named


def fresh_text(fresh: Freshness | None, plan: PatrolPlan) -> list[str]:
    """How old the data are, and which days are not complete."""
    known = _("Beregnet på det, der var kendt {date} {clock}.").format(
        date=danish.long_date(plan.as_of.date()), clock=danish.clock(plan.as_of)
    )
    if fresh is None:
        return [known]
    ends = _("Data til og med {date} {clock}.").format(
        date=danish.long_date(fresh.last_event.date()), clock=danish.clock(fresh.last_event)
    )
    missing = (plan.date - fresh.complete_until).days
    if missing <= 0:
        return [f"{ends} {known}"]
    return [f"{ends} {known} {_('De seneste {days} dage er ikke anmeldt færdigt.').format(days=missing)}"]


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup(static_text("parole.css"))  # noqa: S704 - a file of ours
