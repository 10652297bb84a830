"""The log as the auditor reads it: data, page and commands."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from api.audit import AuditReader
from data.store import Store
from models.partnership import Partnership
from tests.api.conftest import Command
from tests.log_damage import UNWRITABLE, without_triggers
from tests.viewers import app_of, everybody


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


def test_a_log_that_cannot_be_written_is_a_fault_too(store: Store, partnership: Partnership, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(UNWRITABLE["rights revoked"])  # type: ignore[arg-type]
    fault = AuditReader(store, partnership, "tilsyn").verify(None).fault
    assert (fault or "").startswith("the log cannot be written: ")
