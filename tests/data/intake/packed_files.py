"""Small files of other kinds than text, as bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from openpyxl import Workbook
from pyarrow import parquet

HEADER = "sagsnr;fra;til;anmeldt;kategori;laengde;bredde"


def zip_of(**members: str | bytes) -> bytes:
    """A zip file of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parquet_of(*rows: str, header: str = HEADER, **columns: pa.Array) -> bytes:
    """A Parquet file of rows written like a CSV's, with some ``columns`` replaced."""
    names = header.split(";")
    values = list(zip(*(row.split(";") for row in rows), strict=True)) or [()] * len(names)
    table = {name: pa.array(column, pa.string()) for name, column in zip(names, values, strict=True)}
    buffer = io.BytesIO()
    parquet.write_table(pa.table({**table, **columns}), buffer)
    return buffer.getvalue()


def workbook_of(sheets: Mapping[str, Sequence[Sequence[Any]]], sheet: bytes | None = None) -> bytes:
    """An Excel workbook; ``sheet`` stands in for the XML of its first sheet."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        made = workbook.create_sheet(title)
        for row in rows:
            made.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    if sheet is None:
        return buffer.getvalue()
    with zipfile.ZipFile(buffer) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return zip_of(**{**members, "xl/worksheets/sheet1.xml": sheet})
