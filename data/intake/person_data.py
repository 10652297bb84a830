"""The guard against person data: what looks like a CPR number, an e-mail, a phone number or a number plate.

The guard looks at every column that a profile maps to text. It never repeats what it found. Case numbers may
be long numbers, so in a key only shapes that cannot be a case number count.
"""

import re
from collections.abc import Sequence
from typing import Literal

PersonData = Literal["a CPR number", "an e-mail address", "a phone number", "a number plate"]

CPR = re.compile(r"(?<![\d-])(\d{2})(\d{2})(\d{2})[- ]?\d{4}(?![\d-])")
CPR_WRITTEN_OUT = re.compile(r"(?<![\d-])(\d{2})(\d{2})(\d{2})[- ]\d{4}(?![\d-])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
PHONE = re.compile(r"(?<![\d-])(?:\d{8}|\d{2}([ .])\d{2}\1\d{2}\1\d{2}|\d{4} \d{4})(?![\d-])|(?:\+|\b00)45[ -]?\d{2}")
PHONE_WRITTEN_OUT = re.compile(r"(?:\+|\b00)45[ -]?\d{2}|(?<![\d-])\d{2} \d{2} \d{2} \d{2}(?![\d-])")
PLATE = re.compile(r"(?<![^\W_])[A-ZÆØÅ]{2} ?\d{2} ?\d{3}(?![^\W_])", re.IGNORECASE)
PLATE_WRITTEN_OUT = re.compile(r"(?<![^\W_])[A-ZÆØÅ]{2} \d{2} \d{3}(?![^\W_])")

# What any of the shapes for keys must hold, for a first look at a whole column (RE2).
MAY_BE_IN_KEY = r"@|\+45|0045|\d{6}[- ]\d{4}|\d{2} \d{2} |[A-ZÆØÅ]{2} \d{2} \d".replace(r"\d", r"\p{Nd}")

CHECK_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# A value is repeated in a message only if it looks like a category: short, plain, no long numbers.
PLAIN = re.compile(r"(?:§ ?)?[^\W_](?:[^\W_]|[ /&.,()§-]){0,39}")
LONG_NUMBER = re.compile(r"\d{5}")
TWO_CAPITALISED = re.compile(r"[A-ZÆØÅÉÖÜÄ][\w'-]+(?: [A-ZÆØÅÉÖÜÄ][\w'.-]*)+")
PROSE_LENGTH = 60
PROSE_WORDS = 7


def person_data_in(text: str) -> PersonData | None:
    """What ``text`` seems to hold of person data, or None.

    >>> person_data_in("Blågårdsgade 4, tlf. 12 34 56 78")
    'a phone number'
    """
    return _found(text, CPR, PHONE, PLATE)


def person_data_in_key(text: str) -> PersonData | None:
    """Like `person_data_in` for a case number: bare digits and letters may be anything there."""
    return _found(text, CPR_WRITTEN_OUT, PHONE_WRITTEN_OUT, PLATE_WRITTEN_OUT)


def holds_cpr_numbers(values: Sequence[str]) -> bool:
    """Whether at least half of ``values`` are CPR numbers and nothing else, by their date and check digit.

    Newer CPR numbers have no check digit, and a single case number may look like one; a column of them does not.
    """
    matches = [match for match in map(CPR.fullmatch, values) if match]
    certain = sum(_is_date(match) and _has_check_digit(match[0]) for match in matches)
    return certain * 2 >= len(values) > 0


def is_prose(value: str) -> bool:
    """Whether ``value`` is free text rather than a category: long, many words, or several lines."""
    return len(value) > PROSE_LENGTH or len(value.split()) > PROSE_WORDS or "\n" in value


def may_be_repeated(value: str) -> bool:
    """Whether ``value`` may stand in a message: it looks like a category and not like a person.

    Two words that both start with a capital may be a name, and are not repeated.
    """
    return (
        PLAIN.fullmatch(value) is not None
        and LONG_NUMBER.search(value) is None
        and TWO_CAPITALISED.fullmatch(value) is None
        and person_data_in(value) is None
        and not is_prose(value)
    )


def _found(text: str, cpr: re.Pattern[str], phone: re.Pattern[str], plate: re.Pattern[str]) -> PersonData | None:
    if any(_is_date(match) for match in cpr.finditer(text)):
        return "a CPR number"
    if "@" in text and EMAIL.search(text):
        return "an e-mail address"
    if phone.search(text):
        return "a phone number"
    return "a number plate" if plate.search(text) else None


def _has_check_digit(number: str) -> bool:
    digits = [int(c) for c in number if c.isdecimal()]
    return sum(weight * digit for weight, digit in zip(CHECK_WEIGHTS, digits, strict=True)) % 11 == 0


def _is_date(match: re.Match[str]) -> bool:
    day, month = int(match[1]), int(match[2])
    return 1 <= month <= 12 and 1 <= day <= DAYS_IN_MONTH[month - 1]
