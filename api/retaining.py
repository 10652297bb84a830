"""Use case: deletion of what is past its time, and what must not be deleted."""

from collections.abc import Sequence
from datetime import date, datetime

from data.retention_book import Deleted
from data.store import Store
from models.partnership import Partnership
from models.retention import Hold, RetentionError

RETAINER = "retention"


def retain(store: Store, partnership: Partnership, day: date, *, now: datetime, actor: str = RETAINER) -> list[Deleted]:
    """Delete what is past its time on ``day``; raises `RetentionError` for a day that has not come."""
    _require_come(partnership, day, now)
    return store.retention.apply(partnership, day, actor)


def previewed(store: Store, partnership: Partnership, day: date, *, now: datetime) -> list[Deleted]:
    """What `retain` would delete; nothing changes."""
    _require_come(partnership, day, now)
    return store.retention.preview(partnership, day)


def retain_if_due(store: Store, partnership: Partnership, *, now: datetime) -> list[Deleted]:
    """Before anything is served: after a restore from an older backup, what had been deleted is due again."""
    today = now.astimezone(partnership.calendar.timezone).date()
    return store.retention.apply(partnership, today, RETAINER) if store.retention.due(partnership, today) else []


def place_hold(store: Store, partnership: Partnership, hold: Hold, actor: str) -> int:
    """Place a hold whose area and category the partnership has; its number."""
    for what, wanted, known in (
        ("area", hold.area, [area.id for area in partnership.areas.areas]),
        ("category", hold.category, [category.id for category in partnership.categories]),
    ):
        if wanted is not None and wanted not in known:
            raise RetentionError(f"{what} must be one of {', '.join(known)}, found '{wanted}'")
    return store.retention.hold(partnership.id, hold, actor)


def deletion_line(deleted: Sequence[Deleted]) -> str:
    """One line of all deletions."""
    parts = [f"{each.rows} of {each.place} ({each.tier} before {each.cut_off})" for each in deleted if each.rows]
    return "retention: " + ("; ".join(parts) or "nothing is past its time")


def _require_come(partnership: Partnership, day: date, now: datetime) -> None:
    today = now.astimezone(partnership.calendar.timezone).date()
    if day > today:
        raise RetentionError(f"retention must be for {today} or before, found {day}: it would delete too early")
