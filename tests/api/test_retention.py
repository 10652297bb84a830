from datetime import date
from pathlib import Path

from tests.api.conftest import Command
from tests.api.test_cli import GOOD, HEADER, refused


def test_what_is_past_its_time_is_said_held_deleted_and_proven(trygkort: Command, tmp_path: Path) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(HEADER + GOOD)
    assert trygkort("import", file, "--profile", "demo").returncode == 0
    would = trygkort("retention", "--dry-run", "--date", "2026-07-01").stdout
    assert "incident.point  before 2026-04-02          1 rows would be deleted" in would
    assert trygkort("retention", "proof").stdout == "nothing was deleted yet\n"
    held = trygkort("retention", "hold", "add", "--from", "2026-03-01", "--to", "2026-04-01", "--reason", "court-case")
    assert held.stdout == "hold 1 is placed\n"
    assert "incident.point  before 2026-04-02          0 rows" in trygkort("retention", "--date", "2026-07-01").stdout
    assert trygkort("retention", "hold", "lift", "1").stdout == "hold 1 is lifted\n"
    assert "court-case (lifted" in trygkort("retention", "hold", "list").stdout
    daily = trygkort("daily", "--date", "2026-07-01")
    assert "retention: 1 of incident.point (points before 2026-04-02)\n" in daily.stdout
    assert "incident.point  before 2026-04-02          1 rows" in trygkort("retention", "proof").stdout
    assert "accepted 1 (new 0, changed 0, known 1)" in trygkort("import", file, "--profile", "demo").stdout


def test_what_cannot_be_is_one_sentence(trygkort: Command) -> None:
    sentence = refused(trygkort("retention", "--date", str(date(2999, 1, 1))))
    assert sentence.endswith("found 2999-01-01: it would delete too early")
    held = ("hold", "add", "--from", "2026-03-01", "--to", "2026-04-01", "--reason", "court-case", "--area", "x")
    assert "area must be one of indre-noerrebro, " in refused(trygkort("retention", *held))
