"""Kernel density from the command line, without a database."""

import json
import sys
from pathlib import Path

import pytest

from api.cli import main


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["trygkort", "density", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_table_geojson_and_page(monkeypatch, capsys):
    Path("points.csv").write_text("lon,lat\n" + "12.55,55.69\n" * 7 + "12.551,55.69\n", encoding="utf-8")
    assert call(monkeypatch, "points.csv", "--bandwidth", 200) == 0
    assert "8 points, " in capsys.readouterr().out
    assert call(monkeypatch, "points.csv", "--bandwidth", 200, "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert 7 in [cell["count"] for cell in summary["densest"]]
    collection = json.loads(Path(summary["geojson"]).read_text(encoding="utf-8"))
    assert len(collection["features"]) == summary["cells"]
    assert max(f["properties"]["per_km2"] for f in collection["features"]) == pytest.approx(
        summary["densest"][0]["per_km2"], rel=1e-5
    )
    assert "<html" in Path(summary["page"]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("bandwidth", "sentence"),
    [(10, "bandwidth_m must be at least the 4"), (0, "greater than 0"), (9_999, "choose a coarser resolution")],
)
def test_bandwidths_that_cannot_be_used(bandwidth, sentence, monkeypatch, capsys):
    Path("points.csv").write_text("lon,lat\n12.55,55.69\n", encoding="utf-8")
    assert call(monkeypatch, "points.csv", "--resolution", 11, "--bandwidth", bandwidth) == 2
    error = capsys.readouterr().err.strip()
    assert sentence in error
    assert len(error.splitlines()) == 1
