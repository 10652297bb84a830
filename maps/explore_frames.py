"""An answer as a GeoPackage (OGC 12-128r19) and as GeoParquet (1.0): the page's figures and what was asked.

The GeoPackage has a layer for cells and one for clusters, a table for each of the others, and the parameters twice: as
the table ``parameters`` for people and as JSON in the metadata of the file (``gpkg_metadata``). GeoParquet holds one
table, the cells; the parameters and the other tables are JSON in the metadata of the file under ``trygkort``.
"""

import io
import json
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from geo.grid import from_text, outline
from maps.explore_tables import ExploreTables, Table
from maps.json_bytes import json_bytes

WGS84 = "EPSG:4326"
METADATA = "trygkort"


def geopackage(tables: ExploreTables, machine: Mapping[str, Any]) -> bytes:
    """All of ``tables``; ``machine`` are the parameters as codes and ISO dates."""
    told = {METADATA: json.dumps(machine, ensure_ascii=False)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.gpkg"
        pyogrio.write_dataframe(_cells(tables.cells), path, layer="cells", driver="GPKG", dataset_metadata=told)
        pyogrio.write_dataframe(_points(tables.clusters), path, layer="clusters", driver="GPKG", append=True)
        plain = [tables.series, tables.hours, tables.comparison]
        for key, frame in [*((table.key, _frame(table)) for table in plain), ("parameters", _parameters(tables))]:
            pyogrio.write_dataframe(frame, path, layer=key, driver="GPKG", append=True)
        return path.read_bytes()


def geoparquet(tables: ExploreTables, machine: Mapping[str, Any]) -> bytes:
    """The cells as rows, all else as the file's metadata."""
    written = io.BytesIO()
    _cells(tables.cells).to_parquet(written, index=False)
    table = pq.read_table(io.BytesIO(written.getvalue()))
    told = {
        "parameters": machine,
        "tables": {
            one.key: {"columns": [column.key for column in one.columns], "rows": [_plain(row) for row in one.rows]}
            for one in tables.tables
            if one.key != "cells"
        },
    }
    metadata = {**(table.schema.metadata or {}), METADATA.encode(): json_bytes(told)}
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), out)
    return out.getvalue()


def _frame(table: Table) -> pd.DataFrame:
    """The columns of ``table`` under their keys; numbers are numbers where nothing is there too."""
    columns: dict[str, Any] = {}
    for i, column in enumerate(table.columns):
        values = [row[i] for row in table.rows]
        if column.kind == "text":
            columns[column.key] = pd.Series(values, dtype=object)
        elif column.kind == "date":
            columns[column.key] = pd.Series([_iso(value) for value in values], dtype=object)
        elif column.kind == "whole" and all(value is not None for value in values):
            columns[column.key] = pd.Series(values, dtype=np.int64)
        else:
            columns[column.key] = pd.Series(values, dtype=np.float64)
    return pd.DataFrame(columns)


def _cells(table: Table) -> geopandas.GeoDataFrame:
    frame = _frame(table).drop(columns=["lon", "lat"])
    polygons = [shapely.Polygon(outline(int(cell))) for cell in from_text([str(row[0]) for row in table.rows])]
    return geopandas.GeoDataFrame(frame, geometry=geopandas.GeoSeries(polygons, crs=WGS84))


def _points(table: Table) -> geopandas.GeoDataFrame:
    frame = _frame(table)
    points = geopandas.GeoSeries(geopandas.points_from_xy(frame["lon"], frame["lat"]), crs=WGS84)
    return geopandas.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points)


def _parameters(tables: ExploreTables) -> pd.DataFrame:
    rows = [(one.key, one.heading, one.value) for one in tables.parameters]
    return pd.DataFrame(rows, columns=["key", "heading", "value"], dtype=object)


def _iso(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [value.isoformat() if isinstance(value, date) else value for value in row]
