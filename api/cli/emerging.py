"""File mode: ``trygkort emerging``."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from api.cli.options import Resolution
from api.emerging import EmergingFiles, emerging_of_file
from geo.grid import to_text
from models.calendar import to_date
from models.cell_emerging import CellEmerging
from models.emerging_hot_spots import EmergingParameters, Pattern


class Bins(Enum):
    """Length of a time bin."""

    DAYS = "days"
    WEEKS = "weeks"
    FOUR_WEEKS = "four-weeks"


BIN_DAYS = {Bins.DAYS: 1, Bins.WEEKS: 7, Bins.FOUR_WEEKS: 28}
SIDES = {1: "hot", -1: "cold"}


def add_to(app: typer.Typer) -> None:
    app.command()(emerging)


def emerging(
    file: Annotated[Path, typer.Argument(help="Points with a date: a table with lon, lat and date, GeoPackage, …")],
    resolution: Resolution,
    *,
    bins: Annotated[Bins, typer.Option(help="Length of a time bin; at least ten are needed.")] = Bins.WEEKS,
    area: Annotated[Path | None, typer.Option(help="Polygons that bound the study area.")] = None,
    level: Annotated[float, typer.Option(help="False discovery rate of hot and cold bins.")] = 0.1,
    trend_level: Annotated[float, typer.Option(help="Level of the test for a trend.")] = 0.1,
    bins_back: Annotated[int, typer.Option(help="Earlier bins in a bin's neighbourhood.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for the GeoJSON and the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Say of every H3 cell since when it is a hot spot: new, consecutive, persistent, historical, …"""
    parameters = EmergingParameters(bins_back, level, trend_level)
    files = emerging_of_file(
        file, resolution=resolution, bin_days=BIN_DAYS[bins], area=area, parameters=parameters, out=out
    )
    typer.echo(json.dumps(_summary(files), ensure_ascii=False) if as_json else _table(files))


def _summary(files: EmergingFiles) -> dict[str, object]:
    result = files.result
    return {
        "points": files.points,
        "left_out": result.left_out,
        "cells": len(result.cell),
        "bins": result.count.shape[1],
        "bin_days": result.bin_days,
        "start": to_date(result.first_day).isoformat(),
        "classes": [
            {"cell": name, "class": Pattern(p).name.lower(), "side": SIDES[s], "count": count, "last": last, "z": z}
            for name, p, s, count, last, z in _rows(result)
        ],
        "geojson": str(files.geojson),
        "page": str(files.page),
    }


def _rows(result: CellEmerging) -> list[tuple[str, int, int, int, int, float]]:
    found = result.found
    shown = np.flatnonzero(found.side)
    shown = shown[np.lexsort((-np.abs(found.z[shown, -1]), found.pattern[shown], -found.side[shown]))]
    columns = found.pattern, found.side, result.count.sum(axis=1), result.count[:, -1], found.z[:, -1]
    values = [column[shown].tolist() for column in columns]
    return list(zip(to_text(result.cell[shown]), *values, strict=True))


def _table(files: EmergingFiles) -> str:
    result = files.result
    rows = _rows(result)
    heading = (
        f"{files.points} points, {result.count.shape[1]} bins of {result.bin_days} days, {len(result.cell)} cells, "
        f"{len(rows)} of them with a pattern"
    )
    lines = [heading]
    if rows:
        lines.append(f"{'cell':<17}{'class':<20}{'count':>6}{'last':>6}{'z':>8}")
    for name, pattern, side, count, last, z in rows:
        kind = f"{Pattern(pattern).name.lower()} {SIDES[side]}"
        lines.append(f"{name:<17}{kind:<20}{count:>6}{last:>6}{z:>8.2f}")
    return "\n".join([*lines, str(files.geojson), str(files.page)])
