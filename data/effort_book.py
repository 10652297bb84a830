"""The register of efforts (indsatser): entered, ended, withdrawn, and every step kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from data.audit_log import add_line
from data.statements import statements
from geo.errors import PlainError
from models.audit import audit_entry
from models.effort import Effort, EffortAction, EffortEntry, EffortError, EffortEvent, EffortKind, require_stop

EFFORTS = statements("efforts")
Connection = psycopg.Connection[Any]


class NoEffortError(PlainError, LookupError):
    """There is no such effort."""


class EffortStateError(EffortError):
    """An effort that is there already, or is withdrawn."""


@dataclass(frozen=True)
class EffortFilter:
    """Which efforts; None is any. ``after`` is the id of the last effort of the page before."""

    area: str | None = None
    kind: EffortKind | None = None
    withdrawn: bool = False
    after: int | None = None
    id: int | None = None


class EffortBook:
    """The efforts in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def add(self, partnership: str, entry: EffortEntry, actor: str) -> int:
        """Enter an effort that was `models.effort.checked`; its id. Raises `EffortStateError` where it is there."""
        values = {**asdict(entry), "categories": list(entry.categories), "partnership": partnership, "actor": actor}
        with self._transaction() as connection:
            added = connection.execute(EFFORTS["add"], values).fetchone()
            if added is None:
                known = connection.execute(EFFORTS["same"], values).fetchone()
                which = f"effort {known[0]}" if known else "an effort"
                raise EffortStateError(f"this is {which} already", "same")
            number = int(added[0])
            _keep(connection, partnership, number, "add", stop=entry.stop, actor=actor)
        return number

    def end(self, partnership: str, number: int, stop: date, actor: str) -> None:
        """Let an effort end before ``stop``, the first day without it; also where another end was planned.

        Raises `NoEffortError`, `EffortStateError` where it is withdrawn and `EffortError` for a stop before the start.
        """
        with self._transaction() as connection:
            start, _ = _locked(connection, partnership, number)
            require_stop(start, stop)
            connection.execute(EFFORTS["set"], {"id": number, "stop": stop, "withdrawn": False})
            _keep(connection, partnership, number, "end", stop=stop, actor=actor)

    def withdraw(self, partnership: str, number: int, actor: str) -> None:
        """Take back an effort that was entered by mistake; raises as `end`."""
        with self._transaction() as connection:
            _, stop = _locked(connection, partnership, number)
            connection.execute(EFFORTS["set"], {"id": number, "stop": stop, "withdrawn": True})
            _keep(connection, partnership, number, "withdraw", stop=None, actor=actor)

    def efforts(self, partnership: str, chosen: EffortFilter, *, limit: int | None = None) -> list[Effort]:
        """The chosen efforts, the latest start first."""
        wanted = {**asdict(chosen), "partnership": partnership, "limit": limit}
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_effort(row) for row in cursor.execute(EFFORTS["efforts"], wanted)]

    def effort(self, partnership: str, number: int) -> Effort:
        """One effort, withdrawn or not; raises `NoEffortError`."""
        found = self.efforts(partnership, EffortFilter(id=number, withdrawn=True))
        if not found:
            raise NoEffortError(f"there is no effort {number}")
        return found[0]

    def history(self, number: int) -> list[EffortEvent]:
        """Every step of an effort, oldest first."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(EffortEvent)) as cursor:
            return cursor.execute(EFFORTS["events"], {"id": number}).fetchall()


def _locked(connection: Connection, partnership: str, number: int) -> tuple[date, date | None]:
    """Start and stop of an effort that nobody else changes meanwhile."""
    row = connection.execute(EFFORTS["lock"], {"partnership": partnership, "id": number}).fetchone()
    if row is None:
        raise NoEffortError(f"there is no effort {number}")
    start, stop, withdrawn = row
    if withdrawn:
        raise EffortStateError(f"effort {number} is withdrawn", "withdrawn")
    return start, stop


def _keep(
    connection: Connection, partnership: str, number: int, action: EffortAction, *, stop: date | None, actor: str
) -> None:
    """The step in the history and in the log."""
    connection.execute(EFFORTS["add_event"], {"id": number, "actor": actor, "action": action, "stop": stop})
    add_line(connection, audit_entry(actor=actor, action="effort", subject=f"{partnership}/{number}", outcome=action))


def _effort(row: dict[str, Any]) -> Effort:
    entry = EffortEntry(row["area"], row["kind"], row["start_on"], row["stop_on"], tuple(row["categories"]))
    return Effort(row["id"], entry, row["withdrawn"], row["entered_at"], row["entered_by"])
