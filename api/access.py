"""Who may use which route, what for, and the finest precision it releases to each role: one declared table.

What is not in the table nobody may use: `create_app` refuses to start with such a route, and the guard refuses it at
run time. ``docs/roles.md`` has this table as text, as ``python -m api.access`` prints it.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from models.audit import Purpose
from models.viewer import Role

Needs = Literal["role", "login", "nothing"]
FINEST_MAP = 10  # resolution of the maps; what is finer is for analysts alone


class Precision(IntEnum):
    """How finely a figure is placed; a higher one holds the lower ones."""

    NONE = 0  # no figure
    AREAS = 1
    CELLS9 = 2
    CELLS10 = 3
    CELLS11 = 4
    POINTS = 5


NONE, AREAS, CELLS10, POINTS = Precision.NONE, Precision.AREAS, Precision.CELLS10, Precision.POINTS

# What a role may see at the most, whatever a rule says.
FINEST: Mapping[Role, Precision] = {
    Role.PLANNER: Precision.CELLS10,
    Role.ANALYST: Precision.POINTS,
    Role.STEERING: Precision.CELLS9,
    Role.GUEST: Precision.CELLS9,
    Role.INGEST: Precision.NONE,
    Role.AUDITOR: Precision.NONE,
    Role.ADMIN: Precision.NONE,
}
# What a role looks for, where the route itself does not say.
PURPOSE: Mapping[Role, Purpose] = {
    Role.PLANNER: "patrol-planning",
    Role.ANALYST: "analysis",
    Role.STEERING: "steering",
    Role.GUEST: "steering",
    Role.INGEST: "intake",
    Role.AUDITOR: "audit",
    Role.ADMIN: "administration",
}
# What the prepared products of a run hold; the gate knows no other.
PRODUCTS: Mapping[str, Precision] = {
    "index.html": CELLS10,  # the busiest places
    "index-planner.html": CELLS10,
    "daily.html": CELLS10,
    "displacement.html": POINTS,  # clusters and their ways over boundaries
    "trend.html": AREAS,
    "scorecard.html": AREAS,  # of the whole map
    "scorecard.json": AREAS,
    "quality.html": POINTS,  # addresses that hold too many incidents
    "cells.geojson": CELLS10,
    "daily-cells.json": CELLS10,
    "displacement.json": POINTS,
    "trends.json": AREAS,
    "quality.json": POINTS,
    "area-counts.bin": AREAS,
    "patrol-basis.bin": CELLS10,
    "cluster-history.json": POINTS,
}


@dataclass(frozen=True)
class Rule:
    """``released``: the roles that may use a route, the one taken first where somebody has several, and the finest
    precision each gets. ``purpose`` where it is the same for every role. ``needs`` login only, or nothing, where no
    role is asked for."""

    released: Mapping[Role, Precision] = field(default_factory=dict)
    purpose: Purpose | None = None
    needs: Needs = "role"

    def role_used(self, roles: Iterable[Role]) -> Role | None:
        """The role in which somebody with ``roles`` uses the route; None where none of them may."""
        held = frozenset(roles)
        return next((role for role in self.released if role in held), None)

    def purpose_of(self, role: Role | None) -> Purpose:
        """What somebody in ``role`` uses the route for."""
        return self.purpose or (PURPOSE[role] if role else "administration")


def _analysis(precision: Precision) -> Rule:
    return Rule({Role.ANALYST: precision}, "analysis")


def _planning(precision: Precision, purpose: Purpose | None = None) -> Rule:
    return Rule({Role.PLANNER: precision, Role.ANALYST: precision}, purpose)


def _open(purpose: Purpose) -> Rule:
    return Rule(purpose=purpose, needs="nothing")


_FIGURELESS = dict.fromkeys([Role.STEERING, Role.GUEST, Role.INGEST, Role.AUDITOR, Role.ADMIN], NONE)

# No figure: who sees a map sees what lies under it.
_BASEMAP = Rule(dict.fromkeys([Role.ANALYST, Role.PLANNER, Role.STEERING, Role.GUEST], NONE))
_OWN = Rule(purpose="administration", needs="login")
_AUDIT = Rule({Role.AUDITOR: NONE}, "audit")
_DECIDED = Rule({Role.PLANNER: CELLS10}, "patrol-planning")
_RELEASED = Rule(dict.fromkeys([Role.STEERING, Role.GUEST, Role.ANALYST, Role.PLANNER], Precision.CELLS9), "steering")

# By method and path as the router has it; HEAD goes by GET, a mount by GET and where it is mounted.
RULES: Mapping[tuple[str, str], Rule] = {
    ("GET", "/"): Rule({Role.ANALYST: CELLS10, Role.PLANNER: CELLS10, **_FIGURELESS}),
    ("GET", "/maps/daily"): _planning(PRODUCTS["daily.html"]),
    ("GET", "/maps/displacement"): _analysis(PRODUCTS["displacement.html"]),
    ("GET", "/maps/trend"): _planning(PRODUCTS["trend.html"]),
    ("GET", "/maps/quality"): _analysis(PRODUCTS["quality.html"]),
    ("GET", "/maps/scorecard"): _planning(PRODUCTS["scorecard.html"]),
    ("GET", "/v1/scorecard"): _planning(PRODUCTS["scorecard.json"]),
    ("GET", "/v1/cells"): _planning(PRODUCTS["cells.geojson"]),
    ("GET", "/v1/daily-cells"): _planning(PRODUCTS["daily-cells.json"]),
    ("GET", "/v1/displacement"): _analysis(PRODUCTS["displacement.json"]),
    ("GET", "/v1/trends"): _planning(PRODUCTS["trends.json"]),
    ("GET", "/v1/quality"): _analysis(PRODUCTS["quality.json"]),
    ("GET", "/v1/runs"): _planning(NONE),
    ("GET", "/v1/watch"): _analysis(AREAS),
    # Beside an alert stand clusters that crossed a boundary, with their centres.
    ("GET", "/v1/alerts"): _analysis(AREAS),
    ("GET", "/v1/alerts/{number}"): _analysis(POINTS),
    ("GET", "/v1/alerts/{number}/evidence"): _analysis(AREAS),
    ("POST", "/v1/alerts/{number}/steps"): _analysis(POINTS),
    ("GET", "/alerts"): _analysis(AREAS),
    ("GET", "/alerts/{number}"): _analysis(POINTS),
    ("POST", "/alerts/{number}"): _analysis(POINTS),
    ("GET", "/alerts.atom"): _analysis(NONE),
    ("GET", "/v1/efforts"): _analysis(AREAS),
    ("POST", "/v1/efforts"): _analysis(AREAS),
    ("GET", "/v1/efforts/{number}"): _analysis(AREAS),
    ("POST", "/v1/efforts/{number}/steps"): _analysis(AREAS),
    ("GET", "/efforts"): _analysis(AREAS),
    ("POST", "/efforts"): _analysis(AREAS),
    ("GET", "/efforts/{number}"): _analysis(AREAS),
    ("POST", "/efforts/{number}"): _analysis(AREAS),
    # Cells of any size, and clusters with their centres.
    ("GET", "/desk"): _analysis(POINTS),
    ("POST", "/desk/questions"): _analysis(POINTS),
    ("POST", "/desk/questions/{number}"): _analysis(NONE),
    ("GET", "/explore"): _analysis(POINTS),
    ("GET", "/v1/explore.{form}"): _analysis(POINTS),
    ("GET", "/plans"): _planning(CELLS10, "patrol-planning"),
    ("POST", "/plans"): _DECIDED,
    ("GET", "/parole"): _planning(CELLS10, "patrol-planning"),
    ("GET", "/parole/{day}/{shift}"): _planning(CELLS10, "patrol-planning"),
    ("GET", "/parole/{day}/{shift}.{form}"): _planning(CELLS10, "patrol-planning"),
    ("GET", "/v1/plans/{day}/{shift}"): _planning(CELLS10, "patrol-planning"),
    ("POST", "/v1/plans/{number}/steps"): _DECIDED,
    ("POST", "/v1/plans/{number}/visits"): _DECIDED,
    ("POST", "/v1/plan-rules"): _DECIDED,
    ("POST", "/v1/plan-rules/{number}/lift"): _DECIDED,
    ("GET", "/basemap/{z}/{x}/{y}"): _BASEMAP,
    ("GET", "/openapi.json"): Rule(dict.fromkeys(Role, NONE), "administration"),
    ("GET", "/maps/release"): _RELEASED,
    ("GET", "/v1/releases"): _RELEASED,
    ("GET", "/v1/releases/{number}"): _RELEASED,
    ("GET", "/reports"): _RELEASED,
    ("GET", "/reports/{number}"): _RELEASED,
    ("GET", "/reports/{number}.pdf"): _RELEASED,
    ("GET", "/audit"): _AUDIT,
    ("GET", "/v1/audit"): _AUDIT,
    ("GET", "/login"): _open("administration"),
    ("POST", "/login"): _open("administration"),
    ("GET", "/login/openid"): _open("administration"),
    ("GET", "/login/openid/callback"): _open("administration"),
    ("GET", "/login/openid/ended"): _open("administration"),
    ("POST", "/login/openid/backchannel"): _open("administration"),
    ("GET", "/logout"): _OWN,
    # A session that has ended can still be logged out of.
    ("POST", "/logout"): _open("administration"),
    ("GET", "/account"): _OWN,
    ("POST", "/account/sessions"): _OWN,
    ("POST", "/account/tokens"): _OWN,
    ("GET", "/language/{language}"): _open("administration"),
    ("GET", "/livez"): _open("health"),
    ("GET", "/readyz"): _open("health"),
    ("GET", "/static"): _open("health"),
}


def rule_of(method: str, path: str) -> Rule | None:
    """The rule of a route; None where nobody may use it.

    >>> rule_of("HEAD", "/v1/cells") is rule_of("GET", "/v1/cells")
    True
    >>> rule_of("DELETE", "/v1/cells") is None
    True
    """
    return RULES.get(("GET" if method == "HEAD" else method, path))


def is_page(path: str) -> bool:
    """Whether people read what is there in a browser, not programs."""
    return not path.startswith(("/v1", "/ogc", "/basemap")) and "." not in path


def allowed(method: str, path: str, roles: Iterable[Role]) -> bool:
    """Whether somebody who is logged in with ``roles`` may use a route."""
    rule = rule_of(method, path)
    return rule is not None and (rule.needs != "role" or rule.role_used(roles) is not None)


def as_table() -> str:
    """The rules as a table of Markdown, a column for each role."""
    head = ("method", "path", "purpose", *Role)
    rows = [head, ("---",) * len(head)]
    for (method, path), rule in RULES.items():
        rows.append((method, f"`{path}`", rule.purpose or "the role's", *(_said(rule, role) for role in Role)))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _said(rule: Rule, role: Role) -> str:
    if rule.needs != "role":
        return {"nothing": "open", "login": "logged in"}[rule.needs]
    return rule.released[role].name.lower() if role in rule.released else ""


if __name__ == "__main__":
    sys.stdout.write(as_table())
