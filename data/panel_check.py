"""Proof that the panel is the recount of the incidents, in memory that does not grow with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from data.coding import Coding
from data.statements import statements
from models.panel import Panel, aggregate, negated, panel_of
from models.partnership import Partnership

INCIDENTS = statements("incidents")
PANEL = statements("panel")
ROWS_AT_ONCE = 50_000
ROWS_PER_PART = 500_000
DAY_S = 86_400

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class PanelCheck:
    """Outcome of recounting: number of rows, and how many differ from the recount."""

    rows: int
    different: int


def check_panel(connection: Connection, partnership: Partnership) -> PanelCheck:
    """Recount every incident in force and compare with the panel, row by row, to the last digit.

    Part by part in time, both are added up with opposite signs: what is right comes to nothing and is forgotten.
    """
    place = {"partnership": partnership.id}
    incidents, *started = connection.execute(INCIDENTS["incident_days"], place).fetchall()[0]
    entries, *counted = connection.execute(PANEL["panel_days"], place).fetchall()[0]
    days = [day for day in (*started, *counted) if day is not None]
    first, last = min(days, default=0), max(days, default=0)
    step = max((last - first + 1) * ROWS_PER_PART // max(incidents, entries, 1), 1)
    coding = Coding(partnership)
    rows, rest = 0, aggregate([])
    for day in range(first, last + 1, step):
        kept = _read(connection, PANEL["panel_between"], {**place, "first": day, "stop": day + step}, coding.panel)
        rows += sum(map(len, kept))
        recount = _read(
            connection,
            INCIDENTS["incidents_started_between"],
            {**place, "first_s": day * DAY_S, "stop_s": (day + step) * DAY_S},
            lambda found: negated(panel_of(coding.incidents(found), partnership.calendar)),
        )
        rest = aggregate([rest, *kept, *recount])
    return PanelCheck(rows, len(rest))


def _read(
    connection: Connection,
    statement: LiteralString,
    values: Mapping[str, Any],
    made: Callable[[Sequence[tuple[Any, ...]]], Panel],
) -> list[Panel]:
    parts = []
    with connection.cursor("part") as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            parts.append(made(rows))
    return parts
