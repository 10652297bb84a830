"""CSV files in blocks of rows: only mapped columns are kept, and every row knows the line it starts on."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from data.intake.block import IntakeError, Reject
from data.intake.encoding import find_encoding
from data.intake.person_data import LONG_NUMBER, person_data_in
from data.intake.profile import DELIMITERS, Field, Profile
from data.intake.texts import TextColumn, is_empty, text_column

NAMES_SHOWN = 8
# Bytes that need the whole grammar of CSV: quotes, and control characters other than tab and line end.
NOT_PLAIN = bytes({*range(32), ord('"')} - set(b"\t\r\n"))
HEADER_BYTES = 1 << 16


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

    line: NDArray[np.int64]
    values: Mapping[Field, TextColumn]
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

    Lines without quotes are read a block at a time. A block with a ragged row or an empty line is read row by row,
    and from the first quote on so is the rest of the file, where a row may go over several lines.

    Raises `IntakeError` where quotes are so broken that what follows cannot be told apart.
    """
    with file.path.open("rb") as stream:
        header = stream.readline(HEADER_BYTES)
        if not _is_line_by_line(header) or not header.strip(file.delimiter.encode() + b" \t\r\n\xef\xbb\xbf"):
            stream.seek(0)
            yield from _by_row(file, stream, block_rows, line=1)
            return
        line = 2
        start = stream.tell()
        while chunk := b"".join(islice(stream, block_rows)):
            if not _is_line_by_line(chunk):
                stream.seek(start)
                yield from _by_row(file, stream, block_rows, line=line)
                return
            block = _at_once(file, chunk, line)
            yield from _by_row(file, io.BytesIO(chunk), block_rows, line=line) if block is None else [block]
            line += chunk.count(b"\n")
            start += len(chunk)


def _is_line_by_line(chunk: bytes) -> bool:
    """Whether every row is one line that ends in a line feed."""
    return b'"' not in chunk and chunk.count(b"\r") == chunk.count(b"\r\n")


def _at_once(file: CsvFile, chunk: bytes, line: int) -> RawBlock | None:
    """All lines of ``chunk`` as rows; None if one of them may not be a row."""
    if chunk.startswith(codecs.BOM_UTF8) or len(chunk.translate(None, NOT_PLAIN)) != len(chunk):
        return None
    names = [str(i) for i in range(len(file.header))]
    mapped = [names[i] for i in file.position.values()]
    text = chunk if file.encoding in {"utf-8", "utf-8-sig", "ascii"} else chunk.decode(file.encoding).encode()
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
            arrow_csv.ParseOptions(delimiter=file.delimiter, quote_char=False, double_quote=False),
            arrow_csv.ConvertOptions(include_columns=mapped, column_types=dict.fromkeys(mapped, pa.string())),
        )
    except pa.ArrowInvalid:  # a ragged row
        return None
    trim = pc.ascii_trim_whitespace if text.isascii() else pc.utf8_trim_whitespace
    values = {f: trim(table[names[i]].combine_chunks()) for f, i in file.position.items()}
    n_lines = chunk.count(b"\n") + (not chunk.endswith(b"\n"))
    if len(table) != n_lines or np.logical_and.reduce([is_empty(column) for column in values.values()]).any():
        return None
    return RawBlock(np.arange(line, line + n_lines), values, ())


def _by_row(file: CsvFile, stream: BinaryIO, block_rows: int, *, line: int) -> Iterator[RawBlock]:
    """The rows from where ``stream`` stands, which is in ``line``; the header is skipped."""
    fields = tuple(file.position)
    # For one position itemgetter would give a bare value; a profile maps a time and a place at least.
    pick = itemgetter(*(file.position[field] for field in fields))
    width = len(file.header)
    named = max(i + 1 for i, name in enumerate(file.header) if name)
    # Only the file's start has a byte order mark.
    encoding = file.encoding if line == 1 else file.encoding.removesuffix("-sig")
    with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        rows = _records(file.path, text, file.delimiter, line)
        if line == 1:
            next(rows)  # the header
        while batch := list(islice(rows, block_rows)):
            lines: list[int] = []
            kept: list[tuple[str, ...]] = []
            rejects: list[Reject] = []
            for at, row in batch:
                if row is None:
                    rejects.append(Reject(at, "row-unreadable", "the quotes in the row do not match"))
                elif len(row) == width or (len(row) >= named and not any(row[width:])):
                    lines.append(at)
                    kept.append(pick(row))
                else:
                    rejects.append(Reject(at, "row-ragged", f"the row has {len(row)} fields, the header {width}"))
            columns = zip(*kept, strict=True) if kept else [()] * len(fields)
            values = {f: text_column([v.strip() for v in c]) for f, c in zip(fields, columns, strict=True)}
            yield RawBlock(np.array(lines, dtype=np.int64), values, rejects)


def _records(
    path: Path, stream: Iterable[str], delimiter: str, first_line: int = 1
) -> Iterator[tuple[int, list[str] | None]]:
    """Each record that holds anything, with the line it starts on; None for one whose quotes are broken."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True, skipinitialspace=True)
    before = first_line - 1
    line = first_line
    while True:
        row: list[str] | None
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # A quote that swallowed whole lines may have hidden any number of rows.
            if before + reader.line_num > line:
                raise IntakeError(f"a quote opened in line {line} of '{path.name}' is not closed properly") from error
            row = None
        if row is None or any(row):
            yield line, row
        line = before + reader.line_num + 1


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
