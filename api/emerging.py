"""Use case: emerging hot spots of a file, without a database."""

from dataclasses import dataclass
from pathlib import Path

from data.event_file import read_events
from data.folder import write_folder
from data.point_file import PointFileError, read_polygon
from geo.grid import require_resolution
from maps.assets import inlined
from maps.emerging import emerging_page
from maps.geojson import emerging_geojson
from maps.json_bytes import json_bytes
from models.cell_emerging import CellEmerging, cell_emerging
from models.emerging_hot_spots import EmergingParameters


@dataclass(frozen=True)
class EmergingFiles:
    """The result and where it was written."""

    result: CellEmerging
    points: int
    geojson: Path
    page: Path


def emerging_of_file(
    path: Path, *, resolution: int, bin_days: int, area: Path | None, parameters: EmergingParameters, out: Path
) -> EmergingFiles:
    """Read points with a date, give each cell its class, and write GeoJSON and a page into the folder ``out``."""
    require_resolution("--resolution", resolution)
    events = read_events(path)
    if not events.crs:
        raise PointFileError(f"{path.name} has metres; the grid needs columns named lon and lat")
    polygon = read_polygon(area) if area else None
    result = cell_emerging(
        events.lon,
        events.lat,
        events.day,
        resolution=resolution,
        area=polygon,
        bin_days=bin_days,
        parameters=parameters,
    )
    page = emerging_page(
        result,
        title=path.stem,
        resolution=resolution,
        parameters=parameters,
        assets=inlined(),
        area=polygon,
    )
    names = f"{path.stem}.emerging.geojson", f"{path.stem}.emerging.html"
    folder = write_folder(out, {names[0]: json_bytes(emerging_geojson(result)), names[1]: page.encode()})
    return EmergingFiles(result, len(events), folder / names[0], folder / names[1])
