"""Ways in which the log breaks, for tests of what then happens."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

UNWRITABLE = {
    "rights revoked": "REVOKE INSERT ON audit_incoming FROM trygkort_service",
    "table renamed": "ALTER TABLE audit RENAME TO audit_gone",
    "head gone": "ALTER TABLE audit_head RENAME TO audit_head_gone",
    "disk full": (
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'no space'; END $$; "
        "CREATE TRIGGER full_disk BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION full_disk()"
    ),
}


@contextmanager
def without_triggers(database: str) -> Iterator[psycopg.Connection]:
    """A superuser who means it: every trigger of the log is off."""
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE audit DISABLE TRIGGER ALL; ALTER TABLE audit_head DISABLE TRIGGER ALL")
        yield connection
        connection.execute("ALTER TABLE audit ENABLE TRIGGER ALL; ALTER TABLE audit_head ENABLE TRIGGER ALL")
