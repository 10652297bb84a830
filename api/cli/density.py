"""File mode: kernel density."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.density import DensityFiles, density_of_file
from geo.grid import FINEST, to_text
from maps.density import densest

SHOWN = 10


def add_to(app: typer.Typer) -> None:
    app.command()(density)


def density(
    file: Annotated[Path, typer.Argument(help="Points: a table with lon and lat, GeoPackage, GeoJSON, …")],
    bandwidth: Annotated[float, typer.Option(help="Bandwidth in metres: how far an incident reaches.")],
    *,
    resolution: Annotated[
        int | None,
        typer.Option(
            help=f"H3 resolution, 0 (coarse) to {FINEST} (fine); chosen from the bandwidth unless given.",
            min=0,
            max=FINEST,
        ),
    ] = None,
    area: Annotated[Path | None, typer.Option(help="Polygons to show; points outside count at the edge.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the GeoJSON and the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Incidents per square kilometre by the quartic kernel, as GeoJSON and as a page with a map."""
    files = density_of_file(file, resolution=resolution, bandwidth_m=bandwidth, area=area, out=out)
    typer.echo(json.dumps(_summary(files), ensure_ascii=False) if as_json else _table(files))


def _summary(files: DensityFiles) -> dict[str, object]:
    found = files.density
    return {
        "points": files.points,
        "cells": len(found.cell),
        "bandwidth_m": found.bandwidth_m,
        "spacing_m": found.spacing_m,
        "densest": [
            {"cell": name, "per_km2": float(found.per_km2[i]), "count": int(found.count[i])} for name, i in _most(files)
        ],
        "geojson": str(files.geojson),
        "page": str(files.page),
    }


def _table(files: DensityFiles) -> str:
    found = files.density
    grid = f"{len(found.cell):,} cells {found.spacing_m:.0f} m apart"
    lines = [
        f"{files.points:,} points, {grid}, bandwidth {found.bandwidth_m:g} m",
        f"{'cell':<17}{'per km²':>10}{'in the cell':>13}",
        *(f"{name:<17}{found.per_km2[i]:>10.1f}{found.count[i]:>13}" for name, i in _most(files)),
        str(files.geojson),
        str(files.page),
    ]
    return "\n".join(lines)


def _most(files: DensityFiles) -> list[tuple[str, int]]:
    most = densest(files.density, SHOWN)
    return list(zip(to_text(files.density.cell[most]), most.tolist(), strict=True))
