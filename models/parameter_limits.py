"""Limits of method parameters: the checks that parameter dataclasses make of their own fields."""

import math
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError


class ParameterError(PlainError, ValueError):
    """A method parameter outside its limits; the sentence names the parameter, the limit and the value."""


def require_number(name: str, value: object, *, above: float = -math.inf, at_least: float = -math.inf) -> None:
    """``value`` must be a finite number, greater than ``above`` and not less than ``at_least``."""
    limit = f"greater than {above:g}" if at_least == -math.inf else f"at least {at_least:g}"
    if not _is_number(value) or not (value > above and value >= at_least):
        raise ParameterError(f"{name} must be a number {limit}, found {value!r}")


def require_finite(name: str, values: NDArray[np.float64]) -> None:
    """``values``, of any shape, must all be finite numbers."""
    wrong = values[~np.isfinite(values)]
    if len(wrong):
        raise ParameterError(f"{name} must hold finite numbers, found {wrong[0]}")


def require_whole(name: str, value: object, *, at_least: int) -> None:
    """``value`` must be a whole number not less than ``at_least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise ParameterError(f"{name} must be a whole number of at least {at_least}, found {value!r}")


def require_share(name: str, value: object) -> None:
    """``value`` must lie strictly between 0 and 1."""
    if not _is_number(value) or not 0 < value < 1:
        raise ParameterError(f"{name} must be between 0 and 1, found {value!r}")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
