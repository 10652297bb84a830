"""What an assessment must know of the database itself: its tables and columns, and where the incidents came from."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg

from data.statements import statements
from models.installation import Source

SQL = statements("facts")
Transaction = Callable[[], AbstractContextManager[psycopg.Connection[Any]]]


class Facts:
    """Reads the schema as it is, not as it was meant to be."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of every table and view, in their order, without PostGIS's own."""
        with self._transaction() as connection:
            found: dict[str, tuple[str, ...]] = {}
            for table, column in connection.execute(SQL["columns"]):
                found[table] = (*found.get(table, ()), column)
        return found

    def sources(self, partnership: str) -> list[Source]:
        """The sources of a partnership, by name."""
        with self._transaction() as connection:
            return [Source(*row) for row in connection.execute(SQL["sources"], {"partnership": partnership})]
