"""The attacker against releases: how many sequences, how many small counts, and how many of them given away.

Run with ``python -m benchmarks.disclosure_attack``; the table stands in docs/releases.md. Each sequence is drawn anew:
areas, categories, cells and their counts, and which months, half-year and cells are released in what order, with a
correction among them. The attacker is that of the tests. ``--without`` leaves out what protects.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np

from models import release_table as protecting
from models.cell_suppression import Suppression
from models.release_snapshot import MonthCounts
from tests.release_example import JANUARY, SMALL, Archive, attacker_of, drawn, exposed, small_counts, text_of

SIZES = ((2, 2, 4), (3, 3, 6), (4, 3, 8))


def sequence(seed: int, rate: float, *, forget: bool) -> Archive:
    """What was released in one drawn history."""
    rng = np.random.default_rng(seed)
    areas, categories, cells = SIZES[seed % len(SIZES)]
    months = range(JANUARY, JANUARY + 6)
    archive = Archive(drawn(rng, areas=areas, categories=categories, cells=cells, rate=rate, months=months))
    possible = [*((text_of(m), "areas") for m in months), ("2026-H1", "areas"), ("2026-H1", "cells")]
    for i in rng.permutation(len(possible))[: rng.integers(2, len(possible) + 1)]:
        period, table = possible[i]
        archive.release(period, table)
        if forget:
            archive.released.clear()
    return archive


def correct(archive: Archive, rng: np.random.Generator) -> None:
    """Late reports of a month, and its release anew where it was released."""
    for m, seen in archive.newest.items():
        if text_of(m) in {body["period"] for body in archive.bodies}:
            late = rng.poisson(0.2, seen.counts.shape)
            cells = seen.cell_counts.copy()
            for a in range(len(seen.areas)):
                cells[a] += late[a].sum()
            archive.correct(MonthCounts(m, seen.areas, seen.categories, seen.cells, seen.counts + late, cells))
            archive.release(text_of(m))
            return


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=30)
    parser.add_argument("--without", choices=["complementary", "memory"], help="what to leave out")
    chosen = parser.parse_args(arguments)
    if chosen.without == "complementary":
        protecting.suppression = lambda *_, values, **__: Suppression(values >= SMALL, 1, optimal=True)
    print("| incidents a month, area and category | sequences | releases | shown | small counts | given away |")
    print("|---|---|---|---|---|---|")
    for rate in (1.0, 3.0, 8.0):
        started, releases, shown, figures, small, found = time.process_time(), 0, 0, 0, 0, []
        for seed in range(chosen.sequences):
            archive = sequence(seed, rate, forget=chosen.without == "memory")
            if chosen.without is None:
                correct(archive, np.random.default_rng(seed))
            releases += len(archive.bodies)
            shown += sum(int(one.shown.sum()) for one in archive.released)
            figures += sum(one.shown.size for one in archive.released)
            small += sum(1 for _ in small_counts(archive))
            found.extend(exposed(archive, attacker_of(archive)))
        share = f"{shown / figures:.0%}" if figures else "-"
        print(f"| {rate:g} | {chosen.sequences} | {releases} | {share} | {small} | {len(found)} |", flush=True)
        print(f"<!-- {time.process_time() - started:.0f} s -->", flush=True)
        for line in found[:3]:
            print(f"<!-- {line} -->")


if __name__ == "__main__":
    main()
