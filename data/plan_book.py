"""Patrol plans as they are kept: immutable versions, what became of them, rules of people, visits, zones of the law."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row, dict_row

from data.audit_log import add_line
from data.statements import statements
from geo.errors import PlainError
from models.audit import audit_entry
from models.calendar import to_day_number
from models.patrol_feedback import ComparedPlan, PlanFeedback
from models.patrol_plan import PatrolPlan
from models.patrol_record import plan_body, plan_read
from models.patrol_rule import KeptRule, KeptZone, LegalZone, Outcome, PlanRule, Visit
from models.viewer import Role

PLANS = statements("plans")
Connection = psycopg.Connection[Any]
MadeFor = Literal["run", "rules"]
EventAction = Literal["approve", "withdraw"]


class NoPlanError(PlainError, LookupError):
    """There is no such plan, rule, stop or zone."""


class PlanStateError(PlainError, ValueError):
    """A step that a plan cannot take."""


@dataclass(frozen=True)
class KeptPlan:
    """One version of a plan. ``newest``: no later one was made; ``approved_as`` the role that answers for it, None of a
    draft."""

    id: int
    day: date
    shift: str
    beat: str
    version: int
    made_for: MadeFor
    body: bytes
    made_at: datetime
    approved_at: datetime | None
    approved_as: str | None
    newest: bool

    @property
    def approved(self) -> bool:
        return self.approved_at is not None


@dataclass(frozen=True)
class PlanEvent:
    """One step of a version's life."""

    at: datetime
    action: EventAction
    role: str
    actor: str


class PlanBook:
    """The plans in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def add(self, plan: PatrolPlan, made_for: MadeFor, actor: str) -> int:
        """Keep a plan as the newest version of its shift and beat; the same plan again is the version that is there.

        Returns its number. Two at once take turns.
        """
        body = plan_body(plan)
        digest = hashlib.sha256(body).digest()
        values: dict[str, Any] = {
            "partnership": plan.partnership,
            "day": plan.date,
            "shift": plan.shift,
            "beat": plan.beat,
            "made_for": made_for,
            "body": body,
            "digest": digest,
        }
        with self._transaction() as connection:
            connection.execute(PLANS["lock"], values)
            newest = connection.execute(PLANS["newest"], values).fetchone()
            if newest is not None and bytes(newest[2]) == digest:
                return int(newest[0])
            values["version"] = 1 if newest is None else newest[1] + 1
            row = connection.execute(PLANS["add"], values).fetchone()
            number = int(row[0]) if row else 0
            _log(connection, actor, f"{plan.partnership}/{plan.date}/{plan.shift}/{plan.beat}", f"made for {made_for}")
        return number

    def plans(
        self, partnership: str, day: date, *, shift: str | None = None, beat: str | None = None
    ) -> list[KeptPlan]:
        """Of each shift and beat of ``day`` the newest version, and the newest approved one where that is another."""
        wanted = {"partnership": partnership, "day": day, "shift": shift, "beat": beat}
        with self._transaction() as connection, connection.cursor(row_factory=class_row(KeptPlan)) as cursor:
            return cursor.execute(PLANS["plans"], wanted).fetchall()

    def plan(self, partnership: str, number: int) -> KeptPlan:
        """One version; raises `NoPlanError`."""
        with self._transaction() as connection:
            return _plan(connection, partnership, number)

    def earlier(self, plan: Mapping[str, str], day: date, *, days: int, zone: Any) -> list[PatrolPlan]:
        """What stood for the shift and beat of ``plan`` (``partnership``, ``shift``, ``beat``) on the ``days`` before
        ``day``, the latest first."""
        wanted = {**plan, "day": day, "since": day - timedelta(days=days)}
        with self._transaction() as connection:
            rows = connection.execute(PLANS["earlier"], wanted).fetchall()
        return [plan_read(bytes(body), zone) for _, body in rows]

    def step(self, partnership: str, number: int, action: EventAction, *, role: Role, actor: str) -> None:
        """Approve a version, or take that back; raises `NoPlanError` and `PlanStateError`."""
        with self._transaction() as connection:
            plan = _plan(connection, partnership, number)
            key = {"partnership": partnership, "day": plan.day, "shift": plan.shift, "beat": plan.beat}
            connection.execute(PLANS["lock"], key)
            # Again: another version may have come while this waited.
            plan = _plan(connection, partnership, number)
            if action == "approve" and not plan.newest:
                raise PlanStateError(f"plan {number} is not the newest version of its shift and beat")
            if (action == "approve") == plan.approved:
                raise PlanStateError(f"plan {number} is {'approved already' if plan.approved else 'not approved'}")
            connection.execute(PLANS["add_event"], {"id": number, "action": action, "role": role, "actor": actor})
            _log(connection, actor, f"{partnership}/plan/{number}", action)

    def events(self, number: int) -> list[PlanEvent]:
        """Every step of a version, oldest first."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(PlanEvent)) as cursor:
            return cursor.execute(PLANS["events"], {"id": number}).fetchall()

    def document(self, number: int, digest: bytes) -> bytes | None:
        """A version laid out from what has that ``digest``; None where it was not yet."""
        with self._transaction() as connection:
            row = connection.execute(PLANS["document"], {"id": number, "digest": digest}).fetchone()
        return None if row is None else bytes(row[0])

    def keep_document(self, number: int, digest: bytes, body: bytes) -> None:
        """Keep a version as it was laid out."""
        with self._transaction() as connection:
            connection.execute(PLANS["keep_document"], {"id": number, "digest": digest, "body": body})

    def compared_plans(self, partnership: str, day: date, *, days: int) -> list[tuple[str, ComparedPlan]]:
        """Of what stood on the ``days`` before ``day``: the shift, and what the feedback monitor compares."""
        wanted = {"partnership": partnership, "day": day, "since": day - timedelta(days=days)}
        with self._transaction() as connection:
            rows = connection.execute(PLANS["compared_plans"], wanted).fetchall()
        return [(shift, ComparedPlan(to_day_number(on), planned, capped)) for shift, on, planned, capped in rows]

    def keep_feedback(self, partnership: str, day: date, found: PlanFeedback) -> None:
        """Keep what the feedback monitor found as of ``day``."""
        with self._transaction() as connection:
            connection.execute(PLANS["put_feedback"], {"partnership": partnership, "day": day, **asdict(found)})

    def feedback(self, partnership: str, day: date) -> PlanFeedback | None:
        """What it found last, up to ``day``; None where it has not looked yet."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(PlanFeedback)) as cursor:
            return cursor.execute(PLANS["feedback"], {"partnership": partnership, "day": day}).fetchone()

    def place_rule(self, partnership: str, rule: PlanRule, actor: str) -> int:
        """Keep a rule; its number."""
        values = {**asdict(rule), "partnership": partnership, "actor": actor}
        with self._transaction() as connection:
            row = connection.execute(PLANS["add_rule"], values).fetchone()
            number = int(row[0]) if row else 0
            _log(connection, actor, f"{partnership}/rule/{number}", f"{rule.kind}: {rule.reason}")
        return number

    def lift_rule(self, partnership: str, number: int, actor: str) -> str:
        """End a rule; the beat it was about. Raises `NoPlanError` where none of that number stands."""
        values = {"partnership": partnership, "id": number, "actor": actor}
        with self._transaction() as connection:
            row = connection.execute(PLANS["lift_rule"], values).fetchone()
            if row is None:
                raise NoPlanError(f"there is no rule {number} that could be lifted")
            _log(connection, actor, f"{partnership}/rule/{number}", "lifted")
        return str(row[0])

    def rules(self, partnership: str, day: date, beat: str | None = None) -> list[KeptRule]:
        """The rules that hold on ``day`` or later."""
        wanted = {"partnership": partnership, "day": day, "beat": beat}
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(PLANS["rules"], wanted).fetchall()
        return [KeptRule(row.pop("id"), PlanRule(**row)) for row in rows]

    def visit(self, partnership: str, number: int, visit: Visit, actor: str) -> None:
        """Note what became of a visit of plan ``number``; said again, the last word stands."""
        with self._transaction() as connection:
            connection.execute(PLANS["put_visit"], {"id": number, **asdict(visit)})
            _log(connection, actor, f"{partnership}/plan/{number}", f"visit {visit.number}: {visit.outcome}")

    def visits(self, plans: Iterable[int]) -> dict[tuple[int, str, int], Outcome]:
        """Outcomes by plan, cell and number of the visit."""
        with self._transaction() as connection:
            rows = connection.execute(PLANS["visits"], {"plans": list(plans)}).fetchall()
        return {(plan, cell, number): outcome for plan, cell, number, outcome in rows}

    def add_zone(self, partnership: str, zone: LegalZone, actor: str) -> int:
        """Enter a zone; its number."""
        values = {**asdict(zone), "areas": list(zone.areas), "partnership": partnership, "actor": actor}
        with self._transaction() as connection:
            row = connection.execute(PLANS["add_zone"], values).fetchone()
            number = int(row[0]) if row else 0
            _log(connection, actor, f"{partnership}/zone/{number}", f"entered: {zone.kind}")
        return number

    def withdraw_zone(self, partnership: str, number: int, actor: str) -> None:
        """Take a zone back; raises `NoPlanError`."""
        values = {"partnership": partnership, "id": number, "actor": actor}
        with self._transaction() as connection:
            if not connection.execute(PLANS["withdraw_zone"], values).rowcount:
                raise NoPlanError(f"there is no zone {number} that could be withdrawn")
            _log(connection, actor, f"{partnership}/zone/{number}", "withdrawn")

    def zones(self, partnership: str, since: datetime, until: datetime) -> Sequence[KeptZone]:
        """Zones in force at some time from ``since`` to before ``until``."""
        wanted = {"partnership": partnership, "since": since, "until": until}
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(PLANS["zones"], wanted).fetchall()
        return [KeptZone(row.pop("id"), LegalZone(**{**row, "areas": tuple(row["areas"])})) for row in rows]


def _plan(connection: Connection, partnership: str, number: int) -> KeptPlan:
    with connection.cursor(row_factory=class_row(KeptPlan)) as cursor:
        found = cursor.execute(PLANS["plan"], {"partnership": partnership, "id": number}).fetchone()
    if found is None:
        raise NoPlanError(f"there is no plan {number}")
    return found


def _log(connection: Connection, actor: str, subject: str, outcome: str) -> None:
    add_line(connection, audit_entry(actor=actor, action="plan", subject=subject, outcome=outcome))
