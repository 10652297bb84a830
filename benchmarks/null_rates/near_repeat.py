"""Near repeats: events strewn evenly over the area, and places and days that are uneven but do not interact."""

import numpy as np

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import strewn_events
from models.near_repeat import NearRepeat, NearRepeatParameters, near_repeat

ONE_CELL = NearRepeatParameters((0, 200), (0, 7), None, permutations=199)
TABLE = NearRepeatParameters(permutations=199)


def _found(rng: np.random.Generator, days: int, parameters: NearRepeatParameters, *, uneven: bool) -> NearRepeat:
    x_m, y_m, day = strewn_events(rng, days)
    if uneven:
        # Half of all events at ten addresses, and a busy season that doubles the rate: crowds, no near repeats.
        crowded = rng.random(len(x_m)) < 0.5
        address = rng.integers(0, 10, len(x_m))
        x_m, y_m = np.where(crowded, x_m[address], x_m), np.where(crowded, y_m[address], y_m)
        season = rng.random(len(day)) < 1 / 3
        day = np.where(season, day // 4, day)
    return near_repeat(x_m, y_m, day, rng, parameters, threads=1)


def _one_cell(days: int, *, uneven: bool = False):  # type: ignore[no-untyped-def]
    return lambda rng: bool(_found(rng, days, ONE_CELL, uneven=uneven).p[0, 0] <= 0.05)


def _any_cell(days: int, *, uneven: bool = False):  # type: ignore[no-untyped-def]
    return lambda rng: bool((_found(rng, days, TABLE, uneven=uneven).p_table <= 0.05).any())


CASES = [
    NullCase(f"Near repeat ({what})", setting, 0.05, trials, make(days, uneven=uneven), at_most=True)
    for what, make, trials in (("one band", _one_cell, 2_000), ("any of 20 bands", _any_cell, 1_000))
    for setting, days, uneven in (
        ("2 a day, 84 days", 84, False),
        ("2 a day, 364 days", 364, False),
        ("364 days, crowded addresses, busy season", 364, True),
    )
]
