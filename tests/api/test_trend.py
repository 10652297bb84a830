"""Trends of counts from the command line, without a database."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from api.cli import main


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["trygkort", "trend", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def weeks(tmp_path: Path) -> Path:
    """Five years of about six a week, the last nine weeks about sixteen."""
    rng = np.random.default_rng(2)
    counts = [*rng.poisson(6, 261), *rng.poisson(16, 9)]
    rows = "".join(f"{np.datetime64('2021-01-04') + 7 * i};{count}\n" for i, count in enumerate(counts))
    path = tmp_path / "uger.csv"
    path.write_text("dato;antal\n" + rows, encoding="utf-8")
    return path


def test_table_page_and_json_say_the_same(weeks, monkeypatch, capsys, tmp_path):
    assert call(monkeypatch, weeks, "--out", tmp_path / "ud") == 0
    printed = capsys.readouterr().out
    assert "incidents in 270 weeks from 2021-01-04 on; the last 13 judged" in printed
    assert printed.count("  rise\n") == 2
    assert "CUSUM for a rise from" in printed
    assert "CUSUM for a fall from" in printed
    assert "Farrington: alarm 2026-0" in printed
    assert call(monkeypatch, weeks, "--out", tmp_path / "ud", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert [c["class"] for c in summary["comparisons"]] == ["stigning", "stigning"]
    assert summary["comparisons"][0]["lower"] > 1
    assert [watch["side"] for watch in summary["cusum"] if watch["alarms"]] == ["rise"]
    assert sum(week["alarm"] for week in summary["farrington"]) >= 3
    assert summary["mann_kendall"]["seasons"] == 52
    written = json.loads(Path(summary["table"]).read_text(encoding="utf-8"))
    assert written == {name: value for name, value in summary.items() if name not in {"table", "page"}}
    assert "flere hændelser end året før" in Path(summary["page"]).read_text(encoding="utf-8")


def test_until_leaves_out_what_came_later(weeks, monkeypatch, capsys):
    assert call(monkeypatch, weeks, "--until", "2025-12-31", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    # The week from 29 December ends on 4 January.
    assert summary["periods"] == 260
    assert [c["class"] for c in summary["comparisons"]] == ["ingen klar ændring"] * 2


def test_days_of_areas_and_events_are_summed_to_periods(monkeypatch, capsys, tmp_path):
    rng = np.random.default_rng(3)
    days = [np.datetime64("2025-01-01") + int(day) for day in rng.integers(0, 300, 600)]
    events = tmp_path / "events.csv"
    events.write_text("date,kategori\n" + "".join(f"{day},hash\n" for day in days), encoding="utf-8")
    assert call(monkeypatch, events, "--period", "month", "--last", 2, "--json") == 0
    by_month = json.loads(capsys.readouterr().out)
    assert (by_month["period"], by_month["periods"]) == ("month", 9)
    found, number = np.unique(days, return_counts=True)
    areas = tmp_path / "areas.csv"
    rows = "".join(f"{day},{name},{n}\n" for day, n in zip(found, number, strict=True) for name in ("A", "B"))
    areas.write_text("date,area,count\n" + rows, encoding="utf-8")
    assert call(monkeypatch, areas, "--area", "B", "--period", "month", "--last", 2, "--json") == 0
    of_area = json.loads(capsys.readouterr().out)
    assert of_area["comparisons"] == by_month["comparisons"]
    assert call(monkeypatch, areas, "--period", "month", "--last", 2, "--json") == 0
    doubled = json.loads(capsys.readouterr().out)["comparisons"][0]
    assert doubled["after"] == 2 * by_month["comparisons"][0]["after"]


def test_a_short_series_says_what_is_missing(monkeypatch, capsys):
    path = Path("maaneder.csv")
    path.write_text("date,count\n" + "".join(f"2026-{m:02}-01,{m % 3}\n" for m in range(1, 9)), encoding="utf-8")
    assert call(monkeypatch, path) == 0
    printed = capsys.readouterr().out
    assert "too few incidents" in printed
    assert "no comparison with a year earlier: it needs 15 months, found 8" in printed
    assert "no CUSUM: it needs 8 months of history, found 5" in printed
    assert call(monkeypatch, path, "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["farrington"], summary["cusum"]) == (None, [])


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("date,count\n2026-01-05,1\n2026-01-12,2\n2026-01-26,2\n", (), "no row for 2026-01-19; --missing-as-zero"),
        ("date,count\n2026-01-05,1\n2026-01-12,2\n", (), "the last 13 weeks needs as many before them, found 2 in all"),
        ("date,count\n2026-01-05,1\n2026-01-12,2\n", ("--until", "2025-01-01"), "leaves no whole week of the file"),
        ("date,count\n2026-01-05,1\n2026-01-12,2\n", ("--until", "igår"), "'igår' is not a date such as 2026-11-23"),
        (
            "date,count\n2026-01-05,1\n2026-01-12,2\n",
            ("--period", "month"),
            "counts per week cannot be counted per month",
        ),
        ("date,count\n2026-01-05,1\n2026-01-12,2\n", ("--last", "0"), "last must be a whole number of at least 1"),
        ("date,count\n2026-01-05,1\n2026-01-12,2\n", ("--area", "A"), "has no area 'A'; it names none"),
        ("date,count\n2026-01-05,1\n2026-01-05,2\n", (), "line 3: there is an earlier row for 2026-01-05"),
        ("x,y\n1,2\n", (), "needs a column named date"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(content, arguments, sentence, monkeypatch, capsys):
    path = Path("tal.csv")
    path.write_text(content, encoding="utf-8")
    assert call(monkeypatch, path, *arguments) == 2
    error = capsys.readouterr().err.strip()
    assert sentence in error
    assert len(error.splitlines()) == 1
