"""Use case: what clusters did around an alert's onset, read from the product of a run of that time."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from api.gate import Gate
from api.kept import kept
from maps.crossings import crossings_of, support_as_json
from models.alert import AlertSignal
from models.crossing_support import CrossingSupport, onset_window, supporting

PRODUCT = "displacement.json"


def crossing_support(gate: Gate, signal: AlertSignal) -> CrossingSupport:
    """Crossings into the signal's neighbour at its onset; the consultation of the run's product is logged as any.

    The first run that saw the whole of that time says it, the latest where none did yet.
    """
    partnership = gate.partnership
    first, last = onset_window(signal, partnership)
    chosen = _run_for(gate.run_dates(), last + timedelta(days=partnership.crossings.settled_days))
    clusters = None if chosen is None else _clusters(gate.product(PRODUCT, chosen).body)
    if clusters is None:
        return CrossingSupport(chance_per_year=partnership.crossings.chance_per_year)
    return CrossingSupport(
        supporting(crossings_of(clusters["crossings"], partnership), signal, partnership),
        followed=date.fromisoformat(clusters["followed_from"]) <= first,
        chance_per_year=partnership.crossings.chance_per_year,
    )


def crossings_json(gate: Gate, signal: AlertSignal) -> dict[str, Any]:
    return support_as_json(crossing_support(gate, signal), gate.partnership)


def _run_for(dates: Sequence[date], wanted: date) -> date | None:
    """The first of ``dates``, rising, that is not before ``wanted``; else the last."""
    return next((day for day in dates if day >= wanted), dates[-1] if dates else None)


@kept(16)
def _clusters(body: bytes) -> dict[str, Any] | None:
    """None of a run that was made before clusters were followed."""
    found: dict[str, Any] | None = json.loads(body).get("clusters")
    return found
