"""Columns to PostgreSQL's binary COPY format and back, without a step per row.

Every row is a fixed part of numbers and a tail of texts. The fixed parts of a block are one structured array; of
tails there are few different ones, each encoded once.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
END = struct.pack("!h", -1)
ROWS_READ = 100_000
# PostgreSQL counts from 2000-01-01.
EPOCH_S = 946_684_800
EPOCH_DAY = 10_957
POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
POINT_WITH_SRID = 0x20000001
WGS84_SRID = 4326


Column: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Texts:
    """A column of texts: positions (n) in ``values``, where None is NULL; without positions, all rows the first."""

    values: Sequence[str | None]
    position: NDArray[Any] | None = None


def copy_rows(numbers: Sequence[Column], texts: Sequence[Texts]) -> bytes:
    """The rows of a binary COPY: the columns ``numbers`` (1-D, or n x width bytes), then the columns ``texts``.

    Numbers are sent big-endian as they are; `points` keep their own order of bytes.
    """
    n = len(numbers[0])
    types: list[tuple[Any, ...]] = [("fields", ">i2")]
    for i, column in enumerate(numbers):
        types += [(f"length{i}", ">i4"), (f"value{i}", _as_sent(column.dtype), column.shape[1:])]
    rows = np.empty(n, dtype=types)
    rows["fields"] = len(numbers) + len(texts)
    for i, column in enumerate(numbers):
        rows[f"length{i}"] = rows.dtype[f"value{i}"].itemsize
        rows[f"value{i}"] = column
    width = rows.dtype.itemsize
    offsets = np.arange(0, (n + 1) * width, width, dtype=np.int32)
    fixed = pa.Array.from_buffers(pa.binary(), n, [None, pa.py_buffer(offsets), pa.py_buffer(rows)])
    joined = pc.binary_join_element_wise(fixed, _tails(n, texts), b"")
    start, stop = (np.frombuffer(joined.buffers()[1], dtype=np.int32)[joined.offset + i] for i in (0, n))
    return bytes(memoryview(joined.buffers()[2])[start:stop])


def timestamps(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Seconds since 1970 as timestamptz."""
    return (seconds - EPOCH_S) * 1_000_000


def dates(days: NDArray[np.int32]) -> NDArray[np.int32]:
    """Days since 1970-01-01 as date."""
    return days - np.int32(EPOCH_DAY)


def points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.void]:
    """Degrees as geometry (EWKB with its SRID)."""
    made = np.empty(len(lon), dtype=POINT)
    made["order"], made["type"], made["srid"] = 1, POINT_WITH_SRID, WGS84_SRID
    made["x"], made["y"] = lon, lat
    return made


def rows_read(chunks: Iterable[Any], *types: str) -> Iterator[NDArray[np.void]]:
    """Blocks of rows of a binary COPY TO whose columns are not NULL and have the fixed ``types`` (numpy's).

    Columns are called ``f0``, ``f1``, … ``chunks`` are whole rows each, as the driver hands them out.
    """
    named: list[tuple[str, str]] = [("fields", ">i2")]
    for i, kind in enumerate(types):
        named += [(f"length{i}", ">i4"), (f"f{i}", kind)]
    row_type = np.dtype(named)
    rows = iter(chunks)
    while batch := list(islice(rows, ROWS_READ)):
        data = b"".join(batch).removeprefix(HEADER)
        yield np.frombuffer(data, dtype=row_type, count=len(data) // row_type.itemsize)


def _as_sent(kind: np.dtype[Any]) -> Any:
    return kind if kind.names or kind.kind == "V" or kind.itemsize == 1 else kind.newbyteorder(">")


def _tails(n: int, texts: Sequence[Texts]) -> pa.Array:
    """Each row's texts as they are sent."""
    code = np.zeros(n, dtype=np.int64)
    for column in texts:
        if column.position is not None:
            code = code * len(column.values) + column.position
    different, which = np.unique(code, return_inverse=True)
    encoded = [_tail(int(one), texts) for one in different]
    return pa.array(encoded, pa.binary()).take(pa.array(which))


def _tail(code: int, texts: Sequence[Texts]) -> bytes:
    parts = []
    for column in reversed(texts):
        at = 0
        if column.position is not None:
            code, at = divmod(code, len(column.values))
        value = column.values[at]
        data = b"" if value is None else value.encode()
        parts.append(struct.pack("!i", -1 if value is None else len(data)) + data)
    return b"".join(reversed(parts))
