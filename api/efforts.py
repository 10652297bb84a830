"""Use case: the register of efforts."""

from datetime import date, datetime

from api.gate import Gate
from models.effort import EffortEntry, checked


def enter(gate: Gate, entry: EffortEntry) -> int:
    """Enter an effort; its number. Raises `EffortError`, and `EffortStateError` where it is there already."""
    partnership = gate.partnership
    return gate.add_effort(
        checked(entry, areas=partnership.areas.index, categories=tuple(partnership.category_index), today=today(gate))
    )


def today(gate: Gate) -> date:
    """The date where the partnership is."""
    return datetime.now(gate.partnership.calendar.timezone).date()
