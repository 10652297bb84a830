"""CSV files in blocks of rows: only mapped columns are kept, and every row knows the line it starts on."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from operator import itemgetter
from pathlib import Path

from data.intake.block import IntakeError, Reject
from data.intake.encoding import find_encoding
from data.intake.person_data import LONG_NUMBER, person_data_in
from data.intake.profile import DELIMITERS, Field, Profile

NAMES_SHOWN = 8


@dataclass(frozen=True)
class CsvFile:
    """A file whose encoding, delimiter and header are known; ``position`` is each mapped field's column."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    position: Mapping[Field, int]


@dataclass(frozen=True)
class RawBlock:
    """Rows as text: their lines, each mapped field's values (stripped), and the rows that are no rows."""

    line: Sequence[int]
    values: Mapping[Field, Sequence[str]]
    rejects: Sequence[Reject]

    @property
    def read(self) -> int:
        return len(self.line) + len(self.rejects)


def open_csv(path: Path, profile: Profile) -> CsvFile:
    """Find out how to read ``path``; a delimiter the profile leaves open is the one that shows most mapped columns.

    Raises `IntakeError` for a file that is not readable text, has no rows, or lacks a mapped column.
    """
    encoding = find_encoding(path, profile.encoding)
    headers = {delimiter: _header(path, encoding, delimiter) for delimiter in DELIMITERS}
    wanted = set(profile.columns.values())
    # With equal numbers of names found, the delimiter that splits most is the file's own.
    best = max(DELIMITERS, key=lambda d: (len(wanted & set(headers[d])), len(headers[d])))
    delimiter = profile.delimiter or best
    if len(wanted & set(headers[best])) > len(wanted & set(headers[delimiter])):
        raise IntakeError(f"'{path.name}' is delimited by {best!r}, not {delimiter!r} as the profile says")
    header = headers[delimiter]
    if not header:
        raise IntakeError(f"the header of '{path.name}' cannot be read; its quotes may not match")
    for field, column in profile.columns.items():
        if column not in header:
            raise IntakeError(_missing_column(path, field, column, header))
        if header.count(column) > 1:
            raise IntakeError(f"column '{column}' stands {header.count(column)} times in the header of '{path.name}'")
    return CsvFile(path, encoding, delimiter, header, {f: header.index(c) for f, c in profile.columns.items()})


def raw_blocks(file: CsvFile, block_rows: int) -> Iterator[RawBlock]:
    """The file's rows in blocks of at most ``block_rows``; empty lines are not rows.

    Raises `IntakeError` where quotes are so broken that what follows cannot be told apart.
    """
    fields = tuple(file.position)
    # For one position itemgetter would give a bare value; a profile maps a time and a place at least.
    pick = itemgetter(*(file.position[field] for field in fields))
    width = len(file.header)
    named = max(i + 1 for i, name in enumerate(file.header) if name)
    with file.path.open(encoding=file.encoding, newline="") as stream:
        rows = _records(file.path, stream, file.delimiter)
        next(rows)  # the header
        while batch := list(islice(rows, block_rows)):
            lines: list[int] = []
            kept: list[tuple[str, ...]] = []
            rejects: list[Reject] = []
            for line, row in batch:
                if row is None:
                    rejects.append(Reject(line, "row-unreadable", "the quotes in the row do not match"))
                elif len(row) == width or (len(row) >= named and not any(row[width:])):
                    lines.append(line)
                    kept.append(pick(row))
                else:
                    rejects.append(Reject(line, "row-ragged", f"the row has {len(row)} fields, the header {width}"))
            columns = zip(*kept, strict=True) if kept else [()] * len(fields)
            values = {f: [v.strip() for v in column] for f, column in zip(fields, columns, strict=True)}
            yield RawBlock(lines, values, rejects)


def _records(path: Path, stream: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record that holds anything, with the line it starts on; None for one whose quotes are broken."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    while True:
        row: list[str] | None
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # A quote that swallowed whole lines may have hidden any number of rows.
            if reader.line_num > line:
                raise IntakeError(f"a quote opened in line {line} of '{path.name}' is not closed properly") from error
            row = None
        if row is None or any(row):
            yield line, row
        line = reader.line_num + 1


def _header(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    """The column names as ``delimiter`` would split them; none where their quotes do not match then."""
    with path.open(encoding=encoding, newline="") as stream:
        try:
            _, first = next(_records(path, stream, delimiter), (0, None))
        except IntakeError:
            first = None
    return tuple(unicodedata.normalize("NFC", name.strip()) for name in first or ())


def _missing_column(path: Path, field: Field, column: str, header: Sequence[str]) -> str:
    sentence = f"'{path.name}' has no column '{column}' for {field}"
    # A file without a header shows its first row here, which must not be repeated.
    if any(LONG_NUMBER.search(name) or person_data_in(name) or len(name) > 60 for name in header):
        return f"{sentence}; its first line looks like data, not like column names"
    by_lower_case = {name.casefold(): name for name in header if name}
    near = get_close_matches(column.casefold(), by_lower_case, n=1, cutoff=0.5)
    if near:
        return f"{sentence}; the nearest is '{by_lower_case[near[0]]}'"
    shown = ", ".join(f"'{name}'" for name in header[:NAMES_SHOWN] if name)
    return f"{sentence}; it has {shown}{' and more' if len(header) > NAMES_SHOWN else ''}"
