"""No look goes round the gate, which logs it first."""

import re
from pathlib import Path

import api

LOOKS = re.compile(
    r"\.(?:alerts\.(?:alerts|alert|history|evidence|step)|webhook\.(?:entries|wait_again)"
    r"|plans\.(?:plan|visits|document|feedback|visit|step|lift_rule|place_rule|zones|add_zone|withdraw_zone)"
    r"|releases\.(?:releases|withdraw|writing)|reports\.(?:reports|report|publish)|indicators\.(?:add|values))\("
)
# What makes something of the store beside the gate, and is logged as what it makes.
MAKES = {
    "audit_routes.py": "hands the store to the reader of the log, which logs each reading",
    "plan_changes.py": "hands the store to what makes plans",
    "releasing.py": "counts what a release is made of",
    "webhook.py": "sends what waits in the outbox",
}


def _found(pattern: re.Pattern[str]) -> dict[str, list[str]]:
    folder = Path(api.__file__).parent
    return {
        str(path.relative_to(folder)): found
        for path in folder.rglob("*.py")
        if (found := pattern.findall(path.read_text(encoding="utf-8")))
    }


def test_only_the_gate_looks() -> None:
    assert set(_found(LOOKS)) == {"gate.py"}, "figures are read through a verb of api.gate.Gate, which logs who looked"


def test_the_store_behind_the_gate_is_for_what_makes_something() -> None:
    assert set(_found(re.compile(r"gate\.store\b"))) == set(MAKES)
