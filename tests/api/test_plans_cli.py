"""Plans and zones on the command line, on a run of the demonstration's own incidents."""

import json
from pathlib import Path

import pytest

from api.demo import DEMO_DATE
from data.store import Store
from tests.api.conftest import Command
from tests.api.test_cli import refused
from tests.api.test_plan_routes import store_with_run

__all__ = ["store_with_run"]
SUPPRESS = ("--reason", "no-access", "--beat", "indre-noerrebro")


@pytest.fixture
def plans(trygkort: Command, store_with_run: Store) -> Command:
    return trygkort


def test_a_plan_is_shown_approved_and_changed(plans: Command, tmp_path: Path) -> None:
    listed = json.loads(plans("plan", "list", "--json").stdout)
    night = next(one for one in listed if (one["shift"], one["beat"]) == ("nat", "indre-noerrebro"))
    number, cell = night["id"], night["stops"][0]["cell"]
    assert f"{number}  {DEMO_DATE}  nat  indre-noerrebro" in plans("plan", "list").stdout
    assert night["stops"][0]["place"] in plans("plan", "show", number).stdout
    assert plans("plan", "approve", number).stdout == f"plan {number} is approved\n"
    assert "is approved already" in refused(plans("plan", "approve", number))
    assert plans("plan", "withdraw", number).stdout == f"plan {number} is a draft again\n"
    assert plans("plan", "visit", number, "--cell", cell, "--number", 1).stdout == f"visit 1 of plan {number}: done\n"
    placed = plans("plan", "suppress", cell, *SUPPRESS, "--days", 2).stdout
    assert placed.startswith("rule ")
    again = json.loads(plans("plan", "list", "--json").stdout)
    after = next(one for one in again if (one["shift"], one["beat"]) == ("nat", "indre-noerrebro"))
    assert cell not in [stop["cell"] for stop in after["stops"]]
    assert plans("plan", "lift", placed.split()[1]).stdout.endswith("is lifted\n")


def test_sheets_are_written_as_files(plans: Command, tmp_path: Path) -> None:
    assert plans("plan", "sheet", "--shift", "nat", "--out", tmp_path / "ud").returncode == 0
    written = {file.name for file in (tmp_path / "ud").iterdir()}
    assert {f"parole-{DEMO_DATE}-nat-indre-noerrebro.{form}" for form in ("pdf", "gpx", "ics", "txt")} <= written
    assert (tmp_path / "ud" / f"parole-{DEMO_DATE}-nat-indre-noerrebro.pdf").read_bytes().startswith(b"%PDF-")
    assert "there is no plan of the shift" in refused(plans("plan", "sheet", "--shift", "nat", "--beat", "x"))


def test_what_cannot_be_is_one_sentence(plans: Command) -> None:
    assert "is not a cell" in refused(plans("plan", "suppress", "nonsense", *SUPPRESS))
    assert "does not lie in the beat" in refused(plans("plan", "suppress", "8a1f05d9d4effff", *SUPPRESS))
    assert "there is no plan 999" in refused(plans("plan", "show", 999))
    assert "a rule must last 1 to 92 days" in refused(
        plans("plan", "suppress", "8a1f05d9d4effff", *SUPPRESS, "--days", 99)
    )


def test_zones(trygkort: Command) -> None:
    zone = ("--kind", "search-zone", "--area", "indre-noerrebro", "--decided", "2026-11-01")
    span = ("--from", "2026-11-02T12:00", "--to", "2026-11-09T12:00")
    assert trygkort("zone", "list").stdout == "no zones\n"
    assert trygkort("zone", "add", *zone, *span).stdout == "zone 1 is entered\n"
    assert "1  search-zone  indre-noerrebro  2026-11-02T" in trygkort("zone", "list").stdout
    assert "area must be one of" in refused(trygkort("zone", "add", *zone, *span, "--area", "x"))
    assert "a time must be YYYY-MM-DDTHH:MM" in refused(
        trygkort("zone", "add", *zone, "--from", "nu", "--to", "2026-11-03")
    )
    assert trygkort("zone", "withdraw", 1).stdout == "zone 1 is withdrawn\n"
    assert "there is no zone 1" in refused(trygkort("zone", "withdraw", 1))
