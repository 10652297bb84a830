from typing import Any

import pytest

from models.group_roles import GroupRoles, GroupRolesError, parse_group_roles
from models.viewer import Grant, Role

ENTRY = {"name": "analyse", "partnership": "nord", "role": "analyst"}


def test_the_grants_of_all_groups_are_added_up() -> None:
    mapping = parse_group_roles(
        {
            "group": [
                ENTRY,
                ENTRY | {"partnership": "syd"},
                {"name": "styregruppe", "partnership": "nord", "role": "steering"},
            ]
        }
    )
    analyst = {Grant("nord", Role.ANALYST), Grant("syd", Role.ANALYST)}
    assert mapping.grants_of(["analyse", "kantine"]) == analyst
    assert mapping.grants_of(["analyse", "styregruppe"]) == analyst | {Grant("nord", Role.STEERING)}


@pytest.mark.parametrize("groups", [[], ["kantine"], ["ANALYSE"], ["analyse "], [""]])
def test_a_group_that_is_not_named_has_nothing(groups: list[str]) -> None:
    assert GroupRoles({"analyse": frozenset({Grant("nord", Role.ANALYST)})}).grants_of(groups) == frozenset()


@pytest.mark.parametrize(
    ("parsed", "sentence"),
    [
        ({}, "at least one entry"),
        ({"group": []}, "at least one entry"),
        ({"group": ENTRY}, "at least one entry"),
        ({"groups": [ENTRY]}, "found 'groups'"),
        ({"group": ["analyse"]}, "entry 1 of the groups has name, partnership and role, found analyse"),
        ({"group": [ENTRY, {"name": "x", "role": "admin"}]}, "entry 2 .* found name, role"),
        ({"group": [ENTRY | {"note": "x"}]}, "found name, note, partnership, role"),
        ({"group": [ENTRY | {"name": " "}]}, "name in entry 1 .* found ' '"),
        ({"group": [ENTRY | {"partnership": 7}]}, "partnership in entry 1 .* found 7"),
        ({"group": [ENTRY | {"role": "root"}]}, "one of planner, analyst, .* found 'root'"),
    ],
)
def test_what_cannot_be_used_is_named(parsed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(GroupRolesError, match=sentence):
        parse_group_roles(parsed)
