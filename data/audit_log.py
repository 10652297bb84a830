"""The log in the database: lines are added and read, never changed. The database itself chains them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from data.statements import statements
from models.audit import AuditEntry, AuditRow
from models.audit_chain import Anchor

AUDIT = statements("audit")
RIGHTS = statements("rights")
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class AuditFilter:
    """Which lines; None is any. ``since`` and ``until`` bound their times, half-open; ``after`` is the number of the
    last line of the page before."""

    action: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None


@dataclass(frozen=True)
class Extraction:
    """That figures reached somebody; ``at_s`` in seconds since 1970."""

    at_s: int
    actor: str
    subject: str
    action: str


class AuditLog:
    """The log of one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def write(self, entry: AuditEntry) -> None:
        """Add a line, in a transaction of its own."""
        with self._transaction() as connection:
            add_line(connection, entry)

    @contextmanager
    def whole(self) -> Iterator[tuple[Anchor | None, Iterator[AuditRow]]]:
        """The end of the chain, None where it is gone, and every row from the first on, of one instant."""
        with self._transaction() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            end = _head(connection)
            with connection.cursor("rows", row_factory=class_row(AuditRow)) as cursor:
                cursor.execute(AUDIT["rows"])
                yield end, iter(cursor)

    def head(self) -> Anchor | None:
        """The end of the chain; None where it is gone."""
        with self._transaction() as connection:
            return _head(connection)

    def rows(self, chosen: AuditFilter, *, limit: int) -> list[AuditRow]:
        """The chosen lines, newest first."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(AuditRow)) as cursor:
            return cursor.execute(AUDIT["chosen"], {**asdict(chosen), "limit": limit}).fetchall()

    def actors(self) -> list[str]:
        """Everybody who stands in the log."""
        with self._transaction() as connection:
            return [actor for (actor,) in connection.execute(AUDIT["actors"])]

    def extractions(self, since: datetime, until: datetime) -> list[Extraction]:
        """When figures reached somebody, oldest first; not what the service sends, nor reading the log."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(Extraction)) as cursor:
            return cursor.execute(AUDIT["extractions"], {"since": since, "until": until}).fetchall()

    def rights_too_wide(self) -> str | None:
        """Why who is connected could change the log, as a sentence; None where only its adding is left."""
        with self._transaction() as connection:
            row = connection.execute(RIGHTS["too_many_rights"]).fetchone()
        assert row is not None  # noqa: S101 - the log is there
        login, superuser, owner, changes = row
        why = "is a superuser" if superuser else "owns the log" if owner else "may change the log" if changes else ""
        if not why:
            return None
        return (
            f"the database's rights are not separated: login '{login}' {why}, so it could rewrite it; let the "
            "service use a login of the role trygkort_service (docs/audit.md)"
        )


def add_line(connection: Connection, entry: AuditEntry) -> None:
    """Add a line within a transaction: it is in the log exactly if the transaction is."""
    connection.execute(AUDIT["log"], asdict(entry))


def _head(connection: Connection) -> Anchor | None:
    row = connection.execute(AUDIT["head"]).fetchone()
    return Anchor(int(row[0]), bytes(row[1])) if row else None
