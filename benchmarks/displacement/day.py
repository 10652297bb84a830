"""How long a day of the watch takes, and how that grows with the number of partnerships."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import process_time

import numpy as np

from benchmarks.displacement.partnership import MIX, PLAIN, draw_partnership, drawn, expected
from models.watch_day import WatchInputs, settled_threshold, signals_of
from models.watch_parameters import ThresholdParameters, WatchParameters

YEARS = 5
FIRST_DAY = 18_262


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time: of the threshold that serves a month, and of a day's signals, one after another."""

    partnerships: int
    threshold: float
    day: float


def inputs_of(number: int) -> WatchInputs:
    """Five years of a partnership by number."""
    rng = np.random.default_rng([20261127, number])
    partnership = draw_partnership(rng)
    counts = drawn(expected(partnership, PLAIN, YEARS * 365, rng), PLAIN, rng)
    return WatchInputs(
        tuple(f"area-{area}" for area in range(counts.shape[1])),
        partnership.neighbours,
        tuple(f"category-{category}" for category in range(len(MIX))),
        FIRST_DAY,
        counts,
        WatchParameters(),
        ThresholdParameters(),
    )


def spent(partnerships: int) -> Spent:
    """One after another in this process; drawing the counts is not measured, the threshold only of the first."""
    first = inputs_of(0)
    before = process_time()
    threshold = settled_threshold(first, threads=1)
    settled = process_time() - before
    day = 0.0
    for number in range(partnerships):
        inputs = inputs_of(number)
        before = process_time()
        signals_of(inputs, threshold)
        day += process_time() - before
    return Spent(partnerships, settled, day)


def table(most: int) -> Iterator[str]:
    """A row for a hundredth, a tenth and all of ``most`` partnerships, and what one takes beside the first row's."""
    signals_of(inputs_of(0), settled_threshold(inputs_of(0), threads=1))
    found = [spent(max(most // part, 1)) for part in (100, 10, 1)]
    yield "| partnerships | a day's watch | each | beside the first row | threshold of a month, each |"
    yield "|---|---|---|---|---|"
    for row in found:
        each = row.day / row.partnerships
        ratio = each / (found[0].day / found[0].partnerships)
        yield f"| {row.partnerships:,} | {row.day:.2f} s | {1000 * each:.0f} ms | {ratio:.2f} | {row.threshold:.1f} s |"
