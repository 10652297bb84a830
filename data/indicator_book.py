"""Values of indicators: only ever added to, the newest of the same days counts."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

import psycopg

from data.audit_log import add_line
from data.statements import statements
from models.audit import audit_entry
from models.indicator import IndicatorValue

INDICATORS = statements("indicators")
Connection = psycopg.Connection[Any]


class IndicatorBook:
    """The values in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def add(self, partnership: str, values: Sequence[IndicatorValue], actor: str) -> int:
        """Keep ``values``, all or none of them; how many said something new."""
        new = 0
        with self._transaction() as connection:
            connection.execute(INDICATORS["lock"], {"partnership": partnership})
            for value in values:
                row = {**asdict(value), "partnership": partnership, "actor": actor}
                new += connection.execute(INDICATORS["add"], row).fetchone() is not None
            outcome = f"indicators: read {len(values)}, new {new}"
            line = audit_entry(actor=actor, action="import", subject=f"{partnership}/indicators", outcome=outcome)
            add_line(connection, line)
        return new

    def values(self, partnership: str) -> list[IndicatorValue]:
        """The newest value of each series, area and days, in that order."""
        with self._transaction() as connection:
            rows = connection.execute(INDICATORS["values"], {"partnership": partnership}).fetchall()
        return [IndicatorValue(*row) for row in rows]
