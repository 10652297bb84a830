"""``trygkort displacement watch``, run as a person runs it."""

import csv
import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.cli import main

FIRST = date(2023, 1, 2)
ONSET = 500
AREAS = ("Nord", "Øst", "Vest", "Syd")
HEAD = "date,neighbour,category,class,onset,p,recurrence_days,displaced_share,lower,upper"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def watch(monkeypatch, capsys, tmp_path):
    def call(file: Path, **changed: str) -> Outcome:
        options = {
            "treated": "Nord",
            "neighbours": "Øst, Vest",
            "control": "Syd",
            "from": "2024-02-01",
            "out": str(tmp_path / "alerts.csv"),
            "years": "20",
        } | changed
        flags = [word for name, value in options.items() for word in (f"--{name}", value) if word != "yes"]
        monkeypatch.setattr(sys, "argv", ["trygkort", "displacement", "watch", str(file), *flags])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Outcome(ended.value.code or 0, said.out, said.err)

    return call


@pytest.fixture(scope="module")
def counts(tmp_path_factory) -> Path:
    """600 days; from day 500 on nearly all thefts of Nord happen in Vest."""
    mean = np.tile([[1.0, 0.7], [1.0, 0.7], [1.2, 0.5], [3.0, 2.0]], (600, 1, 1))
    mean[ONSET:, 0, 0] -= 0.9
    mean[ONSET:, 2, 0] += 0.9
    found = np.random.default_rng(2).poisson(mean)
    path = tmp_path_factory.mktemp("watch") / "counts.csv"
    rows = [
        f"{FIRST + timedelta(days=int(day))},{AREAS[area]},{('theft', 'harm')[category]},{found[day, area, category]}"
        for day, area, category in np.argwhere(found > 0)
    ]
    path.write_text("\n".join(["date,area,category,count", *rows]) + "\n", encoding="utf-8")
    return path


def alerts_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_the_planted_displacement_is_in_the_file(watch, counts, tmp_path):
    ended = watch(counts)
    assert ended.code == 0, ended.err
    text = (tmp_path / "alerts.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == HEAD
    onset = FIRST + timedelta(days=ONSET)
    found = [row for row in alerts_of(text) if row["date"] >= str(onset)]
    first = found[0]
    assert (first["neighbour"], first["category"], first["class"]) == ("Vest", "theft", "displacement")
    assert date.fromisoformat(first["date"]) < onset + timedelta(days=25)
    assert abs((date.fromisoformat(first["onset"]) - onset).days) <= 7
    assert 0 < float(first["p"]) < 0.1
    assert float(first["recurrence_days"]) > 100
    assert 0 <= float(first["lower"]) <= float(first["displaced_share"]) <= float(first["upper"]) <= 1
    assert "Nord -" in ended.out
    assert "by chance once in" in ended.out
    assert str(tmp_path / "alerts.csv") in ended.out


def test_a_shorter_file_gives_the_same_rows_up_to_its_end(watch, counts, tmp_path):
    watch(counts)
    whole = (tmp_path / "alerts.csv").read_text(encoding="utf-8").splitlines()
    stop = FIRST + timedelta(days=ONSET + 30)
    rows = counts.read_text(encoding="utf-8").splitlines()
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("\n".join([rows[0], *(row for row in rows[1:] if row[:10] < str(stop))]), encoding="utf-8")
    watch(shorter)
    then = (tmp_path / "alerts.csv").read_text(encoding="utf-8").splitlines()
    assert then == [whole[0], *(row for row in whole[1:] if row[:10] < str(stop))]
    assert len(then) > 1


def test_machines_get_the_evidence(watch, counts):
    ended = watch(counts, json="yes")
    found = json.loads(ended.out)
    assert [alert["neighbour"] for alert in found["alerts"]].count("Vest") >= 1
    assert found["alerts"][-1]["log_odds"] >= found["thresholds"][0]["threshold"]
    assert set(found["thresholds"][0]["dispersion"]) == {"harm", "theft", "all"}


def test_good_effects_that_spread_are_rows_of_their_class(watch, tmp_path):
    """From day 500 on most thefts of Nord and of Vest are gone."""
    mean = np.tile([[1.5, 0.7], [1.0, 0.7], [1.5, 0.5], [3.0, 2.0]], (600, 1, 1))
    mean[ONSET:, [0, 2], 0] *= 0.2
    counts = np.random.default_rng(2).poisson(mean)
    rows = [
        f"{FIRST + timedelta(days=int(day))},{AREAS[area]},{('theft', 'harm')[category]},{counts[day, area, category]}"
        for day, area, category in np.argwhere(counts > 0)
    ]
    path = tmp_path / "spread.csv"
    path.write_text("\n".join(["date,area,category,count", *rows]) + "\n", encoding="utf-8")
    ended = watch(path)
    assert ended.code == 0, ended.err
    onset = FIRST + timedelta(days=ONSET)
    found = alerts_of((tmp_path / "alerts.csv").read_text(encoding="utf-8"))
    assert [row["date"] for row in found] == sorted(row["date"] for row in found)
    [row] = [row for row in found if row["date"] >= str(onset) and row["neighbour"] == "Vest"]
    assert row["class"] == "diffusion-of-benefit"
    assert row["category"] in {"theft", "all"}
    assert (row["displaced_share"], row["lower"], row["upper"]) == ("", "", "")
    assert "good effects spread: the neighbour fell by 0." in ended.out
    said = json.loads(watch(path, json="yes").out)
    [alert] = [a for a in said["alerts"] if a["date"] >= str(onset) and a["neighbour"] == "Vest"]
    assert 0 < alert["lower"] < alert["neighbour_fall"] < alert["upper"] < 1
    assert alert["log_odds"] >= said["diffusion_thresholds"][0]["threshold"]


def test_areas_without_a_role_are_named(watch, counts):
    assert "without a role and left out: Øst" in watch(counts, neighbours="Vest").out


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"treated": "Midt"}, "counts.csv has no area 'Midt'; it has Nord, Syd, Vest, Øst"),
        ({"control": "Vest"}, "an area has one role: 'Vest' is named more than once"),
        ({"neighbours": ","}, "--neighbours must name at least one area"),
        ({"control": " "}, "--control must name at least one area"),
        ({"from": "2023-03-01"}, "--from must be at least 168 days after the first day of counts.csv, 2023-01-02"),
        ({"from": "2026-01-01"}, "--from must not be after the last day of counts.csv, 2024-08-23, found 2026-01-01"),
        ({"years": "1"}, "years must be a whole number of at least 5, found 1"),
        ({"alerts_per_year": "0"}, "alerts_per_year must be a number greater than 0, found 0.0"),
        ({"confidence": "1"}, "confidence must be between 0 and 1, found 1.0"),
    ],
)
def test_bad_input_is_one_plain_sentence(watch, counts, changed, sentence):
    ended = watch(counts, **{name.replace("_", "-"): value for name, value in changed.items()})
    assert ended.code == 2
    assert sentence in ended.err
    assert "Traceback" not in ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_a_file_without_counts_is_refused(watch, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("date,area,category\n2024-01-01,Nord,theft\n", encoding="utf-8")
    ended = watch(path)
    assert ended.code == 2
    assert "needs a column named count" in ended.err


def test_what_the_watch_can_find_is_a_file_of_its_own(watch, counts, tmp_path):
    ended = watch(counts, power=str(tmp_path / "power.csv"))
    assert ended.code == 0, ended.err
    assert ended.out.endswith(f"alerts.csv\n{tmp_path / 'power.csv'}\n")
    rows = alerts_of((tmp_path / "power.csv").read_text(encoding="utf-8"))
    assert [(row["neighbour"], row["category"]) for row in rows] == [
        (neighbour, category) for neighbour in ("Øst", "Vest") for category in ("harm", "theft", "all")
    ]
    for row in rows:
        assert 0 < float(row["smallest_fall"]) <= 1
        moved = float(row["smallest_fall"]) * float(row["treated_in_28_days"])
        assert float(row["smallest_moved"]) == pytest.approx(moved, abs=0.3)
        assert int(row["all_moved_median_days"]) <= int(row["half_moved_median_days"] or 85)
        assert int(row["all_moved_median_days"]) <= int(row["all_moved_most_days"])
    # The thefts that moved were found as soon as the file says: nearly all of Nord's went to Vest.
    vest = next(row for row in rows if (row["neighbour"], row["category"]) == ("Vest", "theft"))
    onset = FIRST + timedelta(days=ONSET)
    found = alerts_of((tmp_path / "alerts.csv").read_text(encoding="utf-8"))
    about = [
        date.fromisoformat(row["date"]) for row in found if row["neighbour"] == "Vest" and row["date"] >= str(onset)
    ]
    assert (min(about) - onset).days + 1 <= int(vest["half_moved_most_days"] or 84)
