"""``trygkort alerts`` as an analyst uses it."""

import json
import os
import pwd
import re
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest

from api.gate import LOCAL_ACTOR
from data.code_version import code_version
from data.store import Store
from maps.watch_power import power_as_json
from models.beside_record import stated_as_text
from models.partnership import Partnership
from models.watch_day import settled_threshold, signals_of
from models.watch_record import record
from tests.alert_signal import WITHIN
from tests.api.conftest import Command
from tests.api.test_alert_routes import LASTING
from tests.maps.test_watch_power import stated
from tests.models.test_watch_day import inputs


@pytest.fixture
def number(store: Store, partnership: Partnership) -> int:
    return store.alerts.record(partnership.id, [(LASTING, b"{}")], "run")[0]


def test_from_the_list_to_confirmed(trygkort: Command, number: int) -> None:
    listed = trygkort("alerts", "list")
    assert re.search(r"1  2026-11-05  new .*Indre Nørrebro −12, Skt. Hans Torv \+9, hash", listed.stdout)
    assert trygkort("alerts", "set", number, "acknowledge").stdout == "alert 1 is acknowledged\n"
    assert trygkort("alerts", "set", number, "confirm", "--reason", "partners-agree").returncode == 0
    shown = trygkort("alerts", "show", number).stdout
    assert "onset 2026-10-24 (2026-10-19 to 2026-10-28)" in shown
    assert re.search(r": confirm partners-agree\n.*next: close, reopen", shown, re.DOTALL)
    assert trygkort("alerts", "list", "--status", "new").stdout == "no alerts\n"


def test_a_move_within_the_area(trygkort: Command, number: int, store: Store, partnership: Partnership) -> None:
    [within] = store.alerts.record(partnership.id, [(WITHIN, b"{}")], "run")
    [line] = trygkort("alerts", "list", "--to", "shift").stdout.splitlines()
    assert line.endswith("Indre Nørrebro, aften −12, nat +9, 10 dage; tilfældigt én gang pr. 14 måneder")
    assert "aften 4, expected 16.0; nat 13, expected 4.0" in trygkort("alerts", "show", within).stdout
    assert trygkort("alerts", "list", "--to", "category").stdout == "no alerts\n"


def test_for_machines(trygkort: Command, number: int) -> None:
    [alert] = json.loads(trygkort("alerts", "list", "--json").stdout)
    assert (alert["id"], alert["status"], alert["recurrence_days"]) == (number, "new", 426.0)
    assert json.loads(trygkort("alerts", "show", number, "--json").stdout)["history"][0]["action"] == "raise"


def test_a_snooze_has_an_end(trygkort: Command, number: int, partnership: Partnership) -> None:
    until = datetime.now(partnership.calendar.timezone).date() + timedelta(2)
    assert trygkort("alerts", "set", number, "snooze", "--until", until).stdout.endswith(f"snoozed until {until}\n")
    assert f"new, snoozed until {until}" in trygkort("alerts", "list").stdout


def test_what_the_watch_can_find(trygkort: Command, store: Store, partnership: Partnership) -> None:
    found = stated(partnership)
    store.alerts.keep_power(partnership.id, found.month, b"1" * 32, stated_as_text(found))
    lines = trygkort("alerts", "power").stdout.splitlines()
    assert lines[0] == "month 2026-10, 10 simulated pasts; no alert is no proof"
    assert len(lines) == 1 + len(found.neighbours) * len(found.columns)
    assert re.search(r"hash +20\.0 in 28 days  smallest 9\.0 +all moved: day 9", lines[1])
    assert "smallest not even if all move" in lines[3]
    assert json.loads(trygkort("alerts", "power", "--json").stdout) == power_as_json(found, partnership)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", 7), "trygkort: there is no alert 7"),
        (("set", 1, "explode"), "trygkort: 'explode' is none of acknowledge, investigate, "),
        (("set", 1, "close"), "trygkort: 'close' needs an alert that is confirmed or dismissed; this one is new"),
        (("set", 1, "dismiss"), "trygkort: 'dismiss' needs a reason, one of reporting, "),
        (("set", 1, "snooze", "--until", "friday"), "trygkort: 'friday' is not a date"),
        (("power",), "trygkort: there is no run yet in which the watch could judge"),
        (("list", "--to", "moon"), "trygkort: --to is 'moon'; it must be one of neighbour, shift, category"),
        (("list", "--status", "open"), "trygkort: --status is 'open'; it must be one of new, "),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    trygkort: Command, number: int, arguments: tuple[object, ...], sentence: str
) -> None:
    outcome = trygkort("alerts", *arguments)
    assert (outcome.returncode, outcome.stderr.startswith(sentence)) == (2, True), outcome.stderr


def test_every_look_is_logged_with_who_looked(trygkort: Command, number: int, database: str) -> None:
    trygkort("alerts", "list")
    trygkort("alerts", "show", number)
    trygkort("alerts", "show", 7)
    trygkort("alerts", "set", number, "acknowledge", USER="somebody-else", LOGNAME="somebody-else")
    trygkort("alerts", "verify", number)
    with psycopg.connect(database) as connection:
        lines = connection.execute("SELECT actor, action, subject, outcome FROM audit ORDER BY id").fetchall()
    me = pwd.getpwuid(os.getuid()).pw_name
    assert lines == [
        (me, "consultation", "indre-noerrebro/latest/alerts", "released"),
        (me, "consultation", "indre-noerrebro/latest/alerts/1", "asked for"),
        (me, "consultation", "indre-noerrebro/latest/alerts/1/evidence", "asked for"),
        (me, "consultation", "indre-noerrebro/latest/alerts/7", "asked for"),
        (me, "alert", "indre-noerrebro/1", "acknowledge"),
        (me, "consultation", "indre-noerrebro/latest/alerts/1/evidence", "asked for"),
    ]


@pytest.mark.parametrize(("code", "by"), [(code_version(), ""), ("0.1+old", "; version 0.1+old computed it, this is ")])
def test_a_claim_that_does_not_compute_again(
    trygkort: Command, store: Store, partnership: Partnership, code: str, by: str
) -> None:
    """The same version may not find another claim; another version is named."""
    judged = inputs()
    threshold = settled_threshold(judged)
    signal = replace(signals_of(judged, threshold)[0], share=0.123)
    [altered] = store.alerts.record(partnership.id, [(signal, record(judged, threshold, signal, code=code))], "run")
    outcome = trygkort("alerts", "verify", altered)
    said = f"trygkort: alert {altered} does not compute again: signal came out differently{by}"
    assert outcome.returncode == 2
    assert outcome.stderr.strip() == said + (code_version() if by else "")


def test_a_user_without_a_name_is_local(trygkort: Command, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert trygkort("alerts", "list").returncode == 0
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT actor FROM audit").fetchall() == [(LOCAL_ACTOR,)]
