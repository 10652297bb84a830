"""Real addresses written in many messy ways: found at their own point, or honestly not; hardly ever wrong."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from data.gazetteers import load_gazetteer
from data.partnerships import load_sketch
from geo.gazetteer import Found, Gazetteer, Lookup, build_gazetteer
from geo.streets import LonLat, metres_between
from tests.messy_addresses import WAYS

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "noerrebro" / "addresses.csv"
MOST_WRONG = 0.005
# Written apart from the shared file: a bare clone has this one only.
OWN = [
    ("Blågårds Plads", "2", (12.5578, 55.6865)),
    ("Blågårds Plads", "4A", (12.5580, 55.6867)),
    ("Frederik VII's Gade", "5", (12.5490, 55.6890)),
    ("Nørrebrogade", "12", (12.5600, 55.6880)),
    ("Nørrebrogade", "12B", (12.5602, 55.6879)),
    ("Nørrebrogade", "14", (12.5598, 55.6882)),
    ("Skt. Hans Torv", "3", (12.5607, 55.6907)),
    ("Åboulevard", "107", (12.5480, 55.6850)),
    ("Bjelkes Allé", "7", (12.5450, 55.6930)),
    ("Ågade", "90", (12.5450, 55.6880)),
]
Address = tuple[str, str, LonLat]


def outcome_of(found: Lookup, truth: LonLat) -> str:
    """``own``, ``wrong``, the method where it is honestly less, or ``not found``."""
    if not isinstance(found, Found):
        return "not found"
    away_m = metres_between((found.lon, found.lat), truth)
    return "own" if away_m < 1 else "wrong" if away_m > found.accuracy_m else found.method


def table(gazetteer: Gazetteer, addresses: list[Address]) -> dict[str, Counter[str]]:
    dice = random.Random(20261123)
    return {
        way: Counter(
            outcome_of(gazetteer.find_address(write(street, number, dice)), truth)
            for street, number, truth in addresses
        )
        for way, write in WAYS.items()
    }


@pytest.fixture(scope="module")
def shared() -> list[Address]:
    if not SHARED.is_file():
        pytest.skip(f"the development data {SHARED} is not beside this clone")
    with SHARED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row["vejnavn"], row["husnr"], (float(row["lon"]), float(row["lat"]))) for row in rows]


def check(outcomes: dict[str, Counter[str]]) -> None:
    assert len(outcomes) >= 15
    in_all = sum(outcomes.values(), Counter[str]())
    assert in_all["wrong"] < MOST_WRONG * in_all.total()
    for way, counts in outcomes.items():
        least = 0.85 if way in {"one letter wrong", "abbreviated"} else 1.0
        assert counts["own"] >= least * counts.total(), (way, counts)


def test_every_address_is_found_however_it_is_written(shared: list[Address]) -> None:
    assert len(shared) == 621
    check(table(load_gazetteer(load_sketch(None), SHARED), shared))


def test_own_addresses_are_found_however_they_are_written() -> None:
    outcomes = table(build_gazetteer(addresses=OWN), OWN * 5)
    for way in ("one letter wrong", "abbreviated"):
        assert outcomes.pop(way)["wrong"] == 0
    check(outcomes)


def test_an_address_that_the_register_lacks_is_never_a_confident_wrong_point(shared: list[Address]) -> None:
    sketch, dice, outcomes = load_sketch(None), random.Random(7), Counter[str]()
    for _ in range(10):
        missing = set(dice.sample(range(len(shared)), len(shared) // 10))
        known = [address for i, address in enumerate(shared) if i not in missing]
        gazetteer = _with(sketch, known)
        for i in missing:
            street, number, truth = shared[i]
            write = dice.choice(list(WAYS.values()))
            outcomes[outcome_of(gazetteer.find_address(write(street, number, dice)), truth)] += 1
    assert outcomes["own"] <= 0.02 * outcomes.total()
    assert outcomes["wrong"] < MOST_WRONG * outcomes.total(), outcomes
    assert outcomes["street"] > 0.8 * outcomes.total()


def test_a_street_that_the_register_lacks_is_not_found(shared: list[Address]) -> None:
    dice, wrong = random.Random(7), 0
    for left_out in sorted({street for street, _, _ in shared}):
        gazetteer = _with(None, [address for address in shared if address[0] != left_out])
        asked = [address for address in shared if address[0] == left_out]
        for street, number, _ in asked:
            for write in WAYS.values():
                wrong += isinstance(gazetteer.find_address(write(street, number, dice)), Found)
    assert wrong < MOST_WRONG * len(shared) * len(WAYS)


def test_a_range_reaches_both_its_ends(shared: list[Address]) -> None:
    gazetteer = load_gazetteer(load_sketch(None), SHARED)
    points = {(street, number): truth for street, number, truth in shared}
    wrong = ranges = 0
    for (street, number), truth in points.items():
        if number.isdecimal() and (end := points.get((street, str(int(number) + 2)))):
            found = gazetteer.find_address(f"{street} {number}-{int(number) + 2}, st.")
            ranges += 1
            assert isinstance(found, Found)
            assert found.method == "range"
            wrong += any(metres_between((found.lon, found.lat), p) > found.accuracy_m for p in (truth, end))
    assert ranges > 100
    assert wrong == 0


def _with(sketch: object, addresses: list[Address]) -> Gazetteer:
    from data.gazetteers import _places, _streets

    features = sketch if isinstance(sketch, dict) else {}
    return build_gazetteer(streets=_streets(features), places=_places(features), addresses=addresses)
