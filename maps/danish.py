"""Numbers and dates as readers write them, in the language of the moment: decimal comma in Danish, real minus, dates
in words."""

import math
from datetime import date, datetime

from maps.language import N_, _, language

WEEKDAYS = (N_("mandag"), N_("tirsdag"), N_("onsdag"), N_("torsdag"), N_("fredag"), N_("lørdag"), N_("søndag"))
MONTHS = (
    N_("januar"),
    N_("februar"),
    N_("marts"),
    N_("april"),
    N_("maj"),
    N_("juni"),
    N_("juli"),
    N_("august"),
    N_("september"),
    N_("oktober"),
    N_("november"),
    N_("december"),
)
SIGNS = str.maketrans(",.", ".,")
MINUS = "−"
MISSING = "–"
COUNT_WORDS = (
    N_("ingen"),
    N_("ét"),
    N_("to"),
    N_("tre"),
    N_("fire"),
    N_("fem"),
    N_("seks"),
    N_("syv"),
    N_("otte"),
    N_("ni"),
    N_("ti"),
    N_("elleve"),
    N_("tolv"),
)


def number(value: float, decimals: int = 0) -> str:
    """``1234.56`` as ``1.235``, or with 1 decimal ``1.234,6``; not a number as a dash.

    >>> number(-1234.56, 1)
    '−1.234,6'
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    text = f"{abs(value):,.{decimals}f}"
    if language() == "da":
        text = text.translate(SIGNS)
    rounds_to_zero = not text.strip("0,.")
    return text if value >= 0 or rounds_to_zero else MINUS + text


def signed(value: float, decimals: int = 0) -> str:
    """A change: ``+9``, ``−12``, ``±0``.

    >>> signed(9.2), signed(0.1)
    ('+9', '±0')
    """
    text = number(value, decimals)
    if text.startswith(MINUS) or text == MISSING:
        return text
    return f"±{text}" if not text.strip("0,.") else f"+{text}"


def short_count(value: float) -> str:
    """A count that may be fractional: whole where it is whole, else one decimal."""
    return number(value, 0 if abs(value - round(value)) < 0.05 else 1)


def p_value(p: float) -> str:
    """``0,003``, ``0,27`` or ``<0,001``."""
    if math.isnan(p):
        return MISSING
    if p < 0.001:
        return f"<{number(0.001, 3)}"
    return number(p, 3 if p < 0.1 else 2)


def p_equation(p: float) -> str:
    """``p = 0,003`` or ``p < 0,001``."""
    text = p_value(p)
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def interval(lower: float, upper: float, decimals: int = 0) -> str:
    """``[−196; −40]``, with a space that does not break."""
    return f"[{number(lower, decimals)};\u00a0{number(upper, decimals)}]"


def amount(count: int, one: str, several: str) -> str:
    """``ét område``, ``tre områder``, ``14 områder``; neuter nouns.

    >>> amount(1, "område", "områder")
    'ét område'
    """
    word = _(COUNT_WORDS[count]) if count < len(COUNT_WORDS) else number(count)
    return f"{word} {one if count == 1 else several}"


def long_date(day: date) -> str:
    """``mandag den 23. november 2026``."""
    weekday, month = _(WEEKDAYS[day.weekday()]), _(MONTHS[day.month - 1])
    return _("{weekday} den {day}. {month} {year}").format(weekday=weekday, day=day.day, month=month, year=day.year)


def short_date(day: date, beside: date) -> str:
    """``man. 23. nov.``, with the year where it is not that of ``beside``."""
    short = _("{weekday}. {day_and_month}").format(
        weekday=_(WEEKDAYS[day.weekday()])[:3], day_and_month=day_and_month(day)
    )
    return short if day.year == beside.year else f"{short} {day.year}"


def medium_date(day: date) -> str:
    """``23. november 2026``."""
    return f"{_day_in_words(day)} {day.year}"


def day_and_month(day: date) -> str:
    """``2. nov.``, ``16. maj``."""
    month = _(MONTHS[day.month - 1])
    short = month if len(month) < 5 else _("{month}.").format(month=month[:3])
    return _("{day}. {month}").format(day=day.day, month=short)


def date_range(first: date, last: date) -> str:
    """Both days included: ``26. oktober – 22. november 2026``."""
    if first == last:
        return medium_date(last)
    if first.year != last.year:
        return f"{medium_date(first)} – {medium_date(last)}"
    if first.month != last.month:
        return f"{_day_in_words(first)} – {medium_date(last)}"
    return _("{first}.–{last}").format(first=first.day, last=medium_date(last))


def clock(moment: datetime) -> str:
    """``kl. 07.00``."""
    return _("kl. {hour}.{minute}").format(hour=f"{moment:%H}", minute=f"{moment:%M}")


def _day_in_words(day: date) -> str:
    return _("{day}. {month}").format(day=day.day, month=_(MONTHS[day.month - 1]))
