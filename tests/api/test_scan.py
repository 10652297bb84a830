"""``trygkort scan`` on files, without a database."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main
from models.calendar import to_date
from tests.models.test_cell_scan import strewn

MEMPHIS = Path(__file__).parents[3] / "shared/data/reference/memphis-robberies/memphis_points.csv"
Scan = Callable[..., tuple[int, str, str]]
QUICK = ("--resolution", "9", "--replicates", "99", "--max-duration", "14")


@pytest.fixture
def points(tmp_path: Path) -> Path:
    path = tmp_path / "punkter.csv"
    lon, lat, day = strewn(170, planted=8)
    rows = [f"{x:.6f},{y:.6f},{to_date(d)}" for x, y, d in zip(lon, lat, day.tolist(), strict=True)]
    path.write_text("lon,lat,date\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scan:
    """Calls ``trygkort scan``, which writes into an empty folder; exit code, output, errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["trygkort", "scan", *map(str, arguments), "--out", str(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


def test_clusters_of_a_file(points: Path, scan: Scan) -> None:
    code, out, error = scan(points, *QUICK, "--json")
    assert (code, error) == (0, "")
    summary = json.loads(out)
    assert summary["incidents"] == 178
    assert summary["stop"] == "2024-10-05"
    assert summary["clusters"][0]["detected"]
    assert summary["clusters"][0]["recurrence_days"] == 100
    collection = json.loads(Path(summary["geojson"]).read_text(encoding="utf-8"))
    assert [f["properties"]["p"] for f in collection["features"]] == [c["p"] for c in summary["clusters"]]
    assert "1 påvist klynge" in Path(summary["page"]).read_text(encoding="utf-8")
    assert json.loads(scan(points, *QUICK, "--json")[1]) == summary
    _, table, _ = scan(points, *QUICK, "--method", "poisson")
    assert "178 incidents in" in table
    assert "100 days  detected" in table


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("lon,lat,date\n12.5,55.6,2026-01-01\n", (), "max_duration must be at most 0, half of the 1 days"),
        ("lon,lat\n12.5,55.6\n", (), "needs a column named date"),
        ("x_m,y_m,date\n725000,6176000,2026-01-01\n", (), "cells need longitude and latitude"),
        (
            "lon,lat,date\n12.5,55.6,2026-01-01\n12.5,55.6,2026-03-01\n",
            (),
            "at least 10 incidents in the period, found 2",
        ),
        ("lon,lat,date\n12.5,55.6,2026-01-01\n", ("--resolution", "16"), "--resolution is 16"),
        ("lon,lat,date\n12.5,55.6,2026-01-01\n", ("--seed", "-1"), "--seed must be 0 or more"),
        ("lon,lat,date\n12.5,55.6,2026-01-01\n", ("--until", "i går"), "'i går' is not a date such as"),
        ("lon,lat,date\n12.5,55.6,i går\n", (), "column date is not a date"),
    ],
)
def test_one_plain_sentence(content: str, options: tuple[str, ...], sentence: str, tmp_path: Path, scan: Scan) -> None:
    path = tmp_path / "punkter.csv"
    path.write_text(content, encoding="utf-8")
    code, _, error = scan(path, *QUICK, *options)
    assert code == 2
    assert sentence in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.skipif(not MEMPHIS.exists(), reason="the Memphis reference points lie beside the repository")
def test_memphis(scan: Scan) -> None:
    options = ("--resolution", "7", "--replicates", "99", "--until", "2019-06-30", "--json")
    code, out, _ = scan(MEMPHIS, *options)
    summary = json.loads(out)
    assert code == 0
    assert (summary["start"], summary["stop"], summary["incidents"]) == ("2019-04-08", "2019-07-01", 562)
