"""The alerts of a partnership: signals become alerts, people take them on, and every step is kept."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, LiteralString

import psycopg
from psycopg.rows import class_row, dict_row

from data.audit_log import add_line
from data.statements import statements
from data.webhook_outbox import announce
from geo.errors import PlainError
from models.alert import Alert, AlertEvent, AlertSignal, Kind, MovedTo
from models.alert_life import AlertState, AlertStep, Status, after
from models.audit import audit_entry

ALERTS = statements("alerts")
INCIDENTS = statements("incidents")
Connection = psycopg.Connection[Any]
# A signal that comes again so soon after it went is the one that went.
GAP_DAYS = 28


class NoAlertError(PlainError, LookupError):
    """There is no such alert."""


@dataclass(frozen=True)
class AlertFilter:
    """Which alerts; None is any. ``since`` and ``until`` bound the days of the signal, half-open; ``after`` is the
    id of the last alert of the page before."""

    statuses: tuple[Status, ...] | None = None
    neighbour: str | None = None
    category: str | None = None
    kind: Kind | None = None
    since: date | None = None
    until: date | None = None
    after: int | None = None
    id: int | None = None
    moved_to: MovedTo | None = None


@dataclass(frozen=True)
class Evidence:
    """What a day's signal rests on, as `models.watch_record` wrote it; ``whole`` whether it is as it was kept."""

    day: date
    body: bytes
    whole: bool


class AlertBook:
    """The alerts in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def record(self, partnership: str, signals: Sequence[tuple[AlertSignal, bytes]], actor: str) -> list[int]:
        """Raise an alert for each new signal and let those that continue follow it; their ids.

        Each signal stands with its evidence. Saying the same again changes nothing.
        """
        with self._transaction() as connection:
            connection.execute(INCIDENTS["lock_partnership"], {"partnership": partnership})
            return [_record(connection, partnership, signal, body, actor) for signal, body in signals]

    def threshold(self, digest: bytes) -> bytes | None:
        """A threshold that was simulated before, by the digest of what it rests on."""
        return self._body(ALERTS["threshold"], {"digest": digest})

    def keep_threshold(self, digest: bytes, body: bytes) -> None:
        """Keep a threshold for the days to come."""
        with self._transaction() as connection:
            connection.execute(ALERTS["keep_threshold"], {"digest": digest, "body": body})

    def power(self, digest: bytes) -> bytes | None:
        """What the watch can find, simulated before, by the digest of what it rests on."""
        return self._body(ALERTS["power"], {"digest": digest})

    def latest_power(self, partnership: str) -> bytes | None:
        """The last one that was made for the last month there is one of."""
        return self._body(ALERTS["latest_power"], {"partnership": partnership})

    def keep_power(self, partnership: str, month: date, digest: bytes, body: bytes) -> None:
        """Keep one for the days to come."""
        values = {"partnership": partnership, "month": month, "digest": digest, "body": body}
        with self._transaction() as connection:
            connection.execute(ALERTS["keep_power"], values)

    def alerts(self, partnership: str, chosen: AlertFilter, *, limit: int) -> list[Alert]:
        """The chosen alerts, newest first."""
        wanted = {
            **asdict(chosen),
            "statuses": list(chosen.statuses) if chosen.statuses else None,
            "partnership": partnership,
            "limit": limit,
        }
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_alert(row) for row in cursor.execute(ALERTS["alerts"], wanted)]

    def alert(self, partnership: str, number: int) -> Alert:
        """One alert; raises `NoAlertError`."""
        found = self.alerts(partnership, AlertFilter(id=number), limit=1)
        if not found:
            raise NoAlertError(f"there is no alert {number}")
        return found[0]

    def history(self, number: int) -> list[AlertEvent]:
        """Every step of an alert, oldest first."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(AlertEvent)) as cursor:
            return cursor.execute(ALERTS["events"], {"id": number}).fetchall()

    def evidence(self, number: int, day: date | None = None) -> Evidence:
        """Of ``day``, or the last; raises `NoAlertError` where there is none."""
        with self._transaction() as connection:
            row = connection.execute(ALERTS["evidence"], {"id": number, "day": day}).fetchone()
        if row is None:
            raise NoAlertError(f"alert {number} has no evidence" + (f" of {day}" if day else ""))
        found, body, digest = row
        return Evidence(found, bytes(body), hashlib.sha256(body).digest() == bytes(digest))

    def step(self, partnership: str, number: int, step: AlertStep, *, actor: str, today: date) -> AlertState:
        """Take one step; two people at once take turns. Raises `NoAlertError` and `AlertStepError`."""
        with self._transaction() as connection:
            row = connection.execute(ALERTS["lock_alert"], {"partnership": partnership, "id": number}).fetchone()
            if row is None:
                raise NoAlertError(f"there is no alert {number}")
            before = AlertState(*row)
            state = after(before, step, today=today)
            if step.other is not None:
                self._require_other(connection, partnership, number, step.other)
            connection.execute(ALERTS["set_state"], {"id": number, **asdict(state)})
            _add_event(connection, number, actor, step, state.status)
            announce(connection, number, before.status, state.status)
            outcome = f"{step.action} {step.reason or ''}".strip()
            line = audit_entry(actor=actor, action="alert", subject=f"{partnership}/{number}", outcome=outcome)
            add_line(connection, line)
        return state

    def _body(self, sql: LiteralString, values: Mapping[str, object]) -> bytes | None:
        with self._transaction() as connection:
            row = connection.execute(sql, values).fetchone()
        return bytes(row[0]) if row else None

    @staticmethod
    def _require_other(connection: Connection, partnership: str, number: int, other: int) -> None:
        known = connection.execute(ALERTS["lock_alert"], {"partnership": partnership, "id": other}).fetchone()
        if other == number or known is None:
            raise NoAlertError(f"there is no other alert {other} to link to")


def _record(connection: Connection, partnership: str, signal: AlertSignal, body: bytes, actor: str) -> int:
    values = {"partnership": partnership, "gap_days": GAP_DAYS, **asdict(signal)}
    known = connection.execute(ALERTS["continuing"], values).fetchone()
    if known is None:
        raised = connection.execute(ALERTS["raise"], values).fetchone()
        assert raised is not None  # noqa: S101 - an insert that returns
        number = int(raised[0])
        _add_event(connection, number, actor, None, "new")
        announce(connection, number, None, "new")
    else:
        number = int(known[0])
        connection.execute(ALERTS["follow"], {"id": number, **values})
    digest = hashlib.sha256(body).digest()
    connection.execute(ALERTS["keep_evidence"], {"id": number, "day": signal.last_on, "body": body, "sha256": digest})
    return number


def _add_event(connection: Connection, number: int, actor: str, step: AlertStep | None, status: Status) -> None:
    values = asdict(step) if step else {"action": "raise", "reason": None, "until": None, "other": None}
    connection.execute(ALERTS["add_event"], {"id": number, "actor": actor, "status": status, **values})


def _alert(row: dict[str, Any]) -> Alert:
    number, status, snoozed = row.pop("id"), row.pop("status"), row.pop("snoozed_until")
    return Alert(number, AlertSignal(**row), AlertState(status, snoozed))
