"""Danish addresses: spellings that are one street, and the honest fallback."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.gazetteer import ADDRESS_ACCURACY_M, Gazetteer, build_gazetteer, house_key, split_address, street_key

# About 1,000 m along the parallel of 55.69°: 1 degree of longitude is 62,677 m there.
NOERREBROGADE = ("Nørrebrogade", [(12.5488, 55.69), (12.5488 + 1000 / 62_677, 55.69)])
SKT_HANS_TORV = (12.56072, 55.69068)


@pytest.fixture
def gazetteer() -> Gazetteer:
    return build_gazetteer(
        streets=[NOERREBROGADE, ("Skt. Hans Torv", [(12.5604, 55.6905), (12.5610, 55.6909)])],
        places=[("Skt. Hans Torv", SKT_HANS_TORV)],
        addresses=[
            ("Nørrebrogade", "12", (12.5600, 55.6880)),
            ("Nørrebrogade", "12B", (12.5601, 55.6881)),
            ("Bjelkes Allé", "7", (12.5450, 55.6930)),
            ("Bjelkes Allé", "9", (12.5460, 55.6930)),
        ],
    )


@pytest.mark.parametrize(
    "spelling",
    [
        "Sankt Hans Torv",
        "SKT. HANS TORV",
        "Sct. Hans Torv",
        "sct hans  torv",
        "Skt.Hans Torv",
        " Skt Hans-Torv ",
        "Skt. Hans Torv",
    ],
)
def test_spellings_of_skt_hans_torv_are_one_street(spelling: str) -> None:
    assert street_key(spelling) == street_key("Skt. Hans Torv")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Aaboulevard", "Åboulevard"),
        ("A\u030aboulevard", "Åboulevard"),
        ("Noerrebrogade", "Nørrebrogade"),
        ("NÖRREBROGADE", "Nørrebrogade"),
        ("Bjelkes Alle", "Bjelkes Allé"),
        ("bjelkes allè", "Bjelkes Allé"),
        ("Faelledvej", "Fælledvej"),
        ("Frederik VIIs Gade", "Frederik VII's Gade"),
        ("Nr. Farimagsgade", "Nørre Farimagsgade"),
        ("Gl. Kongevej", "Gammel Kongevej"),
    ],
)
def test_spellings_fold_to_the_registers_name(spelling: str, name: str) -> None:
    assert street_key(spelling) == street_key(name)


def test_different_streets_stay_different() -> None:
    names = [
        "Ravnsborggade",
        "Ravnsborg Tværgade",
        "Ryesgade",
        "Blågårdsgade",
        "Blågårds Plads",
        "Ågade",
        "Åboulevard",
    ]
    assert len({street_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "street", "number"),
    [
        ("Nørrebrogade 12", "Nørrebrogade", "12"),
        ("Nørrebrogade 12, 3. tv, 2200 København N", "Nørrebrogade", "12"),
        ("Nørrebrogade 12 3. tv", "Nørrebrogade", "12"),
        ("Nørrebrogade 12b st. th.", "Nørrebrogade", "12B"),
        ("nørrebrogade  12 B", "nørrebrogade", "12B"),
        ("Nørrebrogade 012", "Nørrebrogade", "12"),
        ("Nørrebrogade 12 st. tv", "Nørrebrogade", "12"),
        ("Sankt Hans Torv", "Sankt Hans Torv", ""),
        ("Nørrebrogade 12-14", "Nørrebrogade", ""),
        ("", "", ""),
    ],
)
def test_an_address_in_one_line_is_split(text: str, street: str, number: str) -> None:
    found_street, found_number = split_address(text)
    assert (found_street, house_key(found_number)) == (street, number)


def test_a_registered_house_number_is_found_at_its_own_point(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_address("NOERREBROGADE 12 b, 2200 København N")
    assert found is not None
    assert (found.lon, found.lat, found.method) == (12.5601, 55.6881, "address")
    assert found.accuracy_m == ADDRESS_ACCURACY_M


@pytest.mark.parametrize("number", ["14", "12C", "12-14", "120"])
def test_an_unknown_house_number_falls_back_to_the_street(gazetteer: Gazetteer, number: str) -> None:
    found = gazetteer.find("Nørrebrogade", number)
    assert found is not None
    assert found.method == "street"
    assert found.lon == pytest.approx(12.5488 + 500 / 62_677, abs=1e-5)
    assert found.accuracy_m == pytest.approx(500, rel=1e-3)


def test_a_street_known_by_its_addresses_only_is_where_they_are(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("Bjelkes Allé", "8")
    assert found is not None
    assert found.method == "street"
    assert found.lon == pytest.approx(12.5455)
    assert found.accuracy_m == pytest.approx(62.677 / 2, rel=1e-2)


def test_a_place_without_a_number_comes_before_the_street_of_its_name(gazetteer: Gazetteer) -> None:
    place, street = gazetteer.find("Sct. Hans Torv"), gazetteer.find("Sct. Hans Torv", "99")
    assert place is not None
    assert street is not None
    assert ((place.lon, place.lat), place.method, street.method) == (SKT_HANS_TORV, "place", "street")


@pytest.mark.parametrize(("street", "number"), [("Vesterbrogade", "12"), ("", "12"), ("Nørrebro", "")])
def test_an_unknown_street_is_not_found(gazetteer: Gazetteer, street: str, number: str) -> None:
    assert gazetteer.find(street, number) is None


def test_a_number_that_stands_at_two_places_is_no_address() -> None:
    gazetteer = build_gazetteer(addresses=[("Skolegade", "1", (12.55, 55.69)), ("Skolegade", "1", (12.56, 55.69))])
    found = gazetteer.find("Skolegade", "1")
    assert found is not None
    assert found.method == "street"
    assert found.accuracy_m == pytest.approx(313, rel=1e-2)


def test_a_line_of_one_point_is_refused() -> None:
    with pytest.raises(ValueError, match="street 'Stengade' has a line of 1 points"):
        build_gazetteer(streets=[("Stengade", [(12.55, 55.69)])])


@given(st.text(max_size=40), st.text(max_size=8))
def test_any_text_is_found_or_not_without_an_error(street: str, number: str) -> None:
    gazetteer = build_gazetteer(addresses=[("Stengade", "1", (12.55, 55.69))])
    found = gazetteer.find_address(f"{street} {number}")
    assert found is None or street_key(split_address(f"{street} {number}")[0]) == "stengade"
