"""Loops that numpy cannot say in whole arrays, compiled at their first call and kept beside the module.

Compiled functions take and give arrays and numbers only, release the interpreter's lock (so that threads run side by
side), and keep the order of floating-point operations: one thread or many, the bits are the same.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """``function`` compiled by numba; it must stand in a file, where the machine code is kept."""
    return cast("Callable[P, R]", njit(cache=True, nogil=True)(function))
