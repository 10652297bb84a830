"""``trygkort backtest`` on files, without a database."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from api.cli import main

MEMPHIS = Path(__file__).parents[3] / "shared/data/reference/memphis-robberies/memphis_points.csv"


def call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["trygkort", "backtest", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    return ended.value.code or 0, printed.out, printed.err


def events(path: Path, days: int = 400, per_day: int = 2, header: str = "date,lon,lat") -> Path:
    rng = np.random.default_rng(5)
    rows = []
    for day in range(days):
        date = np.datetime64("2025-01-01") + day
        lon, lat = 12.55 + 0.01 * rng.gamma(1, 1, per_day), 55.69 + 0.005 * rng.gamma(1, 1, per_day)
        rows += [f"{date},{x:.5f},{y:.5f}" for x, y in zip(lon, lat, strict=True)]
    path.write_text(header + "\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_table_a_page_and_numbers_for_machines(tmp_path: Path, capsys, monkeypatch) -> None:
    file = events(tmp_path / "haendelser.csv")
    options = (file, "--resolution", 9, "--out", tmp_path)
    code, out, err = call(capsys, monkeypatch, *options)
    assert (code, err) == (0, "")
    assert out.startswith("200 forecasts of 1 day, 2025-07-20 to 2026-02-04: 400 incidents in ")
    assert "last 28 days   log score " in out
    page = tmp_path / "haendelser.backtest.html"
    assert out.endswith(f"{page}\n")
    assert "Prøve af prognoser: haendelser" in page.read_text(encoding="utf-8")
    code, out, _ = call(capsys, monkeypatch, *options, "--json", "--horizon-days", 7, "--from", "2025-03-01")
    summary = json.loads(out)
    assert (summary["from"], summary["forecasts"], summary["incidents"]) == ("2025-03-01", 48, 800)
    assert list(summary["methods"]) == ["intensity", "last 28 days", "last 365 days", "even spread"]
    assert summary["methods"]["even spread"]["pai"]["value"] == pytest.approx(1)
    assert summary["model_against"]["even spread"]["log_score"]["verdict"] == "beats"


def test_events_outside_an_area_are_left_out_and_counted(tmp_path: Path, capsys, monkeypatch) -> None:
    file = events(tmp_path / "haendelser.csv")
    square = [[12.54, 55.68], [12.57, 55.68], [12.57, 55.71], [12.54, 55.71], [12.54, 55.68]]
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps({"type": "FeatureCollection", "features": [shape]}), encoding="utf-8")
    code, out, _ = call(
        capsys, monkeypatch, file, "--resolution", 9, "--area", area, "--out", tmp_path, "--json", "--share", 0.1
    )
    summary = json.loads(out)
    assert code == 0
    assert summary["outside_the_area"] > 20
    assert summary["incidents"] + summary["outside_the_area"] == 800


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--resolution", 16), "--resolution is 16; H3 has 0 to 15"),
        (("--resolution", 3), "the grid has 7 cells at resolution 3; at least 14 are needed"),
        (("--resolution", 9, "--share", 5), "share must be between 0 and 1, found 5.0"),
        (("--resolution", 9, "--half-life-days", 0), "half_life_days must be a number greater than 0, found 0.0"),
        (("--resolution", 9, "--horizon-days", 0), "horizon_days must be a whole number of at least 1, found 0"),
        (("--resolution", 9, "--from", "1.4.2025"), "'1.4.2025' is not a date such as 2026-11-23"),
        (("--resolution", 9, "--from", "2025-01-05"), "there are 4 days of history before the first forecast"),
        (("--resolution", 9, "--from", "2026-01-26"), "there are 10 forecasts of 1 days to score; at least 168"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, capsys, monkeypatch, options, sentence) -> None:
    file = events(tmp_path / "haendelser.csv")
    code, _, err = call(capsys, monkeypatch, file, *options, "--out", tmp_path)
    assert code == 2
    assert sentence in err
    assert err.count("\n") == 1


def test_places_in_metres_have_no_cells(tmp_path: Path, capsys, monkeypatch) -> None:
    file = events(tmp_path / "meter.csv", header="date,x,y")
    code, _, err = call(capsys, monkeypatch, file, "--resolution", 9)
    assert (code, err) == (2, "trygkort: meter.csv has places in metres; H3 cells need lon and lat in degrees\n")


@pytest.mark.skipif(not MEMPHIS.exists(), reason="the Memphis reference points lie beside the repository")
def test_memphis_robberies_beat_chance_but_not_a_count_of_the_year(tmp_path: Path, capsys, monkeypatch) -> None:
    code, out, _ = call(capsys, monkeypatch, MEMPHIS, "--resolution", 8, "--out", tmp_path, "--json")
    summary = json.loads(out)
    assert (code, summary["forecasts"], summary["incidents_scored"]) == (0, 183, 1154)
    assert summary["methods"]["intensity"]["pai"]["lower"] > 4
    assert summary["model_against"]["last 28 days"]["log_score"]["verdict"] == "beats"
    assert not summary["useful"]
