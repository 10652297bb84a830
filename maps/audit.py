"""The log as an auditor reads it: who did what, when, why and for whom; and what was taken out unusually."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from maps import danish
from maps.assets import Assets
from maps.page import Frame, PageLinks, render
from models.audit import ACTIONS, AuditRow
from models.partnership import Partnership
from models.unusual_extraction import Rule

ACTION_TEXT: Mapping[str, str] = {
    "import": "Indlæsning",
    "run": "Kørsel",
    "consultation": "Opslag",
    "alert": "Alarm",
    "effort": "Indsats",
    "change": "Ændring",
    "export": "Udtræk",
    "disclosure": "Videregivelse",
    "combination": "Samkøring",
    "deletion": "Sletning",
    "login": "Login",
    "account": "Konto",
}
PURPOSE_TEXT: Mapping[str, str] = {
    "unstated": "ikke oplyst",
    "patrol-planning": "patruljeplanlægning",
    "analysis": "analyse",
    "steering": "styring",
    "intake": "indlæsning",
    "operation": "drift",
    "access": "adgang",
    "administration": "administration",
    "erasure": "sletning",
    "audit": "tilsyn",
    "health": "driftskontrol",
}
OUTCOME_TEXT: Mapping[str, str] = {
    "released": "udleveret",
    "not found": "ikke fundet",
    "asked for": "efterspurgt",
    "refused": "afvist",
    "ok": "lykkedes",
    "failed": "mislykkedes",
    "locked": "spærret",
    "add": "tilføjet",
    "end": "afsluttet",
    "withdraw": "trukket tilbage",
}
RULE_TEXT: Mapping[Rule, str] = {
    "hour": "på én time",
    "day": "på én dag",
    "exports": "ud af huset",
    "night": "om natten",
    "breadth": "forskellige datoer",
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
        Frame("Log", partnership.name, "audit", assets, synthetic, links),
        rows=[_row(row, partnership) for row in rows],
        unusual=[_unusual(one) for one in unusual],
        actors=actors,
        actions=[(action, ACTION_TEXT[action]) for action in ACTIONS],
        chosen=chosen,
        following=following,
        as_csv=as_csv,
    )


def _row(row: AuditRow, partnership: Partnership) -> dict[str, str]:
    return {
        "id": danish.number(row.id),
        "at": _moment(row.at.astimezone(partnership.calendar.timezone)),
        "actor": row.actor,
        "action": ACTION_TEXT.get(row.action, row.action),
        "subject": row.subject,
        "purpose": PURPOSE_TEXT.get(row.purpose, row.purpose),
        "recipient": row.recipient or danish.MISSING,
        "outcome": OUTCOME_TEXT.get(row.outcome, row.outcome),
    }


def _moment(at: datetime) -> str:
    return f"{at.day}.{at.month}.{at.year} {at:%H.%M.%S}"


def _unusual(one: Unusual) -> str:
    usual = f"sædvanligt {danish.number(one.usual)}" if one.usual else "intet at sammenligne med"
    return f"{danish.medium_date(one.day)}: {one.actor} – {danish.number(one.count)} {RULE_TEXT[one.rule]} ({usual})"
