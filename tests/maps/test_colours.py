from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maps import colours
from maps.colours import class_breaks, classes_of, count_breaks


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_sequential_colours_darken_from_class_to_class_in_grey() -> None:
    grey = [luminance(colour) for colour in colours.SEQUENTIAL]
    assert all(lighter - darker > 0.04 for lighter, darker in pairwise(grey))


def test_significance_colours_darken_as_q_falls() -> None:
    limits = [q for q, _ in colours.SIGNIFICANCE]
    grey = [luminance(colour) for _, colour in colours.SIGNIFICANCE]
    assert limits == sorted(limits, reverse=True)
    assert grey == sorted(grey, reverse=True)


@given(arrays(np.float64, st.integers(0, 60), elements=st.floats(0, 1e3, allow_subnormal=False)))
def test_class_limits_rise_and_no_class_is_out_of_reach(values: np.ndarray) -> None:
    limits = class_breaks(values)
    assert list(limits) == sorted(set(limits))
    assert len(limits) <= len(colours.SEQUENTIAL)
    assert not limits or limits[-1] <= values.max()


def test_class_limits_of_a_known_distribution() -> None:
    assert class_breaks(np.arange(1, 101.0)) == (50.0, 70.0, 85.0, 94.0, 98.0)


def test_zeros_do_not_move_the_limits() -> None:
    values = np.arange(1, 101.0)
    assert class_breaks(np.concatenate([values, np.zeros(1000)])) == class_breaks(values)


@pytest.mark.parametrize(
    ("largest", "limits"), [(0, ()), (1, (1.0,)), (4, (1.0, 2.0, 3.0)), (12, (1.0, 2.0, 3.0, 5.0, 10.0))]
)
def test_count_limits(largest: int, limits: tuple[float, ...]) -> None:
    assert count_breaks(np.array([0.0, largest])) == limits


def test_count_limits_stop_at_the_number_of_colours() -> None:
    limits = count_breaks(np.array([900.0]))
    assert limits[0] == 1
    assert len(limits) == len(colours.SEQUENTIAL)


def test_classes() -> None:
    found = classes_of(np.array([0.0, 1.0, 1.9, 2.0, 50.0]), (1.0, 2.0))
    assert found.tolist() == [-1, 0, 0, 1, 1]
