"""The desk and the explore page, from the gate to HTML, and the answer as a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args
from urllib.parse import parse_qsl

from api.explore_address import Filters, QuestionError, address_of, gathered, question_of
from api.exploring import Answered, answer, asked, reach_of
from api.gate import Gate
from api.page_links import ROUTES
from api.sketches import sketch_of
from data.alert_book import AlertFilter
from maps.assets import linked
from maps.desk import DeskQuestion, desk_page, desk_question
from maps.explore import Way, explore_page, refused_question_page
from maps.explore_tables import ExploreTables, explore_tables, machine_parameters
from maps.language import _
from maps.question_text import question_title
from models.alert_life import OPEN
from models.exploration import DataReach
from models.explore_question import Question
from models.saved_question import MOST_SAVED, SavedQuestion, SavedQuestionError, subject_of

Form = Literal["csv", "gpkg", "parquet"]
FORMS: tuple[Form, ...] = get_args(Form)
MEDIA: Mapping[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
}
MOST_ALERTS = 50
EXPLORE = "/explore"


@dataclass(frozen=True)
class File:
    """An answer as a file."""

    name: str
    media_type: str
    body: bytes


def explored(gate: Gate, filters: Filters) -> tuple[str, str | None]:
    """The page and, where the address does not say the whole question, the one that does in place of it.

    Raises `QuestionError`.
    """
    reach = reach_of(gate)
    question = asked(gate, filters, reach)
    address = address_of(question, gate.partnership)
    if not all(filters.get(name, [""])[0] for name in ("from", "to", "compare_from", "compare_to", "resolution")):
        return "", f"{EXPLORE}?{address}"
    found = answer(gate, question, reach)
    synthetic = gate.synthetic()
    page = explore_page(
        found.exploration,
        tables_of(gate, found, synthetic=synthetic),
        found.history,
        gate.partnership,
        sketch_of(gate.partnership),
        way=_way(question, gate, found.address),
        assets=linked(more=("explore.js",)),
        synthetic=synthetic,
        links=ROUTES,
    )
    return page, None


def refused_question(gate: Gate, filters: Filters, why: str) -> str:
    """The form with what was given, and why it cannot be answered."""
    return refused_question_page(
        why,
        gate.partnership,
        given=filters,
        reach=reach_of(gate),
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def exported(gate: Gate, filters: Filters, form: Form) -> File:
    """The same answer as a file, with what was asked and the data's cut-off inside. Raises `QuestionError`."""
    reach = reach_of(gate)
    question = asked(gate, filters, reach)
    found = answer(gate, question, reach, export=form)
    synthetic = gate.synthetic()
    tables = tables_of(gate, found, synthetic=synthetic)
    machine = machine_parameters(found.exploration, gate.partnership, found.address, synthetic=synthetic)
    name = f"trygkort-{machine['period']['start']}-{machine['period']['stop']}.{form}"
    return File(name, MEDIA[form], _written(form, tables, machine))


def _written(form: Form, tables: ExploreTables, machine: Mapping[str, object]) -> bytes:
    if form == "csv":
        from maps.explore_csv import explore_csv  # noqa: PLC0415

        return explore_csv(tables)
    # Frames take a second to load, and only these two forms need them.
    from maps.explore_frames import geopackage, geoparquet  # noqa: PLC0415

    return geopackage(tables, machine) if form == "gpkg" else geoparquet(tables, machine)


def tables_of(gate: Gate, found: Answered, *, synthetic: bool) -> ExploreTables:
    """The tables that page and exports share."""
    return explore_tables(
        found.exploration,
        found.history,
        gate.partnership,
        sketch_of(gate.partnership),
        address=found.address,
        synthetic=synthetic,
    )


def desk(gate: Gate, *, refused: str = "") -> str:
    """The desk of who looks."""
    now = datetime.now(UTC)
    gate.desk()
    kept = gate.kept_product("quality.json")
    today = gate.partnership.calendar.shift_at(now)[0]
    alerts = [
        alert for alert in gate.alerts(AlertFilter(statuses=OPEN), limit=MOST_ALERTS) if alert.state.in_inbox(today)
    ]
    newest_first = sorted(alerts, key=lambda alert: (alert.signal.last_on, alert.id), reverse=True)
    reach = reach_of(gate)
    return desk_page(
        None if kept is None else json.loads(kept[1].body),
        gate.last_imports(),
        newest_first,
        [_saved(gate, saved, reach) for saved in gate.saved_questions()],
        gate.partnership,
        now=now,
        refused=refused,
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def keep_question(gate: Gate, form: Mapping[str, str]) -> int:
    """Save the question of a posted form; its number. Raises `QuestionError`."""
    filters = gathered(parse_qsl(form.get("filters", "")))
    question = asked(gate, filters, reach_of(gate))
    try:
        return gate.save_question(subject_of(form.get("subject", "")), address_of(question, gate.partnership))
    except SavedQuestionError as error:
        raise QuestionError(
            _("Vælg et emne fra listen. Der kan højst gemmes {most} spørgsmål; slet et, før der gemmes flere.").format(
                most=MOST_SAVED
            )
        ) from error


def _saved(gate: Gate, saved: SavedQuestion, reach: DataReach) -> DeskQuestion:
    try:
        question = question_of(gathered(parse_qsl(saved.filters)), gate.partnership, reach)
    except QuestionError:
        return desk_question(saved, None, None, gate.partnership)
    return desk_question(
        saved, question_title(question, gate.partnership), f"{EXPLORE}?{saved.filters}", gate.partnership
    )


def _way(question: Question, gate: Gate, address: str) -> Way:
    return Way(
        f"{EXPLORE}?{address}",
        lambda cell: f"{EXPLORE}?{address_of(question, gate.partnership, cell=cell)}",
        lambda form: f"/v1/explore.{form}?{address}",
    )
