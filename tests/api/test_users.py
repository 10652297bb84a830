"""``trygkort user`` and ``trygkort token`` as people call them."""

import io
import json
import sys
from datetime import UTC, datetime

import psycopg
import pytest

from api.accounts import DEMO_HANDLES, demo_logins
from data.store import Store
from models.viewer import Role
from tests.api.conftest import Command


def test_an_account_from_its_making_to_its_end(
    trygkort: Command, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("fire grønne cykler\n"))
    made = trygkort("user", "add", "vagtplan-1", "--password", "--grant", "indre-noerrebro:planner")
    assert (made.returncode, made.stderr) == (0, "")
    link = trygkort("user", "one-time", "vagtplan-1").stdout
    assert link.startswith("http://127.0.0.1:8000/login?code=")
    token = trygkort("token", "create", "vagtplan-1", "--scope", "read", "--days", 5).stdout.strip()
    prefix = token.split("_")[1]
    assert prefix in trygkort("token", "list").stdout
    trygkort("token", "revoke", prefix)
    trygkort("user", "disable", "vagtplan-1")
    [row] = json.loads(trygkort("user", "list", "--json").stdout)
    assert row == {
        "handle": "vagtplan-1",
        "state": "disabled",
        "password": True,
        "grants": ["indre-noerrebro:planner"],
    }
    with psycopg.connect(database) as connection:
        logged = str(connection.execute("SELECT outcome FROM audit WHERE action = 'account' ORDER BY id").fetchall())
        kept = str(connection.execute("SELECT * FROM api_token, one_time_login").fetchall())
    assert f"token {prefix} revoked" in logged
    assert token.split("_", 2)[2] not in logged + kept


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["user", "add", "jens.hansen"], "it names a function, never a person"),
        (["user", "disable", "vagtplan-7"], "there is no such account"),
        (["user", "grant", "vagtplan-7", "nord:chef"], "a grant is written partnership:role"),
        (["token", "revoke", "00000000"], "there is no such token"),
    ],
)
def test_what_cannot_be_is_said_plainly(trygkort: Command, arguments: list[str], sentence: str) -> None:
    outcome = trygkort(*arguments)
    assert outcome.returncode == 2
    assert sentence in outcome.stderr
    assert "jens.hansen" not in outcome.stderr


def test_the_demonstration_has_a_login_for_each_role_whenever_it_starts(store: Store) -> None:
    for _ in range(2):
        logins = demo_logins(store.accounts, "indre-noerrebro", now=datetime.now(UTC), actor="test")
        assert {one.role for one in logins} == set(Role) == set(DEMO_HANDLES)
    for one in logins:
        assert store.accounts.use_once(one.code, datetime.now(UTC)) == one.handle
        assert {grant.role for grant in store.accounts.account(one.handle).grants} == {one.role}
