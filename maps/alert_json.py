"""Alerts as data."""

from dataclasses import asdict
from datetime import date
from typing import Any

from maps.alert_text import alert_line
from maps.crossings import crossing_json
from models.alert import Alert, AlertEvent
from models.alert_life import next_actions
from models.crossing_support import CrossingSupport
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


def support_as_json(support: CrossingSupport, partnership: Partnership) -> dict[str, Any]:
    """What clusters did at an alert's onset."""
    return {
        "followed": support.followed,
        "supports": support.supports,
        "chance_per_year": support.chance_per_year,
        "crossings": [crossing_json(crossing, partnership) for crossing in support.crossings],
    }


def event_as_json(event: AlertEvent) -> dict[str, Any]:
    """One step of an alert's history."""
    return {name: _plain(value) for name, value in asdict(event).items()}


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
