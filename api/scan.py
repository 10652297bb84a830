"""Use case: space-time scan of a file, without a database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from data.event_file import read_events
from data.folder import write_folder
from data.point_file import read_polygon
from geo.errors import PlainError
from geo.grid import require_resolution
from maps.assets import inlined
from maps.json_bytes import json_bytes
from maps.scan import scan_page
from maps.scan_geojson import scan_geojson
from models.calendar import to_day_number
from models.cell_scan import CellScan, Method, cell_scan
from models.scan_statistic import ScanParameters


class ScanInputError(PlainError, ValueError):
    """Points or options that cannot be scanned."""


@dataclass(frozen=True)
class ScanFiles:
    """The result, where it was written, and the metric CRS of its places."""

    scan: CellScan
    crs: str
    geojson: Path
    page: Path


def scan_of_file(
    path: Path,
    *,
    resolution: int,
    method: Method,
    days: int,
    until: date | None,
    max_radius_m: float | None,
    parameters: ScanParameters,
    seed: int,
    level: float,
    area: Path | None,
    out: Path,
    advance: Callable[[int], None] | None = None,
) -> ScanFiles:
    """Read points with a time, scan the last days, and write GeoJSON and a self-contained page into ``out``."""
    require_resolution("--resolution", resolution)
    if seed < 0:
        raise ScanInputError(f"--seed must be 0 or more, found {seed}")
    polygon = read_polygon(area) if area else None
    events = read_events(path)
    if not events.crs:
        raise ScanInputError(f"{path.name} has places in metres; cells need longitude and latitude in degrees")
    scan = cell_scan(
        events.lon,
        events.lat,
        events.day,
        resolution=resolution,
        crs=events.crs,
        area=polygon,
        method=method,
        days=days,
        until_day=None if until is None else to_day_number(until),
        max_radius_m=max_radius_m,
        parameters=parameters,
        rng=np.random.default_rng(seed),
        advance=advance,
    )
    page = scan_page(scan, title=path.stem, crs=events.crs, resolution=resolution, level=level, assets=inlined())
    names = f"{path.stem}.scan.geojson", f"{path.stem}.scan.html"
    geojson = json_bytes(scan_geojson(scan, crs=events.crs, level=level))
    folder = write_folder(out, {names[0]: geojson, names[1]: page.encode()})
    return ScanFiles(scan, events.crs, folder / names[0], folder / names[1])
