"""Reading the log, which is itself logged first; proving its chain; and what was taken out unusually."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import numpy as np

from data.audit_log import AuditFilter, Extraction
from data.store import Store, StoreError
from models.audit import REACHES, AuditRow
from models.audit_chain import Anchor, ChainVerdict, verify_chain
from models.partnership import Partnership
from models.unusual_extraction import (
    NO_DAY,
    Extractions,
    Rule,
    UnusualParameters,
    actor_days,
    unusual_days,
)

EPOCH = date(1970, 1, 1)
ASKED_FOR = re.compile(r"/(\d{4}-\d{2}-\d{2})(?:/|$)")
SHOWN_DAYS = 28


@dataclass(frozen=True)
class UnusualUse:
    """``actor`` took out ``count`` on ``day`` by ``rule``, more than ``limit``; ``usual`` was to be expected."""

    actor: str
    day: date
    rule: Rule
    count: int
    usual: float
    limit: float


@dataclass(frozen=True)
class AuditReader:
    """The log as ``actor`` reads it. The log is one for the whole database: its chain has no holes to look through."""

    store: Store
    partnership: Partnership
    actor: str

    def rows(self, chosen: AuditFilter, *, limit: int) -> list[AuditRow]:
        """The chosen lines, newest first; raises `data.store.StoreError` where the reading cannot be logged."""
        self._log("list")
        return self.store.audit.rows(chosen, limit=limit)

    def actors(self) -> list[str]:
        """Everybody who stands in the log, to choose from."""
        return self.store.audit.actors()

    def anchor(self) -> Anchor | None:
        """The end of the chain, to be kept elsewhere; None where it is gone."""
        self._log("anchor")
        return self.store.audit.head()

    def verify(self, anchor: Anchor | None) -> ChainVerdict:
        """Compute the whole chain again. A log that cannot be written is looked at all the same, and is a fault."""
        unwritable = self._unwritable()
        with self.store.audit.whole() as (head, rows):
            verdict = verify_chain(rows, head, anchor)
        return ChainVerdict(verdict.rows, verdict.fault or unwritable)

    def unusual(
        self, *, now: datetime, days: int = SHOWN_DAYS, parameters: UnusualParameters | None = None
    ) -> list[UnusualUse]:
        """Unusual extraction on the last ``days`` dates, the newest first."""
        self._log("unusual")
        p = parameters or UnusualParameters()
        zone = self.partnership.calendar.timezone
        first = now.astimezone(zone).date() - timedelta(days=days - 1)
        since = datetime.combine(first - timedelta(days=p.history_days), datetime.min.time(), zone)
        found = self.store.audit.extractions(since, now)
        names = sorted({one.actor for one in found})
        unusual = [
            UnusualUse(names[u.actor], EPOCH + timedelta(days=u.day), u.rule, u.count, u.usual, u.limit)
            for u in unusual_days(actor_days(self._columns(found, names), p), p)
        ]
        return sorted((u for u in unusual if u.day >= first), key=lambda u: u.day, reverse=True)

    def _columns(self, found: Sequence[Extraction], names: Sequence[str]) -> Extractions:
        zone, number = self.partnership.calendar.timezone, {name: i for i, name in enumerate(names)}
        # By the hour: no zone changes its offset within one that matters here.
        offset = {h: _offset_s(h * 3600, zone) for h in {one.at_s // 3600 for one in found}}
        return Extractions(
            np.array([one.at_s + offset[one.at_s // 3600] for one in found], dtype=np.int64),
            np.array([number[one.actor] for one in found], dtype=np.int64),
            np.array([one.action in REACHES - {"consultation"} for one in found], dtype=bool),
            np.array([asked_day(one.subject) for one in found], dtype=np.int64),
        )

    def _unwritable(self) -> str | None:
        try:
            self._log("verify")
        except StoreError as error:
            return f"the log cannot be written: {error}"
        return None

    def _log(self, name: str) -> None:
        self.store.log(
            actor=self.actor,
            action="consultation",
            subject=f"{self.partnership.id}/audit/{name}",
            outcome="released",
            purpose="audit",
        )


def asked_day(subject: str) -> int:
    """The date that a line's subject names, as days since 1970; `NO_DAY` where it names none.

    >>> asked_day("nord/1970-01-03/daily.html"), asked_day("nord/latest/alerts")
    (2, -1)
    """
    named = ASKED_FOR.search(subject)
    with suppress(ValueError):
        if named:
            return (date.fromisoformat(named[1]) - EPOCH).days
    return NO_DAY


def _offset_s(at_s: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(at_s, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
