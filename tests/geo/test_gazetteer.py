"""Danish addresses to points: the register's own point, an honest fallback, or a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.gazetteer import ADDRESS_ACCURACY_M, Ambiguous, Found, Gazetteer, accuracy_class, build_gazetteer
from geo.streets import metres_between

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


def test_a_registered_house_number_is_found_at_its_own_point(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_address("NOERREBROGADE 12 b, 2200 København N")
    assert isinstance(found, Found)
    assert (found.lon, found.lat, found.method) == (12.5601, 55.6881, "address")
    assert found.accuracy_m == ADDRESS_ACCURACY_M


@pytest.mark.parametrize("number", ["14", "12C", "12-14", "120", "12-3"])
def test_an_unknown_house_number_falls_back_to_the_street(gazetteer: Gazetteer, number: str) -> None:
    found = gazetteer.find("Nørrebrogade", number)
    assert isinstance(found, Found)
    assert (found.method, found.accuracy_class) == ("street", "street")
    assert found.lon == pytest.approx(12.5488 + 500 / 62_677, abs=1e-5)
    # Number 12 is the only one known: others may stand past what is known of the street.
    assert (1_000 if number != "12-3" else 500) < found.accuracy_m < 1_420
    assert found.score < 0.6


def test_a_street_known_by_its_addresses_only_is_where_they_are(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("Bjelkes Allé", "8")
    assert isinstance(found, Found)
    assert found.method == "street"
    assert found.lon == pytest.approx(12.5455)
    assert found.accuracy_m == 400


def test_a_place_without_a_number_comes_before_the_street_of_its_name(gazetteer: Gazetteer) -> None:
    place, street = gazetteer.find("Sct. Hans Torv"), gazetteer.find("Sct. Hans Torv", "99")
    assert isinstance(place, Found)
    assert isinstance(street, Found)
    assert ((place.lon, place.lat), place.method, street.method) == (SKT_HANS_TORV, "place", "street")


@pytest.mark.parametrize(
    ("street", "number"),
    [("Vesterbrogade", "12"), ("", "12"), ("Nørrebro", ""), ("12", ""), ("Nørrebrogade 12, 8000 Aarhus C", "")],
)
def test_an_unknown_street_is_not_found(gazetteer: Gazetteer, street: str, number: str) -> None:
    assert gazetteer.find(street, number) is None


def test_a_range_lies_between_its_ends_and_reaches_both(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_address("Nørrebrogade 12-12B, 1. sal")
    assert isinstance(found, Found)
    assert (found.lon, found.lat) == (pytest.approx(12.56005), pytest.approx(55.68805))
    assert found.method == "range"
    assert found.accuracy_m == pytest.approx(metres_between((12.56, 55.688), (12.5601, 55.6881)) / 2 + 10, abs=0.1)


def test_a_range_around_a_bend_stays_in_the_street() -> None:
    bend = [(12.55, 55.69), (12.55, 55.692), (12.553, 55.692)]
    gazetteer = build_gazetteer(
        streets=[("Knækgade", bend)],
        addresses=[("Knækgade", "2", (12.5501, 55.6901)), ("Knækgade", "8", (12.5529, 55.6919))],
    )
    found = gazetteer.find_address("Knækgade 2-8")
    assert isinstance(found, Found)
    assert found.lon == pytest.approx(12.55, abs=1e-4) or found.lat == pytest.approx(55.692, abs=1e-4)
    assert metres_between((found.lon, found.lat), (12.5501, 55.6901)) <= found.accuracy_m
    assert metres_between((found.lon, found.lat), (12.5529, 55.6919)) <= found.accuracy_m


@pytest.mark.parametrize(
    ("text", "more_m"),
    [("Ud for Nørrebrogade 12", 15), ("Nørrebrogade overfor nr. 12", 35), ("v/Nørrebrogade 12", 40)],
)
def test_near_an_address_is_less_accurate_than_at_it(gazetteer: Gazetteer, text: str, more_m: float) -> None:
    found = gazetteer.find_address(text)
    assert isinstance(found, Found)
    assert (found.method, found.accuracy_m) == ("near-address", ADDRESS_ACCURACY_M + more_m)
    assert (found.lon, found.lat) == (12.5600, 55.6880)
    assert found.score < 1


def test_one_wrong_letter_is_corrected_where_only_one_name_is_meant(gazetteer: Gazetteer) -> None:
    for text in ("Nørebrogade 12", "Nørrebrogaed 12", "Norrebrogode 12"):
        found = gazetteer.find_address(text)
        assert isinstance(found, Found), text
        assert ((found.lon, found.lat), found.score) == ((12.5600, 55.6880), 0.8), text


@pytest.mark.parametrize("text", ["Torrebrogade 12", "Nørrebovej 12", "Bjelke 7"])
def test_other_names_are_not_corrected(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find_address(text) is None


def test_a_misspelling_between_two_streets_is_a_question() -> None:
    gazetteer = build_gazetteer(
        addresses=[("Holmensgade", "1", (12.55, 55.69)), ("Holmevsgade", "1", (12.56, 55.69))],
    )
    outcome = gazetteer.find_address("Holmebsgade 1, 2200 København N")
    assert isinstance(outcome, Ambiguous)
    assert outcome.asked == "holmebsgade 1 2200"
    assert [candidate.name for candidate in outcome.candidates] == ["Holmensgade 1", "Holmevsgade 1"]


def test_a_number_that_stands_at_two_places_is_a_question_until_the_postcode_says_which() -> None:
    gazetteer = build_gazetteer(
        addresses=[
            ("Skolegade", "1", (12.55, 55.69), "2200"),
            ("Skolegade", "1", (12.40, 55.69), "2700"),
            ("Skolegade", "3", (12.40, 55.69), "2700"),
        ]
    )
    outcome = gazetteer.find("Skolegade", "1")
    assert isinstance(outcome, Ambiguous)
    assert [candidate.name for candidate in outcome.candidates] == ["Skolegade 1 2200", "Skolegade 1 2700"]
    found = gazetteer.find_address("Skolegade 1, 2700 Brønshøj")
    assert isinstance(found, Found)
    assert (found.lon, found.method) == (12.40, "address")
    # Neither street has the number: both streets are candidates, and no point between them.
    streets = gazetteer.find("Skolegade", "99")
    assert isinstance(streets, Ambiguous)
    assert [candidate.name for candidate in streets.candidates] == ["Skolegade 2200", "Skolegade 2700"]


def test_a_postcode_that_contradicts_the_register_is_a_question() -> None:
    gazetteer = build_gazetteer(addresses=[("Skolegade", "1", (12.55, 55.69), "2200")])
    assert isinstance(gazetteer.find_address("Skolegade 1, 2100 København Ø"), Ambiguous)
    assert gazetteer.find_address("Skolegade 1, 8000 Aarhus C") is None


def test_a_place_has_its_own_accuracy() -> None:
    gazetteer = build_gazetteer(places=[("Hans Tavsens Park", (12.55, 55.69), 120.0)])
    for text in ("hans tavsens park", "i Hans Tavsens Park", "Legepladsen v/ Hans Tavsens Park, 2200 Kbh N"):
        found = gazetteer.find_address(text)
        assert isinstance(found, Found), text
        assert (found.lon, found.method, found.accuracy_class) in {
            (12.55, "place", "block"),
            (12.55, "place", "street"),
        }, text


@pytest.fixture
def crossing() -> Gazetteer:
    return build_gazetteer(
        streets=[
            ("Elmegade", [(12.5500, 55.6900), (12.5600, 55.6900)]),
            ("Guldbergsgade", [(12.5550, 55.6890), (12.5550, 55.6950)]),
            ("Ringgade", [(12.5520, 55.6890), (12.5520, 55.6950), (12.5580, 55.6950), (12.5580, 55.6890)]),
            ("Fjerngade", [(12.5500, 55.6800), (12.5600, 55.6800)]),
        ],
        places=[("Runddelen", (12.5505, 55.6901)), ("Søen", (12.6, 55.7))],
        addresses=[("Elmegade", "4", (12.5510, 55.6901))],
    )


@pytest.mark.parametrize(
    "text",
    [
        "Elmegade/Guldbergsgade",
        "Elmegade x Guldbergsgade",
        "hj. Elmegade og Guldbergsgade",
        "Hjørnet af Guldbergsgade og Elmegade, 2200 Kbh N",
        "Elmegade v/ Guldbergsgade",
        "ELMEGADE HJ. GULDBERGSGADE",
        "Elmegade, ved Guldbergsgade",
        "Elmegade-Guldbergsgade",
        "Elmegade / Guldbergsgde",
    ],
)
def test_a_corner_is_where_the_two_streets_meet(crossing: Gazetteer, text: str) -> None:
    found = crossing.find_address(text)
    assert isinstance(found, Found)
    assert (found.lon, found.lat, found.method) == (pytest.approx(12.555), pytest.approx(55.69), "corner")
    assert found.accuracy_m == pytest.approx(20)


def test_streets_that_meet_twice_or_never_are_questions(crossing: Gazetteer) -> None:
    twice, never = crossing.find_address("Elmegade/Ringgade"), crossing.find_address("Elmegade/Fjerngade")
    assert isinstance(twice, Ambiguous)
    assert isinstance(never, Ambiguous)
    assert [round(candidate.found.lon, 4) for candidate in twice.candidates] == [12.552, 12.558]
    assert [candidate.name for candidate in never.candidates] == ["Elmegade", "Fjerngade"]


def test_a_known_street_beside_something_unknown_is_the_street(crossing: Gazetteer) -> None:
    for text in ("Elmegade v/ kiosken", "kiosken ved Elmegade", "Elmegade mellem Guldbergsgade og Ringgade"):
        found = crossing.find_address(text)
        assert isinstance(found, Found), text
        assert found.method == "street", text


def test_a_place_on_a_street_is_the_place_only_where_it_lies_there(crossing: Gazetteer) -> None:
    near, far = crossing.find_address("Elmegade v/ Runddelen"), crossing.find_address("Elmegade v/ Søen")
    assert isinstance(near, Found)
    assert (near.lon, near.method) == (12.5505, "place")
    assert isinstance(far, Ambiguous)


def test_an_address_at_a_corner_is_the_address(crossing: Gazetteer) -> None:
    found = crossing.find_address("Elmegade 4 / Guldbergsgade")
    assert isinstance(found, Found)
    assert (found.lon, found.method, found.accuracy_m) == (12.5510, "address", ADDRESS_ACCURACY_M)


def test_a_line_of_one_point_is_refused() -> None:
    with pytest.raises(ValueError, match="street 'Stengade' has a line of 1 points"):
        build_gazetteer(streets=[("Stengade", [(12.55, 55.69)])])


@pytest.mark.parametrize(
    ("accuracy_m", "name"),
    [(10, "point"), (15, "point"), (15.1, "near"), (60, "near"), (150, "block"), (151, "street")],
)
def test_accuracy_has_four_classes(accuracy_m: float, name: str) -> None:
    assert accuracy_class(accuracy_m) == name


@given(st.text(max_size=60), st.text(max_size=12))
def test_any_text_is_found_or_not_without_an_error(street: str, number: str) -> None:
    gazetteer = build_gazetteer(addresses=[("Stengade", "1", (12.55, 55.69))])
    outcome = gazetteer.find(street, number)
    assert outcome is None or "ten" in (street + number).casefold()
