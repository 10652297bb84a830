"""A GeoPackage with streets, read once into a sketch: near the areas, simplified, thinned to what a page can carry.

A sketch is drawn as part of every page, so it has a limit in bytes. Where the streets are more, the least important
ones stay away: by class where the file has one, and by length.
"""

import gzip
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from data.tile_source import TileSourceError
from geo.projection import WGS84, project, to_degrees
from geo.tiles import Bounds, grown
from models.basemap_parameters import BasemapParameters

# Names of columns as Danish and European sources have them, the first found counts.
NAME_COLUMNS = ("vejnavn", "navn", "name", "streetname", "street_name", "road_name", "gadenavn")
CLASS_COLUMNS = ("vejklasse", "vejkategori", "highway", "fclass", "road_class", "class", "funktion")
# How important a class is, by words that it holds; what is not among them comes last.
RANKS: Final = (
    ("motorway", "motorvej", "motortrafikvej", "trunk"),
    ("primary", "primær", "hovedvej", "gennemfart"),
    ("secondary", "sekundær", "fordeling", "trafikvej", "stor vej"),
    ("tertiary", "indsamling", "mellem"),
    ("residential", "unclassified", "living", "lokalvej", "bolig", "lille vej", "vej-", "gade"),
)
SIMPLIFIED_M = 1.5
MARGIN = 0.25  # of the areas' longer side: beyond it nothing is shown at the zoom a map opens with
LARGEST_SKETCH_BYTES = 30_000  # packed, so that the daily page stays below 150 kB at its first load
MOST_ROWS = 500_000
DECIMALS = 5


@dataclass(frozen=True)
class Streets:
    """Merged lines in metres with ``name`` and ``rank`` (0 the most important), one entry per street."""

    lines: NDArray[np.object_]
    names: Sequence[str]
    ranks: NDArray[np.intp]


def streets_sketch(path: Path, parameters: BasemapParameters, bounds: Bounds, metric_crs: str) -> Mapping[str, Any]:
    """The streets within ``bounds`` and a margin as a sketch (`maps.basemap`); lon/lat degrees.

    Raises `TileSourceError` for a file that is no GeoPackage with lines, or holds none there.
    """
    stat = path.stat()
    return _sketch(path, parameters, bounds, metric_crs, (stat.st_size, stat.st_mtime_ns))


@lru_cache(maxsize=4)
def _sketch(
    path: Path, parameters: BasemapParameters, bounds: Bounds, metric_crs: str, _: tuple[int, int]
) -> Mapping[str, Any]:
    with _plainly(path.name):
        layer = _layer_of_lines(path, parameters.layer)
        streets = _read(path, layer, parameters, grown(bounds, MARGIN), metric_crs)
    if len(streets.lines) == 0:
        raise TileSourceError(f"'{path.name}' has no street within the areas of the partnership")
    return {
        "type": "FeatureCollection",
        "attribution": parameters.attribution,
        "features": _thinned(_features(streets, metric_crs)),
    }


def _layer_of_lines(path: Path, wanted: str) -> str:
    layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(path)}
    if wanted and wanted not in layers:
        raise TileSourceError(f"'{path.name}' has no layer '{wanted}'; it has {', '.join(sorted(layers))}")
    lines = [name for name, kind in layers.items() if "LineString" in kind and wanted in {"", name}]
    if not lines:
        raise TileSourceError(f"'{path.name}' has no layer with lines: streets are lines")
    if len(lines) > 1:
        raise TileSourceError(
            f"'{path.name}' has several layers with lines; set layer to one of {', '.join(sorted(lines))}"
        )
    return lines[0]


def _read(path: Path, layer: str, parameters: BasemapParameters, around: Bounds, metric_crs: str) -> Streets:
    info = pyogrio.read_info(path, layer=layer)
    if not info["crs"]:
        raise TileSourceError(f"'{path.name}' does not say in which reference system its streets are")
    crs = WGS84 if CRS.from_user_input(info["crs"]).equals(WGS84) else str(info["crs"])
    fields = {str(field).lower(): str(field) for field in info["fields"]}
    name = _column(path, fields, parameters.name_column, NAME_COLUMNS)
    kind = _column(path, fields, parameters.class_column, CLASS_COLUMNS)
    _, _, shapes, values = pyogrio.raw.read(
        path,
        layer=layer,
        columns=[one for one in (name, kind) if one],
        bbox=_box(around, crs),
        max_features=MOST_ROWS + 1,
    )
    if len(shapes) > MOST_ROWS:
        raise TileSourceError(f"'{path.name}' has more than {MOST_ROWS} lines around the areas; a part of it is enough")
    # GDAL gives columns back in the order of the file.
    found = dict(zip([one for one in info["fields"] if one in {name, kind}], values, strict=True))
    lines = _in_metres(shapely.from_wkb(shapes), crs, around, metric_crs)
    names = [str(text).strip() if text else "" for text in found.get(name, [""] * len(lines))]
    ranks = np.array([_rank(text) for text in found.get(kind, [""] * len(lines))], dtype=np.intp)
    return _merged(lines, names, ranks)


def _column(path: Path, fields: Mapping[str, str], wanted: str, usual: Sequence[str]) -> str | None:
    if wanted:
        if wanted.lower() not in fields:
            raise TileSourceError(
                f"'{path.name}' has no column '{wanted}'; it has {', '.join(sorted(fields.values()))}"
            )
        return fields[wanted.lower()]
    return next((fields[name] for name in usual if name in fields), None)


def _box(around: Bounds, crs: str) -> Bounds:
    """``around`` in the file's own system, so that its index finds what is near."""
    west, south, east, north = around
    if crs == WGS84:
        return around
    lon = np.array([*np.linspace(west, east, 5), *np.linspace(west, east, 5), west, east])
    lat = np.array([*[south] * 5, *[north] * 5, (south + north) / 2, (south + north) / 2])
    x, y = project(lon, lat, crs)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _in_metres(shapes: NDArray[np.object_], crs: str, around: Bounds, metric_crs: str) -> NDArray[np.object_]:
    """Clipped to ``around`` and simplified; empty lines where nothing is left."""

    def to_metres(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = to_degrees(points[:, 0], points[:, 1], crs)
        return np.column_stack(project(lon, lat, metric_crs))

    west, south, east, north = around
    x, y = project(np.array([west, west, east, east]), np.array([south, north, south, north]), metric_crs)
    moved = shapely.transform(shapely.force_2d(shapes), to_metres)
    clipped = shapely.clip_by_rect(moved, float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    found: NDArray[np.object_] = shapely.simplify(clipped, SIMPLIFIED_M)
    return found


def _merged(lines: NDArray[np.object_], names: Sequence[str], ranks: NDArray[np.intp]) -> Streets:
    """Pieces of one name become one street, of the best rank among them; those without a name one of each rank."""
    pieces: dict[tuple[str, int], list[Any]] = {}
    best: dict[str, int] = {}
    for name, rank in zip(names, ranks.tolist(), strict=True):
        best[name] = min(rank, best.get(name, rank)) if name else rank
    for line, name, rank in zip(lines, names, ranks.tolist(), strict=True):
        if line is not None and not line.is_empty:
            pieces.setdefault((name, best[name] if name else rank), []).extend(shapely.get_parts(line))
    keys = list(pieces)
    return Streets(
        np.array([shapely.line_merge(shapely.MultiLineString(pieces[key])) for key in keys], dtype=np.object_),
        [name for name, _ in keys],
        np.array([rank for _, rank in keys], dtype=np.intp),
    )


def _features(streets: Streets, metric_crs: str) -> list[dict[str, Any]]:
    """As GeoJSON, the most important first."""

    def degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = to_degrees(points[:, 0], points[:, 1], metric_crs)
        return np.column_stack([lon.round(DECIMALS), lat.round(DECIMALS)])

    length = shapely.length(streets.lines)
    named = np.array([name == "" for name in streets.names])
    order = np.lexsort((-length, named, streets.ranks))
    drawn = shapely.transform(streets.lines, degrees)
    return [
        {
            "type": "Feature",
            "properties": {"kind": "street", "name": streets.names[i]},
            "geometry": shapely.geometry.mapping(drawn[i]),
        }
        for i in order.tolist()
    ]


def _thinned(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many of ``features``, from the first on, as `LARGEST_SKETCH_BYTES` hold."""
    kept, above = len(features), len(features) + 1
    if _weight(features) <= LARGEST_SKETCH_BYTES:
        return features
    kept = 0
    while above - kept > 1:
        tried = (kept + above) // 2
        kept, above = (tried, above) if _weight(features[:tried]) <= LARGEST_SKETCH_BYTES else (kept, tried)
    return features[:kept]


def _weight(features: Sequence[Mapping[str, Any]]) -> int:
    drawn = [[f["properties"]["name"], f["geometry"]["coordinates"]] for f in features]
    return len(gzip.compress(json.dumps(drawn, separators=(",", ":")).encode(), 6))


def _rank(kind: object) -> int:
    text = str(kind or "").lower()
    return next((rank for rank, words in enumerate(RANKS) if any(word in text for word in words)), len(RANKS))


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DataSourceError, DataLayerError) as error:
        raise TileSourceError(f"'{name}' cannot be read as a GeoPackage") from error
