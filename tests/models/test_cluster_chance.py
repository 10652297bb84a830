import numpy as np
import pytest
import shapely
from scipy.stats import binom

from models.cluster_chance import ClusterChance, cluster_chance
from models.cluster_parameters import ClusterParameters
from models.clusters import find_clusters
from models.parameter_limits import ParameterError

SQUARE = shapely.box(0, 0, 1000, 900)


def dbscan_sizes(x_m, y_m, rng):
    return [c.incidents for c in find_clusters(x_m, y_m, ClusterParameters())]


def chance_of(incidents, where, replicates=80, seed=1):
    return cluster_chance(incidents, where, dbscan_sizes, replicates=replicates, rng=np.random.default_rng(seed))


def test_far_places_have_clusters_as_often_as_the_binomial_says():
    # Two places: a map of five incidents has a cluster only where all five fell on one, which is 2 of 32 ways.
    places = np.array([[0.0, 0.0], [1000.0, 0.0]])
    chance = chance_of(5, places, replicates=500)
    expected = 2 * binom.pmf(5, 5, 0.5)
    assert chance.any_cluster == pytest.approx(expected, abs=3 * np.sqrt(expected * (1 - expected) / 500))
    assert chance.mean_clusters == chance.any_cluster


def test_the_same_seed_gives_the_same_bits():
    one, other = chance_of(60, SQUARE), chance_of(60, SQUARE)
    np.testing.assert_array_equal(one.largest, other.largest)


def test_more_incidents_make_more_clusters_by_chance():
    few, many = chance_of(30, SQUARE), chance_of(120, SQUARE)
    assert few.mean_clusters < many.mean_clusters
    assert (np.diff(many.largest) >= 0).all()


def test_incidents_are_strewn_inside_the_polygon():
    triangle = shapely.Polygon([(0, 0), (100, 0), (0, 100)])
    seen = []

    def sizes(x_m, y_m, rng):
        seen.append(bool(shapely.contains_xy(triangle, x_m, y_m).all()) and len(x_m) == 50)
        return [len(x_m)]

    chance = cluster_chance(50, triangle, sizes, replicates=20, rng=np.random.default_rng(2))
    assert seen == [True] * 20
    assert chance.p_of(50) == 1
    assert chance.p_of(51) == 1 / 21


def test_p_counts_maps_with_as_large_a_cluster():
    chance = ClusterChance(0.5, 0.5, np.array([0, 0, 5, 7]))
    assert [chance.p_of(k) for k in (5, 6, 7, 8)] == [3 / 5, 2 / 5, 2 / 5, 1 / 5]


def test_what_is_wrong_is_named():
    with pytest.raises(ParameterError, match="incidents must be a whole number of at least 1, found 0"):
        chance_of(0, SQUARE)
    with pytest.raises(ParameterError, match="polygon with an area"):
        chance_of(5, shapely.Polygon())
