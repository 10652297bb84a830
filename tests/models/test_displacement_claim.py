"""The claim rule under simulated tables of the size of Indre Nørrebro: 48 incidents in 28 days in the treated
area over seven categories, nine neighbours and two controls of unequal size, four earlier years."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.displacement_claim import Roles, Windows, judge

ROLES = Roles(0, tuple(range(1, 10)), (10, 11))
AREA_LEVELS = np.array([48, 18, 11, 46, 41, 44, 2, 18, 0.1, 26, 44, 49])  # incidents in 28 days
CATEGORY_SHARES = np.array([0.12, 0.16, 0.05, 0.14, 0.30, 0.13, 0.10])
USUAL = np.outer(AREA_LEVELS, CATEGORY_SHARES)
HASH = 1  # column of the first category; column 0 holds all together


def counted(rng, rates):
    counts = rng.poisson(rates).astype(np.float64)
    return np.column_stack([counts.sum(axis=1), counts])


def simulated(rng, usual, now):
    after = counted(rng, now)
    windows = [Windows(counted(rng, years * usual), after, years) for years in (1, 4)]
    return judge(windows, ROLES).claimed


def share_with_a_claim(usual, now, *, tables, seed):
    rng = np.random.default_rng(seed)
    return np.mean([simulated(rng, usual, now).any() for _ in range(tables)])


def market(size):
    """Usual rates when ``size`` of the treated area's incidents are of the first category."""
    usual = USUAL.copy()
    usual[0] *= (48 - size) / (48 * (1 - CATEGORY_SHARES[0]))
    usual[0, 0] = size
    return usual


def moved(usual, *, to, share):
    now = usual.copy()
    now[0, 0] -= share * usual[0, 0]
    now[to, 0] += share * usual[0, 0]
    return now


def test_chance_alone_claims_nothing():
    assert share_with_a_claim(USUAL, USUAL, tables=1_000, seed=1) <= 0.005


def fallen(share, categories=slice(None)):
    now = USUAL.copy()
    now[0, categories] *= 1 - share
    return now


RISE_OF_ITS_OWN = USUAL.copy()
RISE_OF_ITS_OWN[1, 0] += 15
FALL_AND_GENERAL_RISE = fallen(0.5)
FALL_AND_GENERAL_RISE[1:] *= 1.3


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(fallen(0.85, 0), id="one category falls in the treated area"),
        pytest.param(fallen(0.5), id="everything falls in the treated area"),
        pytest.param(FALL_AND_GENERAL_RISE, id="it falls there and rises everywhere else"),
        pytest.param(RISE_OF_ITS_OWN, id="a neighbour rises for reasons of its own"),
        pytest.param(USUAL * 1.5, id="general rise"),
        pytest.param(USUAL * 0.6, id="general fall"),
    ],
)
def test_what_is_no_displacement_is_not_claimed(now):
    # 2,000 tables of each gave at most 0.026; 0.05 of 300 is 15 tables.
    assert share_with_a_claim(USUAL, now, tables=300, seed=2) <= 0.05


@pytest.mark.parametrize(("size", "to", "power"), [(16, 1, 0.82), (20, 1, 0.95), (30, 1, 0.99), (20, 4, 0.82)])
def test_finds_a_market_that_moved(size, to, power):
    rng = np.random.default_rng(3)
    usual = market(size)
    claims = np.array([simulated(rng, usual, moved(usual, to=to, share=0.85)) for _ in range(150)])
    assert claims[:, :, to - 1, HASH].any(axis=1).mean() == pytest.approx(power, abs=0.08)
    innocent = [j for j in range(9) if j != to - 1]
    assert claims[:, :, innocent].any(axis=(1, 2, 3)).mean() <= 0.03


def one_table(treated, neighbours, controls, periods=1):
    """Windows of one column from (before, after) pairs."""
    pairs = np.array([treated, *neighbours, *controls], dtype=np.float64)
    roles = Roles(
        0,
        tuple(range(1, 1 + len(neighbours))),
        tuple(range(1 + len(neighbours), 1 + len(neighbours) + len(controls))),
    )
    return [Windows(pairs[:, :1], pairs[:, 1:], periods)], roles


def test_names_the_neighbour_that_rose_and_no_other():
    claims = judge(*one_table((80, 3), [(9, 17), (40, 11), (20, 4)], [(45, 11)], periods=4))
    assert claims.claimed[0, :, 0].tolist() == [True, False, False]
    assert claims.p_adjusted[0, 0, 0] <= 0.05 < claims.p_adjusted[0, 1, 0]


def test_a_fall_that_is_general_is_no_displacement():
    windows, roles = one_table((80, 3), [(9, 17), (160, 6)], [(160, 5)], periods=4)
    assert not judge(windows, roles).claimed.any()


def test_a_neighbour_that_did_not_rise_against_its_own_history_is_not_claimed():
    windows, roles = one_table((80, 3), [(40, 12), (400, 20)], [(400, 20)], periods=4)
    claims = judge(windows, roles)
    assert claims.p_adjusted[0, 0, 0] <= 0.05
    assert not claims.claimed[0, 0, 0]


def test_controls_that_moved_the_other_way_forbid_a_claim():
    treated, neighbours = (80, 5), [(9, 17), (400, 150)]
    assert judge(*one_table(treated, neighbours, [(16, 4)], periods=4)).claimed[0, 0, 0]
    assert not judge(*one_table(treated, neighbours, [(16, 0)], periods=4)).claimed[0, 0, 0]


def test_without_controls_the_other_neighbours_are_the_rest():
    claims = judge(*one_table((80, 3), [(9, 17), (160, 40)], [], periods=4))
    assert claims.claimed[0, :, 0].tolist() == [True, False]


def test_a_single_neighbour_without_controls_is_judged_by_its_own_history():
    assert judge(*one_table((80, 3), [(9, 17)], [], periods=4)).claimed.all()
    assert not judge(*one_table((80, 3), [(9, 4)], [], periods=4)).claimed.any()


def test_no_neighbours():
    windows, roles = one_table((80, 3), [], [(45, 11)])
    assert judge(windows, roles).claimed.shape == (1, 0, 1)


pairs = st.tuples(st.integers(0, 90), st.integers(0, 40))


@given(treated=pairs, neighbours=st.lists(pairs, min_size=2, max_size=5), control=pairs, data=st.data())
def test_order_of_the_neighbours_does_not_matter(treated, neighbours, control, data):
    order = data.draw(st.permutations(range(len(neighbours))))
    claims = judge(*one_table(treated, neighbours, [control], periods=4))
    other = judge(*one_table(treated, [neighbours[i] for i in order], [control], periods=4))
    np.testing.assert_allclose(other.p_adjusted, claims.p_adjusted[:, order])
    np.testing.assert_array_equal(other.claimed, claims.claimed[:, order])


@given(treated=pairs, neighbours=st.lists(pairs, min_size=1, max_size=5), control=pairs)
def test_a_claim_means_that_one_fell_and_the_other_rose(treated, neighbours, control):
    claims = judge(*one_table(treated, neighbours, [control], periods=4))
    assert np.all(claims.p <= claims.p_adjusted)
    assert np.all(claims.p_adjusted[claims.claimed] <= 0.05)
    for (before, after), claimed in zip(neighbours, claims.claimed[0, :, 0], strict=True):
        if claimed:
            assert treated[1] < treated[0] / 4
            assert after > before / 4
