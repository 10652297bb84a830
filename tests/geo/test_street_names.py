"""Spellings that are one street, and names that must stay apart."""

import pytest

from geo.street_names import bare_key, street_key


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
        ("Nørrebrogd.", "Nørrebrogade"),
        ("Griffenfeldsg.", "Griffenfeldsgade"),
        ("Solitudev.", "Solitudevej"),
        ("Bjelkes Alle", "Bjelkes Allé"),
        ("bjelkes allè", "Bjelkes Allé"),
        ("Bjelkes Al.", "Bjelkes Allé"),
        ("Blågårds Pl.", "Blågårds Plads"),
        ("Faelledvej", "Fælledvej"),
        ("Frederik VIIs Gade", "Frederik VII's Gade"),
        ("Frederik 7.s Gade", "Frederik VII's Gade"),
        ("Nr. Farimagsgade", "Nørre Farimagsgade"),
        ("Gl. Kongevej", "Gammel Kongevej"),
        ("Ndr. Fasanvej", "Nordre Fasanvej"),
        ("Sdr. Boulevard", "Søndre Boulevard"),
        ("Kgs. Nytorv", "Kongens Nytorv"),
        ("St. Kongensgade", "Store Kongensgade"),
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
    assert len({bare_key(street_key(name)) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("spelling", "name"), [("Norrebrogade", "Nørrebrogade"), ("BLAGARDS PLADS", "Blågårds Plads"), ("Agade", "Ågade")]
)
def test_a_name_without_its_dots_and_rings_is_the_same_bare_name(spelling: str, name: str) -> None:
    assert street_key(spelling) != street_key(name)
    assert bare_key(street_key(spelling)) == bare_key(street_key(name))
