"""The pages of efforts: what they say, and that it is the same as their numbers."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from maps.assets import linked
from maps.effort_charts import effort_charts
from maps.effort_json import effort_as_json, effort_event_as_json, result_as_json
from maps.effort_text import (
    CLASS_TEXT,
    DONE_TEXT,
    FAULT_TEXT,
    KIND_TEXT,
    LACK_TEXT,
    claim,
    doubts,
    effort_line,
    lack_text,
    period,
    regression_sentence,
)
from maps.efforts import effort_page, efforts_page
from models.effort import KINDS, Effort, EffortAction, EffortEvent, Fault
from models.effort_evaluation import EffortClass, Lack, RegressionToMean
from models.effort_result import EffortResult
from models.partnership import Partnership
from tests.effort_example import START, counts_of, effort_of, result_of
from tests.maps.conftest import LINKS
from tests.maps.test_every_page import Reader, without_assets

TODAY = START + timedelta(60)
ADDED = EffortEvent(datetime(2026, 10, 1, 12, tzinfo=UTC), "ana", "add", None)


def shown(effort: Effort, result: EffortResult | None, partnership: Partnership, **given: object) -> str:
    values = {"today": TODAY, "refused": "", "assets": linked(), "synthetic": True, "links": LINKS, **given}
    charts = effort_charts(result) if result else None
    return effort_page(effort, [ADDED], result, charts, partnership, **values)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fell(partnership: Partnership) -> tuple[Effort, EffortResult]:
    effort = effort_of(partnership)
    return effort, result_of(partnership, effort, counts_of(partnership, left=0.2, run_up=1.5))


def test_every_code_has_its_words() -> None:
    for words, codes in (
        (KIND_TEXT, KINDS),
        (LACK_TEXT, get_args(Lack)),
        (FAULT_TEXT, get_args(Fault)),
        (CLASS_TEXT, get_args(EffortClass)),
        (DONE_TEXT, get_args(EffortAction)),
    ):
        assert set(words) == set(codes)


def test_the_claim_is_one_sentence_of_the_numbers(fell: tuple[Effort, EffortResult], partnership: Partnership) -> None:
    effort, result = fell
    change = result.evaluation.change  # type: ignore[union-attr]
    assert effort_line(effort, partnership) == "Synlig tilstedeværelse, Indre Nørrebro, hash og narkotika"
    assert claim(effort, result, partnership) == (
        f"Fald i hash og narkotika i Indre Nørrebro: {change.observed:.0f} hændelser på 56 dage, hvor "
        f"{change.expected:.1f} var ventet".replace(".", ",")
    )
    told = doubts(result)
    assert told[0] == "Så stor en forskel giver tilfældet sjældent (p < 0,001)."
    assert re.fullmatch(
        r"De 12 uger lige før var høje: var niveauet fortsat, var der kommet \d+,\d. Af faldet til \d+ ville \d+,\d "
        r"være kommet af sig selv \(regression mod middel\).",
        told[1],
    )
    assert re.fullmatch(
        r"Så stort et udslag ses på 0 af \d+ tidligere datoer i området og i 0 af \d+ andre områder uden indsats.",
        told[2],
    )


def test_without_a_change_it_says_so_and_promises_nothing(partnership: Partnership) -> None:
    effort = effort_of(partnership)
    result = result_of(partnership, effort, counts_of(partnership, left=1.0))
    assert claim(effort, result, partnership).startswith("Ingen klar ændring i hash og narkotika i Indre Nørrebro: ")
    assert doubts(result)[0] == "Forskellen er ikke større, end tilfældet kan give."
    assert "det ses på" in doubts(result)[-1]
    assert "kan være flyttet" not in shown(effort, result, partnership)


@pytest.mark.parametrize(
    ("regression", "said"),
    [
        (RegressionToMean(10, 20, 10, 15, 0.5), "var ikke højere end ellers"),
        (RegressionToMean(60, 50, 9, 8, 0.5), "der er ikke kommet færre hændelser siden"),
        (RegressionToMean(60, 30, 40, 40, 0.0), "intet af faldet ventes at komme af sig selv"),
        (RegressionToMean(60, 30, 40, 10, 0.9), "faldet siden er ikke større, end det ville være kommet af sig selv"),
        (RegressionToMean(60, 30, 40, 30, 0.9), "ville 10,0 være kommet af sig selv"),
    ],
)
def test_regression_to_the_mean_in_one_sentence(
    fell: tuple[Effort, EffortResult], regression: RegressionToMean, said: str
) -> None:
    found = fell[1].evaluation
    assert found is not None
    change = replace(found.change, observed=12.0)
    assert said in regression_sentence(replace(found, change=change, regression=regression))


def test_the_page_of_a_fall(fell: tuple[Effort, EffortResult], partnership: Partnership) -> None:
    effort, result = fell
    page = shown(effort, result, partnership)
    assert claim(effort, result, partnership) in page
    assert page.count('<img class="chart"') == 2
    assert "Et fald kan være flyttet til et naboområde" in page
    assert 'href="efforts.html" aria-current="page"' in page
    assert "For få hændelser" in page  # robbery
    assert "SYNTETISKE DATA" in page
    assert shown(effort, result, partnership) == page
    reader = Reader()
    reader.feed(without_assets(page))
    assert (reader.faults, reader.open) == ([], [])
    ids = reader.values("id")
    assert len(ids) == len(set(ids))
    assert set(reader.values("aria-labelledby")) | set(reader.values("for")) <= set(ids)


@pytest.mark.parametrize(
    ("days", "said"),
    [(50, "For lidt data til en vurdering"), (0, "på 56 dage")],
)
def test_too_little_data_gives_a_sentence_and_no_number(partnership: Partnership, days: int, said: str) -> None:
    effort = effort_of(partnership, start=START + timedelta(days))
    result = result_of(partnership, effort, counts_of(partnership, left=0.5))
    page = shown(effort, result, partnership)
    assert said in page
    assert ("Vurderingen kommer, når der er 14." in page) == (result.evaluation is None)
    assert (page.count("<img") == 0) == (result.evaluation is None)


def test_what_is_missing_is_named(partnership: Partnership) -> None:
    effort = effort_of(partnership)
    result = result_of(partnership, effort, counts_of(partnership, left=0.5))
    for lack in get_args(Lack):
        text = lack_text(replace(result, lack=lack), partnership)
        assert text.endswith(".")
        assert "{" not in text
    assert lack_text(replace(result, lack="history"), partnership).endswith("det kræver 266 dage.")


def test_a_withdrawn_effort_and_one_before_any_run(partnership: Partnership) -> None:
    effort = replace(effort_of(partnership), withdrawn=True)
    page = shown(effort, None, partnership)
    assert "trukket tilbage og vurderes ikke" in page
    assert "<form" not in page
    assert "Den kommer med næste daglige kørsel." in shown(effort_of(partnership), None, partnership)
    assert "Det blev ikke gjort" in shown(effort, None, partnership, refused="Fordi")


def test_overlapping_efforts_are_told(partnership: Partnership) -> None:
    effort = effort_of(partnership)
    other = replace(effort_of(partnership, kind="lighting"), id=9)
    result = result_of(partnership, effort, counts_of(partnership, left=0.5), other)
    assert "indsats 9; deres virkning kan ikke skilles fra denne." in shown(effort, result, partnership)


def test_the_register(partnership: Partnership) -> None:
    going = effort_of(partnership, categories=())
    done = replace(effort_of(partnership, stop=START + timedelta(7)), id=8)
    blank = dict.fromkeys(("area", "kind", "first", "last", *(f"category-{c.id}" for c in partnership.categories)), "")
    entered = {**blank, "area": going.entry.area, "kind": "zone", "first": "2026-10-01", "category-hash": "1"}

    def page(*efforts: Effort, refused: str = "", entered: dict[str, str] = blank) -> str:
        return efforts_page(
            efforts,
            partnership,
            today=TODAY,
            entered=entered,
            refused=refused,
            assets=linked(),
            synthetic=False,
            links=LINKS,
        )

    full = page(going, done)
    assert full.count('class="alert going"') == 1
    assert "Indre Nørrebro, alle kategorier" in full
    assert period(done.entry) in full
    assert full.count('<option value="') == 2 + len(partnership.areas.areas) + len(KINDS)
    assert "Der er endnu ingen indsatser" in page()
    kept = page(refused=FAULT_TEXT["stop"], entered=entered)
    assert kept.count(" selected") == 2
    assert kept.count(" checked") == 1
    assert 'value="2026-10-01"' in kept
    assert FAULT_TEXT["stop"] in kept


def test_periods_include_their_last_day(partnership: Partnership) -> None:
    one = effort_of(partnership, stop=START + timedelta(1)).entry
    assert period(one) == "5. september 2026"
    assert period(effort_of(partnership).entry) == "fra 5. september 2026"


def test_as_data(fell: tuple[Effort, EffortResult], partnership: Partnership) -> None:
    effort, result = fell
    found = json.loads(json.dumps(result_as_json(effort, result, partnership), allow_nan=False))
    assert found["class"] == "fald"
    assert found["evaluation"]["during"] == [str(START), str(START + timedelta(56))]
    assert found["evaluation"]["run_up"] == [str(START - timedelta(84)), str(START)]
    assert len(found["evaluation"]["placebo_in_time"]["dates"]) == len(found["evaluation"]["placebo_in_time"]["z"])
    assert found["rows"][0]["category"] is None
    assert [row["lack"] for row in found["rows"]].count("incidents") == 1
    assert found["weeks"][52]["start"] == str(START)
    assert effort_as_json(effort, partnership)["stop"] is None
    assert effort_event_as_json(ADDED)["action"] == "add"
    nothing = result_of(partnership, effort_of(partnership, area="gone"), counts_of(partnership, left=1.0))
    empty = result_as_json(effort, nothing, partnership)
    assert (empty["evaluation"], empty["class"], empty["lack"], empty["weeks"]) == (None, None, "area", [])
