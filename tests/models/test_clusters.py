import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from models.cluster_parameters import ClusterParameters
from models.clusters import find_clusters
from models.parameter_limits import ParameterError

EAST, NORTH = 723_000.0, 6_177_000.0  # about Nørrebro in EPSG:25832
PARAMETERS = ClusterParameters(radius_m=60.0, min_incidents=5)

# A coarse lattice makes repeated points and points between two clusters common.
points = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 6)), min_size=0, max_size=60)


def found_at(places, parameters=PARAMETERS):
    xy = np.array(places, dtype=np.float64).reshape(-1, 2)
    return find_clusters(xy[:, 0], xy[:, 1], parameters)


def two_squares():
    rng = np.random.default_rng(7)
    near = rng.uniform([EAST, NORTH], [EAST + 50, NORTH + 50], (20, 2))
    far = rng.uniform([EAST + 800, NORTH], [EAST + 850, NORTH + 50], (9, 2))
    noise = np.array([[EAST + 400, NORTH + 300], [EAST - 500, NORTH]])
    return np.concatenate([noise[:1], far, near, noise[1:]])


def test_finds_dense_groups_the_largest_first():
    xy = two_squares()
    large, small = found_at(xy)
    assert (large.incidents, small.incidents) == (20, 9)
    assert large.members.tolist() == list(range(10, 30))
    assert small.members.tolist() == list(range(1, 10))
    np.testing.assert_allclose((large.x_m, large.y_m), xy[10:30].mean(axis=0))
    distance_m = np.hypot(*(xy[10:30] - xy[10:30].mean(axis=0)).T)
    assert large.radius_m == pytest.approx(distance_m.max())


def test_hull_equals_scipys():
    xy = two_squares()
    large, _ = found_at(xy)
    expected = ConvexHull(xy[10:30] - [EAST, NORTH])
    corners = {tuple(row) for row in xy[10:30][expected.vertices].tolist()}
    assert {tuple(row) for row in large.hull_xy.tolist()} == corners
    x, y = (large.hull_xy - large.hull_xy.mean(axis=0)).T
    area_m2 = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
    assert area_m2 == pytest.approx(expected.volume)  # positive: counter-clockwise


def test_repeated_addresses_are_a_cluster_of_their_own():
    (cluster,) = found_at([(EAST, NORTH)] * 5)
    assert cluster.incidents == 5
    assert cluster.radius_m == 0
    assert cluster.hull_xy.tolist() == [[EAST, NORTH]]


def test_points_on_a_line_have_a_hull_of_two():
    (cluster,) = found_at([(EAST + 10 * i, NORTH + 20 * i) for i in (3, 0, 1, 4, 2)])
    assert cluster.hull_xy.tolist() == [[EAST, NORTH], [EAST + 40, NORTH + 80]]


def test_too_few_are_no_cluster():
    assert found_at([(EAST, NORTH)] * 4) == ()
    assert found_at([]) == ()


@given(places=points, data=st.data())
def test_order_of_the_incidents_does_not_matter(places, data):
    xy = [(EAST + 25 * x, NORTH + 25 * y) for x, y in places]
    order = data.draw(st.permutations(range(len(xy))))
    before, after = found_at(xy), found_at([xy[i] for i in order])
    assert len(before) == len(after)
    for a, b in zip(before, after, strict=True):
        assert (a.x_m, a.y_m, a.radius_m, a.incidents) == (b.x_m, b.y_m, b.radius_m, b.incidents)
        np.testing.assert_array_equal(a.hull_xy, b.hull_xy)
        assert sorted(order[i] for i in b.members) == a.members.tolist()


@given(places=points)
def test_every_cluster_is_large_and_no_incident_is_in_two(places):
    clusters = found_at([(EAST + 25 * x, NORTH + 25 * y) for x, y in places])
    members = np.concatenate([np.empty(0, np.intp), *(cluster.members for cluster in clusters)])
    assert len(members) == len(np.unique(members))
    for cluster in clusters:
        assert cluster.incidents == len(cluster.members) >= PARAMETERS.min_incidents
        reach_m = np.hypot(*(cluster.hull_xy - [cluster.x_m, cluster.y_m]).T)
        assert reach_m.max() == pytest.approx(cluster.radius_m)


def test_parameters_name_what_is_wrong():
    with pytest.raises(ParameterError, match=r"radius_m must be a number greater than 0, found -1"):
        ClusterParameters(radius_m=-1)
    with pytest.raises(ParameterError, match="min_incidents must be a whole number of at least 2, found 1"):
        ClusterParameters(min_incidents=1)
