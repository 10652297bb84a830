import re
from collections.abc import Mapping
from typing import Any

import pytest

from api.page_links import ROUTES
from maps.assets import linked
from maps.start import start_page, top_places
from models.daily import DailyResult
from models.disclosure import ReleasedTrend
from models.partnership import Partnership


def test_three_entrances_lead_to_their_maps(pages: Mapping[str, str]) -> None:
    page = pages["start.html"]
    assert re.findall(r"<h2 id=\"\w+\">(.*?)</h2>", page)[:3] == [
        "Patruljeplanlægger",
        "Analytiker",
        "Styregruppe",
    ]
    buttons = re.findall(r'<a class="button(?: second)?" href="([^"]+)"', page)
    assert buttons == [
        "daily-2026-11-23.html",
        *(f"daily-2026-11-23.html#vagt={shift}" for shift in ("dag", "aften", "nat")),
        "displacement.html",
        "trend.html",
    ]


def test_each_group_reads_its_answer(pages: Mapping[str, str]) -> None:
    answers = re.findall(r'<p class="answer">(.*?)</p>', pages["start.html"])
    assert answers[0] == "Mest ventes ved"
    assert re.fullmatch(r"Indre Nørrebro −\d+, Skt. Hans Torv \+\d+, hash og narkotika, 28 dage", answers[1])
    assert answers[2].startswith("Indre Nørrebro: ")


def test_top_places_are_the_busiest_in_order(
    result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any]
) -> None:
    places = top_places(result, partnership, sketch)
    expected = [count for _, _, count in places]
    near = [i for i, area in enumerate(partnership.areas.areas) if area.role != "control"]
    total = result.cells.expected.sum((1, 2))[[a in near for a in result.cells.area]]
    assert len({name for name, _, _ in places}) == 3
    assert expected == pytest.approx(sorted(total, reverse=True)[:3])


def test_planners_start_page_leads_only_to_their_map(
    result: DailyResult, released: tuple[ReleasedTrend, ...], partnership: Partnership, sketch: Mapping[str, Any]
) -> None:
    page = start_page(
        result, released, partnership, sketch, assets=linked(), synthetic=True, links=ROUTES, entrances=("planner",)
    )
    assert re.findall(r'<h2 id="(\w+)">', page) == ["planner", "about"]
    assert {link.partition("?")[0] for link in re.findall(r'<a class="[^"]*" href="(/[^"#]*)', page)} == {"/maps/daily"}
    assert "<!--menu start-->" in page
