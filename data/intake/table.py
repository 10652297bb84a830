"""What every kind of file is to intake: named columns, and blocks of rows of text.

Whatever a file keeps as numbers, times or points is written out as text, so that one set of rules reads them all:
numbers with the profile's decimal sign, times as ISO 8601, points as two columns of degrees.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.intake.block import Reject
from data.intake.texts import TextColumn

# The columns that stand for a file's points, in degrees (WGS84); a name of its own, as files have columns "lon" too.
GEOMETRY_LON, GEOMETRY_LAT = "geometry:lon", "geometry:lat"


@dataclass(frozen=True)
class TableOptions:
    """What is known of a file before it is opened; ``None`` means: found out from the file.

    ``wanted`` are names of columns that show where the header is; ``table`` a sheet of a workbook or a layer.
    """

    wanted: Sequence[str] = ()
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str = "."
    table: str | None = None


@dataclass(frozen=True)
class RawBlock:
    """Rows as text: their lines, the values (stripped) of each column asked for, and the rows that are no rows.

    A line is what a person finds the row by: the line of a text file, the row of a sheet, else the how manieth row.
    """

    line: NDArray[np.int64]
    values: Mapping[str, TextColumn]
    rejects: Sequence[Reject]

    @property
    def read(self) -> int:
        return len(self.line) + len(self.rejects)


class Table(Protocol):
    """A file whose rows can be read."""

    @property
    def name(self) -> str:
        """The file's name, for messages."""

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What a profile's [file] must say to read this file in this way."""

    @property
    def typed(self) -> bool:
        """Whether the file itself knows what is a number or a time; times are ISO 8601 then."""

    def sample(self, rows: int) -> Mapping[str, Sequence[str]]:
        """Up to ``rows`` rows by column, all of them, to judge the file by; columns of one name are one column."""

    def blocks(self, columns: Sequence[str], block_rows: int) -> Iterator[RawBlock]:
        """The rows in blocks of at most ``block_rows``; each call starts at the first row."""


def sampled(table: Table, rows: int) -> Mapping[str, Sequence[str]]:
    """The first of a table's blocks, with all columns."""
    block = next(table.blocks(tuple(dict.fromkeys(table.header)), rows), None)
    return {} if block is None else {name: values.to_pylist() for name, values in block.values.items()}
