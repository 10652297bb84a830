"""The order of a patrol's stops: the shortest round through all of them, by PyVRP (Wouda, N. A., Lan, L. & Kool, W.
2024, *INFORMS Journal on Computing* 36(4), 943-955); the same seed gives the same round."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ITERATIONS = 300  # up to nine stops: far more than the shortest round takes to be found


def round_trip(xy_m: Floats, *, seed: int) -> list[int]:
    """Positions of the stops ``xy_m`` (n, 2) in the order of the shortest closed round, the first stop first."""
    if len(xy_m) <= 3:
        return list(range(len(xy_m)))
    # Loaded here: most commands plan no way.
    from pyvrp import Model  # noqa: PLC0415
    from pyvrp.stop import MaxIterations  # noqa: PLC0415

    metres = np.rint(distances_m(xy_m)).astype(int)
    model = Model()
    places = [model.add_location(int(x), int(y)) for x, y in np.rint(xy_m - xy_m.min(axis=0)).tolist()]
    model.add_depot(places[0])
    for place in places[1:]:
        model.add_client(place)
    model.add_vehicle_type()
    for i, start in enumerate(places):
        for j, stop in enumerate(places):
            if i != j:
                model.add_edge(start, stop, distance=int(metres[i, j]))
    found = model.solve(MaxIterations(ITERATIONS), seed=seed % 2**32, collect_stats=False, display=False)
    return [0, *(1 + visit.idx for route in found.best.routes() for visit in route if visit.is_client())]


def round_m(xy_m: Floats, order: list[int]) -> float:
    """Metres of the closed round through the stops in ``order``, as the crow flies."""
    ring = xy_m[[*order, order[0]]] if order else xy_m
    return float(np.hypot(*np.diff(ring, axis=0).T).sum()) if len(ring) > 1 else 0.0


def distances_m(xy_m: Floats) -> Floats:
    """Between any two places (n, n), as the crow flies."""
    away = xy_m[:, None, :] - xy_m[None, :, :]
    return np.hypot(away[..., 0], away[..., 1])
