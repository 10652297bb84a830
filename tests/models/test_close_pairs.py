import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

import models.close_pairs as module
from models.close_pairs import TooManyPairsError, close_pairs

# Whole numbers a few steps apart: ties, duplicates and distances that meet an edge exactly.
places = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), max_size=40)


def brute(x: np.ndarray, y: np.ndarray, edges: np.ndarray, metric: str, same: float) -> list[set[tuple[int, int]]]:
    found: list[set[tuple[int, int]]] = [set() for _ in edges]
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            dx, dy = abs(x[i] - x[j]), abs(y[i] - y[j])
            distance = dx + dy if metric == "manhattan" else np.sqrt(dx * dx + dy * dy)
            if distance <= same:
                found[0].add((i, j))
                continue
            for band in range(1, len(edges)):
                if edges[band - 1] <= distance < edges[band]:
                    found[band].add((i, j))
    return found


def listed(pairs: module.ClosePairs) -> list[list[tuple[int, int]]]:
    a, b = pairs.order[pairs.first], pairs.order[pairs.second]
    both = list(zip(np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True))
    return [both[i:j] for i, j in zip(pairs.start, pairs.start[1:], strict=False)]


@given(points=places, metric=st.sampled_from(module.METRICS), same=st.sampled_from([-1.0, 0.0, 1.0]))
def test_equals_brute_force_with_ties_and_duplicates(points, metric, same):
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    edges = np.array([0.0, 2.0, 5.0])
    pairs = close_pairs(x, y, edges, metric=metric, same_place_m=same)
    found = listed(pairs)
    assert [len(band) for band in found] == [len(set(band)) for band in found]
    assert [set(band) for band in found] == brute(x, y, edges, metric, same)


@given(points=places, shift=st.floats(-1e6, 1e6), data=st.data())
def test_order_and_reflection_do_not_matter(points, shift, data):
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    order = np.array(data.draw(st.permutations(range(len(x)))), dtype=np.intp)
    edges = np.array([0.0, 1.5, 4.5])
    counts = close_pairs(x, y, edges).per_band.tolist()
    assert close_pairs(x[order], -y[order], edges).per_band.tolist() == counts
    assert close_pairs(y + round(shift), x, edges).per_band.tolist() == counts


@pytest.mark.parametrize(("metric", "power"), [("manhattan", 1), ("euclidean", 2)])
@pytest.mark.parametrize("reach", [3.0, 40.0, 900.0, 5000.0])
def test_equals_scipys_tree(metric, power, reach):
    rng = np.random.default_rng(4)
    x, y = 6_150_000 + rng.uniform(0, 2_000, 600), rng.normal(720_000, 300, 600)
    x[:50], y[:50] = x[50:100], y[50:100]
    pairs = close_pairs(x, y, np.array([0.0, reach]), metric=metric)
    expected = cKDTree(np.column_stack((x, y))).query_pairs(np.nextafter(reach, 0), p=power)
    assert pairs.per_band.tolist() == [0, len(expected)]
    assert set(listed(pairs)[1]) == expected


def test_far_outliers_do_not_make_a_grid_of_the_whole_world():
    x = np.array([0.0, 1.0, 1e7, 1e7 + 1])
    assert close_pairs(x, x[::-1].copy(), np.array([0.0, 5.0])).per_band.tolist() == [0, 2]


def test_all_points_in_one_place():
    pairs = close_pairs(np.zeros(30), np.zeros(30), np.array([0.0, 10.0]), same_place_m=0.0)
    assert pairs.per_band.tolist() == [30 * 29 // 2, 0]


@pytest.mark.parametrize("n", [0, 1])
def test_no_points_no_pairs(n):
    assert close_pairs(np.ones(n), np.ones(n), np.array([0.0, 10.0])).per_band.tolist() == [0, 0]


def test_refuses_more_pairs_than_can_be_listed(monkeypatch):
    x = np.zeros(200)
    monkeypatch.setattr(module, "MOST_PAIRS", 10_000)
    with pytest.raises(TooManyPairsError, match="19,900 pairs of points lie within the bands, more than 10,000"):
        close_pairs(x, x, np.array([0.0, 1.0]))
    monkeypatch.setattr(module, "MOST_CANDIDATES", 15_000)
    with pytest.raises(TooManyPairsError, match="19,900 pairs of points lie in reach, more than 15,000"):
        close_pairs(x, x, np.array([0.0, 1.0]))
