"""The gate: the one way by which figures leave, and the log line that each consultation writes first.

Until roles exist there is one audience, the person at this machine, in operational mode; the trend table is
suppressed for small numbers already when it is made. If the log cannot be written, nothing leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.store import Product, Store
from geo.errors import PlainError
from models.partnership import Partnership

LOCAL_ACTOR = "local"


class NoRunError(PlainError, LookupError):
    """There is no run for the date that was asked for."""


@dataclass(frozen=True)
class Gate:
    """Releases prepared products of one partnership to ``actor``."""

    store: Store
    partnership: Partnership
    actor: str = LOCAL_ACTOR

    def product(self, name: str, run_date: date | None) -> Product:
        """Product ``name`` of a date's run (the latest where None); the consultation is logged first.

        Raises `NoRunError`, and `data.store.StoreError` where the log cannot be written.
        """
        found = self.store.product(self.partnership, name, run_date)
        if found is None:
            which = f"for {run_date}" if run_date else "yet"
            self._log(name, run_date, "not found")
            raise NoRunError(f"there is no run {which}; make one with: trygkort daily")
        found_date, product = found
        self._log(name, found_date, "released")
        return product

    def runs(self, *, limit: int) -> list[dict[str, object]]:
        """The runs there are, newest first, without figures."""
        self._log("runs", None, "released")
        return self.store.runs(self.partnership, limit=limit)

    def exporting(self, names: Sequence[str], run_date: date) -> None:
        """Log that products of a run leave as files; raises `data.store.StoreError` where that fails."""
        subject = f"{self.partnership.id}/{run_date}/{','.join(names)}"
        self.store.log(actor=self.actor, action="export", subject=subject, outcome="released")

    def _log(self, name: str, run_date: date | None, outcome: str) -> None:
        subject = f"{self.partnership.id}/{run_date or 'latest'}/{name}"
        self.store.log(actor=self.actor, action="consultation", subject=subject, outcome=outcome)
