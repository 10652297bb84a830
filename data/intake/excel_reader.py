"""Sheets of Excel workbooks (.xlsx, .xlsm) in blocks of rows.

A cell's own type counts, not how it looks: a time is written as ISO 8601, a date without a clock as a date.
"""

import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

import numpy as np
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from data.intake.block import IntakeError
from data.intake.source_file import SourceFile
from data.intake.table import RawBlock, TableOptions
from data.intake.tables_within import choose
from data.intake.texts import text_column
from data.intake.typed_table import TypedTable

# Exports start with a title and the date of the extract as often as with the header.
HEADER_ROWS = 20
ROUNDING = timedelta(milliseconds=500)


@dataclass(frozen=True)
class ExcelTable(TypedTable):
    """One sheet; ``header_row`` is the row of its column names, counted from 1."""

    sheet: str
    header_row: int

    def blocks(self, columns: Sequence[str], block_rows: int) -> Iterator[RawBlock]:
        """The rows in blocks of at most ``block_rows``; empty rows are none, a line is the sheet's row."""
        positions = [self.header.index(column) for column in columns]
        with _opened(self.source) as workbook:
            first = self.header_row + 1
            rows = (
                (number, [_text(row[i], self.decimal) if i < len(row) else "" for i in positions])
                for number, row in enumerate(_rows(workbook[self.sheet], first=first), first)
                if any(cell.value is not None for cell in row)
            )
            while batch := _taken(rows, block_rows):
                by_column = zip(*(values for _, values in batch), strict=True)
                yield RawBlock(
                    np.array([number for number, _ in batch], dtype=np.int64),
                    {name: text_column(values) for name, values in zip(columns, by_column, strict=True)},
                    (),
                )


def open_excel(source: SourceFile, options: TableOptions) -> ExcelTable:
    """Find the sheet and the row of its header: the first that has most of the columns wanted.

    Without wanted columns it is the first row with the most texts. Raises `IntakeError` for a damaged workbook.
    """
    with _opened(source) as workbook, _without_warnings():
        found = {sheet.title: _header(sheet, options.wanted) for sheet in workbook.worksheets}
    filled = {title: header for title, (_, header) in found.items() if header}
    if not filled:
        raise IntakeError(f"'{source.name}' is empty")
    if options.table in found and options.table not in filled:
        raise IntakeError(f"sheet '{options.table}' of '{source.name}' is empty")
    sheet = choose(source.name, "sheet", filled, options)
    return ExcelTable(source, filled[sheet], options.decimal, sheet, found[sheet][0])


def _header(sheet: Any, wanted: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """The row of the column names and the names; none where the sheet is empty."""
    best: tuple[tuple[int, int], int, tuple[str, ...]] = ((-1, 0), 0, ())
    for number, row in enumerate(islice(_rows(sheet, first=1), HEADER_ROWS), 1):
        names = [unicodedata.normalize("NFC", _text(cell, ".")) for cell in row]
        while names and not names[-1]:
            names.pop()
        texts = sum(isinstance(cell.value, str) for cell in row)
        fits = (len(set(wanted) & set(names)), 0 if wanted else texts)
        if names and fits > best[0]:
            best = (fits, number, tuple(names))
    return best[1], best[2]


def _rows(sheet: Any, *, first: int) -> Iterator[tuple[Any, ...]]:
    # Some writers state a wrong size of the sheet, and rows beyond it would be lost.
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(min_row=first)
    return rows


def _text(cell: Any, decimal: str) -> str:
    match value := cell.value:
        case None:
            return ""
        case float():
            return (str(int(value)) if value.is_integer() else repr(value)).replace(".", decimal)
        case datetime():
            # Excel counts days in binary fractions: a whole second may come out a millisecond early.
            whole = (value + ROUNDING).replace(microsecond=0)
            has_clock = "h" in cell.number_format.lower() or whole.time() != time.min
            return whole.isoformat() if has_clock else whole.date().isoformat()
        case _:
            return str(value).strip()


def _taken(rows: Iterator[tuple[int, list[str]]], n_rows: int) -> list[tuple[int, list[str]]]:
    with _without_warnings():
        return list(islice(rows, n_rows))


@contextmanager
def _opened(source: SourceFile) -> Iterator[Any]:
    try:
        with source.path.open("rb") as file:
            with _without_warnings():
                workbook = load_workbook(file, read_only=True, data_only=True)
            try:
                yield workbook
            finally:
                workbook.close()
    except (InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, SyntaxError, OSError) as error:
        raise IntakeError(f"'{source.name}' is a damaged Excel workbook") from error


@contextmanager
def _without_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        # Of styles, validations and impossible dates; only values are read, and what is no time is a reject.
        warnings.filterwarnings("ignore", module="openpyxl")
        yield
