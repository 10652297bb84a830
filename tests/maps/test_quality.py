from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any, get_args

import pytest

from data.intake.block import Reason
from geo.gazetteer import Method
from maps.assets import inlined
from maps.geojson import quality_json
from maps.quality import METHODS, REASONS, band_text, duration_text, quality_page, warnings
from models.daily import DailyResult
from models.partnership import Partnership
from models.quality import AccuracyBand, Counted, Delay, DumpPoint, ImportRecord
from tests.maps.conftest import LINKS

FAULTS: dict[str, Any] = {
    "imports": (
        ImportRecord(1_795_400_000, "udtræk <a>", 812, 760, 700, 12, {"outside": 50, "time-future": 2}, 3),
        ImportRecord(1_795_300_000, "udtræk <a>", 805, 802, 790, 0, {"outside": 3}),
    ),
    "rejects": (Counted("outside", 53), Counted("time-future", None)),
    "methods": (Counted("coordinate", 800), Counted("street", 60)),
    "import_delay": Delay(700, 5_400, 200_000),
    "dump_points": (DumpPoint(12.55787, 55.68650, 0, 143),),
    "dump_point_count": 1,
    "duplicates": 88,
    "duplicate_groups": 41,
    "edge_share": 0.2,
    "outside_share": 0.125,
}


def faulty(result: DailyResult) -> DailyResult:
    return replace(result, quality=replace(result.quality, **FAULTS))


@pytest.fixture
def page(result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any]) -> str:
    return quality_page(faulty(result), partnership, sketch, assets=inlined(), synthetic=True, links=LINKS)


def test_the_demonstration_has_nothing_to_warn_of_but_its_own_hot_addresses(
    result: DailyResult, partnership: Partnership, pages: Mapping[str, str]
) -> None:
    assert [warning for warning in warnings(result, partnership) if "påfaldende mange" not in warning] == []
    assert "Ingen import er registreret endnu." in pages["quality.html"]


def test_a_day_without_warnings_says_so(
    result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any]
) -> None:
    calm = replace(result, quality=replace(result.quality, dump_points=(), dump_point_count=0))
    page = quality_page(calm, partnership, sketch, assets=inlined(), synthetic=True, links=LINKS)
    assert "Intet iøjnefaldende i data" in page
    assert "Ingen. Tilfældigheder kan give et punkt op til" in page


def test_what_stands_out_is_said_in_sentences(result: DailyResult, partnership: Partnership) -> None:
    found = warnings(faulty(result), partnership)
    assert found == [
        "6,4\u00a0% af rækkerne i seneste import blev afvist.",
        "Ét punkt har påfaldende mange hændelser og er måske ikke et rigtigt sted.",
        "88 hændelser ligner dubletter.",
        "20\u00a0% ligger så nær en områdegrænse, at området er usikkert.",
        "12\u00a0% ligger uden for områderne og tæller ikke med i kortene.",
    ]


def test_the_page_shows_the_figures_and_hides_the_small_ones(page: str) -> None:
    assert "5 ting at se på" in page
    assert "Blågårds Plads" in page
    assert "55.68650, 12.55787" in page
    assert 'Stedet ligger langt uden for områderne<small>outside</small></th><td class="num">53</td>' in page
    assert 'Tidspunktet ligger i fremtiden<small>time-future</small></th><td class="num">under 5</td>' in page
    assert '<td class="num">52</td><td class="num">3</td></tr>' in page
    assert "90 min" in page
    assert "2,3 døgn" in page
    assert "udtræk &lt;a&gt;" in page


def test_every_reason_and_method_has_its_words() -> None:
    assert set(REASONS) == set(get_args(Reason))
    assert set(METHODS) == {"coordinate", *get_args(Method)}


def test_the_data_are_the_same_figures(result: DailyResult, partnership: Partnership) -> None:
    found = quality_json(faulty(result), partnership)
    assert found["minimum_count"] == 5
    assert found["freshness"]["last_import"] == "2026-11-23T02:13:20+00:00"
    assert found["delays"]["import"] == {"incidents": 700, "median_s": 5400, "p90_s": 200_000}
    assert found["rejects"] == [{"reason": "outside", "rows": 53}, {"reason": "time-future", "rows": None}]
    assert [record["rejected"] for record in found["imports"]] == [52, None]
    assert [record["dropped_columns"] for record in found["imports"]] == [3, 0]
    assert found["dump_points"]["points"] == [
        {"lon": 12.55787, "lat": 55.6865, "area": "indre-noerrebro", "incidents": 143}
    ]
    assert found["areas"][-1]["area"] is None
    assert len(found["days"]) == 14


def test_durations_and_bands_in_words() -> None:
    assert [duration_text(s) for s in (5, 2_700, 5_400, 12_600, 181_440)] == [
        "under 1 min",
        "45 min",
        "90 min",
        "3,5 timer",
        "2,1 døgn",
    ]
    bands = (AccuracyBand(0, 10, 1), AccuracyBand(10, 25, 1), AccuracyBand(100, inf, 1))
    assert [band_text(band) for band in bands] == ["Op til 10 m", "10–25 m", "Over 100 m"]
