import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from models.cluster_parameters import ClusterParameters
from models.cluster_tracking import (
    ChangeKind,
    ClusterDay,
    Direction,
    Movement,
    TrackingParameters,
    follow,
    movement_between,
    track_clusters,
)
from models.clusters import Cluster, find_clusters
from models.parameter_limits import ParameterError

PARAMETERS = ClusterParameters(window_days=28, radius_m=60.0, min_incidents=4)
SQUARE = shapely.box(0, 0, 100, 100)

incidents = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 2), st.integers(0, 40)), min_size=1, max_size=60)


def day_of(day, groups, window=None, at=None):
    """Clusters given as lists of incident identities; the window holds them and ``window``."""
    identity = np.array(sorted({i for g in groups for i in g} | set(window or ())), dtype=np.int64)
    clusters = tuple(
        Cluster(
            *(at[k] if at else (100.0 * k, 0.0)), len(g), 0.0, np.zeros((1, 2)), np.searchsorted(identity, sorted(g))
        )
        for k, g in enumerate(groups)
    )
    return ClusterDay(day, identity, clusters)


def told(tracked):
    return [(c.kind.value, c.id, c.others) for c in tracked.changes]


def windows(x, y, day, identity, days):
    """The clusters of each day's window of 28 days."""
    for today in days:
        inside = (day > today - PARAMETERS.window_days) & (day <= today)
        yield ClusterDay(today, identity[inside], find_clusters(x[inside], y[inside], PARAMETERS))


def columns(rows):
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return 45 * table[:, 0], 45 * table[:, 1], table[:, 2].astype(np.int64)


def story(tracked):
    return [
        (d.day, told(d), [(c.id, c.born_day, c.cluster.x_m, c.cluster.incidents) for c in d.clusters]) for d in tracked
    ]


def test_birth_and_death():
    first, second, third = track_clusters([day_of(1, [range(5)]), day_of(2, [], range(5)), day_of(3, [range(5)])])
    assert told(first) == [("birth", 1, ())]
    assert told(second) == [("death", 1, ())]
    assert told(third) == [("birth", 2, ())]  # an identity does not come back


def test_an_unchanged_day_tells_nothing():
    groups = [range(5), range(5, 12)]
    tracked = track_clusters(
        [day_of(1, groups), day_of(2, groups), day_of(9, groups[::-1], at=[(100.0, 0.0), (0.0, 0.0)])]
    )
    assert told(tracked[1]) == told(tracked[2]) == []
    assert [c.id for c in tracked[2].clusters] == [1, 2]


def test_incidents_that_left_the_window_do_not_count():
    # Of ten incidents eight have left the window: the two that are left carry the identity on.
    _, second = track_clusters([day_of(1, [range(10)]), day_of(2, [[8, 9, 20, 21, 22]])])
    assert told(second) == [("shrink", 1, ())]
    # The same cluster while the eight are still in the window holds only a fifth of it.
    _, second = track_clusters([day_of(1, [range(10)]), day_of(2, [[8, 9, 20, 21, 22]], range(10))])
    assert told(second) == [("death", 1, ()), ("birth", 2, ())]


def test_a_cluster_whose_incidents_have_all_left_has_died():
    _, second = track_clusters([day_of(1, [range(5)]), day_of(40, [range(10, 15)])])
    assert told(second) == [("death", 1, ()), ("birth", 2, ())]


def test_growing_shrinking_and_moving():
    days = [
        day_of(1, [range(5)], at=[(0.0, 0.0)]),
        day_of(2, [range(7)], at=[(6.0, 8.0)]),
        day_of(3, [range(6)], at=[(6.0, 9.0)]),
    ]
    _, second, third = track_clusters(days)
    grow, move = second.changes
    assert (grow.kind, grow.incidents) == (ChangeKind.GROW, (5, 7))
    assert (move.kind, move.movement.vector_m, move.movement.length_m) == (ChangeKind.MOVE, (6.0, 8.0), 10.0)
    assert second.movements() == {1: move.movement}
    assert told(third) == [("shrink", 1, ())]  # one metre is less than moved_m
    assert third.movements() == {}
    assert movement_between((second, third), 1) == Movement(6.0, 8.0, 6.0, 9.0)
    assert movement_between((third,), 1) is None


def test_the_larger_part_of_a_split_keeps_the_identity():
    _, second = track_clusters([day_of(1, [range(10)]), day_of(2, [range(4), range(4, 10)])])
    assert told(second) == [("split", 1, (2,)), ("shrink", 1, ()), ("move", 1, ())]
    assert {c.id: c.cluster.incidents for c in second.clusters} == {1: 6, 2: 4}
    assert {c.id: c.born_day for c in second.clusters} == {1: 1, 2: 2}


def test_halves_of_a_split_are_told_apart_by_size_and_then_place():
    _, second = track_clusters([day_of(1, [range(10)]), day_of(2, [range(5), [*range(5, 10), 20]])])
    assert {c.id: c.cluster.incidents for c in second.clusters} == {1: 6, 2: 5}
    _, second = track_clusters(
        [day_of(1, [range(10)]), day_of(2, [range(5), range(5, 10)], at=[(9.0, 0.0), (3.0, 0.0)])]
    )
    assert {c.id: c.cluster.x_m for c in second.clusters} == {1: 3.0, 2: 9.0}


def test_the_largest_of_a_merge_keeps_its_identity():
    days = [day_of(1, [range(5)]), day_of(2, [range(5), range(10, 18)]), day_of(3, [[*range(5), *range(10, 18)]])]
    *_, third = track_clusters(days)
    assert told(third)[:2] == [("death", 1, (2,)), ("merge", 2, (1,))]
    assert [(c.id, c.born_day) for c in third.clusters] == [(2, 2)]


def test_a_merge_of_equals_keeps_the_older_identity():
    days = [day_of(1, [range(5)]), day_of(2, [range(5), range(10, 15)]), day_of(3, [[*range(5), *range(10, 15)]])]
    assert [c.id for c in track_clusters(days)[2].clusters] == [1]


def test_parts_too_small_are_no_split_and_too_little_together_is_death():
    _, second = track_clusters([day_of(1, [range(10)]), day_of(2, [range(8), [8, 9, 20, 21]], range(10))])
    assert told(second)[:1] == [("shrink", 1, ())]
    assert ("birth", 2, ()) in told(second)
    _, second = track_clusters([day_of(1, [range(10)]), day_of(2, [[0, 1, 2, 3], [4, 20, 21, 22]], range(10))])
    assert ("death", 1, ()) in told(second)


def test_a_part_that_joins_another_cluster_is_split_and_merge():
    days = [
        day_of(1, [range(10), range(20, 28)]),
        day_of(2, [range(6), [*range(6, 10), *range(20, 28)]], at=[(0.0, 0.0), (100.0, 0.0)]),
    ]
    _, second = track_clusters(days)
    assert told(second) == [("split", 1, (2,)), ("shrink", 1, ()), ("merge", 2, (1,)), ("grow", 2, ())]


@given(rows=incidents, data=st.data())
@settings(deadline=None, max_examples=25)
def test_neither_order_nor_numbering_matters(rows, data):
    order = np.array(data.draw(st.permutations(range(len(rows)))), dtype=np.intp)
    x, y, day = columns(rows)
    identity = np.arange(len(rows))
    before = track_clusters(windows(x, y, day, identity, range(20, 40, 3)))
    other_names = 7 * len(rows) - 5 * identity
    after = track_clusters(windows(x[order], y[order], day[order], other_names[order], range(20, 40, 3)))
    assert story(after) == story(before)


@given(rows=incidents)
@settings(deadline=None, max_examples=25)
def test_order_of_a_days_clusters_does_not_matter(rows):
    days = list(windows(*columns(rows), np.arange(len(rows)), range(20, 40, 4)))
    turned = [ClusterDay(d.day, d.incident, d.clusters[::-1]) for d in days]
    assert story(track_clusters(turned)) == story(track_clusters(days))


@given(rows=incidents, later=st.integers(-500, 20_000))
@settings(deadline=None, max_examples=25)
def test_a_shift_in_time_shifts_the_story(rows, later):
    x, y, day = columns(rows)
    identity = np.arange(len(rows))
    before = track_clusters(windows(x, y, day, identity, range(20, 40, 3)))
    after = track_clusters(windows(x, y, day + later, identity, range(20 + later, 40 + later, 3)))
    assert [told(d) for d in after] == [told(d) for d in before]
    assert [d.day - later for d in after] == [d.day for d in before]


@given(rows=incidents)
@settings(deadline=None, max_examples=25)
def test_repeating_a_day_tells_nothing_and_changes_nothing_after_it(rows):
    days = list(windows(*columns(rows), np.arange(len(rows)), range(20, 60, 4)))
    doubled = [ClusterDay(2 * k + half, d.incident, d.clusters) for k, d in enumerate(days) for half in (0, 1)]
    tracked = track_clusters(doubled)
    assert all(told(d) == [] for d in tracked[1::2])
    assert [told(d) for d in tracked[::2]] == [told(d) for d in track_clusters(days)]


@given(rows=incidents)
@settings(deadline=None, max_examples=25)
def test_every_cluster_has_one_identity_and_every_identity_one_life(rows):
    days = list(windows(*columns(rows), np.arange(len(rows)), range(0, 70, 3)))
    tracked = track_clusters(days)
    alive, ever = set(), set()
    for given_day, day in zip(days, tracked, strict=True):
        ids = [c.id for c in day.clusters]
        assert len(ids) == len(set(ids)) == len(given_day.clusters)
        born, dead = set(ids) - alive, alive - set(ids)
        assert not born & ever
        assert {c.id for c in day.changes if c.kind is ChangeKind.DEATH} == dead
        split_off = {i for c in day.changes if c.kind is ChangeKind.SPLIT for i in c.others}
        assert {c.id for c in day.changes if c.kind is ChangeKind.BIRTH} <= born
        assert born - {c.id for c in day.changes if c.kind is ChangeKind.BIRTH} <= split_off
        alive, ever = set(ids), ever | set(ids)


def test_one_day_at_a_time_is_the_same_as_all_at_once():
    rng = np.random.default_rng(5)
    x, y, day = rng.uniform(0, 300, 200), rng.uniform(0, 300, 200), rng.integers(0, 90, 200)
    days = list(windows(x, y, day, np.arange(200), range(28, 90)))
    at_once = track_clusters(days)
    assert sum(len(d.changes) for d in at_once) > 50
    before = None
    for expected, today in zip(at_once, days, strict=True):
        before = follow(before, today, TrackingParameters())
        assert story([before]) == story([expected])


@pytest.mark.parametrize(
    ("way", "direction", "at"),
    [
        (Movement(50, 50, 150, 50), Direction.OUTWARD, (100, 50)),
        (Movement(150, 50, 50, 50), Direction.INWARD, (100, 50)),
        (Movement(50, 50, 60, 50), None, None),
        (Movement(-50, 50, 150, 50), None, None),
        (Movement(100, 50, 130, 50), Direction.OUTWARD, (100, 50)),
        (Movement(50, 50, 100, 50), None, None),
    ],
)
def test_crossing_of_a_boundary(way, direction, at):
    found = way.crosses(SQUARE)
    assert (found and found.direction) == direction
    if found:
        assert (found.x_m, found.y_m) == at


def test_the_last_of_several_crossings_counts():
    horseshoe = shapely.Polygon([(0, 0), (100, 0), (100, 100), (70, 100), (70, 30), (30, 30), (30, 100), (0, 100)])
    found = Movement(10, 60, 130, 60).crosses(horseshoe)
    assert (found.direction, found.x_m, found.y_m) == (Direction.OUTWARD, 100, 60)


def test_what_is_wrong_is_named():
    with pytest.raises(ParameterError, match=r"part_share must be at most match_share \(0.3\), found 0.4"):
        TrackingParameters(match_share=0.3, part_share=0.4)
    with pytest.raises(ParameterError, match="days must rise, found 1 after 1"):
        track_clusters([day_of(1, []), day_of(1, [])])
    with pytest.raises(ParameterError, match="day 3 has one twice"):
        ClusterDay(3, np.array([1, 1]), ())
