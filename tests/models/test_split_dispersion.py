import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from models.dispersion import DispersionError
from models.parameter_limits import ParameterError
from models.split_dispersion import split_dispersion


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=4, max_size=30), st.integers(0, 3))
def test_equals_the_chi_square_of_scipy(pairs, spare):
    table = np.array(pairs, dtype=float).T
    if not table.sum(axis=1).all():
        return
    # Days before the first whole block take no part.
    days = np.concatenate([np.full((2, spare), 99.0), np.repeat(table / 4, 4, axis=1)], axis=1)
    found = split_dispersion(*days, block_days=4)
    expected = chi2_contingency(table, correction=False)
    assert found.factor == pytest.approx(max(1.0, expected.statistic / expected.dof))
    assert found.degrees_of_freedom == expected.dof


@pytest.mark.parametrize("per_day", [0.02, 0.2, 2.0])
def test_chance_has_a_factor_of_one_on_average_and_bursts_have_more(per_day):
    rng = np.random.default_rng(3)
    mean = np.array([[per_day], [3 * per_day]])
    raw, bursts = [], []
    for _ in range(150):
        area, controls = rng.poisson(np.broadcast_to(mean, (2, 728))).astype(float)
        raw.append(split_dispersion(area, controls, block_days=28).factor)
        level = rng.gamma(4, 1 / 4, (2, 26)).repeat(28, axis=1)
        area, controls = rng.poisson(mean * level).astype(float)
        bursts.append(split_dispersion(area, controls, block_days=28).factor)
    assert 1.0 <= np.mean(raw) < 1.2
    # Both sides of the split move: 1 + mean of the area in a block x relative variance, twice the pool's part.
    assert np.mean(bursts) > 1 + 28 * per_day * 0.15


def test_what_moves_both_alike_is_no_variation():
    both = np.tile([1.0, 9, 3, 20], 10)
    assert split_dispersion(both, 2 * both, block_days=4).factor == 1
    assert split_dispersion(both, 2 * both, block_days=1).factor == 1


@pytest.mark.parametrize(
    ("area", "controls", "said"),
    [
        ([1.0] * 9, [1.0] * 9, "found 3 blocks with 9 and 9"),
        ([0.0] * 30, [1.0] * 30, "found 10 blocks with 0 and 30"),
        ([0.0] * 30, [0.0] * 30, "found 0 blocks with 0 and 0"),
    ],
)
def test_too_little_is_said_plainly(area, controls, said):
    with pytest.raises(DispersionError, match=said):
        split_dispersion(np.array(area), np.array(controls), block_days=3)


def test_shapes_must_fit():
    with pytest.raises(ParameterError, match="found 3 and 4"):
        split_dispersion(np.ones(3), np.ones(4), block_days=1)
