"""The hit rate and accuracy classes of an import, and its warning."""

from pathlib import Path
from typing import Any

import pytest

from data.geocode_report import GeocodeReport
from data.intake.profile import parse_profile
from data.intake.reading import open_incidents, read_incidents
from data.partnerships import load_partnership
from geo.gazetteer import build_gazetteer

HEADER = "sagsnr;fra;kategori;adresse\n"
PROFILE: dict[str, Any] = {
    "name": "test",
    "version": 1,
    "columns": {"key": "sagsnr", "occurred_from": "fra", "category": "kategori", "address": "adresse"},
    "values": {"time_format": "%Y-%m-%d"},
}


def report(tmp_path: Path, *addresses: str) -> GeocodeReport:
    path = tmp_path / "sager.csv"
    rows = [f"{i};2024-06-01;vold;{address}\n" for i, address in enumerate(addresses)]
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    counted = GeocodeReport()
    profile = parse_profile(PROFILE)
    blocks = read_incidents(
        open_incidents(path, profile),
        profile,
        load_partnership(None),
        secret=b"a secret of the tests",
        now_s=1_735_000_000,
        gazetteer=build_gazetteer(
            streets=[("Blågårdsgade", [(12.5560, 55.6880), (12.5590, 55.6860)])],
            addresses=[
                ("Blågårds Plads", "2", (12.5578, 55.6865)),
                ("Stengade", "1", (12.5560, 55.6880)),
                ("Stengade", "1", (12.5590, 55.6860)),
            ],
        ),
    )
    assert sum(block.read for block in counted.counting(blocks)) == len(addresses)
    return counted


def test_hit_rate_methods_and_classes_are_told(tmp_path: Path) -> None:
    told = report(tmp_path, *["Blågårds Plads 2"] * 9, "Blågårdsgade 7", "Stengade 1")
    assert told.hit_rate == pytest.approx(10 / 11)
    assert told.lines() == [
        "addresses found: 90.9% (9 address, 1 street); accuracy: 9 point, 1 street",
        "1 rows fit several places: 'trygkort geocode review' lists what to decide",
    ]


def test_below_85_per_cent_there_is_a_warning(tmp_path: Path) -> None:
    last = report(tmp_path, *["Blågårds Plads 2"] * 5, "Ukendtvej 3").lines()[-1]
    assert last.startswith("warning: only 83.3% of the addresses were found, less than 85%; ")


def test_a_file_without_addresses_tells_nothing() -> None:
    assert GeocodeReport().lines() == []
