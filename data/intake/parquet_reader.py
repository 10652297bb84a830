"""Parquet files, and GeoParquet with points (WKB), in blocks of rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyarrow import parquet
from pyproj import CRS

from data.intake.arrow_text import as_text, points_as_text
from data.intake.block import IntakeError, Reject
from data.intake.source_file import SourceFile
from data.intake.table import GEOMETRY_LAT, GEOMETRY_LON, RawBlock, TableOptions
from data.intake.texts import taken
from data.intake.typed_table import TypedTable
from geo.projection import WGS84

NOT_A_POINT = "the geometry is not a point"


@dataclass(frozen=True)
class ParquetTable(TypedTable):
    """A Parquet file; ``geometry`` is its column of points and ``crs`` their reference system, where it has one."""

    geometry: str | None
    crs: str

    def blocks(self, columns: Sequence[str], block_rows: int) -> Iterator[RawBlock]:
        """The rows in blocks of at most ``block_rows``; a line is the how manieth row it is."""
        wants_points = GEOMETRY_LON in columns or GEOMETRY_LAT in columns
        own = [column for column in columns if column not in {GEOMETRY_LON, GEOMETRY_LAT}]
        read = [*own, self.geometry] if wants_points else own
        line = 1
        with _plainly(self.name), parquet.ParquetFile(self.source.path) as file:
            for batch in file.iter_batches(batch_size=block_rows, columns=read):
                values = {column: as_text(batch.column(column), column, self.decimal) for column in own}
                shapes = (
                    shapely.from_wkb(batch.column(self.geometry).to_numpy(zero_copy_only=False))
                    if wants_points
                    else None
                )
                yield block_with_points(values, shapes, self.crs, self.decimal, line)
                line += len(batch)


def open_parquet(source: SourceFile, options: TableOptions) -> ParquetTable:
    """Look at the columns of ``source``; raises `IntakeError` for a damaged file or points of an unknown system."""
    with _plainly(source.name):
        schema = parquet.read_schema(source.path)
    geometry, crs = _geometry(source.name, schema.metadata or {})
    names = tuple(name for name in schema.names if name != geometry)
    header = (*names, GEOMETRY_LON, GEOMETRY_LAT) if geometry else names
    return ParquetTable(source, header, options.decimal, geometry, crs)


def block_with_points(
    values: Mapping[str, pa.Array], shapes: np.ndarray[Any, Any] | None, crs: str, decimal: str, line: int
) -> RawBlock:
    """A block of ``values`` that starts at ``line``, with the points of ``shapes``; what is no point is a reject."""
    n_rows = len(next(iter(values.values()))) if shapes is None else len(shapes)
    lines = np.arange(line, line + n_rows)
    if shapes is None:
        return RawBlock(lines, values, ())
    lon, lat, wrong = points_as_text(shapes, crs, decimal)
    every = {**values, GEOMETRY_LON: lon, GEOMETRY_LAT: lat}
    if not wrong.any():
        return RawBlock(lines, every, ())
    good = np.flatnonzero(~wrong)
    rejects = [Reject(at, "geometry-not-a-point", NOT_A_POINT) for at in lines[wrong].tolist()]
    return RawBlock(lines[good], {name: taken(column, good) for name, column in every.items()}, rejects)


def _geometry(name: str, metadata: Mapping[bytes, bytes]) -> tuple[str | None, str]:
    """The primary geometry column by the GeoParquet metadata, and its reference system."""
    if b"geo" not in metadata:
        return None, WGS84
    try:
        geo = json.loads(metadata[b"geo"])
        column = str(geo["primary_column"])
        about = geo["columns"][column]
        encoding, crs = about["encoding"], about.get("crs", WGS84)
    except (ValueError, KeyError, TypeError) as error:
        raise IntakeError(f"the GeoParquet description in '{name}' cannot be read") from error
    if encoding != "WKB":
        raise IntakeError(f"'{name}' keeps its points as {encoding}; write them as WKB")
    if crs is None:
        raise IntakeError(f"'{name}' does not say which coordinate reference system it is in")
    return column, WGS84 if crs == WGS84 else CRS.from_user_input(crs).to_string()


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise IntakeError(f"'{name}' is a damaged Parquet file") from error
