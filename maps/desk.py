"""The analyst's desk: can the data be trusted today, what wants an eye, which questions stand, the way to ask more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from maps import danish
from maps.alert_text import KIND_TEXT, STATUS_TEXT, alert_line
from maps.assets import Assets
from maps.diffusion_text import spreads
from maps.language import _, n_
from maps.page import Frame, PageLinks, render
from maps.quality import (
    EXACT_M,
    MANY_AT_EDGES,
    MANY_DUPLICATES,
    MANY_INEXACT,
    MANY_OUTSIDE,
    MANY_REJECTED,
    moment_text,
)
from maps.question_text import SUBJECT_TEXT
from maps.status import STALE_DAYS
from models.alert import Alert
from models.calendar import to_day_number
from models.partnership import Partnership
from models.quality import ImportRecord
from models.saved_question import SavedQuestion

Figures = Mapping[str, Any]
LAST_IMPORTS = 2


@dataclass(frozen=True)
class DeskQuestion:
    """A saved question with its title; ``href`` None where its filters can no longer be used."""

    number: int
    title: str
    subject: str
    saved: str
    href: str | None


def desk_question(saved: SavedQuestion, title: str | None, href: str | None, partnership: Partnership) -> DeskQuestion:
    """``saved`` in words; ``title`` None where its filters can no longer be used."""
    at = saved.saved_at.astimezone(partnership.calendar.timezone)
    return DeskQuestion(
        saved.id,
        title or _("Filtrene passer ikke længere til partnerskabet"),
        _(SUBJECT_TEXT[saved.subject]),
        danish.medium_date(at.date()),
        href,
    )


def desk_page(
    quality: Figures | None,
    imports: Sequence[ImportRecord],
    alerts: Sequence[Alert],
    questions: Sequence[DeskQuestion],
    partnership: Partnership,
    *,
    now: datetime,
    refused: str,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The desk; ``quality`` are the figures of the latest run (None before the first), ``imports`` the newest first."""
    return render(
        "desk",
        Frame(_("Skrivebord"), partnership.name, "desk", assets, synthetic, links),
        refused=refused,
        age=_age(quality, partnership, now),
        complete=_complete(quality),
        imports=[_import(record, partnership) for record in imports[:LAST_IMPORTS]],
        wrong=wrong_now(quality, imports, partnership, now),
        alerts=[_alert(alert, partnership) for alert in alerts],
        questions=questions,
    )


def wrong_now(
    quality: Figures | None, imports: Sequence[ImportRecord], partnership: Partnership, now: datetime
) -> list[str]:
    """What should be looked at before figures are used, a sentence each; empty where nothing stands out."""
    today = now.astimezone(partnership.calendar.timezone).date()
    if quality is None:
        return [_("Der er ingen kørsel endnu: kort, alarmer og klynger mangler.")]
    found = []
    days = (today - date.fromisoformat(quality["date"])).days
    if days > 1:
        found.append(_("Den seneste kørsel er {days} dage gammel.").format(days=danish.number(days)))
    last = quality["freshness"].get("last_event")
    silent = (date.fromisoformat(quality["date"]) - datetime.fromisoformat(last).date()).days if last else 0
    if silent > STALE_DAYS:
        found.append(_("Data er gamle: der er dage uden nye oplysninger før kortets dato."))
    newest = imports[0] if imports else None
    if newest and newest.read and newest.rejected > MANY_REJECTED * newest.read:
        share = danish.number(100 * newest.rejected / newest.read, 1)
        found.append(_("{share}\u00a0% af rækkerne i seneste import blev afvist.").format(share=share))
    return [*found, *_doubtful(quality)]


def _doubtful(quality: Figures) -> list[str]:
    """Places and rows of the last run that stand out."""
    found = []
    points = quality["dump_points"].get("found") or 0
    if points:
        found.append(
            n_(
                "{points} punkt har påfaldende mange hændelser.",
                "{points} punkter har påfaldende mange hændelser.",
                points,
            ).format(points=danish.number(points))
        )
    incidents = quality["incidents"] or 0
    duplicates = quality["duplicate_suspects"].get("incidents") or 0
    if duplicates > MANY_DUPLICATES * incidents:
        found.append(_("{duplicates} hændelser ligner dubletter.").format(duplicates=danish.number(duplicates)))
    if (quality["edge_share"] or 0) > MANY_AT_EDGES:
        share = danish.number(100 * quality["edge_share"])
        found.append(_("{share}\u00a0% ligger så nær en områdegrænse, at området er usikkert.").format(share=share))
    if (quality["outside_share"] or 0) > MANY_OUTSIDE:
        share = danish.number(100 * quality["outside_share"])
        found.append(_("{share}\u00a0% ligger uden for områderne.").format(share=share))
    inexact = sum(band["incidents"] or 0 for band in quality["accuracy"] if band["above_m"] >= EXACT_M)
    if inexact > MANY_INEXACT * incidents:
        share = danish.number(100 * inexact / incidents) if incidents else danish.MISSING
        found.append(
            _("{share}\u00a0% er stedfæstet med over {metres} m usikkerhed.").format(
                share=share, metres=danish.number(EXACT_M)
            )
        )
    return found


def _age(quality: Figures | None, partnership: Partnership, now: datetime) -> str:
    last = quality["freshness"].get("last_event") if quality else None
    if last is None:
        return _("Ingen data i nogen kørsel endnu.")
    at = datetime.fromisoformat(last).astimezone(partnership.calendar.timezone)
    days = max((now.astimezone(partnership.calendar.timezone).date() - at.date()).days, 0)
    return _("Seneste hændelse: {moment}, {days} dage siden.").format(
        moment=moment_text(int(at.timestamp()), partnership), days=danish.number(days)
    )


def _complete(quality: Figures | None) -> str:
    if quality is None:
        return ""
    until, day = (date.fromisoformat(quality[name]) for name in ("complete_until", "date"))
    missing = to_day_number(day) - to_day_number(until)
    if missing <= 0:
        return _("Alle dage er færdiganmeldt ved kørslen for {day}.").format(day=danish.medium_date(day))
    return n_(
        "Den sidste dag før kørslen for {day} er ikke færdiganmeldt.",
        "De sidste {missing} dage før kørslen for {day} er ikke færdiganmeldt.",
        missing,
    ).format(missing=danish.number(missing), day=danish.medium_date(day))


def _import(record: ImportRecord, partnership: Partnership) -> str:
    return _(
        "Import {moment} fra {source}: {read} rækker læst, {created} nye, {changed} ændrede, {rejected} afvist."
    ).format(
        moment=moment_text(record.imported_s, partnership),
        source=record.source,
        read=danish.number(record.read),
        created=danish.number(record.created),
        changed=danish.number(record.changed),
        rejected=danish.number(record.rejected),
    )


def _alert(alert: Alert, partnership: Partnership) -> dict[str, Any]:
    return {
        "id": alert.id,
        "line": alert_line(alert.signal, partnership),
        "kind": _(KIND_TEXT[alert.signal.kind]),
        "good": spreads(alert.signal),
        "status": _(STATUS_TEXT[alert.state.status]),
        "last": alert.signal.last_on,
    }
