from math import inf, nan

import numpy as np
import pytest

from models.parameter_limits import ParameterError, require_finite, require_number, require_share, require_whole


@pytest.mark.parametrize("value", [0, -1, nan, inf, "3", True, None])
def test_a_number_above_zero(value):
    with pytest.raises(ParameterError, match=f"radius_m must be a number greater than 0, found {value!r}"):
        require_number("radius_m", value, above=0)


@pytest.mark.parametrize("value", [1, 3.5, 120])
def test_whole_and_fractional_numbers_are_numbers(value):
    require_number("radius_m", value, above=0, at_least=1)


@pytest.mark.parametrize("value", [0, 2.0, "2", True])
def test_a_whole_number(value):
    with pytest.raises(ParameterError, match="window_days must be a whole number of at least 1"):
        require_whole("window_days", value, at_least=1)


@pytest.mark.parametrize("value", [0, 1, 95, -0.1, nan, "0.5"])
def test_a_share(value):
    with pytest.raises(ParameterError, match="q must be between 0 and 1"):
        require_share("q", value)


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_finite_numbers_of_any_shape(value):
    require_finite("x", np.empty((0, 2)))
    require_finite("x", np.ones((2, 3)))
    with pytest.raises(ParameterError, match=f"x must hold finite numbers, found {value}"):
        require_finite("x", np.array([[1.0, value], [2, 3]]))
