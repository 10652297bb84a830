"""English is whole: every Danish text of the pages has its words, and the same fields."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from maps.danish import amount, clock, date_range, long_date, number, p_equation, short_date
from maps.language import speaking

ROOT = Path(__file__).parents[2]
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.j2", "jinja2"),
    ("static/leaflet.js", "ignore"),
    ("static/*.js", "javascript"),
]
OPTIONS = {"static/*.js": {"parse_template_string": "true"}}
KEYWORDS = {"_": None, "N_": None, "n_": (1, 2), "ngettext": (1, 2), "gettext": None}
# Texts in Danish that stand in settings, not in the code.
IN_SETTINGS = {
    "Aften 15-23", "Dag 07-15", "Nat 23-07", "Hash og narkotika", "Hærværk og brand", "Indbrud", "Røveri", "Tyveri",
    "Uro og utryghed", "Vold og trusler",
}  # fmt: skip


def texts() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for package in ("maps", "api"):
        for name, _, text, _, _ in extract_from_dir(ROOT / package, METHODS, OPTIONS, keywords=KEYWORDS):
            yield f"{package}/{name}", text


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text))


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    with (ROOT / "maps" / "locale" / "en.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    words = {}
    for message in catalogue:
        one, many = (
            (message.id, message.string) if isinstance(message.id, tuple) else ((message.id,), (message.string,))
        )
        words.update(zip(one, many, strict=True))
    return words


def test_every_text_has_its_english(english: dict[str, str]) -> None:
    said = [(where, text) for where, found in texts() for text in ((found,) if isinstance(found, str) else found)]
    assert [f"{where}: {text}" for where, text in said if text and not english.get(text)] == []


def test_nothing_in_the_catalogue_is_of_yesterday(english: dict[str, str]) -> None:
    said = {text for _, found in texts() for text in ((found,) if isinstance(found, str) else found)}
    assert set(english) - said - {""} == IN_SETTINGS


def test_the_fields_are_the_same(english: dict[str, str]) -> None:
    assert [text for text, said in english.items() if fields(text) != fields(said)] == []


def test_numbers_and_dates_in_english() -> None:
    from datetime import date, datetime

    day = date(2026, 11, 23)
    with speaking("en"):
        assert number(-1234.5, 1) == "−1,234.5"
        assert p_equation(0.0001) == "p < 0.001"
        assert amount(1, "area", "areas") == "one area"
        assert long_date(day) == "Monday 23 November 2026"
        assert short_date(day, day) == "Mon 23 Nov"
        assert date_range(date(2026, 11, 20), day) == "20–23 November 2026"
        assert clock(datetime(2026, 11, 23, 7, 5)) == "07:05"  # noqa: DTZ001 - only the clock is shown
