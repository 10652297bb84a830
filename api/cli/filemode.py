"""File mode: statistics on a file, without a database."""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from api.cli.options import Resolution
from api.hotspots import HotspotFiles, hotspots_of_file
from geo.grid import to_text
from models.hot_cells import METHOD

SHOWN = 10


def add_to(app: typer.Typer) -> None:
    app.command()(hotspots)


def hotspots(
    file: Annotated[Path, typer.Argument(help="Points: a table with lon and lat, GeoPackage, GeoJSON, …")],
    resolution: Resolution,
    *,
    area: Annotated[Path | None, typer.Option(help="Polygons that bound the study area.")] = None,
    level: Annotated[float, typer.Option(help="False discovery rate of the hot cells.", min=0.0, max=1.0)] = 0.05,
    streets: Annotated[Path | None, typer.Option(help="GeoPackage of streets to draw below.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the GeoJSON and the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Count points per H3 cell, test with Gi*, and write GeoJSON and a page with a map.

    A cell is hot where Gi* and an exact test against an even spread agree. Beside them stands the conditional
    permutation p of Gi*, exact for counts: it asks whether the neighbours are high, whatever the cell itself holds.
    """
    files = hotspots_of_file(file, resolution=resolution, area=area, level=level, out=out, streets=streets)
    typer.echo(json.dumps(_summary(files), ensure_ascii=False) if as_json else _table(files))


def _summary(files: HotspotFiles) -> dict[str, object]:
    found = files.hotspots
    hot = np.flatnonzero(found.hot)
    hot = hot[np.argsort(-found.z[hot])]
    return {
        "points": files.points,
        "cells": len(found.cell),
        "level": files.level,
        "p_method": METHOD,
        "permutation_method": found.permutation_method,
        "hot": [
            {
                "cell": name,
                "count": int(found.count[i]),
                "z": float(found.z[i]),
                "p": float(found.p[i]),
                "q": float(found.q[i]),
                "permutation_p": float(found.permutation_p[i]),
            }
            for name, i in zip(to_text(found.cell[hot]), hot, strict=True)
        ],
        "geojson": str(files.geojson),
        "page": str(files.page),
    }


def _table(files: HotspotFiles) -> str:
    found = files.hotspots
    order = np.argsort(-found.z)[:SHOWN]
    lines = [
        f"{files.points} points in {len(found.cell)} cells, {int(found.hot.sum())} of them hot",
        f"{'cell':<17}{'count':>6}{'z':>8}{'p':>11}{'q':>9}{'neighbours p':>14}",
        *(
            f"{name:<17}{found.count[i]:>6}{found.z[i]:>8.2f}{found.p[i]:>11.2g}{found.q[i]:>9.4f}"
            f"{found.permutation_p[i]:>14.2g}{'  hot' if found.hot[i] else ''}"
            for name, i in zip(to_text(found.cell[order]), order, strict=True)
        ),
        f"p: {METHOD}, two-sided",
        f"q: Benjamini-Hochberg over {len(found.cell)} cells; hot up to {files.level:g}",
        f"neighbours p: conditional permutation of Gi*, {found.permutation_method}, two-tailed",
        str(files.geojson),
        str(files.page),
    ]
    return "\n".join(lines)
