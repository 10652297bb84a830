"""A plan as iCalendar (RFC 5545): each visit an event, in UTC, so that no calendar can be wrong about summer time."""

from datetime import UTC, timedelta

from icalendar import Calendar, Event

from maps.language import _
from maps.parole import Sheet, sheet_title
from maps.plan_text import PRESENCE_TEXT, why_text
from models.partnership import Partnership


def plan_ical(sheet: Sheet, partnership: Partnership) -> bytes:
    """The visits of the sheet's plan; a version keeps its identifiers, so that importing it again changes nothing."""
    plan = sheet.plan
    calendar = Calendar()
    calendar.add("prodid", "-//Trygkort//plan//DA")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", sheet_title(sheet, partnership))
    for at, stop in enumerate(plan.stops, 1):
        for number, arrive in enumerate(stop.visits, 1):
            event = Event()
            event.add("uid", f"plan-{sheet.number}-{stop.cell}-{number}@trygkort")
            event.add("dtstamp", plan.as_of.astimezone(UTC))
            event.add("dtstart", arrive.astimezone(UTC))
            event.add("dtend", (arrive + timedelta(minutes=stop.minutes)).astimezone(UTC))
            event.add("summary", f"{at} {stop.place} ({_(PRESENCE_TEXT[stop.presence])})")
            event.add("description", why_text(stop, partnership))
            event.add("geo", (stop.lat, stop.lon))
            event.add("class", "CONFIDENTIAL")
            calendar.add_component(event)
    return bytes(calendar.to_ical())
