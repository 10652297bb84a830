"""``trygkort displacement``, run as a person runs it."""

import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest

from api.cli import main

PUBLISHED = (
    *("--treated", "207,110", "--control", "308,318"),
    *("--displaced", "178,157", "--displaced-control", "150,140"),
)


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def displacement(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["trygkort", "displacement", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Outcome(ended.value.code or 0, said.out, said.err)

    return call


@pytest.fixture
def wdd(displacement):
    return lambda *arguments: displacement("wdd", *arguments)


@pytest.fixture
def weeks(tmp_path):
    """40 weeks of which the last eight have seven incidents fewer in the treated area."""
    rng = np.random.default_rng(7)
    counts = rng.poisson(14, (40, 2))
    counts[32:, 0] = np.maximum(counts[32:, 0] - 7, 0)
    rows = [f"{date(2026, 1, 5) + timedelta(days=7 * k)},{t},{c}" for k, (t, c) in enumerate(counts)]
    path = tmp_path / "uger.csv"
    path.write_text("\n".join(["date,treated,control", *rows]) + "\n", encoding="utf-8")
    return path


START = date(2026, 1, 5) + timedelta(days=7 * 32)


def test_a_series_and_its_page(displacement, weeks, tmp_path):
    told = displacement("series", weeks, "--start", START, "--out", tmp_path)
    assert told.code == 0, told.err
    assert f"difference since {START}, 32 periods before it" in told.out
    assert "ratio of ratios 0." in told.out
    assert "earlier dates (at least 0.250)" in told.out
    page = (tmp_path / "uger.displacement.html").read_text(encoding="utf-8")
    assert "<html" in page
    found = json.loads(displacement("series", weeks, "--start", START, "--out", tmp_path, "--json").out)
    assert len(found["wdd"]) == len(found["from"]) == 8
    assert found["band_upper"][-1] < 0
    counts = np.loadtxt(weeks, delimiter=",", skiprows=1, usecols=(1, 2))
    before, after = counts[:32].sum(axis=0), counts[32:].sum(axis=0)
    expected = (after - before / 4) @ [1, -1]
    assert found["wdd"][-1] == pytest.approx(expected)
    assert found["ratio_of_ratios"]["ratio"] == pytest.approx(after[0] * before[1] / (before[0] * after[1]))


def test_a_short_series_says_what_it_cannot_tell(displacement, tmp_path):
    path = tmp_path / "dage.csv"
    path.write_text("date,treated,control\n2026-03-01,1,0\n2026-03-02,0,1\n2026-03-03,0,2\n", encoding="utf-8")
    told = displacement("series", path, "--start", "2026-03-02", "--out", tmp_path)
    assert told.code == 0, told.err
    assert "taken as Poisson counts: the dispersion needs at least 3 periods of history, found 1" in told.out
    assert "no ratio of ratios: a ratio of ratios needs incidents in all four sums" in told.out
    assert "no placebo: a placebo in time needs at least 5 periods, found 3" in told.out


@pytest.mark.parametrize("start", ["2025-01-01", "2027-01-01"])
def test_a_start_outside_the_series_is_one_sentence(displacement, weeks, start):
    outcome = displacement("series", weeks, "--start", start)
    assert outcome.code == 2
    assert outcome.err.startswith(f"trygkort: --start {start} leaves no period")
    assert outcome.err.count("\n") == 1


def test_published_example(wdd):
    """Wheeler & Ratcliffe (2018), table 2."""
    told = wdd(*PUBLISHED)
    assert told.code == 0, told.err
    [both] = [line for line in told.out.splitlines() if line.startswith("both")]
    assert both.split() == ["both", "-118.0", "39.6", "-195.6", "to", "-40.4", "-2.98", "0.0029"]
    assert "diffusion: the surroundings gained as well" in told.out
    assert told.out.strip().endswith(
        "Beside the controls the area and its surroundings together had 118 incidents fewer than before, beyond what "
        "chance explains (p 0.0029)."
    )


def test_published_example_for_machines(wdd):
    found = json.loads(wdd(*PUBLISHED, "--json").out)
    assert found["wdd"] == -118
    assert found["standard_error"] == pytest.approx(1568**0.5)
    assert (found["local"]["wdd"], found["displacement"]["wdd"]) == (-107, -11)
    assert found["p_small_counts"] is None
    assert found["quotients"]["wdq"]["value"] == pytest.approx(8_248 / 31_946)
    assert found["quotients"]["meaning"] == "diffusion"


def test_areas_days_weights_and_confidence(wdd):
    """ptools 2.0.0, tests/testthat/test-wdd.R."""
    areas = json.loads(wdd(*PUBLISHED, "--areas", "1.2,0.9,1.5,1.6", "--json").out)
    assert areas["wdd"] == pytest.approx(-99.69444444)
    assert areas["unit"] == "incidents per unit of area"
    days = json.loads(wdd("--treated", "80,20", "--control", "100,50", "--days", "730,365", "--json").out)
    assert (days["wdd"], days["standard_error"]) == pytest.approx((-20, 115**0.5))
    halved = json.loads(wdd(*PUBLISHED, "--weights", "0.5,0.5,0.5,0.5", "--json", "--confidence", "0.9").out)
    assert halved["wdd"] == -59
    assert halved["upper"] == pytest.approx(-59 + 1.6448536 * 1568**0.5 / 2)


def test_harm_of_several_crime_types(wdd):
    types = ("--treated", "20,10", "--treated", "25,20", "--treated", "70,20")
    controls = ("--control", "20,20", "--control", "30,30", "--control", "80,60")
    found = json.loads(wdd(*types, *controls, "--harm", "10,5,1", "--json").out)
    assert (found["wdd"], found["unit"]) == (-155, "points of harm")
    assert found["standard_error"] == pytest.approx(9_855**0.5)
    assert json.loads(wdd(*types, *controls, "--json").out)["wdd"] == -45


def test_small_counts_are_told_and_judged_exactly(wdd):
    told = wdd("--treated", "7,2", "--control", "4,5").out
    assert "Too few incidents to rely on that interval and p" in told
    # Two-sided binomial test of 6 in 18.
    assert "The p-value for small counts is 0.2379 (exact)." in told
    assert "Chance alone could make this difference (p 0.2379)" in told
    found = json.loads(wdd("--treated", "27,2", "--control", "4,1", "--days", "84,28", "--json").out)
    assert not found["approximation_holds"]
    assert found["p_small_counts_exact"] is False
    again = json.loads(wdd("--treated", "27,2", "--control", "4,1", "--days", "84,28", "--json").out)
    assert again == found


def test_what_is_undefined_says_why(wdd):
    told = wdd("--treated", "50,60", "--control", "50,50", "--displaced", "40,40").out
    assert "no WDQ: the treated area did not improve beside its control" in told
    empty = wdd("--treated", "0,0", "--control", "0,0")
    assert empty.code == 0
    assert "the control had no incidents before and after" in empty.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--treated", "207;110", "--control", "1,2"], "--treated takes two counts, before and after"),
        (["--treated", "1,2,3", "--control", "1,2"], "found '1,2,3'"),
        (["--treated", "-3,4", "--control", "1,2"], "none of them negative; found '-3,4'"),
        (["--treated", "nan,4", "--control", "1,2"], "found 'nan,4'"),
        (["--treated", "1e999,4", "--control", "1,2"], "found '1e999,4'"),
        (["--treated", "tre,4", "--control", "1,2"], "found 'tre,4'"),
        (["--treated", "", "--control", "1,2"], "found ''"),
        (["--control", "1,2"], "--treated is needed"),
        (["--treated", "1,2"], "--control is needed"),
        (["--treated", "1,2", "--control", "1,2", "--control", "3,4"], "--control is given 2 times and --treated 1"),
        (["--treated", "1,2", "--control", "1,2", "--displaced-control", "3,4"], "give --displaced too"),
        (["--treated", "1,2", "--control", "1,2", "--weights", "1,1"], "--weights takes four numbers"),
        (["--treated", "1,2", "--control", "1,2", "--areas", "1,0,1,1"], "area_sizes must be a number greater than 0"),
        (["--treated", "1,2", "--control", "1,2", "--days", "84"], "--days takes two lengths in days"),
        (["--treated", "1,2", "--control", "1,2", "--days", "84,0"], "days must be a number greater than 0, found 0"),
        (["--treated", "1,2", "--control", "1,2", "--harm", "10,5"], "harm needs one number for each of 1 crime types"),
        (["--treated", "1,2", "--control", "1,2", "--confidence", "95"], "confidence must be between 0 and 1"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(wdd, arguments, sentence):
    outcome = wdd(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("trygkort: ")
    assert outcome.err.count("\n") == 1
    assert sentence in outcome.err
