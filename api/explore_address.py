"""The address of a view: filters as they stand in the address bar, in forms, on the command line, and back.

``to`` and ``compare_to`` are the last days that count, as people say it; inside, periods are half-open. Whatever cannot
be used is refused in one sentence, and a filter that nobody knows is too: a misspelt one must not quietly show all.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from geo.errors import PlainError
from geo.grid import from_text, resolution_of, to_text
from maps.language import _
from models.calendar import EPOCH, to_date, to_day_number
from models.exploration import DataReach, usual_compared, usual_period
from models.explore_question import RESOLUTIONS, WEEK_DAYS, Period, Question
from models.panel import BASES
from models.partnership import Partnership

LONGEST_DAYS = 1830
LAST_DAY = date(2199, 12, 31)
MOST_VALUES = 200
USUAL_RESOLUTION = 10
MANY = ("area", "category", "basis", "shift", "weekday")
ONE = ("from", "to", "compare_from", "compare_to", "resolution", "cell")
Filters = Mapping[str, Sequence[str]]


class QuestionError(PlainError, ValueError):
    """Filters that cannot be used; the sentence says which and what they may be."""


def question_of(filters: Filters, partnership: Partnership, reach: DataReach) -> Question:
    """The question that ``filters`` ask; what is not said is as usual. Raises `QuestionError`."""
    given = {name: [value for value in values if value != ""] for name, values in filters.items()}
    unknown = sorted(name for name, values in given.items() if name not in MANY + ONE and values)
    if unknown:
        raise QuestionError(_("Filtrene kan kun være {known}.").format(known=", ".join(MANY + ONE)))
    for name in ONE:
        if len(given.get(name, [])) > 1:
            raise QuestionError(_("Filteret '{name}' må kun stå én gang.").format(name=name))
    period = _period(given, reach)
    compared = _compared(given, period, reach)
    if period.overlaps(compared):
        raise QuestionError(_("De to perioder overlapper. Vælg perioder uden fælles dage."))
    resolution = _resolution(given, partnership)
    return Question(
        period,
        compared,
        areas=_positions("area", given, [area.id for area in partnership.areas.areas]),
        categories=_positions("category", given, [category.id for category in partnership.categories]),
        bases=_positions("basis", given, BASES),
        shifts=_positions("shift", given, [shift.id for shift in partnership.calendar.shifts]),
        weekdays=_positions("weekday", given, [str(day + 1) for day in range(WEEK_DAYS)]),
        resolution=resolution,
        cell=_cell(given, resolution),
    )


def address_of(question: Question, partnership: Partnership, **changed: str | None) -> str:
    """The query string of ``question``, always the same for the same question; ``changed`` filters replace its own,
    None leaves one out."""
    one: dict[str, str | None] = {
        "from": to_date(question.period.start).isoformat(),
        "to": to_date(question.period.stop - 1).isoformat(),
        "compare_from": to_date(question.compared.start).isoformat(),
        "compare_to": to_date(question.compared.stop - 1).isoformat(),
        "resolution": str(question.resolution),
        "cell": None if question.cell is None else to_text([question.cell])[0],
        **changed,
    }
    pairs = [(name, value) for name, value in one.items() if value is not None]
    pairs += [("area", partnership.areas.areas[i].id) for i in question.areas]
    pairs += [("category", partnership.categories[i].id) for i in question.categories]
    pairs += [("basis", BASES[i]) for i in question.bases]
    pairs += [("shift", partnership.calendar.shifts[i].id) for i in question.shifts]
    pairs += [("weekday", str(day + 1)) for day in question.weekdays]
    return urlencode(pairs, quote_via=quote)


def gathered(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Filters from the pairs of an address."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _period(given: Filters, reach: DataReach) -> Period:
    first, last = _day("from", given), _day("to", given)
    if first is None and last is None:
        usual = usual_period(reach)
        if usual is None:
            raise QuestionError(_("Der er ingen data endnu. Vælg selv en periode med 'from' og 'to'."))
        return usual
    if first is None or last is None:
        raise QuestionError(_("En periode har både en første dag (from) og en sidste (to)."))
    return _between(first, last, "from", "to")


def _compared(given: Filters, period: Period, reach: DataReach) -> Period:
    first, last = _day("compare_from", given), _day("compare_to", given)
    if first is None and last is None:
        return usual_compared(period, reach)
    if first is None or last is None:
        raise QuestionError(
            _("Perioden, der sammenlignes med, har både en første dag (compare_from) og en sidste (compare_to).")
        )
    return _between(first, last, "compare_from", "compare_to")


def _between(first: date, last: date, first_name: str, last_name: str) -> Period:
    if last < first:
        raise QuestionError(
            _("Den sidste dag ({last}) ligger før den første ({first}).").format(last=last_name, first=first_name)
        )
    if (last - first).days >= LONGEST_DAYS:
        raise QuestionError(_("En periode kan højst være {days} dage.").format(days=LONGEST_DAYS))
    return Period(to_day_number(first), to_day_number(last) + 1)


def _day(name: str, given: Filters) -> date | None:
    values = given.get(name, [])
    if not values:
        return None
    try:
        found = date.fromisoformat(values[0])
    except ValueError as error:
        raise QuestionError(_("'{name}' skal være en dato som 2026-11-23.").format(name=name)) from error
    if not EPOCH + timedelta(days=2 * LONGEST_DAYS) <= found <= LAST_DAY:
        raise QuestionError(_("'{name}' skal være en dag mellem 1980 og 2199.").format(name=name))
    return found


def _positions(name: str, given: Filters, known: Sequence[str]) -> tuple[int, ...]:
    values = given.get(name, [])
    if not values:
        return ()
    if len(values) > MOST_VALUES or any(value not in known for value in values):
        raise QuestionError(_("'{name}' kan kun være {known}.").format(name=name, known=", ".join(known)))
    found = tuple(sorted({known.index(value) for value in values}))
    # All there are is the same question as none named.
    return () if len(found) == len(known) else found


def _resolution(given: Filters, partnership: Partnership) -> int:
    known = [r for r in RESOLUTIONS if r <= partnership.resolutions.stored]
    values = given.get("resolution", [])
    if not values:
        return min(USUAL_RESOLUTION, known[-1]) if known else USUAL_RESOLUTION
    if values[0] not in map(str, known):
        raise QuestionError(
            _("'{name}' kan kun være {known}.").format(name="resolution", known=", ".join(map(str, known)))
        )
    return int(values[0])


def _cell(given: Filters, resolution: int) -> int | None:
    values = given.get("cell", [])
    if not values:
        return None
    try:
        cell = int(from_text(values)[0])
    except (ValueError, OverflowError) as error:
        raise QuestionError(_("'cell' skal være en H3-celle som 8a1f05835017fff.")) from error
    if resolution_of(cell) != resolution:
        raise QuestionError(_("'cell' skal være en celle i opløsning {resolution}.").format(resolution=resolution))
    return cell
