"""Published reports: each as it left, kept for ever."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from data.audit_log import add_line
from data.statements import statements
from geo.errors import PlainError
from models.audit import audit_entry
from models.release_period import ReleasePeriod, period_starting
from models.release_table import Audience

REPORTS = statements("reports")
Connection = psycopg.Connection[Any]


class NoReportError(PlainError, LookupError):
    """There is no such report for who asks."""


class ReportStateError(PlainError, ValueError):
    """A report that is published already, or is not what was published."""


@dataclass(frozen=True)
class PublishedReport:
    """What is said of a report in the list of them."""

    id: int
    audience: Audience
    period: ReleasePeriod
    releases: tuple[int, ...]
    sha256: bytes
    replaces: int | None
    replaced_by: int | None
    published_at: datetime


@dataclass(frozen=True)
class ReportSnapshot:
    """A report as it was published: its ``body`` (JSON), the ``page`` (HTML, a part of one) and the ``paper`` (PDF)."""

    body: bytes
    page: bytes
    paper: bytes

    @property
    def sha256(self) -> bytes:
        """The digest of the digests of its three forms, in their order."""
        forms = (self.body, self.page, self.paper)
        return hashlib.sha256(b"".join(hashlib.sha256(form).digest() for form in forms)).digest()


class ReportBook:
    """The reports in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def publish(
        self,
        partnership: str,
        period: ReleasePeriod,
        audience: Audience,
        snapshot: ReportSnapshot,
        *,
        releases: Sequence[int],
        replaces: int | None,
        actor: str,
    ) -> int:
        """Keep a report for ever; its number. Raises `ReportStateError` where one of the period stands that it does not
        say it ``replaces``."""
        key = {
            "partnership": partnership,
            "audience": audience,
            "period_kind": period.kind,
            "start_on": period.start,
        }
        with self._transaction() as connection:
            standing = connection.execute(REPORTS["in_force"], key).fetchone()
            if (standing[0] if standing else None) != replaces:
                raise ReportStateError(_why_not(period, standing[0] if standing else None, replaces))
            values = {**key, **asdict(snapshot), "sha256": snapshot.sha256, "actor": actor}
            values |= {"releases": list(releases), "replaces": replaces}
            row = connection.execute(REPORTS["add"], values).fetchone()
            if row is None:
                raise ReportStateError(f"a report of {period} was published at the same moment")
            outcome = f"published for {audience}" + (f", replaces {replaces}" if replaces else "")
            subject = f"{partnership}/reports/{row[0]}"
            add_line(connection, audit_entry(actor=actor, action="disclosure", subject=subject, outcome=outcome))
        return int(row[0])

    def reports(
        self, partnership: str, audiences: Sequence[Audience], *, limit: int | None = None, number: int | None = None
    ) -> list[PublishedReport]:
        """Every report published to ``audiences``, the latest period first."""
        wanted = {"partnership": partnership, "audiences": list(audiences), "id": number, "limit": limit}
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_report(row) for row in cursor.execute(REPORTS["reports"], wanted)]

    def report(
        self, partnership: str, number: int, audiences: Sequence[Audience]
    ) -> tuple[PublishedReport, ReportSnapshot]:
        """One report; raises `NoReportError` also where it is for others, and `ReportStateError` where it is not the
        bytes that were published."""
        found = self.reports(partnership, audiences, number=number)
        if not found:
            raise NoReportError(f"there is no report {number}")
        with self._transaction() as connection:
            row = connection.execute(REPORTS["snapshot"], {"id": number}).fetchone()
        if row is None:
            raise NoReportError(f"there is no report {number}")
        *forms, sha256 = map(bytes, row)
        snapshot = ReportSnapshot(*forms)
        if snapshot.sha256 != sha256:
            raise ReportStateError(f"report {number} is not what was published: its digest is another")
        return found[0], snapshot


def _why_not(period: ReleasePeriod, standing: int | None, replaces: int | None) -> str:
    if standing is None:
        return f"report {replaces} is not the one of {period} that stands; there is none yet"
    return f"report {standing} of {period} stands; a correction says that it replaces it (--replaces {standing})"


def _report(row: dict[str, Any]) -> PublishedReport:
    period = period_starting(row.pop("period_kind"), row.pop("start_on"))
    releases, sha256 = tuple(row.pop("releases")), bytes(row.pop("sha256"))
    return PublishedReport(period=period, releases=releases, sha256=sha256, **row)
