import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from data.audit_log import AuditFilter
from data.statements import migrations
from data.store import Store, StoreError
from models.audit_chain import FIRST_HASH, Anchor, ChainVerdict, verify_chain
from models.partnership import Partnership
from tests.log_damage import UNWRITABLE, without_triggers

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def log(store: Store, *subjects: str) -> None:
    for subject in subjects:
        store.log(actor="analyse", action="consultation", subject=subject, outcome="released")


def verdict(store: Store, anchor: Anchor | None = None) -> ChainVerdict:
    with store.audit.whole() as (head, rows):
        return verify_chain(rows, head, anchor)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=5))
def test_what_the_database_chained_computes_again_without_it(store: Store, lines: list[tuple[str, str, str]]) -> None:
    before = verdict(store).rows
    for actor, subject, outcome in lines:
        store.log(actor=actor, action="export", subject=subject, outcome=outcome, recipient="file")
    assert verdict(store) == ChainVerdict(before + len(lines), None)
    newest = store.audit.rows(AuditFilter(), limit=len(lines))
    assert [(row.actor, row.subject, row.outcome) for row in reversed(newest)] == lines


def test_a_line_keeps_purpose_and_recipient(store: Store) -> None:
    store.log(
        actor="analyse",
        action="disclosure",
        subject="nord/2026-11/release",
        outcome="released",
        purpose="steering",
        recipient="styregruppe",
    )
    [row] = store.audit.rows(AuditFilter(), limit=9)
    assert (row.id, row.purpose, row.recipient) == (1, "steering", "styregruppe")


def test_a_rollback_leaves_no_gap_in_the_numbers(store: Store, database: str) -> None:
    log(store, "a")
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO audit_incoming (actor, action, subject, outcome) VALUES ('x', 'run', 'x', 'x')")
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")  # it is in the chain, and the head has moved
        assert connection.execute("SELECT max(id) FROM audit").fetchone() == (2,)
        connection.rollback()
    log(store, "b")
    assert [row.id for row in store.audit.rows(AuditFilter(), limit=9)] == [2, 1]
    assert verdict(store) == ChainVerdict(2, None)


def test_nobody_chooses_number_time_or_hash(store: Store, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO audit (id, at, actor, action, subject, outcome, hash) "
            "VALUES (99, '2001-01-01', 'x', 'run', 'x', 'x', %s)",
            [FIRST_HASH],
        )
    [row] = store.audit.rows(AuditFilter(), limit=9)
    assert (row.id, row.at.year > 2001, row.hash == FIRST_HASH) == (1, True, False)
    assert verdict(store) == ChainVerdict(1, None)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_not_even_the_owner_changes_a_row(store: Store, database: str, statement: str) -> None:
    log(store, "a")
    for setting in ("origin", "replica"):
        with psycopg.connect(database) as connection:
            connection.execute(f"SET session_replication_role = {setting}")  # type: ignore[arg-type]
            with pytest.raises(psycopg.errors.RaiseException, match="rows of audit are only ever added"):
                connection.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit (actor, action, subject, outcome) VALUES ('x', 'run', 'x', 'x')",
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE audit_head SET id = 0",
        "DELETE FROM audit_head",
        "TRUNCATE audit_incoming",
        "UPDATE audit_incoming SET actor = 'x'",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "ALTER TABLE audit RENAME TO gone",
        "DROP TRIGGER audit_chained ON audit",
        "SET session_replication_role = replica",
        "DROP TABLE audit CASCADE",
        "CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "UPDATE intervention_event SET actor = 'x'",
        "DELETE FROM intervention",
        "TRUNCATE incident",
        "DROP INDEX incident_in_force",
        "UPDATE schema_migration SET sha256 = ''",
        "SET ROLE trygkort",
        "COPY audit FROM PROGRAM 'true'",
    ],
)
def test_the_services_login_cannot_touch_the_log_or_own_a_table(service_database: str, statement: str) -> None:
    with psycopg.connect(service_database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)  # type: ignore[arg-type]


def test_a_table_of_ones_own_does_not_catch_the_lines(service_database: str, store: Store) -> None:
    with psycopg.connect(service_database) as connection:
        connection.execute("CREATE TEMPORARY TABLE audit_head (one boolean, id bigint, hash bytea)")
        connection.execute("CREATE TEMPORARY TABLE audit (actor text)")
        connection.execute(
            "INSERT INTO public.audit_incoming (actor, action, subject, outcome) VALUES ('x', 'run', 'x', 'x')"
        )
    assert verdict(store) == ChainVerdict(1, None)


def test_rights_that_are_not_separated_are_said_plainly(store: Store, database: str) -> None:
    assert store.audit.rights_too_wide() is None
    with Store(database) as own:
        assert "login 'trygkort' is a superuser, so it could rewrite it" in (own.audit.rights_too_wide() or "")


def test_an_owner_that_is_no_superuser_migrates_and_a_login_of_the_group_serves(server: object, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        name = connection.info.dbname
        for drop in ("DROP DATABASE IF EXISTS own_log", "DROP ROLE IF EXISTS log_owner", "DROP ROLE IF EXISTS log_web"):
            connection.execute(drop)  # type: ignore[arg-type]
        connection.execute("CREATE ROLE log_owner LOGIN")
        connection.execute("CREATE ROLE log_web LOGIN IN ROLE trygkort_service")
        connection.execute("CREATE DATABASE own_log TEMPLATE trygkort OWNER log_owner")
    owner, web = (make_conninfo(database, dbname="own_log", user=user) for user in ("log_owner", "log_web"))
    try:
        with psycopg.connect(make_conninfo(database, dbname="own_log")) as connection:
            connection.execute("GRANT CREATE ON SCHEMA public TO log_owner")
        with Store(web, owner=owner) as store:
            store.migrate()
            log(store, "a")
            assert verdict(store) == ChainVerdict(1, None)
            assert store.audit.rights_too_wide() is None
        with Store(web) as store:
            store.migrate()  # nothing to do, and no right to do it
            assert store.ready()
        with Store(owner) as store:
            assert "login 'log_owner' owns the log" in (store.audit.rights_too_wide() or "")
    finally:
        with psycopg.connect(make_conninfo(database, dbname=name), autocommit=True) as connection:
            connection.execute("DROP DATABASE own_log WITH (FORCE)")
            connection.execute("DROP ROLE log_owner")
            connection.execute("DROP ROLE log_web")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("UPDATE audit SET actor = 'x' WHERE id = 3", "row 3 was changed or put in another row's place"),
        ("DELETE FROM audit WHERE id = 3", "row 3 was removed: row 4 comes after row 2"),
        ("DELETE FROM audit WHERE id > 3", "rows 4 to 5 were removed: the end of the chain is at row 5"),
        (
            "UPDATE audit SET id = -id; UPDATE audit SET id = CASE id WHEN -2 THEN 4 WHEN -4 THEN 2 ELSE -id END",
            "row 2 was changed or put in another row's place",
        ),
        ("DELETE FROM audit_head", "the end of the chain was removed"),
    ],
)
def test_damage_is_found_and_the_first_row_named(store: Store, database: str, damage: str, sentence: str) -> None:
    log(store, *"abcde")
    with without_triggers(database) as connection:
        connection.execute(damage)  # type: ignore[arg-type]
    assert (verdict(store).fault or "").startswith(sentence)


def test_rows_and_head_taken_together_are_found_by_the_anchor(store: Store, database: str) -> None:
    log(store, *"abcde")
    anchor = store.audit.head()
    with without_triggers(database) as connection:
        connection.execute("DELETE FROM audit WHERE id > 3")
        connection.execute("UPDATE audit_head SET (id, hash) = (SELECT id, hash FROM audit WHERE id = 3)")
    assert verdict(store).fault is None
    assert verdict(store, anchor).fault == "rows 4 to 5 were removed: the anchor knows row 5"


def test_a_thousand_writers_at_once_make_one_unbroken_chain(service_database: str) -> None:
    began = time.monotonic()
    with Store(service_database, connections=8) as store, ThreadPoolExecutor(200) as threads:
        list(threads.map(lambda i: log(store, f"nord/{i}"), range(1000)))
        assert verdict(store) == ChainVerdict(1000, None)
        subjects = {row.subject for row in store.audit.rows(AuditFilter(), limit=2000)}
    assert subjects == {f"nord/{i}" for i in range(1000)}
    assert time.monotonic() - began < 60  # a few seconds where the machine is not busy


def test_who_logged_and_goes_on_keeps_nobody_waiting(database: str, store: Store) -> None:
    """A transaction that logged first and then wants a lock that another holds, who logs meanwhile."""
    lock = "SELECT pg_advisory_xact_lock(4711)"
    line = "INSERT INTO audit_incoming (actor, action, subject, outcome) VALUES ('x', 'run', 'x', 'x')"
    with psycopg.connect(database) as one, psycopg.connect(database) as other:
        other.execute(lock)
        one.execute(line)
        waiting = threading.Thread(target=lambda: (one.execute(lock), one.commit()))
        waiting.start()
        log(store, "a")  # others' lines do not wait for it either
        other.execute(line)
        other.commit()
        waiting.join(20)
        assert not waiting.is_alive()
    assert verdict(store) == ChainVerdict(3, None)


def test_lines_of_the_time_before_are_chained_by_the_migration(server: object, database: str) -> None:
    steps = migrations()
    name = "log_of_before"
    before = make_conninfo(database, dbname=name)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE trygkort")  # type: ignore[arg-type]
    try:
        with psycopg.connect(before) as connection:
            for step in steps:
                if step.name < "0010":
                    connection.execute(step.sql)
            for i in range(4):
                connection.execute(
                    "INSERT INTO audit (actor, action, subject, outcome) VALUES ('x', 'run', %s, 'æøå')", [str(i)]
                )
            connection.execute("DELETE FROM audit WHERE subject = '1'")  # the gap of a rollback
            for step in steps:
                if step.name >= "0010":
                    connection.execute(step.sql)
        with Store(before) as store:
            assert verdict(store) == ChainVerdict(3, None)
            log(store, "after")
            assert verdict(store) == ChainVerdict(4, None)
            rows = store.audit.rows(AuditFilter(), limit=9)
        assert [(row.subject, row.purpose) for row in rows] == [
            ("after", "analysis"),
            ("3", "unstated"),
            ("2", "unstated"),
            ("0", "unstated"),
        ]
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.mark.parametrize("how", list(UNWRITABLE))
def test_a_line_that_cannot_be_written_is_an_error(store: Store, database: str, how: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(UNWRITABLE[how])  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        log(store, "a")


def test_filters_and_pages(store: Store, partnership: Partnership) -> None:
    log(store, *"abcd")
    store.log(actor="vagtplan-1", action="login", subject="login", outcome="ok")
    read: Callable[..., list[int]] = lambda **chosen: [  # noqa: E731
        row.id for row in store.audit.rows(AuditFilter(**chosen), limit=2)
    ]
    assert read() == [5, 4]
    assert read(after=4) == [3, 2]
    assert read(action="login") == [5]
    assert read(actor="analyse") == [4, 3]
    [third] = [row for row in store.audit.rows(AuditFilter(), limit=9) if row.id == 3]
    assert read(until=third.at) == [2, 1]
    assert read(since=third.at) == [5, 4]
    assert store.audit.actors() == ["analyse", "vagtplan-1"]
