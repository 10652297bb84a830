import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from models.cluster_parameters import ClusterParameters
from models.clusters import find_clusters
from models.parameter_limits import ParameterError
from models.st_dbscan import SpaceTimeClusterParameters, find_space_time_clusters

EAST, NORTH = 723_000.0, 6_177_000.0
PARAMETERS = SpaceTimeClusterParameters(radius_m=60.0, within_days=7.0, min_incidents=4)
LONGER_THAN_THE_RECORD = 1e6

# A coarse lattice makes repeated addresses, exact distances and incidents between two clusters common.
incidents = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 40)), max_size=50)


def columns(rows):
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return EAST + 30 * table[:, 0], NORTH + 30 * table[:, 1], table[:, 2]


def memberships(clusters):
    return [c.place.members.tolist() for c in clusters]


def brute_force(x, y, day, parameters):
    """Cores, their components and the incidents beside them, one pair at a time."""
    rows = sorted(range(len(x)), key=lambda i: (x[i], y[i], day[i]))
    near = {
        i: [
            j
            for j in rows
            if (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= parameters.radius_m**2
            and abs(day[i] - day[j]) <= parameters.within_days
        ]
        for i in rows
    }
    cores = [i for i in rows if len(near[i]) >= parameters.min_incidents]
    taken, groups = set(), []
    for seed in cores:
        if seed in taken:
            continue
        group, waiting = set(), [seed]
        while waiting:
            i = waiting.pop()
            for j in near[i]:
                if j not in taken and j not in group:
                    group.add(j)
                    if len(near[j]) >= parameters.min_incidents:
                        waiting.append(j)
        taken |= group
        groups.append(sorted(group))
    return sorted((g for g in groups if len(g) >= parameters.min_incidents), key=lambda g: (-len(g), g))


@given(rows=incidents, within_days=st.sampled_from([0.5, 1, 3, 7, 20, 100]), at_least=st.integers(2, 6))
@settings(max_examples=200, deadline=None)
def test_equals_one_pair_at_a_time(rows, within_days, at_least):
    parameters = SpaceTimeClusterParameters(60.0, within_days, at_least)
    x, y, day = columns(rows)
    found = memberships(find_space_time_clusters(x, y, day, parameters))
    assert sorted(found, key=lambda g: (-len(g), g)) == brute_force(x, y, day, parameters)


@pytest.mark.parametrize("seed", range(4))
def test_equals_scikit_learn_on_a_precomputed_condition(seed):
    rng = np.random.default_rng(seed)
    centre = rng.integers(0, 6, 400)
    x, y = EAST + rng.normal(150 * centre, 40), NORTH + rng.normal(100 * (centre % 3), 40)
    day = rng.uniform(0, 150, 400)
    far_m = np.hypot(x[:, None] - x, y[:, None] - y)
    far_days = np.abs(day[:, None] - day)
    apart = np.maximum(far_m / 60.0, far_days / 7.0)
    order = np.lexsort((day, y, x))
    scan = DBSCAN(eps=1.0, min_samples=4, metric="precomputed").fit(apart[np.ix_(order, order)])
    label = np.empty(400, dtype=np.intp)
    label[order] = scan.labels_
    expected = [np.flatnonzero(label == k).tolist() for k in range(label.max() + 1)]
    found = memberships(find_space_time_clusters(x, y, day, PARAMETERS))
    assert len(found) > 5
    assert sorted(found) == sorted(g for g in expected if len(g) >= 4)


@given(rows=incidents)
@settings(deadline=None)
def test_without_a_limit_in_time_it_is_dbscan(rows):
    x, y, day = columns(rows)
    parameters = SpaceTimeClusterParameters(60.0, LONGER_THAN_THE_RECORD, 4)
    found = find_space_time_clusters(x, y, day, parameters)
    plain = find_clusters(x, y, ClusterParameters(radius_m=60.0, min_incidents=4))
    assert memberships(found) == [c.members.tolist() for c in plain]
    for a, b in zip(found, plain, strict=True):
        assert (a.place.x_m, a.place.y_m, a.place.radius_m) == (b.x_m, b.y_m, b.radius_m)


@given(rows=incidents, data=st.data())
@settings(deadline=None)
def test_order_of_the_incidents_does_not_matter(rows, data):
    order = np.array(data.draw(st.permutations(range(len(rows)))), dtype=np.intp)
    x, y, day = columns(rows)
    before = find_space_time_clusters(x, y, day, PARAMETERS)
    after = find_space_time_clusters(x[order], y[order], day[order], PARAMETERS)
    assert [sorted(order[c.place.members].tolist()) for c in after] == memberships(before)
    assert [(c.place.x_m, c.first_day, c.last_day) for c in after] == [
        (c.place.x_m, c.first_day, c.last_day) for c in before
    ]


@given(rows=incidents, later=st.integers(-1000, 20_000))
@settings(deadline=None)
def test_only_differences_in_time_count(rows, later):
    x, y, day = columns(rows)
    after = find_space_time_clusters(x, y, day + later, PARAMETERS)
    assert memberships(after) == memberships(find_space_time_clusters(x, y, day, PARAMETERS))


def test_one_address_counts_every_incident_near_in_time():
    spot = np.full(10, EAST)
    day = np.array([0, 0, 0, 0, 30, 60, 61, 62, 67, 74.0])
    first, second = find_space_time_clusters(spot, spot, day, PARAMETERS)
    assert first.place.members.tolist() == [5, 6, 7, 8, 9]
    assert (first.first_day, first.last_day) == (60.0, 74.0)
    assert second.place.members.tolist() == [0, 1, 2, 3]
    assert second.place.radius_m == 0


def test_ten_thousand_incidents_of_one_address_are_one_cluster():
    spot, day = np.full(10_000, EAST), np.repeat(np.arange(100.0), 100)
    (found,) = find_space_time_clusters(spot, spot, day, PARAMETERS)
    assert found.place.incidents == 10_000


def test_both_radii_include_their_end():
    x = EAST + np.array([0, 60, 120, 180.0])
    parameters = SpaceTimeClusterParameters(60.0, 7.0, 2)
    (found,) = find_space_time_clusters(x, np.full(4, NORTH), np.array([0, 7, 14, 21.0]), parameters)
    assert found.place.incidents == 4
    assert find_space_time_clusters(x, np.full(4, NORTH), np.array([0, 7.001, 14.002, 21.003]), parameters) == ()


def test_nothing_gives_nothing():
    assert find_space_time_clusters(np.empty(0), np.empty(0), np.empty(0), PARAMETERS) == ()


def test_what_is_wrong_is_named():
    with pytest.raises(ParameterError, match="within_days must be a number greater than 0, found 0"):
        SpaceTimeClusterParameters(within_days=0)
    with pytest.raises(ParameterError, match="one length, found 2, 2 and 1"):
        find_space_time_clusters(np.zeros(2), np.zeros(2), np.zeros(1), PARAMETERS)
    with pytest.raises(ParameterError, match="day must be finite, found nan at position 1"):
        find_space_time_clusters(np.zeros(2), np.zeros(2), np.array([0, np.nan]), PARAMETERS)
