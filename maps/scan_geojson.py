"""Clusters of a space-time scan as GeoJSON (RFC 7946)."""

import math
from typing import Any

from geo.grid import outline, to_text
from geo.projection import to_degrees
from maps.page import rounded
from models.calendar import to_date
from models.cell_scan import CellScan
from models.scan_statistic import ScanCluster

DIGITS = 6  # significant digits of statistics; more would be noise


def scan_geojson(scan: CellScan, *, crs: str, level: float) -> dict[str, Any]:
    """A FeatureCollection of the clusters, each a MultiPolygon of its cells; ``crs`` is that of the scan's metres.

    ``detected`` says whether p is at most ``level``. Days are the first and, half-open, the one after the last.
    """
    features = [
        {
            "type": "Feature",
            "id": rank,
            "geometry": {"type": "MultiPolygon", "coordinates": [[_ring(int(scan.cell[i]))] for i in cluster.places]},
            "properties": {"rank": rank, **cluster_record(scan, cluster, crs=crs, level=level)},
        }
        for rank, cluster in enumerate(scan.result.clusters, start=1)
    ]
    return {"type": "FeatureCollection", "features": features}


def cluster_record(scan: CellScan, cluster: ScanCluster, *, crs: str, level: float) -> dict[str, Any]:
    """What a cluster says, for machines; the same names as in the GeoJSON."""
    lon, lat = centre_degrees(scan, cluster, crs)
    start, stop = (to_date(day).isoformat() for day in scan.dates_of(cluster))
    return {
        "centre": [rounded(lon), rounded(lat)],
        "radius_m": round(cluster.radius_m, 1),
        "cells": to_text(scan.cell[cluster.places]),
        "start": start,
        "stop": stop,
        "duration_days": cluster.duration,
        "observed": cluster.observed,
        "expected": _figure(cluster.expected),
        "log_likelihood_ratio": _figure(cluster.statistic),
        "p": _figure(cluster.p),
        "recurrence_days": _figure(cluster.recurrence_days),
        "gumbel_p_approximation": _figure(cluster.gumbel_p),
        "detected": cluster.p <= level,
    }


def centre_degrees(scan: CellScan, cluster: ScanCluster, crs: str) -> tuple[float, float]:
    """Longitude and latitude of the middle of the cluster's central cell."""
    lon, lat = to_degrees(scan.x_m[cluster.places[:1]], scan.y_m[cluster.places[:1]], crs)
    return float(lon[0]), float(lat[0])


def _ring(cell: int) -> list[list[float]]:
    return [[rounded(lon), rounded(lat)] for lon, lat in outline(cell)]


def _figure(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
