"""Use case: hotspots of a file, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.folder import write_folder
from data.point_file import read_points, read_polygon
from data.streets_file import streets_sketch
from data.tile_source import TileSourceError
from geo.grid import centres, require_resolution
from geo.projection import utm_zone
from maps.assets import inlined
from maps.geojson import hotspots_geojson
from maps.hotspots import hotspots_page
from maps.json_bytes import json_bytes
from models.basemap_parameters import BasemapParameters
from models.cell_hotspots import CellHotspots, cell_hotspots

# The same file gives the same p on every machine, also where random permutations are drawn.
SEED = 20261124


@dataclass(frozen=True)
class HotspotFiles:
    """The result and where it was written."""

    hotspots: CellHotspots
    points: int
    level: float
    geojson: Path
    page: Path


def hotspots_of_file(
    path: Path, *, resolution: int, area: Path | None, level: float, out: Path, streets: Path | None = None
) -> HotspotFiles:
    """Read points, test the cells, and write GeoJSON and a self-contained page into the folder ``out``.

    ``streets`` is a GeoPackage whose streets are drawn below the cells.
    """
    require_resolution("--resolution", resolution)
    lon, lat = read_points(path)
    polygon = read_polygon(area) if area else None
    rng = np.random.default_rng(SEED)
    found = cell_hotspots(lon, lat, resolution=resolution, area=polygon, level=level, rng=rng)
    page = hotspots_page(
        found.cell,
        found.count.astype(np.float64),
        found.z,
        found.p,
        found.q,
        found.hot,
        title=path.stem,
        resolution=resolution,
        level=level,
        assets=inlined(),
        outline=polygon,
        sketch=_sketch(streets, found) if streets else None,
    )
    names = f"{path.stem}.hotspots.geojson", f"{path.stem}.hotspots.html"
    contents = {names[0]: json_bytes(hotspots_geojson(found)), names[1]: page.encode()}
    folder = write_folder(out, contents)
    return HotspotFiles(found, len(lon), level, folder / names[0], folder / names[1])


def _sketch(streets: Path, found: CellHotspots) -> Mapping[str, Any]:
    if not streets.is_file():
        raise TileSourceError(f"the streets '{streets}' are no file")
    lon, lat = centres(found.cell)
    bounds = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    zone = utm_zone((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    return streets_sketch(streets, BasemapParameters(str(streets), streets.name), bounds, zone)
