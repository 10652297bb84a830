import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad

from models.kernel_density import (
    DEFINED,
    NOTHING,
    TOO_LITTLE,
    KernelDensity,
    density_ratio,
    kernel_density,
)
from models.parameter_limits import ParameterError

places = st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), max_size=30)


def brute(x: np.ndarray, y: np.ndarray, at: tuple[np.ndarray, np.ndarray], h: float, w: np.ndarray) -> np.ndarray:
    """The definition, every incident against every centre, per km²."""
    u2 = ((x[None] - at[0][:, None]) ** 2 + (y[None] - at[1][:, None]) ** 2) / h**2
    return (np.where(u2 < 1, 3 / (np.pi * h**2) * (1 - u2) ** 2, 0) * w).sum(axis=1) * 1e6


def grid(step: float, reach: float = 500.0) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.meshgrid(np.arange(-reach, reach + step, step), np.arange(-reach, reach + step, step))
    return x.ravel(), y.ravel()


@pytest.mark.parametrize("bandwidth", [100.0, 137.0, 900.0, 50_000.0])
def test_equals_the_definition(bandwidth):
    rng = np.random.default_rng(2)
    x, y = 720_000 + rng.normal(0, 400, 3_000), 6_170_000 + rng.normal(0, 400, 3_000)
    weights = rng.uniform(0, 1, 3_000)
    at_x, at_y = grid(100.0)
    at_x, at_y = at_x + 720_000, at_y + 6_170_000
    found = kernel_density(x, y, at_x, at_y, bandwidth_m=bandwidth, spacing_m=100, weights=weights)
    np.testing.assert_allclose(found.per_km2, brute(x, y, (at_x, at_y), bandwidth, weights), rtol=1e-10, atol=1e-9)


@given(points=places, bandwidth=st.floats(25, 3_000))
def test_equals_the_definition_anywhere(points, bandwidth):
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    at_x, at_y = np.array([-600.0, 0, 10, 480]), np.array([0.0, 0, -20, 480])
    found = kernel_density(x, y, at_x, at_y, bandwidth_m=bandwidth, spacing_m=22)
    expected = brute(x, y, (at_x, at_y), bandwidth, np.ones(len(x)))
    np.testing.assert_allclose(found.per_km2, expected, rtol=1e-10, atol=1e-9)


def test_one_incident_adds_up_to_one_over_the_plane():
    """Integrated by quadrature over a quarter of the plane, the kernel's radius in x and y."""

    def at(y_m: float, x_m: float) -> float:
        found = kernel_density(
            np.zeros(1), np.zeros(1), np.array([x_m]), np.array([y_m]), bandwidth_m=250, spacing_m=1, threads=1
        )
        return float(found.per_km2[0]) / 1e6

    quarter, _ = dblquad(at, 0, 250, 0, lambda x_m: np.sqrt(250**2 - x_m**2), epsabs=1e-7)
    assert 4 * quarter == pytest.approx(1, abs=1e-6)


def test_the_map_adds_up_to_the_incidents():
    """Cell by cell, density times area, with a ring of one bandwidth around them."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-300, 300, (2, 400))
    at_x, at_y = grid(10.0)
    found = kernel_density(x, y, at_x, at_y, bandwidth_m=200, spacing_m=10)
    assert (found.per_km2 * 1e-4).sum() == pytest.approx(400, rel=1e-4)


def test_value_at_an_incident_and_at_the_bandwidth():
    found = kernel_density(
        np.zeros(1), np.zeros(1), np.array([0.0, 300.0, 300.001]), np.zeros(3), bandwidth_m=300, spacing_m=50
    )
    assert found.per_km2[0] == pytest.approx(1e6 * 3 / (np.pi * 300**2), rel=1e-12)
    assert found.per_km2[1:].tolist() == [0.0, 0.0]


@given(points=places, shift=st.integers(-100_000, 100_000), data=st.data())
def test_moved_reordered_and_split_incidents_change_nothing(points, shift, data):
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    at_x, at_y = grid(250.0)
    whole = kernel_density(x, y, at_x, at_y, bandwidth_m=300, spacing_m=250).per_km2
    moved = kernel_density(x + shift, y - shift, at_x + shift, at_y - shift, bandwidth_m=300, spacing_m=250).per_km2
    np.testing.assert_allclose(moved, whole, rtol=1e-6, atol=1e-6)
    order = np.array(data.draw(st.permutations(range(len(x)))), dtype=np.intp)
    halves = np.concatenate((x[order], x)), np.concatenate((y[order], y))
    split = kernel_density(*halves, at_x, at_y, bandwidth_m=300, spacing_m=250, weights=np.full(2 * len(x), 0.5))
    np.testing.assert_allclose(split.per_km2, whole, rtol=1e-12, atol=1e-12)


def test_incidents_outside_count_at_the_edge():
    at_x, at_y = np.array([0.0]), np.array([0.0])
    inside = kernel_density(np.array([10.0]), np.zeros(1), at_x, at_y, bandwidth_m=100, spacing_m=50)
    ring = kernel_density(np.array([10.0, -90.0]), np.zeros(2), at_x, at_y, bandwidth_m=100, spacing_m=50)
    assert ring.per_km2[0] > inside.per_km2[0]


def test_the_same_bits_on_one_thread_and_on_many():
    rng = np.random.default_rng(4)
    x, y = rng.normal(0, 200, (2, 2_000))
    at_x, at_y = grid(10.0)
    one, many = (
        kernel_density(x, y, at_x, at_y, bandwidth_m=80, spacing_m=10, threads=threads).per_km2 for threads in (1, 5)
    )
    assert one.tobytes() == many.tobytes()


def test_nothing_in_nothing_out():
    nothing = np.empty(0)
    at_x, at_y = grid(250.0)
    assert not kernel_density(nothing, nothing, at_x, at_y, bandwidth_m=300, spacing_m=250).per_km2.any()
    assert len(kernel_density(at_x, at_y, nothing, nothing, bandwidth_m=300, spacing_m=250).per_km2) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bandwidth_m": 40}, "bandwidth_m must be at least the 50 m from one centre to the next, found 40"),
        ({"bandwidth_m": 0}, "bandwidth_m must be a number greater than 0, found 0"),
        ({"bandwidth_m": np.inf}, "bandwidth_m must be a number"),
        ({"spacing_m": -1}, "spacing_m must be a number greater than 0"),
        ({"weights": np.ones(3)}, r"weights must have shape \(2,\)"),
        ({"weights": np.array([1, -1.0])}, "at least 0"),
        ({"weights": np.array([1, np.nan])}, "finite"),
    ],
)
def test_parameters_name_what_is_wrong(change, words):
    given = {"bandwidth_m": 100, "spacing_m": 50} | change
    with pytest.raises(ParameterError, match=words):
        kernel_density(np.zeros(2), np.zeros(2), np.zeros(1), np.zeros(1), **given)


def test_a_ratio_is_defined_only_where_there_is_enough_to_compare_with():
    above, below = (KernelDensity(np.array(values), 300) for values in ([8.0, 8, 0, 0, 0], [4.0, 1.9, 2, 1, 0]))
    found = density_ratio(above, below, at_least_per_km2=2)
    np.testing.assert_array_equal(found.ratio, [2, np.nan, 0, np.nan, np.nan])
    assert found.reason.tolist() == [DEFINED, TOO_LITTLE, DEFINED, TOO_LITTLE, NOTHING]


def test_ratio_of_equal_patterns_is_their_share():
    rng = np.random.default_rng(9)
    x, y = rng.normal(0, 200, (2, 300))
    at_x, at_y = grid(100.0)
    whole = kernel_density(x, y, at_x, at_y, bandwidth_m=250, spacing_m=100)
    third = kernel_density(x, y, at_x, at_y, bandwidth_m=250, spacing_m=100, weights=np.full(300, 1 / 3))
    found = density_ratio(third, whole, at_least_per_km2=1)
    np.testing.assert_allclose(found.ratio[found.reason == DEFINED], 1 / 3, rtol=1e-12)


def test_ratios_that_mean_nothing_are_refused():
    a = KernelDensity(np.ones(2), 300)
    with pytest.raises(ParameterError, match="same in both densities of a ratio, found 300 and 200"):
        density_ratio(a, KernelDensity(np.ones(2), 200), at_least_per_km2=1)
    with pytest.raises(ParameterError, match="the same centres, found 2 and 3"):
        density_ratio(a, KernelDensity(np.ones(3), 300), at_least_per_km2=1)
    with pytest.raises(ParameterError, match="at_least_per_km2 must be a number greater than 0"):
        density_ratio(a, a, at_least_per_km2=0)
