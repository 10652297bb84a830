from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import HDBSCAN

from models.hdbscan_clusters import HdbscanParameters, find_hdbscan_clusters
from models.parameter_limits import ParameterError

EAST, NORTH = 723_000.0, 6_177_000.0
NO_FLOOR_M = 1e-9

# 30, 25 and 15 points around three centres and 30 strewn, in metres.
R_POINTS = np.array(
    [
        (36.24, -36.01),
        (-0.44, -21.73),
        (37.61, -23.96),
        (25.12, -10.28),
        (42.9, -4.39),
        (-13.76, -25.74),
        (5.37, -34.69),
        (-31.27, -16.05),
        (-30.45, -22.51),
        (-16.32, -18.64),
        (26.43, -7.76),
        (26.04, 10.09),
        (-5.14, 20.02),
        (4.7, -15.44),
        (70.58, 19.29),
        (16.43, 12.75),
        (19.98, 20.39),
        (-58.6, 28.13),
        (-34.01, 2.04),
        (9.98, 5.19),
        (69.08, 27.33),
        (30.29, -38.43),
        (53.76, -30.67),
        (-6.37, 32.73),
        (-26.68, 23.15),
        (-31.71, 8.31),
        (27.24, -9.08),
        (-9.59, -2.5),
        (12.3, -5.39),
        (32.26, -4.3),
        (273.82, 56.7),
        (297.34, 47.81),
        (307.35, 18.75),
        (442.92, 67.61),
        (305.63, 2.39),
        (311.42, 51.82),
        (332.85, 132.35),
        (360.93, 88.53),
        (263.06, 31.12),
        (304.61, 108.08),
        (263.87, 118.66),
        (263.95, 17.08),
        (259.81, -58.43),
        (227.51, 66),
        (309.71, 41.44),
        (311.46, 18.61),
        (250.92, 130.35),
        (312.49, 42.21),
        (289.91, 90.98),
        (348.78, 20.18),
        (371.06, 6.68),
        (265.81, 56.93),
        (424.14, 80.5),
        (254.17, 95.29),
        (258.24, 8.69),
        (135.75, 397.19),
        (154.96, 391.81),
        (164.97, 392.82),
        (174.86, 416.62),
        (121.09, 401.54),
        (166.4, 412.68),
        (150.69, 399.48),
        (131.31, 416.55),
        (142.51, 402.2),
        (145.98, 416.6),
        (132.32, 404.52),
        (141.29, 397.99),
        (141.83, 395.37),
        (157.93, 394.02),
        (168.77, 388.92),
        (-59.04, 158.98),
        (-32.27, 283.09),
        (355.48, 579.18),
        (452.33, 426.54),
        (429.18, 119.14),
        (38.36, 361.72),
        (321.95, 548.23),
        (572.43, 192.81),
        (-90.72, -147.69),
        (532.13, 244.93),
        (134.92, 342.36),
        (466.66, 400.36),
        (54.07, 206.45),
        (-176.47, -58.22),
        (-114.84, 258.73),
        (396.4, -69.99),
        (-44.76, 250.51),
        (450.57, 306.3),
        (-108.58, 264.18),
        (-28.92, 490.9),
        (104.15, 216.6),
        (382.11, -49),
        (269.05, 263.53),
        (566.44, -76.55),
        (414.72, 332.31),
        (334.41, -43.59),
        (538.47, 84.75),
        (-134.15, 368.13),
        (348.87, -27.86),
        (124.18, -156.87),
    ]
)
R_CLUSTER = np.array(
    list("3333333333333333333333333333331111111111111111111111111222222222222222220012000020202120200100011010"),
    dtype=np.int64,
)

lattice = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), max_size=40)


def three_groups(seed):
    rng = np.random.default_rng(seed)
    groups = [rng.normal([EAST, NORTH], 25, (30, 2)), rng.normal([EAST + 300, NORTH + 50], 40, (25, 2))]
    groups += [
        rng.normal([EAST + 150, NORTH + 400], 15, (15, 2)),
        rng.uniform([EAST - 200, NORTH - 200], [EAST + 600, NORTH + 600], (30, 2)),
    ]
    return np.concatenate(groups).T


def memberships(clusters):
    return sorted(c.members.tolist() for c in clusters)


def by_definition(x, y, parameters):
    """Components of the links at every length, the tree of those that are large enough, and the best choice in it."""
    n = len(x)
    if n < max(parameters.min_incidents, parameters.core_incidents):
        return []
    far = np.hypot(x[:, None] - x, y[:, None] - y)
    core = np.sort(far, axis=1)[:, parameters.core_incidents - 1]
    link = np.maximum(np.maximum(far, parameters.accuracy_m), np.maximum(core[:, None], core))
    levels = np.unique(link[~np.eye(n, dtype=bool)])[::-1]

    def parts_below(group, level):
        """What stays together when links of ``level`` and longer are cut."""
        count, label = connected_components(link[np.ix_(group, group)] < level, directed=False)
        return [group[label == k] for k in range(count)]

    def best(group, birth, *, is_root):
        stability, now = 0.0, group
        while True:
            # The longest link whose cutting takes the group apart: the fewer links, the more parts.
            at = bisect_left(levels, True, key=lambda level: len(parts_below(now, level)) > 1)
            parts = [p for p in parts_below(now, levels[at]) if len(p) >= parameters.min_incidents]
            stays = len(parts[0]) if len(parts) == 1 else 0
            stability += (len(now) - stays) * (1 / levels[at] - birth)
            if not stays:
                break
            now = parts[0]
        below = [best(p, 1 / levels[at], is_root=False) for p in parts]
        total = sum(s for s, _ in below)
        if is_root or total > stability + 1e-12:
            return total, [g for _, gs in below for g in gs]
        return stability, [group]

    return sorted(sorted(g.tolist()) for g in best(np.arange(n), 0.0, is_root=True)[1])


@given(places=lattice, size=st.integers(2, 6), core=st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_equals_the_definition_with_ties_and_repeated_addresses(places, size, core):
    xy = np.array(places, dtype=np.float64).reshape(-1, 2) * 30
    parameters = HdbscanParameters(size, core, 10.0)
    assert memberships(find_hdbscan_clusters(*xy.T, parameters)) == by_definition(*xy.T, parameters)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("size", "core"), [(5, 5), (8, 4), (4, 10)])
def test_equals_the_definition_on_scattered_incidents(seed, size, core):
    x, y = three_groups(seed)
    parameters = HdbscanParameters(size, core, 5.0)
    found = memberships(find_hdbscan_clusters(x, y, parameters))
    assert found == by_definition(x, y, parameters)
    assert len(found) >= 2


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("size", "core"), [(5, 1), (5, 2), (10, 2)])
def test_equals_scikit_learn_where_no_links_tie(seed, size, core):
    x, y = three_groups(seed)
    label = HDBSCAN(min_cluster_size=size, min_samples=core, copy=True).fit(np.column_stack([x, y])).labels_
    expected = sorted(np.flatnonzero(label == k).tolist() for k in range(label.max() + 1))
    assert memberships(find_hdbscan_clusters(x, y, HdbscanParameters(size, core, NO_FLOOR_M))) == expected


@pytest.mark.parametrize("seed", range(5))
def test_differs_from_scikit_learn_only_where_links_tie(seed):
    # Of links of equal length scikit-learn cuts one first, which leaves a few more incidents in a cluster.
    x, y = three_groups(seed)
    label = HDBSCAN(min_cluster_size=8, min_samples=8, copy=True).fit(np.column_stack([x, y])).labels_
    found = find_hdbscan_clusters(x, y, HdbscanParameters(8, 8, NO_FLOOR_M))
    assert len(found) == label.max() + 1
    for cluster in found:
        (theirs,) = np.unique(label[cluster.members])
        assert 0 <= (label == theirs).sum() - cluster.incidents <= 2


def test_equals_rs_dbscan():
    """R's dbscan 1.1-11, ``hdbscan(points, minPts = 5)$cluster``: the numbers of each point's cluster, 0 is noise."""
    found = find_hdbscan_clusters(*R_POINTS.T, HdbscanParameters(5, 5, NO_FLOOR_M))
    assert memberships(found) == sorted(np.flatnonzero(k == R_CLUSTER).tolist() for k in (1, 2, 3))


def pile(x, y, n):
    return np.repeat([[EAST + x, NORTH + y]], n, axis=0)


def test_addresses_repeated_less_than_a_cluster_belong_to_the_cluster_around_them():
    rng = np.random.default_rng(3)
    around = rng.normal([EAST, NORTH], 15, (30, 2))
    xy = np.concatenate([around, pile(2, 3, 2), pile(-5, 8, 2), rng.normal([EAST + 400, NORTH], 15, (20, 2))])
    x, y = np.concatenate([xy, xy[:3]]).T
    large, small = find_hdbscan_clusters(x, y, HdbscanParameters(10, 5, 5.0))
    assert small.incidents == 20
    assert large.incidents >= 34
    assert {30, 31, 32, 33, 54, 55, 56} <= set(large.members.tolist())


@pytest.mark.parametrize("n", [5, 10, 50, 500])
def test_two_piles_are_two_clusters_however_high(n):
    x, y = np.concatenate([pile(0, 0, n), pile(100, 0, n)]).T
    found = find_hdbscan_clusters(x, y, HdbscanParameters(5, 5, 5.0))
    assert [c.incidents for c in found] == [n, n]
    assert [c.radius_m for c in found] == [0, 0]


def test_piles_nearer_than_places_are_exact_are_one():
    x, y = np.concatenate([pile(0, 0, 9), pile(4, 0, 9), pile(300, 0, 9)]).T
    found = find_hdbscan_clusters(x, y, HdbscanParameters(5, 5, 5.0))
    assert [c.incidents for c in found] == [18, 9]


def test_data_that_do_not_split_have_no_cluster():
    for xy in (np.empty((0, 2)), pile(0, 0, 1), pile(0, 0, 4), pile(0, 0, 40), np.column_stack([np.arange(30.0)] * 2)):
        assert find_hdbscan_clusters(*xy.T, HdbscanParameters()) == ()
    assert find_hdbscan_clusters(np.arange(9.0), np.zeros(9), HdbscanParameters(core_incidents=10)) == ()


@given(places=lattice, data=st.data())
@settings(max_examples=25, deadline=None)
def test_order_of_the_incidents_does_not_matter(places, data):
    xy = np.array(places, dtype=np.float64).reshape(-1, 2) * 30
    order = np.array(data.draw(st.permutations(range(len(xy)))), dtype=np.intp)
    parameters = HdbscanParameters(3, 3, 10.0)
    before, after = find_hdbscan_clusters(*xy.T, parameters), find_hdbscan_clusters(*xy[order].T, parameters)
    assert [sorted(order[c.members].tolist()) for c in after] == [c.members.tolist() for c in before]
    assert [(c.x_m, c.y_m, c.radius_m) for c in after] == [(c.x_m, c.y_m, c.radius_m) for c in before]


@given(places=lattice)
@settings(max_examples=25, deadline=None)
def test_turning_the_map_changes_nothing(places):
    x, y = (np.array(places, dtype=np.float64).reshape(-1, 2) * 30).T
    parameters = HdbscanParameters(3, 3, 10.0)
    assert memberships(find_hdbscan_clusters(-y, x, parameters)) == memberships(find_hdbscan_clusters(x, y, parameters))


@given(places=lattice, size=st.integers(2, 6))
@settings(max_examples=25, deadline=None)
def test_every_cluster_is_large_and_no_incident_is_in_two(places, size):
    x, y = (np.array(places, dtype=np.float64).reshape(-1, 2) * 30).T
    found = memberships(find_hdbscan_clusters(x, y, HdbscanParameters(size, 3, 10.0)))
    assert all(len(members) >= size for members in found)
    together = [i for members in found for i in members]
    assert len(together) == len(set(together))


def test_what_is_wrong_is_named():
    with pytest.raises(ParameterError, match="accuracy_m must be a number greater than 0, found 0"):
        HdbscanParameters(accuracy_m=0)
    with pytest.raises(ParameterError, match="one length, found 2 and 1"):
        find_hdbscan_clusters(np.zeros(2), np.zeros(1), HdbscanParameters())
    with pytest.raises(ParameterError, match="y_m must be finite, found inf at position 0"):
        find_hdbscan_clusters(np.zeros(1), np.array([np.inf]), HdbscanParameters())
