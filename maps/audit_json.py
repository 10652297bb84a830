"""A line of the log as data."""

from typing import Any

from models.audit import AuditRow


def row_as_json(row: AuditRow) -> dict[str, Any]:
    """Every field; the time in UTC, the hash in hexadecimal digits."""
    return {**vars(row), "at": row.at.isoformat(), "hash": row.hash.hex()}
