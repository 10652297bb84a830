"""The gate: the one way by which figures leave, and the log line that each consultation writes first.

Until roles exist there is one audience, the person at this machine, in operational mode; the trend table is
suppressed for small numbers already when it is made. If the log cannot be written, nothing leaves.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from data.alert_book import AlertFilter, Evidence
from data.effort_book import EffortFilter
from data.release_book import Release, ReleaseWriter
from data.store import Product, Store
from data.webhook_outbox import OutboxEntry
from geo.errors import PlainError
from models.alert import Alert, AlertEvent
from models.alert_announcement import Announcement, Answer, DeliveryState
from models.alert_life import AlertState, AlertStep
from models.effort import Effort, EffortEntry, EffortEvent
from models.partnership import Partnership
from models.release_state import WithdrawalReason
from models.release_table import AUDIENCES, Audience

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

    def alerts(self, chosen: AlertFilter, *, limit: int) -> list[Alert]:
        """The chosen alerts, newest first; the consultation is logged first."""
        self._log("alerts", None, "released")
        return self.store.alerts.alerts(self.partnership.id, chosen, limit=limit)

    def alert(self, number: int) -> tuple[Alert, list[AlertEvent]]:
        """One alert and its history; raises `data.alert_book.NoAlertError`."""
        self._log(f"alerts/{number}", None, "asked for")
        return self.store.alerts.alert(self.partnership.id, number), self.store.alerts.history(number)

    def evidence(self, number: int, day: date | None) -> Evidence:
        """What a day's signal rests on, the last day's where None; raises `data.alert_book.NoAlertError`."""
        self._log(f"alerts/{number}/evidence", None, "asked for")
        self.store.alerts.alert(self.partnership.id, number)
        return self.store.alerts.evidence(number, day)

    def power(self) -> bytes | None:
        """What the watch can find at present, as it was kept; None before the first run that watched."""
        found = self.store.alerts.latest_power(self.partnership.id)
        self._log("watch", None, "not found" if found is None else "released")
        return found

    def step(self, number: int, step: AlertStep, *, today: date) -> AlertState:
        """Take one step of an alert's life; it is logged with it."""
        return self.store.alerts.step(self.partnership.id, number, step, actor=self.actor, today=today)

    def efforts(self, chosen: EffortFilter, *, limit: int) -> list[Effort]:
        """The chosen efforts, the latest start first; the consultation is logged first."""
        self._log("efforts", None, "released")
        return self.store.efforts.efforts(self.partnership.id, chosen, limit=limit)

    def effort(self, number: int) -> tuple[Effort, list[EffortEvent]]:
        """One effort and its history; raises `data.effort_book.NoEffortError`."""
        self._log(f"efforts/{number}", None, "asked for")
        return self.store.efforts.effort(self.partnership.id, number), self.store.efforts.history(number)

    def every_effort(self) -> tuple[Effort, ...]:
        """All that is not withdrawn: what an evaluation of one of them must know of the others."""
        return tuple(self.store.efforts.efforts(self.partnership.id, EffortFilter()))

    def add_effort(self, entry: EffortEntry) -> int:
        """Enter an effort; its number. It is logged with it."""
        return self.store.efforts.add(self.partnership.id, entry, self.actor)

    def end_effort(self, number: int, stop: date) -> None:
        """End an effort before ``stop``; it is logged with it."""
        self.store.efforts.end(self.partnership.id, number, stop, self.actor)

    def withdraw_effort(self, number: int) -> None:
        """Take an effort back; it is logged with it."""
        self.store.efforts.withdraw(self.partnership.id, number, self.actor)

    def synthetic(self) -> bool:
        """Whether what is shown is invented."""
        return self.store.any_synthetic(self.partnership)

    def exporting(self, names: Sequence[str], run_date: date) -> None:
        """Log that products of a run leave as files; raises `data.store.StoreError` where that fails."""
        subject = f"{self.partnership.id}/{run_date}/{','.join(names)}"
        self.store.log(actor=self.actor, action="export", subject=subject, outcome="released")

    def announcing(self, announcement: Announcement) -> None:
        """Log that other systems are about to be told; raises `data.store.StoreError` where that fails."""
        self._log_announcement(announcement, f"sending, attempt {announcement.attempts + 1}")

    def announced(self, announcement: Announcement, answer: Answer) -> None:
        """Log what became of an announcement that is not in the outbox, which logs its own."""
        self._log_announcement(announcement, answer.outcome)

    def announcements(self, state: DeliveryState | None, *, limit: int) -> list[OutboxEntry]:
        """What other systems were or are to be told, newest first; the consultation is logged first."""
        self._log("webhook", None, "released")
        return self.store.webhook.entries(self.partnership.id, state=state, limit=limit)

    def announce_again(self, *, now: datetime) -> int:
        """Let what was given up wait to be sent once more; it is logged first."""
        self.store.log(
            actor=self.actor, action="export", subject=f"{self.partnership.id}/webhook", outcome="given up: again"
        )
        return self.store.webhook.wait_again(self.partnership.id, now=now)

    def _log_announcement(self, announcement: Announcement, outcome: str) -> None:
        subject = f"{self.partnership.id}/webhook/{announcement.id}"
        self.store.log(actor=self.actor, action="export", subject=subject, outcome=outcome)

    def _log(self, name: str, run_date: date | None, outcome: str) -> None:
        subject = f"{self.partnership.id}/{run_date or 'latest'}/{name}"
        self.store.log(actor=self.actor, action="consultation", subject=subject, outcome=outcome)

    def releases(self, audiences: Sequence[Audience] = AUDIENCES, *, limit: int | None = None) -> list[Release]:
        """What was released to ``audiences``, the latest period first; the consultation is logged first."""
        self._log("releases", None, "released")
        return self.store.releases.releases(self.partnership.id, audiences, limit=limit)

    def release(self, number: int, audiences: Sequence[Audience] = AUDIENCES) -> Release:
        """One release; raises `data.release_book.NoReleaseError`. The consultation is logged first."""
        self._log(f"releases/{number}", None, "asked for")
        return self.store.releases.release(self.partnership.id, number, audiences)

    def releasing(self) -> AbstractContextManager[ReleaseWriter]:
        """To make a release (`api.releasing`); it is logged with it."""
        return self.store.releases.writing(self.partnership.id, self.actor)

    def withdraw_release(self, number: int, reason: WithdrawalReason) -> None:
        """Take a release back; it is logged with it."""
        self.store.releases.withdraw(self.partnership.id, number, reason, self.actor)
