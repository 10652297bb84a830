import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.cli import main

START = date(2026, 1, 5)
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def trygkort(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["trygkort", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


def points_file(folder: Path, days: int = 84) -> Path:
    """Ten points a day over about a kilometre and a half, and fifteen more a day on one spot in the last week."""
    rng = np.random.default_rng(8)
    day = np.append(np.repeat(np.arange(days), 10), np.repeat(np.arange(days - 7, days), 15))
    lon, lat = 12.55 + rng.uniform(-0.012, 0.012, len(day)), 55.69 + rng.uniform(-0.007, 0.007, len(day))
    lon[days * 10 :], lat[days * 10 :] = 12.55, 55.69
    rows = [f"{START + timedelta(int(d))},{x:.5f},{y:.5f}" for d, x, y in zip(day, lon, lat, strict=True)]
    file = folder / "points.csv"
    file.write_text("date,lon,lat\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_emerging_hot_spots_of_a_file(trygkort: Command, tmp_path: Path) -> None:
    file = points_file(tmp_path)
    code, said, error = trygkort("emerging", file, "--resolution", 9)
    assert (code, error) == (0, "")
    assert "945 points, 12 bins of 7 days" in said
    assert "new hot" in said
    code, said, _ = trygkort("emerging", file, "--resolution", 9, "--json", "--out", tmp_path / "kort")
    summary = json.loads(said)
    assert (code, summary["bins"], summary["start"], summary["left_out"]) == (0, 12, "2026-01-05", 0)
    assert {(row["class"], row["side"]) for row in summary["classes"]} == {("new", "hot")}
    assert max(row["last"] for row in summary["classes"]) >= 105
    collection = json.loads(Path(summary["geojson"]).read_text(encoding="utf-8"))
    assert len(collection["features"]) == summary["cells"]
    assert sum(sum(f["properties"]["counts"]) for f in collection["features"]) == 945
    assert "nyt hotspot" in Path(summary["page"]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--resolution", 16), "--resolution is 16"),
        (("--resolution", 9, "--bins", "four-weeks"), "span 84 days, which is 3 whole bins of 28 days; at least 10"),
        (("--resolution", 9, "--level", 0), "level must be between 0 and 1, found 0"),
        (("--resolution", 9, "--bins-back", -1), "bins_back must be a whole number of at least 0, found -1"),
        (("--resolution", 4), "at least 14 are needed"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    trygkort: Command, tmp_path: Path, options: tuple[object, ...], sentence: str
) -> None:
    code, said, error = trygkort("emerging", points_file(tmp_path), *options)
    assert (code, said) == (2, "")
    assert sentence in error
    assert error.count("\n") == 1


def test_points_in_metres_have_no_grid(trygkort: Command, tmp_path: Path) -> None:
    file = tmp_path / "metres.csv"
    file.write_text("date,x,y\n2026-01-05,723000,6177000\n", encoding="utf-8")
    code, _, error = trygkort("emerging", file, "--resolution", 9)
    assert code == 2
    assert "metres.csv has metres; the grid needs columns named lon and lat" in error
