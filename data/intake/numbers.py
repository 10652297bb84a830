"""Columns of numbers as text to float64; what is not a plain number is nan."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
DIGITS = frozenset("0123456789.-")


def parse_numbers(values: Sequence[str], decimal: str = ".") -> NDArray[np.float64]:
    """Each value as a number, nan where it is none; ``decimal`` is the only separator a number may have.

    >>> parse_numbers(["12,5", "12.5", ""], decimal=",").tolist()
    [12.5, nan, nan]
    """
    if decimal != ".":
        swap = str.maketrans({".": " ", decimal: "."})
        values = [value.translate(swap) for value in values]
    # float() takes more than numbers (1_000, inf, other scripts): with these characters only, it does not.
    if DIGITS.issuperset("".join(values)):
        try:
            return np.fromiter(map(float, values), dtype=np.float64, count=len(values))
        except ValueError:
            pass
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: str) -> float:
    return float(value) if value.isascii() and PLAIN_NUMBER.fullmatch(value) else np.nan
