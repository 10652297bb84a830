import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure

from geo.projection import project
from maps.assets import linked
from maps.crossings import (
    KEY,
    LEAST_M,
    NOTHING_SAID,
    chance_text,
    crossing_json,
    crossing_line,
    crossing_outline,
    crossings_json,
    crossings_of,
    draw_crossings,
    support_text,
)
from maps.displacement import displacement_page
from models.calendar import to_day_number
from models.cluster_following import ClusterCrossing, FollowedClusters, Place
from models.cluster_tracking import Direction
from models.crossing_support import CrossingSupport
from models.daily import DailyResult
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
from tests.alert_signal import SIGNAL
from tests.maps.conftest import LINKS
from tests.maps.test_daily import embedded

DAY = to_day_number(date(2026, 10, 12))
CROSSING = ClusterCrossing(
    id="hash-2026-09-20-1",
    category=0,
    day=DAY,
    direction=Direction.OUTWARD,
    from_area=0,
    to_area=1,
    start=Place(DAY - 9, 12.5592, 55.68868, 8),
    end=Place(DAY + 12, 12.56102, 55.68981, 9),
)
INWARD = replace(CROSSING, id="hash-2026-09-20-2", direction=Direction.INWARD)
SMALL = replace(CROSSING, id="hash-2026-09-20-3", end=replace(CROSSING.end, incidents=4))


def followed(*crossings: ClusterCrossing) -> FollowedClusters:
    return FollowedClusters(DAY - 40, DAY + 21, (), crossings)


def with_chance(partnership: Partnership, chance_per_year: float | None) -> Partnership:
    return replace(partnership, crossings=replace(partnership.crossings, chance_per_year=chance_per_year))


def test_data_hold_both_directions_and_no_small_cluster(partnership: Partnership) -> None:
    found = crossings_json(followed(CROSSING, INWARD, SMALL), partnership)
    assert [c["cluster"] for c in found["crossings"]] == [CROSSING.id, INWARD.id]
    assert (found["followed_from"], found["followed_until"]) == ("2026-09-02", "2026-11-02")
    assert (found["settled_days"], found["minimum_count"]) == (partnership.crossings.settled_days, 5)
    first = found["crossings"][0]
    assert (first["category"], first["date"], first["direction"]) == ("hash", "2026-10-12", "outward")
    assert (first["from"], first["to"]) == ("indre-noerrebro", partnership.areas.areas[1].id)
    assert first["end"] == {"date": "2026-10-24", "lon": 12.56102, "lat": 55.68981, "incidents": 9}


def test_data_are_read_back_but_for_what_the_settings_no_longer_have(partnership: Partnership) -> None:
    together = replace(CROSSING, category=ALL_CATEGORIES)
    kept = [crossing_json(c, partnership) for c in (CROSSING, INWARD, together)]
    assert crossings_of(kept, partnership) == (CROSSING, INWARD, together)
    gone = [{**kept[0], "category": "spritsmugling"}, {**kept[0], "to": "nowhere"}, {**kept[0], "from": "nowhere"}]
    assert crossings_of(gone, partnership) == ()


def test_a_crossing_in_words(partnership: Partnership) -> None:
    area = partnership.areas.areas[1].name
    assert crossing_line(CROSSING, partnership) == f"Klynge krydsede grænsen til {area} 12. okt. (9 hændelser)"


def test_chance_in_words() -> None:
    assert (
        chance_text(0.1)
        == "tilfældigt sker det højst én gang pr. 10 år i opdigtede tal, alle naboer og kategorier regnet med"
    )
    assert chance_text(0.01).startswith("tilfældigt sker det sjældnere end én gang pr. 50 år")
    assert chance_text(None) == "hvor tit det sker tilfældigt, er ikke målt her"


def test_what_an_alert_says(partnership: Partnership) -> None:
    def said(support: CrossingSupport) -> str:
        return support_text(support, SIGNAL, partnership)

    assert said(CrossingSupport((CROSSING,), followed=True, chance_per_year=0.1)) == (
        "En klynge (hash og narkotika, 9 hændelser) krydsede den 12. oktober 2026 grænsen til Skt. Hans Torv; "
        f"det støtter alarmen, og {chance_text(0.1)}."
    )
    unmeasured = said(CrossingSupport((CROSSING,), followed=True))
    assert "det tæller ikke som støtte, for hvor tit det sker tilfældigt, er ikke målt her." in unmeasured
    nothing = said(CrossingSupport(followed=True, chance_per_year=0.1))
    assert nothing.startswith("Ingen klynge er set krydse grænsen til Skt. Hans Torv omkring begyndelsen. ")
    assert nothing.endswith(NOTHING_SAID)
    assert "ikke fulgt" in said(CrossingSupport(chance_per_year=0.1))


def test_an_arrow_goes_the_way_of_the_cluster(partnership: Partnership) -> None:
    crs = partnership.areas.metric_crs
    ring = np.array(crossing_outline(CROSSING, crs))
    polygon = shapely.Polygon(np.column_stack(project(ring[:, 0], ring[:, 1], crs)))
    assert polygon.is_valid
    assert ring[3] == pytest.approx([CROSSING.end.lon, CROSSING.end.lat], abs=2e-5)
    assert (ring[0] + ring[-1]) / 2 == pytest.approx([CROSSING.start.lon, CROSSING.start.lat], abs=2e-5)


def test_the_arrow_of_a_short_way_is_long_enough_to_be_seen(partnership: Partnership) -> None:
    crs = partnership.areas.metric_crs
    near = replace(CROSSING, end=replace(CROSSING.end, lon=12.55940, lat=55.68878))
    ring = np.array(crossing_outline(near, crs))
    x, y = project(ring[:, 0], ring[:, 1], crs)
    tail, tip = np.array([(x[0] + x[-1]) / 2, (y[0] + y[-1]) / 2]), np.array([x[3], y[3]])
    assert np.hypot(*(tip - tail)) == pytest.approx(LEAST_M, abs=2)


def test_a_map_without_crossings_gets_no_key(partnership: Partnership) -> None:
    axes = Figure().subplots()
    assert draw_crossings(axes, [], partnership.areas.metric_crs) == []
    assert len(draw_crossings(axes, [CROSSING, CROSSING], partnership.areas.metric_crs)) == 1
    assert len(axes.patches) == 2


def test_the_page_draws_and_lists_crossings_outwards_in_their_own_view(
    quiet_result: DailyResult, partnership: Partnership
) -> None:
    result = replace(quiet_result, followed=followed(CROSSING, INWARD, SMALL))
    page = displacement_page(result, with_chance(partnership, 0.1), None, assets=linked(), synthetic=True, links=LINKS)
    drawn = {key: len(view["crossings"]) for key, view in embedded(page)["views"].items()}
    assert {key for key, number in drawn.items() if number} == {"0:before", "0:earlier-years"}
    assert set(drawn.values()) == {0, 1}
    rows = re.findall(r'<tr class="crossing" data-area="1">', page)
    assert len(rows) == 2  # one for each comparison
    assert page.count(crossing_line(CROSSING, partnership)) == 2
    assert KEY in page
    assert "tilfældigt sker det højst én gang pr. 10 år" in page
    assert page.count(NOTHING_SAID) == len(drawn) - 2


def test_without_crossings_the_page_says_what_that_means(quiet_result: DailyResult, partnership: Partnership) -> None:
    result = replace(quiet_result, followed=followed(SMALL, INWARD))
    page = displacement_page(result, with_chance(partnership, None), None, assets=linked(), synthetic=True, links=LINKS)
    assert 'class="crossing"' not in page
    assert KEY not in page
    assert "er ikke målt her" in page
    assert page.count(NOTHING_SAID) == len(embedded(page)["views"])
