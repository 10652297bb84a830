"""Use case: near repeats in a file of events, without a database."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from data.event_file import read_events
from data.folder import write_folder
from maps.assets import inlined
from maps.json_bytes import json_bytes
from maps.near_repeat import near_repeat_page
from models.near_repeat import NearRepeat, NearRepeatParameters, near_repeat


@dataclass(frozen=True)
class NearRepeatFiles:
    """The result and where it was written."""

    found: NearRepeat
    table: Path
    page: Path


def near_repeats_of_file(
    path: Path, *, parameters: NearRepeatParameters, seed: int, out: Path, done: Callable[[int], object] | None = None
) -> NearRepeatFiles:
    """Read events, run the Knox test, and write its table (JSON) and a self-contained page into the folder ``out``."""
    events = read_events(path)
    found = near_repeat(events.x_m, events.y_m, events.day, np.random.default_rng(seed), parameters, done=done)
    page = near_repeat_page(found, title=path.stem, seed=seed, assets=inlined())
    names = f"{path.stem}.near-repeat.json", f"{path.stem}.near-repeat.html"
    contents = {names[0]: json_bytes(table_of(found, seed)), names[1]: page.encode()}
    folder = write_folder(out, contents)
    return NearRepeatFiles(found, folder / names[0], folder / names[1])


def table_of(found: NearRepeat, seed: int) -> dict[str, object]:
    """The result for machines, one entry per field; what has no end, no ratio or no part in the search is null."""
    parameters = found.parameters
    space = [(a, b, False) for a, b in pairwise(parameters.space_edges_m)]
    if parameters.same_place_m is not None:
        space.insert(0, (0.0, parameters.same_place_m, True))
    time = list(pairwise(parameters.time_edges_days))
    fields = [
        {
            "from_m": _finite(from_m),
            "to_m": _finite(to_m),
            "same_place": same,
            "from_days": _finite(from_days),
            "to_days": _finite(to_days),
            "observed": int(found.observed[i, j]),
            "expected": float(found.expected[i, j]),
            "ratio": _finite(found.ratio[i, j]),
            "median": float(found.median[i, j]),
            "p": float(found.p[i, j]),
            "p_table": _finite(found.p_table[i, j]),
        }
        for i, (from_m, to_m, same) in enumerate(space)
        for j, (from_days, to_days) in enumerate(time)
    ]
    return {
        "events": found.events,
        "metric": parameters.metric,
        "permutations": parameters.permutations,
        "seed": seed,
        "fields": fields,
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
