"""Columns of numbers as text to float64; what is not a plain number is nan."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.intake.texts import TextColumn, is_empty, own_bytes, text_column

PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
DIGITS = np.isin(np.arange(256), list(b"0123456789.-"))


def parse_numbers(values: Sequence[str] | TextColumn, decimal: str = ".") -> NDArray[np.float64]:
    """Each value as a number, nan where it is none; ``decimal`` is the only separator a number may have.

    >>> parse_numbers(["12,5", "12.5", ""], decimal=",").tolist()
    [12.5, nan, nan]
    """
    column = text_column(values)
    if decimal != ".":
        column = pc.replace_substring(pc.replace_substring(column, ".", " "), decimal, ".")
    # Arrow takes more than numbers (inf, nan): with these characters only, it does not.
    if DIGITS[own_bytes(column)].all():
        try:
            given = pc.if_else(pa.array(is_empty(column)), pa.scalar(None, pa.string()), column)
            return np.asarray(pc.cast(given, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
        except pa.ArrowInvalid:
            pass
    return np.array([_number(value) for value in column.to_pylist()], dtype=np.float64)


def _number(value: str) -> float:
    return float(value) if value.isascii() and PLAIN_NUMBER.fullmatch(value) else np.nan
