"""What every page says about its data: how far they reach, what was known, which days are incomplete."""

from dataclasses import dataclass
from datetime import datetime

from maps import danish
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
    age = {0: "i dag", 1: "i går"}.get(days, f"{days} dage før kortets dato")
    return DataAge(
        until=f"Data til og med {danish.long_date(last.date())} {danish.clock(last)} ({age})",
        known=f"Beregnet på det, der var kendt {danish.long_date(as_of.date())} {danish.clock(as_of)}",
        incomplete=_incomplete(result, partnership),
        stale=days > STALE_DAYS,
    )


def _incomplete(result: DailyResult, partnership: Partnership) -> str:
    completeness = result.status.completeness
    share = danish.number(100 * partnership.completeness.share)
    days = to_day_number(result.date) - completeness.complete_until_day
    if days <= 0:
        return f"Alle dage er mindst {share} % anmeldt."
    first, last = to_date(completeness.complete_until_day), to_date(to_day_number(result.date) - 1)
    which = "Det seneste døgn" if days == 1 else f"De seneste {days} dage"
    verb = "er ufuldstændigt" if days == 1 else "er ufuldstændige"
    why = (
        f"erfaringsmæssigt er under {share} % af hændelserne anmeldt endnu"
        if completeness.estimated
        else "der er for lidt historik til at måle anmeldeforsinkelsen, så tallet er et skøn"
    )
    return f"{which} ({danish.date_range(first, last)}) {verb}: {why}."
