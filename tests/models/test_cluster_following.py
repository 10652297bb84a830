from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.projection import project
from models.cluster_following import (
    ClusterCrossing,
    Place,
    dense,
    follow_clusters,
    followed_days,
    released_crossings,
    tracked_categories,
)
from models.cluster_tracking import Direction
from models.clusters import ClusterParameters, find_clusters
from models.panel import ALL_CATEGORIES, IncidentColumns
from models.partnership import Partnership
from tests.models.drifting_cluster import DRIFT_DAYS, TO_AREA, drifting_incidents

TODAY = 20_759  # 2026-11-02
DAY_S = 86_400


def moves(partnership: Partnership, incidents: IncidentColumns, day: int = TODAY) -> list[tuple[int, str, str, str]]:
    areas = partnership.areas.areas
    return [
        (c.category, c.direction.value, areas[c.from_area].id, areas[c.to_area].id)
        for c in follow_clusters(partnership, incidents, day=day).crossings
    ]


def test_a_cluster_that_drifts_over_the_boundary_crosses_in_its_category_and_in_all(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY)
    treated, hash_ = partnership.areas.treated.id, partnership.category_index["hash"]
    out = [(category, "outward", treated, TO_AREA) for category in (ALL_CATEGORIES, hash_)]
    assert moves(partnership, incidents) == out
    back = drifting_incidents(partnership, last_day=TODAY, outwards=False)
    assert moves(partnership, back) == [(category, "inward", TO_AREA, treated) for category, *_ in out]
    assert moves(partnership, drifting_incidents(partnership, last_day=TODAY, along=True)) == []


def test_what_a_crossing_says(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY)
    found = follow_clusters(partnership, incidents, day=TODAY)
    crossing = found.crossings[-1]
    # The middle of 28 days passes the boundary 14 days after the incidents did.
    assert abs(crossing.day - (TODAY - DRIFT_DAYS / 2 + 14)) <= 5
    assert found.first_day <= crossing.start.day < crossing.day
    assert crossing.end.day == min(TODAY, crossing.day + 27)
    located = partnership.areas.locate(
        np.array([crossing.start.lon, crossing.end.lon]), np.array([crossing.start.lat, crossing.end.lat])
    )
    assert located.area.tolist() == [crossing.from_area, crossing.to_area]
    assert (crossing.start.incidents, crossing.end.incidents) == (28, 28)


def test_observed_incidents_make_no_cluster(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY)
    observed = replace(incidents, basis=np.ones_like(incidents.basis))
    found = follow_clusters(partnership, observed, day=TODAY)
    assert (found.standing, found.crossings) == ((), ())


def test_no_incident_makes_nothing(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY)
    found = follow_clusters(partnership, incidents.take(np.empty(0, dtype=np.intp)), day=TODAY)
    assert (found.last_day - found.first_day >= 56, found.standing, found.crossings) == (True, (), ())


def test_the_standing_clusters_are_those_of_the_last_window(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY, per_day=3)
    stop_s = int(partnership.calendar.start_of(date(2026, 11, 2)).timestamp())
    inside = np.flatnonzero((incidents.to_s >= stop_s - 28 * DAY_S) & (incidents.to_s < stop_s))
    x_m, y_m = project(incidents.lon[inside], incidents.lat[inside], partnership.areas.metric_crs)
    plain = find_clusters(x_m, y_m, partnership.clusters)
    standing = follow_clusters(partnership, incidents, day=TODAY).standing
    assert [(c.x_m, c.y_m, c.incidents) for c in plain] == [
        (s.cluster.x_m, s.cluster.y_m, s.cluster.incidents) for s in standing
    ]
    assert [inside[c.members].tolist() for c in plain] == [s.incident.tolist() for s in standing]


def test_identities_and_crossings_are_those_of_the_run_before(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY, per_day=2)
    runs = [follow_clusters(partnership, incidents, day=day) for day in range(TODAY - 8, TODAY + 1)]
    named = [{c.id: (c.day, c.from_area, c.to_area) for c in run.crossings} for run in runs]
    assert [run.first_day % 7 for run in runs] == [0] * 9
    for before, after, run, following in zip(named, named[1:], runs, runs[1:], strict=False):
        if run.first_day == following.first_day:
            assert before.items() <= after.items()
    days = [sorted({day for day, _, _ in run.values()}) for run in named if run]
    assert len({tuple(d) for d in days}) == 1  # following anew changes no crossing's day
    again = follow_clusters(partnership, incidents, day=TODAY)
    assert (again.first_day, again.last_day, again.crossings) == (
        runs[-1].first_day,
        runs[-1].last_day,
        runs[-1].crossings,
    )


def test_a_cluster_born_since_has_a_name_that_following_anew_keeps(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY).take(np.arange(60, 90))
    names = {
        (one.id, one.born_day)
        for day in range(TODAY - 9, TODAY + 1)
        for one in follow_clusters(partnership, incidents, day=day).standing
    }
    ((name, born),) = names
    assert born == TODAY - DRIFT_DAYS + 60 + 5  # five incidents lie before the first shift of that day
    assert name == "all-2026-10-08-1"


def test_the_order_of_the_incidents_does_not_count(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY, per_day=2)
    shuffled = incidents.take(np.random.default_rng(3).permutation(len(incidents)))
    one, other = (follow_clusters(partnership, i, day=TODAY) for i in (incidents, shuffled))
    assert one.crossings == other.crossings
    assert [s.id for s in one.standing] == [s.id for s in other.standing]


def test_following_asks_for_no_more_than_ninety_days(partnership: Partnership) -> None:
    assert followed_days(partnership) <= 90
    incidents = drifting_incidents(partnership, last_day=TODAY)
    old = incidents.take(incidents.to_s < (TODAY - followed_days(partnership)) * DAY_S)
    later = incidents.take(incidents.to_s >= (TODAY - followed_days(partnership)) * DAY_S)
    assert len(old) + len(later) == len(incidents)
    assert moves(partnership, later) == moves(partnership, incidents)


def test_every_category_is_followed_once(partnership: Partnership) -> None:
    incidents = drifting_incidents(partnership, last_day=TODAY)
    found = list(tracked_categories(partnership, incidents, first_day=TODAY - 20, last_day=TODAY))
    assert [category for category, _, _ in found] == [ALL_CATEGORIES, *range(len(partnership.categories))]
    assert all([day.day for day in days] == list(range(TODAY - 20, TODAY + 1)) for _, days, _ in found)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=50),
    st.integers(2, 6),
)
def test_points_that_are_not_dense_change_no_cluster(places: list[tuple[int, int]], min_incidents: int) -> None:
    points = 20.0 * np.array(places, dtype=np.float64).reshape(-1, 2)
    parameters = ClusterParameters(radius_m=20.0, min_incidents=min_incidents)
    kept = dense(points[:, 0], points[:, 1], parameters)
    whole = find_clusters(points[:, 0], points[:, 1], parameters)
    part = find_clusters(points[kept, 0], points[kept, 1], parameters)
    assert [(c.x_m, c.y_m, c.members.tolist()) for c in whole] == [
        (c.x_m, c.y_m, kept[c.members].tolist()) for c in part
    ]
    assert (len(kept) > 0) >= (len(whole) > 0)


@pytest.mark.parametrize(("start", "end", "shown"), [(5, 5, True), (4, 9, False), (9, 4, False)])
def test_a_small_cluster_is_not_released(start: int, end: int, shown: bool) -> None:
    crossing = ClusterCrossing(
        "all-2026-10-01-1", -1, 5, Direction.OUTWARD, 0, 1, Place(1, 12.5, 55.6, start), Place(9, 12.6, 55.6, end)
    )
    assert released_crossings([crossing]) == ((crossing,) if shown else ())
