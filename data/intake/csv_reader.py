"""CSV files in blocks of rows: only the columns asked for are kept, and every row knows the line it starts on."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from data.intake.block import IntakeError, Reject
from data.intake.encoding import find_encoding
from data.intake.profile import DELIMITERS
from data.intake.source_file import SourceFile
from data.intake.table import RawBlock, TableOptions
from data.intake.texts import is_empty, text_column

# Bytes that need the whole grammar of CSV: control characters other than tab and line end.
CONTROL = bytes(set(range(32)) - set(b"\t\r\n"))
QUOTE = ord('"')
LINE_END = b"\r\n"
HEADER_BYTES = 1 << 16
JUDGED_ROWS = 200


@dataclass(frozen=True)
class CsvTable:
    """A file of text whose encoding, delimiter and header are known."""

    source: SourceFile
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    typed: bool = False

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def settings(self) -> Mapping[str, str]:
        return {"delimiter": self.delimiter, "encoding": self.encoding.removesuffix("-sig")}

    def sample(self, rows: int) -> Mapping[str, Sequence[str]]:
        """Rows that do not fit the header too: a text with a delimiter in it makes just such rows."""
        columns: dict[str, list[str]] = {name: [] for name in self.header}
        for row in islice(_first_rows(self.source, self.encoding, self.delimiter, rows + 1), 1, None):
            for name, value in zip(self.header, row or (), strict=False):
                columns[name].append(value.strip())
        return columns

    def blocks(self, columns: Sequence[str], block_rows: int) -> Iterator[RawBlock]:
        """The rows in blocks of at most ``block_rows``; empty lines are not rows.

        Lines without quotes, or with quotes that stand where they must, are read a block at a time. A block with a
        ragged row or an empty line is read row by row; where a row goes over several lines, so is the rest of the
        file. Raises `IntakeError` where quotes are so broken that what follows cannot be told apart.
        """
        delimiter = self.delimiter.encode()
        with self.source.path.open("rb") as stream:
            header = stream.readline(HEADER_BYTES)
            if not _is_line_by_line(header, delimiter) or not header.strip(delimiter + b'" \t\r\n\xef\xbb\xbf'):
                stream.seek(0)
                yield from _by_row(self, columns, stream, block_rows, line=1)
                return
            line = 2
            start = stream.tell()
            while chunk := b"".join(islice(stream, block_rows)):
                block = _at_once(self, columns, chunk, line) if _is_line_by_line(chunk, delimiter) else None
                if block is not None:
                    yield block
                elif b'"' not in chunk and not _has_lone_returns(chunk):
                    yield from _by_row(self, columns, io.BytesIO(chunk), block_rows, line=line)
                else:
                    stream.seek(start)
                    yield from _by_row(self, columns, stream, block_rows, line=line)
                    return
                line += chunk.count(b"\n")
                start += len(chunk)


def open_csv(source: SourceFile, options: TableOptions) -> CsvTable:
    """Find out how to read ``source``; a delimiter left open is the one that shows most of the columns wanted.

    Without wanted columns it is the one that splits most rows like the header. Raises `IntakeError` for a file that is
    not readable text or whose header cannot be read.
    """
    encoding = find_encoding(source, options.encoding)
    headers = {delimiter: _header(source, encoding, delimiter) for delimiter in DELIMITERS}
    wanted = set(options.wanted)
    if wanted:
        # With equal numbers of names found, the delimiter that splits most is the file's own.
        best = max(DELIMITERS, key=lambda d: (len(wanted & set(headers[d])), len(headers[d])))
    else:
        best = max(DELIMITERS, key=lambda d: _regularity(source, encoding, d))
    delimiter = options.delimiter or best
    if len(wanted & set(headers[best])) > len(wanted & set(headers[delimiter])):
        raise IntakeError(f"'{source.name}' is delimited by {best!r}, not {delimiter!r} as the profile says")
    if not headers[delimiter]:
        raise IntakeError(f"the header of '{source.name}' cannot be read; its quotes may not match")
    return CsvTable(source, encoding, delimiter, headers[delimiter])


def _is_line_by_line(chunk: bytes, delimiter: bytes) -> bool:
    """Whether lines end in a line feed, and quotes stand only where a value starts or ends, or doubled within one."""
    if _has_lone_returns(chunk):
        return False
    if b'"' not in chunk:
        return True
    text = np.frombuffer(b"\n" + chunk.removeprefix(codecs.BOM_UTF8) + b"\n", dtype=np.uint8)
    quotes = np.flatnonzero(text == QUOTE)
    opening, closing = quotes[::2], quotes[1::2]
    before, after = text[opening - 1], text[closing + 1]
    edges = np.frombuffer(delimiter + LINE_END + b'"', dtype=np.uint8)
    return len(quotes) % 2 == 0 and bool(np.isin(before, edges).all() and np.isin(after, edges).all())


def _has_lone_returns(chunk: bytes) -> bool:
    return b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n")


def _at_once(table: CsvTable, columns: Sequence[str], chunk: bytes, line: int) -> RawBlock | None:
    """All lines of ``chunk`` as rows; None if one of them may not be a row."""
    if chunk.startswith(codecs.BOM_UTF8) or len(chunk.translate(None, CONTROL)) != len(chunk):
        return None
    names = [str(i) for i in range(len(table.header))]
    position = {column: names[table.header.index(column)] for column in columns}
    kept = list(dict.fromkeys(position.values()))
    text = chunk if table.encoding in {"utf-8", "utf-8-sig", "ascii"} else chunk.decode(table.encoding).encode()
    quoted = b'"' in chunk
    try:
        rows = arrow_csv.read_csv(
            pa.BufferReader(text),
            arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
            arrow_csv.ParseOptions(delimiter=table.delimiter, quote_char='"' if quoted else False, double_quote=quoted),
            arrow_csv.ConvertOptions(include_columns=kept, column_types=dict.fromkeys(kept, pa.string())),
        )
    except pa.ArrowInvalid:  # a ragged row
        return None
    trim = pc.ascii_trim_whitespace if text.isascii() else pc.utf8_trim_whitespace
    values = {column: trim(rows[name].combine_chunks()) for column, name in position.items()}
    n_lines = chunk.count(b"\n") + (not chunk.endswith(b"\n"))
    if len(rows) != n_lines or np.logical_and.reduce([is_empty(column) for column in values.values()]).any():
        return None
    return RawBlock(np.arange(line, line + n_lines), values, ())


def _by_row(
    table: CsvTable, columns: Sequence[str], stream: BinaryIO, block_rows: int, *, line: int
) -> Iterator[RawBlock]:
    """The rows from where ``stream`` stands, which is in ``line``; the header is skipped."""
    positions = [table.header.index(column) for column in columns]
    width = len(table.header)
    named = max(i + 1 for i, name in enumerate(table.header) if name)
    # Only the file's start has a byte order mark.
    encoding = table.encoding if line == 1 else table.encoding.removesuffix("-sig")
    with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        rows = _records(table.name, text, table.delimiter, line)
        if line == 1:
            next(rows)  # the header
        while batch := list(islice(rows, block_rows)):
            lines: list[int] = []
            kept: list[list[str]] = []
            rejects: list[Reject] = []
            for at, row in batch:
                if row is None:
                    rejects.append(Reject(at, "row-unreadable", "the quotes in the row do not match"))
                elif len(row) == width or (len(row) >= named and not any(row[width:])):
                    lines.append(at)
                    kept.append(row)
                else:
                    rejects.append(Reject(at, "row-ragged", f"the row has {len(row)} fields, the header {width}"))
            values = {
                column: text_column([row[i].strip() if i < len(row) else "" for row in kept])
                for column, i in zip(columns, positions, strict=True)
            }
            yield RawBlock(np.array(lines, dtype=np.int64), values, rejects)


def _records(
    name: str, stream: Iterable[str], delimiter: str, first_line: int = 1
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
                raise IntakeError(f"a quote opened in line {line} of '{name}' is not closed properly") from error
            row = None
        if row is None or any(row):
            yield line, row
        line = before + reader.line_num + 1


def _header(source: SourceFile, encoding: str, delimiter: str) -> tuple[str, ...]:
    """The column names as ``delimiter`` would split them; none where their quotes do not match then."""
    first = next(iter(_first_rows(source, encoding, delimiter, 1)), [])
    return tuple(unicodedata.normalize("NFC", name.strip()) for name in first or ())


def _regularity(source: SourceFile, encoding: str, delimiter: str) -> tuple[float, int]:
    """Share of rows as wide as the header (none where it is one column), and the width."""
    rows = _first_rows(source, encoding, delimiter, JUDGED_ROWS)
    width = len(rows[0] or ()) if rows else 0
    return (sum(row is not None and len(row) == width for row in rows) / len(rows) if width > 1 else 0.0, width)


def _first_rows(source: SourceFile, encoding: str, delimiter: str, most: int) -> list[list[str] | None]:
    """Up to ``most`` rows; fewer where quotes are so broken that what follows cannot be told apart."""
    rows: list[list[str] | None] = []
    with source.path.open(encoding=encoding, newline="") as stream, suppress(IntakeError):
        rows.extend(row for _, row in islice(_records(source.name, stream, delimiter), most))
    return rows
