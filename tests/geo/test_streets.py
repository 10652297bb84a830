"""Streets of one name: how far each reaches, and which are several."""

import numpy as np

from geo.streets import House, metres_between, streets_of


def test_one_name_in_two_towns_is_two_streets_with_their_own_postcodes() -> None:
    streets = streets_of(
        "Skolegade",
        [np.array([(12.55, 55.69), (12.552, 55.69)])],
        [House((12.551, 55.69), 4, "2200"), House((10.2, 56.15), 2, "8000"), House((10.2, 56.151), 8, "8000")],
    )
    assert [(street.postcodes, street.has_line, street.numbers) for street in streets] == [
        ({"2200"}, True, (4, 4)),
        ({"8000"}, False, (2, 8)),
    ]


def test_a_long_line_is_one_street_and_reaches_all_its_points() -> None:
    line = np.array([(12.50, 55.60), (12.50, 55.70), (12.60, 55.70)])
    (street,) = streets_of("Landevejen", [line], [House((12.61, 55.70), 900)])
    assert all(metres_between((street.lon, street.lat), (x, y)) < street.reach_m for x, y in [*line, (12.61, 55.70)])


def test_a_number_past_those_known_may_be_farther_away() -> None:
    (street,) = streets_of("Stengade", [], [House((12.55, 55.69), n) for n in (2, 4, 6, 20)])
    assert street.reach_of_m(8) == street.reach_m
    assert street.reach_of_m(22) == street.reach_of_m(1) == 2 * street.reach_m
