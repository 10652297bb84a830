"""Alerts as data."""

from dataclasses import asdict
from datetime import date
from typing import Any

from maps.alert_text import alert_line
from models.alert import Alert, AlertEvent
from models.alert_announcement import Announcement
from models.alert_life import next_actions
from models.partnership import Partnership


def alert_as_json(alert: Alert, partnership: Partnership) -> dict[str, Any]:
    """One alert: its figures, its claim in words, where it stands and what can be done next."""
    return {
        "id": alert.id,
        "text": alert_line(alert.signal, partnership),
        "treated": partnership.areas.treated.id,
        **{name: _plain(value) for name, value in asdict(alert.signal).items()},
        "status": alert.state.status,
        "snoozed_until": _plain(alert.state.snoozed_until),
        "next": next_actions(alert.state),
    }


def event_as_json(event: AlertEvent) -> dict[str, Any]:
    """One step of an alert's history."""
    return {name: _plain(value) for name, value in asdict(event).items()}


def announcement_as_json(announcement: Announcement) -> dict[str, Any]:
    """What other systems are told: which alert, and where to read about it. No figure, place, person or category."""
    number = announcement.alert
    data = {"alert": number, "partnership": announcement.partnership, "link": f"/alerts/{number or ''}".rstrip("/")}
    return {
        "id": announcement.id,
        "type": announcement.type,
        "timestamp": announcement.at.isoformat(),
        "data": data,
    }


def alert_feature(alert: Alert, partnership: Partnership) -> dict[str, Any]:
    """The same as a GeoJSON feature: the outline of the neighbour, None where the settings no longer have it."""
    position = partnership.areas.index.get(alert.signal.neighbour)
    polygon = None if position is None else partnership.areas.areas[position].polygon
    return {
        "type": "Feature",
        "id": alert.id,
        "geometry": None if polygon is None else polygon.__geo_interface__,
        "properties": alert_as_json(alert, partnership),
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
