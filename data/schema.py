"""The schema of the database, brought up to date step by step, and the rights of the service in it."""

from typing import Any

import psycopg

from data.statements import migrations, statements
from geo.errors import PlainError

RIGHTS = statements("rights")
SCHEMA = statements("schema")
Connection = psycopg.Connection[Any]


class SchemaError(PlainError, RuntimeError):
    """The schema cannot be used as it is."""


def up_to_date(connection: Connection) -> bool:
    """Whether every step was applied and the service has its rights, where there is a role for it."""
    row = connection.execute(SCHEMA["has_history"]).fetchone()
    try:
        return bool(row and row[0]) and not _missing(connection) and _granted(connection)
    except psycopg.errors.InsufficientPrivilege:
        # The role came after the schema: its owner has yet to let it in.
        return False


def bring_up_to_date(connection: Connection) -> None:
    """Apply what is missing, within the transaction of ``connection``; several processes take turns."""
    connection.execute(SCHEMA["lock_schema"])
    connection.execute(SCHEMA["create_postgis"])
    connection.execute(SCHEMA["create_history"])
    missing = _missing(connection)
    for step in migrations():
        if step.name in missing:
            connection.execute(step.sql)
            connection.execute(SCHEMA["record"], {"name": step.name, "sha256": step.sha256})
    if connection.execute(RIGHTS["service_rights"]).fetchone() and (missing or not _granted(connection)):
        connection.execute(RIGHTS["grant_service"])


def _missing(connection: Connection) -> set[str]:
    """Names of the steps that were not applied; raises `SchemaError` where one was edited after it had been."""
    applied = dict(connection.execute(SCHEMA["applied"]).fetchall())
    for step in migrations():
        if applied.get(step.name, step.sha256) != step.sha256:
            raise SchemaError(f"schema step {step.name} was edited after it had been applied")
    return {step.name for step in migrations()} - set(applied)


def _granted(connection: Connection) -> bool:
    row = connection.execute(RIGHTS["service_rights"]).fetchone()
    return row is None or bool(row[0])
