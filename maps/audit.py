"""The log as an auditor reads it: who did what, when, why and for whom; and what was taken out unusually."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from maps import danish
from maps.assets import Assets
from maps.language import N_, _
from maps.page import Frame, PageLinks, render
from models.audit import ACTIONS, AuditRow
from models.partnership import Partnership
from models.unusual_extraction import Rule

ACTION_TEXT: Mapping[str, str] = {
    "import": N_("Indlæsning"),
    "run": N_("Kørsel"),
    "consultation": N_("Opslag"),
    "alert": N_("Alarm"),
    "effort": N_("Indsats"),
    "change": N_("Ændring"),
    "export": N_("Udtræk"),
    "disclosure": N_("Videregivelse"),
    "combination": N_("Samkøring"),
    "deletion": N_("Sletning"),
    "login": N_("Login"),
    "account": N_("Konto"),
    "plan": N_("Plan"),
}
PURPOSE_TEXT: Mapping[str, str] = {
    "unstated": N_("ikke oplyst"),
    "patrol-planning": N_("patruljeplanlægning"),
    "analysis": N_("analyse"),
    "steering": N_("styring"),
    "intake": N_("indlæsning"),
    "operation": N_("drift"),
    "access": N_("adgang"),
    "administration": N_("administration"),
    "erasure": N_("sletning"),
    "audit": N_("tilsyn"),
    "health": N_("driftskontrol"),
}
OUTCOME_TEXT: Mapping[str, str] = {
    "released": N_("udleveret"),
    "not found": N_("ikke fundet"),
    "asked for": N_("efterspurgt"),
    "refused": N_("afvist"),
    "ok": N_("lykkedes"),
    "failed": N_("mislykkedes"),
    "locked": N_("spærret"),
    "add": N_("tilføjet"),
    "end": N_("afsluttet"),
    "withdraw": N_("trukket tilbage"),
}
RULE_TEXT: Mapping[Rule, str] = {
    "hour": N_("på én time"),
    "day": N_("på én dag"),
    "exports": N_("ud af huset"),
    "night": N_("om natten"),
    "breadth": N_("forskellige datoer"),
}


class Unusual(Protocol):
    """What `models.unusual_extraction` found, with the actor's name."""

    @property
    def actor(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def rule(self) -> Rule: ...
    @property
    def count(self) -> int: ...
    @property
    def usual(self) -> float: ...


def audit_page(
    rows: Sequence[AuditRow],
    unusual: Sequence[Unusual],
    partnership: Partnership,
    *,
    actors: Sequence[str],
    chosen: Mapping[str, str],
    following: str | None,
    as_csv: str,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """One page of the log; ``chosen`` stands in the form, ``following`` is where older lines are."""
    return render(
        "audit",
        Frame(_("Log"), partnership.name, "audit", assets, synthetic, links),
        rows=[_row(row, partnership) for row in rows],
        unusual=[_unusual(one) for one in unusual],
        actors=actors,
        actions=[(action, _(ACTION_TEXT[action])) for action in ACTIONS],
        chosen=chosen,
        following=following,
        as_csv=as_csv,
    )


def _row(row: AuditRow, partnership: Partnership) -> dict[str, str]:
    return {
        "id": danish.number(row.id),
        "at": _moment(row.at.astimezone(partnership.calendar.timezone)),
        "actor": row.actor,
        "action": _(ACTION_TEXT.get(row.action, row.action)),
        "subject": row.subject,
        "purpose": _(PURPOSE_TEXT.get(row.purpose, row.purpose)),
        "recipient": row.recipient or danish.MISSING,
        "outcome": _(OUTCOME_TEXT.get(row.outcome, row.outcome)),
    }


def _moment(at: datetime) -> str:
    return f"{at.day}.{at.month}.{at.year} {at:%H.%M.%S}"


def _unusual(one: Unusual) -> str:
    usual = (
        _("sædvanligt {usual}").format(usual=danish.number(one.usual)) if one.usual else _("intet at sammenligne med")
    )
    return f"{danish.medium_date(one.day)}: {one.actor} – {danish.number(one.count)} {_(RULE_TEXT[one.rule])} ({usual})"
