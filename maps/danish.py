"""Numbers and dates as Danish readers write them: decimal comma, real minus, dates in words."""

import math
from datetime import date, datetime

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)
MINUS = "−"
MISSING = "–"
COUNT_WORDS = ("ingen", "ét", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")


def number(value: float, decimals: int = 0) -> str:
    """``1234.56`` as ``1.235``, or with 1 decimal ``1.234,6``; not a number as a dash.

    >>> number(-1234.56, 1)
    '−1.234,6'
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    text = f"{abs(value):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
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
        return "<0,001"
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
    word = COUNT_WORDS[count] if count < len(COUNT_WORDS) else number(count)
    return f"{word} {one if count == 1 else several}"


def long_date(day: date) -> str:
    """``mandag den 23. november 2026``."""
    return f"{WEEKDAYS[day.weekday()]} den {day.day}. {MONTHS[day.month - 1]} {day.year}"


def short_date(day: date, beside: date) -> str:
    """``man. 23. nov.``, with the year where it is not that of ``beside``."""
    short = f"{WEEKDAYS[day.weekday()][:3]}. {day_and_month(day)}"
    return short if day.year == beside.year else f"{short} {day.year}"


def medium_date(day: date) -> str:
    """``23. november 2026``."""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def day_and_month(day: date) -> str:
    """``2. nov.``, ``16. maj``."""
    month = MONTHS[day.month - 1]
    return f"{day.day}. {month if len(month) < 5 else month[:3] + '.'}"


def date_range(first: date, last: date) -> str:
    """Both days included: ``26. oktober – 22. november 2026``."""
    if first == last:
        return medium_date(last)
    if first.year != last.year:
        return f"{medium_date(first)} – {medium_date(last)}"
    if first.month != last.month:
        return f"{first.day}. {MONTHS[first.month - 1]} – {medium_date(last)}"
    return f"{first.day}.–{medium_date(last)}"


def clock(moment: datetime) -> str:
    """``kl. 07.00``."""
    return f"kl. {moment:%H.%M}"
