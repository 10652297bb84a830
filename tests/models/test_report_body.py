import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.report import said
from models.agreement import Goal, SeriesBreak
from models.indicator import IndicatorValue
from models.partnership import Partnership
from models.report_body import CitedRelease, ReportSources, report_body
from tests.report_example import counts_of, released, some_report


def trends(report: dict[str, object], partnership: Partnership) -> dict[tuple[str, str], str | None]:
    areas = [*(area.id for area in partnership.areas.areas), "all"]
    categories = [*(one.id for one in partnership.categories), "all"]
    rows: list[list[dict[str, str | None]]] = report["rows"]  # type: ignore[assignment]  # as it is made
    return {(areas[a], categories[c]): figure["trend"] for a, row in enumerate(rows) for c, figure in enumerate(row)}


def test_the_move_is_named_and_nothing_else(partnership: Partnership) -> None:
    report = some_report(partnership, moved=110)
    loud = {place: word for place, word in trends(report, partnership).items() if word != "ingen klar ændring"}
    assert loud == {
        ("indre-noerrebro", "hash"): "fald",
        ("indre-noerrebro", "all"): "fald",
        ("sankt-hans-torv", "hash"): "stigning",
        ("sankt-hans-torv", "all"): "stigning",
    }
    moved = [one["neighbour"] for one in report["displacement"] if one["claims"]]
    assert moved == ["sankt-hans-torv"]
    quiet = some_report(partnership)
    assert set(trends(quiet, partnership).values()) == {"ingen klar ændring"}
    assert not any(one["claims"] for one in quiet["displacement"])
    assert all(one["detectable"] > 0 for one in quiet["displacement"])
    json.dumps(report, allow_nan=False)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), level=st.sampled_from([1.0, 4.0, 20.0]))
def test_no_figure_is_in_a_report_that_is_not_in_its_releases(
    partnership: Partnership, seed: int, level: float
) -> None:
    """Hidden counts are not there to be read: whatever they are, the report is the same."""
    rng = np.random.default_rng(seed)
    counts = [rng.poisson(level, (len(partnership.areas.areas), len(partnership.categories))) for _ in range(2)]
    bodies = [released(partnership, period, "year", one) for period, one in zip(("2026", "2025"), counts, strict=True)]
    report = report_body(ReportSources(CitedRelease(2, bodies[0]), CitedRelease(1, bodies[1]), {}, ()), partnership)
    for body, name in zip(bodies, ("now", "before"), strict=True):
        assert [[figure[name] for figure in row] for row in report["rows"]] == body["figures"]
    for figure in (figure for row in report["rows"] for figure in row):
        if None in {figure["now"], figure["before"]}:
            assert figure["trend"] is figure["ratio"] is figure["lower"] is figure["upper"] is None
        else:
            assert figure["lower"] <= figure["ratio"] <= figure["upper"]


def test_a_break_takes_the_word_away_and_is_told(partnership: Partnership) -> None:
    cut = SeriesBreak(date(2026, 2, 1), "reporting-channel", category="tyveri")
    old = SeriesBreak(date(2024, 2, 1), "recording-system")
    report = some_report(partnership, moved=110, breaks=(cut, old))
    found = trends(report, partnership)
    assert {word for (_, category), word in found.items() if category in {"tyveri", "all"}} == {None}
    assert found["indre-noerrebro", "hash"] == "fald"
    assert [one["kind"] for one in report["breaks"]] == ["reporting-channel"]
    assert [one["neighbour"] for one in report["displacement"] if one["claims"]] == ["sankt-hans-torv"]


def test_goals_say_what_can_be_said(partnership: Partnership) -> None:
    goals = (
        Goal("indre-noerrebro", -0.33, 2025, 2026, category="hash"),
        Goal("indre-noerrebro", -0.2, 2025, 2027),
        Goal("indre-noerrebro", -0.2, 2019, 2027),
        Goal("peblinge-soe", -0.2, 2025, 2027, category="uro"),
    )
    states = [one["state"] for one in some_report(partnership, moved=110, goals=goals)["goals"]]
    assert states == ["met", "open", "no baseline", "open"]
    broken = (SeriesBreak(date(2025, 9, 1), "category-definition", category="hash"),)
    assert some_report(partnership, goals=goals[:1], breaks=broken)["goals"][0]["state"] == "broken"


def test_facts_and_assessments_keep_apart_and_the_newest_stands_first(partnership: Partnership) -> None:
    years = [(date(year, 1, 1), date(year + 1, 1, 1)) for year in (2023, 2024, 2025, 2027)]
    values = [IndicatorValue("tryghed", "indre-noerrebro", *span, 60 + i) for i, span in enumerate(years)]
    values.append(IndicatorValue("uro", None, *years[1], 3))
    report = some_report(partnership, values=tuple(values))
    safe, judged = report["indicators"]
    assert [one["value"] for one in safe["rows"][0]["values"]] == [62, 61, 60]  # what is to come is not known
    assert (safe["kind"], judged["kind"], judged["rows"][0]["area"]) == ("fact", "assessment", None)


def test_without_a_year_before_nothing_is_compared(partnership: Partnership) -> None:
    now = CitedRelease(2, released(partnership, "2026", "year", counts_of(partnership)))
    report = report_body(ReportSources(now, None, {}, ()), partnership)
    assert set(trends(report, partnership).values()) == {None}
    assert not any(one["judged"] for one in report["displacement"])
    other = replace(partnership, categories=partnership.categories[:3])
    before = CitedRelease(1, released(other, "2025", "year", counts_of(other)))
    changed = report_body(ReportSources(now, before, {}, ()), partnership)
    assert set(trends(changed, partnership).values()) == {None}
    assert changed["quality"]["areas_changed"]


@pytest.mark.parametrize("planted", [False, True])
def test_simulated_years_say_no_clear_change_and_name_what_was_planted(planted: bool) -> None:
    """Thirty of the years of ``benchmarks/report.py``, in which 4 % of quiet ones have a false word."""
    rows = [said((seed, "2026-H2", planted, False)) for seed in range(1000, 1030)]
    if planted:
        assert all(fell and rose and moved for *_, fell, rose, moved in rows)
    else:
        assert sum(words > 0 for words, *_ in rows) <= 4  # 5 or more in 30: 1 % at a rate of 5 %
        assert not any(claims for _, _, _, claims, *_ in rows)
