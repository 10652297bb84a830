"""The log through the gate, the pages and the commands; and that nothing happens that cannot be logged."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import psycopg
import pytest
from fastapi.testclient import TestClient

from api.app import DATA, PAGES
from api.audit import AuditReader
from api.gate import Gate, operator
from api.webhook import SENDER, send_due
from api.webhook_post import Webhook
from data.alert_book import AlertFilter
from data.audit_log import AuditFilter
from data.effort_book import EffortFilter
from data.store import Product, RunRecord, Store, StoreError
from models.alert_announcement import Announcement, Answer
from models.alert_life import AlertStep
from models.effort import EffortEntry
from models.partnership import Partnership
from tests.alert_signal import DAY, SIGNAL
from tests.api.conftest import Command
from tests.incident_blocks import block_of, some_incidents
from tests.log_damage import UNWRITABLE, without_triggers
from tests.viewers import app_of, everybody
from tests.webhook_receiver import KEY, Receiver, receiving

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ENTRY = EffortEntry("indre-noerrebro", "presence", date(2026, 9, 29))
RECORD = RunRecord(DAY, NOW, "1", {}, bytes(32))
TABLES = (
    "incident",
    "import_batch",
    "run",
    "run_product",
    "alert",
    "alert_event",
    "intervention",
    "intervention_event",
)


@dataclass(frozen=True)
class Stocked:
    """A store with a run, an alert, an effort and an announcement that waits."""

    gate: Gate
    store: Store
    partnership: Partnership
    receiver: Receiver

    @property
    def reader(self) -> AuditReader:
        return AuditReader(self.store, self.partnership, "tilsyn")


@pytest.fixture
def stocked(store: Store, partnership: Partnership) -> Iterator[Stocked]:
    store.save_run(partnership, RECORD, [Product("index.html", "text/html", b"<html>", "tag")], "run")
    store.alerts.record(partnership.id, [(SIGNAL, b"{}")], "run")
    store.efforts.add(partnership.id, ENTRY, "ana")
    with receiving() as receiver:
        yield Stocked(Gate(store, partnership), store, partnership, receiver)


def import_some(s: Stocked) -> object:
    blocks = [block_of(some_incidents(s.partnership, 5))]
    return s.store.import_blocks(s.partnership, blocks, source="s", profile_version=1, synthetic=True, actor="a")


def announcement() -> Announcement:
    return Announcement("00000000-0000-0000-0000-000000000000", "alert.raised", NOW, "p", 1, 0, NOW + timedelta(1))


OPERATIONS: dict[str, Callable[[Stocked], object]] = {
    "a page": lambda s: s.gate.product("index.html", None),
    "a page of a date": lambda s: s.gate.product("index.html", DAY),
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
    "the log": lambda s: s.reader.rows(AuditFilter(), limit=5),
    "its end noted": lambda s: s.reader.anchor(),
    "unusual use": lambda s: s.reader.unusual(now=NOW),
}


def contents(database: str) -> list[object]:
    with psycopg.connect(database) as connection:
        return [
            connection.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1").fetchall()  # type: ignore[arg-type]
            for table in TABLES
        ]


@pytest.mark.parametrize("how", list(UNWRITABLE))
def test_nothing_happens_that_cannot_be_logged(stocked: Stocked, database: str, how: str) -> None:
    before = contents(database)
    with psycopg.connect(database) as connection:
        connection.execute(UNWRITABLE[how])  # type: ignore[arg-type]
    for name, operation in OPERATIONS.items():
        with pytest.raises(StoreError):
            pytest.fail(f"{name} went through: {operation(stocked)}")
    with TestClient(app_of(stocked.store, stocked.partnership, everybody(stocked.partnership))) as client:
        for path in (*PAGES, *DATA, "/alerts", "/alerts/1", "/efforts", "/efforts/1", "/v1/audit", "/audit"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), path
    assert stocked.receiver.received == []
    assert contents(database) == before


def test_each_operation_goes_through_where_it_can_be_logged(stocked: Stocked, database: str) -> None:
    for name, operation in OPERATIONS.items():
        lines = stocked.reader.verify(None).rows
        operation(stocked)
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


@pytest.fixture
def client(store: Store, partnership: Partnership) -> Iterator[TestClient]:
    with TestClient(app_of(store, partnership, everybody(partnership))) as opened:
        yield opened


def fill(store: Store, *actors: str) -> None:
    for i, actor in enumerate(actors):
        store.log(
            actor=actor, action="consultation", subject=f"nord/2026-11-{i + 1:02d}/daily.html", outcome="released"
        )


def test_the_log_as_data_in_pages(client: TestClient, store: Store) -> None:
    fill(store, "ana", "bo", "ana")
    first = client.get("/v1/audit?limit=2").json()
    assert [(row["id"], row["subject"]) for row in first["rows"]] == [
        (4, "indre-noerrebro/audit/list"),
        (3, "nord/2026-11-03/daily.html"),
    ]
    second = client.get(first["next"]).json()
    assert [row["id"] for row in second["rows"]] == [2, 1]
    assert [row["id"] for row in client.get("/v1/audit?actor=ana").json()["rows"]] == [3, 1]
    assert client.get("/v1/audit?last=2001-01-01").json() == {"rows": [], "next": None}
    assert client.get("/v1/audit?action=look").status_code == 422


def test_the_log_as_csv(client: TestClient, store: Store) -> None:
    fill(store, "ana")
    answer = client.get("/v1/audit?format=csv&actor=ana")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["id"], row["actor"], len(row["hash"])) == ("1", "ana", 64)


def test_the_page_of_the_log(client: TestClient, store: Store) -> None:
    fill(store, "ana", "<script>")
    page = client.get("/audit?action=consultation&actor=&first=&last=").text
    for text in (
        "Opslag",
        "<td>analyse</td>",
        "udleveret",
        "&lt;script&gt;",
        "Ingen usædvanlige udtræk",
        "Linjerne som CSV",
    ):
        assert text in page
    assert "<script>" not in page
    assert "Ingen linjer passer" in client.get("/audit?last=2001-01-01").text


def test_a_script_that_takes_everything_is_seen_by_the_auditor(
    client: TestClient, store: Store, partnership: Partnership
) -> None:
    fill(store, "ana")
    for i in range(70):
        asked = date(2026, 1, 1) + timedelta(i)
        store.log(actor="bo", action="consultation", subject=f"nord/{asked}/daily.html", outcome="released")
    found = AuditReader(store, partnership, "tilsyn").unusual(now=datetime.now(UTC))
    assert {("bo", "hour", 70), ("bo", "breadth", 70)} <= {(one.actor, one.rule, one.count) for one in found}
    assert {one.actor for one in found} == {"bo"}
    assert "bo – 70 forskellige datoer" in client.get("/audit").text


def test_the_commands(trygkort: Command, store: Store, database: str) -> None:
    fill(store, "ana", "bo")
    assert trygkort("audit", "verify").stdout == "log whole: 3 rows, each follows from the one before\n"
    anchor = trygkort("audit", "anchor").stdout.strip()
    assert anchor.startswith("4:")
    assert trygkort("audit", "verify", "--anchor", anchor).stdout == (
        "log whole: 5 rows, each follows from the one before; row 4 is the one of the anchor\n"
    )
    listed = json.loads(trygkort("audit", "list", "--actor", "bo", "--json").stdout)
    assert [(row["id"], row["actor"]) for row in listed] == [(2, "bo")]
    assert "bo: consultation nord/2026-11-02/daily.html for analysis to bo: released" in (
        trygkort("audit", "list", "--limit", "9").stdout
    )
    assert trygkort("audit", "unusual").stdout == "nothing unusual in 28 days\n"
    refused = trygkort("audit", "verify", "--anchor", "5")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    with without_triggers(database) as connection:
        connection.execute("UPDATE audit SET actor = 'cy' WHERE id = 2")
    broken = trygkort("audit", "verify")
    assert (broken.returncode, broken.stdout) == (1, "")
    assert broken.stderr == (
        "trygkort: row 2 was changed or put in another row's place: its hash does not follow from it and row 1\n"
    )


def test_rights_are_told_by_a_command(trygkort: Command, service_database: str) -> None:
    wide = trygkort("audit", "rights")
    assert (wide.returncode, "login 'trygkort' is a superuser" in wide.stderr) == (1, True)
    narrow = trygkort("audit", "rights", TRYGKORT_DATABASE_URL=service_database)
    assert (narrow.returncode, narrow.stdout.startswith("rights separated")) == (0, True)


def test_a_log_that_cannot_be_written_is_a_fault_too(stocked: Stocked, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(UNWRITABLE["rights revoked"])  # type: ignore[arg-type]
    assert (stocked.reader.verify(None).fault or "").startswith("the log cannot be written: ")
