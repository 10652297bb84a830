from itertools import permutations

import numpy as np
import pytest

from models.patrol_way import round_m, round_trip


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7])
def test_the_round_is_the_shortest_there_is(n: int) -> None:
    rng = np.random.default_rng(n)
    for seed in range(8):
        xy = rng.uniform(0, 1500, (n, 2))
        order = round_trip(xy, seed=seed)
        assert order == round_trip(xy, seed=seed)
        assert sorted(order) == list(range(n))
        shortest = min(round_m(xy, [0, *rest]) for rest in permutations(range(1, n)))
        assert round_m(xy, order) <= shortest + n


def test_a_place_alone_is_no_way() -> None:
    assert round_m(np.zeros((1, 2)), [0]) == 0.0
    assert round_m(np.zeros((0, 2)), []) == 0.0
