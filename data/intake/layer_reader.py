"""Layers of GeoPackage and GeoJSON files in blocks of rows, through GDAL."""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from data.intake.arrow_text import as_text
from data.intake.block import IntakeError
from data.intake.parquet_reader import block_with_points
from data.intake.source_file import SourceFile
from data.intake.table import GEOMETRY_LAT, GEOMETRY_LON, RawBlock, TableOptions
from data.intake.tables_within import choose
from data.intake.typed_table import TypedTable
from geo.projection import WGS84

WGS84_ALIASES = ("OGC:CRS84", WGS84)
DRIVERS = ("GeoJSON", "GPKG")
NOT_A_LAYER = "'{name}' cannot be read as GeoJSON or GeoPackage"
# Texts that look like times to GDAL stay what they are: the profile says how to read them.
OPENED_WITH = {"GeoJSON": {"DATE_AS_STRING": "YES"}}


@dataclass(frozen=True)
class LayerTable(TypedTable):
    """One layer; ``crs`` is the reference system of its geometry."""

    layer: str
    driver: str
    crs: str

    def blocks(self, columns: Sequence[str], block_rows: int) -> Iterator[RawBlock]:
        """The rows in blocks of at most ``block_rows``; a line is the how manieth feature it is."""
        wants_points = GEOMETRY_LON in columns or GEOMETRY_LAT in columns
        own = [column for column in columns if column not in {GEOMETRY_LON, GEOMETRY_LAT}]
        opened = pyogrio.raw.open_arrow(
            _gdal_path(self.source),
            layer=self.layer,
            columns=own,
            read_geometry=wants_points,
            batch_size=block_rows,
            use_pyarrow=True,
            datetime_as_string=True,
            **OPENED_WITH.get(self.driver, {}),
        )
        line = 1
        with _plainly(self.name), ExitStack() as stack:
            with _without_warnings():
                about, batches = stack.enter_context(opened)
            geometry = about["geometry_name"] or "wkb_geometry"
            for batch in batches:
                values = {column: as_text(batch.column(column), column, self.decimal) for column in own}
                shapes = (
                    shapely.from_wkb(batch.column(geometry).to_numpy(zero_copy_only=False)) if wants_points else None
                )
                yield block_with_points(values, shapes, self.crs, self.decimal, line)
                line += len(batch)


def open_layer(source: SourceFile, options: TableOptions) -> LayerTable:
    """Choose the layer of ``source`` that has the columns wanted.

    Raises `IntakeError` for a file that is no map layer, or whose points are in an unknown reference system.
    """
    path = _gdal_path(source)
    with _plainly(source.name), _without_warnings():
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        about = {layer: pyogrio.read_info(path, layer=layer) for layer in layers}
    if any(info["driver"] not in DRIVERS for info in about.values()):
        raise IntakeError(NOT_A_LAYER.format(name=source.name))
    headers = {layer: tuple(map(str, info["fields"])) for layer, info in about.items()}
    layer = choose(source.name, "layer", headers, options)
    info, header = about[layer], headers[layer]
    if info["geometry_type"] is None:
        return LayerTable(source, header, options.decimal, layer, info["driver"], WGS84)
    if info["crs"] is None:
        raise IntakeError(f"'{source.name}' does not say which coordinate reference system it is in")
    crs = WGS84 if info["crs"] in WGS84_ALIASES else str(info["crs"])
    return LayerTable(source, (*header, GEOMETRY_LON, GEOMETRY_LAT), options.decimal, layer, info["driver"], crs)


def _gdal_path(source: SourceFile) -> str:
    """An unpacked file has no name that SQLite could open; as part of a file, GDAL reads it itself."""
    path = os.fspath(source.path.absolute())
    return f"/vsisubfile/0_{source.path.stat().st_size},{path}" if path.startswith("/proc/self/fd/") else path


@contextmanager
def _without_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        # GDAL warns of names that do not end as the format asks; what counts here is the content.
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        yield
    except (DataSourceError, DataLayerError, pa.ArrowException) as error:
        raise IntakeError(NOT_A_LAYER.format(name=name)) from error
