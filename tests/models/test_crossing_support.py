from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.alert import ALL
from models.calendar import to_day_number
from models.cluster_following import ClusterCrossing, Place
from models.cluster_tracking import Direction
from models.crossing_support import CrossingSupport, onset_window, supporting
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
from tests.alert_signal import SIGNAL


def crossing(partnership: Partnership, day: date, **changes: object) -> ClusterCrossing:
    number = to_day_number(day)
    one = ClusterCrossing(
        id="hash-2026-09-20-1",
        category=partnership.category_index[SIGNAL.category],
        day=number,
        direction=Direction.OUTWARD,
        from_area=0,
        to_area=partnership.areas.index[SIGNAL.neighbour],
        start=Place(number - 9, 12.559, 55.689, 8),
        end=Place(number + 9, 12.561, 55.690, 9),
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def test_a_crossing_belongs_to_an_onset_from_its_first_day_until_a_window_after_its_last(
    partnership: Partnership,
) -> None:
    first, last = onset_window(SIGNAL, partnership)
    assert (first, last) == (SIGNAL.onset_from, SIGNAL.onset_to + timedelta(28))
    days = [first - timedelta(1), first, last, last + timedelta(1)]
    found = supporting([crossing(partnership, day) for day in days], SIGNAL, partnership)
    assert [c.day for c in found] == [to_day_number(first), to_day_number(last)]


@pytest.mark.parametrize(
    "changes",
    [{"direction": Direction.INWARD}, {"to_area": 2}, {"category": 1}],
    ids=["inwards", "elsewhere", "other category"],
)
def test_others_do_not_support(partnership: Partnership, changes: dict[str, object]) -> None:
    assert supporting([crossing(partnership, SIGNAL.onset, **changes)], SIGNAL, partnership) == ()


def test_a_crossing_of_all_categories_supports_and_one_of_them_no_alert_about_all(partnership: Partnership) -> None:
    own = crossing(partnership, SIGNAL.onset)
    together = replace(own, category=ALL_CATEGORIES)
    assert supporting([own, together], SIGNAL, partnership) == (own, together)
    assert supporting([own, together], replace(SIGNAL, category=ALL), partnership) == (together,)
    assert supporting([own, together], replace(SIGNAL, category="spritsmugling"), partnership) == (together,)
    assert supporting([own, together], replace(SIGNAL, neighbour="nowhere"), partnership) == ()


def test_only_what_was_measured_supports(partnership: Partnership) -> None:
    own = (crossing(partnership, SIGNAL.onset),)
    assert CrossingSupport(own, followed=True, chance_per_year=0.1).supports
    assert not CrossingSupport(own, followed=True).supports
    assert not CrossingSupport(followed=True, chance_per_year=0.1).supports
