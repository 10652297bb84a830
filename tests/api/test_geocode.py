"""``trygkort geocode`` and the way of an ambiguous address through import, review and import."""

import os
import sys
from pathlib import Path

import pytest

from api.cli import main

REGISTER = (
    "vejnavn,husnr,postnr,lon,lat\nStengade,1,2200,12.5560,55.6880\nStengade,1,2100,12.5590,55.6860\n"
    "Blågårds Plads,2,2200,12.55787,55.68650\n"
)
FILE = (
    "sagsnr;fra;til;anmeldt;kategori;adresse\n"
    "1;01-06-2024 10:00;;;vold;Blågårds Pl. 2, st.\n2;01-06-2024 10:00;;;vold;STENGADE 1, 3. tv\n"
)


@pytest.fixture
def home(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("TRYGKORT_")]:
        monkeypatch.delenv(name)
    (tmp_path / "adresser.csv").write_text(REGISTER, encoding="utf-8")
    (tmp_path / "sager.csv").write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("TRYGKORT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRYGKORT_DATABASE_URL", database)
    monkeypatch.setenv("TRYGKORT_GAZETTEER", str(tmp_path / "adresser.csv"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["trygkort", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    return (ended.value.code if isinstance(ended.value.code, int) else 0), printed.out + printed.err


def test_a_decision_is_used_by_the_next_import(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def trygkort(*arguments: str) -> tuple[int, str]:
        return call(monkeypatch, capsys, *arguments)

    code, said = trygkort("import", "sager.csv", "--profile", "adresse")
    assert code == 0, said
    assert "accepted 1 (new 1, changed 0, known 0), rejected 1" in said
    assert "1 × address-ambiguous" in said
    assert "addresses found: 50.0% (1 address); accuracy: 1 point" in said
    assert "warning: only 50.0%" in said
    code, listed = trygkort("geocode", "review")
    assert (code, listed.splitlines()[:2]) == (0, ["1 to decide, 0 decided", "'stengade 1'"])
    assert "2  Stengade 1 2100: 12.55900 55.68600, address, accuracy 10 m (point)" in listed
    assert trygkort("geocode", "review", "stengade 1") == (
        2,
        "trygkort: say which it is: --candidate N, --point LON LAT, or --nowhere\n",
    )
    code, said = trygkort("geocode", "review", "stengade 1", "--candidate", "2")
    assert (code, said) == (0, "'stengade 1' is Stengade 1 2100: import the file again\n")
    assert trygkort("geocode", "review") == (0, "0 to decide, 1 decided\n")
    own = trygkort("geocode", "review", "stengade 1", "--point", "12.557", "55.687", "--accuracy-m", "40")
    assert own == (0, "'stengade 1' is the point 12.55700 55.68700: import the file again\n")
    assert trygkort("geocode", "find", "Stengade 1")[1].startswith("12.55700 55.68700, decision, accuracy 40 m")
    for wrong in (("--point", "556.0", "12.0"), ("--point", "12.5", "55.6", "--accuracy-m", "0")):
        assert trygkort("geocode", "review", "stengade 1", *wrong)[0] == 2
    assert trygkort("geocode", "review", "stengade 1", "--candidate", "1", "--nowhere")[0] == 2
    code, said = trygkort("import", "sager.csv", "--profile", "adresse")
    assert "accepted 2 (new 1, changed 0, known 1), rejected 0" in said
    assert "addresses found: 100.0% (1 address, 1 decision)" in said


def test_an_address_can_be_tried(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(monkeypatch, capsys, "geocode", "find", "ud for Blågårds Plads 2")
    assert said == (0, "12.55787 55.68650, near-address, accuracy 25 m (near), score 0.90\n")
    assert call(monkeypatch, capsys, "geocode", "find", "Vesterbrogade 3") == (0, "not found\n")
    assert call(monkeypatch, capsys, "geocode", "find", "Stengade 1")[1].startswith("'stengade 1' fits 2 places\n")
    assert call(monkeypatch, capsys, "geocode", "review", "x", "--nowhere")[0] == 2
