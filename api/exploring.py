"""Use case: an analyst's question, from the store through the gate to everything that is shown or exported."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from api.explore_address import Filters, address_of, question_of
from api.gate import Gate
from api.kept import kept
from data.question_book import CutOff
from maps.cluster_history_json import CLUSTER_HISTORY, ClusterHistory, history_read
from models.calendar import to_day_number
from models.exploration import DataReach, Exploration, RunFacts, explore
from models.explore_question import Period, Question
from models.run_counts import RUN_COUNTS

QUALITY = "quality.json"
FALLBACK_DAYS = 3  # incomplete where no run has measured how late reports come


@dataclass(frozen=True, eq=False)
class Answered:
    """An answer with the address that asks for it again, and what became of clusters where a run knows."""

    exploration: Exploration
    address: str
    history: ClusterHistory | None


def reach_of(gate: Gate) -> DataReach:
    """Which days there are data of, and from which on reports may still be missing."""
    cut_off = gate.cut_off()
    known = None if cut_off is None else _data_days(gate, cut_off)
    found = gate.kept_product(QUALITY)
    if found is None:
        return DataReach(known, (known.stop if known else 0) - FALLBACK_DAYS, None)
    run = _run_facts(found[1].body)
    counts = gate.kept_product(RUN_COUNTS)
    if known is not None and counts is not None:
        # Stray early dates are no beginning of the data.
        known = known.within(_first_day(counts[1].body), known.stop) or known
    return DataReach(known, run.complete_until, run)


def asked(gate: Gate, filters: Filters, reach: DataReach) -> Question:
    """The question that ``filters`` ask; raises `api.explore_address.QuestionError`."""
    return question_of(filters, gate.partnership, reach)


def answer(gate: Gate, question: Question, reach: DataReach, *, export: str | None = None) -> Answered:
    """Answer ``question``; it is logged first, as an export where it leaves in that form."""
    address = address_of(question, gate.partnership)
    inputs = gate.explore(question, address, export=export)
    found = gate.kept_product(CLUSTER_HISTORY)
    history = None if found is None else _history(found[1].body)
    return Answered(explore(gate.partnership, question, inputs, reach), address, history)


def _data_days(gate: Gate, newest: CutOff) -> Period | None:
    """Finding them reads the whole ledger; they change with an import, and with a deletion, after which nothing kept
    is used."""
    key = (gate.partnership.id, newest)
    days = _days_kept()
    if key not in days and (found := gate.data_days()) is not None:
        days.clear()
        days[key] = found
    return days.get(key)


@kept(1)
def _days_kept() -> dict[tuple[str, CutOff], Period]:
    return {}


@kept(4)
def _run_facts(body: bytes) -> RunFacts:
    found = json.loads(body)
    return RunFacts(
        date.fromisoformat(found["date"]),
        datetime.fromisoformat(found["as_of"]),
        to_day_number(date.fromisoformat(found["complete_until"])),
    )


@kept(4)
def _first_day(body: bytes) -> int:
    return int(json.loads(body.partition(b"\n")[0])["first_day"])


@kept(4)
def _history(body: bytes) -> ClusterHistory:
    return history_read(body)
