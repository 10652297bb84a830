"""The guard: what counts as person data, and what must not be taken for it."""

import pytest

from data.intake.person_data import (
    PersonData,
    holds_cpr_numbers,
    is_prose,
    may_be_repeated,
    person_data_in,
    person_data_in_key,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("010170-1234", "a CPR number"),
        ("cpr 0101701234.", "a CPR number"),
        ("290200 1234", "a CPR number"),
        ("jens.hansen+sag@kk.example.dk", "an e-mail address"),
        ("tlf. 12345678", "a phone number"),
        ("12 34 56 78", "a phone number"),
        ("1234 5678", "a phone number"),
        ("+45 12345678", "a phone number"),
        ("0045-12345678", "a phone number"),
        ("AB 12 345", "a number plate"),
        ("bil ab12345 set", "a number plate"),
    ],
)
def test_person_data_is_found(text: str, found: PersonData) -> None:
    assert person_data_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Blågårdsgade 12, 3. tv, 2200 København N",
        "Nørrebrogade 102-104",
        "320170-1234",
        "011370-1234",
        "Vold mod tjenestemand § 119",
        "0100-83912-00123-23",
        "2024",
        "",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    assert person_data_in(text) is None


@pytest.mark.parametrize(
    "key", ["15213800", "2401150001", "AB12345", "0100-83912-00123-23", "HS-2024-000123", "123456789012"]
)
def test_case_numbers_are_not_taken_for_person_data(key: str) -> None:
    assert person_data_in_key(key) is None


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("010170-1234", "a CPR number"),
        ("a@b.dk", "an e-mail address"),
        ("+4512345678", "a phone number"),
        ("AB 12 345", "a number plate"),
    ],
)
def test_what_cannot_be_a_case_number_is_found_in_a_key(key: str, found: PersonData) -> None:
    assert person_data_in_key(key) == found


def test_a_column_of_cpr_numbers_is_told_from_case_numbers_with_a_date() -> None:
    # The first is the well-known example with a valid check digit; the others are made from it.
    assert holds_cpr_numbers(["0707614285", "070761-4285", "0707614293", "sag 12"])
    assert not holds_cpr_numbers([f"24011500{i:02d}" for i in range(50)])
    assert not holds_cpr_numbers([])


@pytest.mark.parametrize("value", ["Cykeltyveri", "Vold mod politi", "§ 245", "uro/støj (plads)", "Trusler"])
def test_a_category_may_be_repeated(value: str) -> None:
    assert may_be_repeated(value)


@pytest.mark.parametrize(
    "value",
    ["Jens Hansen", "Anne-Marie Sørensen", "sag 12345", "a@b.dk", "x" * 41, "ja\nnej", "<b>", "", "to  ord\x1b[2J"],
)
def test_what_may_be_personal_or_break_a_terminal_is_not_repeated(value: str) -> None:
    assert not may_be_repeated(value)


def test_prose_is_long_or_many_words_or_many_lines() -> None:
    assert is_prose("x" * 61)
    assert is_prose("han gik ned ad gaden og så en")
    assert is_prose("a\nb")
    assert not is_prose("Overtrædelse af lov om euforiserende stoffer")
