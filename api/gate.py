"""The gate: the one way by which figures leave, and the log line that each consultation writes first.

It knows who looks, in which role, what for and how finely that role may see; a product that is finer stays in. If the
log cannot be written, nothing leaves.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from api.access import PRODUCTS, Precision
from api.planning import ShiftPlan, shift_plans
from data.alert_book import AlertFilter, Evidence
from data.effort_book import EffortFilter
from data.plan_book import EventAction
from data.question_book import CutOff
from data.release_book import Release, ReleaseWriter
from data.report_book import PublishedReport, ReportSnapshot
from data.store import Product, Store
from data.webhook_outbox import OutboxEntry
from geo.errors import PlainError
from maps.language import language, localised
from models.alert import Alert, AlertEvent
from models.alert_announcement import Announcement, Answer, DeliveryState
from models.alert_life import AlertState, AlertStep
from models.audit import Action, Purpose
from models.calendar import to_date
from models.effort import Effort, EffortEntry, EffortEvent
from models.exploration import ExploreInputs
from models.explore_question import Period, Question
from models.indicator import IndicatorValue
from models.panel import REPORTED
from models.partnership import Partnership
from models.patrol_feedback import PlanFeedback
from models.patrol_plan import PatrolPlan
from models.patrol_record import plan_read
from models.patrol_rule import KeptRule, KeptZone, LegalZone, Outcome, PlanRule, Visit
from models.quality import ImportRecord
from models.release_period import ReleasePeriod
from models.release_state import WithdrawalReason
from models.release_table import AUDIENCES, SEEN_BY, Audience
from models.saved_question import SavedQuestion, Subject
from models.viewer import Role

LOCAL_ACTOR = "local"
REPORTED_WITHIN_S = 30 * 24 * 3600


class NoRunError(PlainError, LookupError):
    """There is no run for the date that was asked for."""


class PrecisionError(PlainError, PermissionError):
    """A product that is finer than who looks may see."""


@dataclass(frozen=True)
class Look:
    """Who looks, in which ``role`` (None: in none, as the operator at this machine), what for, how finely at the most,
    and who receives what is seen."""

    actor: str
    role: Role | None
    purpose: Purpose
    finest: Precision
    recipient: str


def operator(actor: str = LOCAL_ACTOR, *, purpose: Purpose = "analysis", recipient: str | None = None) -> Look:
    """The look of who runs a command on this machine, beside the database itself: everything can be seen there."""
    return Look(actor, None, purpose, Precision.POINTS, recipient or actor)


@dataclass(frozen=True)
class Gate:
    """Releases prepared products of one partnership to who looks."""

    store: Store
    partnership: Partnership
    look: Look = field(default_factory=operator)

    @property
    def actor(self) -> str:
        """Who looks, as the log has it."""
        return self.look.actor

    def product(self, name: str, run_date: date | None) -> Product:
        """Product ``name`` of a date's run (the latest where None), in the language of the moment where it
        has one; the consultation is logged first.

        Raises `NoRunError`, `PrecisionError`, and `data.store.StoreError` where the log cannot be written.
        """
        if name not in PRODUCTS or PRODUCTS[name] > self.look.finest:
            self._log(name, run_date, "refused")
            raise PrecisionError(f"'{name}' is finer than this role may see")
        found = self.store.product(self.partnership, localised(name, language()), name, run_date=run_date)
        if found is None:
            which = f"for {run_date}" if run_date else "yet"
            self._log(name, run_date, "not found")
            raise NoRunError(f"there is no run {which}; make one with: trygkort daily")
        found_date, product = found
        self._log(name, found_date, "released")
        return product

    def run_dates(self) -> list[date]:
        """The dates that have a run, oldest first; no figure."""
        return self.store.run_dates(self.partnership)

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

    def shift_plans(self, day: date, shift: str | None = None) -> list[ShiftPlan]:
        """The plans of a day, or of one shift of it; the consultation is logged first."""
        self._log(f"plans/{shift or 'all'}", day, "released")
        return shift_plans(self.store, self.partnership, day, shift)

    def shift_plan(self, number: int) -> ShiftPlan:
        """One version of a plan; raises `data.plan_book.NoPlanError`. The consultation is logged first."""
        self._log(f"plans/{number}", None, "asked for")
        kept = self.store.plans.plan(self.partnership.id, number)
        return ShiftPlan(kept, plan_read(kept.body, self.partnership.calendar.timezone))

    def step_plan(self, number: int, action: EventAction) -> None:
        """Approve a version of a plan, or take that back, in the role of who looks; it is logged with it."""
        role = self.look.role or Role.PLANNER
        self.store.plans.step(self.partnership.id, number, action, role=role, actor=self.actor)

    def plan_before(self, plan: PatrolPlan) -> PatrolPlan | None:
        """What stood for the shift and beat of ``plan`` the day before; seen with the plans."""
        key = {"partnership": self.partnership.id, "shift": plan.shift, "beat": plan.beat}
        found = self.store.plans.earlier(key, plan.date, days=1, zone=self.partnership.calendar.timezone)
        return found[0] if found else None

    def plan_visits(self, plans: Iterable[ShiftPlan]) -> dict[tuple[int, str, int], Outcome]:
        """What became of the visits, by plan, cell and number; seen with the plans."""
        return self.store.plans.visits(one.kept.id for one in plans)

    def plan_document(self, number: int, digest: bytes, lay_out: Callable[[], bytes]) -> bytes:
        """A version of a plan as it was laid out from what has that ``digest``, else as ``lay_out`` does now, which is
        kept; seen with the plans."""
        kept = self.store.plans.document(number, digest)
        if kept is None:
            kept = lay_out()
            self.store.plans.keep_document(number, digest, kept)
        return kept

    def new_reports(self, areas: Collection[str], since: datetime, until: datetime) -> dict[str, int]:
        """How many incidents of the last month citizens made known in the ``areas`` from ``since`` to before ``until``,
        by category, the most first; seen with the plans."""
        until_s, since_s = int(until.timestamp()), int(since.timestamp())
        found = self.store.incidents_ended_since(
            self.partnership, since_s=since_s - REPORTED_WITHIN_S, known_before_s=until_s
        )
        inside = np.isin(found.area, [self.partnership.areas.index[area] for area in areas])
        new = found.category[inside & (found.basis == REPORTED) & (found.known_s >= since_s)]
        labels = [self.partnership.categories[category].label for category in new.tolist()]
        return dict(Counter(labels).most_common())

    def plan_feedback(self, day: date) -> PlanFeedback | None:
        """Whether plans seem to feed on themselves; one number for all places, seen with the plans."""
        return self.store.plans.feedback(self.partnership.id, day)

    def plan_rules(self, day: date) -> list[KeptRule]:
        """What people decided for plans of ``day`` and later; seen with the plans, it has no line of its own."""
        return self.store.plans.rules(self.partnership.id, day)

    def place_plan_rule(self, rule: PlanRule) -> int:
        """Keep a rule of plans; it is logged with it."""
        return self.store.plans.place_rule(self.partnership.id, rule, self.actor)

    def lift_plan_rule(self, number: int) -> str:
        """End a rule; the beat it was about. It is logged with it."""
        return self.store.plans.lift_rule(self.partnership.id, number, self.actor)

    def plan_visit(self, number: int, done: Visit) -> None:
        """Note what became of a visit; it is logged with it."""
        self.store.plans.visit(self.partnership.id, number, done, self.actor)

    def zones(self, since: datetime, until: datetime) -> Sequence[KeptZone]:
        """Zones of the law in force at some time between; no figure, seen with the plans."""
        return self.store.plans.zones(self.partnership.id, since, until)

    def add_zone(self, zone: LegalZone) -> int:
        """Enter a zone; it is logged with it."""
        return self.store.plans.add_zone(self.partnership.id, zone, self.actor)

    def withdraw_zone(self, number: int) -> None:
        """Take a zone back; it is logged with it."""
        self.store.plans.withdraw_zone(self.partnership.id, number, self.actor)

    def explore(self, question: Question, address: str, *, export: str | None = None) -> ExploreInputs:
        """What ``question`` is answered from, asked as ``address``; as a consultation or, where it leaves as a file in
        the form ``export``, as an export. It is logged first, with every filter."""
        day = to_date(question.period.stop - 1)
        if export is None:
            self._log(f"explore?{address}", day, "released")
        else:
            self._write("export", f"{day}/explore.{export}?{address}", "released", recipient="file")
        return self.store.questions.inputs(self.partnership, question)

    def kept_product(self, name: str) -> tuple[date, Product] | None:
        """A product of the latest run that goes into what is logged by itself; None before the first run, or of a run
        made before there was one. Raises `PrecisionError`."""
        if PRODUCTS[name] > self.look.finest:
            self._log(name, None, "refused")
            raise PrecisionError(f"'{name}' is finer than this role may see")
        return self.store.product(self.partnership, name)

    def cut_off(self) -> CutOff | None:
        """The newest import, which figures rest on; no figure."""
        return self.store.questions.cut_off(self.partnership.id)

    def data_days(self) -> Period | None:
        """The days there are data of; no figure."""
        return self.store.questions.data_days(self.partnership.id)

    def desk(self) -> None:
        """Log that the desk is opened."""
        self._log("desk", None, "released")

    def last_imports(self) -> Sequence[ImportRecord]:
        """The newest imports, as the desk shows them; numbers of rows."""
        return self.store.last_imports(self.partnership)

    def saved_questions(self) -> list[SavedQuestion]:
        """The questions of who looks, newest first; no figure."""
        return self.store.questions.saved(self.partnership.id, self.actor)

    def save_question(self, subject: Subject, address: str) -> int:
        """Keep a question for who looks; it is logged with it."""
        return self.store.questions.save(self.partnership.id, self.actor, subject, address)

    def delete_question(self, number: int) -> None:
        """Delete a question of who looks; it is logged with it. Raises `data.question_book.NoQuestionError`."""
        self.store.questions.delete(self.partnership.id, self.actor, number)

    def refused(self, method: str, path: str) -> None:
        """Log that who looks may not use a route; ``path`` as the router has it."""
        self._write("consultation", f"{method} {path}", "refused")

    def start(self) -> bool:
        """Log that somebody opens a start page without figures; whether what others see is invented."""
        self._log("start", None, "released")
        return self.synthetic()

    def synthetic(self) -> bool:
        """Whether what is shown is invented."""
        return self.store.any_synthetic(self.partnership)

    def exporting(self, names: Sequence[str], run_date: date) -> None:
        """Log that products of a run leave as files; raises `data.store.StoreError` where that fails."""
        self._write("export", f"{run_date}/{','.join(names)}", "released", recipient="file")

    def announcing(self, announcement: Announcement) -> None:
        """Log that other systems are about to be told; raises `data.store.StoreError` where that fails."""
        self._write("export", f"webhook/{announcement.id}", f"sending, attempt {announcement.attempts + 1}")

    def announced(self, announcement: Announcement, answer: Answer) -> None:
        """Log what became of an announcement that is not in the outbox, which logs its own."""
        self._write("export", f"webhook/{announcement.id}", answer.outcome)

    def announcements(self, state: DeliveryState | None, *, limit: int) -> list[OutboxEntry]:
        """What other systems were or are to be told, newest first; the consultation is logged first."""
        self._log("webhook", None, "released")
        return self.store.webhook.entries(self.partnership.id, state=state, limit=limit)

    def announce_again(self, *, now: datetime) -> int:
        """Let what was given up wait to be sent once more; it is logged first."""
        self._write("export", "webhook", "given up: again")
        return self.store.webhook.wait_again(self.partnership.id, now=now)

    def releases(self, *, limit: int | None = None) -> list[Release]:
        """What was released to who looks, the latest period first; the consultation is logged first."""
        self._log("releases", None, "released")
        return self.store.releases.releases(self.partnership.id, self._audiences, limit=limit)

    def release(self, number: int) -> Release:
        """One release; raises `data.release_book.NoReleaseError`. The consultation is logged first."""
        self._log(f"releases/{number}", None, "asked for")
        return self.store.releases.release(self.partnership.id, number, self._audiences)

    @property
    def _audiences(self) -> Sequence[Audience]:
        return AUDIENCES if self.look.role is None else SEEN_BY.get(self.look.role, ())

    def releasing(self) -> AbstractContextManager[ReleaseWriter]:
        """To make a release (`api.releasing`); it is logged with it."""
        return self.store.releases.writing(self.partnership.id, self.actor)

    def withdraw_release(self, number: int, reason: WithdrawalReason) -> None:
        """Take a release back; it is logged with it."""
        self.store.releases.withdraw(self.partnership.id, number, reason, self.actor)

    def reports(self, *, limit: int | None = None) -> list[PublishedReport]:
        """The reports published to who looks, the latest period first; the consultation is logged first."""
        self._log("reports", None, "released")
        return self.store.reports.reports(self.partnership.id, self._audiences, limit=limit)

    def report(self, number: int) -> tuple[PublishedReport, ReportSnapshot]:
        """One report; raises `data.report_book.NoReportError`. The consultation is logged first."""
        self._log(f"reports/{number}", None, "asked for")
        return self.store.reports.report(self.partnership.id, number, self._audiences)

    def drafting(self, period: ReleasePeriod) -> None:
        """Log that a report that is not published leaves as files."""
        self._write("export", f"reports/draft/{period}", "released", recipient="file")

    def publish_report(
        self,
        period: ReleasePeriod,
        audience: Audience,
        snapshot: ReportSnapshot,
        *,
        releases: Sequence[int],
        replaces: int | None,
    ) -> int:
        """Keep a report for ever; its number. It is logged with it."""
        return self.store.reports.publish(
            self.partnership.id, period, audience, snapshot, releases=releases, replaces=replaces, actor=self.actor
        )

    def indicator_values(self) -> list[IndicatorValue]:
        """The values of indicators that count; the consultation is logged first."""
        self._log("indicators", None, "released")
        return self.store.indicators.values(self.partnership.id)

    def add_indicators(self, values: Sequence[IndicatorValue]) -> int:
        """Keep values of indicators; how many are new. It is logged with it."""
        return self.store.indicators.add(self.partnership.id, values, self.actor)

    def _log(self, name: str, run_date: date | None, outcome: str) -> None:
        self._write("consultation", f"{run_date or 'latest'}/{name}", outcome)

    def _write(self, action: Action, subject: str, outcome: str, *, recipient: str | None = None) -> None:
        """The one place that makes a line of the log."""
        self.store.log(
            actor=self.look.actor,
            action=action,
            subject=f"{self.partnership.id}/{subject}",
            outcome=outcome,
            purpose=self.look.purpose,
            recipient=recipient or self.look.recipient,
        )
