import re

import psycopg
import pytest

from data.statements import migrations, statements, subjects

TEMPORARY = (
    *("create_incoming", "create_withdrawal"),
    *("create_gone", "create_leaving", "create_staying", "create_leaving_alert", "create_leaving_plan"),
)
# The server prepares queries and changes of rows, and nothing else.
NOT_PREPARABLE = ("CREATE", "COPY", "DO", "LOCK")
COMMENT = re.compile(r"^--.*\n", re.MULTILINE)


def test_every_statement_prepares_against_the_migrated_schema(database: str) -> None:
    prepared = 0
    with psycopg.connect(database) as connection:
        for subject in subjects():
            for name in TEMPORARY:
                if name in statements(subject):
                    connection.execute(statements(subject)[name])
        for subject in subjects():
            for name, sql in statements(subject).items():
                if COMMENT.sub("", sql).startswith(NOT_PREPARABLE):
                    continue
                # A placeholder of unknown type is what the driver sends, so the server must infer each type.
                text = psycopg.sql.SQL(sql).as_string(connection)
                names = {part.partition(")")[0] for part in text.split("%(")[1:]}
                for i, parameter in enumerate(sorted(names), 1):
                    text = text.replace(f"%({parameter})s", f"${i}")
                try:
                    connection.execute(f"PREPARE {subject}_{name} AS {text}")  # type: ignore[arg-type]
                except psycopg.Error as error:
                    pytest.fail(f"{subject}.sql: {name}: {error}")
                prepared += 1
    assert prepared > 20


def test_migrations_stand_in_order_and_are_numbered() -> None:
    numbers = [int(step.name.partition("_")[0]) for step in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_schema_has_no_place_for_a_person(database: str) -> None:
    forbidden = ("name", "navn", "cpr", "phone", "telefon", "mail", "address", "adresse", "text", "note", "plate")
    with psycopg.connect(database) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name IN ('incident', 'panel', 'source', 'import_batch', 'import_reject', 'run', 'audit', "
            "'alert', 'alert_event', 'alert_evidence', 'watch_power', 'webhook_outbox', 'intervention', "
            "'intervention_event', 'account', 'account_grant', 'account_session', 'one_time_login', 'api_token')"
        ).fetchall()
    assert len(columns) > 30
    assert not [column for _, column in columns if any(word in column for word in forbidden)]
