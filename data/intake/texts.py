"""Columns of text as Arrow arrays: one buffer of bytes a column, so that rules look at all rows at once."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

TextColumn: TypeAlias = pa.StringArray


def text_column(values: Sequence[str] | TextColumn) -> TextColumn:
    """``values`` as a column without missing values."""
    return values if isinstance(values, pa.Array) else pa.array(values, pa.string())


def offsets(column: TextColumn) -> NDArray[np.int32]:
    """Where each value starts in `utf8_bytes`, and where the last one stops: n + 1 numbers."""
    if not len(column):
        return np.zeros(1, np.int32)
    return np.frombuffer(column.buffers()[1], dtype=np.int32)[column.offset : column.offset + len(column) + 1]


def utf8_bytes(column: TextColumn) -> NDArray[np.uint8]:
    """The buffer that holds the values; it may hold other bytes before and after them."""
    buffer = column.buffers()[2]
    return np.empty(0, np.uint8) if buffer is None else np.frombuffer(buffer, dtype=np.uint8)


def own_bytes(column: TextColumn) -> NDArray[np.uint8]:
    """The bytes of all values, one after the other."""
    at = offsets(column)
    return utf8_bytes(column)[at[0] : at[-1]]


def is_empty(column: TextColumn) -> NDArray[np.bool_]:
    """Which values are empty."""
    empty: NDArray[np.bool_] = np.diff(offsets(column)) == 0
    return empty


def taken(column: TextColumn, rows: NDArray[np.intp]) -> TextColumn:
    """The values of some rows."""
    return column.take(pa.array(rows, pa.int64()))
