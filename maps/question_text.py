"""A question in words: the title it is saved under, and what each filter says. Nobody types a title."""

from collections.abc import Mapping, Sequence

from maps import danish
from maps.language import N_, _
from models.calendar import to_date
from models.explore_question import WEEK_DAYS, Period, Question
from models.panel import BASES
from models.partnership import Partnership
from models.saved_question import Subject

BASIS_TEXT: Mapping[str, str] = {
    "reported": N_("anmeldt af borgere"),
    "observed": N_("fundet af politiet"),
}
SUBJECT_TEXT: Mapping[Subject, str] = {
    "standing": N_("Fast spørgsmål"),
    "alert": N_("Opfølgning på en alarm"),
    "effort": N_("Opfølgning på en indsats"),
    "planning": N_("Planlægning"),
    "meeting": N_("Til et møde"),
    "inquiry": N_("Spørgsmål udefra"),
}
NAMED = 2  # so many are named, more are counted


def question_title(question: Question, partnership: Partnership) -> str:
    """``Tyveri · Sankt Hans Torv · 10. august – 1. november 2026 mod 11. august – 2. november 2025``."""
    parts = [
        *([_("én celle")] if question.cell is not None else []),
        _chosen(categories_text(question, partnership), _("alle kategorier"), _("{n} kategorier")),
        _chosen(areas_text(question, partnership), _("alle områder"), _("{n} områder")),
    ]
    narrower = (bases_text(question), shifts_text(question, partnership), weekdays_text(question))
    parts.extend(", ".join(texts) for texts in narrower if texts)
    periods = _("{period} mod {compared}").format(
        period=period_text(question.period), compared=period_text(question.compared)
    )
    title = " · ".join([*parts, periods])
    return title[0].upper() + title[1:]


def period_text(period: Period) -> str:
    """First and last day in words."""
    return danish.date_range(to_date(period.start), to_date(period.stop - 1))


def areas_text(question: Question, partnership: Partnership) -> list[str]:
    """The names of the areas asked for; empty for all."""
    return [partnership.areas.areas[i].name for i in question.areas]


def categories_text(question: Question, partnership: Partnership) -> list[str]:
    """The categories asked for; empty for all."""
    return [_(partnership.categories[i].label) for i in question.categories]


def bases_text(question: Question) -> list[str]:
    """The bases asked for; empty for all."""
    return [_(BASIS_TEXT[BASES[i]]) for i in question.bases]


def shifts_text(question: Question, partnership: Partnership) -> list[str]:
    """The shifts asked for; empty for all."""
    return [_(partnership.calendar.shifts[i].label) for i in question.shifts]


def weekdays_text(question: Question) -> list[str]:
    """The weekdays asked for; empty for all."""
    return [_(danish.WEEKDAYS[i]) for i in range(WEEK_DAYS) if i in question.weekdays]


def _chosen(texts: Sequence[str], everything: str, many: str) -> str:
    if not texts:
        return everything
    return ", ".join(texts) if len(texts) <= NAMED else many.format(n=len(texts))
