"""What every page says about its data: how far they reach, what was known, which days are incomplete."""

from dataclasses import dataclass
from datetime import datetime

from maps import danish
from maps.language import _
from models.calendar import to_date, to_day_number
from models.daily import DailyResult
from models.partnership import Partnership

STALE_DAYS = 3  # data that end earlier than this before the as-of are called old


@dataclass(frozen=True)
class DataAge:
    """Danish sentences, and whether the data are so old that the page should warn."""

    until: str
    known: str
    incomplete: str
    stale: bool


def data_age(result: DailyResult, partnership: Partnership) -> DataAge:
    """The age and completeness of the data of ``result``."""
    zone = partnership.calendar.timezone
    last = datetime.fromtimestamp(result.status.last_event_s, zone)
    as_of = result.as_of.astimezone(zone)
    days = (as_of.date() - last.date()).days
    age = {0: _("i dag"), 1: _("i går")}.get(days, _("{days} dage før kortets dato").format(days=days))
    return DataAge(
        until=_("Data til og med {date} {last} ({age})").format(
            date=danish.long_date(last.date()), last=danish.clock(last), age=age
        ),
        known=_("Beregnet på det, der var kendt {date} {as_of}").format(
            date=danish.long_date(as_of.date()), as_of=danish.clock(as_of)
        ),
        incomplete=_incomplete(result, partnership),
        stale=days > STALE_DAYS,
    )


def _incomplete(result: DailyResult, partnership: Partnership) -> str:
    completeness = result.status.completeness
    share = danish.number(100 * partnership.completeness.share)
    days = to_day_number(result.date) - completeness.complete_until_day
    if days <= 0:
        return _("Alle dage er mindst {share} % anmeldt.").format(share=share)
    first, last = to_date(completeness.complete_until_day), to_date(to_day_number(result.date) - 1)
    which = _("Det seneste døgn") if days == 1 else _("De seneste {days} dage").format(days=days)
    verb = _("er ufuldstændigt") if days == 1 else _("er ufuldstændige")
    why = (
        _("erfaringsmæssigt er under {share} % af hændelserne anmeldt endnu").format(share=share)
        if completeness.estimated
        else _("der er for lidt historik til at måle anmeldeforsinkelsen, så tallet er et skøn")
    )
    return f"{which} ({danish.date_range(first, last)}) {verb}: {why}."
