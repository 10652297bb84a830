"""Use case: kernel density of a file of points, without a database."""

from dataclasses import dataclass
from pathlib import Path

from data.folder import write_folder
from data.point_file import read_points, read_polygon
from maps.assets import inlined
from maps.density import density_geojson, density_page
from maps.json_bytes import json_bytes
from models.cell_density import CellDensity, cell_density, fitting_resolution


@dataclass(frozen=True)
class DensityFiles:
    """The result and where it was written."""

    density: CellDensity
    points: int
    geojson: Path
    page: Path


def density_of_file(
    path: Path, *, resolution: int | None, bandwidth_m: float, area: Path | None, out: Path
) -> DensityFiles:
    """Read points, lay the kernel over the cells, and write GeoJSON and a self-contained page into ``out``.

    Without ``resolution`` it is the one that fits the bandwidth.
    """
    lon, lat = read_points(path)
    polygon = read_polygon(area) if area else None
    chosen = fitting_resolution(lon, lat, bandwidth_m=bandwidth_m) if resolution is None else resolution
    found = cell_density(lon, lat, resolution=chosen, area=polygon, bandwidth_m=bandwidth_m)
    page = density_page(found, title=path.stem, points=len(lon), area=polygon, assets=inlined())
    names = f"{path.stem}.density.geojson", f"{path.stem}.density.html"
    folder = write_folder(out, {names[0]: json_bytes(density_geojson(found)), names[1]: page.encode()})
    return DensityFiles(found, len(lon), folder / names[0], folder / names[1])
