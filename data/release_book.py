"""The releases and the snapshots they were made from: only ever added to."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from data.audit_log import add_line
from data.statements import statements
from geo.errors import PlainError
from models.audit import audit_entry
from models.release_body import Body, shown_in
from models.release_period import ReleasePeriod, month_number, month_start, period_starting
from models.release_snapshot import MonthCounts, packed_month, unpacked_month
from models.release_state import ReleaseError, ReleaseState, WithdrawalReason
from models.release_table import RULE_VERSION, Audience, Released, TableKind

RELEASES = statements("releases")
Connection = psycopg.Connection[Any]


class NoReleaseError(PlainError, LookupError):
    """There is no such release for who asks."""


class ReleaseStateError(ReleaseError):
    """A release that is there already, replaced already, or withdrawn."""


@dataclass(frozen=True)
class Release:
    """One release as it was kept; ``body`` is what leaves, the very bytes of ``sha256``."""

    id: int
    audience: Audience
    table: TableKind
    period: ReleasePeriod
    as_of: datetime
    rule_version: int
    body: bytes
    sha256: bytes
    replaces: int | None
    replaced_by: int | None
    released_at: datetime
    released_by: str
    state: ReleaseState
    reason: str | None

    @property
    def in_force(self) -> bool:
        """Whether these are the figures to go by."""
        return self.state == "published" and self.replaced_by is None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The counts of a month under the ``id`` they are kept by."""

    id: int
    as_of: datetime
    counted: MonthCounts


class ReleaseBook:
    """The releases in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    @contextmanager
    def writing(self, partnership: str, actor: str) -> Iterator["ReleaseWriter"]:
        """To make one release while nobody else makes one: all of it is kept, or nothing."""
        with self._transaction() as connection:
            connection.execute(RELEASES["lock"], {"partnership": partnership})
            yield ReleaseWriter(connection, partnership, actor)

    def withdraw(self, partnership: str, number: int, reason: WithdrawalReason, actor: str) -> None:
        """Take a release back; it stays in the book. Raises `NoReleaseError` and `ReleaseStateError`."""
        with self._transaction() as connection:
            values = {"partnership": partnership, "id": number, "reason": reason, "actor": actor}
            done = connection.execute(RELEASES["withdraw"], values).fetchone()
            outcome = f"withdrawn: {reason}" if done else "not withdrawn"
            subject = f"{partnership}/releases/{number}"
            add_line(connection, audit_entry(actor=actor, action="disclosure", subject=subject, outcome=outcome))
        if done is None:
            self.release(partnership, number, ("partner", "public"))
            raise ReleaseStateError(f"release {number} is withdrawn")

    def releases(
        self, partnership: str, audiences: Sequence[Audience], *, limit: int | None = None, number: int | None = None
    ) -> list[Release]:
        """What was released to ``audiences``, the latest period first; withdrawn ones too."""
        wanted = {"partnership": partnership, "audiences": list(audiences), "id": number, "limit": limit}
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_release(row) for row in cursor.execute(RELEASES["releases"], wanted)]

    def release(self, partnership: str, number: int, audiences: Sequence[Audience]) -> Release:
        """One release; raises `NoReleaseError` also where it is for others."""
        found = self.releases(partnership, audiences, number=number)
        if not found:
            raise NoReleaseError(f"there is no release {number}")
        if hashlib.sha256(found[0].body).digest() != found[0].sha256:
            raise ReleaseError(f"release {number} is not what was released: its digest is another")
        return found[0]


class ReleaseWriter:
    """One transaction in which a release is made."""

    def __init__(self, connection: Connection, partnership: str, actor: str) -> None:
        self._connection, self._partnership, self._actor = connection, partnership, actor

    def newest(self, year: ReleasePeriod) -> dict[int, Snapshot]:
        """The newest snapshot of each month of ``year`` that has one."""
        rows = self._connection.execute(RELEASES["newest_snapshots"], self._within(year)).fetchall()
        return {month_number(month): _snapshot(number, as_of, body, sha) for number, month, as_of, body, sha in rows}

    def add_snapshot(self, counted: MonthCounts, as_of: datetime) -> Snapshot:
        """Keep the counts of a month."""
        body = packed_month(counted)
        values = {"month": month_start(counted.month), "as_of": as_of, "body": body}
        values |= {"partnership": self._partnership, "sha256": hashlib.sha256(body).digest()}
        row = self._connection.execute(RELEASES["add_snapshot"], values).fetchone()
        return Snapshot(int(row[0]) if row else 0, as_of, counted)

    def earlier(self, year: ReleasePeriod) -> list[Released]:
        """Every release about ``year`` there ever was, to whomever."""
        kept = self._connection.execute(RELEASES["snapshots"], self._within(year)).fetchall()
        counted = {number: _snapshot(number, as_of, body, sha).counted for number, _, as_of, body, sha in kept}
        found = []
        for table, kind, start, snapshots, body in self._connection.execute(RELEASES["in_year"], self._within(year)):
            months = {counted[number].month: counted[number] for number in snapshots}
            shown = shown_in(json.loads(bytes(body)))
            found.append(Released(period_starting(kind, start), table, shown, months))
        return found

    def add(self, body: Body, snapshots: Sequence[Snapshot], *, as_of: datetime, replaces: int | None) -> int:
        """Keep a release; its id. Raises `ReleaseStateError` where it is there already."""
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        values = {
            "partnership": self._partnership,
            "audience": body["audience"],
            "table_kind": body["table"],
            "period_kind": body["kind"],
            "start_on": date.fromisoformat(body["start"]),
            "as_of": as_of,
            "rule_version": RULE_VERSION,
            "snapshots": [snapshot.id for snapshot in snapshots],
            "body": text,
            "sha256": hashlib.sha256(text).digest(),
            "replaces": replaces,
            "actor": self._actor,
        }
        row = self._connection.execute(RELEASES["add"], values).fetchone()
        if row is None:
            what = f"the {body['table']} of {body['period']} are released to {body['audience']}"
            raise ReleaseStateError(
                f"release {replaces} is replaced already" if replaces else f"{what} already; a correction replaces them"
            )
        subject = f"{self._partnership}/releases/{row[0]}"
        line = audit_entry(
            actor=self._actor, action="disclosure", subject=subject, outcome="released", recipient=body["audience"]
        )
        add_line(self._connection, line)
        return int(row[0])

    def _within(self, year: ReleasePeriod) -> dict[str, Any]:
        return {"partnership": self._partnership, "start": year.start, "stop": year.stop}


def _snapshot(number: int, as_of: datetime, body: bytes, sha256: bytes) -> Snapshot:
    if hashlib.sha256(body).digest() != bytes(sha256):
        raise ReleaseError(f"snapshot {number} is not what was kept: its digest is another")
    return Snapshot(number, as_of, unpacked_month(bytes(body)))


def _release(row: dict[str, Any]) -> Release:
    period = period_starting(row.pop("period_kind"), row.pop("start_on"))
    body, sha256 = bytes(row.pop("body")), bytes(row.pop("sha256"))
    return Release(table=row.pop("table_kind"), period=period, body=body, sha256=sha256, **row)
