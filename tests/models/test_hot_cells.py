import numpy as np
import pytest
from scipy import sparse, stats

from data.partnerships import load_partnership
from geo.grid import adjacency, cells_with_centre_inside
from models.even_spread import even_spread_p
from models.getis_ord import gi_star
from models.hot_cells import hot_cells
from models.multiple_testing import benjamini_hochberg

AREAS = load_partnership(None).areas
CELLS = np.unique(np.concatenate([cells_with_centre_inside(area.polygon, 10) for area in AREAS.areas]))
WEIGHTS = adjacency(CELLS, include_self=True)
LEVEL = 0.05


def strewn(incidents: float, rng: np.random.Generator) -> np.ndarray:
    """Counts of incidents that any cell of the partnership receives with equal chance, seven categories and all."""
    by_category = rng.multinomial(rng.poisson(incidents), np.full(len(CELLS), 1 / len(CELLS)), size=7).T
    return np.column_stack([by_category, by_category.sum(axis=1)]).astype(float)


def test_p_is_the_larger_of_both_and_q_is_over_the_whole_table() -> None:
    counts = strewn(100, np.random.default_rng(1))
    found = hot_cells(counts, WEIGHTS, level=LEVEL)
    for k, x in enumerate(counts.T):
        star = gi_star(x, WEIGHTS)
        assert (found.z[:, k] == star.z).all()
        assert (found.p[:, k] == np.maximum(star.normal_p, even_spread_p(x, WEIGHTS))).all()
    assert (found.q == benjamini_hochberg(found.p)).all()
    assert (found.hot == ((found.z > 0) & (found.q <= LEVEL))).all()


@pytest.mark.parametrize("incidents", [5, 20, 150, 600])
def test_chance_alone_is_hardly_ever_hot_at_our_density(incidents: int) -> None:
    # 150 of a category in 84 days over the whole partnership is what Indre Nørrebro and its neighbours have.
    rng = np.random.default_rng(incidents)
    trials = 200
    any_hot = sum(hot_cells(strewn(incidents, rng), WEIGHTS, level=LEVEL).hot.any() for _ in range(trials))
    assert any_hot <= stats.binom.ppf(0.999, trials, LEVEL)


def test_a_real_concentration_is_hot() -> None:
    rng = np.random.default_rng(2)
    counts = strewn(150, rng)
    counts[40, 0] += 25
    assert hot_cells(counts, WEIGHTS, level=LEVEL).hot[40, 0]


@pytest.mark.parametrize(("crowded", "cold"), [(1.95, False), (2.05, True)])
def test_cold_only_where_an_incident_is_expected_in_every_cell(crowded: float, cold: bool) -> None:
    # One half of a long ring is empty, the other holds twice the mean: just below and just above 1 incident per cell.
    n = 400
    ring = sparse.csr_array(sum(np.roll(np.eye(n), shift, axis=1) for shift in range(-20, 21)))
    counts = np.zeros((n, 1))
    counts[: n // 2, 0] = crowded
    found = hot_cells(counts, ring, level=LEVEL)
    assert found.q[300, 0] <= LEVEL
    assert found.z[300, 0] < 0
    assert found.cold.any() == cold
    assert found.hot.any()
    assert not (found.cold & found.hot).any()
