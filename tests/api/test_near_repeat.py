"""Near repeats from the command line, without a database."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from api.cli import main

HEADER = "x,y,date\n"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["trygkort", "near-repeat", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def chains(tmp_path: Path) -> Path:
    """Forty chains of three events a few metres and days apart, far from one another."""
    rng = np.random.default_rng(1)
    rows = []
    for chain in range(40):
        x, y, day = 5_000 * chain, 3_000 * (chain % 7), int(rng.integers(0, 300))
        rows += [f"{x + 20 * k},{y},{np.datetime64('2026-01-01') + day + k}" for k in range(3)]
    path = tmp_path / "kæder.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_table_page_and_json_say_the_same(chains, monkeypatch, capsys, tmp_path):
    assert call(monkeypatch, chains, "--space", "0,100,inf", "--time", "0,7,inf", "--out", tmp_path) == 0
    printed = capsys.readouterr().out
    assert "120 events, 999 permutations, manhattan distance, seed 1" in printed
    near = next(line for line in printed.splitlines() if line.startswith("0 to <100 m"))
    assert "*     120  0.001" in near
    arguments = ("--space", "0,100,inf", "--time", "0,7,inf", "--out", tmp_path, "--json")
    assert call(monkeypatch, chains, *arguments) == 0
    summary = json.loads(capsys.readouterr().out)
    field = summary["fields"][2]
    assert (field["from_m"], field["to_m"], field["from_days"], field["to_days"]) == (0, 100, 0, 7)
    assert field["observed"] == 120
    assert field["p_table"] == 0.001
    assert summary["fields"][-1]["to_m"] is summary["fields"][-1]["p_table"] is None
    written = json.loads(Path(summary["table"]).read_text(encoding="utf-8"))
    assert written["fields"] == summary["fields"]
    assert sum(field["observed"] for field in written["fields"]) == math.comb(120, 2)
    assert "0–100" in Path(summary["page"]).read_text(encoding="utf-8")


def test_without_a_band_for_the_same_place_it_is_near(monkeypatch, capsys):
    path = Path("points.csv")
    path.write_text(HEADER + "".join(f"1,2,2026-01-{day:02d}\n" for day in (1, 2, 9, 30)), encoding="utf-8")
    assert call(monkeypatch, path, "--same-place", -1, "--space", "0,10", "--time", "0,7", "--json") == 0
    (field,) = json.loads(capsys.readouterr().out)["fields"]
    assert (field["same_place"], field["observed"]) == (False, 1)
    assert call(monkeypatch, path, "--space", "0,10", "--time", "0,7", "--json") == 0
    same, near = json.loads(capsys.readouterr().out)["fields"]
    assert (same["same_place"], same["observed"], near["observed"]) == (True, 1, 0)


def test_the_seed_decides_and_degrees_are_projected(monkeypatch, capsys, tmp_path):
    rng = np.random.default_rng(2)
    rows = [
        f"{12.55 + a:.6f},{55.69 + b:.6f},2026-03-{day:02d}"
        for a, b, day in zip(*rng.normal(0, 0.002, (2, 80)), rng.integers(1, 28, 80), strict=True)
    ]
    path = tmp_path / "points.csv"
    path.write_text("lon,lat,date\n" + "\n".join(rows) + "\n", encoding="utf-8")
    said = []
    for seed in (3, 3, 4):
        assert call(monkeypatch, path, "--seed", seed, "--permutations", 99, "--out", tmp_path, "--json") == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1]
    assert [f["p"] for f in said[0]["fields"]] != [f["p"] for f in said[2]["fields"]]
    assert sum(f["observed"] for f in said[0]["fields"]) > 100


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("x,y,date\n1,2,2026-01-01\n1,2,2026-01-05\n", (), "near repeats need at least 3 events, found 2"),
        ("x,y,date\n" + "1,2,2026-01-01\n" * 4, (), "found 4 events on one day"),
        ("x,y,date\n1,2,2026-01-01\n", ("--space", "0,a"), "--space must be numbers with commas between them"),
        ("x,y,date\n1,2,2026-01-01\n", ("--time", "0,7,7"), "time_edges_days must be at least two rising numbers"),
        ("x,y,date\n1,2,2026-01-01\n", ("--permutations", "0"), "permutations must be a whole number of at least 1"),
        ("x,y,date\n1,2,yesterday\n", (), "line 2: column date is not a date"),
        ("x,y\n1,2\n", (), "needs a column named date"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(content, arguments, sentence, monkeypatch, capsys):
    path = Path("points.csv")
    path.write_text(content, encoding="utf-8")
    assert call(monkeypatch, path, *arguments) == 2
    error = capsys.readouterr().err.strip()
    assert sentence in error
    assert len(error.splitlines()) == 1


def test_too_many_pairs_are_refused_before_any_work(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("models.close_pairs.MOST_PAIRS", 1_000)
    path = tmp_path / "points.csv"
    rows = [f"1,2,2026-01-{day:02d}" for day in range(1, 29)] * 3
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    assert call(monkeypatch, path, "--out", tmp_path) == 2
    assert "3,486 pairs of points lie within the bands, more than 1,000" in capsys.readouterr().err
