"""No look at alerts goes round the gate, which logs it first."""

import re
from pathlib import Path

import api

LOOKS = re.compile(r"\.(?:alerts\.(?:alerts|alert|history|evidence|step)|webhook\.(?:entries|wait_again))\(")


def test_only_the_gate_looks_at_alerts() -> None:
    folder = Path(api.__file__).parent
    looking = {
        str(path.relative_to(folder)): found
        for path in folder.rglob("*.py")
        if (found := LOOKS.findall(path.read_text(encoding="utf-8")))
    }
    assert set(looking) == {"gate.py"}, "alerts are read through a verb of api.gate.Gate, which logs who looked"
