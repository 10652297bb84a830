"""From an alert to a receiver, through the real outbox and a real server."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import psycopg
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

import api.cli.demo
from api.demo import Demonstration
from api.gate import Gate, operator
from api.settings import read_settings
from api.webhook import SENDER, Sent, WebhookError, send_due, sending, webhook_of
from api.webhook_post import Webhook
from data.secret import SecretError
from data.store import Store, StoreError
from models.alert_announcement import GIVE_UP_AFTER
from models.alert_life import AlertStep
from models.partnership import Partnership
from tests.alert_signal import DAY, SIGNAL
from tests.api.conftest import Command
from tests.api.test_cli import GOOD, HEADER
from tests.api.test_serve import free_port
from tests.webhook_receiver import KEY, SECRET, Receiver, answering, receiving

ON = {"TRYGKORT_WEBHOOK_URL": "https://hooks.example/in", "TRYGKORT_WEBHOOK_SECRET": SECRET}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture
def gate(store: Store, partnership: Partnership) -> Gate:
    return Gate(store, partnership, operator(SENDER))


def raised(gate: Gate, *categories: str) -> list[int]:
    signals = [replace(SIGNAL, category=category) for category in categories or ("hash",)]
    return gate.store.alerts.record(gate.partnership.id, [(signal, b"{}") for signal in signals], "run")


def send(gate: Gate, receiver: Receiver) -> Sent:
    return send_due(gate, Webhook(receiver.url, (KEY,)), rng=np.random.default_rng(1))


def due_at_once(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE webhook_outbox SET next_attempt_at = NULL")


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_receiver_is_told_that_something_happened_and_nothing_else(
    gate: Gate, receiver: Receiver, partnership: Partnership
) -> None:
    [number] = raised(gate)
    gate.step(number, AlertStep("dismiss", "known-event"), today=DAY)
    assert send(gate, receiver) == Sent(delivered=2)
    bodies = [Verifier(SECRET).verify(one.body, one.headers) for one in receiver.received]
    assert [body.pop("type") for body in bodies] == ["alert.raised", "alert.status_changed"]
    for body, one in zip(bodies, receiver.received, strict=True):
        assert body.pop("id") == one.headers["webhook-id"]
        happened = datetime.fromisoformat(body.pop("timestamp"))
        assert abs(happened - datetime.now(UTC)) < timedelta(minutes=1)
        link = f"/alerts/{number}"
        assert body == {"data": {"alert": number, "partnership": partnership.id, "link": link}}
    assert send(gate, receiver) == Sent()


def test_refused_and_then_accepted_under_the_same_id(gate: Gate, receiver: Receiver, database: str) -> None:
    raised(gate)
    receiver.answer = answering(500)
    assert send(gate, receiver) == Sent(failed=1, outcome="answered 500")
    assert send(gate, receiver) == Sent()
    receiver.answer = answering(204)
    due_at_once(database)
    assert send(gate, receiver) == Sent(delivered=1)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert [(one.state, one.attempts) for one in gate.announcements(None, limit=9)] == [("delivered", 2)]


def test_a_receiver_that_is_gone_gets_no_more_of_it(gate: Gate, receiver: Receiver) -> None:
    raised(gate)
    receiver.answer = answering(410)
    assert send(gate, receiver) == Sent(failed=1, given_up=1, outcome="answered 410")


def test_given_up_after_three_days_and_that_stays_to_be_seen(gate: Gate, receiver: Receiver, database: str) -> None:
    raised(gate)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE webhook_outbox SET give_up_at = give_up_at - %s", [GIVE_UP_AFTER])
    assert send(gate, receiver) == Sent(given_up=1)
    assert receiver.received == []
    [entry] = gate.announcements("given-up", limit=9)
    assert (entry.outcome, entry.attempts) == ("too old", 0)


def test_each_attempt_is_logged_before_it_leaves_and_after(gate: Gate, receiver: Receiver, database: str) -> None:
    raised(gate)
    receiver.answer = answering(503)
    send(gate, receiver)
    with psycopg.connect(database) as connection:
        lines = connection.execute("SELECT actor, action, subject, outcome FROM audit ORDER BY id").fetchall()
    subject = f"{gate.partnership.id}/webhook/{receiver.received[0].headers['webhook-id']}"
    assert lines == [
        (SENDER, "export", subject, "sending, attempt 1"),
        (SENDER, "export", subject, "waiting: answered 503"),
    ]


def test_nothing_leaves_that_cannot_be_logged(gate: Gate, receiver: Receiver, database: str) -> None:
    raised(gate)
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE audit ADD CHECK (action <> 'export')")
    with pytest.raises(StoreError):
        send(gate, receiver)
    assert receiver.received == []
    assert [one.attempts for one in gate.announcements("waiting", limit=9)] == [0]


def test_a_crash_between_sending_and_marking_sends_again_under_the_same_id(
    gate: Gate, receiver: Receiver, database: str
) -> None:
    raised(gate)

    def lose_the_database(handler: BaseHTTPRequestHandler) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'idle in transaction'"
            )
        answering(204)(handler)

    receiver.answer = lose_the_database
    with pytest.raises(StoreError):
        send(gate, receiver)
    assert [(one.state, one.attempts) for one in gate.announcements(None, limit=9)] == [("waiting", 0)]
    receiver.answer = answering(204)
    assert send(gate, receiver) == Sent(delivered=1)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 2


def test_two_senders_send_each_once_and_those_of_an_alert_in_order(
    gate: Gate, receiver: Receiver, database: str
) -> None:
    numbers = raised(gate, *"abcdef")
    for number in numbers:
        gate.step(number, AlertStep("acknowledge"), today=DAY)
    with Store(database) as other:
        gates = [gate, Gate(other, gate.partnership, operator(SENDER))]
        threads = [threading.Thread(target=send, args=(one, receiver)) for one in gates]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    # One pass may end while the other still holds the last of an alert: what waits is sent by the next.
    send(gate, receiver)
    told = [json.loads(one.body) for one in receiver.received]
    assert len({body["id"] for body in told}) == len(told) == 12
    for number in numbers:
        types = [body["type"] for body in told if body["data"]["alert"] == number]
        assert types == ["alert.raised", "alert.status_changed"]


def test_in_the_background_it_outlives_a_database_that_was_away(
    gate: Gate, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []
    announcing = Gate.announcing

    def once_away(self: Gate, announcement: object) -> None:
        if not failures:
            failures.append(1)
            raise StoreError("the database cannot be used")
        announcing(self, announcement)  # type: ignore[arg-type]

    monkeypatch.setattr(Gate, "announcing", once_away)
    before = threading.active_count()
    with sending(gate, Webhook(receiver.url, (KEY,)), every_s=0.02):
        [number] = raised(gate)
        eventually(lambda: len(receiver.received) == 1)
        gate.step(number, AlertStep("acknowledge"), today=DAY)
        eventually(lambda: len(receiver.received) == 2)
    assert failures
    eventually(lambda: threading.active_count() <= before + 1)  # the pool's own may remain
    assert SENDER not in {thread.name for thread in threading.enumerate()}


def test_without_a_webhook_nothing_runs_in_the_background(gate: Gate) -> None:
    with sending(gate, None):
        assert SENDER not in {thread.name for thread in threading.enumerate()}


def test_off_unless_there_is_an_address() -> None:
    assert webhook_of(read_settings({})) is None
    assert webhook_of(read_settings({"TRYGKORT_WEBHOOK_SECRET": SECRET})) is None


def test_the_secret_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    told = {"TRYGKORT_WEBHOOK_URL": "https://hooks.example/in", "TRYGKORT_WEBHOOK_SECRET_FILE": str(file)}
    one = Webhook(ON["TRYGKORT_WEBHOOK_URL"], (KEY,))
    assert webhook_of(read_settings(told)) == webhook_of(read_settings(ON)) == one
    file.write_text(f"{SECRET}\n{SECRET}\n")
    assert webhook_of(read_settings(told)) == replace(one, keys=(KEY, KEY))
    file.unlink()
    with pytest.raises(SecretError, match=f"the secret file {file} cannot be read: No such file"):
        webhook_of(read_settings(told))
    file.write_bytes(b"whsec_\xff")
    with pytest.raises(SecretError, match="something else than plain letters"):
        webhook_of(read_settings(told))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/in", "http://localhost/in", "http://[::1]:9/", "https://10.0.0.7"]
)
def test_addresses_that_may_be_told(url: str) -> None:
    assert webhook_of(read_settings(ON | {"TRYGKORT_WEBHOOK_URL": url})) == Webhook(url, (KEY,))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://hooks.example/s3cret", "goes to hooks.example over http; only this machine may be told without https"),
        ("http://127.0.0.1.example/s3cret", "goes to 127.0.0.1.example over http"),
        ("ftp://hooks.example/s3cret", "must begin with https://"),
        ("hooks.example/s3cret", "must begin with https://"),
        ("https:///s3cret", "has no host"),
        ("https://user:s3cret@hooks.example/", "must have neither a user nor"),
        ("https://hooks.example/#s3cret", "must have neither a user nor a part after #"),
        ("https://hooks.example:https/s3cret", "is not an address"),
        ("https://[hooks.example/s3cret", "is not an address"),
        ("https://hooks..example/s3cret", "is not an address"),
        ("https://hooks.example/s3 cret", "holds characters that an address cannot have"),
        ("https://hooks.example/s3cret/æ", "holds characters that an address cannot have"),
    ],
)
def test_addresses_that_may_not_be_told_are_one_sentence_without_them(url: str, sentence: str) -> None:
    with pytest.raises(WebhookError, match=r"^TRYGKORT_WEBHOOK_URL ") as refused:
        webhook_of(read_settings(ON | {"TRYGKORT_WEBHOOK_URL": url}))
    assert sentence in str(refused.value)
    assert "s3" not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"TRYGKORT_WEBHOOK_SECRET": ""}, "neither is set"),
        ({"TRYGKORT_WEBHOOK_SECRET_FILE": "/run/secret"}, "both are set"),
        ({"TRYGKORT_WEBHOOK_SECRET": "whsec_" + "AA" * 14}, "24 to 64 random bytes in base64"),
        ({"TRYGKORT_WEBHOOK_SECRET": "whsec_" + "AAAA" * 22}, "24 to 64 random bytes in base64"),
        ({"TRYGKORT_WEBHOOK_SECRET": SECRET.removeprefix("whsec_")}, "is whsec_ and 24"),
        ({"TRYGKORT_WEBHOOK_SECRET": "whsec_" + "?" * 32}, "is whsec_ and 24"),
        ({"TRYGKORT_WEBHOOK_SECRET": " ".join([SECRET] * 3)}, "found 3"),
    ],
)
def test_secrets_that_cannot_be_used(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(WebhookError, match=sentence) as refused:
        webhook_of(read_settings(ON | settings))
    assert "AAA" not in str(refused.value)


def test_config_shows_no_secret_and_checks_the_webhook(trygkort: Command) -> None:
    shown = trygkort("config", "show", **ON).stdout
    assert shown.count("(set, not shown)") == 3
    assert "hooks.example" not in shown
    assert trygkort("config", "check", **ON).stdout.endswith("\nwebhook: hooks.example, signed with 1 secret(s)\n")
    assert trygkort("config", "check").stdout.endswith("\nwebhook: off\n")
    refused = trygkort("config", "check", **ON | {"TRYGKORT_WEBHOOK_SECRET": ""})
    assert (refused.returncode, "neither is set" in refused.stderr) == (2, True)


def test_on_the_command_line(trygkort: Command, gate: Gate, receiver: Receiver, database: str) -> None:
    on = {"TRYGKORT_WEBHOOK_URL": receiver.url, "TRYGKORT_WEBHOOK_SECRET": SECRET}
    assert trygkort("webhook", "list").stdout == "nothing announced\n"
    [number] = raised(gate)
    receiver.answer = answering(410)
    said = trygkort("webhook", "send", **on).stdout
    assert said == "webhook: 0 delivered, 1 failed (answered 410), 1 given up\n"
    listed = trygkort("webhook", "list", "--state", "given-up").stdout
    assert f"alert {number}  alert.raised  given-up, 1 × tried, last answered 410  " in listed
    receiver.answer = answering(204)
    assert trygkort("webhook", "send", **on).stdout == "webhook: 0 delivered, 0 failed, 0 given up\n"
    assert trygkort("webhook", "send", "--again", **on).stdout == "webhook: 1 delivered, 0 failed, 0 given up\n"
    with psycopg.connect(database) as connection:
        logged = connection.execute("SELECT outcome FROM audit WHERE subject LIKE '%webhook' ORDER BY id").fetchall()
    assert logged == [("released",), ("released",), ("given up: again",)]
    [entry] = json.loads(trygkort("webhook", "list", "--json").stdout)
    assert (entry["alert"], entry["state"], entry["outcome"]) == (number, "delivered", "answered 204")


def test_a_test_says_how_it_was_received(
    trygkort: Command, receiver: Receiver, partnership: Partnership, database: str
) -> None:
    on = {"TRYGKORT_WEBHOOK_URL": receiver.url, "TRYGKORT_WEBHOOK_SECRET": SECRET}
    assert trygkort("webhook", "test", **on).stdout == "127.0.0.1 accepted the test: answered 204\n"
    [one] = receiver.received
    body = Verifier(SECRET).verify(one.body, one.headers)
    assert body["type"] == "webhook.test"
    with psycopg.connect(database) as connection:
        logged = connection.execute("SELECT subject, outcome FROM audit ORDER BY id").fetchall()
    subject = f"{partnership.id}/webhook/{body['id']}"
    assert logged == [(subject, "sending, attempt 1"), (subject, "answered 204")]
    assert body["data"] == {"alert": None, "partnership": partnership.id, "link": "/alerts"}
    receiver.answer = answering(404)
    refused = trygkort("webhook", "test", **on)
    assert (refused.returncode, refused.stderr) == (2, "trygkort: 127.0.0.1 did not accept the test: answered 404\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("send",), "trygkort: there is no webhook; set TRYGKORT_WEBHOOK_URL and TRYGKORT_WEBHOOK_SECRET\n"),
        (("list", "--state", "lost"), "trygkort: --state is 'lost'; it must be one of waiting, delivered, given-up\n"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(trygkort: Command, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = trygkort("webhook", *arguments)
    assert (outcome.returncode, outcome.stderr) == (2, sentence)


def test_the_service_announces_and_a_killed_one_loses_nothing(
    gate: Gate, receiver: Receiver, database: str, tmp_path: Path
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "TRYGKORT_DATABASE_URL": database,
        "TRYGKORT_WEBHOOK_URL": receiver.url,
        "TRYGKORT_WEBHOOK_SECRET": SECRET,
    }
    raised(gate)
    receiver.answer = lambda handler: receiver.over.wait(20) and answering(204)(handler)  # never while we look
    command = [Path(sys.executable).with_name("trygkort"), "serve", "--port", str(free_port())]
    service = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while not receiver.received:
            assert service.poll() is None, service.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        service.send_signal(signal.SIGKILL)
        service.communicate()
    assert [(one.state, one.attempts) for one in gate.announcements(None, limit=9)] == [("waiting", 0)]
    receiver.answer = answering(204)
    eventually(lambda: send(gate, receiver).delivered == 1)  # once the server has noticed that the killed one is gone
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1


def test_the_daily_run_sends_at_its_end_and_makes_its_maps_whatever_the_webhook(
    trygkort: Command, gate: Gate, receiver: Receiver, tmp_path: Path
) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(HEADER + GOOD)
    trygkort("import", file, "--profile", "demo")
    raised(gate)
    daily = ("daily", "--date", "2026-03-03")
    assert "webhook" not in trygkort(*daily).stdout
    refused = trygkort(*daily, TRYGKORT_WEBHOOK_URL=receiver.url)
    assert (refused.returncode, "run 1 for 2026-03-03" in refused.stdout) == (2, True)
    said = trygkort(*daily, TRYGKORT_WEBHOOK_URL=receiver.url, TRYGKORT_WEBHOOK_SECRET=SECRET).stdout
    assert said.endswith("\nwebhook: 1 delivered, 0 failed, 0 given up\n")
    assert len(receiver.received) == 1


def test_nobody_is_told_of_invented_alerts(
    trygkort: Command, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(store: Store, _: object, partnership: Partnership, **__: object) -> Demonstration:
        raised(Gate(store, partnership))
        run = SimpleNamespace(result=SimpleNamespace(displacement=None), watched=None)
        return cast("Demonstration", SimpleNamespace(report=None, runs=(run,)))

    served: list[object] = []
    monkeypatch.setattr(api.cli.demo, "load_demo", load)
    for said in ("say_import", "say_claims", "say_watched"):
        monkeypatch.setattr(api.cli.demo, said, lambda *_: None)
    monkeypatch.setattr(api.cli.demo, "run_service", lambda at, address, webhook: served.append(webhook))
    on = {"TRYGKORT_WEBHOOK_URL": receiver.url, "TRYGKORT_WEBHOOK_SECRET": SECRET}
    assert trygkort("demo", "--port", free_port(), **on).returncode == 0
    assert (served, receiver.received) == ([None], [])
