"""Clusters and emerging hot spots: time beside the peer in the same run, how time grows, and what chance makes.

    .venv/bin/python -m benchmarks.clusters [speed] [growth] [chance]

Peers: scikit-learn's DBSCAN and HDBSCAN; for ST-DBSCAN scikit-learn's DBSCAN over the sparse graph of near pairs that
are near in time too; for Gi* over cells and weeks esda's G_Local (compiled by numba). Points lie over a square of
1.5 km, evenly or at 600 addresses; days over four years.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import shapely
from esda import G_Local
from libpysal.weights import W
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.neighbors import NearestNeighbors

from benchmarks.null_rates.density import METRIC, neighbours, treated_polygon
from geo.projection import project
from models.cluster_chance import SizesOfClusters, cluster_chance
from models.cluster_parameters import ClusterParameters
from models.clusters import find_clusters
from models.emerging_hot_spots import emerging_hot_spots, space_time_gi_star
from models.hdbscan_clusters import HdbscanParameters, find_hdbscan_clusters
from models.st_dbscan import SpaceTimeClusterParameters, find_space_time_clusters

Floats = NDArray[np.float64]
SIDE_M, DAYS, ADDRESSES = 1500.0, 1461, 600
PLACE, SPACE_TIME, HIERARCHY = ClusterParameters(), SpaceTimeClusterParameters(), HdbscanParameters()
WIDE = SpaceTimeClusterParameters(within_days=28.0, min_incidents=20)


def evenly(n: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(n)
    x_m, y_m = rng.uniform(0, SIDE_M, (2, n))
    return x_m, y_m, rng.integers(0, DAYS, n).astype(np.float64)


def at_addresses(n: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(n)
    place = rng.uniform(0, SIDE_M, (ADDRESSES, 2))[rng.integers(0, ADDRESSES, n)]
    return place[:, 0], place[:, 1], rng.integers(0, DAYS, n).astype(np.float64)


def weeks(resolution: int, number: int, per_week: float = 14.0) -> Floats:
    n = neighbours(resolution, include_self=True).shape[0]
    return np.random.default_rng(number).poisson(per_week / n, (n, number)).astype(np.float64)


def bare_dbscan(x_m: Floats, y_m: Floats) -> None:
    DBSCAN(eps=PLACE.radius_m, min_samples=PLACE.min_incidents, algorithm="kd_tree").fit(np.column_stack([x_m, y_m]))


def sparse_st_dbscan(x_m: Floats, y_m: Floats, day: Floats, parameters: SpaceTimeClusterParameters) -> None:
    xy = np.column_stack([x_m, y_m])
    near = NearestNeighbors(radius=parameters.radius_m, algorithm="kd_tree").fit(xy)
    graph = near.radius_neighbors_graph(xy, mode="distance").tocoo()
    keep = np.abs(day[graph.row] - day[graph.col]) <= parameters.within_days
    pairs = graph.data[keep] + 1.0, (graph.row[keep], graph.col[keep])  # a stored zero would be no neighbour
    matrix = sparse.csr_matrix(pairs, shape=graph.shape)
    scan = DBSCAN(eps=parameters.radius_m + 1, min_samples=parameters.min_incidents, metric="precomputed")
    scan.fit(matrix)


def bare_hdbscan(x_m: Floats, y_m: Floats) -> None:
    scan = HDBSCAN(min_cluster_size=HIERARCHY.min_incidents, min_samples=HIERARCHY.core_incidents, copy=True)
    scan.fit(np.column_stack([x_m, y_m]))


def esda_cube(counts: Floats, near: W) -> None:
    G_Local(counts.ravel(), near, transform="B", permutations=0, star=True)


def cube_neighbours(resolution: int, number: int) -> W:
    weights = neighbours(resolution, include_self=True)
    back = sparse.csr_array(np.eye(number) + np.eye(number, k=-1))
    cube = sparse.kron(weights, back, format="csr")
    rows = {i: cube.indices[cube.indptr[i] : cube.indptr[i + 1]].tolist() for i in range(cube.shape[0])}
    return W(rows, silence_warnings=True)


def seconds(run: Callable[[], object], times: int = 3) -> float:
    """The quickest of ``times`` runs after one to warm up."""
    run()
    found = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        found.append(time.perf_counter() - started)
    return min(found)


def speed() -> None:
    print("| what | ours, s | peer, s | peer / ours |")
    print("|---|---|---|---|")
    even, addresses, small = evenly(100_000), at_addresses(100_000), evenly(5_000)
    cube, near = weeks(11, 52), cube_neighbours(11, 52)
    graph = neighbours(11, include_self=True)
    pairs: list[tuple[str, Callable[[], object], Callable[[], object] | None]] = [
        (
            "DBSCAN, 100,000 at 600 addresses",
            lambda: find_clusters(*addresses[:2], PLACE),
            lambda: bare_dbscan(*addresses[:2]),
        ),
        ("DBSCAN, 100,000 evenly", lambda: find_clusters(*even[:2], PLACE), lambda: bare_dbscan(*even[:2])),
        (
            "ST-DBSCAN (7 days), 100,000 evenly",
            lambda: find_space_time_clusters(*even, SPACE_TIME),
            lambda: sparse_st_dbscan(*even, SPACE_TIME),
        ),
        (
            "ST-DBSCAN (28 days), 100,000 at 600 addresses",
            lambda: find_space_time_clusters(*addresses, WIDE),
            lambda: sparse_st_dbscan(*addresses, WIDE),
        ),
        (
            "HDBSCAN, 5,000 evenly",
            lambda: find_hdbscan_clusters(*small[:2], HIERARCHY),
            lambda: bare_hdbscan(*small[:2]),
        ),
        (
            "Gi* of 449 cells x 52 weeks",
            lambda: space_time_gi_star(cube, graph, bins_back=1),
            lambda: esda_cube(cube, near),
        ),
        ("Emerging hot spots, 449 cells x 52 weeks", lambda: emerging_hot_spots(cube, graph), None),
    ]
    for name, ours, peer in pairs:
        own_s = seconds(ours)
        peer_s = seconds(peer, times=1) if peer else float("nan")
        print(f"| {name} | {own_s:.3f} | {peer_s:.3f} | {peer_s / own_s:.1f} |", flush=True)


def growth() -> None:
    print("\n| what | n | s | times the one before |")
    print("|---|---|---|---|")
    cases: list[tuple[str, list[int], Callable[[int], Callable[[], object]]]] = [
        ("DBSCAN, evenly", [12_500, 25_000, 50_000, 100_000], lambda n: _on(find_clusters, evenly(n)[:2], PLACE)),
        (
            "ST-DBSCAN, evenly",
            [25_000, 50_000, 100_000, 200_000],
            lambda n: _on(find_space_time_clusters, evenly(n), SPACE_TIME),
        ),
        (
            "ST-DBSCAN, at addresses",
            [100_000, 200_000, 400_000, 800_000],
            lambda n: _on(find_space_time_clusters, at_addresses(n), SPACE_TIME),
        ),
        (
            "HDBSCAN, evenly",
            [2_500, 5_000, 10_000, 20_000],
            lambda n: _on(find_hdbscan_clusters, evenly(n)[:2], HIERARCHY),
        ),
        (
            "HDBSCAN, at addresses",
            [25_000, 50_000, 100_000],
            lambda n: _on(find_hdbscan_clusters, at_addresses(n)[:2], HIERARCHY),
        ),
        (
            "Emerging, 449 cells x n weeks",
            [52, 104, 208],
            lambda n: _on(emerging_hot_spots, (weeks(11, n),), neighbours(11, include_self=True)),
        ),
    ]
    for name, sizes, case in cases:
        before = float("nan")
        for n in sizes:
            taken = seconds(case(n), times=2)
            print(f"| {name} | {n:,} | {taken:.3f} | {taken / before:.1f} |", flush=True)
            before = taken


def _on(method: Callable[..., object], columns: tuple[Floats, ...], last: object) -> Callable[[], object]:
    return lambda: method(*columns, last)


def chance() -> None:
    """Two incidents a day for 28 days, strewn evenly over the treated area or over 600 addresses in it."""
    corners = shapely.get_coordinates(treated_polygon())
    polygon = shapely.Polygon(np.column_stack(project(corners[:, 0], corners[:, 1], METRIC)))
    west, south, east, north = polygon.bounds
    rng = np.random.default_rng(20261124)
    places = rng.uniform([west, south], [east, north], (3 * ADDRESSES, 2))
    places = places[shapely.contains_xy(polygon, places)][:ADDRESSES]
    methods: dict[str, SizesOfClusters] = {
        "DBSCAN": lambda x, y, _: [c.incidents for c in find_clusters(x, y, PLACE)],
        "ST-DBSCAN": lambda x, y, rng: [
            c.place.incidents
            for c in find_space_time_clusters(x, y, rng.integers(0, 28, len(x)).astype(np.float64), SPACE_TIME)
        ],
        "HDBSCAN": lambda x, y, _: [c.incidents for c in find_hdbscan_clusters(x, y, HIERARCHY)],
    }
    print("\n| method, default parameters | strewn over | clusters on a map | maps with one | largest, 95 % below |")
    print("|---|---|---|---|---|")
    for name, sizes in methods.items():
        for what, where in (("the area", polygon), (f"{len(places)} addresses", places)):
            found = cluster_chance(56, where, sizes, replicates=999, rng=np.random.default_rng(1))
            top = int(np.quantile(found.largest, 0.95))
            print(f"| {name} | {what} | {found.mean_clusters:.2f} | {found.any_cluster:.0%} | {top} |", flush=True)


if __name__ == "__main__":
    for part in sys.argv[1:] or ["speed", "growth", "chance"]:
        {"speed": speed, "growth": growth, "chance": chance}[part]()
