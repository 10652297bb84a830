"""Which groups of an identity provider have which roles; a group that is not named has none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from geo.errors import PlainError
from models.viewer import Grant, Role

FIELDS = frozenset({"name", "partnership", "role"})


class GroupRolesError(PlainError, ValueError):
    """A mapping of groups that cannot be used; the sentence names the entry."""


@dataclass(frozen=True)
class GroupRoles:
    """What is granted to the members of each group.

    >>> mapping = GroupRoles({"analyse": frozenset({Grant("nord", Role.ANALYST)})})
    >>> mapping.grants_of(["analyse", "kantine"])
    frozenset({Grant(partnership='nord', role=<Role.ANALYST: 'analyst'>)})
    >>> mapping.grants_of(["Analyse"])
    frozenset()
    """

    grants: Mapping[str, frozenset[Grant]]

    def grants_of(self, groups: Collection[str]) -> frozenset[Grant]:
        """Everything granted to a member of ``groups``; names count letter by letter."""
        return frozenset[Grant]().union(*(self.grants.get(group, ()) for group in groups))


def parse_group_roles(parsed: Mapping[str, Any]) -> GroupRoles:
    """The mapping of a parsed file with entries ``[[group]]``; raises `GroupRolesError`.

    >>> parse_group_roles({"group": [{"name": "analyse", "partnership": "nord", "role": "analyst"}]}).grants_of(["x"])
    frozenset()
    """
    if unknown := parsed.keys() - {"group"}:
        raise GroupRolesError(f"a mapping of groups has entries [[group]] only, found '{min(unknown)}'")
    entries = parsed.get("group", [])
    if not isinstance(entries, list) or not entries:
        raise GroupRolesError("a mapping of groups needs at least one entry [[group]], found none")
    found: dict[str, frozenset[Grant]] = {}
    for number, entry in enumerate(entries, start=1):
        group, grant = _entry(number, entry)
        found[group] = found.get(group, frozenset()) | {grant}
    return GroupRoles(found)


def _entry(number: int, entry: object) -> tuple[str, Grant]:
    if not isinstance(entry, Mapping) or entry.keys() != FIELDS:
        found = ", ".join(sorted(map(str, entry))) if isinstance(entry, Mapping) else entry
        raise GroupRolesError(f"entry {number} of the groups has name, partnership and role, found {found}")
    for field in sorted(FIELDS):
        if not isinstance(entry[field], str) or not entry[field].strip():
            raise GroupRolesError(f"{field} in entry {number} of the groups must be text, found {entry[field]!r}")
    if entry["role"] not in set(Role):
        known = ", ".join(Role)
        raise GroupRolesError(f"role in entry {number} of the groups must be one of {known}, found {entry['role']!r}")
    return entry["name"], Grant(entry["partnership"], Role(entry["role"]))
