"""The command ``scan``: where there is more than usual just now, from a file."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Resolution, parse_date
from api.cli.progress import filled
from api.scan import ScanFiles, scan_of_file
from maps.scan_geojson import centre_degrees, cluster_record
from models.calendar import to_date
from models.scan_statistic import BLOCK, ScanParameters

YEAR_DAYS = 365.25
SHOWN = 5


class MethodName(StrEnum):
    """`models.cell_scan.METHODS`, as the command line knows them."""

    permutation = "permutation"
    poisson = "poisson"


def add_to(app: typer.Typer) -> None:
    app.command()(scan)


def scan(
    file: Annotated[Path, typer.Argument(help="Points with a time: lon, lat, date; CSV, GeoPackage, GeoJSON, …")],
    *,
    resolution: Resolution = 10,
    method: Annotated[
        MethodName,
        typer.Option(help="permutation: beside places' and days' own levels; poisson: beside places' own level only."),
    ] = MethodName.permutation,
    days: Annotated[int, typer.Option(help="Days of history that are compared with.", min=2)] = 84,
    until: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD; the file's last day unless given.")] = None,
    max_duration: Annotated[int, typer.Option(help="Longest cluster in days, to the last day.", min=1)] = 28,
    max_radius_m: Annotated[float | None, typer.Option(help="Largest radius of a cluster in metres.", min=0)] = None,
    replicates: Annotated[int, typer.Option(help="Random data sets; p is at least 1 / (this + 1).", min=1)] = 999,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 1,
    level: Annotated[float, typer.Option(help="p up to which a cluster is detected.", min=0.0, max=1.0)] = 0.05,
    area: Annotated[Path | None, typer.Option(help="Polygons that bound the study area.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the GeoJSON and the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Scan for clusters that are alive on the last day, and write GeoJSON and a page with a map."""
    with filled("scanning", -(-replicates // BLOCK) * BLOCK) as advance:
        files = scan_of_file(
            file,
            resolution=resolution,
            method=method.value,
            days=days,
            until=parse_date(until) if until else None,
            max_radius_m=max_radius_m,
            parameters=ScanParameters(max_duration=max_duration, replicates=replicates, max_clusters=SHOWN),
            seed=seed,
            level=level,
            area=area,
            out=out,
            advance=advance,
        )
    typer.echo(json.dumps(_summary(files, level), ensure_ascii=False) if as_json else _table(files, level))


def _summary(files: ScanFiles, level: float) -> dict[str, object]:
    found = files.scan
    return {
        "method": found.method,
        "incidents": int(found.count.sum()),
        "outside": found.outside,
        "cells": len(found.cell),
        "zones": found.result.zones,
        "start": to_date(found.first_day).isoformat(),
        "stop": to_date(found.last_day + 1).isoformat(),
        "replicates": len(found.result.replicate_maxima),
        "clusters": [cluster_record(found, c, crs=files.crs, level=level) for c in found.result.clusters],
        "geojson": str(files.geojson),
        "page": str(files.page),
    }


def _table(files: ScanFiles, level: float) -> str:
    found = files.scan
    detected = sum(cluster.p <= level for cluster in found.result.clusters)
    period = f"{to_date(found.first_day)} to {to_date(found.last_day)}"
    reported = f"{detected} of {len(found.result.clusters)} clusters detected"
    lines = [f"{found.count.sum()} incidents in {len(found.cell)} cells, {period}; {reported}"]
    if found.outside:
        lines.append(f"{found.outside} incidents of the period lie outside the area")
    if found.result.clusters:
        lines.append(
            f"{'lon':>10}{'lat':>10}{'radius m':>10}{'cells':>7}{'days':>6}{'observed':>10}{'expected':>10}{'p':>8}"
            "  by chance once in"
        )
    for cluster in found.result.clusters:
        lon, lat = centre_degrees(found, cluster, files.crs)
        lines.append(
            f"{lon:>10.5f}{lat:>10.5f}{cluster.radius_m:>10.0f}{len(cluster.places):>7}{cluster.duration:>6}"
            f"{cluster.observed:>10}{cluster.expected:>10.1f}{cluster.p:>8.3f}  {_recurrence(cluster.recurrence_days)}"
            f"{'  detected' if cluster.p <= level else ''}"
        )
    return "\n".join([*lines, str(files.geojson), str(files.page)])


def _recurrence(days: float) -> str:
    return f"{days:.0f} day{'s' if days >= 1.5 else ''}" if days < YEAR_DAYS else f"{days / YEAR_DAYS:.1f} years"
