"""Reading messy addresses: what is the street, the number, the corner, and what is cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.address_text import AddressText, house_key, readings


@pytest.mark.parametrize(
    ("text", "street", "number"),
    [
        ("Nørrebrogade 12", "Nørrebrogade", "12"),
        ("Nørrebrogade 12, 3. tv, 2200 København N", "Nørrebrogade", "12"),
        ("Nørrebrogade 12 3. tv", "Nørrebrogade", "12"),
        ("Nørrebrogade 12b st. th.", "Nørrebrogade", "12B"),
        ("nørrebrogade  12 B", "nørrebrogade", "12B"),
        ("Nørrebrogade 012", "Nørrebrogade", "12"),
        ("Nørrebrogade12", "Nørrebrogade", "12"),
        ("Nørrebrogade nr. 12", "Nørrebrogade", "12"),
        ("Nørrebrogade, nr 12 b", "Nørrebrogade", "12B"),
        ("Nørrebrogade 12 st. tv", "Nørrebrogade", "12"),
        ("Nørrebrogade 12 tv", "Nørrebrogade", "12"),
        ("Nørrebrogade 12 i gården", "Nørrebrogade", "12"),
        ("Nørrebrogade 12 (3. sal)", "Nørrebrogade", "12"),
        ("Nørrebrogade 12-3 tv", "Nørrebrogade", "12"),
        ("Nørrebrogade 12/3. th", "Nørrebrogade", "12"),
        ("12 Nørrebrogade", "Nørrebrogade", "12"),
        ("c/o Kiosken, Nørrebrogade 12", "Nørrebrogade", "12"),
        ("Sankt Hans Torv", "Sankt Hans Torv", ""),
        ("Sankt Hans Torv, Kbh. N", "Sankt Hans Torv", ""),
        ("Sankt Hans Torv København N", "Sankt Hans Torv", ""),
        ("Nørrebrogade 2200 København N", "Nørrebrogade", ""),
        # A floor is no house number, and what may be either is none.
        ("Nørrebrogade 3. tv", "Nørrebrogade", ""),
        ("Nørrebrogade 2. sal", "Nørrebrogade", ""),
        ("Nørrebrogade 3 tv", "Nørrebrogade", ""),
        ("Nørrebrogade 12-3", "Nørrebrogade", ""),
        ("Nørrebrogade 12B3", "Nørrebrogade", ""),
    ],
)
def test_an_address_in_one_line_is_split(text: str, street: str, number: str) -> None:
    reading = next(reading for reading in readings(text) if reading.street != "Kiosken")
    assert (reading.street, reading.number, reading.number_to) == (street, number, "")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Nørrebrogade 12-14", ("12", "14")),
        ("Nørrebrogade 12 – 14, st.", ("12", "14")),
        ("Nørrebrogade 12 og 14", ("12", "14")),
        ("Nørrebrogade 12/14", ("12", "14")),
        ("Nørrebrogade 12A-C", ("12A", "12C")),
        ("Nørrebrogade 12 a - 14 b", ("12A", "14B")),
    ],
)
def test_a_range_has_two_ends(text: str, ends: tuple[str, str]) -> None:
    reading = next(readings(text))
    assert (reading.number, reading.number_to) == ends


@pytest.mark.parametrize(
    ("text", "postcode", "region"),
    [
        ("Nørrebrogade 12, 2200 København N", "2200", "2"),
        ("Nørrebrogade 12 DK-2200 Kbh", "2200", "2"),
        ("2200 Kbh N, Nørrebrogade 12", "2200", "2"),
        ("Nørrebrogade 12, Aarhus C", "", "8"),
        ("Nørrebrogade 12, Århus", "", "8"),
        ("Odense Plads 12", "", ""),
    ],
)
def test_postcode_and_town_say_the_region(text: str, postcode: str, region: str) -> None:
    reading = next(readings(text))
    assert (reading.postcode, reading.region) == (postcode, region)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elmegade/Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("Elmegade x Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("hj. Elmegade og Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("Hjørnet af Elmegade & Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("Elmegade hj. Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("Elmegade hj. af Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("Elmegade-Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("krydset Elmegade / Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade")),
        ("Elmegade v/ Guldbergsgade", AddressText("Elmegade", other="Guldbergsgade", away_m=40)),
        ("Ud for Elmegade 4", AddressText("Elmegade", "4", numbered=True, away_m=15)),
        ("Elmegade overfor nr. 4", AddressText("Elmegade", "4", numbered=True, away_m=35)),
        ("Elmegade, ud for nr. 4", AddressText("Elmegade", "4", numbered=True, away_m=15)),
        ("v/Elmegade 4", AddressText("Elmegade", "4", numbered=True, away_m=40)),
        ("i nærheden af Elmegade 4", AddressText("Elmegade", "4", numbered=True, away_m=100)),
        ("Kiosken v/ Elmegade 4", AddressText("Elmegade", "4", numbered=True, away_m=40)),
        ("Elmegade mellem Nørrebrogade og Skt. Hans Torv", AddressText("Elmegade")),
    ],
)
def test_corners_and_nearness_are_among_the_readings(text: str, expected: AddressText) -> None:
    assert expected in list(readings(text))


def test_a_street_that_starts_like_a_nearness_is_read_as_a_street_first() -> None:
    assert next(readings("Ved Kirken 4")) == AddressText("Ved Kirken", "4", numbered=True)


@pytest.mark.parametrize(("number", "key"), [("12 b", "12B"), ("012", "12"), ("12-14", ""), ("", ""), ("st", "")])
def test_a_house_number_has_one_spelling(number: str, key: str) -> None:
    assert house_key(number) == key


@given(st.text(max_size=80))
def test_any_text_has_readings_with_a_street_or_none(text: str) -> None:
    assert all(reading.street.strip() and len(reading.postcode) in {0, 4} for reading in readings(text))


def test_a_very_long_text_is_read_quickly_as_its_beginning() -> None:
    assert next(readings("Elmegade 4, " + "i ved v/ " * 100_000)) == AddressText("Elmegade", "4", numbered=True)
