"""The store: everything Trygkort keeps, behind a few verbs. Callers never see a connection.

One import is one transaction under a lock of its partnership: the incidents and the panel that counts them
change together or not at all, and two writers take turns.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Any, LiteralString, Self

import numpy as np
import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from data.account_book import AccountBook
from data.alert_book import AlertBook
from data.audit_log import AuditLog, add_line
from data.coding import Coding
from data.effort_book import EffortBook
from data.facts import Facts
from data.incident_writer import IncidentWriter
from data.indicator_book import IndicatorBook
from data.intake.block import IntakeBlock
from data.panel_check import PanelCheck, check_panel
from data.plan_book import PlanBook
from data.question_book import QuestionBook
from data.release_book import ReleaseBook
from data.report_book import ReportBook
from data.retention_book import RetentionBook, within_retention
from data.schema import SchemaError, bring_up_to_date, up_to_date
from data.secret import without_password
from data.statements import migrations, statements
from data.webhook_outbox import WebhookOutbox
from geo.errors import PlainError
from models.audit import Action, Purpose, audit_entry
from models.panel import IncidentColumns, Panel, aggregate, negated, panel_of
from models.partnership import Partnership
from models.quality import ImportRecord, IntakeHistory

IMPORTS = statements("imports")
INCIDENTS = statements("incidents")
PANEL = statements("panel")
RETENTION = statements("retention")
RUNS = statements("runs")
Connection = psycopg.Connection[Any]
CONNECT_TIMEOUT_S = 10
OPTIONS = "-c timezone=UTC"


class StoreError(PlainError, RuntimeError):
    """The database cannot be used; one sentence says why."""


class MixedSourcesError(PlainError, ValueError):
    """Invented and real incidents would stand together."""


@dataclass(frozen=True)
class ImportCounts:
    """What one import did; accepted + rejected = read, and of the accepted the rest changed nothing.

    ``changed`` incidents have a new version, ``withdrawn`` ones were in force before.
    """

    read: int
    accepted: int
    rejected: int
    created: int
    changed: int
    withdrawn: int

    @property
    def unchanged(self) -> int:
        return self.accepted - self.created - self.changed - self.withdrawn


@dataclass(frozen=True)
class Product:
    """Prepared bytes of a run, as they leave."""

    name: str
    media_type: str
    body: bytes
    etag: str


@dataclass(frozen=True)
class RunRecord:
    """What identifies a run: the same date and digest are the same run."""

    run_date: date
    as_of: datetime
    code_version: str
    parameters: Mapping[str, Any]
    input_digest: bytes


class Store:
    """Incidents, panel, runs and the log of one database. Use as a context manager.

    ``dsn`` is of a login that reads and writes. ``owner`` is of the one that owns the tables and changes the schema;
    without it ``dsn`` does that too, and then nothing but the program keeps it from changing the log.
    """

    def __init__(self, dsn: str, *, owner: str | None = None, connections: int = 4, statement_s: int = 0) -> None:
        self._dsn = dsn
        self._owner = owner or dsn
        self._pool = ConnectionPool(
            dsn,
            min_size=0,
            max_size=connections,
            open=False,
            timeout=15,
            kwargs={"options": f"{OPTIONS} -c statement_timeout={1000 * statement_s}"},
        )

    def limited(self, *, statement_s: int) -> "Store":
        """Another store on the same database, to be opened, whose statements end after ``statement_s`` (0: never)."""
        return Store(self._dsn, owner=self._owner, statement_s=statement_s)

    @property
    def audit(self) -> AuditLog:
        """The log of who did what."""
        return AuditLog(self._transaction)

    @property
    def alerts(self) -> AlertBook:
        """The alerts and what people made of them."""
        return AlertBook(self._transaction)

    @property
    def accounts(self) -> AccountBook:
        """Who may log in, their sessions and tokens."""
        return AccountBook(self._transaction)

    @property
    def webhook(self) -> WebhookOutbox:
        """What other systems are to be told of the alerts."""
        return WebhookOutbox(self._transaction)

    @property
    def facts(self) -> Facts:
        """The schema as it is, and the sources."""
        return Facts(self._transaction)

    @property
    def efforts(self) -> EffortBook:
        """What was done where and when."""
        return EffortBook(self._transaction)

    @property
    def plans(self) -> PlanBook:
        """Patrol plans, and what people decide about them."""
        return PlanBook(self._transaction)

    @property
    def indicators(self) -> IndicatorBook:
        """Values of series from outside the incidents."""
        return IndicatorBook(self._transaction)

    @property
    def reports(self) -> ReportBook:
        """The reports that were published."""
        return ReportBook(self._transaction)

    @property
    def questions(self) -> QuestionBook:
        """What an analyst asks, and the questions that accounts keep."""
        return QuestionBook(self._transaction)

    @property
    def releases(self) -> ReleaseBook:
        """What may be seen outside, and what it was made from."""
        return ReleaseBook(self._transaction)

    @property
    def retention(self) -> RetentionBook:
        """What is deleted when its time is over, what is held, and the proofs."""
        return RetentionBook(self._transaction)

    def __enter__(self) -> Self:
        # The pool would try for long before it says why; a first connection of its own says so at once.
        _try_to_connect(self._dsn)
        self._pool.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def migrate(self) -> None:
        """Bring the schema up to date; safe when several processes start at once."""
        with _plainly(), psycopg.connect(self._dsn, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            if up_to_date(connection):
                return
        with _plainly(), psycopg.connect(self._owner, connect_timeout=CONNECT_TIMEOUT_S, options=OPTIONS) as connection:
            try:
                bring_up_to_date(connection)
            except psycopg.errors.InsufficientPrivilege as error:
                raise StoreError(
                    "the database's schema is not up to date, and this login may not change it; run a command with the "
                    "owner's login once (docs/audit.md)"
                ) from error

    def import_blocks(
        self,
        partnership: Partnership,
        blocks: Iterable[IntakeBlock],
        *,
        source: str,
        profile_version: int,
        synthetic: bool,
        actor: str,
        dropped_columns: int = 0,
    ) -> ImportCounts:
        """Take in all ``blocks`` in one transaction and bring the panel along.

        A key that is known with the same content changes nothing; with other content it becomes a new
        version. Any error leaves everything as it was. ``dropped_columns`` is for the log: how many columns
        of the file looked like person data.
        """
        place = {"partnership": partnership.id, "source": source}
        with self._transaction() as connection:
            connection.execute(INCIDENTS["lock_partnership"], place)
            _register_source(connection, place, synthetic=synthetic)
            reasons: Counter[str] = Counter()
            writer = IncidentWriter(connection, partnership, source)
            kept = within_retention(connection, partnership, _counted(blocks, reasons))
            read, rejected = writer.write(kept)
            counts = ImportCounts(read, read - rejected, rejected, **vars(writer.finish()))
            _log_import(connection, place, profile_version, counts, actor, dropped_columns=dropped_columns)
            for reason, rows in sorted(reasons.items()):
                connection.execute(IMPORTS["log_rejects"], {"reason": reason, "rows": rows})
        return counts

    def preview_blocks(
        self, partnership: Partnership, blocks: Iterable[IntakeBlock], *, source: str, synthetic: bool
    ) -> ImportCounts:
        """What `import_blocks` would do with ``blocks``; nothing is kept. Raises what it would raise."""
        place = {"partnership": partnership.id, "source": source}
        with self._transaction() as connection:
            connection.execute(INCIDENTS["lock_partnership"], place)
            _register_source(connection, place, synthetic=synthetic)
            writer = IncidentWriter(connection, partnership, source, trial=True)
            read, rejected = writer.write(within_retention(connection, partnership, blocks))
            counts = ImportCounts(read, read - rejected, rejected, **vars(writer.finish()))
            connection.rollback()
        return counts

    def any_synthetic(self, partnership: Partnership) -> bool:
        """Whether any of the partnership's sources holds generated incidents."""
        return bool(self._rows(INCIDENTS["any_synthetic"], {"partnership": partnership.id})[0][0])

    def incidents_ended_since(self, partnership: Partnership, *, since_s: int, known_before_s: int) -> IncidentColumns:
        """Incidents in force that ended at or after ``since_s`` and were known before ``known_before_s``."""
        bounds = {"partnership": partnership.id, "since_s": since_s, "known_before_s": known_before_s}
        return Coding(partnership).incidents(self._rows(INCIDENTS["incidents_ended_since"], bounds))

    def intake_history(
        self, partnership: Partnership, *, since_s: int, known_before_s: int, imports: int = 10
    ) -> IntakeHistory:
        """How incidents came in that ended since ``since_s`` and were known before, and the last ``imports``.

        The imports are the last there are: what was imported, and when, is no knowledge of a past as-of.
        """
        bounds = {"partnership": partnership.id, "since_s": since_s, "known_before_s": known_before_s}
        with self._transaction() as connection:
            cursor = connection.cursor(row_factory=namedtuple_row)
            cursor.execute(IMPORTS["last_imports"], {"partnership": partnership.id, "limit": imports})
            records = tuple(ImportRecord(**row._asdict()) for row in cursor)
            methods = connection.execute(IMPORTS["geocode_methods"], bounds).fetchall()
            waits = connection.execute(IMPORTS["import_waits"], bounds).fetchall()
        return IntakeHistory(records, dict(methods), np.array([wait for (wait,) in waits], dtype=np.int64))

    def last_imports(self, partnership: Partnership, *, limit: int = 10) -> tuple[ImportRecord, ...]:
        """The newest imports, newest first."""
        wanted = {"partnership": partnership.id, "limit": limit}
        with self._transaction() as connection, connection.cursor(row_factory=namedtuple_row) as cursor:
            return tuple(ImportRecord(**row._asdict()) for row in cursor.execute(IMPORTS["last_imports"], wanted))

    def panel_known_before(self, partnership: Partnership, known_before_s: int) -> Panel:
        """The panel as it would be without the incidents that became known at or after that instant.

        What is past its cells' time is in nameless cells (`models.retention`).
        """
        coding = Coding(partnership)
        with self._transaction() as connection:
            rows = connection.execute(PANEL["panel"], {"partnership": partnership.id}).fetchall()
            rows += connection.execute(RETENTION["area_days"], {"partnership": partnership.id}).fetchall()
            late = connection.execute(
                INCIDENTS["incidents_known_since"],
                {"partnership": partnership.id, "known_since_s": known_before_s},
            ).fetchall()
        return aggregate([coding.panel(rows), negated(panel_of(coding.incidents(late), partnership.calendar))])

    def check_panel(self, partnership: Partnership) -> PanelCheck:
        """Recount every incident in force and compare with the panel, row by row, to the last digit."""
        with self._transaction() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return check_panel(connection, partnership)

    def save_run(self, partnership: Partnership, run: RunRecord, products: Sequence[Product], actor: str) -> int:
        """Keep a run and its products; returns its id. The same run again is the one already kept."""
        identity = {
            "partnership": partnership.id,
            "run_date": run.run_date,
            "as_of": run.as_of,
            "code_version": run.code_version,
            "parameters": Jsonb(dict(run.parameters)),
            "input_digest": run.input_digest,
        }
        with self._transaction() as connection:
            inserted = connection.execute(RUNS["insert_run"], identity).fetchone()
            subject = f"{partnership.id}/{run.run_date}"
            if inserted is None:
                row = connection.execute(RUNS["run_with_digest"], identity).fetchone()
                number = int(row[0]) if row else 0
                _log(connection, actor, "run", subject, f"run {number} again")
                return number
            for product in products:
                connection.execute(RUNS["insert_product"], {"run_id": inserted[0], **vars(product)})
            _log(connection, actor, "run", subject, f"run {inserted[0]}")
            return int(inserted[0])

    def product(
        self, partnership: Partnership, *names: str, run_date: date | None = None
    ) -> tuple[date, Product] | None:
        """A prepared product, the first of ``names`` that the run has, and the date it is for; the latest date's where
        none is given."""
        wanted = {"partnership": partnership.id, "names": list(names), "run_date": run_date}
        rows = self._rows(RUNS["product"], wanted)
        if not rows:
            return None
        name, media_type, body, etag, found_date = rows[0]
        return found_date, Product(name, media_type, bytes(body), etag)

    def products_of_run(self, run_id: int) -> list[Product]:
        """All products of one run."""
        rows = self._rows(RUNS["products_of_run"], {"run_id": run_id})
        return [Product(name, media_type, bytes(body), etag) for name, media_type, body, etag in rows]

    def run_dates(self, partnership: Partnership) -> list[date]:
        """The dates that have a run, oldest first."""
        return [day for (day,) in self._rows(RUNS["run_dates"], {"partnership": partnership.id})]

    def runs(self, partnership: Partnership, *, limit: int) -> list[dict[str, Any]]:
        """The run that speaks for each date, newest first."""
        with self._transaction() as connection:
            cursor = connection.cursor(row_factory=namedtuple_row)
            cursor.execute(RUNS["runs"], {"partnership": partnership.id, "limit": limit})
            return [row._asdict() for row in cursor]

    def log(
        self,
        *,
        actor: str,
        action: Action,
        subject: str,
        outcome: str,
        purpose: Purpose | None = None,
        recipient: str | None = None,
    ) -> None:
        """Write one line of the log; raises `StoreError` if it cannot be written.

        Purpose and recipient are the usual ones of the action (`models.audit.audit_entry`) where they are not given.
        """
        self.audit.write(
            audit_entry(
                actor=actor, action=action, subject=subject, outcome=outcome, purpose=purpose, recipient=recipient
            )
        )

    def ready(self) -> bool:
        """Whether the database answers and has its schema."""
        with self._transaction() as connection:
            return up_to_date(connection) and connection.execute(RUNS["ready"]).fetchall() == [(len(migrations()),)]

    def _rows(self, sql: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self._transaction() as connection:
            return connection.execute(sql, parameters).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with _plainly(), self._pool.connection() as connection:
            yield connection


def _try_to_connect(dsn: str) -> None:
    """Raises `StoreError` where that fails; its sentence repeats nothing that may belong to the password."""
    try:
        psycopg.connect(dsn, connect_timeout=CONNECT_TIMEOUT_S).close()
    except psycopg.ProgrammingError as error:
        raise StoreError("the database cannot be used: its address cannot be read (it is not repeated here)") from error
    except psycopg.Error as error:
        first_line = str(error).strip().partition("\n")[0]
        raise StoreError(f"the database cannot be used: {without_password(first_line, dsn)}") from error


@contextmanager
def _plainly() -> Iterator[None]:
    """The driver's errors as one sentence."""
    try:
        yield
    except SchemaError as error:
        raise StoreError(str(error)) from error
    except psycopg.errors.DiskFull as error:
        raise StoreError("the database's disk is full; nothing was changed") from error
    except psycopg.errors.QueryCanceled as error:
        raise StoreError("the database took too long; nothing was changed") from error
    except psycopg.Error as error:
        first_line = str(error).strip().partition("\n")[0]
        raise StoreError(f"the database cannot be used: {first_line}") from error


def _register_source(connection: Connection, place: Mapping[str, str], *, synthetic: bool) -> None:
    values = {**place, "synthetic": synthetic}
    if connection.execute(INCIDENTS["other_kind"], values).fetchone():
        there, new = ("real", "synthetic") if synthetic else ("synthetic", "real")
        raise MixedSourcesError(
            f"'{place['partnership']}' holds {there} incidents; {new} ones must go to a database of their own"
        )
    connection.execute(INCIDENTS["register_source"], values)


def _counted(blocks: Iterable[IntakeBlock], reasons: Counter[str]) -> Iterator[IntakeBlock]:
    """The same blocks, the reasons of their rejects counted on the way."""
    for block in blocks:
        reasons.update(reject.reason for reject in block.rejects)
        yield block


def _log_import(
    connection: Connection,
    place: Mapping[str, str],
    profile_version: int,
    counts: ImportCounts,
    actor: str,
    *,
    dropped_columns: int,
) -> None:
    logged = {"profile_version": profile_version, "dropped_columns": dropped_columns, **vars(counts)}
    connection.execute(INCIDENTS["log_import"], {**place, **logged})
    outcome = f"read {counts.read}, created {counts.created}, changed {counts.changed}, rejected {counts.rejected}"
    if counts.withdrawn:
        outcome += f", withdrawn {counts.withdrawn}"
    if dropped_columns:
        outcome += f", dropped columns {dropped_columns}"
    _log(connection, actor, "import", f"{place['partnership']}/{place['source']}", outcome)


def _log(connection: Connection, actor: str, action: Action, subject: str, outcome: str) -> None:
    add_line(connection, audit_entry(actor=actor, action=action, subject=subject, outcome=outcome))
