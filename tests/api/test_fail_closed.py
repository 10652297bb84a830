"""Nothing happens that cannot be logged: every verb of the gate, every book that changes, every route."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql

from api.access import RULES
from api.audit import AuditReader
from api.gate import Gate, operator
from api.releasing import ReleaseRequest, make_release
from api.webhook import SENDER, send_due
from api.webhook_post import Webhook
from data.account_book import Attempt
from data.alert_book import AlertFilter
from data.audit_log import AuditFilter
from data.effort_book import EffortFilter
from data.report_book import ReportSnapshot
from data.store import Product, RunRecord, Store, StoreError
from models.account import LoginWay
from models.alert_announcement import Announcement, Answer
from models.alert_life import AlertStep
from models.effort import EffortEntry
from models.explore_question import Period, Question
from models.indicator import IndicatorValue
from models.partnership import Partnership
from models.patrol_plan import PatrolPlan
from models.patrol_rule import LegalZone, PlanRule, Visit
from models.release_period import release_period
from models.retention import Hold
from models.session import SessionLimits
from models.viewer import Grant, Role
from tests.alert_signal import DAY, SIGNAL
from tests.incident_blocks import block_of, some_incidents
from tests.log_damage import UNWRITABLE
from tests.patrol_example import some_plan
from tests.viewers import app_of, everybody
from tests.webhook_receiver import KEY, Receiver, receiving

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ENTRY = EffortEntry("indre-noerrebro", "presence", date(2026, 9, 29))
RECORD = RunRecord(DAY, NOW, "1", {}, bytes(32))
HANDLE = "vagtplan-1"
GRANT = Grant("indre-noerrebro", Role.PLANNER)
ONE_DAY = timedelta(days=1)
SECRET = "trygkort_00000000_" + "x" * 43
# Verbs of the gate that have no line of their own, each with the reason.
SILENT = {
    "every_effort": "read with an effort, which has its line",
    "plan_feedback": "one number for all places, read with the plans, which have their line",
    "plan_rules": "what people decided, read with the plans",
    "plan_visits": "what became of visits, read with the plans",
    "plan_before": "what stood the day before, read with the plans",
    "plan_document": "a plan as it was laid out, read with the plans",
    "new_reports": "one line of the sheet, read with the plans",
    "zones": "what the law says of areas, read with the plans",
    "run_dates": "dates and no figure",
    "cut_off": "when there was an import, no figure",
    "data_days": "days and no figure",
    "kept_product": "read with a question, which has its line",
    "last_imports": "numbers of rows, read with the desk",
    "saved_questions": "one's own questions, without a figure",
    "synthetic": "whether what is shown is invented",
}


@dataclass(frozen=True)
class Stocked:
    """A store with one of everything."""

    gate: Gate
    store: Store
    partnership: Partnership
    receiver: Receiver
    plan: PatrolPlan
    release: int
    report: int

    @property
    def reader(self) -> AuditReader:
        return AuditReader(self.store, self.partnership, "tilsyn")

    @property
    def key(self) -> str:
        return self.partnership.id


@pytest.fixture
def stocked(store: Store, partnership: Partnership) -> Iterator[Stocked]:
    blocks = [block_of(some_incidents(partnership, 3000))]
    store.import_blocks(partnership, blocks, source="old", profile_version=1, synthetic=True, actor="ana")
    store.save_run(partnership, RECORD, [Product("index.html", "text/html", b"<html>", "tag")], "run")
    store.alerts.record(partnership.id, [(SIGNAL, b"{}")], "run")
    store.efforts.add(partnership.id, ENTRY, "ana")
    plan = some_plan(partnership, DAY)
    store.plans.add(plan, "run", "run")
    store.plans.place_rule(partnership.id, rule(), "ana")
    store.plans.add_zone(partnership.id, zone(), "ana")
    store.retention.hold(partnership.id, hold(), "ana")
    store.accounts.add(HANDLE, None, "ana")
    store.accounts.grant(HANDLE, GRANT, "ana")
    began = {"way": "one-time login", "limits": SessionLimits(), "now": NOW}
    store.accounts.begin_session("open", HANDLE, **began)  # type: ignore[arg-type]  # as one reads it
    token(store, SECRET)
    gate = Gate(store, partnership)
    release = make_release(gate, ReleaseRequest(release_period("2026-03")), now=RELEASED_AT, addresses=()).id
    gate.save_question("standing", "from=2026-03-01")
    report = gate.publish_report(release_period("2026-03"), "partner", REPORT, releases=[release], replaces=None)
    with receiving() as receiver:
        yield Stocked(gate, store, partnership, receiver, plan, release, report)


QUESTION = Question(Period(20_520, 20_550), Period(20_155, 20_185))
REPORT = ReportSnapshot(b"{}", b"<article></article>", b"%PDF")
RELEASED_AT = datetime(2026, 7, 20, 12, tzinfo=UTC)


def rule() -> PlanRule:
    return PlanRule("indre-noerrebro", "8a1f05835d4ffff", "pin", "local-knowledge", DAY, DAY + ONE_DAY)


def zone() -> LegalZone:
    return LegalZone("search-zone", ("indre-noerrebro",), NOW, NOW + ONE_DAY, DAY)


def hold() -> Hold:
    return Hold(date(2026, 1, 1), date(2026, 1, 2), "court-case")


def token(store: Store, secret: str) -> object:
    until = NOW + 30 * ONE_DAY
    return store.accounts.add_token(HANDLE, secret, scopes=["read"], expires_at=until, now=NOW, actor="ana")


def import_some(s: Stocked) -> object:
    blocks = [block_of(some_incidents(s.partnership, 5))]
    return s.store.import_blocks(s.partnership, blocks, source="s", profile_version=1, synthetic=True, actor="a")


def announcement() -> Announcement:
    return Announcement("00000000-0000-0000-0000-000000000000", "alert.raised", NOW, "p", 1, 0, NOW + timedelta(1))


def release_again(s: Stocked) -> object:
    return make_release(s.gate, ReleaseRequest(release_period("2026-04")), now=RELEASED_AT, addresses=())


def session(s: Stocked, way: LoginWay) -> None:
    s.store.accounts.begin_session("new", HANDLE, way=way, limits=SessionLimits(), now=NOW)


OPERATIONS: dict[str, Callable[[Stocked], object]] = {
    "a page": lambda s: s.gate.product("index.html", None),
    "a page of a date": lambda s: s.gate.product("index.html", DAY),
    "a start page": lambda s: s.gate.start(),
    "a refusal": lambda s: s.gate.refused("GET", "/alerts"),
    "runs": lambda s: s.gate.runs(limit=5),
    "alerts": lambda s: s.gate.alerts(AlertFilter(), limit=5),
    "one alert": lambda s: s.gate.alert(1),
    "evidence": lambda s: s.gate.evidence(1, None),
    "power": lambda s: s.gate.power(),
    "efforts": lambda s: s.gate.efforts(EffortFilter(), limit=5),
    "one effort": lambda s: s.gate.effort(1),
    "announcements": lambda s: s.gate.announcements(None, limit=5),
    "an export": lambda s: s.gate.exporting(["index.html"], DAY),
    "an announcement": lambda s: s.gate.announcing(announcement()),
    "its outcome": lambda s: s.gate.announced(announcement(), Answer("answered 204", accepted=True)),
    "announcing again": lambda s: s.gate.announce_again(now=NOW),
    "the webhook": lambda s: send_due(
        Gate(s.store, s.partnership, operator(SENDER, purpose="operation")),
        Webhook(s.receiver.url, (KEY,)),
        rng=np.random.default_rng(1),
    ),
    "an import": import_some,
    "a run": lambda s: s.store.save_run(s.partnership, RunRecord(DAY, NOW, "2", {}, bytes([1] * 32)), [], "run"),
    "a run again": lambda s: s.store.save_run(s.partnership, RECORD, [], "run"),
    "a step": lambda s: s.gate.step(1, AlertStep("acknowledge"), today=DAY),
    "an effort": lambda s: s.gate.add_effort(EffortEntry("sankt-hans-torv", "zone", date(2026, 9, 1))),
    "its end": lambda s: s.gate.end_effort(1, date(2026, 10, 9)),
    "its withdrawal": lambda s: s.gate.withdraw_effort(1),
    "plans": lambda s: s.gate.shift_plans(DAY),
    "one plan": lambda s: s.gate.shift_plan(1),
    "a plan's approval": lambda s: s.gate.step_plan(1, "approve"),
    "a visit": lambda s: s.gate.plan_visit(1, Visit(s.plan.stops[0].cell, 1, "done")),
    "a plan": lambda s: s.store.plans.add(replace(s.plan, seed=2), "run", "run"),
    "a rule": lambda s: s.gate.place_plan_rule(rule()),
    "its lifting": lambda s: s.gate.lift_plan_rule(1),
    "a zone": lambda s: s.gate.add_zone(zone()),
    "the zone's withdrawal": lambda s: s.gate.withdraw_zone(1),
    "releases": lambda s: s.gate.releases(limit=5),
    "one release": lambda s: s.gate.release(s.release),
    "a release": release_again,
    "the release's withdrawal": lambda s: s.gate.withdraw_release(s.release, "by-agreement"),
    "reports": lambda s: s.gate.reports(limit=5),
    "one report": lambda s: s.gate.report(s.report),
    "a draft of a report": lambda s: s.gate.drafting(release_period("2026-03")),
    "a report": lambda s: s.gate.publish_report(
        release_period("2026-04"), "partner", REPORT, releases=[s.release], replaces=None
    ),
    "indicators": lambda s: s.gate.indicator_values(),
    "an indicator": lambda s: s.gate.add_indicators([IndicatorValue("tryghed", None, DAY, DAY + ONE_DAY, 70)]),
    "a question": lambda s: s.gate.explore(QUESTION, "from=2026-03-01"),
    "a question as a file": lambda s: s.gate.explore(QUESTION, "from=2026-03-01", export="csv"),
    "the desk": lambda s: s.gate.desk(),
    "a saved question": lambda s: s.gate.save_question("standing", "from=2026-04-01"),
    "its deletion": lambda s: s.gate.delete_question(1),
    "a deletion": lambda s: s.store.retention.apply(s.partnership, DAY, "ana"),
    "a hold": lambda s: s.store.retention.hold(s.key, hold(), "ana"),
    "the hold's end": lambda s: s.store.retention.lift(s.key, 1, "ana"),
    "a login": lambda s: session(s, "one-time login"),
    "a login that failed": lambda s: s.store.accounts.refused(Attempt(HANDLE, None, "refused")),
    "a logout": lambda s: s.store.accounts.end_session("open"),
    "a token": lambda s: token(s.store, "trygkort_00000001_" + "y" * 43),
    "the token's end": lambda s: s.store.accounts.revoke_token("00000000", now=NOW, actor="ana"),
    "a code": lambda s: s.store.accounts.allow_once(HANDLE, "once", expires_at=NOW + ONE_DAY, actor="ana"),
    "a code that is none": lambda s: s.store.accounts.use_once("never", NOW),
    "a grant's end": lambda s: s.store.accounts.revoke_grant(HANDLE, GRANT, "ana"),
    "an account": lambda s: s.store.accounts.add("vagtplan-2", None, "ana"),
    "the account's end": lambda s: s.store.accounts.set_state(HANDLE, "disabled", "ana"),
    "an account of a provider": lambda s: s.store.accounts.openid_login("oidc-0123456789ab", frozenset([GRANT])),
    "the log": lambda s: s.reader.rows(AuditFilter(), limit=5),
    "its end noted": lambda s: s.reader.anchor(),
    "unusual use": lambda s: s.reader.unusual(now=NOW),
}


def contents(database: str) -> dict[str, object]:
    """Every row of every table of ours but the log's own."""
    with psycopg.connect(database) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename !~ '^audit' AND tablename <> 'spatial_ref_sys' ORDER BY 1"
        ).fetchall()
        return {
            name: connection.execute(
                sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(sql.Identifier(name))
            ).fetchall()
            for (name,) in tables
        }


def address(path: str) -> str:
    """One that is there, of a path as the router has it."""
    known = {"day": str(DAY), "shift": "nat", "form": "txt", "language": "en", "number": "1"}
    known |= dict.fromkeys("zxy", "0")
    if path in {"/explore", "/v1/explore.{form}"}:
        return f"{path.replace('{form}', 'csv')}?from=2026-03-01&to=2026-03-31"
    return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], path)


@pytest.mark.parametrize("how", list(UNWRITABLE))
def test_nothing_happens_that_cannot_be_logged(stocked: Stocked, database: str, how: str) -> None:
    before = contents(database)
    with psycopg.connect(database) as connection:
        connection.execute(UNWRITABLE[how])  # type: ignore[arg-type]
    for name, operation in OPERATIONS.items():
        with pytest.raises(StoreError):
            pytest.fail(f"{name} went through: {operation(stocked)}")
    with TestClient(
        app_of(stocked.store, stocked.partnership, everybody(stocked.partnership)), follow_redirects=False
    ) as client:
        for (method, path), rule_ in RULES.items():
            if rule_.needs != "role" or method != "GET" or path in FIGURELESS:
                continue
            # A question without dates leads to itself with them.
            answer = client.get(address(path), follow_redirects=path == "/explore")
            kind = answer.headers.get("content-type")
            assert (answer.status_code, kind) == (503, "application/problem+json"), path
            assert set(answer.json()) <= {"type", "title", "status", "detail", "id"}, path
    assert stocked.receiver.received == []
    assert contents(database) == before


# Read without a figure: the document of the interface, the way to the next sheet, tiles of the base map.
FIGURELESS = {"/openapi.json", "/parole", "/basemap/{z}/{x}/{y}"}


def test_each_operation_goes_through_where_it_can_be_logged(stocked: Stocked, database: str) -> None:
    for name, operation in OPERATIONS.items():
        lines = stocked.reader.verify(None).rows
        operation(stocked)
        # `verify` looks whether a line can be written, and takes it back.
        assert stocked.reader.verify(None).rows >= lines + 2, name
    assert stocked.reader.verify(None).fault is None
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT DISTINCT action, purpose, recipient FROM audit").fetchall()
    assert {
        ("consultation", "analysis", "local"),
        ("consultation", "audit", "tilsyn"),
        ("export", "analysis", "file"),
        ("export", "operation", "webhook"),
        ("import", "intake", ""),
        ("effort", "patrol-planning", ""),
    } <= set(found)


def test_every_verb_of_the_gate_is_tried_or_said_to_be_silent(stocked: Stocked) -> None:
    used: set[str] = set()

    class Watched(Gate):
        def __getattribute__(self, name: str) -> Any:
            used.add(name)
            return super().__getattribute__(name)

    watched = replace(stocked, gate=Watched(stocked.store, stocked.partnership))
    for operation in OPERATIONS.values():
        operation(watched)
    verbs = {name for name, found in vars(Gate).items() if callable(found) and not name.startswith("_")}
    assert verbs - used - {"releasing"} == set(SILENT) - used, "a new verb: log it and try it in OPERATIONS"
    assert set(SILENT) <= verbs
