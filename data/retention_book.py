"""Deletion when time is over, legal holds, and the proofs of both.

A tier is one transaction under the lock that imports take: what goes, what is kept of it in the next tier, the proof
and the line of the log are there together or not at all.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, cast

import numpy as np
import psycopg
from psycopg.rows import class_row

from data.audit_log import add_line
from data.binary_copy import END, HEADER, Column, Texts, copy_rows, dates
from data.coding import Coding
from data.intake.block import IntakeBlock
from data.retention_places import AREA_PRODUCTS, PLACES
from data.statements import statements
from models.audit import audit_entry
from models.panel import Panel, panel_of
from models.partnership import Partnership
from models.retention import TIERS, Hold, RetentionError, Tier, cut_offs, without_points

RETENTION = statements("retention")
INCIDENTS = statements("incidents")
ROWS_AT_ONCE = 50_000
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Deleted:
    """What went from one place in one tier: all that is dated before ``cut_off``."""

    tier: Tier
    place: str
    cut_off: date
    rows: int
    digest: bytes


@dataclass(frozen=True)
class Proof:
    """A deletion that was done. Backups made from ``at`` on are free of what went."""

    at: datetime
    tier: str
    place: str
    cut_off: date
    rows: int
    digest: str
    actor: str


@dataclass(frozen=True)
class PlacedHold:
    """A hold as it stands; lifted where ``lifted_at`` is not None."""

    id: int
    start_on: date
    stop_on: date
    area: str | None
    category: str | None
    reason: str
    expires_on: date | None
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None
    lifted_by: str | None


class RetentionBook:
    """Deletions, holds and proofs in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def apply(self, partnership: Partnership, today: date, actor: str) -> list[Deleted]:
        """Delete what is past its time on ``today``, a tier after the other; done again, there is nothing left."""
        found = []
        for tier in TIERS:
            with self._transaction() as connection:
                deleted = _Deletion(connection, partnership, today, tier).run()
                _prove(connection, partnership.id, tier, deleted, actor)
            found += deleted
        return found

    def preview(self, partnership: Partnership, today: date) -> list[Deleted]:
        """What `apply` would delete; everything is rolled back, and nothing is proven or logged."""
        with self._transaction() as connection:
            found = [d for tier in TIERS for d in _Deletion(connection, partnership, today, tier).run()]
            connection.rollback()
        return found

    def due(self, partnership: Partnership, today: date) -> bool:
        """Whether the proofs fall short of ``today``, as where data came back from an older backup.

        Where nothing was ever deleted, nothing is due: that begins with the daily run, not with a look.
        """
        with self._transaction() as connection:
            applied = _applied(connection, partnership)
        due = cut_offs(partnership.retention, today)
        return bool(applied) and any(tier not in applied or applied[tier] < due[tier] for tier in TIERS)

    def newest_proof(self, partnership: str) -> int:
        """The number of the last deletion in which something went; 0 where nothing ever did."""
        with self._transaction() as connection:
            row = connection.execute(RETENTION["newest_proof"], {"partnership": partnership}).fetchone()
        return int(row[0]) if row else 0

    def proofs(self, partnership: str, *, limit: int) -> list[Proof]:
        """The last deletions, newest first."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(Proof)) as cursor:
            return cursor.execute(RETENTION["proofs"], {"partnership": partnership, "limit": limit}).fetchall()

    def hold(self, partnership: str, hold: Hold, actor: str) -> int:
        """Place a hold; its number. It waits for a deletion that is under way, and protects from the next on."""
        values = {**asdict(hold), "partnership": partnership, "actor": actor}
        with self._transaction() as connection:
            connection.execute(INCIDENTS["lock_partnership"], values)
            row = connection.execute(RETENTION["add_hold"], values).fetchone()
            number = int(row[0]) if row else 0
            _log(connection, actor, f"{partnership}/hold/{number}", f"hold placed: {hold.reason}")
        return number

    def lift(self, partnership: str, number: int, actor: str) -> None:
        """Lift a hold; raises `RetentionError` where none of that number is in force."""
        values = {"partnership": partnership, "id": number, "actor": actor}
        with self._transaction() as connection:
            connection.execute(INCIDENTS["lock_partnership"], values)
            if not connection.execute(RETENTION["lift_hold"], values).rowcount:
                raise RetentionError(f"there is no hold {number} that could be lifted")
            _log(connection, actor, f"{partnership}/hold/{number}", "hold lifted")

    def holds(self, partnership: str) -> list[PlacedHold]:
        """All holds, lifted ones too, in the order they were placed."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(PlacedHold)) as cursor:
            return cursor.execute(RETENTION["holds"], {"partnership": partnership}).fetchall()


class _Deletion:
    """One tier within the transaction of ``connection``."""

    def __init__(self, connection: Connection, partnership: Partnership, today: date, tier: Tier) -> None:
        self._connection = connection
        self._partnership = partnership
        self._tier: Tier = tier
        self._cut_off = cut_offs(partnership.retention, today)[tier]
        self._values: Mapping[str, Any] = {
            "partnership": partnership.id,
            "today": today,
            "cut_off": self._cut_off,
            "before": partnership.calendar.start_of(self._cut_off),
            "zone": partnership.calendar.timezone.key,
            "area_products": list(AREA_PRODUCTS),
            "areas": tier == "area-days",
            # A run shows no point that was older on its date.
            "shown_days": partnership.retention.points_days,
        }

    def run(self) -> list[Deleted]:
        self._execute("may_delete_history")
        self._connection.execute(INCIDENTS["lock_partnership"], self._values)
        if self._tier == "cells":
            return self._cells()
        if self._tier == "area-months":
            self._find_alerts()
        return [self._delete(DELETIONS[place], place) for place in PLACES[self._tier]]

    def _cells(self) -> list[Deleted]:
        for name in ("create_gone", "create_leaving", "create_staying", "fill_leaving"):
            self._execute(name)
        self._connection.execute("ANALYZE leaving")
        self._count_leaving()
        self._execute("fill_staying")
        self._execute("keep_area_days")
        incidents = self._delete("delete_incidents", "incident")
        entries = self._delete("delete_entries", "panel_entry")
        self._execute("put_back")
        # Within a dry run the next tier follows in the same transaction, and so may another date.
        self._connection.execute("DROP TABLE gone, leaving, staying")
        self._find_plans()
        others = [place for place in PLACES["cells"] if place in DELETIONS]
        return [incidents, entries, *(self._delete(DELETIONS[place], place) for place in others)]

    def _count_leaving(self) -> None:
        """What the incidents that leave count for in the panel, into a temporary table."""
        coding = Coding(self._partnership)
        with self._connection.cursor("leaving") as cursor:
            cursor.execute(RETENTION["incidents_leaving"])
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                counted = panel_of(coding.incidents(rows), self._partnership.calendar)
                with self._connection.cursor().copy(RETENTION["copy_gone"]) as copy:
                    copy.write(HEADER + _panel_rows(self._partnership, coding, counted) + END)

    def _find_plans(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS leaving_plan")
        self._execute("create_leaving_plan")
        self._execute("fill_leaving_plan")

    def _find_alerts(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS leaving_alert")
        self._execute("create_leaving_alert")
        self._execute("fill_leaving_alert")
        while self._execute("keep_linked_alerts"):
            pass

    def _delete(self, statement: str, place: str) -> Deleted:
        row = self._connection.execute(RETENTION[statement], self._values).fetchone()
        rows, total = (int(row[0]), int(row[1])) if row else (0, 0)
        digest = hashlib.sha256(f"{place} {rows} {total}".encode()).digest()
        return Deleted(self._tier, place, self._cut_off, rows, digest)

    def _execute(self, statement: str) -> int:
        return self._connection.execute(RETENTION[statement], self._values).rowcount


DELETIONS: Mapping[str, str] = {
    "incident.point": "delete_points",
    "run_product": "delete_products",
    "area_day": "delete_area_days",
    "plan_document": "delete_plan_documents",
    "plan_visit": "delete_plan_visits",
    "plan_event": "delete_plan_events",
    "plan": "delete_plans",
    "plan_rule": "delete_plan_rules",
    "plan_feedback": "delete_plan_feedback",
    "saved_question": "delete_saved_questions",
    "alert_evidence": "delete_evidence",
    "watch_power": "delete_power",
    "area_month": "delete_area_months",
    "webhook_outbox": "delete_outbox",
    "alert_event": "delete_events",
    "alert": "delete_alerts",
}


def within_retention(
    connection: Connection, partnership: Partnership, blocks: Iterable[IntakeBlock]
) -> Iterator[IntakeBlock]:
    """The blocks of an import without what was deleted once: old files bring nothing back.

    An incident past its cells' time is left out; one past its points' time comes without its point.
    """
    applied = _applied(connection, partnership)
    cells_s, points_s = (
        int(partnership.calendar.start_of(applied[tier]).timestamp()) if tier in applied else None
        for tier in ("cells", "points")
    )
    for block in blocks:
        yield _without_deleted(block, cells_s, points_s)


def _without_deleted(block: IntakeBlock, cells_s: int | None, points_s: int | None) -> IntakeBlock:
    if cells_s is not None and (block.incidents.to_s < cells_s).any():
        kept = np.flatnonzero(block.incidents.to_s >= cells_s)
        block = replace(
            block,
            incidents=block.incidents.take(kept),
            line=block.line[kept],
            key=tuple(block.key[i] for i in kept),
            geocode_method=tuple(block.geocode_method[i] for i in kept),
            without_end=block.without_end[kept],
        )
    return block if points_s is None else replace(block, incidents=without_points(block.incidents, points_s))


def _applied(connection: Connection, partnership: Partnership) -> dict[Tier, date]:
    """Per tier the last cut-off that was carried out."""
    rows = connection.execute(RETENTION["applied"], {"partnership": partnership.id}).fetchall()
    return {cast("Tier", tier): cut_off for tier, cut_off in rows}


def _panel_rows(partnership: Partnership, coding: Coding, panel: Panel) -> bytes:
    numbers: list[Column] = [panel.cell, dates(panel.day), panel.weight_ppm]
    return copy_rows(numbers, [Texts([partnership.id]), *coding.panel_texts(panel)])


def _prove(connection: Connection, partnership: str, tier: Tier, deleted: Sequence[Deleted], actor: str) -> None:
    """A proof for each table; a line of the log for each from which something went, and one where nothing did, for the
    tier's cut-off has moved all the same."""
    for each in deleted:
        connection.execute(RETENTION["add_proof"], {**vars(each), "partnership": partnership, "actor": actor})
        if each.rows:
            outcome = f"{each.tier} before {each.cut_off}: {each.rows} rows"
            _log(connection, actor, f"{partnership}/{each.place}", outcome)
    if not any(each.rows for each in deleted):
        _log(connection, actor, f"{partnership}/{tier}", f"{tier} before {deleted[0].cut_off}: nothing")


def _log(connection: Connection, actor: str, subject: str, outcome: str) -> None:
    add_line(connection, audit_entry(actor=actor, action="deletion", subject=subject, outcome=outcome))
